package cpu

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// adapt gives block i its adapters. As in PEFT, A is drawn from the uniform
// distribution of Kaiming with a = √5, ±1/√in, and B is zero, so that training
// starts from the base model exactly. Parameters have PEFT's names.
func (t *trainer) adapt(i int, b *blockWeights) error {
	o := t.o.LoRA
	if o.R <= 0 || o.Alpha <= 0 {
		return fmt.Errorf("lora: r %d and lora_alpha %g must be positive", o.R, o.Alpha)
	}
	found := map[string]bool{}
	for j, l := range b.linears() {
		short := l.name[strings.LastIndexByte(l.name, '.')+1:]
		if !slices.Contains(o.TargetModules, short) {
			continue
		}
		found[short] = true
		rng := rand.New(rand.NewPCG(o.Seed, uint64(i)<<8|uint64(j)))
		a := make([]float32, o.R*l.in)
		bound := 1 / math.Sqrt(float64(l.in))
		for k := range a {
			a[k] = float32((2*rng.Float64() - 1) * bound)
		}
		name := "base_model.model." + l.name
		l.lora = &adapter{
			a: t.newParam(name+".lora_A.weight", a, o.R, l.in),
			b: t.newParam(name+".lora_B.weight", make([]float32, l.out*o.R), l.out, o.R),
			r: o.R, scale: float32(o.Alpha / float64(o.R)),
		}
	}
	for _, m := range o.TargetModules {
		if !found[m] {
			return fmt.Errorf("lora: target module %q is none of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj", m)
		}
	}
	return nil
}

// Weights implements [lm.Trainer].
func (t *trainer) Weights() map[string][]float32 {
	out := map[string][]float32{}
	if t.o.LoRA == nil {
		for _, p := range t.params {
			out[p.Name] = p.Value
		}
		return out
	}
	for i := t.o.FirstLayer; i < t.n.cfg.NumLayers; i++ {
		for _, l := range t.w.blocks[i].linears() {
			if a := l.lora; a != nil {
				w := copyOf(l.w)
				t.n.pool.Gemm(kernel.Gemm{
					C: kernel.F32(w, l.out, l.in), A: kernel.F32(a.b.Value, l.out, a.r), B: a.down(t.n.pool, l.in),
					Alpha: a.scale, Acc: true,
				})
				out[l.name+".weight"] = w
			}
		}
	}
	return out
}

// moments are the second moments (in, in) of the inputs of a block's modules.
type moments struct {
	h, att, h2, act []float32 // of q, k, v; of o; of gate, up; of down
}

// Whiten implements [lm.Trainer].
func (t *trainer) Whiten(ctx context.Context, lc lm.Corpus, tokens []lm.Weighted, ridge float64) error {
	c, ok := lc.(*corpus)
	if t.o.LoRA == nil || !ok || len(tokens) == 0 || !(ridge > 0) {
		return fmt.Errorf("whiten: it takes adapters, tokens of a corpus, and a ridge above zero")
	}
	bySegment := make([][]lm.Weighted, c.Len())
	var pick []int
	for _, w := range tokens {
		if w.Segment < 0 || w.Segment >= c.Len() || w.Offset < 0 || w.Offset >= c.l.segs[w.Segment].n {
			return fmt.Errorf("whiten: %v is outside the corpus", w.Position)
		}
		if bySegment[w.Segment] == nil {
			pick = append(pick, w.Segment)
		}
		bySegment[w.Segment] = append(bySegment[w.Segment], w)
	}
	sums := make([]moments, len(t.acts))
	for _, lot := range c.l.chunks(pick, passRows) {
		if err := t.addMoments(ctx, c, lot, bySegment, sums); err != nil {
			return err
		}
	}
	for i := range sums {
		b, m := &t.w.blocks[t.o.FirstLayer+i], &sums[i]
		for _, g := range []struct {
			moment  []float32
			linears []*linear
		}{{m.h, []*linear{&b.q, &b.k, &b.v}}, {m.att, []*linear{&b.o}}, {m.h2, []*linear{&b.gate, &b.up}}, {m.act, []*linear{&b.down}}} {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := whiten(g.moment, ridge, g.linears); err != nil {
				return err
			}
		}
	}
	return nil
}

// addMoments adds the weighted moments of the inputs at tokens of some segments.
func (t *trainer) addMoments(ctx context.Context, c *corpus, segs []int, bySegment [][]lm.Weighted, sums []moments) error {
	n := t.n
	n.mu.Lock()
	defer n.mu.Unlock()
	l, from, index, err := c.l.pick(segs)
	if err != nil {
		return err
	}
	n.rope.grow(l.ctx)
	t.last = nil
	if _, err := t.climb(ctx, l, t.enter(c, l, from), all(l.rows)); err != nil {
		return err
	}
	weights := make([]float32, l.rows)
	for _, s := range segs {
		for _, w := range bySegment[s] {
			weights[l.segs[index[s]].start+w.Offset] += float32(w.Weight)
		}
	}
	for i := range t.acts {
		b, a, m := &t.w.blocks[t.o.FirstLayer+i], &t.acts[i], &sums[i]
		n.h, n.act = grow(n.h, l.rows*n.cfg.HiddenSize), grow(n.act, l.rows*n.cfg.IntermediateSize)
		b.inputNorm.forward(n.pool, n.h, nil, a.x, l.rows)
		m.h = n.addMoment(m.h, n.h, weights, n.cfg.HiddenSize)
		m.att = n.addMoment(m.att, a.att, weights, n.heads.q())
		b.postNorm.forward(n.pool, n.h, nil, a.x2, l.rows)
		m.h2 = n.addMoment(m.h2, n.h, weights, n.cfg.HiddenSize)
		n.swiglu(n.act, a.gate, a.up, l.rows)
		m.act = n.addMoment(m.act, n.act, weights, n.cfg.IntermediateSize)
	}
	return nil
}

// addMoment adds Σ w x xᵀ over the rows of x (T, in), which it scales by √w.
func (n *Network) addMoment(sum, x, weights []float32, in int) []float32 {
	if sum == nil {
		sum = make([]float32, in*in)
	}
	n.pool.Range(len(weights), rowGrain, func(_ *kernel.Worker, lo, hi int) {
		for t := lo; t < hi; t++ {
			kernel.Scale(x[t*in:(t+1)*in], float32(math.Sqrt(float64(weights[t]))))
		}
	})
	xm := kernel.F32(x[:len(weights)*in], len(weights), in)
	n.pool.Gemm(kernel.Gemm{C: kernel.F32(sum, in, in), A: xm, TransA: true, B: xm, Acc: true})
	return sum
}

// whiten gives the adapters of linears with a common input the matrix P = L⁻¹, where
// L Lᵀ is the inputs' second moment with a ridge on its diagonal.
func whiten(moment []float32, ridge float64, linears []*linear) error {
	var p []float32
	for _, l := range linears {
		if l.lora == nil {
			continue
		}
		if p == nil {
			var err error
			if p, err = inverseRoot(moment, l.in, ridge); err != nil {
				return fmt.Errorf("whiten the inputs of %s: %w", l.name, err)
			}
		}
		l.lora.whiten = p
	}
	return nil
}

// inverseRoot returns L⁻¹ (n, n) of the Cholesky factor of a second moment (n, n)
// to whose diagonal a share `ridge` of its mean is added.
func inverseRoot(moment []float32, n int, ridge float64) ([]float32, error) {
	sym := mat.NewSymDense(n, nil)
	var trace float64
	for i := range n {
		trace += float64(moment[i*n+i])
		for j := i; j < n; j++ {
			sym.SetSym(i, j, float64(moment[i*n+j]))
		}
	}
	for i := range n {
		sym.SetSym(i, i, sym.At(i, i)+ridge*trace/float64(n))
	}
	var chol mat.Cholesky
	if !chol.Factorize(sym) {
		return nil, fmt.Errorf("the second moment is singular: %w", lm.ErrNonFinite)
	}
	var l, inv mat.TriDense
	chol.LTo(&l)
	if err := inv.InverseTri(&l); err != nil {
		return nil, err
	}
	p := make([]float32, n*n)
	for i := range n {
		for j := 0; j <= i; j++ {
			p[i*n+j] = float32(inv.At(i, j))
		}
	}
	return p, nil
}
