package chain

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license"
	"loyal/license/contracts"
)

// TransferRule says whether licenses of an offer can be handed on. The numbers are the
// contract's.
type TransferRule uint8

// The rules.
const (
	NeverTransfer TransferRule = iota
	TransferWithConsent
	FreeTransfer
)

var transferRules = []string{"never", "with-consent", "free"}

func (r TransferRule) String() string {
	if int(r) >= len(transferRules) {
		return fmt.Sprintf("rule %d", uint8(r))
	}
	return transferRules[r]
}

// MarshalText writes the rule's name.
func (r TransferRule) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the rule's name.
func (r *TransferRule) UnmarshalText(text []byte) error {
	for i, name := range transferRules {
		if string(text) == name {
			*r = TransferRule(i)
			return nil
		}
	}
	return fmt.Errorf("unknown transfer rule %q", text)
}

// Payee is who is paid what share, in hundredths of a percent.
type Payee struct {
	Account common.Address
	Share   uint16
}

// Offer is what a maker offers. Times and durations are in seconds, shares in hundredths of a
// percent.
type Offer struct {
	Number uint32
	Model  common.Hash
	// Token is the ERC-20 to pay in, zero for the chain's own coin; Price is in its smallest
	// unit, for one period.
	Token common.Address
	Price *big.Int
	// Period zero is for ever.
	Period uint32
	Scope  license.Scope
	// Notice is from a revocation to its effect; Irrevocable offers have none.
	Notice      uint32
	Irrevocable bool
	// SaleUntil zero is without end.
	SaleFrom     uint64
	SaleUntil    uint64
	CancelRefund uint16
	RevokeRefund uint16
	Royalty      uint16
	// Supply, Requests and Tokens zero are without limit; the latter two are for a period.
	Supply        uint32
	Requests      uint64
	Tokens        uint64
	MaxSuspension uint32
	Transfer      TransferRule
	TermsHash     common.Hash
	// Payees; none: the maker all of it.
	Payees []Payee

	// What was sold of it, where it is read from a chain.
	Sold    uint32
	Closed  bool
	Revenue *big.Int
}

// maxPayees is the contract's MAX_PAYEES.
const maxPayees = 8

// irrevocable is the notice that stands for no revocation at all.
const irrevocable = math.MaxUint32

func (o *Offer) pack(calls *contracts.Licenses) ([]byte, error) {
	terms := contracts.Offer{
		Model: o.Model, Token: o.Token, Period: o.Period, Scope: uint32(o.Scope), Notice: o.Notice, Price: o.Price,
		SaleFrom: new(big.Int).SetUint64(o.SaleFrom), SaleUntil: new(big.Int).SetUint64(o.SaleUntil),
		CancelRefund: o.CancelRefund, RevokeRefund: o.RevokeRefund, Royalty: o.Royalty, Supply: o.Supply, TermsHash: o.TermsHash,
		Requests: o.Requests, Tokens: o.Tokens, MaxSuspension: o.MaxSuspension, TransferRule: uint8(o.Transfer),
	}
	switch {
	case o.Irrevocable:
		terms.Notice = irrevocable
	case o.Notice == irrevocable:
		return nil, errors.New("this notice stands for an offer that cannot be revoked")
	}
	if o.Price == nil || o.Price.Sign() < 0 || o.Price.BitLen() > 96 {
		return nil, fmt.Errorf("the price %v is not a number of at most 96 bits", o.Price)
	}
	var payees []contracts.Payee
	for _, p := range o.Payees {
		payees = append(payees, contracts.Payee(p))
	}
	return calls.TryPackMakeOffer(terms, payees)
}

// MakeOffer makes an offer for a model of the signer, and returns its number.
func (c *Client) MakeOffer(ctx context.Context, s Signer, o *Offer) (uint32, *types.Receipt, error) {
	data, err := o.pack(c.licenses)
	if err != nil {
		return 0, nil, fmt.Errorf("make offer: %w", err)
	}
	r, err := c.call(ctx, s, nil, data)
	if err != nil {
		return 0, nil, fmt.Errorf("make offer: %w", err)
	}
	e, err := find(r, c.deployment.Licenses, c.licenses.UnpackOfferMadeEvent)
	if err != nil {
		return 0, nil, fmt.Errorf("make offer: %w", err)
	}
	return e.Offer, r, nil
}

// Offer reads an offer. An unknown one is [ErrUnknown].
func (c *Client) Offer(ctx context.Context, n uint32) (*Offer, error) {
	terms, err := ask(ctx, c, c.licenses.PackOffers(n), c.licenses.UnpackOffers)
	if err != nil {
		return nil, fmt.Errorf("read offer %d: %w", n, err)
	}
	if terms.Scope == 0 {
		return nil, fmt.Errorf("%w: offer %d", ErrUnknown, n)
	}
	sales, err := ask(ctx, c, c.licenses.PackSales(n), c.licenses.UnpackSales)
	if err != nil {
		return nil, fmt.Errorf("read offer %d: %w", n, err)
	}
	o := &Offer{
		Number: n, Model: terms.Model, Token: terms.Token, Price: terms.Price, Period: terms.Period, Scope: license.Scope(terms.Scope),
		Notice: terms.Notice, SaleFrom: terms.SaleFrom.Uint64(), SaleUntil: terms.SaleUntil.Uint64(),
		CancelRefund: terms.CancelRefund, RevokeRefund: terms.RevokeRefund, Royalty: terms.Royalty, Supply: terms.Supply,
		Requests: terms.Requests, Tokens: terms.Tokens, MaxSuspension: terms.MaxSuspension, Transfer: TransferRule(terms.TransferRule),
		TermsHash: terms.TermsHash, Sold: sales.Sold, Closed: sales.Closed, Revenue: sales.Revenue,
	}
	if o.Notice == irrevocable {
		o.Notice, o.Irrevocable = 0, true
	}
	for i := range int64(maxPayees) {
		p, err := ask(ctx, c, c.licenses.PackPayees(n, big.NewInt(i)), c.licenses.UnpackPayees)
		if refused := new(Refused); errors.As(err, &refused) {
			return o, nil // beyond the last
		}
		if err != nil {
			return nil, fmt.Errorf("read offer %d: %w", n, err)
		}
		o.Payees = append(o.Payees, Payee(p))
	}
	return o, nil
}

// Offers reads the offers for a model, or all of them if it is zero.
func (c *Client) Offers(ctx context.Context, model common.Hash) (list []*Offer, err error) {
	count, err := ask(ctx, c, c.licenses.PackOfferCount(), c.licenses.UnpackOfferCount)
	if err != nil {
		return nil, fmt.Errorf("read offers: %w", err)
	}
	for n := uint32(1); n <= count; n++ {
		o, err := c.Offer(ctx, n)
		if err != nil {
			return nil, err
		}
		if model == (common.Hash{}) || o.Model == model {
			list = append(list, o)
		}
	}
	return list, nil
}

// CloseOffer stops selling an offer, for ever.
func (c *Client) CloseOffer(ctx context.Context, s Signer, n uint32) (*types.Receipt, error) {
	return c.doing(ctx, "close offer", s, nil, c.licenses.PackCloseOffer(n))
}
