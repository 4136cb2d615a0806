// Package index follows the licenses of a contract and answers about them without asking the
// chain: which were bought, and what held at a time.
//
// It keeps what happened, in the order of the chain, and nothing that follows from it; a
// license is what its few events come to, each time it is asked about ([Life]). So a
// reorganization is undone by forgetting the events of blocks that are no more. New blocks
// are found by looking at the head, and only logs of blocks that are then still the chain's
// are taken; subscriptions of nodes repeat logs after a reorganization and are not used.
//
// An answer says at which block it stands, for who has to know how old it is.
package index

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license"
	"loyal/license/contracts"
	"loyal/store"
)

// Errors that callers can tell apart.
var (
	// ErrEmpty reports an index that knows nothing yet.
	ErrEmpty = errors.New("the index is empty")
	// ErrAhead reports a time after that of the index's newest block.
	ErrAhead = errors.New("the index does not reach that time")
)

// Index is what is known of a contract's licenses.
type Index struct {
	store  *store.Licenses
	calls  *contracts.Licenses
	topics map[common.Hash]decoder
	terms  terms
}

// terms are hashes of offers' terms that have been read, as of a block: after a
// reorganization an offer's number can be another one's.
type terms struct {
	mu    sync.Mutex
	block common.Hash
	known map[uint32]common.Hash
}

// New is an index of a contract's licenses, kept in a store.
func New(s *store.Licenses) *Index {
	x := &Index{store: s, calls: contracts.NewLicenses()}
	x.topics = decoders(x.calls)
	return x
}

// Answer is what the index says, and as of when.
type Answer struct {
	license.Answer
	Question license.Question
	Block    store.Block
}

// Head is the block at which the index stands. One without blocks is [ErrEmpty].
func (x *Index) Head(ctx context.Context) (store.Block, error) {
	head, ok, err := x.store.Head(ctx)
	if err == nil && !ok {
		err = ErrEmpty
	}
	return head, err
}

// Check answers a question about a time up to that of the index's newest block; zero is that
// time. Later times are [ErrAhead], an index without blocks is [ErrEmpty].
func (x *Index) Check(ctx context.Context, q license.Question) (*Answer, error) {
	head, err := x.Head(ctx)
	if err != nil {
		return nil, err
	}
	if q.At == 0 {
		q.At = head.Time
	}
	if q.At > head.Time {
		return nil, fmt.Errorf("%w: it stands at block %d of %s", ErrAhead, head.Number, time.Unix(int64(head.Time), 0).UTC().Format(time.RFC3339))
	}
	events, err := x.store.UsedBy(ctx, q.Subject)
	if err != nil {
		return nil, err
	}
	// Of licenses that say as much, the contract names the one whose use began first.
	out, first := &Answer{Question: q, Block: head}, position{}
	for len(events) > 0 {
		id, n := events[0].License, 1
		for n < len(events) && events[n].License == id {
			n++
		}
		life, err := Replay(events[:n])
		if err != nil {
			return nil, fmt.Errorf("license %d: %w", id, err)
		}
		events = events[n:]
		since, used := life.usedBy(q.Subject, q.At)
		if life.Model != q.Model || !used {
			continue
		}
		if s := life.Status(q.Scope, q.At); s > out.Status || s == out.Status && since.before(first) {
			out.Status, out.License, first = s, id, since
		}
	}
	if out.License != 0 {
		if out.TermsHash, err = x.termsHash(ctx, head.Hash, license.Offer(out.License)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// termsHash is that of an offer, as of the block at which the index stands.
func (x *Index) termsHash(ctx context.Context, block common.Hash, offer uint32) (common.Hash, error) {
	x.terms.mu.Lock()
	defer x.terms.mu.Unlock()
	if x.terms.block != block {
		x.terms.block, x.terms.known = block, map[uint32]common.Hash{}
	}
	if h, ok := x.terms.known[offer]; ok {
		return h, nil
	}
	events, err := x.store.Events(ctx, uint64(offer)<<32)
	if err != nil {
		return common.Hash{}, err
	}
	if len(events) != 1 || events[0].Kind != store.Offered {
		return common.Hash{}, fmt.Errorf("%w: a license of offer %d, which was not made", ErrEvents, offer)
	}
	x.terms.known[offer] = events[0].Model
	return events[0].Model, nil
}

// Life is what is on record of a license; nil for an unknown one.
func (x *Index) Life(ctx context.Context, id uint64) (*Life, error) {
	events, err := x.store.Events(ctx, id)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	return Replay(events)
}

// page is how many licenses are read at a time.
const page = 1000

// Each calls visit for every license, in the order of their numbers.
func (x *Index) Each(ctx context.Context, visit func(*Life) error) error {
	for after := uint64(0); ; {
		ids, err := x.store.All(ctx, after, page)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			life, err := x.Life(ctx, id)
			if err == nil {
				err = visit(life)
			}
			if err != nil {
				return fmt.Errorf("license %d: %w", id, err)
			}
		}
		after = ids[len(ids)-1]
	}
}

// Source is a node to follow.
type Source interface {
	Header(ctx context.Context, number uint64) (*types.Header, error)
	Newest(ctx context.Context) (*types.Header, error)
	// Birth is a block before which the contract was not there; zero where that is not known.
	Birth(ctx context.Context) (uint64, error)
	// Logs are those of the contract in a span of blocks, both ends included.
	Logs(ctx context.Context, from, to uint64) ([]types.Log, error)
}
