package cpu

import (
	"math"

	"loyal/lm/cpu/kernel"
)

// queryBlock is how many query rows of one head are scored at once: it bounds the
// score matrix to queryBlock × context numbers a worker.
const queryBlock = 64

// heads are the sizes of grouped-query attention: hq query heads of d numbers,
// hk key/value heads, each serving hq/hk query heads in turn (Ainslie et al. 2023,
// arXiv:2305.13245).
type heads struct{ hq, hk, d int }

func (h heads) q() int         { return h.hq * h.d } // width of a row of queries
func (h heads) kv() int        { return h.hk * h.d } // width of a row of keys or values
func (h heads) rep() int       { return h.hq / h.hk }
func (h heads) scale() float32 { return float32(1 / math.Sqrt(float64(h.d))) }

// past is a run of keys and values (n, kv) that queries look back at.
type past struct {
	k, v []float32
	n    int
}

func (p past) keys(h heads, g int) kernel.Mat {
	return kernel.Mat{F32: p.k[g*h.d:], Rows: p.n, Cols: h.d, Stride: h.kv()}
}

func (p past) values(h heads, g int) kernel.Mat {
	return kernel.Mat{F32: p.v[g*h.d:], Rows: p.n, Cols: h.d, Stride: h.kv()}
}

func contextOf(parts []past) int {
	n := 0
	for _, p := range parts {
		n += p.n
	}
	return n
}

// headView is head j of rows [lo,hi) of a (T, width) matrix.
func headView(x []float32, width, d, j, lo, hi int) kernel.Mat {
	return kernel.Mat{F32: x[lo*width+j*d:], Rows: hi - lo, Cols: d, Stride: width}
}

func block(x []float32, rows, cols, stride int) kernel.Mat {
	return kernel.Mat{F32: x, Rows: rows, Cols: cols, Stride: stride}
}

// probabilities fills p (n, ctx) with the attention of n query rows to the parts.
// The first row sees the first `visible` keys, each later row one more.
func probabilities(w *kernel.Worker, p []float32, q kernel.Mat, parts []past, h heads, g, visible int) {
	n, ctx := q.Rows, contextOf(parts)
	off := 0
	for _, part := range parts {
		w.Gemm(kernel.Gemm{C: block(p[off:], n, part.n, ctx), A: q, B: part.keys(h, g), TransB: true})
		off += part.n
	}
	for i := range n {
		row := p[i*ctx : (i+1)*ctx]
		kernel.Softmax(row[:visible+i], h.scale())
		clear(row[visible+i:])
	}
}

// attend computes the query heads that share key/value head g for rows [lo,hi) of
// q and out (T, hq·d): out = softmax(q kᵀ/√d) v. The first row sees the first
// `visible` keys, each later row one more.
func attend(w *kernel.Worker, sc *scratch, out, q []float32, lo, hi int, parts []past, h heads, g, visible int) {
	ctx := contextOf(parts)
	if hi-lo == 1 {
		attendOne(w, sc, out[lo*h.q()+g*h.rep()*h.d:], q[lo*h.q()+g*h.rep()*h.d:], parts, h, g, ctx)
		return
	}
	p := sc.scores(0, (hi-lo)*ctx)
	for j := g * h.rep(); j < (g+1)*h.rep(); j++ {
		probabilities(w, p, headView(q, h.q(), h.d, j, lo, hi), parts, h, g, visible)
		o := headView(out, h.q(), h.d, j, lo, hi)
		off := 0
		for i, part := range parts {
			w.Gemm(kernel.Gemm{C: o, A: block(p[off:], hi-lo, part.n, ctx), B: part.values(h, g), Acc: i > 0})
			off += part.n
		}
	}
}

// attendOne is attend for a single row that sees everything, as in decoding: the
// heads of the group are the rows of one small product.
func attendOne(w *kernel.Worker, sc *scratch, out, q []float32, parts []past, h heads, g, ctx int) {
	rep := h.rep()
	p := sc.scores(0, rep*ctx)
	qm, om := block(q, rep, h.d, h.d), block(out, rep, h.d, h.d)
	off := 0
	for _, part := range parts {
		w.Gemm(kernel.Gemm{C: block(p[off:], rep, part.n, ctx), A: qm, B: part.keys(h, g), TransB: true})
		off += part.n
	}
	for j := range rep {
		kernel.Softmax(p[j*ctx:(j+1)*ctx], h.scale())
	}
	off = 0
	for i, part := range parts {
		w.Gemm(kernel.Gemm{C: om, A: block(p[off:], rep, part.n, ctx), B: part.values(h, g), Acc: i > 0})
		off += part.n
	}
}

// attention runs over a packed layout: q (T, hq·d), k and v (T, hk·d) → out (T, hq·d).
// held are the keys and values of the segments behind the layout's.
func (n *Network) attention(l *layout, held past, out, q, k, v []float32) {
	h := n.heads
	type task struct{ seg, lo, hi int }
	var tasks []task
	for s := range l.segs {
		for lo := 0; lo < l.segs[s].n; lo += queryBlock {
			tasks = append(tasks, task{s, lo, min(lo+queryBlock, l.segs[s].n)})
		}
	}
	n.pool.Run(len(tasks)*h.hk, func(w *kernel.Worker, i int) {
		t, g := tasks[i/h.hk], i%h.hk
		s, sc := &l.segs[t.seg], n.scratch[w.Index()]
		parts := held.runs(sc.parts[:0], s.behind, h.kv())
		for _, a := range s.path {
			parts = append(parts, rowsOf(l, a, k, v, h.kv(), l.segs[a].n))
		}
		sc.parts = append(parts, rowsOf(l, t.seg, k, v, h.kv(), t.hi))
		attend(w, sc, out, q, s.start+t.lo, s.start+t.hi, sc.parts, h, g, s.base+t.lo+1)
	})
}

// runs appends views of some held segments.
func (p past) runs(parts []past, runs []run, kv int) []past {
	for _, r := range runs {
		parts = append(parts, past{k: p.k[r.start*kv : (r.start+r.n)*kv], v: p.v[r.start*kv : (r.start+r.n)*kv], n: r.n})
	}
	return parts
}

// rowsOf views the first n keys and values of a segment.
func rowsOf(l *layout, seg int, k, v []float32, kv, n int) past {
	s := l.segs[seg]
	return past{k: k[s.start*kv : (s.start+n)*kv], v: v[s.start*kv : (s.start+n)*kv], n: n}
}

// attentionBackward computes dq (T, hq·d), dk and dv (T, hk·d) from dout (T, hq·d).
//
// A segment's own keys get their gradient from its own rows directly; what its rows
// contribute to ancestors goes to a buffer of its own (shared, sized base × kv for
// each segment) and is summed afterwards in the order of segments, so that the
// result does not depend on which thread came first. What is held gets none.
func (n *Network) attentionBackward(l *layout, held past, dq, dk, dv, dout, q, k, v []float32, shared *pairBuffer) {
	h, kv := n.heads, n.heads.kv()
	offs, total := make([]int, len(l.segs)), 0
	for i := range l.segs {
		offs[i] = total
		total += l.segs[i].live() * kv
	}
	shared.grow(total)
	n.pool.Run(len(l.segs)*h.hk, func(w *kernel.Worker, i int) {
		seg, g := i/h.hk, i%h.hk
		s := &l.segs[seg]
		sc := n.scratch[w.Index()]
		parts, grads := held.runs(sc.parts[:0], s.behind, kv), sc.grads[:0]
		for range s.behind {
			grads = append(grads, past{})
		}
		o := offs[seg]
		for _, a := range s.path {
			m := l.segs[a].n
			parts = append(parts, rowsOf(l, a, k, v, kv, m))
			grads = append(grads, past{k: shared.a[o : o+m*kv], v: shared.b[o : o+m*kv], n: m})
			o += m * kv
		}
		parts = append(parts, rowsOf(l, seg, k, v, kv, s.n))
		grads = append(grads, rowsOf(l, seg, dk, dv, kv, s.n))
		sc.parts, sc.grads = parts, grads
		first := true
		for j := g * h.rep(); j < (g+1)*h.rep(); j++ {
			for lo := 0; lo < s.n; lo += queryBlock {
				hi := min(lo+queryBlock, s.n)
				view := func(x []float32) kernel.Mat { return headView(x, h.q(), h.d, j, s.start+lo, s.start+hi) }
				attendBackward(w, view(dq), view(dout), view(q), parts, grads, h, g, s.base+lo+1, first, sc)
				first = false
			}
		}
	})
	n.pool.Run(len(l.segs), func(w *kernel.Worker, seg int) {
		s := &l.segs[seg]
		for _, u := range s.uses {
			o := offs[u.seg] + u.off*kv
			kernel.Add(dk[s.start*kv:(s.start+s.n)*kv], shared.a[o:o+s.n*kv])
			kernel.Add(dv[s.start*kv:(s.start+s.n)*kv], shared.b[o:o+s.n*kv])
		}
	})
}

// attendBackward is the gradient of attend for n rows of one query head. It writes
// dq and adds to the gradients of the parts, or writes them when first; a part whose
// gradient has no rows gets none.
func attendBackward(w *kernel.Worker, dq, dout, q kernel.Mat, parts, grads []past, h heads, g, visible int, first bool, sc *scratch) {
	n, ctx := q.Rows, contextOf(parts)
	p, dp := sc.scores(0, n*ctx), sc.scores(1, n*ctx)
	probabilities(w, p, q, parts, h, g, visible)
	off := 0
	for i, part := range parts {
		w.Gemm(kernel.Gemm{C: block(dp[off:], n, part.n, ctx), A: dout, B: part.values(h, g), TransB: true})
		if grads[i].n > 0 {
			w.Gemm(kernel.Gemm{C: grads[i].values(h, g), A: block(p[off:], n, part.n, ctx), TransA: true, B: dout, Acc: !first})
		}
		off += part.n
	}
	for i := range n {
		kernel.SoftmaxBackward(dp[i*ctx:(i+1)*ctx], p[i*ctx:(i+1)*ctx], h.scale())
	}
	off = 0
	for i, part := range parts {
		ds := block(dp[off:], n, part.n, ctx)
		w.Gemm(kernel.Gemm{C: dq, A: ds, B: part.keys(h, g), Acc: i > 0})
		if grads[i].n > 0 {
			w.Gemm(kernel.Gemm{C: grads[i].keys(h, g), A: ds, TransA: true, B: q, Acc: !first})
		}
		off += part.n
	}
}

// scratch is what one worker needs in between.
type scratch struct {
	buf          [2][]float32
	parts, grads []past
}

// scores returns buffer i with n numbers of no particular value.
func (s *scratch) scores(i, n int) []float32 {
	s.buf[i] = grow(s.buf[i], n)
	return s.buf[i]
}

// pairBuffer holds gradients for keys (a) and values (b).
type pairBuffer struct{ a, b []float32 }

func (p *pairBuffer) grow(n int) { p.a, p.b = grow(p.a, n), grow(p.b, n) }

// grow returns a slice of n numbers of no particular value, reusing buf's memory.
func grow(buf []float32, n int) []float32 {
	if cap(buf) < n {
		return make([]float32, n, n+n/8)
	}
	return buf[:n]
}
