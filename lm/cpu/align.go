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
	if t.o.LoRA == nil && t.o.Expand == nil || !ok || len(at) == 0 {
		return fmt.Errorf("align: it takes adapters or new neurons, and positions of a corpus")
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
	inputs := map[*reader][]float32{} // (len(at), in) of each group's first
	err := t.forInputs(ctx, c, segments, func(lot []int, rowOf func(lm.Position) int, x []float32, _ int, group []*reader) {
		in := group[0].in
		if inputs[group[0]] == nil {
			inputs[group[0]] = make([]float32, len(at)*in)
		}
		for _, s := range lot {
			for _, i := range bySegment[s] {
				r := rowOf(at[i])
				copy(inputs[group[0]][i*in:(i+1)*in], x[r*in:(r+1)*in])
			}
		}
	})
	if err != nil {
		return err
	}
	for i := range t.acts {
		for _, group := range t.w.blocks[t.first+i].readers() {
			if len(group) == 0 {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := t.align(group, inputs[group[0]], len(at)); err != nil {
				return fmt.Errorf("align %s: %w", group[0].module, err)
			}
		}
	}
	return nil
}

// alignedTail is how small a share of the largest variance a direction may have.
const alignedTail = 1e-6

// align makes the principal directions of P x, for inputs x (n, in), the first rows of A
// in a group of readers, as long as random ones are; the others stay random. Most inputs
// lie on the positive side of a direction: for neurons that is where they answer.
func (t *trainer) align(group []*reader, x []float32, n int) error {
	z, in := x, group[0].in
	if p := group[0].whiten; p != nil {
		z = make([]float32, len(x))
		t.n.pool.Gemm(kernel.Gemm{C: kernel.F32(z, n, in), A: kernel.F32(x, n, in), B: kernel.F32(p, in, in), TransB: true})
	}
	zm, gram := kernel.F32(z, n, in), make([]float32, n*n)
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
	direction := make([]float32, in)
	for r := range n {
		k := n - 1 - r
		if values[k] <= alignedTail*values[n-1] {
			break
		}
		clear(direction)
		side := 0.
		for i := range n {
			side += vectors.At(i, k)
			kernel.Axpy(direction, float32(vectors.At(i, k)), z[i*in:(i+1)*in])
		}
		length := math.Copysign(math.Sqrt(kernel.SumSquares(direction)), side)
		for _, a := range group {
			if r < a.r {
				row := a.a.Value[r*in : (r+1)*in]
				copy(row, direction)
				kernel.Scale(row, float32(a.length/length))
			}
		}
	}
	return nil
}
