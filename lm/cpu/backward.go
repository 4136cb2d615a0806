package cpu

import (
	"slices"

	"loyal/lm/cpu/kernel"
)

// gradients are the buffers of a backward pass, reused for every block.
type gradients struct {
	ds, dgate, dup []float32 // (T, intermediate)
	dh             []float32 // (T, hidden) gradient of a normalised input
	dq, datt       []float32 // (T, hq·d)
	dk, dv         []float32 // (T, hk·d)
	shared         pairBuffer
	partial        []float32 // norm weights' gradients by chunk of rows
}

func (g *gradients) grow(n *Network, rows int) {
	c := n.cfg
	g.ds, g.dgate, g.dup = grow(g.ds, rows*c.IntermediateSize), grow(g.dgate, rows*c.IntermediateSize), grow(g.dup, rows*c.IntermediateSize)
	g.dh = grow(g.dh, rows*c.HiddenSize)
	g.dq, g.datt = grow(g.dq, rows*n.heads.q()), grow(g.datt, rows*n.heads.q())
	g.dk, g.dv = grow(g.dk, rows*n.heads.kv()), grow(g.dv, rows*n.heads.kv())
}

// blockBackward turns dx (T, hidden), the gradient of the block's output, into that
// of its input, in place, and adds to the gradients of the block's parameters. Where
// nothing below trains (lowest) it leaves out what only the input's gradient needs,
// and dx is of no value afterwards.
func (n *Network) blockBackward(b *blockWeights, a *activations, g *gradients, dx []float32, l *layout, held past, lowest bool) {
	n.mlpBackward(b, a, g, dx, l.rows, lowest)
	n.attentionHalfBackward(b, a, g, dx, l, held, lowest)
}

// mlpBackward is the gradient of mlpForward: x3 = x2 + down(silu(gate(h2)) · up(h2)),
// h2 = norm(x2), for `rows` rows. lowest is as in blockBackward.
func (n *Network) mlpBackward(b *blockWeights, a *activations, g *gradients, dx []float32, rows int, lowest bool) {
	f := n.cfg.IntermediateSize
	n.h, n.act = grow(n.h, rows*n.cfg.HiddenSize), grow(n.act, rows*f)
	n.swiglu(n.act, a.gate, a.up, rows, f)
	if lowest && !b.attentionTrains() && !b.mlpInputTrains() {
		b.down.backward(n.pool, n.prec, nil, dx, n.act, rows, false)
		return
	}
	b.down.backward(n.pool, n.prec, g.ds, dx, n.act, rows, false)
	n.swigluBackward(g.dgate, g.dup, g.ds, a.gate, a.up, rows, f)
	b.postNorm.forward(n.pool, n.h, nil, a.x2, rows)
	b.gate.backward(n.pool, n.prec, g.dh, g.dgate, n.h, rows, false)
	b.up.backward(n.pool, n.prec, g.dh, g.dup, n.h, rows, true)
	if b.more != nil {
		b.more.backward(n, a, g.dh, dx, n.h, rows)
	}
	b.postNorm.backward(n.pool, dx, g.dh, a.x2, a.r2, rows, &g.partial)
}

// attentionHalfBackward is the gradient of attentionForward: x2 = x + o(att(q, k, v)),
// q, k, v of h = norm(x).
func (n *Network) attentionHalfBackward(b *blockWeights, a *activations, g *gradients, dx []float32, l *layout, held past, lowest bool) {
	if lowest && !b.attentionTrains() {
		return
	}
	rows := l.rows
	n.h = grow(n.h, rows*n.cfg.HiddenSize)
	b.o.backward(n.pool, n.prec, g.datt, dx, a.att, rows, false)
	n.attentionBackward(l, held, g.dq, g.dk, g.dv, g.datt, a.q, a.k, a.v, &g.shared)
	n.rotate(g.dq, g.dk, l.pos, true)
	b.inputNorm.forward(n.pool, n.h, nil, a.x, rows)
	b.q.backward(n.pool, n.prec, g.dh, g.dq, n.h, rows, false)
	b.k.backward(n.pool, n.prec, g.dh, g.dk, n.h, rows, true)
	b.v.backward(n.pool, n.prec, g.dh, g.dv, n.h, rows, true)
	b.inputNorm.backward(n.pool, dx, g.dh, a.x, a.r1, rows, &g.partial)
}

// attentionTrains reports whether anything of the first half of the block trains.
func (b *blockWeights) attentionTrains() bool {
	return trains(&b.q, &b.k, &b.v, &b.o) || b.inputNorm.train != nil
}

// mlpInputTrains reports whether anything between the MLP's input and down trains.
func (b *blockWeights) mlpInputTrains() bool {
	return trains(&b.gate, &b.up) || b.postNorm.train != nil || b.more != nil
}

func trains(linears ...*linear) bool {
	return slices.ContainsFunc(linears, func(l *linear) bool { return l.train != nil || l.lora != nil })
}

// swigluBackward computes dgate and dup (rows, f) of the gradient ds of swiglu's output.
func (n *Network) swigluBackward(dgate, dup, ds, gate, up []float32, rows, f int) {
	n.pool.Range(rows, 4, func(_ *kernel.Worker, lo, hi int) {
		lo, hi = lo*f, hi*f
		kernel.SwiGLUBackward(dgate[lo:hi], dup[lo:hi], ds[lo:hi], gate[lo:hi], up[lo:hi])
	})
}
