package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sort"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Source gives blocks and logs to who follows the chain (package index).
type Source struct{ c *Client }

// Source is the client as a source.
func (c *Client) Source() Source { return Source{c} }

// Header is that of a block.
func (s Source) Header(ctx context.Context, number uint64) (*types.Header, error) {
	return s.c.Header(ctx, new(big.Int).SetUint64(number))
}

// Newest is the header of the newest block, also if it is older than one seen before: who
// follows a chain goes back with it.
func (s Source) Newest(ctx context.Context) (h *types.Header, err error) {
	err = s.c.ask(ctx, func(ctx context.Context) (err error) {
		h, err = s.c.eth.HeaderByNumber(ctx, nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read newest block: %w", err)
	}
	return h, nil
}

// Birth is the block in which the contract was deployed, by bisection; zero where the node has
// not kept the state of old blocks.
func (s Source) Birth(ctx context.Context) (uint64, error) {
	newest, err := s.Newest(ctx)
	if err != nil {
		return 0, err
	}
	var failed error
	n := sort.Search(int(newest.Number.Uint64()), func(i int) bool {
		if failed != nil {
			return true
		}
		var code []byte
		failed = s.c.ask(ctx, func(ctx context.Context) (err error) {
			code, err = s.c.eth.CodeAt(ctx, s.c.deployment.Licenses, big.NewInt(int64(i)))
			return err
		})
		return failed != nil || len(code) > 0
	})
	if errors.Is(failed, ErrNode) {
		return 0, nil
	}
	if failed != nil {
		return 0, fmt.Errorf("find deployment: %w", failed)
	}
	return uint64(n), nil
}

// Logs are those of the Licenses contract in a span of blocks, both ends included.
func (s Source) Logs(ctx context.Context, from, to uint64) (logs []types.Log, err error) {
	err = s.c.ask(ctx, func(ctx context.Context) (err error) {
		logs, err = s.c.eth.FilterLogs(ctx, ethereum.FilterQuery{
			FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(to), Addresses: []common.Address{s.c.deployment.Licenses},
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read logs: %w", err)
	}
	return logs, nil
}
