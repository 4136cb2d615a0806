package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// neurons are m neurons more of a block's MLP: x += silu(h Gᵀ)·(h Uᵀ) Dᵀ with G and U
// (m, hidden) and D (hidden, m). D begins at zero: adding zeros changes no bit.
type neurons struct {
	gate, up reader
	down     *lm.Param
	act      []float32 // (T, m)
	ds       []float32 // (T, m)
	dgate    []float32 // (T, m)
	dup      []float32 // (T, m)
}

// fresh draws rows (m, in) of a matrix, like those that it has: normal, and as large
// in the root mean square.
func fresh(rng *rand.Rand, l *linear, m int) []float32 {
	like := copyOf(l.w)
	scale := math.Sqrt(kernel.SumSquares(like) / float64(len(like)))
	out := make([]float32, m*l.in)
	for i := range out {
		out[i] = float32(rng.NormFloat64() * scale)
	}
	return out
}

// unitRows makes the rows of gate and up as long as 1 on average: on whitened inputs
// neurons then get numbers of variance 1.
func (e *neurons) unitRows() {
	for _, r := range []*reader{&e.gate, &e.up} {
		kernel.Scale(r.a.Value, float32(1/r.length))
		r.length = 1
	}
}

// newNeurons draws block i's new rows of gate_proj and up_proj.
func (t *trainer) newNeurons(i int) (gate, up []float32) {
	b, o := &t.n.blocks[i], t.o.Expand
	rng := rand.New(rand.NewPCG(o.Seed, uint64(i)))
	return fresh(rng, &b.gate, o.Neurons), fresh(rng, &b.up, o.Neurons)
}

// expand gives block i its new neurons.
func (t *trainer) expand(i int, b *blockWeights) {
	m, d := t.o.Expand.Neurons, t.n.cfg.HiddenSize
	gate, up := t.newNeurons(i)
	b.more = &neurons{}
	for _, r := range []struct {
		reader *reader
		l      *linear
		rows   []float32
	}{{&b.more.gate, &b.gate, gate}, {&b.more.up, &b.up, up}} {
		*r.reader = reader{
			module: r.l.name, a: t.newParam(r.l.name+".expansion", r.rows, m, d), r: m, in: d,
			length: math.Sqrt(kernel.SumSquares(r.rows) / float64(m)),
		}
	}
	b.more.down = t.newParam(b.down.name+".expansion", make([]float32, d*m), d, m)
}

// growMore makes room for the new neurons' part of a block.
func (a *activations) growMore(e *neurons, rows int) {
	if e != nil {
		a.moreGate, a.moreUp = grow(a.moreGate, rows*e.gate.r), grow(a.moreUp, rows*e.gate.r)
	}
}

// forward adds to x (rows, hidden) what the neurons make of normalized rows h, and
// leaves their inner values in a.
func (e *neurons) forward(n *Network, a *activations, x, h []float32, rows int) {
	m, d := e.gate.r, e.gate.in
	hm := kernel.F32(h[:rows*d], rows, d)
	for _, p := range []struct {
		y []float32
		r *reader
	}{{a.moreGate, &e.gate}, {a.moreUp, &e.up}} {
		n.pool.Gemm(kernel.Gemm{C: kernel.F32(p.y, rows, m), A: hm, B: p.r.mat(), TransB: true, Precision: n.prec})
	}
	e.act = grow(e.act, rows*m)
	n.swiglu(e.act, a.moreGate, a.moreUp, rows, m)
	n.pool.Gemm(kernel.Gemm{
		C: kernel.F32(x[:rows*d], rows, d), A: kernel.F32(e.act, rows, m), B: kernel.F32(e.down.Value, d, m),
		TransB: true, Acc: true, Precision: n.prec,
	})
}

// backward adds to the neurons' gradients, and to dh (rows, hidden) that of their input
// h, given that of their output.
func (e *neurons) backward(n *Network, a *activations, dh, dx, h []float32, rows int) {
	m, d := e.gate.r, e.gate.in
	e.act, e.ds = grow(e.act, rows*m), grow(e.ds, rows*m)
	e.dgate, e.dup = grow(e.dgate, rows*m), grow(e.dup, rows*m)
	n.swiglu(e.act, a.moreGate, a.moreUp, rows, m)
	dxm, hm, dhm := kernel.F32(dx[:rows*d], rows, d), kernel.F32(h[:rows*d], rows, d), kernel.F32(dh[:rows*d], rows, d)
	n.pool.Gemm(kernel.Gemm{
		C: kernel.F32(e.down.Grad, d, m), A: dxm, TransA: true, B: kernel.F32(e.act, rows, m), Acc: true, Precision: n.prec,
	})
	n.pool.Gemm(kernel.Gemm{C: kernel.F32(e.ds, rows, m), A: dxm, B: kernel.F32(e.down.Value, d, m), Precision: n.prec})
	n.swigluBackward(e.dgate, e.dup, e.ds, a.moreGate, a.moreUp, rows, m)
	for _, p := range []struct {
		dy []float32
		r  *reader
	}{{e.dgate, &e.gate}, {e.dup, &e.up}} {
		dy := kernel.F32(p.dy, rows, m)
		p.r.addGrad(n.pool, n.prec, dy, hm)
		n.pool.Gemm(kernel.Gemm{C: dhm, A: dy, B: p.r.mat(), Acc: true, Precision: n.prec})
	}
}

// Expansion implements [lm.Trainer].
func (t *trainer) Expansion() *model.Expansion {
	if t.o.Expand == nil {
		return nil
	}
	out := &model.Expansion{Neurons: t.o.Expand.Neurons, Blocks: make([]model.Neurons, t.n.cfg.NumLayers)}
	for i := range out.Blocks {
		x := &out.Blocks[i]
		if e := t.w.blocks[i].more; e != nil {
			*x = model.Neurons{Gate: e.gate.merged(t.n.pool), Up: e.up.merged(t.n.pool), Down: copyOf(kernel.F32(e.down.Value, e.gate.in, e.gate.r))}
			continue
		}
		x.Gate, x.Up = t.newNeurons(i)
		x.Down = make([]float32, len(x.Gate))
	}
	return out
}

// settle puts finished neurons in the place of the trained ones.
func (t *trainer) settle(e *model.Expansion) error {
	if (e == nil) != (t.o.Expand == nil) || e != nil && (e.Neurons != t.o.Expand.Neurons || len(e.Blocks) != len(t.w.blocks)) {
		return fmt.Errorf("finish training: the new neurons are not this trainer's")
	}
	for i := range t.w.blocks {
		more := t.w.blocks[i].more
		if more == nil {
			continue
		}
		x := e.Blocks[i]
		if n := more.gate.r * more.gate.in; len(x.Gate) != n || len(x.Up) != n || len(x.Down) != n {
			return fmt.Errorf("finish training: the new neurons of block %d are of another size", i)
		}
		more.gate = reader{a: &lm.Param{Value: x.Gate}, r: more.gate.r, in: more.gate.in}
		more.up = reader{a: &lm.Param{Value: x.Up}, r: more.up.r, in: more.up.in}
		more.down = &lm.Param{Value: x.Down}
	}
	return nil
}
