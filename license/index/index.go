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
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license"
	"loyal/license/contracts"
	"loyal/store"
)

// ErrEmpty reports an index that knows nothing yet.
var ErrEmpty = errors.New("the index is empty")

// Index is what is known of a contract's licenses.
type Index struct {
	store    *store.Licenses
	contract common.Address
	calls    *contracts.Licenses
	topics   map[common.Hash]decoder
}

// New is an index of the licenses of a deployment, kept in a store.
func New(s *store.Licenses, d contracts.Deployment) *Index {
	x := &Index{store: s, contract: d.Licenses, calls: contracts.NewLicenses()}
	x.topics = decoders(x.calls)
	return x
}

// Answer is what the index says, and as of when.
type Answer struct {
	license.Answer
	Block store.Block
}

// Check answers a question about a time up to that of the index's newest block; zero is that
// time. It does not know the terms' hash. An index without blocks is [ErrEmpty].
func (x *Index) Check(ctx context.Context, q license.Question) (*Answer, error) {
	head, ok, err := x.store.Head(ctx)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrEmpty
	}
	if q.At == 0 {
		q.At = head.Time
	}
	if q.At > head.Time {
		return nil, fmt.Errorf("the index stands at block %d of %s, before the time in question", head.Number, time.Unix(int64(head.Time), 0).UTC().Format(time.RFC3339))
	}
	ids, err := x.store.Uses(ctx, q.Subject)
	if err != nil {
		return nil, err
	}
	out := &Answer{Block: head}
	for _, id := range ids {
		events, err := x.store.Events(ctx, id)
		if err != nil {
			return nil, err
		}
		life, err := Replay(events)
		if err != nil {
			return nil, fmt.Errorf("license %d: %w", id, err)
		}
		if life.Model != q.Model || !life.usedBy(q.Subject, q.At) {
			continue
		}
		if s := life.Status(q.Scope, q.At); s > out.Status {
			out.Status, out.License = s, id
		}
	}
	return out, nil
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
	// Logs are those of the contract in a span of blocks, both ends included.
	Logs(ctx context.Context, from, to uint64) ([]types.Log, error)
}
