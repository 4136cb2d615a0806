package main

import "fmt"

// thins writes the kernels for products of few rows with B as (K,N): m ≤ 4 rows
// (2 with AVX2) of
//
//	c[i][:] = alpha·Σ a[i][p]·b[p][:], or c[i][:] += with add.
//
// Four vectors of columns are taken at once, then single ones, the last under a
// mask. AVX2 has no mask for bfloat16: there n is a multiple of 8.
func thins(a *asm) {
	a.laneMask("thinMask", 8)
	for _, s := range []isa{avx512, avx2} {
		thin(a, s, false)
		thin(a, s, true)
	}
}

// thinSpec is one kernel. Registers: DI is c, SI and R10 rows 0 and 1 of a, R8 the
// distance of its rows, R9 that of its elements along k, DX b, R11 the distance of
// its rows, R12 the columns left, R13 and CX the walk along k.
type thinSpec struct {
	*asm
	isa
	bf16 bool
	m    int
}

func thin(a *asm, set isa, bf16 bool) {
	name := "thinF32" + set.name
	if bf16 {
		name = "thinBF16" + set.name
	}
	most := 4
	if set == avx2 {
		most = 2
	}
	s := &thinSpec{asm: a, isa: set, bf16: bf16}
	a.fn(name, fmt.Sprintf("multiplies m ≤ %d rows of a with b; distances are in bytes: lda between rows of a, stepa between elements along k.", most), []param{
		{"c", "unsafe.Pointer"}, {"ldc", "int"}, {"a", "unsafe.Pointer"}, {"lda", "int"}, {"stepa", "int"},
		{"b", "unsafe.Pointer"}, {"ldb", "int"}, {"k", "int"}, {"m", "int"}, {"n", "int"}, {"alpha", "float32"}, {"add", "bool"},
	}, "")
	a.p("MOVQ %s, DI", a.arg("c"))
	a.p("MOVQ %s, R8", a.arg("lda"))
	a.p("MOVQ %s, R9", a.arg("stepa"))
	a.p("MOVQ %s, DX", a.arg("b"))
	a.p("MOVQ %s, R11", a.arg("ldb"))
	a.p("MOVQ %s, R12", a.arg("n"))
	a.p("MOVQ %s, AX", a.arg("m"))
	for m := most; m > 1; m-- {
		a.p("CMPQ AX, $%d", m)
		a.p("JEQ m%d", m)
	}
	for s.m = 1; s.m <= most; s.m++ {
		s.p("m%d:", s.m)
		s.p("CMPQ R12, $%d", 4*s.lanes)
		s.p("JLT m%dsingle", s.m)
		s.tile(4, false)
		s.p("JMP m%d", s.m)
		s.p("m%dsingle:", s.m)
		s.p("CMPQ R12, $%d", s.lanes)
		s.p("JLT m%drest", s.m)
		s.tile(1, false)
		s.p("JMP m%dsingle", s.m)
		s.p("m%drest:", s.m)
		s.p("TESTQ R12, R12")
		s.p("JZ m%ddone", s.m)
		if !(s.bf16 && s.isa == avx2) {
			s.tile(1, true)
		}
		s.p("m%ddone:", s.m)
		s.ret()
	}
}

// tile computes m rows of n vectors of columns, and moves on behind them.
func (s *thinSpec) tile(n int, masked bool) {
	loop := fmt.Sprintf("k%dn%d", s.m, n)
	if masked {
		loop += "masked"
		if s.isa == avx512 {
			s.p("MOVL $-1, AX")
			s.p("BZHIL R12, AX, AX")
			s.p("KMOVW AX, K1")
		} else {
			s.p("LEAQ thinMask<>+32(SB), AX")
			s.p("MOVQ R12, BX")
			s.p("SHLQ $2, BX")
			s.p("SUBQ BX, AX")
			s.p("VMOVUPS (AX), Y15")
		}
	}
	acc := func(i, j int) int { return 4*i + j }
	b := func(j int) int { return 4*s.m + j }
	x := 4*s.m + 4
	vec, move := 4*s.lanes, "VMOVUPS"
	if s.bf16 {
		vec, move = 2*s.lanes, "VPMOVZXWD"
	}
	load := func(move, at string, r int) {
		switch {
		case !masked:
			s.p("%s %s, %s", move, at, s.r(r))
		case s.isa == avx512:
			s.p("%s.Z %s, K1, Z%d", move, at, r)
		default:
			s.p("VMASKMOVPS %s, Y15, Y%d", at, r)
		}
	}
	for i := range s.m {
		for j := range n {
			s.zero(s.isa, acc(i, j))
		}
	}
	s.p("MOVQ %s, SI", s.arg("a"))
	s.p("LEAQ (SI)(R8*1), R10")
	s.p("MOVQ DX, R13")
	s.p("MOVQ %s, CX", s.arg("k"))
	s.p("%s:", loop)
	for j := range n {
		load(move, fmt.Sprintf("%d(R13)", vec*j), b(j))
		if s.bf16 {
			s.p("VPSLLD $16, %s, %s", s.r(b(j)), s.r(b(j)))
		}
	}
	for i := range s.m {
		s.p("VBROADCASTSS %s, %s", []string{"(SI)", "(R10)", "(SI)(R8*2)", "(R10)(R8*2)"}[i], s.r(x))
		for j := range n {
			s.p("VFMADD231PS %s, %s, %s", s.r(b(j)), s.r(x), s.r(acc(i, j)))
		}
	}
	s.p("ADDQ R9, SI")
	s.p("ADDQ R9, R10")
	s.p("ADDQ R11, R13")
	s.p("DECQ CX")
	s.p("JNZ %s", loop)

	s.p("VBROADCASTSS %s, %s", s.arg("alpha"), s.r(x))
	for i := range s.m {
		for j := range n {
			s.i("VMULPS", x, acc(i, j), acc(i, j))
		}
	}
	rows := func(f func(i, j int, at string)) {
		s.p("MOVQ DI, SI")
		for i := range s.m {
			for j := range n {
				f(i, j, fmt.Sprintf("%d(SI)", 4*s.lanes*j))
			}
			if i < s.m-1 {
				s.p("ADDQ BX, SI")
			}
		}
	}
	s.p("MOVQ %s, BX", s.arg("ldc"))
	s.p("CMPB %s, $0", s.arg("add"))
	s.p("JEQ %sstore", loop)
	rows(func(i, j int, at string) {
		load("VMOVUPS", at, b(0))
		s.i("VADDPS", b(0), acc(i, j), acc(i, j))
	})
	s.p("%sstore:", loop)
	rows(func(i, j int, at string) {
		switch {
		case !masked:
			s.p("VMOVUPS %s, %s", s.r(acc(i, j)), at)
		case s.isa == avx512:
			s.p("VMOVUPS Z%d, K1, %s", acc(i, j), at)
		default:
			s.p("VMASKMOVPS Y%d, Y15, %s", acc(i, j), at)
		}
	})
	if masked {
		return
	}
	s.p("ADDQ $%d, DI", 4*s.lanes*n)
	s.p("ADDQ $%d, DX", vec*n)
	s.p("SUBQ $%d, R12", s.lanes*n)
}

// i writes an instruction whose operands are registers.
func (s *thinSpec) i(name string, a, b, c int) {
	s.p("%s %s, %s, %s", name, s.r(a), s.r(b), s.r(c))
}
