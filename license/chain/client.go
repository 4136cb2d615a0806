// Package chain talks to the contracts over a node's JSON-RPC: any node, of a public network
// or of license/devchain.
//
// A node is believed about what it says of the chain, within limits: its chain id and the
// contract's code are compared with what is expected, answers are bounded in size and time,
// and a head that goes back is reported ([ErrWentBack]). Who does not want to believe it
// makes a proof (package proof).
//
// A transaction is sent until it is on the chain: with the fees of the day, again with higher
// ones when it is stuck, again as it was when the node has forgotten it, and it counts once
// as many blocks follow as were asked for ([Client.Send]).
package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/ethclient/gethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"loyal/license"
	"loyal/license/contracts"
)

// Errors that callers can tell apart. What a contract refuses is a [Refused].
var (
	// ErrUnreachable reports a node that does not answer, or not with an answer.
	ErrUnreachable = errors.New("the node does not answer")
	// ErrNode reports a node that answers with an error of its own, not of a contract.
	ErrNode = errors.New("the node refuses")
	// ErrWrongChain reports a node of another chain.
	ErrWrongChain = errors.New("another chain")
	// ErrWrongContract reports an address without this project's contract.
	ErrWrongContract = errors.New("not this contract")
	// ErrFuture reports a time or a block of which the chain knows nothing yet.
	ErrFuture = errors.New("in the future of the chain")
	// ErrWentBack reports a node whose head is older than it was.
	ErrWentBack = errors.New("the node's chain has gone back")
	// ErrContradiction reports a node whose answers cannot all be true.
	ErrContradiction = errors.New("the node contradicts itself")
)

// defaultTimeout bounds one call of a node.
const defaultTimeout = 20 * time.Second

// Options of a client.
type Options struct {
	// ChainID is the expected one; zero takes any.
	ChainID uint64
	// Licenses is the contract's address; zero where it is about to be deployed.
	Licenses common.Address
	// Confirmations is how many blocks have to follow a transaction's.
	Confirmations uint64
	// StuckAfter is when a transaction is sent again with higher fees; zero: two minutes.
	StuckAfter time.Duration
	// Timeout bounds each call of the node; zero: 20 seconds.
	Timeout time.Duration
}

// Client is a connection to a node and, once it is open, to the contracts.
type Client struct {
	o    Options
	rpc  *rpc.Client
	eth  *ethclient.Client
	geth *gethclient.Client
	id   *big.Int

	deployment contracts.Deployment
	licenses   *contracts.Licenses
	registry   *contracts.ModelRegistry

	mu     sync.Mutex
	newest uint64 // head seen last
	nonces nonces
}

// Dial connects to a node, and to the contracts if Options name them. Errors are
// [ErrUnreachable], [ErrWrongChain] and [ErrWrongContract].
func Dial(ctx context.Context, url string, o Options) (*Client, error) {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	within, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	r, err := rpc.DialOptions(within, url, bounded())
	if err != nil {
		return nil, fmt.Errorf("connect to node: %w: %w", ErrUnreachable, err)
	}
	c, err := New(ctx, r, o)
	if err != nil {
		r.Close()
	}
	return c, err
}

// New is [Dial] on a connection that is there.
func New(ctx context.Context, r *rpc.Client, o Options) (*Client, error) {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.StuckAfter == 0 {
		o.StuckAfter = 2 * time.Minute
	}
	c := &Client{
		o: o, rpc: r, eth: ethclient.NewClient(r), geth: gethclient.New(r), licenses: contracts.NewLicenses(), registry: contracts.NewModelRegistry(),
		nonces: nonces{next: map[common.Address]uint64{}},
	}
	err := c.ask(ctx, func(ctx context.Context) (err error) {
		c.id, err = c.eth.ChainID(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask for the chain id: %w", err)
	}
	if !c.id.IsUint64() || o.ChainID != 0 && c.id.Uint64() != o.ChainID {
		return nil, fmt.Errorf("%w: the node's has id %s, expected %d", ErrWrongChain, c.id, o.ChainID)
	}
	if o.Licenses == (common.Address{}) {
		return c, nil
	}
	return c, c.open(ctx, o.Licenses)
}

// Close ends the connection.
func (c *Client) Close() { c.rpc.Close() }

// Deployment is where the contracts are.
func (c *Client) Deployment() contracts.Deployment { return c.deployment }

// ChainID is that of the node's chain.
func (c *Client) ChainID() uint64 { return c.id.Uint64() }

// ask calls the node, within the time for it.
func (c *Client) ask(ctx context.Context, call func(context.Context) error) error {
	within, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	err := call(within)
	switch {
	case err == nil || ctx.Err() != nil || isNotFound(err):
		return err
	case isAnswer(err) && isRevert(err):
		return err
	case isAnswer(err):
		return fmt.Errorf("%w: %w", ErrNode, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w within %s", ErrUnreachable, c.o.Timeout)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, failure(err))
}

// isAnswer says whether an error is what the node answered, and not that it did not.
func isAnswer(err error) bool {
	var answer rpc.Error
	return errors.As(err, &answer)
}

func isNotFound(err error) bool { return errors.Is(err, ethereum.NotFound) }

// open finds the parts of a deployment and compares the code with this project's.
func (c *Client) open(ctx context.Context, address common.Address) error {
	d := contracts.Deployment{ChainID: c.id.Uint64(), Licenses: address}
	code, err := c.code(ctx, address)
	if err != nil {
		return fmt.Errorf("open contract: %w", err)
	}
	if len(code) == 0 {
		return fmt.Errorf("%w: nothing is deployed at %s on chain %d", ErrWrongContract, address, d.ChainID)
	}
	for _, part := range []struct {
		to     *common.Address
		data   []byte
		unpack func([]byte) (common.Address, error)
	}{
		{&d.Registry, c.licenses.PackREGISTRY(), c.licenses.UnpackREGISTRY},
		{&d.Card, c.licenses.PackCARD(), c.licenses.UnpackCARD},
	} {
		out, err := c.view(ctx, address, part.data, nil)
		if err == nil {
			*part.to, err = part.unpack(out)
		}
		if errors.Is(err, ErrUnreachable) || errors.Is(err, ErrNode) || ctx.Err() != nil {
			return fmt.Errorf("open contract: %w", err)
		}
		if err != nil {
			return fmt.Errorf("%w: %s does not name its parts: %w", ErrWrongContract, address, err)
		}
	}
	want, err := d.CodeHash()
	if err != nil {
		return fmt.Errorf("open contract: %w", err)
	}
	if got := hashOf(code); got != want {
		return fmt.Errorf("%w: the code at %s has hash %s, expected %s", ErrWrongContract, address, got, want)
	}
	c.deployment = d
	return nil
}

func (c *Client) code(ctx context.Context, address common.Address) (code []byte, err error) {
	err = c.ask(ctx, func(ctx context.Context) (err error) {
		code, err = c.eth.CodeAt(ctx, address, nil)
		return err
	})
	return code, err
}

// view calls a contract at a block, nil for the newest, without changing anything.
func (c *Client) view(ctx context.Context, to common.Address, data []byte, block *big.Int) (out []byte, err error) {
	err = c.ask(ctx, func(ctx context.Context) (err error) {
		out, err = c.eth.CallContract(ctx, ethereum.CallMsg{To: &to, Data: data}, block)
		return err
	})
	return out, c.refusal(err)
}

// Header is that of a block, nil for the newest. A newest block that is older than one seen
// before is [ErrWentBack].
func (c *Client) Header(ctx context.Context, number *big.Int) (h *types.Header, err error) {
	c.mu.Lock()
	seen := c.newest // before it is asked: answers to several at once may overtake each other
	c.mu.Unlock()
	err = c.ask(ctx, func(ctx context.Context) (err error) {
		h, err = c.eth.HeaderByNumber(ctx, number)
		return err
	})
	if isNotFound(err) && number != nil {
		return nil, fmt.Errorf("read block: %w: %w: block %s", ErrFuture, err, number)
	}
	if err != nil {
		return nil, fmt.Errorf("read block: %w", err)
	}
	if number != nil {
		if h.Number.Cmp(number) != 0 {
			return nil, fmt.Errorf("%w: asked for block %s, it gives %s", ErrContradiction, number, h.Number)
		}
		return h, nil
	}
	n := h.Number.Uint64()
	if n < seen {
		return nil, fmt.Errorf("%w: from block %d to %d", ErrWentBack, seen, n)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.newest = max(c.newest, n)
	return h, nil
}

// Storage is that of the Licenses contract at a block.
func (c *Client) Storage(ctx context.Context, block common.Hash) license.Storage {
	return &remote{ctx: ctx, c: c, block: block}
}

type remote struct {
	ctx   context.Context
	c     *Client
	block common.Hash
}

// Slot is eth_getStorageAt at a block's hash: a block that a reorganization has removed is
// an error, never another block's state.
func (r *remote) Slot(slot common.Hash) (value common.Hash, err error) {
	var out []byte
	err = r.c.ask(r.ctx, func(ctx context.Context) (err error) {
		out, err = r.c.eth.StorageAtHash(ctx, r.c.deployment.Licenses, slot, r.block)
		return err
	})
	return common.BytesToHash(out), err
}

// GetProof is eth_getProof.
func (c *Client) GetProof(ctx context.Context, account common.Address, keys []string, block *big.Int) (out *gethclient.AccountResult, err error) {
	err = c.ask(ctx, func(ctx context.Context) (err error) {
		out, err = c.geth.GetProof(ctx, account, keys, block)
		return err
	})
	return out, err
}
