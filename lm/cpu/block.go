package cpu

import (
	"loyal/lm/cpu/kernel"
)

// blockWeights are one transformer block of the Llama family (Touvron et al. 2023,
// arXiv:2302.13971): pre-norm, grouped-query attention with rotary positions, SwiGLU.
type blockWeights struct {
	inputNorm, postNorm norm
	q, k, v, o          linear
	gate, up, down      linear
	more                *neurons // that training adds, nil without
}

func (b *blockWeights) linears() []*linear {
	return []*linear{&b.q, &b.k, &b.v, &b.o, &b.gate, &b.up, &b.down}
}

func (b *blockWeights) norms() []*norm { return []*norm{&b.inputNorm, &b.postNorm} }

// activations are what a block's backward pass needs of its forward pass, for T rows.
type activations struct {
	x        []float32 // (T, hidden) the block's input
	r1       []float32 // (T) 1/rms of x
	q        []float32 // (T, hq·d) after rotation
	k, v     []float32 // (T, hk·d)
	att      []float32 // (T, hq·d) the attention's output
	x2       []float32 // (T, hidden) after attention
	r2       []float32 // (T) 1/rms of x2
	gate, up []float32 // (T, intermediate)

	moreGate, moreUp []float32 // (T, new neurons)
}

// growAttention and growMLP make room for the two halves of a block. The last block
// may have more rows in its MLP than tokens: as many as logits are wanted.
func (a *activations) growAttention(n *Network, rows int) {
	a.x, a.r1 = grow(a.x, rows*n.cfg.HiddenSize), grow(a.r1, rows)
	a.q, a.att = grow(a.q, rows*n.heads.q()), grow(a.att, rows*n.heads.q())
	a.k, a.v = grow(a.k, rows*n.heads.kv()), grow(a.v, rows*n.heads.kv())
}

func (a *activations) growMLP(n *Network, rows int) {
	a.x2, a.r2 = grow(a.x2, rows*n.cfg.HiddenSize), grow(a.r2, rows)
	a.gate, a.up = grow(a.gate, rows*n.cfg.IntermediateSize), grow(a.up, rows*n.cfg.IntermediateSize)
}

// mlpRows is how many rows go through the MLP at once when nothing is kept: it
// bounds the widest buffers.
const mlpRows = 512

// blockForward runs one block in place over x (T, hidden). With keep, a gets what
// backward needs; without, a is scratch whose gate and up hold mlpRows rows. held
// are the block's keys and values of the segments behind the layout's.
func (n *Network) blockForward(b *blockWeights, a *activations, x []float32, l *layout, held past, keep bool) {
	n.attentionForward(b, a, x, l, held, keep)
	n.mlpForward(b, a, x, l.rows, keep)
}

// attentionForward is the first half of a block: x += o(attention(norm(x))).
func (n *Network) attentionForward(b *blockWeights, a *activations, x []float32, l *layout, held past, keep bool) {
	n.qkv(b, a, x, l.pos, keep)
	n.attention(l, held, a.att, a.q, a.k, a.v)
	b.o.forward(n.pool, n.prec, x, a.att, l.rows, true)
}

// lastForward runs the last block, of whose output only some rows are wanted: its
// MLP runs for these alone. It returns them (len(rows), hidden). Rows may repeat.
func (n *Network) lastForward(b *blockWeights, a *activations, x []float32, l *layout, held past, rows []int, keep bool) []float32 {
	n.attentionForward(b, a, x, l, held, keep)
	d := n.cfg.HiddenSize
	n.wanted = grow(n.wanted, len(rows)*d)
	for i, r := range rows {
		copy(n.wanted[i*d:(i+1)*d], x[r*d:(r+1)*d])
	}
	n.mlpForward(b, a, n.wanted, len(rows), keep)
	return n.wanted
}

// qkv computes rotated queries and keys, and values, of len(pos) rows.
func (n *Network) qkv(b *blockWeights, a *activations, x []float32, pos []int32, keep bool) {
	rows := len(pos)
	n.h = grow(n.h, rows*n.cfg.HiddenSize)
	var r1 []float32
	if keep {
		copy(a.x, x[:rows*n.cfg.HiddenSize])
		r1 = a.r1
	}
	b.inputNorm.forward(n.pool, n.h, r1, x, rows)
	b.q.forward(n.pool, n.prec, a.q, n.h, rows, false)
	b.k.forward(n.pool, n.prec, a.k, n.h, rows, false)
	b.v.forward(n.pool, n.prec, a.v, n.h, rows, false)
	n.rotate(a.q, a.k, pos, false)
}

// mlpForward is the second half of a block: x += mlp(norm(x)), row by row.
func (n *Network) mlpForward(b *blockWeights, a *activations, x []float32, rows int, keep bool) {
	d, f := n.cfg.HiddenSize, n.cfg.IntermediateSize
	if keep {
		copy(a.x2, x[:rows*d])
		n.h, n.act = grow(n.h, rows*d), grow(n.act, rows*f)
		b.postNorm.forward(n.pool, n.h, a.r2, x, rows)
		a.growMore(b.more, rows)
		n.mlp(b, a, x, rows)
		return
	}
	for lo := 0; lo < rows; lo += mlpRows {
		m := min(mlpRows, rows-lo)
		a.gate, a.up = grow(a.gate, m*f), grow(a.up, m*f)
		n.h, n.act = grow(n.h, m*d), grow(n.act, m*f)
		b.postNorm.forward(n.pool, n.h, nil, x[lo*d:], m)
		a.growMore(b.more, m)
		n.mlp(b, a, x[lo*d:], m)
	}
}

// mlp adds to x the MLP of the normalised rows in n.h.
func (n *Network) mlp(b *blockWeights, a *activations, x []float32, rows int) {
	b.gate.forward(n.pool, n.prec, a.gate, n.h, rows, false)
	b.up.forward(n.pool, n.prec, a.up, n.h, rows, false)
	n.swiglu(n.act, a.gate, a.up, rows, n.cfg.IntermediateSize)
	b.down.forward(n.pool, n.prec, x, n.act, rows, true)
	if b.more != nil {
		b.more.forward(n, a, x, n.h, rows)
	}
}

// swiglu computes y (rows, f) of gate and up.
func (n *Network) swiglu(y, gate, up []float32, rows, f int) {
	n.pool.Range(rows, 4, func(_ *kernel.Worker, lo, hi int) {
		kernel.SwiGLU(y[lo*f:hi*f], gate[lo*f:hi*f], up[lo*f:hi*f])
	})
}

// rotate applies rotary positions (Su et al. 2021, arXiv:2104.09864; in the
// half-split order of Hugging Face) to queries and keys, or takes them back.
func (n *Network) rotate(q, k []float32, pos []int32, inverse bool) {
	h := n.heads
	half := h.d / 2
	n.pool.Range(len(pos), rowGrain, func(_ *kernel.Worker, lo, hi int) {
		for t := lo; t < hi; t++ {
			o := int(pos[t]) * half
			cos, sin := n.rope.cos[o:o+half], n.rope.sin[o:o+half]
			for j := range h.hq {
				kernel.Rope(q[(t*h.hq+j)*h.d:][:h.d], cos, sin, inverse)
			}
			for j := range h.hk {
				kernel.Rope(k[(t*h.hk+j)*h.d:][:h.d], cos, sin, inverse)
			}
		}
	})
}
