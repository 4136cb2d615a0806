package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// eachLevel runs a test once for every level that this machine has.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	for _, l := range Levels() {
		t.Run(l.String(), func(t *testing.T) {
			defer SetLevel(l)()
			f(t)
		})
	}
}

// reporter is what tests of all kinds have in common.
type reporter interface {
	Helper()
	Fatalf(format string, args ...any)
}

func numbers(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// gemmCase is a product with its operands laid out in larger matrices.
type gemmCase struct {
	m, n, k        int
	ta, tb, bf     bool
	acc            bool
	alpha          float32
	prec           Precision
	padA, padB, pC int // elements between rows
}

func (c gemmCase) String() string {
	form := string("NT"[b2i(c.ta)]) + string("NT"[b2i(c.tb)])
	w := "f32"
	if c.bf {
		w = "bf16"
	}
	return fmt.Sprintf("%s_%dx%dx%d_%s_prec%d_acc%v_alpha%g_pad%d,%d,%d", form, c.m, c.n, c.k, w, c.prec, c.acc, c.alpha, c.padA, c.padB, c.pC)
}

func strided(r *rand.Rand, rows, cols, pad int) Mat {
	m := F32(nil, rows, cols)
	m.Stride += pad
	m.F32 = numbers(r, rows*m.Stride)
	return m
}

func (m Mat) at(i, j int) float64 {
	if m.BF16 != nil {
		return float64(widen(m.BF16[i*m.Stride+j]))
	}
	return float64(m.F32[i*m.Stride+j])
}

// build makes the operands.
func (c gemmCase) build(seed uint64) Gemm {
	r := rand.New(rand.NewPCG(seed, 7))
	ar, ac, br, bc := c.m, c.k, c.k, c.n
	if c.ta {
		ar, ac = ac, ar
	}
	if c.tb {
		br, bc = bc, br
	}
	g := Gemm{
		A: strided(r, ar, ac, c.padA), B: strided(r, br, bc, c.padB), C: strided(r, c.m, c.n, c.pC),
		TransA: c.ta, TransB: c.tb, Acc: c.acc, Alpha: c.alpha, Precision: c.prec,
	}
	if c.bf {
		g.B.BF16 = make([]uint16, len(g.B.F32))
		ToBF16(g.B.BF16, g.B.F32)
		g.B.F32 = nil
	}
	return g
}

// checkGemm runs a product and compares it with sums in float64. Padding between
// the rows of C must stay as it was.
func checkGemm(t reporter, c gemmCase, run func(Gemm)) {
	t.Helper()
	g := c.build(uint64(c.m*31 + c.n*7 + c.k))
	before := slices.Clone(g.C.F32)
	run(g)
	alpha := float64(c.alpha)
	if alpha == 0 {
		alpha = 1
	}
	// Errors are measured against the norm of what is summed. float32 sums: four
	// standard deviations of a random walk of k rounding errors of at most 2⁻²⁴ (a
	// missing term is larger by a factor of 10⁴); bfloat16 factors: 2⁻⁹ each at most.
	limit := 1e-6 + 2.4e-7*math.Sqrt(float64(c.k))
	if c.prec == PrecBF16 {
		limit = 1.2e-2
	}
	for i := range c.m {
		for j := range c.n {
			var sum, norm float64
			for p := range c.k {
				a, b := 0.0, 0.0
				if c.ta {
					a = g.A.at(p, i)
				} else {
					a = g.A.at(i, p)
				}
				if c.tb {
					b = g.B.at(j, p)
				} else {
					b = g.B.at(p, j)
				}
				sum += a * b
				norm += a * a * b * b
			}
			sum *= alpha
			norm *= alpha * alpha
			old := float64(before[i*g.C.Stride+j])
			if c.acc {
				sum += old
				norm += old * old
			}
			if err := math.Abs(g.C.at(i, j) - sum); !(err <= limit*math.Sqrt(norm)) {
				t.Fatalf("%v: C(%d,%d) = %v, want %v (error %.2g of the norm %.3g)", c, i, j, g.C.at(i, j), sum, err/math.Sqrt(norm), math.Sqrt(norm))
			}
		}
		for q := i*g.C.Stride + c.n; q < (i+1)*g.C.Stride; q++ {
			if g.C.F32[q] != before[q] {
				t.Fatalf("%v: wrote behind row %d of C", c, i)
			}
		}
	}
}

var gemmForms = []gemmCase{
	{tb: true}, {tb: true, bf: true}, {tb: true, prec: PrecBF16}, {tb: true, bf: true, prec: PrecBF16},
	{}, {bf: true}, {prec: PrecBF16}, {bf: true, prec: PrecBF16, acc: true},
	{ta: true, acc: true}, {ta: true, acc: true, prec: PrecBF16}, {ta: true, tb: true, alpha: -.5},
}

func TestGemmShapes(t *testing.T) {
	sizes := [][3]int{
		{0, 3, 3}, {3, 0, 3}, {3, 3, 0}, {1, 1, 1}, {1, 5, 3}, {2, 33, 31}, {3, 32, 64}, {4, 4, 4}, {5, 100, 7},
		{8, 130, 65}, {12, 32, 16}, {13, 33, 17}, {15, 31, 576}, {16, 192, 100}, {17, 70, 33}, {24, 64, 32},
		{25, 65, 47}, {31, 31, 31}, {97, 97, 97}, {100, 192, 64}, {130, 50, 700},
	}
	eachLevel(t, func(t *testing.T) {
		p := NewPool(2)
		defer p.Close()
		for _, s := range sizes {
			for i, c := range gemmForms {
				c.m, c.n, c.k = s[0], s[1], s[2]
				checkGemm(t, c, p.Gemm)
				c.padA, c.padB, c.pC, c.alpha, c.acc = 3, 5, 1, .25, i%2 == 0
				checkGemm(t, c, p.workers[0].Gemm)
			}
		}
	})
}

// TestGemmBlocks goes beyond one block in every direction.
func TestGemmBlocks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	eachLevel(t, func(t *testing.T) {
		p := NewPool(3)
		defer p.Close()
		for _, c := range []gemmCase{
			{m: blockM + 5, n: 9, k: 3, tb: true},
			{m: 70, n: 300, k: 2*blockK + 7, tb: true},
			{m: 20, n: 40, k: 4*blockK + 3, bf: true, prec: PrecBF16},
		} {
			checkGemm(t, c, p.Gemm)
		}
	})
}

func drawCase(t *rapid.T) gemmCase {
	size := rapid.OneOf(rapid.IntRange(0, 40), rapid.IntRange(1, 99), rapid.Just(64))
	pad := rapid.SampledFrom([]int{0, 0, 1, 16, 37})
	return gemmCase{
		m: size.Draw(t, "m"), n: size.Draw(t, "n"), k: size.Draw(t, "k"),
		ta: rapid.Bool().Draw(t, "ta"), tb: rapid.Bool().Draw(t, "tb"), bf: rapid.Bool().Draw(t, "bf"),
		acc: rapid.Bool().Draw(t, "acc"), alpha: rapid.SampledFrom([]float32{0, 1, -2, .125}).Draw(t, "alpha"),
		prec: rapid.SampledFrom([]Precision{PrecF32, PrecBF16}).Draw(t, "prec"),
		padA: pad.Draw(t, "padA"), padB: pad.Draw(t, "padB"), pC: pad.Draw(t, "padC"),
	}
}

func TestGemmProperties(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		p := NewPool(2)
		defer p.Close()
		rapid.Check(t, func(t *rapid.T) { checkGemm(t, drawCase(t), p.Gemm) })
	})
}

func FuzzGemm(f *testing.F) {
	f.Add(uint8(13), uint8(33), uint8(17), uint8(0), uint8(3))
	f.Add(uint8(1), uint8(200), uint8(64), uint8(0xff), uint8(0))
	p := NewPool(2)
	f.Cleanup(p.Close)
	f.Fuzz(func(t *testing.T, m, n, k, flags, pad uint8) {
		c := gemmCase{
			m: int(m), n: int(n), k: int(k),
			ta: flags&1 != 0, tb: flags&2 != 0, bf: flags&4 != 0, acc: flags&8 != 0, prec: Precision(flags >> 4 & 1),
			padA: int(pad & 7), padB: int(pad >> 3 & 7), pC: int(pad >> 6),
		}
		for _, l := range Levels() {
			restore := SetLevel(l)
			checkGemm(t, c, p.Gemm)
			restore()
		}
	})
}

// TestGemmThreads wants the same bits from any number of threads.
func TestGemmThreads(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, c := range []gemmCase{
			{m: 7, n: 500, k: 200, tb: true, bf: true},
			{m: 131, n: 270, k: 1300, tb: true, prec: PrecBF16},
			{m: 131, n: 270, k: 1300, ta: true, acc: true},
		} {
			var want []float32
			for threads := 1; threads <= 5; threads++ {
				p := NewPool(threads)
				g := c.build(1)
				p.Gemm(g)
				p.Close()
				if want == nil {
					want = g.C.F32
				}
				if !slices.Equal(want, g.C.F32) {
					t.Fatalf("%v: %d threads give other bits than one", c, threads)
				}
			}
		}
	})
}

// TestStreamBatch wants a row's result to be independent of the rows beside it.
func TestStreamBatch(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		p := NewPool(2)
		defer p.Close()
		for _, bf := range []bool{false, true} {
			all := gemmCase{m: smallM, n: 75, k: 613, tb: true, bf: bf}.build(3)
			p.Gemm(all)
			for m := 1; m < smallM; m++ {
				g := all
				first := smallM - m
				g.A, g.C = all.A.Block(first, 0, m, 613), strided(rand.New(rand.NewPCG(1, 1)), m, 75, 2)
				p.Gemm(g)
				for i := range m {
					if !slices.Equal(g.C.F32[i*g.C.Stride:][:75], all.C.F32[(first+i)*all.C.Stride:][:75]) {
						t.Fatalf("row %d of %d differs from that of %d rows", i, m, smallM)
					}
				}
			}
		}
	})
}

func TestGemmSpecials(t *testing.T) {
	// Non-finite numbers reach exactly the rows and columns they belong to.
	eachLevel(t, func(t *testing.T) {
		p := NewPool(1)
		defer p.Close()
		for _, m := range []int{3, 29} {
			g := gemmCase{m: m, n: 37, k: 19, tb: true}.build(5)
			g.A.F32[2*19+4] = float32(math.NaN())
			g.B.F32[5*19+7] = float32(math.Inf(1))
			p.Gemm(g)
			for i := range m {
				for j := range 37 {
					if got, want := Finite(g.C.F32[i*37+j:][:1]), i != 2 && j != 5; got != want {
						t.Fatalf("m %d: C(%d,%d) = %v", m, i, j, g.C.F32[i*37+j])
					}
				}
			}
		}
	})
}

func TestGemmPanics(t *testing.T) {
	x := make([]float32, 100)
	p := NewPool(1)
	defer p.Close()
	for name, g := range map[string]Gemm{
		"inner":   {C: F32(x, 2, 2), A: F32(x, 2, 3), B: F32(x, 2, 2)},
		"outer":   {C: F32(x, 2, 2), A: F32(x, 2, 3), B: F32(x, 3, 3)},
		"short A": {C: F32(x, 2, 2), A: F32(x[:5], 2, 3), B: F32(x, 3, 2)},
		"short B": {C: F32(x, 2, 2), A: F32(x, 2, 3), B: BF16(make([]uint16, 5), 3, 2)},
		"short C": {C: F32(x[:3], 2, 2), A: F32(x, 2, 3), B: F32(x, 3, 2)},
		"stride":  {C: F32(x, 2, 2), A: Mat{F32: x, Rows: 2, Cols: 3, Stride: 2}, B: F32(x, 3, 2)},
		"bf16 C":  {C: BF16(make([]uint16, 4), 2, 2), A: F32(x, 2, 3), B: F32(x, 3, 2)},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			p.Gemm(g)
		}()
	}
}

func TestBlock(t *testing.T) {
	m := Mat{F32: []float32{0, 1, 2, 3, -1, 4, 5, 6, 7, -1, 8, 9, 10, 11}, Rows: 3, Cols: 4, Stride: 5}
	b := m.Block(1, 1, 2, 2)
	if got := []float32{b.F32[0], b.F32[1], b.F32[b.Stride], b.F32[b.Stride+1]}; !slices.Equal(got, []float32{5, 6, 9, 10}) {
		t.Fatalf("block = %v", got)
	}
	if b := m.Block(3, 0, 0, 4); b.Rows != 0 {
		t.Fatalf("empty block has %d rows", b.Rows)
	}
}

func TestNoAllocation(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	for _, c := range []gemmCase{{m: 3, n: 100, k: 64, tb: true}, {m: 40, n: 100, k: 64, tb: true}, {m: 40, n: 100, k: 64, ta: true}} {
		g := c.build(1)
		if n := testing.AllocsPerRun(20, func() { p.Gemm(g) }); n != 0 {
			t.Errorf("%v: %v allocations", c, n)
		}
		if n := testing.AllocsPerRun(20, func() { p.workers[0].Gemm(g) }); n != 0 {
			t.Errorf("%v in a worker: %v allocations", c, n)
		}
	}
}
