package cpu

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// forInputs runs some segments of a corpus, a lot at a time, and visits what readers
// read: x (T, in) of a lot, in memory that the visitor may overwrite, is the input of
// all of a group. rowOf is a token's row in it.
func (t *trainer) forInputs(ctx context.Context, c *corpus, segments []int,
	visit func(lot []int, rowOf func(lm.Position) int, x []float32, rows int, group []*reader)) error {
	n := t.n
	n.mu.Lock()
	defer n.mu.Unlock()
	slices.Sort(segments) // neighbors share what they begin with
	for _, lot := range c.l.chunks(segments, passRows) {
		l, from, index, err := c.l.pick(lot, nil)
		if err != nil {
			return err
		}
		n.rope.grow(l.ctx)
		t.last = nil
		if _, err := t.climb(ctx, c, l, t.enter(c, l, from), all(l.rows)); err != nil {
			return err
		}
		rowOf := func(p lm.Position) int { return l.segs[index[p.Segment]].start + p.Offset }
		for i := range t.acts {
			for g, group := range t.w.blocks[t.first+i].readers() {
				if len(group) > 0 {
					visit(lot, rowOf, t.input(i, g, l.rows), l.rows, group)
				}
			}
		}
	}
	return nil
}

// input is what the g-th group of readers of the i-th block from the first on read in
// the last pass.
func (t *trainer) input(i, g, rows int) []float32 {
	n, b, a := t.n, &t.w.blocks[t.first+i], &t.acts[i]
	d, f := n.cfg.HiddenSize, n.cfg.IntermediateSize
	n.h, n.act = grow(n.h, rows*d), grow(n.act, rows*f)
	switch g {
	case 0:
		b.inputNorm.forward(n.pool, n.h, nil, a.x, rows)
		return n.h
	case 1:
		return a.att
	case 2:
		b.postNorm.forward(n.pool, n.h, nil, a.x2, rows)
		return n.h
	}
	n.swiglu(n.act, a.gate, a.up, rows, f)
	return n.act
}

// check reports a token that is not in the corpus.
func (c *corpus) check(p lm.Position) error {
	if p.Segment < 0 || p.Segment >= c.Len() || p.Offset < 0 || p.Offset >= c.l.segs[p.Segment].n {
		return fmt.Errorf("%v is outside the corpus", p)
	}
	return nil
}

// Whiten implements [lm.Trainer].
func (t *trainer) Whiten(ctx context.Context, lc lm.Corpus, tokens []lm.Weighted, ridge float64) error {
	c, ok := lc.(*corpus)
	if t.o.LoRA == nil && t.o.Expand == nil || !ok || len(tokens) == 0 || !(ridge > 0) {
		return fmt.Errorf("whiten: it takes adapters or new neurons, tokens of a corpus, and a ridge above zero")
	}
	bySegment := map[int][]lm.Weighted{}
	var segments []int
	for _, w := range tokens {
		if err := c.check(w.Position); err != nil {
			return fmt.Errorf("whiten: %w", err)
		}
		if bySegment[w.Segment] == nil {
			segments = append(segments, w.Segment)
		}
		bySegment[w.Segment] = append(bySegment[w.Segment], w)
	}
	moments := map[*reader][]float32{} // (in, in) of each group's first
	err := t.forInputs(ctx, c, segments, func(lot []int, rowOf func(lm.Position) int, x []float32, rows int, group []*reader) {
		weights := make([]float32, rows)
		for _, s := range lot {
			for _, w := range bySegment[s] {
				weights[rowOf(w.Position)] += float32(w.Weight)
			}
		}
		first := group[0]
		if moments[first] == nil {
			moments[first] = make([]float32, first.in*first.in)
		}
		t.n.addMoment(moments[first], x, weights, first.in)
	})
	if err != nil {
		return err
	}
	for i := range t.acts {
		b := &t.w.blocks[t.first+i]
		for _, group := range b.readers() {
			if len(group) == 0 {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			p, err := inverseRoot(moments[group[0]], group[0].in, ridge)
			if err != nil {
				return fmt.Errorf("whiten the inputs of %s: %w", group[0].module, err)
			}
			for _, r := range group {
				r.whiten = p
			}
		}
		if b.more != nil {
			b.more.unitRows()
		}
	}
	return nil
}

// addMoment adds Σ w x xᵀ over the rows of x (T, in), which it scales by √w, to sum (in, in).
func (n *Network) addMoment(sum, x, weights []float32, in int) {
	n.pool.Range(len(weights), rowGrain, func(_ *kernel.Worker, lo, hi int) {
		for t := lo; t < hi; t++ {
			kernel.Scale(x[t*in:(t+1)*in], float32(math.Sqrt(float64(weights[t]))))
		}
	})
	xm := kernel.F32(x[:len(weights)*in], len(weights), in)
	n.pool.Gemm(kernel.Gemm{C: kernel.F32(sum, in, in), A: xm, TransA: true, B: xm, Acc: true, Precision: n.prec})
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
