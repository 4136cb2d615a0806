package index

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/store"
)

const (
	// longestSpan is how many blocks are asked for at once; nodes that find that too much
	// are asked for half, and so on.
	longestSpan = 4096
	// marked is how many of the newest blocks are remembered one by one: a reorganization
	// that goes back further costs the re-reading of a span.
	marked = 64
)

// Progress is told after each span: where it began, where it is, and where it will end.
type Progress func(since, at store.Block, newest uint64)

// CatchUp reads everything up to the source's newest block. What a reorganization has
// removed is forgotten first, however far it goes back. It can be interrupted at any moment
// and goes on where it was.
func (x *Index) CatchUp(ctx context.Context, s Source, progress Progress) (store.Block, error) {
	_, at, err := x.Follow(ctx, s, progress)
	return at, err
}

// Follow is CatchUp that also says since which block the events are new: the one at which the
// index stood, or an earlier one that a reorganization left of its chain.
func (x *Index) Follow(ctx context.Context, s Source, progress Progress) (since, at store.Block, err error) {
	newest, err := s.Newest(ctx)
	if err != nil {
		return since, at, err
	}
	since, known, err := x.common(ctx, s)
	if err != nil {
		return since, at, err
	}
	at = since
	from := at.Number + 1
	if !known {
		if from, err = s.Birth(ctx); err != nil {
			return since, at, err
		}
		since.Number = max(from, 1) - 1
	}
	span := uint64(longestSpan)
	for from <= newest.Number.Uint64() {
		to := min(from+span-1, newest.Number.Uint64())
		block, err := x.read(ctx, s, at, from, to, newest.Number.Uint64())
		if errors.Is(err, errMoved) {
			again, at, err := x.Follow(ctx, s, progress)
			if again.Number < since.Number {
				since = again
			}
			return since, at, err
		}
		if err != nil && span > 1 && ctx.Err() == nil {
			span /= 2
			continue
		}
		if err != nil {
			return since, at, fmt.Errorf("read blocks %d to %d: %w", from, to, err)
		}
		at, from = block, to+1
		if progress != nil {
			progress(since, block, newest.Number.Uint64())
		}
	}
	return since, at, nil
}

// errMoved reports that the chain has changed while it was read.
var errMoved = errors.New("the chain was reorganized")

// common is the newest known block that is still the chain's. Everything after it is
// forgotten.
func (x *Index) common(ctx context.Context, s Source) (store.Block, bool, error) {
	head, ok, err := x.store.Head(ctx)
	if err != nil || !ok {
		return store.Block{}, false, err
	}
	for b := head; ; {
		h, err := s.Header(ctx, b.Number)
		if err != nil && !errors.Is(err, ethereum.NotFound) {
			return store.Block{}, false, err
		}
		if err == nil && h.Hash() == b.Hash {
			if b != head {
				err = x.store.Rollback(ctx, b.Number)
			}
			return b, true, err
		}
		before, ok, err := x.store.Before(ctx, b.Number)
		if err != nil {
			return store.Block{}, false, err
		}
		if !ok {
			return store.Block{}, false, x.store.Clear(ctx)
		}
		b = before
	}
}

// read takes the logs of a span over, if its last block is the chain's before and after they
// are read, and the block before it, up to which all is known, is so too: else what is new
// would be put on top of what is no more.
func (x *Index) read(ctx context.Context, s Source, before store.Block, from, to, newest uint64) (store.Block, error) {
	last, err := s.Header(ctx, to)
	if err != nil {
		return store.Block{}, err
	}
	logs, err := s.Logs(ctx, from, to)
	if err != nil {
		return store.Block{}, err
	}
	events, err := x.decode(logs)
	if err != nil {
		return store.Block{}, err
	}
	marks, err := x.marks(ctx, s, from, to, newest)
	if err != nil {
		return store.Block{}, err
	}
	if before.Hash != (common.Hash{}) { // else nothing is known
		same, err := s.Header(ctx, before.Number)
		if err != nil {
			return store.Block{}, err
		}
		if same.Hash() != before.Hash {
			return store.Block{}, errMoved
		}
	}
	again, err := s.Header(ctx, to)
	if err != nil {
		return store.Block{}, err
	}
	if again.Hash() != last.Hash() {
		return store.Block{}, errMoved
	}
	block := blockOf(last)
	return block, x.store.Append(ctx, events, append(marks, block)...)
}

// marks are the blocks of a span that are remembered besides its last one.
func (x *Index) marks(ctx context.Context, s Source, from, to, newest uint64) (list []store.Block, err error) {
	if newest > marked {
		from = max(from, newest-marked)
	}
	for n := from; n < to; n++ {
		h, err := s.Header(ctx, n)
		if err != nil {
			return nil, err
		}
		list = append(list, blockOf(h))
	}
	return list, nil
}

func blockOf(h *types.Header) store.Block {
	return store.Block{Number: h.Number.Uint64(), Hash: h.Hash(), Time: h.Time}
}
