package contracts_test

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"pgregory.net/rapid"

	"loyal/internal/evm"
	"loyal/license"
	"loyal/license/contracts"
	"loyal/license/devchain"
)

var (
	makerKey, _ = crypto.ToECDSA(crypto.Keccak256([]byte("a maker for tests")))
	maker       = crypto.PubkeyToAddress(makerKey.PublicKey)
	people      = []common.Address{{0xa1}, {0xb0}, {0xca}, {0xd0}}
	ether       = big.NewInt(1e18)
)

// world is a deployed contract beside the reference.
type world struct {
	t        *rapid.T
	vm       *evm.VM
	c        *contracts.Licenses
	r        *contracts.ModelRegistry
	address  common.Address
	registry common.Address
	models   [][32]byte
	ref      reference
	marks    []uint64 // times at which something happened
	prices   []*big.Int
}

const begin = 1_800_000_000

func newWorld(t *rapid.T) *world {
	vm, err := evm.New(devchain.Config(), begin)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, vm: vm, c: contracts.NewLicenses(), r: contracts.NewModelRegistry(), ref: reference{now: begin, nonces: map[uint64]bool{}}}
	if w.address, err = vm.Deploy(maker, common.FromHex(contracts.LicensesMetaData.Bin)); err != nil {
		t.Fatal(err)
	}
	w.registry, err = w.c.UnpackREGISTRY(w.view(w.c.PackREGISTRY()))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		vm.Deal(p, new(big.Int).Mul(ether, big.NewInt(1e6)))
	}
	for _, name := range []string{"a", "b"} {
		out, err := vm.Call(maker, w.registry, nil, w.r.PackRegister(name, "", [32]byte{}))
		if err != nil {
			t.Fatal(err)
		}
		w.models = append(w.models, [32]byte(out))
	}
	return w
}

func (w *world) view(data []byte) []byte {
	out, err := w.vm.View(w.address, data)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// do runs an operation on both and compares whether it was allowed.
func (w *world) do(what string, want bool, from common.Address, value *big.Int, data []byte) {
	_, err := w.vm.Call(from, w.address, value, data)
	if refused := new(evm.Reverted); err != nil && !errors.As(err, &refused) {
		w.t.Fatalf("%s: %v", what, err)
	}
	if (err == nil) != want {
		why := "allowed"
		if refused := new(evm.Reverted); errors.As(err, &refused) {
			e, _ := w.c.UnpackError(refused.Data)
			why = fmt.Sprintf("refused: %T %+v", e, e)
		}
		w.t.Fatalf("%s at %d: %s, want allowed %v", what, w.ref.now-begin, why, want)
	}
}

func (w *world) pick(n int, what string) int { return rapid.IntRange(0, n-1).Draw(w.t, what) }

func (w *world) person(what string) common.Address { return people[w.pick(len(people), what)] }

func (w *world) offer() {
	t := w.t
	o := refOffer{
		model:         w.pick(2, "model"),
		period:        rapid.SampledFrom([]uint64{0, 100, 1000}).Draw(t, "period"),
		scope:         rapid.Uint32Range(1, 7).Draw(t, "scope"),
		irrevocable:   rapid.IntRange(0, 3).Draw(t, "irrevocable") == 0,
		notice:        rapid.SampledFrom([]uint64{0, 50, 5000}).Draw(t, "notice"),
		maxSuspension: rapid.SampledFrom([]uint64{0, 100, 500}).Draw(t, "suspension"),
		transfer:      rapid.Uint8Range(0, 2).Draw(t, "transfer"),
		supply:        rapid.IntRange(0, 3).Draw(t, "supply"),
	}
	if rapid.Bool().Draw(t, "sale ends") {
		o.saleUntil = w.ref.now + rapid.Uint64Range(1, 3000).Draw(t, "sale")
	}
	terms := contracts.Offer{
		Model: w.models[o.model], Period: uint32(o.period), Scope: o.scope, Notice: uint32(o.notice), Price: big.NewInt(int64(1000 + w.pick(1000, "price"))),
		SaleFrom: new(big.Int), SaleUntil: new(big.Int).SetUint64(o.saleUntil), Supply: uint32(o.supply),
		MaxSuspension: uint32(o.maxSuspension), TransferRule: o.transfer,
		TermsHash: [32]byte{byte(len(w.ref.offers) + 1)},
	}
	if o.irrevocable {
		terms.Notice = 1<<32 - 1
	}
	if o.period != 0 {
		terms.CancelRefund = rapid.Uint16Range(0, 10_000).Draw(t, "cancel refund")
		terms.RevokeRefund = rapid.Uint16Range(0, 10_000).Draw(t, "revoke refund")
	}
	w.do("offer", true, maker, nil, w.c.PackMakeOffer(terms, nil))
	w.ref.offers = append(w.ref.offers, o)
	w.prices = append(w.prices, terms.Price)
}

// step draws one operation.
func (w *world) step() {
	t, r := w.t, &w.ref
	w.marks = append(w.marks, r.now)
	offer := w.pick(len(r.offers), "offer")
	price := func(n uint64) *big.Int { return new(big.Int).Mul(w.prices[offer], new(big.Int).SetUint64(n)) }
	op := w.pick(15, "operation")
	if op > 4 && len(r.licenses) == 0 {
		op = 2
	}
	switch op {
	case 0, 1:
		w.wait()
		w.vm.Time, w.vm.Number = r.now, w.vm.Number+1
		return
	case 2:
		who, n := w.person("buyer"), uint64(w.pick(3, "periods"))
		w.do("buy", r.buy(offer, who, n), who, price(n), w.c.PackBuy(uint32(offer+1), uint16(n)))
		return
	case 3:
		who, scope, d := w.person("subject"), rapid.Uint32Range(0, 7).Draw(t, "granted"), uint64(w.pick(3, "duration")*150)
		w.do("grant", r.grant(offer, who, scope, d), maker, nil, w.c.PackGrant(uint32(offer+1), who, scope, new(big.Int).SetUint64(d)))
		return
	case 4:
		w.redeem(offer)
		return
	}
	l := r.licenses[w.pick(len(r.licenses), "which")]
	id := new(big.Int).SetUint64(l.id)
	offer = l.offer
	o := r.offerOf(l)
	who, other := w.person("who"), w.person("other")
	if w.pick(4, "stranger") > 0 {
		who = l.holder().who
	}
	switch op {
	case 5, 6:
		n := uint64(w.pick(3, "periods"))
		w.do("renew", r.renew(l, who, n), who, price(n), w.c.PackRenewSubscription(id, n*o.period))
	case 7:
		w.do("cancel", r.cancel(l, who), who, nil, w.c.PackCancelSubscription(id))
	case 8:
		d := rapid.SampledFrom([]uint64{0, 1, 60, 100, 300}).Draw(t, "for")
		w.do("suspend", r.suspend(l, d), maker, nil, w.c.PackSuspend(id, uint32(d), [32]byte{1}))
	case 9:
		w.do("resume", r.resume(l), maker, nil, w.c.PackResume(id))
	case 10:
		w.do("revoke", r.revoke(l), maker, nil, w.c.PackRevoke(id, [32]byte{2}))
	case 11:
		w.do("transfer", r.transfer(l, who, other), who, nil, w.c.PackTransferFrom(who, other, id))
	case 12:
		l.consent = other
		w.do("consent", true, maker, nil, w.c.PackConsent(id, other))
	case 13:
		w.do("add delegate", r.addDelegate(l, who, other), who, nil, w.c.PackAddDelegate(id, other))
	case 14:
		if w.pick(4, "close") == 0 {
			o.closed = true
			w.do("close", true, maker, nil, w.c.PackCloseOffer(uint32(offer+1)))
			return
		}
		w.do("remove delegate", r.removeDelegate(l, who, other), who, nil, w.c.PackRemoveDelegate(id, other))
	}
}

// wait lets time pass, often just to where something ends.
func (w *world) wait() {
	d := rapid.SampledFrom([]uint64{1, 10, 99, 100, 101, 777}).Draw(w.t, "wait")
	var ends []uint64
	for _, l := range w.ref.licenses {
		for _, s := range append(l.suspensions, *l.last(), span{end: l.revokedAt}) {
			if s.end > w.ref.now && s.end < forEver {
				ends = append(ends, s.end-w.ref.now)
			}
		}
	}
	if len(ends) > 0 && rapid.Bool().Draw(w.t, "to an end") {
		d = rapid.SampledFrom(ends).Draw(w.t, "end")
	}
	w.ref.now += d
}

func (w *world) redeem(offer int) {
	v := contracts.Voucher{
		Offer: uint32(offer + 1), Subject: w.person("subject"), Scope: w.ref.offers[offer].scope, Duration: big.NewInt(200),
		Nonce: big.NewInt(int64(w.pick(5, "nonce"))), Deadline: new(big.Int).SetUint64(w.ref.now),
	}
	sig, err := crypto.Sign(w.view(w.c.PackVoucherHash(v)), makerKey)
	if err != nil {
		w.t.Fatal(err)
	}
	sig[64] += 27
	want := w.ref.redeem(v.Nonce.Uint64(), offer, v.Subject, v.Scope, 200)
	w.do("redeem", want, w.person("sender"), nil, w.c.PackRedeem(v, sig))
}

// slots is the contract's storage.
type slots struct{ w *world }

func (s slots) Slot(slot common.Hash) (common.Hash, error) {
	return s.w.vm.Storage(s.w.address, slot), nil
}

// terms are the hash that offer made up for its terms.
func (w *world) terms(id uint64) common.Hash {
	if id == 0 {
		return common.Hash{}
	}
	return common.Hash{byte(license.Offer(id))}
}

// compare asks both about everybody at many past times.
func (w *world) compare() {
	times := []uint64{begin, w.ref.now}
	for _, m := range w.marks {
		times = append(times, m, m+1)
	}
	for _, l := range w.ref.licenses {
		for _, p := range slices.Concat(l.periods, l.suspensions) {
			times = append(times, p.start-1, p.start, p.end-1, p.end)
		}
		times = append(times, l.revokedAt, l.revokedAt-1)
	}
	slices.Sort(times)
	times = slices.Compact(times)
	for _, who := range people {
		for m := range w.models {
			scope := rapid.Uint32Range(0, 7).Draw(w.t, "asked scope")
			for _, at := range times {
				if at < begin-1 || at > w.ref.now {
					continue
				}
				got, err := w.c.UnpackStatusOf(w.view(w.c.PackStatusOf(w.models[m], who, scope, new(big.Int).SetUint64(at))))
				if err != nil {
					w.t.Fatal(err)
				}
				read, err := license.Check(slots{w}, license.Question{Model: w.models[m], Subject: who, Scope: license.Scope(scope), At: at})
				if err != nil || uint8(read.Status) != got.Best || read.License != got.License.Uint64() || read.TermsHash != w.terms(read.License) {
					w.t.Fatalf("%s, model %d, scope %d at %d: the slots say %+v (%v), the contract %d of %x", who, m, scope, at-begin, read, err, got.Best, got.License)
				}
				want, of := w.ref.status(m, who, scope, at)
				if int(got.Best) != want || want != noRecord && !slices.Contains(of, got.License.Uint64()) {
					w.t.Fatalf("%s, model %d, scope %d at %d: %d of %x, want %d of %x", who, m, scope, at-begin, got.Best, got.License, want, of)
				}
			}
		}
	}
}

// The contract and the reference allow the same and say the same of every past time.
func TestLifeCycle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(1, 3).Draw(t, "offers") {
			w.offer()
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			w.step()
		}
		w.compare()
	})
}
