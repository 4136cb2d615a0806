package index_test

import (
	"context"
	"errors"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"loyal/license"
	"loyal/license/chain"
	"loyal/license/contracts"
	"loyal/license/devchain"
	"loyal/license/index"
	"loyal/store"
)

// scene is a chain with the contracts, a model and an offer, and an index of it.
type scene struct {
	*testing.T
	dev    *devchain.Chain
	client *chain.Client
	keys   []*chain.Key
	model  common.Hash
	index  *index.Index
	file   string
}

func newScene(t *testing.T) *scene {
	t.Helper()
	dev, err := devchain.Open(devchain.Options{HTTP: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dev.Close() })
	c, err := chain.New(t.Context(), dev.RPC(), chain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{T: t, dev: dev, client: c, file: filepath.Join(t.TempDir(), "index.db")}
	for _, a := range dev.Accounts() {
		s.keys = append(s.keys, chain.NewKey(a.Key))
	}
	if _, _, err := c.Deploy(t.Context(), s.keys[0]); err != nil {
		t.Fatal(err)
	}
	if s.model, _, err = c.Register(t.Context(), s.keys[0], "smol", "", common.Hash{}); err != nil {
		t.Fatal(err)
	}
	_, _, err = c.MakeOffer(t.Context(), s.keys[0], &chain.Offer{
		Model: s.model, Price: big.NewInt(5), Period: 100, Scope: 7, Notice: 20, MaxSuspension: 1000, Transfer: chain.FreeTransfer, TermsHash: common.Hash{8},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.index = s.open()
	return s
}

func (s *scene) open() *index.Index {
	s.Helper()
	db, err := store.Open(s.Context(), s.file)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = db.Close() })
	d := s.client.Deployment()
	l, err := db.Licenses(s.Context(), d.ChainID, d.Licenses)
	if err != nil {
		s.Fatal(err)
	}
	return index.New(l)
}

func (s *scene) catchUp() store.Block {
	s.Helper()
	b, err := s.index.CatchUp(s.Context(), s.client.Source(), nil)
	if err != nil {
		s.Fatal(err)
	}
	return b
}

// live does random things to licenses; what the contract refuses is part of it.
func (s *scene) live(r *rand.Rand, steps int) {
	s.Helper()
	ctx := s.Context()
	for range steps {
		id := uint64(1)<<32 + uint64(1+r.IntN(3))
		who, other := s.keys[1+r.IntN(3)], s.keys[1+r.IntN(3)].Address()
		var err error
		switch r.IntN(11) {
		case 0, 1:
			_, _, err = s.client.Buy(ctx, who, 1, 1)
		case 2:
			_, err = s.client.Renew(ctx, who, id, 1)
		case 3:
			_, err = s.client.Cancel(ctx, who, id)
		case 4:
			_, err = s.client.Suspend(ctx, s.keys[0], id, 30, common.Hash{})
		case 5:
			_, err = s.client.Resume(ctx, s.keys[0], id)
		case 6:
			if r.IntN(3) == 0 {
				_, err = s.client.Revoke(ctx, s.keys[0], id, common.Hash{})
			}
		case 7:
			_, err = s.client.Transfer(ctx, who, id, other)
		case 8:
			_, err = s.client.AddDelegate(ctx, who, id, other)
		case 9:
			_, err = s.client.RemoveDelegate(ctx, who, id, other)
		case 10:
			err = s.dev.Travel(time.Duration(1+r.IntN(120)) * time.Second)
		}
		var refused *chain.Refused
		if err != nil && !errors.As(err, &refused) {
			s.Fatal(err)
		}
	}
}

// compare asks the index and the chain the same.
func (s *scene) compare(r *rand.Rand) {
	s.Helper()
	head := s.catchUp()
	first, err := s.client.Header(s.Context(), big.NewInt(1))
	if err != nil {
		s.Fatal(err)
	}
	for range 150 {
		q := license.Question{
			Model: s.model, Subject: s.keys[r.IntN(4)].Address(), Scope: license.Scope(r.IntN(9)),
			At: first.Time + r.Uint64N(head.Time-first.Time+1),
		}
		want, err := s.client.Check(s.Context(), q)
		if err != nil {
			s.Fatal(err)
		}
		got, err := s.index.Check(s.Context(), q)
		if err != nil {
			s.Fatal(err)
		}
		if got.Answer != want.Answer || got.Block.Hash != want.Block.Hash {
			s.Fatalf("%+v: the index says %+v at %s, the chain %+v at %s", q, got.Answer, got.Block.Hash, want.Answer, want.Block.Hash)
		}
	}
}

func TestIndexSaysWhatTheChainSays(t *testing.T) {
	s := newScene(t)
	r := rand.New(rand.NewPCG(1, 2))
	for range 4 {
		s.live(r, 25)
		s.compare(r)
	}
	// Opened again it goes on where it was.
	s.index = s.open()
	s.live(r, 10)
	s.compare(r)
}

// What a reorganization has removed is forgotten, and what came instead is known.
func TestReorganizations(t *testing.T) {
	s := newScene(t)
	r := rand.New(rand.NewPCG(3, 4))
	depths := []uint64{1, 2, 5, 30, 90}
	if testing.Short() { // within the minute after which the node takes old blocks for final
		depths = depths[:3]
	}
	for _, depth := range depths {
		s.live(r, 120)
		s.compare(r)
		n, _ := s.dev.Head()
		h, err := s.client.Header(t.Context(), new(big.Int).SetUint64(n-min(depth, n-5)))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.dev.Fork(h.Hash()); err != nil {
			t.Fatal(err)
		}
		if err := s.dev.Travel(7 * time.Second); err != nil {
			t.Fatal(err)
		}
		fresh, err := chain.New(t.Context(), s.dev.RPC(), chain.Options{Licenses: s.client.Deployment().Licenses})
		if err != nil {
			t.Fatal(err)
		}
		s.client = fresh // the old one would complain that the chain went back
		s.compare(r)
	}
}

// canned is a chain of which only one span of logs is asked for.
type canned struct {
	logs []types.Log
	last *types.Header
}

func (c *canned) Birth(context.Context) (uint64, error)         { return 0, nil }
func (c *canned) Newest(context.Context) (*types.Header, error) { return c.last, nil }
func (c *canned) Header(_ context.Context, n uint64) (*types.Header, error) {
	return &types.Header{Number: new(big.Int).SetUint64(n), Difficulty: new(big.Int), Time: 1_800_000_000 + n}, nil
}
func (c *canned) Logs(_ context.Context, from, to uint64) (out []types.Log, err error) {
	for _, l := range c.logs {
		if l.BlockNumber >= from && l.BlockNumber <= to {
			out = append(out, l)
		}
	}
	return out, nil
}

// purchases are logs of so many purchases of an offer, 100 a block.
func purchases(d contracts.Deployment, n int) *canned {
	licensed := contracts.NewLicenses().GetABI()
	topic := licensed.Events["Licensed"].ID
	c := &canned{last: &types.Header{Number: big.NewInt(int64(n/100 + 1)), Difficulty: new(big.Int), Time: 1_800_000_000 + uint64(n/100+1)}}
	c.logs = append(c.logs, types.Log{
		Address: d.Licenses, Data: make([]byte, 32*20), Topics: []common.Hash{licensed.Events["OfferMade"].ID, common.BigToHash(big.NewInt(1)), {1}, {2}},
	})
	for i := range n {
		id := uint64(1)<<32 + uint64(i+1)
		start := uint64(1_800_000_000 + i/100)
		var data []byte
		for _, v := range []uint64{3, start, start + 2_592_000, 1} {
			data = append(data, common.BigToHash(new(big.Int).SetUint64(v)).Bytes()...)
		}
		c.logs = append(c.logs, types.Log{
			Address: d.Licenses, BlockNumber: uint64(i/100 + 1), Index: uint(i % 100), BlockTimestamp: start, Data: data,
			Topics: []common.Hash{topic, common.BigToHash(new(big.Int).SetUint64(id)), {1}, common.BigToHash(big.NewInt(int64(i + 1)))},
		})
	}
	return c
}

func openStore(b *testing.B, d contracts.Deployment) *index.Index {
	b.Helper()
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "index.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	l, err := db.Licenses(b.Context(), d.ChainID, d.Licenses)
	if err != nil {
		b.Fatal(err)
	}
	return index.New(l)
}

// BenchmarkCatchUp reads 100,000 events: ns/event and events/s.
func BenchmarkCatchUp(b *testing.B) {
	d := contracts.Deployment{ChainID: 1, Licenses: common.Address{9}}
	const events = 100_000
	source := purchases(d, events)
	for b.Loop() {
		x := openStore(b, d)
		if _, err := x.CatchUp(b.Context(), source, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*events/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkCheck answers from an index of 100,000 licenses.
func BenchmarkCheck(b *testing.B) {
	d := contracts.Deployment{ChainID: 1, Licenses: common.Address{9}}
	x := openStore(b, d)
	if _, err := x.CatchUp(b.Context(), purchases(d, 100_000), nil); err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		i++
		q := license.Question{Model: common.Hash{1}, Subject: common.BigToAddress(big.NewInt(int64(1 + i%100_000))), Scope: 1}
		if a, err := x.Check(b.Context(), q); err != nil || a.Status != license.Authorized {
			b.Fatal(a, err)
		}
	}
}

// watching counts which blocks of logs a source is asked for.
type watching struct {
	chain.Source
	first uint64
}

func (w *watching) Logs(ctx context.Context, from, to uint64) ([]types.Log, error) {
	w.first = min(w.first, from)
	return w.Source.Logs(ctx, from, to)
}

// Blocks before the contract's deployment are not read.
func TestBirth(t *testing.T) {
	s := newScene(t)
	if n, err := s.client.Source().Birth(t.Context()); err != nil || n != 1 {
		t.Fatalf("deployed in block %d, %v", n, err)
	}
	if _, _, err := s.client.Deploy(t.Context(), s.keys[0]); err != nil {
		t.Fatal(err)
	}
	head, _ := s.dev.Head()
	if _, _, err := s.client.Register(t.Context(), s.keys[0], "other", "", common.Hash{}); err != nil {
		t.Fatal(err)
	}
	s.file = filepath.Join(t.TempDir(), "other.db")
	w := &watching{s.client.Source(), 1 << 40}
	if _, err := s.open().CatchUp(t.Context(), w, nil); err != nil || w.first != head {
		t.Errorf("read from block %d on, deployed in %d, %v", w.first, head, err)
	}
}

// Past times, other holders, and what an index does not reach.
func TestPast(t *testing.T) {
	s := newScene(t)
	ctx, alice, bob := t.Context(), s.keys[1], s.keys[2]
	if _, err := s.index.Check(ctx, license.Question{Model: s.model}); !errors.Is(err, index.ErrEmpty) {
		t.Errorf("an empty index: %v", err)
	}
	id, _, err := s.client.Buy(ctx, alice, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	bought := s.catchUp()
	if err := s.dev.Travel(500 * time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.Renew(ctx, alice, id, 2); err != nil {
		t.Fatal(err)
	}
	renewed := s.catchUp()
	if _, err := s.client.Transfer(ctx, alice, id, bob.Address()); err != nil {
		t.Fatal(err)
	}
	head := s.catchUp()
	l, err := s.index.Life(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if l.HolderAt(renewed.Time) != alice.Address() || l.HolderAt(head.Time) != bob.Address() {
		t.Errorf("held by %s, then %s", l.HolderAt(renewed.Time), l.HolderAt(head.Time))
	}
	if _, ok := l.PeriodAt(bought.Time - 1); ok {
		t.Error("a period before its making")
	}
	for at, end := range map[uint64]uint64{bought.Time: bought.Time + 100, renewed.Time - 1: bought.Time + 100, renewed.Time: renewed.Time + 200} {
		if p, ok := l.PeriodAt(at); !ok || p.End != end {
			t.Errorf("at %d: %+v, want an end of %d", at, p, end)
		}
	}
	if _, err := s.index.Check(ctx, license.Question{Model: s.model, At: head.Time + 1}); !errors.Is(err, index.ErrAhead) {
		t.Errorf("a time that it does not reach: %v", err)
	}
}

// After a reorganization everything since the fork is new, also what is in blocks whose numbers
// were known.
func TestFollowAcrossFork(t *testing.T) {
	s := newScene(t)
	s.catchUp()
	fork, _ := s.dev.Head()
	h, err := s.client.Header(t.Context(), new(big.Int).SetUint64(fork))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := s.dev.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	s.catchUp()
	if err := s.dev.Fork(h.Hash()); err != nil {
		t.Fatal(err)
	}
	c, err := chain.New(t.Context(), s.dev.RPC(), chain.Options{Licenses: s.client.Deployment().Licenses})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.dev.Travel(7 * time.Second); err != nil {
		t.Fatal(err)
	}
	since, at, err := s.index.Follow(t.Context(), c.Source(), nil)
	if err != nil || since.Number != fork || at.Number != fork+1 {
		t.Errorf("since %d, at %d, %v; want %d and one more", since.Number, at.Number, err, fork)
	}
}

// moving is a chain that is reorganized while it is read: after so many calls its blocks from
// one on are others.
type moving struct {
	newest, fork uint64
	calls, after int
}

func (m *moving) Header(_ context.Context, n uint64) (*types.Header, error) {
	m.calls++
	h := &types.Header{Number: new(big.Int).SetUint64(n), Difficulty: new(big.Int), Time: 1_800_000_000 + n}
	if m.calls > m.after && n >= m.fork {
		h.Extra = []byte("other")
	}
	return h, nil
}

func (m *moving) Newest(ctx context.Context) (*types.Header, error) { return m.Header(ctx, m.newest) }

func (m *moving) Birth(context.Context) (uint64, error) { return 0, nil }

func (m *moving) Logs(context.Context, uint64, uint64) ([]types.Log, error) { return nil, nil }

// A reorganization in the middle of reading brings events of blocks that were known.
func TestMovedWhileRead(t *testing.T) {
	s := newScene(t)
	for after := range 40 {
		s.file = filepath.Join(t.TempDir(), "index.db")
		x := s.open()
		m := &moving{newest: 10, fork: 6, after: 1 << 30}
		if _, err := x.CatchUp(t.Context(), m, nil); err != nil {
			t.Fatal(err)
		}
		m.newest, m.calls, m.after = 20, 0, after
		since, at, err := x.Follow(t.Context(), m, nil)
		if err != nil || at.Number != 20 {
			t.Fatalf("at %d, %v", at.Number, err)
		}
		want := uint64(5)
		if m.calls <= after {
			want = 10 // it was over before
		}
		h, err := m.Header(t.Context(), 20)
		if err != nil {
			t.Fatal(err)
		}
		if since.Number != want || at.Hash != h.Hash() && want == 5 {
			t.Errorf("reorganized after %d calls: since block %d, want %d", after, since.Number, want)
		}
	}
}
