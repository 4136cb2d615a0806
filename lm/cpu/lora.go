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

// Whiten implements [lm.Trainer].
func (t *trainer) Whiten(ctx context.Context, c lm.Corpus, pick []int, at []lm.Position, ridge float64) error {
	if t.o.LoRA == nil || len(at) == 0 || !(ridge > 0) {
		return fmt.Errorf("whiten: it takes adapters, positions and a ridge above zero")
	}
	if _, err := t.Forward(ctx, c, pick, at[:1]); err != nil {
		return err
	}
	t.last = nil
	n := t.n
	n.mu.Lock()
	defer n.mu.Unlock()
	f, _, err := t.start(c, pick, at)
	if err != nil {
		return err
	}
	rows := f.l.rows
	for i := range t.acts {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, a := &t.w.blocks[t.o.FirstLayer+i], &t.acts[i]
		n.h, n.act = grow(n.h, rows*n.cfg.HiddenSize), grow(n.act, rows*n.cfg.IntermediateSize)
		b.inputNorm.forward(n.pool, n.h, nil, a.x, rows)
		if err := t.whiten(n.h, f, ridge, &b.q, &b.k, &b.v); err != nil {
			return err
		}
		if err := t.whiten(a.att, f, ridge, &b.o); err != nil {
			return err
		}
		b.postNorm.forward(n.pool, n.h, nil, a.x2, rows)
		if err := t.whiten(n.h, f, ridge, &b.gate, &b.up); err != nil {
			return err
		}
		n.swiglu(n.act, a.gate, a.up, rows)
		if err := t.whiten(n.act, f, ridge, &b.down); err != nil {
			return err
		}
	}
	return nil
}

// whiten gives the adapters of linears with a common input x (rows, in) the matrix
// P = L⁻¹, where L Lᵀ is the inputs' second moment with a ridge on its diagonal.
func (t *trainer) whiten(x []float32, f *forwardState, ridge float64, linears ...*linear) error {
	var adapters []*adapter
	for _, l := range linears {
		if l.lora != nil {
			adapters = append(adapters, l.lora)
		}
	}
	if len(adapters) == 0 {
		return nil
	}
	in := linears[0].in
	chosen := make([]float32, len(f.rows)*in)
	for i, r := range f.rows {
		copy(chosen[i*in:(i+1)*in], x[r*in:(r+1)*in])
	}
	moment := make([]float32, in*in)
	for i, m := range []kernel.Mat{kernel.F32(x[:f.l.rows*in], f.l.rows, in), kernel.F32(chosen, len(f.rows), in)} {
		t.n.pool.Gemm(kernel.Gemm{C: kernel.F32(moment, in, in), A: m, TransA: true, B: m, Alpha: .5 / float32(m.Rows), Acc: i > 0})
	}
	p, err := inverseRoot(moment, in, ridge)
	if err != nil {
		return fmt.Errorf("whiten the inputs of %s: %w", linears[0].name, err)
	}
	for _, a := range adapters {
		a.whiten = p
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
