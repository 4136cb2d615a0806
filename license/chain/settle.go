package chain

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Settled is what became of a transaction.
type Settled struct {
	*types.Receipt
	From common.Address
	// License is what it made, zero for none.
	License uint64
}

// Settle waits until a transaction that somebody sent is sealed and confirmed. One that the
// node has not heard of is [ErrNoTransaction], one that changed nothing [ErrFailed].
func (c *Client) Settle(ctx context.Context, hash common.Hash) (*Settled, error) {
	tx, err := c.transaction(ctx, hash)
	if isNotFound(err) {
		return nil, fmt.Errorf("%w: %s", ErrNoTransaction, hash)
	}
	if err != nil {
		return nil, fmt.Errorf("read transaction: %w", err)
	}
	from, err := types.Sender(types.LatestSignerForChainID(c.id), tx)
	if err != nil {
		return nil, fmt.Errorf("read transaction: %w: %w", ErrContradiction, err)
	}
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		r, err := c.receipt(ctx, []*types.Transaction{tx})
		if err == nil && r != nil {
			var confirmed bool
			if confirmed, err = c.confirmed(ctx, r); err == nil && confirmed {
				return c.settled(ctx, r, from, tx)
			}
		}
		if err != nil && ctx.Err() == nil {
			return nil, fmt.Errorf("wait for transaction: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, &Unsettled{Hash: hash, Err: ctx.Err()}
		case <-time.After(pause):
		}
	}
}

func (c *Client) settled(ctx context.Context, r *types.Receipt, from common.Address, tx *types.Transaction) (*Settled, error) {
	if r.Status != types.ReceiptStatusSuccessful {
		return nil, c.why(ctx, from, Transaction{To: tx.To(), Value: tx.Value(), Data: tx.Data()}, tx.Gas(), r)
	}
	out := &Settled{Receipt: r, From: from}
	if e, err := find(r, c.deployment.Licenses, c.licenses.UnpackLicensedEvent); err == nil {
		out.License = e.License.Uint64()
	}
	return out, nil
}

// transaction reads a transaction. A node that indexes what it has just sealed says so with an
// error of its own, and is asked again.
func (c *Client) transaction(ctx context.Context, hash common.Hash) (tx *types.Transaction, err error) {
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err = c.ask(ctx, func(ctx context.Context) (err error) {
			tx, _, err = c.eth.TransactionByHash(ctx, hash)
			return err
		})
		if !isAnswer(err) || !strings.Contains(err.Error(), "indexing") || time.Since(begin) > c.o.Timeout {
			return tx, err
		}
	}
}
