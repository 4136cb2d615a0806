package cpu

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// alignRows bounds how many inputs directions are taken from: finding them takes time
// with the third power. Of more, evenly spaced ones stand for all.
const alignRows = 512

// Align implements [lm.Trainer].
func (t *trainer) Align(ctx context.Context, lc lm.Corpus, at []lm.Position) error {
	c, ok := lc.(*corpus)
	if t.o.LoRA == nil || !ok || len(at) == 0 {
		return fmt.Errorf("align: it takes adapters and positions of a corpus")
	}
	if step := (len(at) + alignRows - 1) / alignRows; step > 1 {
		var some []lm.Position
		for i := 0; i < len(at); i += step {
			some = append(some, at[i])
		}
		at = some
	}
	bySegment := map[int][]int{} // indexes into at
	var segments []int
	for i, p := range at {
		if err := c.check(p); err != nil {
			return fmt.Errorf("align: %w", err)
		}
		if bySegment[p.Segment] == nil {
			segments = append(segments, p.Segment)
		}
		bySegment[p.Segment] = append(bySegment[p.Segment], i)
	}
	inputs := map[*linear][]float32{} // (len(at), in)
	err := t.forInputs(ctx, c, segments, func(lot []int, rowOf func(lm.Position) int, x []float32, _ int, linears []*linear) {
		in := linears[0].in
		if inputs[linears[0]] == nil {
			own := make([]float32, len(at)*in)
			for _, o := range linears {
				inputs[o] = own
			}
		}
		for _, s := range lot {
			for _, i := range bySegment[s] {
				r := rowOf(at[i])
				copy(inputs[linears[0]][i*in:(i+1)*in], x[r*in:(r+1)*in])
			}
		}
	})
	if err != nil {
		return err
	}
	for i := range t.acts {
		for _, l := range adapted(t.w.blocks[t.o.FirstLayer+i].linears()...) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := t.align(l, inputs[l], len(at)); err != nil {
				return fmt.Errorf("align %s: %w", l.name, err)
			}
		}
	}
	return nil
}

// alignedTail is how small a share of the largest variance a direction may have.
const alignedTail = 1e-6

// align makes the principal directions of P x, for inputs x (n, in), the first rows of A,
// of the length that its random rows have on average; the others stay random.
func (t *trainer) align(l *linear, x []float32, n int) error {
	a, z := l.lora, x
	if a.whiten != nil {
		z = make([]float32, len(x))
		t.n.pool.Gemm(kernel.Gemm{C: kernel.F32(z, n, l.in), A: kernel.F32(x, n, l.in), B: kernel.F32(a.whiten, l.in, l.in), TransB: true})
	}
	zm, gram := kernel.F32(z, n, l.in), make([]float32, n*n)
	t.n.pool.Gemm(kernel.Gemm{C: kernel.F32(gram, n, n), A: zm, B: zm, TransB: true})
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			sym.SetSym(i, j, float64(gram[i*n+j]))
		}
	}
	var eig mat.EigenSym
	if !kernel.Finite(gram) || !eig.Factorize(sym, true) {
		return lm.ErrNonFinite
	}
	values := eig.Values(nil) // rising
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	for r := range min(a.r, n) {
		k := n - 1 - r
		if values[k] <= alignedTail*values[n-1] {
			break
		}
		row := a.a.Value[r*l.in : (r+1)*l.in]
		clear(row)
		for i := range n {
			kernel.Axpy(row, float32(vectors.At(i, k)), z[i*l.in:(i+1)*l.in])
		}
		kernel.Scale(row, float32(math.Sqrt(1./3/kernel.SumSquares(row))))
	}
	return nil
}
