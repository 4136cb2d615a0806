package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license"
	"loyal/license/contracts"
)

// ErrUnknown reports a model, version, offer or license that is not there.
var ErrUnknown = errors.New("not on record")

// call sends a transaction to the Licenses contract.
func (c *Client) call(ctx context.Context, s Signer, value *big.Int, data []byte) (*types.Receipt, error) {
	return c.Send(ctx, s, Transaction{To: &c.deployment.Licenses, Value: value, Data: data})
}

// doing is call with what is done in the error.
func (c *Client) doing(ctx context.Context, what string, s Signer, value *big.Int, data []byte) (*types.Receipt, error) {
	r, err := c.call(ctx, s, value, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return r, nil
}

// ask reads from the Licenses contract.
func ask[T any](ctx context.Context, c *Client, data []byte, unpack func([]byte) (T, error)) (out T, err error) {
	raw, err := c.view(ctx, c.deployment.Licenses, data, nil)
	if err != nil {
		return out, err
	}
	return unpack(raw)
}

// find is the first event of its kind that a contract left in a receipt.
func find[E any](r *types.Receipt, contract common.Address, unpack func(*types.Log) (*E, error)) (*E, error) {
	for _, l := range r.Logs {
		if l.Address != contract {
			continue
		}
		if e, err := unpack(l); err == nil {
			return e, nil
		}
	}
	return nil, fmt.Errorf("transaction %s has no such event", r.TxHash)
}

// Register registers a model of the signer under a name, and returns its id.
func (c *Client) Register(ctx context.Context, s Signer, name, uri string, metadata common.Hash) (common.Hash, *types.Receipt, error) {
	r, err := c.Send(ctx, s, Transaction{To: &c.deployment.Registry, Data: c.registry.PackRegister(name, uri, metadata)})
	if err != nil {
		return common.Hash{}, nil, fmt.Errorf("register model: %w", err)
	}
	e, err := find(r, c.deployment.Registry, c.registry.UnpackModelRegisteredEvent)
	if err != nil {
		return common.Hash{}, nil, fmt.Errorf("register model: %w", err)
	}
	return e.Model, r, nil
}

// Commitment is what a maker commits to before a version is released.
type Commitment struct {
	// Weights is the digest of the weights.
	Weights common.Hash
	// SetRoot is the Merkle root of the salted fingerprints.
	SetRoot common.Hash
	// RuleHash is the hash of the rule by which an audit decides.
	RuleHash common.Hash
}

// Parent is the version that another one is derived from.
type Parent struct {
	Model   common.Hash
	Version uint32
}

// Commit commits to a version of a model, and returns its number. Parent is nil for what is
// derived from nothing.
func (c *Client) Commit(ctx context.Context, s Signer, model common.Hash, v Commitment, parent *Parent) (uint32, *types.Receipt, error) {
	data := c.registry.PackCommit(model, v.Weights, v.SetRoot, v.RuleHash)
	if parent != nil {
		data = c.registry.PackCommitDerived(model, v.Weights, v.SetRoot, v.RuleHash, contracts.ModelRegistryParent{Model: parent.Model, Version: parent.Version})
	}
	r, err := c.Send(ctx, s, Transaction{To: &c.deployment.Registry, Data: data})
	if err != nil {
		return 0, nil, fmt.Errorf("commit to a version: %w", err)
	}
	e, err := find(r, c.deployment.Registry, c.registry.UnpackVersionCommittedEvent)
	if err != nil {
		return 0, nil, fmt.Errorf("commit to a version: %w", err)
	}
	return e.Version, r, nil
}

// licensed is the license that a transaction made.
func (c *Client) licensed(what string, r *types.Receipt, err error) (uint64, *types.Receipt, error) {
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", what, err)
	}
	e, err := find(r, c.deployment.Licenses, c.licenses.UnpackLicensedEvent)
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", what, err)
	}
	return e.License.Uint64(), r, nil
}

// Buy buys a license for so many periods. A price in an ERC-20 needs an allowance, which is
// given for just this price if it is not there.
func (c *Client) Buy(ctx context.Context, s Signer, offer uint32, periods uint16) (uint64, *types.Receipt, error) {
	o, err := c.Offer(ctx, offer)
	if err != nil {
		return 0, nil, fmt.Errorf("buy license: %w", err)
	}
	value, err := c.prepay(ctx, s, o, uint64(periods))
	if err != nil {
		return 0, nil, fmt.Errorf("buy license: %w", err)
	}
	r, err := c.call(ctx, s, value, c.licenses.PackBuy(offer, periods))
	return c.licensed("buy license", r, err)
}

// Renew renews a license for so many periods.
func (c *Client) Renew(ctx context.Context, s Signer, id uint64, periods uint16) (*types.Receipt, error) {
	o, err := c.Offer(ctx, license.Offer(id))
	if err != nil {
		return nil, fmt.Errorf("renew license: %w", err)
	}
	value, err := c.prepay(ctx, s, o, uint64(periods))
	if err != nil {
		return nil, fmt.Errorf("renew license: %w", err)
	}
	return c.doing(ctx, "renew license", s, value, c.licenses.PackRenewSubscription(token(id), uint64(periods)*uint64(o.Period)))
}

// prepay says how much of the chain's coin to send for so many periods, and sees to the
// allowance where the price is in a token.
func (c *Client) prepay(ctx context.Context, s Signer, o *Offer, periods uint64) (*big.Int, error) {
	price := new(big.Int).Mul(o.Price, new(big.Int).SetUint64(periods))
	if o.Token == (common.Address{}) {
		return price, nil
	}
	return nil, c.allow(ctx, s, o.Token, price)
}

// Grant gives a license away; duration zero is one period of the offer.
func (c *Client) Grant(ctx context.Context, s Signer, offer uint32, subject common.Address, scope license.Scope, duration uint64) (uint64, *types.Receipt, error) {
	r, err := c.call(ctx, s, nil, c.licenses.PackGrant(offer, subject, uint32(scope), new(big.Int).SetUint64(duration)))
	return c.licensed("grant license", r, err)
}

// Cancel ends a license of the signer now.
func (c *Client) Cancel(ctx context.Context, s Signer, id uint64) (*types.Receipt, error) {
	return c.doing(ctx, "cancel license", s, nil, c.licenses.PackCancelSubscription(token(id)))
}

// Suspend suspends a license from now on, for so many seconds.
func (c *Client) Suspend(ctx context.Context, s Signer, id uint64, duration uint32, reason common.Hash) (*types.Receipt, error) {
	return c.doing(ctx, "suspend license", s, nil, c.licenses.PackSuspend(token(id), duration, reason))
}

// Resume ends a suspension now.
func (c *Client) Resume(ctx context.Context, s Signer, id uint64) (*types.Receipt, error) {
	return c.doing(ctx, "resume license", s, nil, c.licenses.PackResume(token(id)))
}

// Revoke revokes a license after the notice of its offer.
func (c *Client) Revoke(ctx context.Context, s Signer, id uint64, reason common.Hash) (*types.Receipt, error) {
	return c.doing(ctx, "revoke license", s, nil, c.licenses.PackRevoke(token(id), reason))
}

// Transfer hands a license of the signer on.
func (c *Client) Transfer(ctx context.Context, s Signer, id uint64, to common.Address) (*types.Receipt, error) {
	return c.doing(ctx, "transfer license", s, nil, c.licenses.PackTransferFrom(s.Address(), to, token(id)))
}

// Consent lets the present holder of a license hand it on to somebody.
func (c *Client) Consent(ctx context.Context, s Signer, id uint64, to common.Address) (*types.Receipt, error) {
	return c.doing(ctx, "consent to transfer", s, nil, c.licenses.PackConsent(token(id), to))
}

// AddDelegate names an address that uses a license of the signer.
func (c *Client) AddDelegate(ctx context.Context, s Signer, id uint64, operator common.Address) (*types.Receipt, error) {
	return c.doing(ctx, "add delegate", s, nil, c.licenses.PackAddDelegate(token(id), operator))
}

// RemoveDelegate ends the right of a delegate.
func (c *Client) RemoveDelegate(ctx context.Context, s Signer, id uint64, operator common.Address) (*types.Receipt, error) {
	return c.doing(ctx, "remove delegate", s, nil, c.licenses.PackRemoveDelegate(token(id), operator))
}

// Distribute divides what an offer has earned among its payees.
func (c *Client) Distribute(ctx context.Context, s Signer, offer uint32) (*types.Receipt, error) {
	return c.doing(ctx, "distribute", s, nil, c.licenses.PackDistribute(offer))
}

// Owed is what a contract owes to an account in a token, zero for the chain's own coin.
func (c *Client) Owed(ctx context.Context, tokenContract, account common.Address) (*big.Int, error) {
	return ask(ctx, c, c.licenses.PackOwed(tokenContract, account), c.licenses.UnpackOwed)
}

// Withdraw fetches what is owed to the signer.
func (c *Client) Withdraw(ctx context.Context, s Signer, tokenContract, to common.Address) (*big.Int, *types.Receipt, error) {
	r, err := c.doing(ctx, "withdraw", s, nil, c.licenses.PackWithdraw(tokenContract, to))
	if err != nil {
		return nil, nil, err
	}
	e, err := find(r, c.deployment.Licenses, c.licenses.UnpackWithdrawnEvent)
	if err != nil {
		return nil, nil, fmt.Errorf("withdraw: %w", err)
	}
	return e.Amount, r, nil
}

// Life is what is on record of a license, and who holds it. An unknown one is [ErrUnknown].
func (c *Client) Life(ctx context.Context, id uint64) (*license.Life, common.Address, error) {
	h, err := c.Header(ctx, nil)
	if err != nil {
		return nil, common.Address{}, err
	}
	l, err := license.History(c.Storage(ctx, h.Hash()), id)
	if err != nil {
		return nil, common.Address{}, err
	}
	if l.Scope == 0 {
		return nil, common.Address{}, fmt.Errorf("%w: license %s", ErrUnknown, Number(id))
	}
	holder, err := ask(ctx, c, c.licenses.PackOwnerOf(token(id)), c.licenses.UnpackOwnerOf)
	if err != nil {
		return nil, common.Address{}, fmt.Errorf("read holder: %w", err)
	}
	return l, holder, nil
}

func token(id uint64) *big.Int { return new(big.Int).SetUint64(id) }

// Redeem exchanges a voucher for a license. A voucher for another chain or contract is
// [ErrWrongContract].
func (c *Client) Redeem(ctx context.Context, s Signer, v *license.SignedVoucher) (uint64, *types.Receipt, error) {
	if v.ChainID != c.deployment.ChainID || v.Contract != c.deployment.Licenses {
		return 0, nil, fmt.Errorf("redeem voucher: %w: it is for %s on chain %d", ErrWrongContract, v.Contract, v.ChainID)
	}
	data := c.licenses.PackRedeem(contracts.Voucher{
		Offer: v.Offer, Subject: v.Subject, Scope: uint32(v.Scope), Duration: new(big.Int).SetUint64(v.Duration), Nonce: v.Nonce,
		Deadline: new(big.Int).SetUint64(v.Deadline),
	}, v.Signature)
	r, err := c.call(ctx, s, nil, data)
	return c.licensed("redeem voucher", r, err)
}

// VoidVoucher makes vouchers of the signer with this nonce worthless.
func (c *Client) VoidVoucher(ctx context.Context, s Signer, nonce *big.Int) (*types.Receipt, error) {
	return c.doing(ctx, "void voucher", s, nil, c.licenses.PackVoidVoucher(nonce))
}
