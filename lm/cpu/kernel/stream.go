package kernel

// streamJob is a product of few rows. With transposed B, C = A·Bᵀ, each row of B
// is read once, where it lies; otherwise some columns of it are.
type streamJob struct {
	g       Gemm
	m, n, k int
}

// streams tells whether a product goes this way. Without transposing, B is read
// once for every four rows of A, which costs nothing while the part of B in work
// fits the first cache; for many rows it then beats packing if all columns fill
// whole tiles, as those of attention heads do.
func streams(g *Gemm, m, k int) bool {
	if g.TransB {
		return m <= smallM && !g.TransA
	}
	return m <= smallM || k <= thinK && g.C.Cols%64 == 0 && g.Precision == PrecF32
}

func (j *streamJob) do(_ *Worker, task int) {
	width := streamN
	if !j.g.TransB {
		width = thinN
	}
	lo := task * width
	streamPart(&j.g, lo, min(lo+width, j.n), j.m, j.k)
}

// stream computes the product with all threads. The turn is held.
func (p *Pool) stream(g *Gemm, m, n, k int) {
	width := streamN
	if !g.TransB {
		width = thinN
	}
	p.few = streamJob{*g, m, n, k}
	p.run(ceil(n, width), &p.few)
	p.few.g = Gemm{}
}

// streamPart computes columns [lo,hi) of C.
func streamPart(g *Gemm, lo, hi, m, k int) {
	alpha := g.Alpha
	if alpha == 0 {
		alpha = 1
	}
	switch {
	case !g.TransB:
		thin(g, lo, hi, m, k, alpha)
	case g.B.BF16 != nil:
		streamBF16(g, lo, hi, m, k, alpha)
	default:
		streamF32(g, lo, hi, m, k, alpha)
	}
}
