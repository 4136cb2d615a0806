package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"loyal/license"
	"loyal/license/proof"
)

// Checked is an answer with the block that it is read from.
type Checked struct {
	license.Answer
	Question license.Question
	Block    proof.Block
	// Finality is "finalized", "safe" or "latest": whether the chain can still change its mind.
	Finality string
}

// Check answers a question from the newest block. A question whose time is zero is about that
// block's own time; one about a later time is an error, since nothing is known about it.
func (c *Client) Check(ctx context.Context, q license.Question) (*Checked, error) {
	h, err := c.Header(ctx, nil)
	if err != nil {
		return nil, err
	}
	return c.CheckAt(ctx, q, h)
}

// CheckAt is the same from another block.
func (c *Client) CheckAt(ctx context.Context, q license.Question, h *types.Header) (*Checked, error) {
	if q.At == 0 {
		q.At = h.Time
	}
	if q.At > h.Time {
		return nil, fmt.Errorf("check license: %w: block %s is of %s", ErrFuture, h.Number, at(new(big.Int).SetUint64(h.Time)))
	}
	answer, err := license.Check(c.Storage(ctx, h.Hash()), q)
	if err != nil {
		return nil, fmt.Errorf("check license: %w", err)
	}
	finality, err := c.finality(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("check license: %w", err)
	}
	return &Checked{Answer: answer, Question: q, Block: proof.Block{Number: h.Number.Uint64(), Time: h.Time, Hash: h.Hash()}, Finality: finality}, nil
}

// finality asks the node how sure a block is. Chains without finality only have a newest one.
func (c *Client) finality(ctx context.Context, of *types.Header) (string, error) {
	for _, tag := range []rpc.BlockNumber{rpc.FinalizedBlockNumber, rpc.SafeBlockNumber} {
		var h *types.Header
		err := c.ask(ctx, func(ctx context.Context) (err error) {
			h, err = c.eth.HeaderByNumber(ctx, big.NewInt(tag.Int64()))
			return err
		})
		if err != nil && !isAnswer(err) && !isNotFound(err) {
			return "", err
		}
		if err != nil || h.Number.Cmp(of.Number) < 0 {
			continue
		}
		if h.Number.Cmp(of.Number) == 0 && h.Hash() != of.Hash() {
			return "", fmt.Errorf("%w: block %s is %s, and as %s one %s", ErrContradiction, of.Number, of.Hash(), tag, h.Hash())
		}
		return tag.String(), nil
	}
	return "latest", nil
}

// Prove makes a proof of an answer at a block, nil for the newest.
func (c *Client) Prove(ctx context.Context, q license.Question, block *big.Int) (*proof.Proof, error) {
	h, err := c.Header(ctx, block)
	if err != nil {
		return nil, err
	}
	if q.At == 0 {
		q.At = h.Time
	}
	return proof.Make(ctx, c, c.deployment, h, q)
}

// ModelID is the id of a model by its name, which belongs to who registered it.
func (c *Client) ModelID(ctx context.Context, registrant common.Address, name string) (common.Hash, error) {
	out, err := c.view(ctx, c.deployment.Registry, c.registry.PackModelId(registrant, name), nil)
	if err != nil {
		return common.Hash{}, fmt.Errorf("read model id: %w", err)
	}
	return c.registry.UnpackModelId(out)
}

// Reason says the status in a sentence.
func (c *Checked) Reason() string {
	n, when := Number(c.License), at(new(big.Int).SetUint64(c.Question.At))
	switch c.Status {
	case license.Authorized:
		return fmt.Sprintf("license %s covers this use at %s", n, when)
	case license.OutOfScope:
		return fmt.Sprintf("license %s is in force at %s, but not for %s", n, when, c.Question.Scope)
	case license.Suspended:
		return fmt.Sprintf("license %s is suspended at %s", n, when)
	case license.Revoked:
		return fmt.Sprintf("license %s is revoked at %s", n, when)
	case license.Expired:
		return fmt.Sprintf("no period of license %s holds %s", n, when)
	}
	return fmt.Sprintf("nothing is on record for this address and model at %s", when)
}
