package contracts_test

import (
	"encoding/json"
	"flag"
	"maps"
	"math/big"
	"os"
	"strconv"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"loyal/internal/evm"
	"loyal/license/contracts"
	"loyal/license/devchain"
)

var update = flag.Bool("update", false, "write snapshots/forecast.json anew")

// meter plays the scenes of test/Gas.t.sol, of those calls that makers and licensees make most.
type meter struct {
	t        *testing.T
	vm       *evm.VM
	c        *contracts.Licenses
	r        *contracts.ModelRegistry
	licenses common.Address
	registry common.Address
	model    [32]byte
	gas      map[string]string
	last     uint64 // gas
	offers   uint64
}

var (
	gasMaker  = common.HexToAddress("0xA11CE")
	gasOther  = common.HexToAddress("0xCA401")
	gasHeir   = common.HexToAddress("0xB0B")
	gasServer = common.HexToAddress("0x5E41E4")
	gasBuyer  = common.HexToAddress("0xA3Cc5cDEd4D4f5E7D6C9b3A9dA1eE6A1c8fB5D27")
	word      = [32]byte(common.HexToHash("0x3e55e5a3a2b4e5a4a4c4b5a9b8e1d2c3f4a5b6c7d8e9fa0b1c2d3e4f5a6b7c8d"))
)

const (
	month  = 30 * 24 * 3600
	deploy = "deploy, as a transaction"
)

func newMeter(t *testing.T, config *params.ChainConfig, gas map[string]string) *meter {
	vm, err := evm.New(config, begin)
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{t: t, vm: vm, c: contracts.NewLicenses(), r: contracts.NewModelRegistry(), gas: gas}
	for _, who := range []common.Address{gasMaker, gasOther, gasHeir, gasBuyer} {
		vm.Deal(who, new(big.Int).Mul(ether, big.NewInt(1000)))
	}
	if m.last, err = vm.Transact(gasMaker, nil, nil, common.FromHex(contracts.LicensesMetaData.Bin)); err != nil {
		t.Fatal("deploy: ", err)
	}
	m.snap(deploy)
	m.licenses = vm.Created(gasMaker)
	if m.registry, err = m.c.UnpackREGISTRY(m.view(m.c.PackREGISTRY())); err != nil {
		t.Fatal(err)
	}
	// The buyer has a license of another model already.
	m.model = m.register("another")
	m.buy(m.offer(m.basic()))
	m.model = m.register("llama")
	return m
}

func (m *meter) view(data []byte) []byte {
	out, err := m.vm.View(m.licenses, data)
	if err != nil {
		m.t.Fatal(err)
	}
	return out
}

func (m *meter) snap(name string) { m.gas[name] = strconv.FormatUint(m.last, 10) }

func (m *meter) send(from, to common.Address, ethers int64, data []byte) {
	m.t.Helper()
	gas, err := m.vm.Transact(from, &to, new(big.Int).Mul(ether, big.NewInt(ethers)), data)
	if err != nil {
		m.t.Fatal(err)
	}
	m.last = gas
}

func (m *meter) register(name string) [32]byte {
	m.send(gasMaker, m.registry, 0, m.r.PackRegister(name, "", word))
	return m.id(gasMaker, name)
}

func (m *meter) id(owner common.Address, name string) [32]byte {
	out, err := m.vm.View(m.registry, m.r.PackModelId(owner, name))
	if err != nil {
		m.t.Fatal(err)
	}
	return [32]byte(out)
}

func (m *meter) basic() contracts.Offer {
	return contracts.Offer{
		Model: m.model, Period: month, Scope: 3, Price: ether, Notice: 1<<32 - 1, TermsHash: common.HexToHash("0x7e4"), TransferRule: 2,
		SaleFrom: new(big.Int), SaleUntil: new(big.Int),
	}
}

func (m *meter) strict() contracts.Offer {
	o := m.basic()
	o.CancelRefund, o.RevokeRefund, o.Notice, o.MaxSuspension = 5_000, 10_000, 7*24*3600, 10*24*3600
	return o
}

func (m *meter) offer(o contracts.Offer, payees ...contracts.Payee) uint32 {
	m.send(gasMaker, m.licenses, 0, m.c.PackMakeOffer(o, payees))
	m.offers++
	return uint32(m.offers)
}

// sold is an offer of which there are licenses.
func (m *meter) sold(o contracts.Offer) uint32 {
	n := m.offer(o)
	m.send(gasMaker, m.licenses, 0, m.c.PackGrant(n, gasOther, o.Scope, new(big.Int)))
	m.send(gasOther, m.licenses, 1, m.c.PackBuy(n, 1))
	return n
}

func (m *meter) buy(offer uint32) *big.Int {
	m.send(gasBuyer, m.licenses, 1, m.c.PackBuy(offer, 1))
	sold, err := m.c.UnpackSales(m.view(m.c.PackSales(offer)))
	if err != nil {
		m.t.Fatal(err)
	}
	return new(big.Int).SetUint64(uint64(offer)<<32 | uint64(sold.Sold))
}

// scenes are what is measured, each in a world of its own.
var scenes = []func(*meter){
	func(m *meter) {
		for _, name := range []string{"commit, first", "commit"} {
			m.send(gasMaker, m.registry, 0, m.r.PackCommit(m.model, word, word, word))
			m.snap(name)
		}
	},
	func(m *meter) {
		m.send(gasMaker, m.registry, 0, m.r.PackOfferOwnership(m.model, gasHeir))
		m.snap("offerOwnership")
		m.send(gasHeir, m.registry, 0, m.r.PackAcceptOwnership(m.model))
		m.snap("acceptOwnership")
	},
	func(m *meter) {
		m.offer(m.basic())
		n := m.offer(m.strict())
		m.snap("makeOffer, one payee")
		m.send(gasMaker, m.licenses, 0, m.c.PackCloseOffer(n))
		m.snap("closeOffer")
	},
	func(m *meter) { m.buy(m.sold(m.basic())); m.snap("buy, warm") },
	func(m *meter) { m.buy(m.sold(m.strict())); m.snap("buy, warm, refundable") },
	func(m *meter) {
		n := m.sold(m.basic())
		m.send(gasMaker, m.licenses, 0, m.c.PackGrant(n, gasBuyer, 1, new(big.Int)))
		m.snap("grant, warm")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.basic()))
		m.send(gasBuyer, m.licenses, 1, m.c.PackRenewSubscription(id, month))
		m.snap("renewSubscription, in time")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.basic()))
		m.vm.Time += 2 * month
		m.send(gasBuyer, m.licenses, 1, m.c.PackRenewSubscription(id, month))
		m.snap("renewSubscription, after a lapse")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.basic()))
		m.vm.Time += 24 * 3600
		m.send(gasBuyer, m.licenses, 0, m.c.PackCancelSubscription(id))
		m.snap("cancelSubscription")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.strict()))
		m.vm.Time += 24 * 3600
		m.send(gasBuyer, m.licenses, 0, m.c.PackCancelSubscription(id))
		m.snap("cancelSubscription, refundable")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.strict()))
		m.send(gasMaker, m.licenses, 0, m.c.PackSuspend(id, 24*3600, word))
		m.snap("suspend")
		m.send(gasMaker, m.licenses, 0, m.c.PackResume(id))
		m.snap("resume")
	},
	func(m *meter) {
		o := m.basic()
		o.Notice = 7 * 24 * 3600
		id := m.buy(m.offer(o))
		m.vm.Time += 24 * 3600
		m.send(gasMaker, m.licenses, 0, m.c.PackRevoke(id, word))
		m.snap("revoke")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.strict()))
		m.vm.Time += 24 * 3600
		m.send(gasMaker, m.licenses, 0, m.c.PackRevoke(id, word))
		m.snap("revoke, refundable")
	},
	func(m *meter) {
		n := m.sold(m.basic())
		m.send(gasBuyer, m.licenses, 0, m.c.PackTransferFrom(gasBuyer, gasHeir, m.buy(n)))
		m.snap("transferFrom, to one without licenses")
		m.send(gasBuyer, m.licenses, 0, m.c.PackTransferFrom(gasBuyer, gasOther, m.buy(n)))
		m.snap("transferFrom")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.basic()))
		m.send(gasBuyer, m.licenses, 0, m.c.PackAddDelegate(id, gasServer))
		m.snap("addDelegate")
		m.send(gasBuyer, m.licenses, 0, m.c.PackRemoveDelegate(id, gasServer))
		m.snap("removeDelegate")
	},
	func(m *meter) {
		n := m.sold(m.basic())
		m.send(gasOther, m.licenses, 0, m.c.PackDistribute(n))
		m.buy(n)
		m.send(gasOther, m.licenses, 0, m.c.PackDistribute(n))
		m.snap("distribute, one payee")
		m.send(gasMaker, m.licenses, 0, m.c.PackWithdraw(common.Address{}, gasMaker))
		m.snap("withdraw, coin")
	},
	func(m *meter) {
		m.send(gasHeir, m.registry, 0, m.r.PackRegister("meta-llama/Llama-3.2-1B", "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", word))
		m.snap("register")
	},
	func(m *meter) {
		parent := contracts.ModelRegistryParent{Model: m.model, Version: 1}
		m.send(gasMaker, m.registry, 0, m.r.PackCommit(m.model, word, word, word))
		o := m.basic()
		o.Scope = 16
		m.buy(m.offer(o))
		m.send(gasBuyer, m.registry, 0, m.r.PackRegister("fork", "", word))
		m.send(gasBuyer, m.registry, 0, m.r.PackCommitDerived(m.id(gasBuyer, "fork"), word, word, word, parent))
		m.snap("commitDerived, licensed")
	},
	func(m *meter) {
		m.offer(m.basic())
		m.offer(m.strict())
		m.offer(m.strict(), threePayees...)
		m.snap("makeOffer, three payees")
	},
	func(m *meter) {
		m.send(gasHeir, m.licenses, 1, m.c.PackBuy(m.offer(m.basic()), 1))
		m.snap("buy, first of the offer and of the buyer")
	},
	func(m *meter) {
		n := m.sold(m.basic())
		m.buy(n)
		m.buy(n)
		m.snap("buy, warm, another of the same model")
	},
	func(m *meter) {
		o := m.basic()
		o.Price = new(big.Int)
		n := m.offer(o)
		m.send(gasMaker, m.licenses, 0, m.c.PackGrant(n, gasOther, o.Scope, new(big.Int)))
		m.send(gasBuyer, m.licenses, 0, m.c.PackBuy(n, 1))
		m.snap("buy, warm, free")
	},
	func(m *meter) {
		signer := crypto.PubkeyToAddress(makerKey.PublicKey)
		m.send(gasMaker, m.registry, 0, m.r.PackOfferOwnership(m.model, signer))
		m.send(signer, m.registry, 0, m.r.PackAcceptOwnership(m.model))
		m.send(signer, m.licenses, 0, m.c.PackMakeOffer(m.basic(), nil))
		n := uint32(m.offers + 1)
		m.send(signer, m.licenses, 0, m.c.PackGrant(n, gasOther, 1, new(big.Int)))
		m.send(signer, m.licenses, 0, m.c.PackVoidVoucher(new(big.Int)))
		m.snap("voidVoucher, first of 256")
		v := contracts.Voucher{Offer: n, Subject: gasBuyer, Scope: 1, Duration: new(big.Int), Nonce: big.NewInt(1), Deadline: big.NewInt(begin)}
		signature, err := crypto.Sign(m.view(m.c.PackVoucherHash(v)), makerKey)
		if err != nil {
			m.t.Fatal(err)
		}
		signature[64] += 27
		m.send(gasOther, m.licenses, 0, m.c.PackRedeem(v, signature))
		m.snap("redeem, warm")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.strict()))
		m.send(gasBuyer, m.licenses, 1, m.c.PackRenewSubscription(id, month))
		m.snap("renewSubscription, in time, refundable")
		m.vm.Time += 4 * month
		m.send(gasBuyer, m.licenses, 1, m.c.PackRenewSubscription(id, month))
		m.snap("renewSubscription, after a lapse, refundable")
	},
	func(m *meter) {
		o := m.basic()
		o.TransferRule = 1
		id := m.buy(m.offer(o))
		m.send(gasMaker, m.licenses, 0, m.c.PackConsent(id, gasOther))
		m.snap("consent")
		m.send(gasBuyer, m.licenses, 0, m.c.PackTransferFrom(gasBuyer, gasOther, id))
		m.snap("transferFrom, with consent")
	},
	func(m *meter) {
		m.send(gasOther, m.licenses, 0, m.c.PackDistribute(m.sold(m.basic())))
		m.snap("distribute, one payee, first")
		n := m.offer(m.basic(), threePayees...)
		for range 2 {
			m.buy(n)
			m.send(gasOther, m.licenses, 0, m.c.PackDistribute(n))
		}
		m.snap("distribute, three payees")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.strict()))
		for range 2 {
			m.vm.Time += 24 * 3600
			m.send(gasOther, m.licenses, 0, m.c.PackRelease(id))
		}
		m.snap("release")
	},
	func(m *meter) {
		id := m.buy(m.offer(m.strict()))
		m.send(gasBuyer, m.licenses, 0, m.c.PackAddDelegate(id, gasServer))
		m.check("isAuthorized, holder", gasBuyer)
		m.check("isAuthorized, delegate", gasServer)
		m.check("isAuthorized, nobody", gasHeir)
		m.send(gasMaker, m.licenses, 0, m.c.PackSuspend(id, 24*3600, word))
		m.check("isAuthorized, suspended", gasBuyer)
	},
	func(m *meter) {
		o := m.basic()
		o.Price, o.Scope = new(big.Int), 2
		n := m.offer(o)
		for range 32 {
			m.send(gasBuyer, m.licenses, 0, m.c.PackBuy(n, 1))
		}
		m.send(gasOther, m.licenses, 0, m.c.PackBuy(n, 1))
		id := new(big.Int).SetUint64(uint64(n)<<32 | 33)
		for range 32 {
			m.send(gasOther, m.licenses, 0, m.c.PackAddDelegate(id, gasBuyer))
			m.send(gasOther, m.licenses, 0, m.c.PackRemoveDelegate(id, gasBuyer))
		}
		m.check("isAuthorized, no one of 64 records", gasBuyer)
	},
}

var threePayees = []contracts.Payee{{Account: gasHeir, Share: 5_000}, {Account: gasOther, Share: 3_000}, {Account: gasMaker, Share: 2_000}}

// check measures the call alone.
func (m *meter) check(name string, who common.Address) {
	gas, err := m.vm.ViewGas(m.licenses, m.c.PackIsAuthorized(m.model, who, 1, big.NewInt(begin)))
	if err != nil {
		m.t.Fatal(err)
	}
	m.last = gas
	m.snap(name)
}

func measure(t *testing.T, config *params.ChainConfig) map[string]string {
	gas := map[string]string{}
	for _, scene := range scenes {
		scene(newMeter(t, config, gas))
	}
	return gas
}

func readSnapshot(t *testing.T, path string) (gas map[string]string) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &gas)
	}
	if err != nil {
		t.Fatal(err)
	}
	return gas
}

// What go-ethereum charges on the pinned fork is what forge has measured.
func TestGasIsThatOfTheSnapshot(t *testing.T) {
	want := readSnapshot(t, "snapshots/gas.json")
	got := measure(t, devchain.Config())
	t.Logf("deployed for %s gas", got[deploy]) // of which forge has only the creation
	delete(got, deploy)
	for name, gas := range got {
		if want[name] != gas {
			t.Errorf("%s: %s gas, the snapshot says %s", name, gas, want[name])
		}
	}
}

// What it will cost on the next fork, as far as go-ethereum knows it today.
func TestForecast(t *testing.T) {
	const path = "snapshots/forecast.json"
	got := measure(t, forecast())
	if *update {
		data, err := json.MarshalIndent(got, "", "  ")
		if err == nil {
			err = os.WriteFile(path, append(data, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := readSnapshot(t, path); !maps.Equal(got, want) {
		t.Errorf("gas differs from %s: go test -run Forecast -update ./license/contracts\ngot  %v\nwant %v", path, got, want)
	}
}

// forecast is the chain's configuration with the forks after it.
func forecast() *params.ChainConfig {
	c, zero := *devchain.Config(), uint64(0)
	c.OsakaTime, c.AmsterdamTime = &zero, &zero
	return &c
}
