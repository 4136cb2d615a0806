package cpu

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// tinyTrainer opens a tiny model to train, until the test ends.
func tinyTrainer(t *testing.T, o lm.TrainOptions) *trainer {
	t.Helper()
	m, err := model.Open(testdata.Dir(t, "models", "tiny", "llama"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	n, err := New(m, Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	tr, err := n.NewTrainer(o)
	if err != nil {
		t.Fatal(err)
	}
	return tr.(*trainer)
}

// TestWhiten: after whitening, what the adapters' A sees at the given tokens has the
// identity as its second moment, in every block, the last one included.
func TestWhiten(t *testing.T) {
	tr := tinyTrainer(t, lm.TrainOptions{LoRA: &lm.LoRA{R: 4, Alpha: 4, TargetModules: []string{"q_proj", "o_proj", "up_proj", "down_proj"}}})
	n := tr.n
	rng := rand.New(rand.NewPCG(3, 4))
	var forest []lm.Segment
	var tokens []lm.Weighted
	const texts, length = 40, 30
	for i := range texts {
		ids := make([]int32, length)
		for j := range ids {
			ids[j] = int32(rng.IntN(n.cfg.VocabSize))
			tokens = append(tokens, lm.Weighted{Position: lm.Position{Segment: i, Offset: j}, Weight: 1. / texts / length})
		}
		forest = append(forest, lm.Segment{Tokens: ids, Parent: lm.Root})
	}
	ctx := context.Background()
	c, err := tr.Cache(ctx, forest)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Survey(ctx, c, lm.Survey{Whiten: tokens, Ridge: 1e-6}); err != nil {
		t.Fatal(err)
	}

	l := c.(*corpus).l
	if _, err := tr.climb(ctx, c.(*corpus), l, tr.enter(c.(*corpus), l, starts(l)), all(l.rows)); err != nil {
		t.Fatal(err)
	}
	d, f := n.cfg.HiddenSize, n.cfg.IntermediateSize
	h, act := make([]float32, l.rows*d), make([]float32, l.rows*f)
	for i := range tr.acts {
		b, a := &tr.w.blocks[i], &tr.acts[i]
		b.inputNorm.forward(n.pool, h, nil, a.x, l.rows)
		white(t, b.q.name, h, b.q.lora.whiten, l.rows, d)
		white(t, b.o.name, a.att, b.o.lora.whiten, l.rows, n.heads.q())
		b.postNorm.forward(n.pool, h, nil, a.x2, l.rows)
		white(t, b.up.name, h, b.up.lora.whiten, l.rows, d)
		n.swiglu(act, a.gate, a.up, l.rows, f)
		white(t, b.down.name, act, b.down.lora.whiten, l.rows, f)
	}
}

// TestAlign: adapters start from the inputs at the given positions: the rows of A are
// orthogonal, as long as random ones, and hold every such input whole.
func TestAlign(t *testing.T) {
	const r = 4
	tr := tinyTrainer(t, lm.TrainOptions{Layers: []int{1, 2}, LoRA: &lm.LoRA{R: r, Alpha: 4, TargetModules: []string{"q_proj", "gate_proj"}}})
	n := tr.n
	ctx := context.Background()
	c, err := tr.Cache(ctx, []lm.Segment{{Tokens: []int32{3, 1, 4, 1, 5}, Parent: lm.Root}, {Tokens: []int32{9, 2, 6}, Parent: 0}})
	if err != nil {
		t.Fatal(err)
	}
	at := []lm.Position{{Segment: 0, Offset: 4}, {Segment: 1, Offset: 0}, {Segment: 1, Offset: 2}}
	if err := tr.Survey(ctx, c, lm.Survey{Align: at}); err != nil {
		t.Fatal(err)
	}
	l := c.(*corpus).l
	if _, err := tr.climb(ctx, c.(*corpus), l, tr.enter(c.(*corpus), l, starts(l)), all(l.rows)); err != nil {
		t.Fatal(err)
	}
	d := n.cfg.HiddenSize
	h := make([]float32, l.rows*d)
	for i := range tr.acts {
		b := &tr.w.blocks[1+i]
		b.inputNorm.forward(n.pool, h, nil, tr.acts[i].x, l.rows)
		a := b.q.lora.a.Value
		for j := range len(at) {
			for k := range len(at) {
				want := 0.
				if j == k {
					want = 1. / 3
				}
				if got := float64(kernel.Dot(a[j*d:(j+1)*d], a[k*d:(k+1)*d])); math.Abs(got-want) > 1e-4 {
					t.Errorf("block %d: rows %d and %d of A have product %.5f, want %.5f", i, j, k, got, want)
				}
			}
		}
		for _, p := range at {
			x := h[(l.segs[p.Segment].start+p.Offset)*d:][:d]
			var held float64
			for j := range len(at) {
				y := float64(kernel.Dot(a[j*d:(j+1)*d], x))
				held += 3 * y * y
			}
			if whole := kernel.SumSquares(x); math.Abs(held-whole) > 1e-3*whole {
				t.Errorf("block %d: A holds %.4f of an input's %.4f", i, held, whole)
			}
		}
	}
}

func starts(l *layout) []int {
	var out []int
	for _, s := range l.segs {
		out = append(out, s.start)
	}
	return out
}

// white checks that mean (P x)(P x)ᵀ is the identity.
func white(t *testing.T, name string, x, p []float32, rows, in int) {
	t.Helper()
	pool := kernel.NewPool(1)
	defer pool.Close()
	y, moment := make([]float32, rows*in), make([]float32, in*in)
	xm, pm, ym := kernel.F32(x[:rows*in], rows, in), kernel.F32(p, in, in), kernel.F32(y, rows, in)
	pool.Gemm(kernel.Gemm{C: ym, A: xm, B: pm, TransB: true})
	pool.Gemm(kernel.Gemm{C: kernel.F32(moment, in, in), A: ym, TransA: true, B: ym, Alpha: 1 / float32(rows)})
	for i := range in {
		for j := range in {
			want := 0.
			if i == j {
				want = 1
			}
			if got := float64(moment[i*in+j]); math.Abs(got-want) > .02 {
				t.Fatalf("%s: moment[%d,%d] of whitened inputs is %.4f, want %g", name, i, j, got, want)
			}
		}
	}
}
