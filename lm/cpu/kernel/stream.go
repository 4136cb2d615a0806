package kernel

// streamJob is a product of few rows with transposed B, C = A·Bᵀ: each row of B
// is read once, where it lies.
type streamJob struct {
	g    Gemm
	m, k int
	n    int
}

func (j *streamJob) do(_ *Worker, task int) {
	lo := task * streamN
	streamRows(&j.g, lo, min(lo+streamN, j.n), j.m, j.k)
}

// stream computes the product with all threads. The turn is held.
func (p *Pool) stream(g *Gemm, m, n, k int) {
	p.few = streamJob{*g, m, k, n}
	p.run(ceil(n, streamN), &p.few)
	p.few.g = Gemm{}
}

// streamRows computes columns [lo,hi) of C.
func streamRows(g *Gemm, lo, hi, m, k int) {
	alpha := g.Alpha
	if alpha == 0 {
		alpha = 1
	}
	if g.B.BF16 != nil {
		streamBF16(g, lo, hi, m, k, alpha)
	} else {
		streamF32(g, lo, hi, m, k, alpha)
	}
}
