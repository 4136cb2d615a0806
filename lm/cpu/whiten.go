package cpu

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// whiten lets a group of readers see inputs whose second moment (in, in) was this one
// whitened.
func whiten(group []*reader, moment []float32, ridge float64) error {
	p, err := inverseRoot(moment, group[0].in, ridge)
	if err != nil {
		return err
	}
	for _, r := range group {
		r.whiten = p
	}
	return nil
}

// addMoment adds Σ w x xᵀ over some rows of x (T, in) to sum (in, in).
func (n *Network) addMoment(sum, x []float32, rows []int, weights []float64, in int) {
	n.wanted = grow(n.wanted, len(rows)*in)
	n.pool.Range(len(rows), rowGrain, func(_ *kernel.Worker, lo, hi int) {
		for t := lo; t < hi; t++ {
			row := n.wanted[t*in : (t+1)*in]
			copy(row, x[rows[t]*in:(rows[t]+1)*in])
			kernel.Scale(row, float32(math.Sqrt(weights[t])))
		}
	})
	xm := kernel.F32(n.wanted[:len(rows)*in], len(rows), in)
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
