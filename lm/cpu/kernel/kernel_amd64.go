package kernel

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// detect lists the levels that processor and operating system support; package
// cpu asks XGETBV whether the latter saves the wide registers.
func detect() []Level {
	levels := []Level{Generic}
	x := &cpu.X86
	// BMI2 for BZHI. F16C came before AVX2 in all processors that have it.
	if !x.HasAVX2 || !x.HasFMA || !x.HasBMI2 {
		return levels
	}
	levels = append(levels, AVX2)
	if !x.HasAVX512F || !x.HasAVX512BW || !x.HasAVX512DQ || !x.HasAVX512VL {
		return levels
	}
	levels = append(levels, AVX512)
	if x.HasAVX512BF16 {
		levels = append(levels, AVX512BF16)
	}
	return levels
}

// relax tells the processor that the caller spins.
//
//go:noescape
func relax()

func formatOf(p Precision) format {
	bf16 := p == PrecBF16
	switch {
	case level == AVX512BF16 && bf16:
		return format{mr: 12, nr: 32, pairs: true}
	case level >= AVX512:
		return format{mr: 12, nr: 32, round: bf16}
	case level == AVX2:
		return format{mr: 6, nr: 16, round: bf16}
	}
	return format{mr: genericMR, nr: genericNR, round: bf16}
}

// tile computes rows×cols of C from packed panels of the format's height and width.
func tile(f *format, words int, a, b, c []float32, ldc, rows, cols int, alpha float32, add bool) {
	if level == Generic {
		tileGeneric(words, a, b, c, ldc, rows, cols, alpha, add)
		return
	}
	// The assembly does not check bounds.
	_, _, _ = a[words*f.mr-1], b[words*f.nr-1], c[(rows-1)*ldc+cols-1]
	pa, pb, pc := ptr(a), ptr(b), ptr(c)
	switch {
	case f.pairs:
		tileBF16(words, pa, pb, pc, 4*ldc, rows, cols, alpha, add)
	case level >= AVX512:
		tileAVX512(words, pa, pb, pc, 4*ldc, rows, cols, alpha, add)
	default:
		tileAVX2(words, pa, pb, pc, 4*ldc, rows, cols, alpha, add)
	}
}

// packPanel packs rows [r0,r0+h) of op(m) and elements [k0,k0+kc) along k into a
// panel of the given width: see packGeneric. dst has slack behind it.
func packPanel(dst []float32, m *Mat, alongK bool, r0, h, k0, kc int, f *format, width int) {
	if level == Generic {
		packGeneric(dst, m, alongK, r0, h, k0, kc, width)
		return
	}
	at, size := k0*m.Stride+r0, 4 // first element; bytes of one
	if alongK {
		at = r0*m.Stride + k0
	}
	src := ptr(m.F32)
	if m.BF16 != nil {
		src, size = ptr(m.BF16), 2
	}
	src = unsafe.Add(src, at*size)
	across := size // bytes from one column of the panel to the next in the source
	if alongK {
		across = size * m.Stride
	}
	if level == AVX2 {
		packAVX2(dst, src, m, alongK, r0, h, k0, kc, width, across, size*m.Stride)
		return
	}
	pack := packKernel(alongK, m.BF16 != nil, f.pairs)
	for c := 0; c < h; c += 16 {
		pack(ptr(dst[c:]), unsafe.Add(src, c*across), size*m.Stride, width, min(16, h-c), kc)
	}
}

// packKernel picks the AVX-512 routine for layout and conversion.
func packKernel(alongK, bf16, pairs bool) func(dst, src unsafe.Pointer, stride, width, h, n int) {
	switch {
	case alongK && bf16 && pairs:
		return packRowsCopyAVX512
	case alongK && bf16:
		return packRowsBF16AVX512
	case alongK && pairs:
		return packRowsPairAVX512
	case alongK:
		return packRowsF32AVX512
	case bf16 && pairs:
		return packColsCopyAVX512
	case bf16:
		return packColsBF16AVX512
	case pairs:
		return packColsPairAVX512
	}
	return packColsF32AVX512
}

// packAVX2 packs what fills vectors, and leaves the rest to the portable code.
func packAVX2(dst []float32, src unsafe.Pointer, m *Mat, alongK bool, r0, h, k0, kc, width, across, stride int) {
	bf16 := m.BF16 != nil
	whole := kc &^ 7
	for c := 0; c < h; c += 8 {
		cols := min(8, h-c)
		d, s := ptr(dst[c:]), unsafe.Add(src, c*across)
		switch {
		case alongK && bf16:
			packRowsBF16AVX2(d, s, stride, width, cols, whole)
		case alongK:
			packRowsF32AVX2(d, s, stride, width, cols, whole)
		case cols < 8:
			packGeneric(dst[c:], m, alongK, r0+c, cols, k0, kc, width)
		case bf16:
			packColsBF16AVX2(d, s, stride, width, cols, kc)
		default:
			packColsF32AVX2(d, s, stride, width, cols, kc)
		}
		if alongK && whole < kc {
			packGeneric(dst[whole*width+c:], m, alongK, r0+c, cols, k0+whole, kc-whole, width)
		}
	}
}

// streamPanel is how many rows of weights are taken for eight rows of A before the
// next eight: they stay in the second cache meanwhile, those of A in the first.
const streamPanel = 48

// streamF32 computes columns [lo,hi) of C = alpha·A·Bᵀ, B float32.
func streamF32(g *Gemm, lo, hi, m, k int, alpha float32) {
	if level == Generic {
		streamGenericF32(g, lo, hi, m, k, alpha)
		return
	}
	lda, ldb, ldc := 4*g.A.Stride, 4*g.B.Stride, 4*g.C.Stride
	most, panel := streamShape(m, hi-lo)
	for n := lo; n < hi; n += panel {
		cols := min(panel, hi-n)
		w := ptr(g.B.F32[n*g.B.Stride:])
		for i := 0; i < m; i += most {
			c, x, rows := ptr(g.C.F32[i*g.C.Stride+n:]), ptr(g.A.F32[i*g.A.Stride:]), min(most, m-i)
			if level == AVX2 {
				dotsF32AVX2(c, ldc, x, lda, w, ldb, k, rows, cols, alpha, g.Acc)
			} else {
				dotsF32AVX512(c, ldc, x, lda, w, ldb, k, rows, cols, alpha, g.Acc)
			}
		}
	}
}

// streamBF16 is streamF32 for bfloat16 weights.
func streamBF16(g *Gemm, lo, hi, m, k int, alpha float32) {
	if level == Generic {
		streamGenericBF16(g, lo, hi, m, k, alpha)
		return
	}
	lda, ldb, ldc := 4*g.A.Stride, 2*g.B.Stride, 4*g.C.Stride
	most, panel := streamShape(m, hi-lo)
	for n := lo; n < hi; n += panel {
		cols := min(panel, hi-n)
		w := ptr(g.B.BF16[n*g.B.Stride:])
		for i := 0; i < m; i += most {
			c, x, rows := ptr(g.C.F32[i*g.C.Stride+n:]), ptr(g.A.F32[i*g.A.Stride:]), min(most, m-i)
			if level == AVX2 {
				dotsBF16AVX2(c, ldc, x, lda, w, ldb, k, rows, cols, alpha, g.Acc)
			} else {
				dotsBF16AVX512(c, ldc, x, lda, w, ldb, k, rows, cols, alpha, g.Acc)
			}
		}
	}
}

// streamShape returns how many rows of A, and how many of B, one call takes.
func streamShape(m, n int) (rows, panel int) {
	most := 8
	if level == AVX2 {
		most = 2
	}
	if m <= most {
		return m, n
	}
	return ceil(m, ceil(m, most)), streamPanel
}

// thin computes columns [lo,hi) of C = alpha·op(A)·B.
func thin(g *Gemm, lo, hi, m, k int, alpha float32) {
	if level == Generic {
		thinGeneric(g, lo, hi, m, k, alpha)
		return
	}
	most := 4
	if level == AVX2 {
		most = 2
		if whole := lo + (hi-lo)&^7; g.B.BF16 != nil && whole < hi {
			thinGeneric(g, whole, hi, m, k, alpha) // what the assembly has no mask for
			hi = whole
		}
	}
	row, step := 4*g.A.Stride, 4
	if g.TransA {
		row, step = step, row
	}
	for i := 0; i < m && lo < hi; i += most {
		c, a, rows := ptr(g.C.F32[i*g.C.Stride+lo:]), unsafe.Add(ptr(g.A.F32), i*row), min(most, m-i)
		switch {
		case g.B.BF16 != nil && level == AVX2:
			thinBF16AVX2(c, 4*g.C.Stride, a, row, step, ptr(g.B.BF16[lo:]), 2*g.B.Stride, k, rows, hi-lo, alpha, g.Acc)
		case g.B.BF16 != nil:
			thinBF16AVX512(c, 4*g.C.Stride, a, row, step, ptr(g.B.BF16[lo:]), 2*g.B.Stride, k, rows, hi-lo, alpha, g.Acc)
		case level == AVX2:
			thinF32AVX2(c, 4*g.C.Stride, a, row, step, ptr(g.B.F32[lo:]), 4*g.B.Stride, k, rows, hi-lo, alpha, g.Acc)
		default:
			thinF32AVX512(c, 4*g.C.Stride, a, row, step, ptr(g.B.F32[lo:]), 4*g.B.Stride, k, rows, hi-lo, alpha, g.Acc)
		}
	}
}

// ptr is the address of a slice's first element.
func ptr[T any](x []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(x)) }
