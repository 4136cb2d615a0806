package kernel

import "math"

// The portable vector kernels. They define what the assembly computes; the
// assembly rounds at most as often.

func addGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += x[i]
	}
}

func axpyGeneric(dst, x []float32, a float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += a * x[i]
	}
}

func multiplyGeneric(x []float32, a float32) {
	for i := range x {
		x[i] *= a
	}
}

func sumSquaresGeneric(x []float32) float64 {
	var s0, s1 float64
	i := 0
	for ; i+2 <= len(x); i += 2 {
		a, b := float64(x[i]), float64(x[i+1])
		s0 += a * a
		s1 += b * b
	}
	if i < len(x) {
		s0 += float64(x[i]) * float64(x[i])
	}
	return s0 + s1
}

// greatestBitsGeneric is the greatest magnitude, as bits: NaN is above Inf.
func greatestBitsGeneric(x []float32) uint32 {
	var most uint32
	for _, v := range x {
		most = max(most, math.Float32bits(v)&^(1<<31))
	}
	return most
}

func maximumGeneric(x []float32) float32 {
	m := float32(math.Inf(-1))
	for _, v := range x {
		if v > m {
			m = v
		}
	}
	return m
}

// The exponential: x = n·ln2 + r with |r| ≤ ln2/2, a polynomial for eʳ (Cephes'
// expf, Moshier 1989), and 2ⁿ in two factors, so that it neither overflows nor
// loses subnormal results on the way.
const (
	expLo   = -104 // below, eˣ rounds to 0
	expHi   = 89   // above, to +Inf
	log2e   = 1.44269504088896341
	ln2High = 0.693359375 // few bits, so that n·ln2High is exact
	ln2Low  = -2.12194440e-4
	expC0   = 1.9875691500e-4
	expC1   = 1.3981999507e-3
	expC2   = 8.3334519073e-3
	expC3   = 4.1665795894e-2
	expC4   = 1.6666665459e-1
	expC5   = 5.0000001201e-1
)

func exp1(x float32) float32 {
	switch { // NaN passes through
	case x < expLo:
		x = expLo
	case x > expHi:
		x = expHi
	case x != x:
		return x
	}
	n := float32(math.RoundToEven(float64(x * log2e)))
	r := x - n*ln2High
	r -= n * ln2Low
	p := float32(expC0)
	p = p*r + expC1
	p = p*r + expC2
	p = p*r + expC3
	p = p*r + expC4
	p = p*r + expC5
	p = p*(r*r) + r
	p++
	i := int32(n)
	half := i >> 1
	return p * pow2(half) * pow2(i-half)
}

func pow2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

func expGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = exp1(x[i])
	}
}

// expSumGeneric is dst = exp(scale·(x−m)), and returns the sum.
func expSumGeneric(dst, x []float32, m, scale float32) float64 {
	x = x[:len(dst)]
	var s float64
	for i := range dst {
		e := exp1((x[i] - m) * scale)
		dst[i] = e
		s += float64(e)
	}
	return s
}

// sumExpGeneric is Σ exp(x−m).
func sumExpGeneric(x []float32, m float32) float64 {
	var s float64
	for _, v := range x {
		s += float64(exp1(v - m))
	}
	return s
}

// mulScaledGeneric is dst = x·a·w.
func mulScaledGeneric(dst, x, w []float32, a float32) {
	x, w = x[:len(dst)], w[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * a * w[i]
	}
}

// mulAddGeneric is dst += x·y·a.
func mulAddGeneric(dst, x, y []float32, a float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] += x[i] * y[i] * a
	}
}

// dot3Generic is Σ x·y·z.
func dot3Generic(x, y, z []float32) float32 {
	y, z = y[:len(x)], z[:len(x)]
	var s0, s1 float32
	i := 0
	for ; i+2 <= len(x); i += 2 {
		s0 += x[i] * y[i] * z[i]
		s1 += x[i+1] * y[i+1] * z[i+1]
	}
	if i < len(x) {
		s0 += x[i] * y[i] * z[i]
	}
	return s0 + s1
}

// axpbypzGeneric is dst += a·x·y + b·z.
func axpbypzGeneric(dst, x, y, z []float32, a, b float32) {
	x, y, z = x[:len(dst)], y[:len(dst)], z[:len(dst)]
	for i := range dst {
		dst[i] += a*x[i]*y[i] + b*z[i]
	}
}

func swiGLUGeneric(dst, gate, up []float32) {
	gate, up = gate[:len(dst)], up[:len(dst)]
	for i := range dst {
		dst[i] = gate[i] / (1 + exp1(-gate[i])) * up[i]
	}
}

func swiGLUBackwardGeneric(dgate, dup, dy, gate, up []float32) {
	n := len(dgate)
	dup, dy, gate, up = dup[:n], dy[:n], gate[:n], up[:n]
	for i := range dgate {
		g, u, d := gate[i], up[i], dy[i]
		s := 1 / (1 + exp1(-g))
		silu := g * s
		dgate[i] = d * u * (s + silu*(1-s))
		dup[i] = d * silu
	}
}

// ropeGeneric turns the pairs (lo, hi); sign is that of the sines.
func ropeGeneric(lo, hi, cos, sin []float32, sign float32) {
	n := len(lo)
	hi, cos, sin = hi[:n], cos[:n], sin[:n]
	for i := range lo {
		a, b, c, s := lo[i], hi[i], cos[i], sign*sin[i]
		lo[i] = a*c - b*s
		hi[i] = b*c + a*s
	}
}

func softmaxBackwardGeneric(dp, p []float32, sum, scale float32) {
	p = p[:len(dp)]
	for i := range dp {
		dp[i] = scale * p[i] * (dp[i] - sum)
	}
}

// widen returns the float32 that a bfloat16 stands for.
func widen(b uint16) float32 { return math.Float32frombits(uint32(b) << 16) }

// narrow rounds to the nearest bfloat16, ties to even.
func narrow(f float32) uint16 {
	u := math.Float32bits(f)
	if u&0x7fffffff > 0x7f800000 { // NaN: quiet it, lest it become infinite
		return uint16(u>>16) | 0x40
	}
	return uint16((u + 0x7fff + u>>16&1) >> 16)
}

func toBF16Generic(dst []uint16, src []float32) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = narrow(src[i])
	}
}

func fromBF16Generic(dst []float32, src []uint16) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = widen(src[i])
	}
}

// roundBF16Generic rounds in place what stays float32.
func roundBF16Generic(x []float32) {
	for i, v := range x {
		x[i] = widen(narrow(v))
	}
}

func fromF16Generic(dst []float32, src []uint16) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = half(src[i])
	}
}

// half returns the float32 that an IEEE 754 binary16 stands for.
func half(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent, fraction := uint32(h>>10)&0x1f, uint32(h)&0x3ff
	switch exponent {
	case 0: // zero and subnormal: fraction·2⁻²⁴
		f := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(sign | math.Float32bits(f))
	case 31: // infinite or NaN; the latter quiet, as the processor's conversion makes it
		if fraction != 0 {
			fraction |= 0x200
		}
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}

func adamWGeneric(value, grad, m, v []float32, c *adamConst) {
	n := len(value)
	grad, m, v = grad[:n], m[:n], v[:n]
	for i := range value {
		g := grad[i]
		m1 := c.beta1*m[i] + c.alpha1*g
		v1 := c.beta2*v[i] + c.alpha2*g*g
		m[i], v[i] = m1, v1
		value[i] = value[i]*c.decay + c.step*m1/(float32(math.Sqrt(float64(v1)))*c.root+c.eps)
	}
}
