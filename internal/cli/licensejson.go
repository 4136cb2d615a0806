package cli

import (
	"encoding/json"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"loyal/license"
	"loyal/license/chain"
)

// Results of the license commands are documented in docs/formats/license-json.md: keys that do
// not change their meaning, times as RFC 3339, amounts as decimal text, since a number of JSON
// loses digits beyond 2^53, addresses with their checksum.

// checksummed is an address as EIP-55 writes it.
type checksummed common.Address

func (a checksummed) String() string { return common.Address(a).Hex() }

func (a checksummed) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// ifAny is an address, or nothing for zero.
func ifAny(a common.Address) *checksummed {
	if a == (common.Address{}) {
		return nil
	}
	return (*checksummed)(&a)
}

// hashIfAny is a hash, or nothing for zero.
func hashIfAny(h common.Hash) *common.Hash {
	if h == (common.Hash{}) {
		return nil
	}
	return &h
}

// instant is a time in seconds since 1970; null where it is without end.
type instant uint64

func (t instant) MarshalJSON() ([]byte, error) {
	if t >= license.ForEver {
		return []byte("null"), nil
	}
	return json.Marshal(time.Unix(int64(t), 0).UTC().Format(time.RFC3339))
}

// decimal is an amount of something's smallest unit.
type decimal struct{ *big.Int }

// MarshalJSON writes text, not the number that a big.Int is by itself.
func (d decimal) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

func number(n uint64) decimal { return decimal{new(big.Int).SetUint64(n)} }

// uses are the names of a scope.
func uses(s license.Scope) []string {
	if s == 0 {
		return []string{}
	}
	return strings.Split(s.String(), ",")
}

// spanJSON is a time from start to end, which is exclusive.
type spanJSON struct {
	Start instant `json:"start"`
	End   instant `json:"end"`
}

func spans(list []license.Period) []spanJSON {
	out := []spanJSON{}
	for _, p := range list {
		out = append(out, spanJSON{instant(p.Start), instant(p.End)})
	}
	return out
}

// blockJSON is a block at which something stands.
type blockJSON struct {
	Number uint64      `json:"number"`
	Hash   common.Hash `json:"hash"`
	Time   instant     `json:"time"`
}

// questionJSON is what is asked.
type questionJSON struct {
	Model   common.Hash `json:"model"`
	Subject checksummed `json:"subject"`
	// Scope has no uses where any use will do.
	Scope []string `json:"scope"`
	At    *instant `json:"at"`
}

func newQuestion(q license.Question) questionJSON {
	out := questionJSON{Model: q.Model, Subject: checksummed(q.Subject), Scope: uses(q.Scope)}
	if q.At != 0 {
		out.At = (*instant)(&q.At)
	}
	return out
}

// offerJSON is an offer.
type offerJSON struct {
	Offer     uint32       `json:"offer"`
	Model     common.Hash  `json:"model"`
	Price     decimal      `json:"price"`
	Token     *checksummed `json:"token"`
	Period    uint32       `json:"period_seconds"`
	Scope     []string     `json:"scope"`
	Requests  *decimal     `json:"requests"`
	Tokens    *decimal     `json:"tokens"`
	TermsHash common.Hash  `json:"terms_hash"`
	// TermsMatch is whether a document has this hash, where one was given.
	TermsMatch    *bool       `json:"terms_match,omitempty"`
	Transfer      string      `json:"transfer"`
	Revocable     bool        `json:"revocable"`
	Notice        uint32      `json:"notice_seconds"`
	CancelRefund  uint16      `json:"cancel_refund_bps"`
	RevokeRefund  uint16      `json:"revoke_refund_bps"`
	MaxSuspension uint32      `json:"max_suspension_seconds"`
	Royalty       uint16      `json:"royalty_bps"`
	Supply        *uint32     `json:"supply"`
	Sold          uint32      `json:"sold"`
	SaleFrom      *instant    `json:"sale_from"`
	SaleUntil     *instant    `json:"sale_until"`
	Closed        bool        `json:"closed"`
	Revenue       decimal     `json:"revenue"`
	Payees        []payeeJSON `json:"payees"`
}

type payeeJSON struct {
	Account checksummed `json:"account"`
	Share   uint16      `json:"share_bps"`
}

func newOfferJSON(o *chain.Offer) offerJSON {
	out := offerJSON{
		Offer: o.Number, Model: o.Model, Price: decimal{o.Price}, Token: ifAny(o.Token), Period: o.Period, Scope: uses(o.Scope),
		TermsHash: o.TermsHash, Transfer: o.Transfer.String(), Revocable: !o.Irrevocable, Notice: o.Notice, CancelRefund: o.CancelRefund,
		RevokeRefund: o.RevokeRefund, MaxSuspension: o.MaxSuspension, Royalty: o.Royalty, Sold: o.Sold, Closed: o.Closed,
		Revenue: decimal{o.Revenue}, Payees: []payeeJSON{},
	}
	if o.Requests != 0 {
		n := number(o.Requests)
		out.Requests = &n
	}
	if o.Tokens != 0 {
		n := number(o.Tokens)
		out.Tokens = &n
	}
	if o.Supply != 0 {
		out.Supply = &o.Supply
	}
	if o.SaleFrom != 0 {
		out.SaleFrom = (*instant)(&o.SaleFrom)
	}
	if o.SaleUntil != 0 {
		out.SaleUntil = (*instant)(&o.SaleUntil)
	}
	for _, p := range o.Payees {
		out.Payees = append(out.Payees, payeeJSON{checksummed(p.Account), p.Share})
	}
	return out
}
