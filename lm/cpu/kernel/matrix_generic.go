package kernel

// The portable matrix kernels. They define what the assembly computes.

const (
	genericMR = 4
	genericNR = 4
)

// packGeneric writes rows [r0,r0+h) of a matrix, elements [k0,k0+kc) along k,
// into a panel: word p of row r at dst[p*width+r]. alongK tells that a row's
// elements are neighbors in memory; otherwise neighboring rows are. Columns of the
// panel from h on are left as they are: nobody reads what comes of them.
func packGeneric(dst []float32, m *Mat, alongK bool, r0, h, k0, kc, width int) {
	dst = dst[:kc*width]
	rowStep, kStep := 1, m.Stride
	if alongK {
		rowStep, kStep = m.Stride, 1
	}
	for r := range h {
		at := (r0+r)*rowStep + k0*kStep
		if m.BF16 != nil {
			for q := r; q < len(dst); q += width {
				dst[q] = widen(m.BF16[at])
				at += kStep
			}
			continue
		}
		for q := r; q < len(dst); q += width {
			dst[q] = m.F32[at]
			at += kStep
		}
	}
}

// tileGeneric computes rows×cols of C from packed panels of genericMR rows and
// genericNR columns: C = alpha·A·B, or C += with add.
func tileGeneric(words int, a, b, c []float32, ldc, rows, cols int, alpha float32, add bool) {
	var (
		c00, c01, c02, c03 float32
		c10, c11, c12, c13 float32
		c20, c21, c22, c23 float32
		c30, c31, c32, c33 float32
	)
	a, b = a[:4*words], b[:4*words]
	for len(a) >= 4 && len(b) >= 4 {
		a0, a1, a2, a3 := a[0], a[1], a[2], a[3]
		b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
		c00 += a0 * b0
		c01 += a0 * b1
		c02 += a0 * b2
		c03 += a0 * b3
		c10 += a1 * b0
		c11 += a1 * b1
		c12 += a1 * b2
		c13 += a1 * b3
		c20 += a2 * b0
		c21 += a2 * b1
		c22 += a2 * b2
		c23 += a2 * b3
		c30 += a3 * b0
		c31 += a3 * b1
		c32 += a3 * b2
		c33 += a3 * b3
		a, b = a[4:], b[4:]
	}
	t := [genericMR][genericNR]float32{
		{c00, c01, c02, c03}, {c10, c11, c12, c13}, {c20, c21, c22, c23}, {c30, c31, c32, c33},
	}
	for i := range rows {
		row := c[i*ldc:][:cols]
		for q := range row {
			if add {
				row[q] += alpha * t[i][q]
			} else {
				row[q] = alpha * t[i][q]
			}
		}
	}
}

// streamGenericF32 computes columns [lo,hi) of C = alpha·A·Bᵀ, B float32.
func streamGenericF32(g *Gemm, lo, hi, m, k int, alpha float32) {
	for n := lo; n < hi; n++ {
		w := g.B.F32[n*g.B.Stride:][:k]
		for i := range m {
			finish(g, i, n, alpha*dotGeneric(g.A.F32[i*g.A.Stride:][:k], w))
		}
	}
}

// streamGenericBF16 is streamGenericF32 for bfloat16 weights.
func streamGenericBF16(g *Gemm, lo, hi, m, k int, alpha float32) {
	for n := lo; n < hi; n++ {
		w := g.B.BF16[n*g.B.Stride:][:k]
		for i := range m {
			finish(g, i, n, alpha*dotGenericBF16(g.A.F32[i*g.A.Stride:][:k], w))
		}
	}
}

// thinGeneric computes columns [lo,hi) of C = alpha·op(A)·B, row by row of B.
func thinGeneric(g *Gemm, lo, hi, m, k int, alpha float32) {
	row, step := g.A.Stride, 1
	if g.TransA {
		row, step = 1, g.A.Stride
	}
	for i := range m {
		c := g.C.F32[i*g.C.Stride+lo:][:hi-lo]
		if !g.Acc {
			clear(c)
		}
		for p := range k {
			a := alpha * g.A.F32[i*row+p*step]
			at := p*g.B.Stride + lo
			if g.B.BF16 != nil {
				b := g.B.BF16[at:][:hi-lo]
				for q := range c {
					c[q] += a * widen(b[q])
				}
			} else {
				axpyGeneric(c, g.B.F32[at:][:hi-lo], a)
			}
		}
	}
}

// finish stores one element of C.
func finish(g *Gemm, i, n int, v float32) {
	c := &g.C.F32[i*g.C.Stride+n]
	if g.Acc {
		v += *c
	}
	*c = v
}

func dotGeneric(x, y []float32) float32 {
	y = y[:len(x)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(x); i += 4 {
		s0 += x[i] * y[i]
		s1 += x[i+1] * y[i+1]
		s2 += x[i+2] * y[i+2]
		s3 += x[i+3] * y[i+3]
	}
	for ; i < len(x); i++ {
		s0 += x[i] * y[i]
	}
	return (s0 + s1) + (s2 + s3)
}

func dotGenericBF16(x []float32, y []uint16) float32 {
	y = y[:len(x)]
	var s0, s1, s2, s3 float32
	i := 0
	for ; i+4 <= len(x); i += 4 {
		s0 += x[i] * widen(y[i])
		s1 += x[i+1] * widen(y[i+1])
		s2 += x[i+2] * widen(y[i+2])
		s3 += x[i+3] * widen(y[i+3])
	}
	for ; i < len(x); i++ {
		s0 += x[i] * widen(y[i])
	}
	return (s0 + s1) + (s2 + s3)
}
