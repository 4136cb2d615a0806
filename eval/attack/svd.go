package attack

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// svd keeps of each matrix's difference from the base the largest singular values: how
// much of a fingerprint lies in how few directions. Norms keep theirs.
func svd(g Grid, have Have) []Trial {
	if !have.Base {
		return nil
	}
	var trials []Trial
	for _, rank := range pick(g, []int{1, 16}, []int{1, 2, 4, 8, 16, 32, 64}) {
		trials = append(trials, Trial{
			ID: fmt.Sprintf("svd-%d", rank), Series: "truncated SVD of the difference", Axis: AxisRank, X: float64(rank),
			Setting: fmt.Sprintf("rank %d of the difference from the base", rank),
			Run:     func(ctx context.Context, l *Lab) (*Outcome, error) { return l.truncate(ctx, rank) },
		})
	}
	return trials
}

// truncate measures the base with the model's differences cut down to a rank.
func (l *Lab) truncate(ctx context.Context, rank int) (*Outcome, error) {
	pool := kernel.NewPool(l.Options.Threads)
	defer pool.Close()
	tensors := map[string]model.Tensor{}
	var kept, all float64
	for _, name := range l.Model.Tensors() {
		t, err := l.Model.Tensor(name)
		if err != nil {
			return nil, err
		}
		if !isMatrix(name, t) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ours, err := values(l.Model, name)
		if err != nil {
			return nil, err
		}
		base, delta, err := deltas(l, nil, name, ours)
		if err != nil {
			return nil, err
		}
		before := kernel.SumSquares(delta[0])
		if before == 0 {
			continue
		}
		if err := truncateRank(pool, delta[0], t.Shape[0], t.Shape[1], rank); err != nil {
			return nil, fmt.Errorf("truncate %s: %w", name, err)
		}
		all, kept = all+before, kept+kernel.SumSquares(delta[0])
		for i := range base {
			base[i] += delta[0][i]
		}
		if tensors[name], err = stored(t, base); err != nil {
			return nil, err
		}
	}
	m, err := l.MeasureTensors(ctx, tensors, nil)
	if err != nil {
		return nil, err
	}
	o := &Outcome{Measures: m}
	if all > 0 {
		o.Add("share of the difference's squares kept", "", kept/all)
	}
	return o, nil
}

// truncateRank replaces d (rows, cols) by its best approximation of a rank. The right
// singular vectors are the eigenvectors of dᵀd, or the left ones those of ddᵀ where that
// is smaller: V of d V Vᵀ has as many columns as rank says.
func truncateRank(pool *kernel.Pool, d []float32, rows, cols, rank int) error {
	n := min(rows, cols)
	if rank >= n {
		return nil
	}
	left := rows < cols
	gram := make([]float32, n*n)
	dm := kernel.F32(d, rows, cols)
	pool.Gemm(kernel.Gemm{C: kernel.F32(gram, n, n), A: dm, TransA: !left, B: dm, TransB: left})
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			sym.SetSym(i, j, float64(gram[i*n+j]))
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(sym, true) {
		return errors.New("eigenvalues do not converge")
	}
	var vectors mat.Dense
	eig.VectorsTo(&vectors) // columns by rising eigenvalue
	v := make([]float32, n*rank)
	for i := range n {
		for j := range rank {
			v[i*rank+j] = float32(vectors.At(i, n-1-j))
		}
	}
	vm := kernel.F32(v, n, rank)
	if left { // V (Vᵀ d)
		coordinates := make([]float32, rank*cols)
		c := kernel.F32(coordinates, rank, cols)
		pool.Gemm(kernel.Gemm{C: c, A: vm, TransA: true, B: dm})
		pool.Gemm(kernel.Gemm{C: dm, A: vm, B: c})
		return finite(d)
	}
	coordinates := make([]float32, rows*rank) // (d V) Vᵀ
	c := kernel.F32(coordinates, rows, rank)
	pool.Gemm(kernel.Gemm{C: c, A: dm, B: vm})
	pool.Gemm(kernel.Gemm{C: dm, A: c, B: vm, TransB: true})
	return finite(d)
}

func finite(x []float32) error {
	if !kernel.Finite(x) {
		return errors.New("the result is not finite")
	}
	return nil
}
