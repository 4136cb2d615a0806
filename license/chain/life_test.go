package chain_test

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license"
	"loyal/license/chain"
	"loyal/license/contracts"
	"loyal/license/devchain"
	"loyal/license/proof"
)

// scene is a chain with the contracts, a maker with a model, and a buyer.
type scene struct {
	*testing.T
	chain        *devchain.Chain
	client       *chain.Client
	maker, alice *chain.Key
	model        common.Hash
	calls        *contracts.Licenses
	registry     *contracts.ModelRegistry
}

func newScene(t *testing.T) *scene {
	t.Helper()
	dev, err := devchain.Open(devchain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dev.Close() })
	c, err := chain.New(t.Context(), dev.RPC(), chain.Options{ChainID: devchain.ChainID})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{
		T: t, chain: dev, client: c, maker: chain.NewKey(dev.Accounts()[0].Key), alice: chain.NewKey(dev.Accounts()[1].Key),
		calls: contracts.NewLicenses(), registry: contracts.NewModelRegistry(),
	}
	_, receipt, err := c.Deploy(t.Context(), s.maker)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("deployed for %d gas", receipt.GasUsed)
	d := c.Deployment()
	s.must(s.send(s.maker, d.Registry, 0, s.registry.PackRegister("smol", "ipfs://smol", [32]byte{1})))
	if s.model, err = c.ModelID(t.Context(), s.maker.Address(), "smol"); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene) must(r *types.Receipt, err error) *types.Receipt {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
	return r
}

func (s *scene) send(from chain.Signer, to common.Address, wei int64, data []byte) (*types.Receipt, error) {
	return s.client.Send(s.Context(), from, chain.Transaction{To: &to, Value: big.NewInt(wei), Data: data})
}

func (s *scene) do(from chain.Signer, wei int64, data []byte) *types.Receipt {
	s.Helper()
	return s.must(s.send(from, s.client.Deployment().Licenses, wei, data))
}

func (s *scene) offer(change func(*contracts.Offer)) {
	s.Helper()
	o := contracts.Offer{
		Model: s.model, Period: 3600, Scope: uint32(license.Inference | license.Serve), Notice: 60, Price: big.NewInt(1000),
		SaleFrom: new(big.Int), SaleUntil: new(big.Int), TermsHash: [32]byte{7}, TransferRule: 2,
	}
	if change != nil {
		change(&o)
	}
	s.do(s.maker, 0, s.calls.PackMakeOffer(o, nil))
}

func (s *scene) check(who common.Address, at uint64) *chain.Checked {
	s.Helper()
	got, err := s.client.Check(s.Context(), license.Question{Model: s.model, Subject: who, Scope: license.Inference, At: at})
	if err != nil {
		s.Fatal(err)
	}
	return got
}

func (s *scene) now() uint64 {
	s.Helper()
	h, err := s.client.Header(s.Context(), nil)
	if err != nil {
		s.Fatal(err)
	}
	return h.Time
}

func TestLifeOnAChain(t *testing.T) {
	s := newScene(t)
	s.offer(nil)
	before := s.now()
	id := big.NewInt(1<<32 + 1)
	r := s.do(s.alice, 1000, s.calls.PackBuy(1, 1))
	t.Logf("bought for %d gas", r.GasUsed)
	bought := s.now()
	if err := s.chain.Travel(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	s.do(s.alice, 1000, s.calls.PackRenewSubscription(id, 3600))
	renewed := s.now()
	s.do(s.maker, 0, s.calls.PackRevoke(id, [32]byte{9}))
	revoked := s.now()
	if err := s.chain.Travel(2 * time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		who  common.Address
		at   uint64
		want license.Status
	}{
		{"before", s.alice.Address(), before, license.NoRecord},
		{"bought", s.alice.Address(), bought, license.Authorized},
		{"the last second", s.alice.Address(), bought + 3599, license.Authorized},
		{"lapsed", s.alice.Address(), bought + 3600, license.Expired},
		{"renewed", s.alice.Address(), renewed, license.Authorized},
		{"in the notice", s.alice.Address(), revoked + 59, license.Authorized},
		{"revoked", s.alice.Address(), revoked + 60, license.Revoked},
		{"now", s.alice.Address(), 0, license.Revoked},
		{"a stranger", s.chain.Accounts()[3].Address, bought, license.NoRecord},
	} {
		got := s.check(c.who, c.at)
		if got.Status != c.want {
			t.Errorf("%s: %s, want %s", c.what, got.Status, c.want)
		}
		p, err := s.client.Prove(t.Context(), got.Question, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		if p.Answer != got.Answer || p.Verify(got.Block.Hash) != nil {
			t.Errorf("%s: proved %+v, checked %+v", c.what, p.Answer, got.Answer)
		}
	}
	if _, err := s.client.Check(t.Context(), license.Question{Model: s.model, At: s.now() + 1}); !errors.Is(err, chain.ErrFuture) {
		t.Errorf("the future: %v", err)
	}
}

// Whatever byte of a proof is changed, it is refused.
func TestProofWithAnyByteChanged(t *testing.T) {
	s := newScene(t)
	s.offer(nil)
	s.do(s.alice, 1000, s.calls.PackBuy(1, 1))
	for _, who := range []common.Address{s.alice.Address(), s.chain.Accounts()[3].Address} {
		p, err := s.client.Prove(t.Context(), license.Question{Model: s.model, Subject: who, Scope: license.Inference}, nil)
		if err != nil {
			t.Fatal(err)
		}
		data, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		hash := p.Block.Hash
		refused := func(data []byte) bool {
			p, err := proof.Parse(data)
			if err == nil {
				err = p.Verify(hash)
			}
			if err != nil && !errors.Is(err, proof.ErrProof) {
				t.Fatal(err)
			}
			return err != nil
		}
		if refused(data) {
			t.Fatal("the proof itself is refused")
		}
		for i := range data {
			flip := byte(1) << (i % 8)
			data[i] ^= flip
			if !refused(data) {
				t.Errorf("byte %d, %q instead of %q: not refused", i, data[i], data[i]^flip)
			}
			data[i] ^= flip
		}
		if !refused(append(data, '\n')) || !refused(data[:len(data)-1]) {
			t.Error("a byte more or less: not refused")
		}
		if other := (common.Hash{1}); p.Verify(other) == nil {
			t.Error("another block: not refused")
		}
		t.Logf("%s: %d bytes, %d slots", p.Answer.Status, len(data), len(p.Slots))
	}
}

func TestRefusalsAreSentences(t *testing.T) {
	s := newScene(t)
	s.offer(func(o *contracts.Offer) { o.Supply = 1 })
	d := s.client.Deployment()
	s.do(s.alice, 1000, s.calls.PackBuy(1, 1))
	for _, c := range []struct {
		want string
		from chain.Signer
		wei  int64
		data []byte
	}{
		{"offer 1 is sold out", s.alice, 1000, s.calls.PackBuy(1, 1)},
		{"there is no offer 9", s.alice, 1000, s.calls.PackBuy(9, 1)},
		{"license 1-1 has ended", s.alice, 0, s.calls.PackCancelSubscription(big.NewInt(1<<32 + 1))},
		{s.alice.Address().Hex() + " is not the owner of the model of offer 1", s.alice, 0, s.calls.PackCloseOffer(1)},
	} {
		if c.want == "license 1-1 has ended" {
			s.do(s.alice, 0, c.data)
		}
		_, err := s.send(c.from, d.Licenses, c.wei, c.data)
		if refused := new(chain.Refused); !errors.As(err, &refused) || refused.Sentence != c.want {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	huge := new(big.Int).Mul(big.NewInt(1e18), big.NewInt(1e6))
	_, err := s.client.Send(t.Context(), s.alice, chain.Transaction{To: &d.Registry, Value: huge})
	if !errors.Is(err, chain.ErrFunds) {
		t.Errorf("more than there is: %v", err)
	}
}

func TestWrongChainAndContract(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	if _, err := chain.New(ctx, s.chain.RPC(), chain.Options{ChainID: 1}); !errors.Is(err, chain.ErrWrongChain) {
		t.Errorf("another id: %v", err)
	}
	for _, address := range []common.Address{{1}, s.client.Deployment().Registry} {
		if _, err := chain.New(ctx, s.chain.RPC(), chain.Options{Licenses: address}); !errors.Is(err, chain.ErrWrongContract) {
			t.Errorf("%s: %v", address, err)
		}
	}
	again, err := chain.New(ctx, s.chain.RPC(), chain.Options{Licenses: s.client.Deployment().Licenses})
	if err != nil || again.Deployment() != s.client.Deployment() {
		t.Errorf("opened again: %v", err)
	}
	if _, err := chain.Dial(ctx, "http://127.0.0.1:1", chain.Options{}); !errors.Is(err, chain.ErrUnreachable) {
		t.Errorf("nobody there: %v", err)
	}
}

// A model's two-step transfer, its metadata, and versions with what was committed to.
func TestModels(t *testing.T) {
	s := newScene(t)
	ctx := t.Context()
	first := chain.Commitment{Weights: common.Hash{1}, SetRoot: common.Hash{2}, RuleHash: common.Hash{3}}
	if _, _, err := s.client.Commit(ctx, s.maker, s.model, first, nil); err != nil {
		t.Fatal(err)
	}
	parent := &chain.Parent{Model: s.model, Version: 1}
	if _, _, err := s.client.Commit(ctx, s.maker, s.model, chain.Commitment{Weights: common.Hash{4}}, parent); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.SetMetadata(ctx, s.maker, s.model, "ipfs://other", common.Hash{5}); err != nil {
		t.Fatal(err)
	}
	refused := new(chain.Refused)
	if _, err := s.client.AcceptModel(ctx, s.alice, s.model); !errors.As(err, &refused) || refused.Name != "NotOfferedTo" {
		t.Errorf("not offered: %v", err)
	}
	if _, err := s.client.OfferModel(ctx, s.maker, s.model, s.alice.Address()); err != nil {
		t.Fatal(err)
	}
	m, err := s.client.Model(ctx, s.model)
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != "smol" || m.Registrant != s.maker.Address() || m.Owner != s.maker.Address() || m.Next != s.alice.Address() ||
		m.URI != "ipfs://other" || m.MetadataHash != (common.Hash{5}) || len(m.Versions) != 2 {
		t.Errorf("%+v", m)
	}
	one, two := m.Versions[0], m.Versions[1]
	if one.Commitment != first || !one.Opened || one.Parent != nil || one.Block == 0 || one.CommittedAt < m.RegisteredAt {
		t.Errorf("%+v", one)
	}
	if two.Number != 2 || two.Parent == nil || *two.Parent != *parent {
		t.Errorf("%+v", two)
	}
	if _, err := s.client.AcceptModel(ctx, s.alice, s.model); err != nil {
		t.Fatal(err)
	}
	if m, err = s.client.Model(ctx, s.model); err != nil || m.Owner != s.alice.Address() || m.Next != (common.Address{}) || m.Registrant != s.maker.Address() {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := s.client.Model(ctx, common.Hash{9}); !errors.As(err, &refused) || refused.Name != "UnknownModel" {
		t.Errorf("unknown: %v", err)
	}
}
