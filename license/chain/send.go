package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"

	"loyal/license/contracts"
)

// Errors of sending.
var (
	// ErrFunds reports an account that cannot pay.
	ErrFunds = errors.New("insufficient funds")
	// ErrReplaced reports that another transaction of the account took the place of this one.
	ErrReplaced = errors.New("another transaction with the same nonce was sealed")
	// ErrFailed reports a transaction that was sealed and changed nothing.
	ErrFailed = errors.New("the transaction failed")
	// ErrNoTransaction reports a transaction that a node has not heard of.
	ErrNoTransaction = errors.New("no such transaction")
	// ErrUnderpriced reports a node that does not take a transaction at any fee it was offered.
	ErrUnderpriced = errors.New("the node finds the fees too low")
)

// Unsettled is that a transaction was sent, or may have been, and that nothing is known of what
// became of it: who sends the same again may pay twice.
type Unsettled struct {
	Hash common.Hash
	Err  error
}

func (u *Unsettled) Error() string {
	return fmt.Sprintf("transaction %s was sent and is not settled: %v", u.Hash, u.Err)
}

func (u *Unsettled) Unwrap() error { return u.Err }

// Signer signs for an account.
type Signer interface {
	Address() common.Address
	// SignTx signs a transaction for a chain.
	SignTx(ctx context.Context, tx *types.Transaction, chainID *big.Int) (*types.Transaction, error)
	// SignTyped signs typed data (EIP-712), with 27 or 28 in the last byte of the signature.
	SignTyped(ctx context.Context, data apitypes.TypedData) ([]byte, error)
}

// Transaction is what is to be done. To is nil where a contract is created.
type Transaction struct {
	To    *common.Address
	Value *big.Int
	Data  []byte
}

// nonces hands out the nonces of accounts, one after the other.
type nonces struct {
	mu   sync.Mutex
	next map[common.Address]uint64
}

// Deploy creates the contracts and opens them.
func (c *Client) Deploy(ctx context.Context, s Signer) (contracts.Deployment, *types.Receipt, error) {
	r, err := c.Send(ctx, s, Transaction{Data: common.FromHex(contracts.LicensesMetaData.Bin)})
	if err != nil {
		return contracts.Deployment{}, nil, fmt.Errorf("deploy: %w", err)
	}
	if err := c.open(ctx, r.ContractAddress); err != nil {
		return contracts.Deployment{}, nil, err
	}
	return c.deployment, r, nil
}

// Send signs and sends a transaction and waits for it. Errors are [Refused] (by the contract,
// before anything is sent), [ErrFunds], [ErrReplaced], [ErrFailed], [ErrUnderpriced],
// [ErrUnreachable] and those of the signer; an [Unsettled] holds what ended the waiting, also
// the context's end.
func (c *Client) Send(ctx context.Context, s Signer, t Transaction) (*types.Receipt, error) {
	if t.Value == nil {
		t.Value = new(big.Int)
	}
	gas, err := c.estimate(ctx, s.Address(), t)
	if err != nil {
		return nil, err
	}
	f, err := c.fees(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.checkFunds(ctx, s.Address(), t.Value, gas, f); err != nil {
		return nil, err
	}
	p, err := c.first(ctx, s, t, gas, f)
	if err != nil {
		return nil, err
	}
	r, err := c.wait(ctx, p)
	if err != nil {
		return nil, err
	}
	if r.Status != types.ReceiptStatusSuccessful {
		return nil, c.why(ctx, s.Address(), t, gas, r)
	}
	return r, nil
}

// fees are the most a transaction pays for one unit of gas, in wei.
type fees struct{ tip, most *big.Int }

// fees takes the node's tip and twice the base fee, so that five full blocks do not price the
// transaction out (EIP-1559).
func (c *Client) fees(ctx context.Context) (f fees, err error) {
	h, err := c.Header(ctx, nil)
	if err != nil {
		return f, err
	}
	if h.BaseFee == nil {
		return f, fmt.Errorf("read fees: %w: it has no base fee (EIP-1559)", ErrWrongChain)
	}
	err = c.ask(ctx, func(ctx context.Context) (err error) {
		f.tip, err = c.eth.SuggestGasTipCap(ctx)
		return err
	})
	if err != nil {
		return f, fmt.Errorf("read fees: %w", err)
	}
	if f.tip.Sign() == 0 {
		f.tip = big.NewInt(1) // some miners take nothing for nothing
	}
	f.most = new(big.Int).Add(f.tip, new(big.Int).Lsh(h.BaseFee, 1))
	return f, nil
}

// higher is a quarter more, above the tenth that pools ask of a replacement.
func (f fees) higher() fees {
	more := func(n *big.Int) *big.Int {
		return new(big.Int).Add(n, new(big.Int).Add(new(big.Int).Rsh(n, 2), big.NewInt(1)))
	}
	return fees{more(f.tip), more(f.most)}
}

// estimate is the gas that a transaction takes and a fifth more.
func (c *Client) estimate(ctx context.Context, from common.Address, t Transaction) (gas uint64, err error) {
	err = c.ask(ctx, func(ctx context.Context) (err error) {
		gas, err = c.eth.EstimateGas(ctx, ethereum.CallMsg{From: from, To: t.To, Value: t.Value, Data: t.Data})
		return err
	})
	if err != nil && isAnswer(err) && strings.Contains(strings.ToLower(err.Error()), "insufficient funds") {
		return 0, c.shortOf(ctx, from, t.Value)
	}
	return gas + gas/5, c.refusal(err)
}

func (c *Client) balance(ctx context.Context, of common.Address) (b *big.Int, err error) {
	err = c.ask(ctx, func(ctx context.Context) (err error) {
		b, err = c.eth.BalanceAt(ctx, of, nil)
		return err
	})
	return b, err
}

// shortOf says how much is missing for a payment, without the fees.
func (c *Client) shortOf(ctx context.Context, from common.Address, value *big.Int) error {
	b, err := c.balance(ctx, from)
	if err != nil {
		return err
	}
	missing := bigger(new(big.Int).Sub(value, b), new(big.Int))
	return fmt.Errorf("%w: %s has %s, needs %s: %s and the fees are missing", ErrFunds, from, Ether(b), Ether(value), Ether(missing))
}

func (c *Client) checkFunds(ctx context.Context, from common.Address, value *big.Int, gas uint64, f fees) error {
	b, err := c.balance(ctx, from)
	if err != nil {
		return fmt.Errorf("read balance: %w", err)
	}
	need := new(big.Int).Mul(f.most, new(big.Int).SetUint64(gas))
	need.Add(need, value)
	if b.Cmp(need) < 0 {
		return fmt.Errorf("%w: %s has %s, needs %s with fees: %s are missing", ErrFunds, from, Ether(b), Ether(need), Ether(new(big.Int).Sub(need, b)))
	}
	return nil
}

// pending is a transaction that is on its way, in all forms in which it was sent.
type pending struct {
	signer Signer
	nonce  uint64
	gas    uint64
	fees   fees
	what   Transaction
	sent   []*types.Transaction
	since  time.Time
	// How often fees were raised before a node took it, and another took its place.
	raised, overtaken int
}

// first sends a transaction with the account's next nonce. One of an account is signed and
// sent at a time.
func (c *Client) first(ctx context.Context, s Signer, t Transaction, gas uint64, f fees) (*pending, error) {
	c.nonces.mu.Lock()
	defer c.nonces.mu.Unlock()
	from := s.Address()
	p := &pending{signer: s, gas: gas, what: t}
	for {
		var nonce uint64
		err := c.ask(ctx, func(ctx context.Context) (err error) {
			nonce, err = c.eth.PendingNonceAt(ctx, from)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("read nonce: %w", err)
		}
		// Some nodes count what they have just been sent a moment late.
		nonce = max(nonce, c.nonces.next[from])
		p.nonce, p.fees = nonce, f
		err = c.sendAgain(ctx, p)
		if err == nil {
			c.nonces.next[from] = nonce + 1
			return p, nil
		}
		delete(c.nonces.next, from) // the node knows better
		f, err = c.reconsider(ctx, p, err)
		if err != nil {
			return nil, err
		}
	}
}

// reconsider looks at why a node did not take a transaction: with what fees to try again, or
// the error in words.
func (c *Client) reconsider(ctx context.Context, p *pending, err error) (fees, error) {
	said := func(words ...string) bool {
		return isAnswer(err) && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(err.Error()), w) })
	}
	switch {
	case said("nonce too low") && p.overtaken < 3:
		p.overtaken++
		return p.fees, nil
	case said("replacement transaction underpriced", "could not replace"):
		// Another program's, in the same place: it is not ours to replace.
		return p.fees, fmt.Errorf("%w to replace a transaction of %s that waits: %w", ErrUnderpriced, p.signer.Address(), err)
	case said("underpriced", "max fee per gas less than block base fee", "below minimum", "gas price too low"):
		fresh, freshErr := c.fees(ctx)
		if freshErr != nil {
			return p.fees, freshErr
		}
		if p.raised++; p.raised > 3 {
			return p.fees, fmt.Errorf("%w: %s for a unit of gas: %w", ErrUnderpriced, gwei(p.fees.most), err)
		}
		raised := p.fees.higher()
		return fees{bigger(raised.tip, fresh.tip), bigger(raised.most, fresh.most)}, nil
	case said("insufficient funds"):
		if short := c.checkFunds(ctx, p.signer.Address(), p.what.Value, p.gas, p.fees); short != nil {
			return p.fees, short
		}
	}
	return p.fees, err
}

func bigger(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}

func gwei(wei *big.Int) string {
	return strings.TrimSuffix(strings.TrimRight(new(big.Rat).SetFrac(wei, big.NewInt(1e9)).FloatString(9), "0"), ".") + " gwei"
}

// sendAgain signs with the present fees and sends.
func (c *Client) sendAgain(ctx context.Context, p *pending) error {
	tx, err := p.signer.SignTx(ctx, types.NewTx(&types.DynamicFeeTx{
		ChainID: c.id, Nonce: p.nonce, GasTipCap: p.fees.tip, GasFeeCap: p.fees.most, Gas: p.gas, To: p.what.To, Value: p.what.Value, Data: p.what.Data,
	}), c.id)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	if err := c.broadcast(ctx, tx); err != nil {
		if !isAnswer(err) { // the node may have it all the same
			err = &Unsettled{Hash: tx.Hash(), Err: err}
		}
		return err
	}
	p.sent, p.since = append(p.sent, tx), time.Now()
	return nil
}

func (c *Client) broadcast(ctx context.Context, tx *types.Transaction) error {
	err := c.ask(ctx, func(ctx context.Context) error { return c.eth.SendTransaction(ctx, tx) })
	if err != nil && isAnswer(err) && strings.Contains(err.Error(), "already known") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}

// wait waits until a transaction is sealed and confirmed. A node may be away for a while: what
// was sent is with others too.
func (c *Client) wait(ctx context.Context, p *pending) (*types.Receipt, error) {
	var away time.Time
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		r, err := c.look(ctx, p)
		switch {
		case err == nil && r != nil:
			return r, nil
		case err == nil:
			away = time.Time{}
		case errors.Is(err, ErrReplaced):
			return nil, err
		case !errors.Is(err, ErrUnreachable):
			return nil, p.unsettled(err)
		case away.IsZero():
			away = time.Now()
		case time.Since(away) >= c.o.Timeout:
			return nil, p.unsettled(err)
		}
		select {
		case <-ctx.Done():
			return nil, p.unsettled(ctx.Err())
		case <-time.After(pause):
		}
	}
}

func (p *pending) unsettled(err error) error {
	return &Unsettled{Hash: p.sent[len(p.sent)-1].Hash(), Err: err}
}

// look is the receipt of a transaction that is sealed and confirmed, else nil; what the
// transaction needs is done.
func (c *Client) look(ctx context.Context, p *pending) (*types.Receipt, error) {
	r, err := c.receipt(ctx, p.sent)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, c.push(ctx, p)
	}
	confirmed, err := c.confirmed(ctx, r)
	if err != nil || !confirmed {
		return nil, err
	}
	return r, nil
}

// receipt is that of whichever form was sealed, nil if none was.
func (c *Client) receipt(ctx context.Context, sent []*types.Transaction) (r *types.Receipt, err error) {
	for _, tx := range sent {
		err = c.ask(ctx, func(ctx context.Context) (err error) {
			r, err = c.eth.TransactionReceipt(ctx, tx.Hash())
			return err
		})
		if err == nil {
			return r, nil
		}
		// A node that indexes what it has just sealed says so with an error of its own.
		if !errors.Is(err, ethereum.NotFound) && !isAnswer(err) {
			return nil, err
		}
	}
	return nil, nil
}

// confirmed says whether enough blocks follow, and that the block is still there. Also where
// none has to follow, the node must have come to the block: receipts are there a moment
// before, and what is asked next would be answered from the state without the transaction.
func (c *Client) confirmed(ctx context.Context, r *types.Receipt) (bool, error) {
	head, err := c.Header(ctx, nil)
	if err != nil && !errors.Is(err, ErrWentBack) {
		return false, err
	}
	if err != nil || head.Number.Uint64() < r.BlockNumber.Uint64()+c.o.Confirmations {
		return false, nil
	}
	if c.o.Confirmations == 0 {
		return true, nil
	}
	h, err := c.Header(ctx, r.BlockNumber)
	return err == nil && h.Hash() == r.BlockHash, err
}

// push does what a transaction that is not sealed needs: nothing yet, to be sent again because
// the node has forgotten it, or higher fees.
func (c *Client) push(ctx context.Context, p *pending) error {
	last := p.sent[len(p.sent)-1]
	var sealed uint64
	err := c.ask(ctx, func(ctx context.Context) (err error) {
		sealed, err = c.eth.NonceAt(ctx, p.signer.Address(), nil)
		return err
	})
	if err != nil {
		return err
	}
	if sealed > p.nonce {
		// Its own receipt may have come since; only if not has another taken its place.
		if r, err := c.receipt(ctx, p.sent); r != nil || err != nil {
			return err
		}
		return fmt.Errorf("%w: account %s, nonce %d", ErrReplaced, p.signer.Address(), p.nonce)
	}
	if time.Since(p.since) >= c.o.StuckAfter {
		p.fees = p.fees.higher()
		return unlessSealed(c.sendAgain(ctx, p))
	}
	err = c.ask(ctx, func(ctx context.Context) error {
		_, _, err := c.eth.TransactionByHash(ctx, last.Hash())
		return err
	})
	if errors.Is(err, ethereum.NotFound) {
		return unlessSealed(c.broadcast(ctx, last))
	}
	if err != nil && !isAnswer(err) {
		return err
	}
	return nil
}

// unlessSealed is no error where a transaction with the nonce was sealed just before it was
// sent again: the next look at the chain says which.
func unlessSealed(err error) error {
	if err != nil && isAnswer(err) && strings.Contains(err.Error(), "nonce too low") {
		return nil
	}
	return err
}

// why finds out, by trying again on the state before, why a transaction failed.
func (c *Client) why(ctx context.Context, from common.Address, t Transaction, gas uint64, r *types.Receipt) error {
	before := new(big.Int).Sub(r.BlockNumber, big.NewInt(1))
	err := c.ask(ctx, func(ctx context.Context) error {
		_, err := c.eth.CallContract(ctx, ethereum.CallMsg{From: from, To: t.To, Value: t.Value, Data: t.Data, Gas: gas}, before)
		return err
	})
	if err = c.refusal(err); err == nil {
		err = errors.New("something changed between its making and its sealing")
	}
	return fmt.Errorf("%w: %s in block %s: %w", ErrFailed, r.TxHash, r.BlockNumber, err)
}

func hashOf(code []byte) common.Hash { return crypto.Keccak256Hash(code) }
