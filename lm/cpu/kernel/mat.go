package kernel

import "fmt"

// Mat views a row-major matrix: element (i, j) is at i*Stride+j. Exactly one of
// F32 and BF16 is set, unless the matrix is empty.
type Mat struct {
	F32                []float32
	BF16               []uint16
	Rows, Cols, Stride int
}

// F32 views data as a dense matrix of float32.
func F32(data []float32, rows, cols int) Mat {
	return Mat{F32: data, Rows: rows, Cols: cols, Stride: cols}
}

// BF16 views data as a dense matrix of bfloat16: the upper halves of float32s.
func BF16(data []uint16, rows, cols int) Mat {
	return Mat{BF16: data, Rows: rows, Cols: cols, Stride: cols}
}

// Block is the view of rows×cols elements that begins at row, col.
func (m Mat) Block(row, col, rows, cols int) Mat {
	if row < 0 || col < 0 || rows < 0 || cols < 0 || row+rows > m.Rows || col+cols > m.Cols {
		panic(fmt.Sprintf("kernel: block (%d,%d)+(%d,%d) outside of a matrix (%d,%d)", row, col, rows, cols, m.Rows, m.Cols))
	}
	b := Mat{Rows: rows, Cols: cols, Stride: m.Stride}
	if rows == 0 || cols == 0 {
		return b
	}
	lo, hi := row*m.Stride+col, (row+rows-1)*m.Stride+col+cols
	if m.BF16 != nil {
		b.BF16 = m.BF16[lo:hi]
	} else {
		b.F32 = m.F32[lo:hi]
	}
	return b
}

// check panics unless the view lies inside its slice.
func (m Mat) check(name string) {
	if m.Rows < 0 || m.Cols < 0 || m.Stride < m.Cols {
		panic(fmt.Sprintf("kernel: matrix %s has shape (%d,%d), stride %d", name, m.Rows, m.Cols, m.Stride))
	}
	if m.Rows == 0 || m.Cols == 0 {
		return
	}
	have := len(m.F32)
	if m.BF16 != nil {
		if m.F32 != nil {
			panic(fmt.Sprintf("kernel: matrix %s is both float32 and bfloat16", name))
		}
		have = len(m.BF16)
	}
	if need := (m.Rows-1)*m.Stride + m.Cols; have < need {
		panic(fmt.Sprintf("kernel: matrix %s (%d,%d), stride %d, needs %d elements, has %d", name, m.Rows, m.Cols, m.Stride, need, have))
	}
}

// Precision says how the factors of a product are rounded; sums are float32.
type Precision int

const (
	// PrecF32 multiplies float32.
	PrecF32 Precision = iota
	// PrecBF16 rounds both factors to bfloat16 first (to nearest, ties to even):
	// a relative error of some 2e-3 of the result's norm, at twice the speed where
	// [HasBF16]. Subnormal numbers may count as zero. The streaming path, being
	// bound by memory, keeps float32 factors.
	PrecBF16
)

// Gemm is one matrix product, C = Alpha·op(A)·op(B), or C += with Acc. C is (M,N).
// A and C are float32, B float32 or bfloat16. C must not overlap A or B.
type Gemm struct {
	C, A, B   Mat
	TransA    bool    // A is stored (K,M)
	TransB    bool    // B is stored (N,K), as weights are on disk
	Acc       bool    // add to C
	Alpha     float32 // 0 means 1
	Precision Precision
}

// size checks the shapes against each other and returns M, N, K.
func (g *Gemm) size() (m, n, k int) {
	m, n = g.C.Rows, g.C.Cols
	ar, ac := g.A.Rows, g.A.Cols
	if g.TransA {
		ar, ac = ac, ar
	}
	br, bc := g.B.Rows, g.B.Cols
	if g.TransB {
		br, bc = bc, br
	}
	if ar != m || bc != n || ac != br {
		panic(fmt.Sprintf("kernel: product of (%d,%d) and (%d,%d) into (%d,%d)", ar, ac, br, bc, m, n))
	}
	g.C.check("C")
	g.A.check("A")
	g.B.check("B")
	if g.C.BF16 != nil || g.A.BF16 != nil {
		panic("kernel: A and C of a product must be float32")
	}
	return m, n, ac
}
