//go:build !amd64

package kernel

// Machines without assembly: every kernel is the portable one.

func detect() []Level { return []Level{Generic} }

// relax tells the processor that the caller spins.
func relax() {}

func formatOf(p Precision) format {
	return format{mr: genericMR, nr: genericNR, round: p == PrecBF16}
}

func packPanel(dst []float32, m *Mat, alongK bool, r0, h, k0, kc int, _ *format, width int) {
	packGeneric(dst, m, alongK, r0, h, k0, kc, width)
}

func tile(_ *format, words int, a, b, c []float32, ldc, rows, cols int, alpha float32, add bool) {
	tileGeneric(words, a, b, c, ldc, rows, cols, alpha, add)
}

func streamF32(g *Gemm, lo, hi, m, k int, alpha float32) { streamGenericF32(g, lo, hi, m, k, alpha) }
func streamBF16(g *Gemm, lo, hi, m, k int, alpha float32) {
	streamGenericBF16(g, lo, hi, m, k, alpha)
}
func thin(g *Gemm, lo, hi, m, k int, alpha float32) { thinGeneric(g, lo, hi, m, k, alpha) }

func add(dst, x []float32)                              { addGeneric(dst, x) }
func axpy(dst, x []float32, a float32)                  { axpyGeneric(dst, x, a) }
func multiply(x []float32, a float32)                   { multiplyGeneric(x, a) }
func dot(x, y []float32) float32                        { return dotGeneric(x, y) }
func sumSquares(x []float32) float64                    { return sumSquaresGeneric(x) }
func greatestBits(x []float32) uint32                   { return greatestBitsGeneric(x) }
func roundBF16(x []float32)                             { roundBF16Generic(x) }
func maximum(x []float32) float32                       { return maximumGeneric(x) }
func exp(dst, x []float32)                              { expGeneric(dst, x) }
func expSum(dst, x []float32, m, scale float32) float64 { return expSumGeneric(dst, x, m, scale) }
func sumExp(x []float32, m float32) float64             { return sumExpGeneric(x, m) }
func mulScaled(dst, x, w []float32, a float32)          { mulScaledGeneric(dst, x, w, a) }
func mulAdd(dst, x, y []float32, a float32)             { mulAddGeneric(dst, x, y, a) }
func dot3(x, y, z []float32) float32                    { return dot3Generic(x, y, z) }
func axpbypz(dst, x, y, z []float32, a, b float32)      { axpbypzGeneric(dst, x, y, z, a, b) }
func swiGLU(dst, gate, up []float32)                    { swiGLUGeneric(dst, gate, up) }
func swiGLUBackward(dgate, dup, dy, gate, up []float32) {
	swiGLUBackwardGeneric(dgate, dup, dy, gate, up)
}
func rope(lo, hi, cos, sin []float32, sign float32)       { ropeGeneric(lo, hi, cos, sin, sign) }
func softmaxBackward(dp, p []float32, sum, scale float32) { softmaxBackwardGeneric(dp, p, sum, scale) }
func toBF16(dst []uint16, src []float32)                  { toBF16Generic(dst, src) }
func fromBF16(dst []float32, src []uint16)                { fromBF16Generic(dst, src) }
func fromF16(dst []float32, src []uint16)                 { fromF16Generic(dst, src) }
func adamW(value, grad, m, v []float32, c *adamConst)     { adamWGeneric(value, grad, m, v, c) }
