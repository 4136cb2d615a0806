package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// lengths cover empty, less than a vector, tails of every size, unrolled loops.
var lengths = []int{0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 23, 24, 31, 32, 33, 47, 48, 63, 64, 65, 100, 127, 128, 129, 255, 257, 576, 1000}

// guarded returns n numbers inside a larger slice, off a cache line's beginning,
// and a function that tells whether the surroundings are untouched.
func guarded(r *rand.Rand, n int) ([]float32, func() bool) {
	const mark = 12345
	all := make([]float32, n+35)
	for i := range all {
		all[i] = mark
	}
	x := all[3 : 3+n : 3+n]
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x, func() bool {
		for i, v := range all {
			if (i < 3 || i >= 3+n) && v != mark {
				return false
			}
		}
		return true
	}
}

// near reports an element further from want than relative to max(|want|, floor).
func near(t *testing.T, what string, got []float32, want []float64, relative, floor float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d elements, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(float64(got[i])-want[i]) <= relative*max(math.Abs(want[i]), floor)) {
			t.Fatalf("%s, n %d: element %d = %v, want %v", what, len(got), i, got[i], want[i])
		}
	}
}

func floats(x []float32) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = float64(x[i])
	}
	return y
}

// mapped applies f to indices 0..n-1.
func mapped(n int, f func(i int) float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		y[i] = f(i)
	}
	return y
}

func sum(n int, f func(i int) float64) float64 {
	s := 0.0
	for i := range n {
		s += f(i)
	}
	return s
}

// forLengths runs a test at every level and length with four guarded vectors of
// random numbers, as they are (dst, x, y, z) and in float64 before the test.
func forLengths(t *testing.T, f func(t *testing.T, v [4][]float32, w [4][]float64)) {
	eachLevel(t, func(t *testing.T) {
		for _, n := range lengths {
			r := rand.New(rand.NewPCG(uint64(n), 1))
			var v [4][]float32
			var w [4][]float64
			var intact [4]func() bool
			for i := range v {
				v[i], intact[i] = guarded(r, n)
				w[i] = floats(v[i])
			}
			f(t, v, w)
			for i := range intact {
				if !intact[i]() {
					t.Fatalf("n %d: wrote outside of vector %d", n, i)
				}
			}
		}
	})
}

const rounding = 6e-7 // some units in the last place

func TestElementwise(t *testing.T) {
	forLengths(t, func(t *testing.T, v [4][]float32, w [4][]float64) {
		n := len(v[0])
		x := w[1]
		Add(v[0], v[1])
		want := mapped(n, func(i int) float64 { return w[0][i] + x[i] })
		near(t, "Add", v[0], want, rounding, 1)
		Axpy(v[0], -.7, v[1])
		want = mapped(n, func(i int) float64 { return want[i] - .7*x[i] })
		near(t, "Axpy", v[0], want, rounding, 1)
		Scale(v[0], 1.3)
		near(t, "Scale", v[0], mapped(n, func(i int) float64 { return want[i] * 1.3 }), rounding, 1)
	})
}

func TestReductions(t *testing.T) {
	forLengths(t, func(t *testing.T, v [4][]float32, w [4][]float64) {
		n := len(v[0])
		root := math.Sqrt(float64(n)) + 1
		near(t, "Dot", []float32{Dot(v[0], v[1])}, []float64{sum(n, func(i int) float64 { return w[0][i] * w[1][i] })}, rounding, root)
		want := sum(n, func(i int) float64 { return w[0][i] * w[0][i] })
		if got := SumSquares(v[0]); math.Abs(got-want) > 1e-13*want {
			t.Fatalf("n %d: SumSquares = %v, want %v", n, got, want)
		}
		most := math.Inf(-1)
		for _, x := range w[0] {
			most = max(most, x)
		}
		if got := Max(v[0]); float64(got) != most {
			t.Fatalf("n %d: Max = %v, want %v", n, got, most)
		}
		if n > 0 {
			lse := math.Log(sum(n, func(i int) float64 { return math.Exp(w[0][i]) }))
			near(t, "LogSumExp", []float32{LogSumExp(v[0])}, []float64{lse}, rounding, 1)
		}
	})
	inf := float32(math.Inf(-1))
	if got := LogSumExp([]float32{inf, inf}); got != inf {
		t.Errorf("LogSumExp of nothing = %v", got)
	}
}

func TestFinite(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, n := range lengths {
			x, _ := guarded(rand.New(rand.NewPCG(1, 1)), n)
			if !Finite(x) {
				t.Fatalf("%d finite numbers are not finite", n)
			}
			for i := range x {
				for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
					was := x[i]
					x[i] = float32(bad)
					if Finite(x) {
						t.Fatalf("n %d: missed %v at %d", n, bad, i)
					}
					x[i] = was
				}
			}
		}
	})
}

func TestExp(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		worst := 0.0
		var x []float32
		for v := float32(-110); v < 95; v += .0037 {
			x = append(x, v)
		}
		y := make([]float32, len(x))
		Exp(y, x)
		for i, v := range x {
			want := math.Exp(float64(v))
			switch {
			case want > math.MaxFloat32:
				if !math.IsInf(float64(y[i]), 1) {
					t.Fatalf("exp(%v) = %v, want +Inf", v, y[i])
				}
			case want < 1.2e-38: // subnormal results are as exact as they can be, or zero
				if math.Abs(float64(y[i])-want) > 1.2e-38 {
					t.Fatalf("exp(%v) = %v, want %v", v, y[i], want)
				}
			default:
				worst = max(worst, math.Abs(float64(y[i])-want)/want)
			}
		}
		if worst > 1e-7 {
			t.Fatalf("relative error %.3g", worst)
		}
		t.Logf("relative error %.3g", worst)
		inf := float32(math.Inf(1))
		special := []float32{0, inf, -inf, float32(math.NaN()), -1e30, 1e30}
		Exp(special, special)
		if special[0] != 1 || special[1] != inf || special[2] != 0 || special[3] == special[3] || special[4] != 0 || special[5] != inf {
			t.Fatalf("special values: %v", special)
		}
	})
}

func TestSoftmax(t *testing.T) {
	forLengths(t, func(t *testing.T, v [4][]float32, w [4][]float64) {
		n := len(v[0])
		const scale = 1.7
		if n > 3 {
			v[0][2], w[0][2] = float32(math.Inf(-1)), math.Inf(-1)
			v[0][3], w[0][3] = 60, 60
		}
		all := sum(n, func(i int) float64 { return math.Exp(scale * w[0][i]) })
		Softmax(v[0], scale)
		p := mapped(n, func(i int) float64 { return math.Exp(scale*w[0][i]) / all })
		near(t, "Softmax", v[0], p, 2e-6, 1e-30)

		p = floats(v[0])
		inner := sum(n, func(i int) float64 { return p[i] * w[1][i] })
		SoftmaxBackward(v[1], v[0], scale)
		near(t, "SoftmaxBackward", v[1], mapped(n, func(i int) float64 { return scale * p[i] * (w[1][i] - inner) }), 2e-6, .1)
	})
}

func TestRMSNorm(t *testing.T) {
	const eps = 1e-5
	forLengths(t, func(t *testing.T, v [4][]float32, w [4][]float64) {
		n := len(v[0])
		if n == 0 {
			RMSNorm(nil, nil, nil, eps)
			return
		}
		x, wt, dy := w[1], w[2], w[3]
		rstd := 1 / math.Sqrt(sum(n, func(i int) float64 { return x[i] * x[i] })/float64(n)+eps)
		got := RMSNorm(v[0], v[1], v[2], eps)
		near(t, "rstd", []float32{got}, []float64{rstd}, rounding, 0)
		near(t, "RMSNorm", v[0], mapped(n, func(i int) float64 { return x[i] * rstd * wt[i] }), rounding, 0)

		dx, dw := w[0], w[2]
		copy(v[0], make([]float32, n))
		for i := range dx {
			dx[i], v[0][i] = w[1][i]/2, v[1][i]/2 // gradients add to what is there
		}
		mean := sum(n, func(i int) float64 { return dy[i] * wt[i] * x[i] }) / float64(n)
		gw := slices.Clone(v[1])
		dw = floats(gw)
		RMSNormBackward(v[0], gw, v[3], v[1], v[2], got)
		near(t, "dx", v[0], mapped(n, func(i int) float64 { return dx[i] + rstd*dy[i]*wt[i] - x[i]*rstd*rstd*rstd*mean }), 4*rounding, 1)
		near(t, "dw", gw, mapped(n, func(i int) float64 { return dw[i] + dy[i]*x[i]*rstd }), rounding, 1)
		RMSNormBackward(v[0], nil, v[3], v[1], v[2], got)

		RMSNorm(v[1], v[1], v[2], eps) // in place
		near(t, "RMSNorm in place", v[1], mapped(n, func(i int) float64 { return x[i] * rstd * wt[i] }), rounding, 0)
	})
}

func TestSwiGLU(t *testing.T) {
	forLengths(t, func(t *testing.T, v [4][]float32, w [4][]float64) {
		n := len(v[0])
		for i := range n {
			v[1][i] *= 10
			w[1][i] = float64(v[1][i])
		}
		if n > 4 {
			v[1][0], v[1][1] = 200, -200
			w[1][0], w[1][1] = 200, -200
		}
		g, u, d := w[1], w[2], w[3]
		sigmoid := func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
		SwiGLU(v[0], v[1], v[2])
		silu := mapped(n, func(i int) float64 { return g[i] * sigmoid(g[i]) * u[i] })
		near(t, "SwiGLU", v[0], silu, 2e-6, 1e-6)
		inPlace := slices.Clone(v[1])
		SwiGLU(inPlace, inPlace, v[2])
		near(t, "SwiGLU in place", inPlace, silu, 2e-6, 1e-6)

		dgate := mapped(n, func(i int) float64 {
			s := sigmoid(g[i])
			return d[i] * u[i] * s * (1 + g[i]*(1-s))
		})
		dup := mapped(n, func(i int) float64 { return d[i] * g[i] * sigmoid(g[i]) })
		second := slices.Clone(v[1])
		SwiGLUBackward(v[0], second, v[3], v[1], v[2])
		near(t, "dgate", v[0], dgate, 4e-6, 1)
		near(t, "dup", second, dup, 4e-6, 1)
		SwiGLUBackward(v[1], v[2], v[3], v[1], v[2]) // in place
		near(t, "dgate in place", v[1], dgate, 4e-6, 1)
		near(t, "dup in place", v[2], dup, 4e-6, 1)
	})
}

func TestRope(t *testing.T) {
	forLengths(t, func(t *testing.T, v [4][]float32, w [4][]float64) {
		half := len(v[0]) / 2
		x, cos, sin := v[0][:2*half], v[1][:half], v[2][:half]
		for i := range half {
			s, c := math.Sincos(w[1][i])
			cos[i], sin[i] = float32(c), float32(s)
		}
		Rope(x, cos, sin, false)
		near(t, "Rope", x, mapped(2*half, func(i int) float64 {
			j := i % half
			s, c := math.Sincos(w[1][j])
			if i < half {
				return w[0][j]*c - w[0][j+half]*s
			}
			return w[0][j+half]*c + w[0][j]*s
		}), rounding, 3)
		Rope(x, cos, sin, true)
		near(t, "Rope there and back", x, w[0][:2*half], 2*rounding, 3)
	})
}

func TestAdamW(t *testing.T) {
	forLengths(t, func(t *testing.T, v [4][]float32, w [4][]float64) {
		const lr, b1, b2, eps, wd, gs = 1e-2, .9, .999, 1e-8, .1, .5
		n := len(v[0])
		m, vv := make([]float64, n), make([]float64, n)
		clear(v[2])
		clear(v[3])
		for step := 1; step <= 3; step++ {
			bias1, bias2 := 1-math.Pow(b1, float64(step)), 1-math.Pow(b2, float64(step))
			for i := range n {
				g := w[1][i] * gs
				w[0][i] -= lr * wd * w[0][i]
				m[i] = b1*m[i] + (1-b1)*g
				vv[i] = b2*vv[i] + (1-b2)*g*g
				w[0][i] -= lr / bias1 * m[i] / (math.Sqrt(vv[i])/math.Sqrt(bias2) + eps)
			}
			AdamWStep(v[0], v[1], v[2], v[3], lr, b1, b2, eps, wd, bias1, bias2, gs)
		}
		near(t, "value", v[0], w[0], 2*rounding, 1)
		near(t, "m", v[2], m, 2*rounding, 1e-3)
		near(t, "v", v[3], vv, 2*rounding, 1e-6)
	})
}

// TestAdamWGolden are three steps of torch.optim.AdamW's arithmetic worked by
// hand for one weight: value 1, gradient 1, lr .1, decay .01: the first step moves
// by lr and the decay exactly.
func TestAdamWGolden(t *testing.T) {
	value, grad, m, v := []float32{1}, []float32{1}, []float32{0}, []float32{0}
	AdamWStep(value, grad, m, v, .1, .9, .999, 0, .01, .1, .001, 1)
	if math.Abs(float64(value[0])-(1*(1-.001)-.1)) > 1e-6 {
		t.Fatalf("value %v, want 0.899", value[0])
	}
}

func TestBF16(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		// Every upper half, with lower halves around the ties.
		low := []uint32{0, 1, 0x7fff, 0x8000, 0x8001, 0xffff}
		src := make([]float32, 0, 1<<16)
		for _, lo := range low {
			src = src[:0]
			for hi := range uint32(1 << 16) {
				src = append(src, math.Float32frombits(hi<<16|lo))
			}
			dst := make([]uint16, len(src))
			ToBF16(dst, src)
			for i, f := range src {
				if want := narrow(f); dst[i] != want {
					t.Fatalf("%08x → %04x, want %04x", math.Float32bits(f), dst[i], want)
				}
				if f != f && widen(dst[i]) == widen(dst[i]) {
					t.Fatalf("NaN %08x became %04x", math.Float32bits(f), dst[i])
				}
			}
			back := make([]float32, len(dst))
			FromBF16(back, dst)
			for i := range back {
				if math.Float32bits(back[i]) != uint32(dst[i])<<16 {
					t.Fatalf("%04x widened to %08x", dst[i], math.Float32bits(back[i]))
				}
			}
		}
		for _, n := range lengths {
			a, intact := guarded(rand.New(rand.NewPCG(2, 2)), n)
			d := make([]uint16, n+40)
			ToBF16(d[5:5+n], a)
			FromBF16(a, d[5:5+n])
			for i, v := range d {
				if (i < 5 || i >= 5+n) && v != 0 {
					t.Fatalf("n %d: wrote outside", n)
				}
			}
			if !intact() {
				t.Fatalf("n %d: wrote outside", n)
			}
		}
	})
}

func TestNarrow(t *testing.T) {
	for in, want := range map[uint32]uint16{
		0x3f800000: 0x3f80, 0x3f808000: 0x3f80, 0x3f818000: 0x3f82, 0x3f808001: 0x3f81, 0x7f7fffff: 0x7f80,
		0xff800000: 0xff80, 0x7f800001: 0x7fc0, 0xffffffff: 0xffff, 0x00000001: 0, 0x00008001: 1,
	} {
		if got := narrow(math.Float32frombits(in)); got != want {
			t.Errorf("%08x → %04x, want %04x", in, got, want)
		}
	}
}

func TestF16(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		src := make([]uint16, 1<<16)
		for i := range src {
			src[i] = uint16(i)
		}
		dst := make([]float32, len(src))
		FromF16(dst, src)
		for i, got := range dst {
			sign, e, f := 1.0, i>>10&31, float64(i&1023)
			if i>>15 == 1 {
				sign = -1
			}
			want := sign * math.Ldexp(1+f/1024, e-15)
			switch {
			case e == 0:
				want = sign * math.Ldexp(f, -24)
			case e == 31 && f == 0:
				want = math.Inf(int(sign))
			case e == 31:
				want = math.NaN()
			}
			if math.IsNaN(want) != (got != got) || !math.IsNaN(want) && (float64(got) != want || math.Signbit(float64(got)) != math.Signbit(want)) {
				t.Fatalf("%04x → %v, want %v", i, got, want)
			}
		}
		for _, n := range lengths {
			a, intact := guarded(rand.New(rand.NewPCG(2, 2)), n)
			FromF16(a, src[0x3c00:][:n])
			if !intact() {
				t.Fatalf("n %d: wrote outside", n)
			}
		}
	})
}

// TestVectorNoAllocation also wants arguments on the stack to stay there.
func TestVectorNoAllocation(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		if n := testing.AllocsPerRun(10, func() {
			var x, y, m, v [40]float32
			for i := range x {
				x[i] = float32(i)
			}
			Add(y[:], x[:])
			Softmax(y[:], Dot(x[:], y[:])/1e6)
			AdamWStep(x[:], y[:], m[:], v[:], 1, .9, .9, 1, 0, 1, 1, 1)
		}); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}
