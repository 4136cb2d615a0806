package cpu

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// alignRows bounds how many inputs directions are taken from: finding them takes time
// with the third power. Of more, evenly spaced ones stand for all.
const alignRows = 512

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
