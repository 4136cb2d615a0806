package kernel

import (
	"fmt"
	"math"
)

// The vector operations run in the caller alone, and do not yield to the scheduler:
// hand them some ten thousand elements at a time, from a Range. The slices of one
// call must have one length, and must not overlap; except that what is only written
// (dst of Exp, RMSNorm and SwiGLU, dgate and dup) may be one of the inputs.

// same panics unless all lengths are n.
func same(op string, n int, others ...int) {
	for _, o := range others {
		if o != n {
			panic(fmt.Sprintf("kernel: %s of vectors of lengths %d and %d", op, n, o))
		}
	}
}

// Add is dst += x.
func Add(dst, x []float32) {
	same("Add", len(dst), len(x))
	add(dst, x)
}

// Axpy is dst += a·x.
func Axpy(dst []float32, a float32, x []float32) {
	same("Axpy", len(dst), len(x))
	axpy(dst, x, a)
}

// Scale is x *= a.
func Scale(x []float32, a float32) { multiply(x, a) }

// Dot is Σ x·y, summed in float32 in several interleaved parts.
func Dot(x, y []float32) float32 {
	same("Dot", len(x), len(y))
	return dot(x, y)
}

// SumSquares is Σ x², summed in float64.
func SumSquares(x []float32) float64 { return sumSquares(x) }

// Finite tells whether no element is NaN or infinite.
func Finite(x []float32) bool { return greatestBits(x) < 0x7f800000 }

// Max is the greatest element; -Inf for none. With a NaN in x it may be anything.
func Max(x []float32) float32 { return maximum(x) }

// Exp is dst = eˣ, to a relative error below 1e-7.
func Exp(dst, x []float32) {
	same("Exp", len(dst), len(x))
	exp(dst, x)
}

// RMSNorm is dst = x·rstd·w for one row, rstd = 1/√(mean(x²)+eps), which it
// returns (Zhang and Sennrich 2019, arXiv:1910.07467).
func RMSNorm(dst, x, w []float32, eps float32) (rstd float32) {
	same("RMSNorm", len(dst), len(x), len(w))
	if len(x) == 0 {
		return 0
	}
	rstd = float32(1 / math.Sqrt(sumSquares(x)/float64(len(x))+float64(eps)))
	mulScaled(dst, x, w, rstd)
	return rstd
}

// RMSNormBackward adds the gradients of RMSNorm's inputs, given dy, that of its
// output, and the rstd that it returned: dx += …, and dw += dy·x·rstd unless dw
// is nil.
func RMSNormBackward(dx, dw, dy, x, w []float32, rstd float32) {
	same("RMSNormBackward", len(x), len(dx), len(dy), len(w))
	if len(x) == 0 {
		return
	}
	// With g = dy·w: dx = rstd·g − x·rstd³·mean(g·x).
	mean := dot3(dy, w, x) / float32(len(x))
	axpbypz(dx, dy, w, x, rstd, -rstd*rstd*rstd*mean)
	if dw != nil {
		same("RMSNormBackward", len(x), len(dw))
		mulAdd(dw, dy, x, rstd)
	}
}

// SwiGLU is dst = silu(gate)·up, silu(z) = z/(1+e⁻ᶻ) (Shazeer 2020,
// arXiv:2002.05202).
func SwiGLU(dst, gate, up []float32) {
	same("SwiGLU", len(dst), len(gate), len(up))
	swiGLU(dst, gate, up)
}

// SwiGLUBackward writes the gradients of gate and up, given dy. dgate and dup may
// be gate and up themselves.
func SwiGLUBackward(dgate, dup, dy, gate, up []float32) {
	same("SwiGLUBackward", len(dgate), len(dup), len(dy), len(gate), len(up))
	swiGLUBackward(dgate, dup, dy, gate, up)
}

// Rope turns one head's vector x by the angles whose cosines and sines are given,
// half as many as x has elements; inverse turns back. Pairs are (i, i+len/2),
// the layout of Hugging Face checkpoints (Su et al. 2021, arXiv:2104.09864).
func Rope(x, cos, sin []float32, inverse bool) {
	if len(x)%2 != 0 {
		panic(fmt.Sprintf("kernel: Rope of a vector of odd length %d", len(x)))
	}
	half := len(x) / 2
	same("Rope", half, len(cos), len(sin))
	sign := float32(1)
	if inverse {
		sign = -1
	}
	rope(x[:half:half], x[half:], cos, sin, sign)
}

// Softmax is x = softmax(scale·x) in place, scale > 0. Elements of -Inf become 0;
// if all are, the result is NaN.
func Softmax(x []float32, scale float32) {
	if len(x) == 0 {
		return
	}
	sum := expSum(x, x, maximum(x), scale)
	multiply(x, float32(1/sum))
}

// SoftmaxBackward turns dp, the gradient of p = softmax(scale·x), into that of x:
// scale·p·(dp − Σ dp·p).
func SoftmaxBackward(dp, p []float32, scale float32) {
	same("SoftmaxBackward", len(dp), len(p))
	softmaxBackward(dp, p, dot(dp, p), scale)
}

// LogSumExp is log Σ eˣ; -Inf for no elements.
func LogSumExp(x []float32) float32 {
	m := maximum(x)
	if math.IsInf(float64(m), -1) {
		return m
	}
	return float32(float64(m) + math.Log(sumExp(x, m)))
}

// ToBF16 rounds to nearest, ties to even. NaN stays NaN (quiet, with its sign).
func ToBF16(dst []uint16, src []float32) {
	same("ToBF16", len(dst), len(src))
	toBF16(dst, src)
}

// FromBF16 widens bfloat16, exactly.
func FromBF16(dst []float32, src []uint16) {
	same("FromBF16", len(dst), len(src))
	fromBF16(dst, src)
}

// FromF16 widens IEEE 754 binary16, exactly.
func FromF16(dst []float32, src []uint16) {
	same("FromF16", len(dst), len(src))
	fromF16(dst, src)
}

// AdamWStep is one step of torch.optim.AdamW for one tensor (Loshchilov and
// Hutter 2017, arXiv:1711.05101): the weights decay first, apart from the
// gradient; bias1 = 1−beta1ᵗ and bias2 = 1−beta2ᵗ for step t from 1. The gradient
// is multiplied by gradScale first, for clipping.
func AdamWStep(value, grad, m, v []float32, lr, beta1, beta2, eps, weightDecay, bias1, bias2, gradScale float64) {
	same("AdamWStep", len(value), len(grad), len(m), len(v))
	c := adamConst{
		decay:  float32(1 - lr*weightDecay),
		beta1:  float32(beta1),
		alpha1: float32((1 - beta1) * gradScale),
		beta2:  float32(beta2),
		alpha2: float32((1 - beta2) * gradScale * gradScale),
		root:   float32(1 / math.Sqrt(bias2)),
		eps:    float32(eps),
		step:   float32(-lr / bias1),
	}
	adamW(value, grad, m, v, &c)
}

// adamConst is what AdamWStep multiplies by, in the order that the assembly reads.
type adamConst struct {
	decay, beta1, alpha1, beta2, alpha2, root, eps, step float32
}
