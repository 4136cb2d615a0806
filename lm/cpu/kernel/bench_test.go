package kernel

import (
	"fmt"
	"testing"
	"time"
)

// benchGemm reports GFLOP/s of one product at one level. Operands stay in the
// cache as far as they fit.
func benchGemm(b *testing.B, p *Pool, c gemmCase) {
	g := c.build(1)
	p.Gemm(g)
	best := fastest(b, func() { p.Gemm(g) })
	b.ReportMetric(2*float64(c.m)*float64(c.n)*float64(c.k)/best.Seconds()/1e9, "GFLOP/s")
}

// fastest runs f as a benchmark and returns the shortest time that a run took,
// which other programs on the machine disturb least.
func fastest(b *testing.B, f func()) time.Duration {
	best := time.Hour
	for b.Loop() {
		start := time.Now()
		f()
		best = min(best, time.Since(start))
	}
	return max(best, 1)
}

func BenchmarkGemmLevels(b *testing.B) {
	for _, l := range Levels() {
		for _, prec := range []Precision{PrecF32, PrecBF16} {
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("%v/prec%d/t%d", l, prec, threads), func(b *testing.B) {
					defer SetLevel(l)()
					p := NewPool(threads)
					defer p.Close()
					benchGemm(b, p, gemmCase{m: 1024, n: 1024, k: 1024, tb: true, prec: prec})
				})
			}
		}
	}
}

// BenchmarkTile is the ceiling: one tile again and again, all in the first cache.
func BenchmarkTile(b *testing.B) {
	const words, times = 256, 20
	for _, l := range Levels() {
		for _, prec := range []Precision{PrecF32, PrecBF16} {
			b.Run(fmt.Sprintf("%v/prec%d", l, prec), func(b *testing.B) {
				defer SetLevel(l)()
				f := formatOf(prec)
				var ba, bb, bc buffer
				pa, pb, pc := ba.grow(f.mr*words), bb.grow(f.nr*words), bc.grow(f.mr*f.nr)
				best := fastest(b, func() {
					for range times {
						tile(&f, words, pa, pb, pc, f.nr, f.mr, f.nr, 1, false)
					}
				})
				flops := 2 * times * f.mr * f.nr * words * (1 + b2i(f.pairs))
				b.ReportMetric(float64(flops)/best.Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

// BenchmarkGemm takes the shapes of a model of 135 million parameters.
func BenchmarkGemm(b *testing.B) {
	p := NewPool(0)
	defer p.Close()
	forms := []struct {
		name string
		c    gemmCase
	}{
		{"NT", gemmCase{tb: true}}, {"NTw16", gemmCase{tb: true, bf: true}}, {"NN", gemmCase{}},
		{"NTbf16", gemmCase{tb: true, prec: PrecBF16}}, {"NTw16bf16", gemmCase{tb: true, bf: true, prec: PrecBF16}},
		{"NNw16bf16", gemmCase{bf: true, prec: PrecBF16}},
	}
	for _, nk := range [][2]int{{576, 576}, {192, 576}, {1536, 576}, {576, 1536}} {
		for _, m := range []int{32, 100, 250, 1000, 2500} {
			for _, f := range forms {
				c := f.c
				c.m, c.n, c.k = m, nk[0], nk[1]
				b.Run(fmt.Sprintf("%s/%dx%dx%d", f.name, c.m, c.n, c.k), func(b *testing.B) { benchGemm(b, p, c) })
			}
			for _, prec := range []Precision{PrecF32, PrecBF16} {
				c := gemmCase{m: nk[0], n: nk[1], k: m, ta: true, acc: true, prec: prec}
				b.Run(fmt.Sprintf("TNprec%d/%dx%dx%d", prec, c.m, c.n, c.k), func(b *testing.B) { benchGemm(b, p, c) })
			}
		}
	}
	for _, f := range forms {
		c := f.c
		c.m, c.n, c.k = 256, 49152, 576
		b.Run(fmt.Sprintf("%s/%dx%dx%d", f.name, c.m, c.n, c.k), func(b *testing.B) { benchGemm(b, p, c) })
	}
}

// BenchmarkStream reads many matrices in turn, more than the caches hold, and
// reports the memory bandwidth that weights take.
func BenchmarkStream(b *testing.B) {
	const total = 256 << 20
	weights := make([]uint16, total/2)
	for i := range weights {
		weights[i] = 0x3f80
	}
	singles := make([]float32, total/4)
	for i := range singles {
		singles[i] = 1
	}
	for _, threads := range []int{1, 2} {
		p := NewPool(threads)
		for _, nk := range [][2]int{{576, 576}, {1536, 576}, {576, 1536}, {49152, 576}, {4096, 4096}} {
			for _, bf := range []bool{true, false} {
				for _, m := range []int{1, 2, 4, 8, 16} {
					n, k := nk[0], nk[1]
					x, y := make([]float32, m*k), make([]float32, m*n)
					b.Run(fmt.Sprintf("t%d/bf%v/%dx%d/m%d", threads, bf, n, k, m), func(b *testing.B) {
						at, size := 0, n*k
						bytes := size * 4
						have := len(singles)
						if bf {
							bytes, have = size*2, len(weights)
						}
						best := fastest(b, func() {
							if at+size > have {
								at = 0
							}
							var w Mat
							if bf {
								w = BF16(weights[at:at+size], n, k)
							} else {
								w = F32(singles[at:at+size], n, k)
							}
							at += size
							p.Gemm(Gemm{C: F32(y, m, n), A: F32(x, m, k), B: w, TransB: true})
						})
						b.ReportMetric(float64(bytes)/best.Seconds()/1e9, "GB/s")
						b.ReportMetric(float64(bytes)*float64(b.N)/b.Elapsed().Seconds()/1e9, "mean-GB/s")
					})
				}
			}
		}
		p.Close()
	}
}

// BenchmarkDecode is the matrix work of one step of generation for m sequences
// with a model of 135 million parameters in bfloat16: 211 products, 269 MB.
func BenchmarkDecode(b *testing.B) {
	type layer struct{ w [7]Mat }
	shapes := [7][2]int{{576, 576}, {192, 576}, {192, 576}, {576, 576}, {1536, 576}, {1536, 576}, {576, 1536}}
	matrix := func(n, k int) Mat {
		w := make([]uint16, n*k)
		for i := range w { // touched, so that it is memory and not one page of zeros
			w[i] = 0x3f80
		}
		return BF16(w, n, k)
	}
	layers := make([]layer, 30)
	for i := range layers {
		for q, s := range shapes {
			layers[i].w[q] = matrix(s[0], s[1])
		}
	}
	head := matrix(49152, 576)
	bytes := 2 * len(head.BF16)
	for _, l := range layers {
		for _, w := range l.w {
			bytes += 2 * len(w.BF16)
		}
	}
	for _, threads := range []int{1, 2} {
		p := NewPool(threads)
		for _, m := range []int{1, 4, 8, 16} {
			x, y := make([]float32, m*1536), make([]float32, m*49152)
			product := func(w Mat) {
				p.Gemm(Gemm{C: F32(y, m, w.Rows), A: F32(x, m, w.Cols), B: w, TransB: true})
			}
			b.Run(fmt.Sprintf("t%d/m%d", threads, m), func(b *testing.B) {
				best := fastest(b, func() {
					for i := range layers {
						for _, w := range layers[i].w {
							product(w)
						}
					}
					product(head)
				})
				b.ReportMetric(float64(bytes)/best.Seconds()/1e9, "GB/s")
				b.ReportMetric(float64(m)/best.Seconds(), "tokens/s")
			})
		}
		p.Close()
	}
}

func BenchmarkVector(b *testing.B) {
	const n = 4096 // in the first cache
	x, y, z, u, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	h := make([]uint16, n)
	for i := range x {
		x[i] = float32(i%17) / 8
	}
	ops := []struct {
		name string
		f    func()
	}{
		{"Add", func() { Add(y, x) }},
		{"Axpy", func() { Axpy(y, 1e-9, x) }},
		{"Dot", func() { Dot(y, x) }},
		{"SumSquares", func() { SumSquares(x) }},
		{"Finite", func() { Finite(x) }},
		{"Exp", func() { Exp(y, x) }},
		{"Softmax", func() { copy(y, x); Softmax(y, 1) }},
		{"SoftmaxBackward", func() { copy(y, x); SoftmaxBackward(y, x, 1) }},
		{"LogSumExp", func() { LogSumExp(x) }},
		{"RMSNorm", func() { RMSNorm(y, x, x, 1e-5) }},
		{"RMSNormBackward", func() { RMSNormBackward(y, z, x, x, x, 1e-3) }},
		{"SwiGLU", func() { SwiGLU(y, x, x) }},
		{"SwiGLUBackward", func() { SwiGLUBackward(y, z, x, x, x) }},
		{"Rope", func() { Rope(y, x[:n/2], x[n/2:], false) }},
		{"ToBF16", func() { ToBF16(h, x) }},
		{"FromBF16", func() { FromBF16(y, h) }},
		{"FromF16", func() { FromF16(y, h) }},
		{"AdamW", func() { AdamWStep(z, x, u, v, 1e-3, .9, .999, 1e-8, .01, .1, .001, 1) }},
	}
	for _, l := range Levels() {
		if l == AVX512BF16 {
			continue // as AVX512
		}
		for _, o := range ops {
			b.Run(o.name+"/"+l.String(), func(b *testing.B) {
				defer SetLevel(l)()
				clear(y)
				best := fastest(b, func() {
					for range 16 {
						o.f()
					}
				})
				b.ReportMetric(best.Seconds()*1e9/16/n, "ns/element")
			})
		}
	}
}
