package main

import "fmt"

// streams writes the kernels for products of few rows: m rows of x (float32)
// with n rows of weights, both along k, so
//
//	c[i][j] = alpha·Σ x[i]·w[j], or c[i][j] += with add.
//
// Four rows of weights are taken at once (three, if there are more than four of x:
// what the registers hold), then single ones. Each pair of rows has
// one accumulator, and all are summed over lanes in one way, so that a dot product
// does not depend on its neighbors. Weights are read once, and those that come next
// are fetched meanwhile: they follow in memory.
func streams(a *asm) {
	for _, s := range []isa{avx512, avx2} {
		stream(a, s, false)
		stream(a, s, true)
	}
}

const aheadStream = 4096 // bytes

// streamSpec is one kernel. Registers: DI is c, SI, R8, BX and DX rows of x, R9 to
// R12 rows of weights, R13 the weights that come next, AX the offset along k in
// bytes of weights, CX its end. With more than four rows of x there are not enough
// for that: there, SI, BX and DX are rows 0, 3 and 6 of x, R8 the distance of rows,
// R9 a row of weights, R10 the distance of those, R11 walks along the weights that
// come next, and all of them move, with AX the bytes left.
type streamSpec struct {
	*asm
	isa
	bf16 bool
	m    int
}

var (
	rowsX = []string{"SI", "R8", "BX", "DX"}
	rowsW = []string{"R9", "R10", "R11", "R12"}
)

// weight is the size of a weight in bytes.
func (s *streamSpec) weight() int {
	if s.bf16 {
		return 2
	}
	return 4
}

func stream(a *asm, set isa, bf16 bool) {
	name := "dotsF32" + set.name
	if bf16 {
		name = "dotsBF16" + set.name
	}
	most := 8
	if set == avx2 {
		most = 2
	}
	s := &streamSpec{asm: a, isa: set, bf16: bf16}
	a.fn(name, fmt.Sprintf("multiplies m ≤ %d rows of x with n rows of w along k, into c; ldc, ldx and ldw are in bytes.", most), []param{
		{"c", "unsafe.Pointer"}, {"ldc", "int"}, {"x", "unsafe.Pointer"}, {"ldx", "int"}, {"w", "unsafe.Pointer"}, {"ldw", "int"},
		{"k", "int"}, {"m", "int"}, {"n", "int"}, {"alpha", "float32"}, {"add", "bool"},
	}, "")
	a.p("MOVQ %s, DI", a.arg("c"))
	a.p("MOVQ %s, SI", a.arg("x"))
	a.p("MOVQ %s, AX", a.arg("ldx"))
	a.p("LEAQ (SI)(AX*1), R8")
	a.p("LEAQ (SI)(AX*2), BX")
	a.p("LEAQ (R8)(AX*2), DX")
	a.p("MOVQ %s, R13", a.arg("w"))
	a.p("MOVQ %s, CX", a.arg("k"))
	if set == avx512 { // K1 covers the rest of k behind the whole vectors
		a.p("MOVL $-1, R9")
		a.p("MOVQ CX, AX")
		a.p("ANDQ $15, AX")
		a.p("BZHIL AX, R9, R9")
		a.p("KMOVW R9, K1")
	}
	a.p("ANDQ $%d, CX", -set.lanes)
	a.p("SHLQ $%d, CX", s.weight()/2)
	a.p("MOVQ %s, AX", a.arg("m"))
	for m := most; m > 1; m-- {
		a.p("CMPQ AX, $%d", m)
		a.p("JEQ m%d", m)
	}
	for s.m = 1; s.m <= most; s.m++ {
		s.height()
	}
}

// height writes the kernel for m rows of x.
func (s *streamSpec) height() {
	n := 4
	if s.m > 4 {
		n = 3
	}
	s.p("m%d:", s.m)
	s.p("CMPQ %s, $%d", s.arg("n"), n)
	s.p("JLT m%dones", s.m)
	s.tile(n)
	s.p("SUBQ $%d, %s", n, s.arg("n"))
	s.p("JMP m%d", s.m)
	s.p("m%dones:", s.m)
	s.p("CMPQ %s, $0", s.arg("n"))
	s.p("JEQ m%ddone", s.m)
	s.tile(1)
	s.p("SUBQ $1, %s", s.arg("n"))
	s.p("JMP m%dones", s.m)
	s.p("m%ddone:", s.m)
	s.ret()
}

// Registers of a tile: first accumulators, then the weights, and one for x.
func (s *streamSpec) acc(i, j int) int {
	if s.m > 4 {
		return 3*i + j
	}
	return 4*i + j
}
func (s *streamSpec) w(j int) int { return s.acc(s.m, 0) + j }
func (s *streamSpec) x() int      { return s.w(4) }

// tile multiplies m rows of x with n rows of weights, and moves on behind them.
func (s *streamSpec) tile(n int) {
	label := func(l string) string { return fmt.Sprintf("%sm%dn%d", l, s.m, n) }
	for i := range s.m {
		for j := range n {
			s.zero(s.isa, s.acc(i, j))
		}
	}
	s.start(n)
	s.p("TESTQ CX, CX")
	s.p("JZ %s", label("rest"))
	s.p("%s:", label("loop"))
	s.step(n, false)
	bytes := s.lanes * s.weight()
	if s.m > 4 {
		for _, r := range []string{"SI", "BX", "DX"} {
			s.p("ADDQ $%d, %s", 4*s.lanes, r)
		}
		s.p("ADDQ $%d, R9", bytes)
		s.p("ADDQ $%d, R11", 3*bytes)
		s.p("SUBQ $%d, AX", bytes)
		s.p("JNZ %s", label("loop"))
	} else {
		s.p("ADDQ $%d, AX", bytes)
		s.p("CMPQ AX, CX")
		s.p("JLT %s", label("loop"))
	}
	s.p("%s:", label("rest"))
	if s.isa == avx512 {
		s.p("TESTQ $15, %s", s.arg("k"))
		s.p("JZ %s", label("sum"))
		s.step(n, true)
	}
	s.p("%s:", label("sum"))
	for i := range s.m {
		for j := range n {
			sumToX(s.asm, s.isa, s.acc(i, j), s.x())
		}
	}
	if s.isa == avx2 {
		s.scalars(n, label)
	}
	s.finish(n, label)
}

// start points the registers at the beginning of the rows.
func (s *streamSpec) start(n int) {
	if s.m > 4 {
		s.p("MOVQ %s, SI", s.arg("x"))
		s.p("MOVQ %s, R8", s.arg("ldx"))
		s.p("LEAQ (R8)(R8*2), R10")
		s.p("LEAQ (SI)(R10*1), BX")
		s.p("LEAQ (SI)(R10*2), DX")
		s.p("MOVQ %s, R10", s.arg("ldw"))
		s.p("MOVQ R13, R9")
		s.p("ADDQ R10, R13")
		if n == 3 {
			s.p("LEAQ (R13)(R10*2), R13")
		}
		s.p("MOVQ R13, R11")
		s.p("MOVQ CX, AX")
		return
	}
	s.p("MOVQ %s, AX", s.arg("ldw"))
	s.p("MOVQ R13, R9")
	if n == 4 {
		s.p("LEAQ (R9)(AX*1), R10")
		s.p("LEAQ (R9)(AX*2), R11")
		s.p("LEAQ (R10)(AX*2), R12")
		s.p("LEAQ (R9)(AX*4), R13")
	} else {
		s.p("ADDQ AX, R13")
	}
	s.p("XORQ AX, AX")
}

// atX is the operand of row i of x: float32, so twice as far as bfloat16 weights.
func (s *streamSpec) atX(i int) string {
	if s.m > 4 {
		return []string{"(SI)", "(SI)(R8*1)", "(SI)(R8*2)", "(BX)", "(BX)(R8*1)", "(BX)(R8*2)", "(DX)", "(DX)(R8*1)"}[i]
	}
	return fmt.Sprintf("(%s)(AX*%d)", rowsX[i], 4/s.weight())
}

// atW is the operand of row j of weights.
func (s *streamSpec) atW(j int) string {
	if s.m > 4 {
		return []string{"(R9)", "(R9)(R10*1)", "(R9)(R10*2)"}[j]
	}
	return fmt.Sprintf("(%s)(AX*1)", rowsW[j])
}

// step multiplies one vector of each row.
func (s *streamSpec) step(n int, masked bool) {
	load, mask := "VMOVUPS", ""
	if s.bf16 {
		load = "VPMOVZXWD"
	}
	zero := ""
	if masked {
		zero, mask = ".Z", ", K1"
	}
	for j := range n {
		s.p("%s%s %s%s, %s", load, zero, s.atW(j), mask, s.r(s.w(j)))
	}
	if n > 1 && !masked {
		// What comes after the next n rows, as if it were one row: a step here is n
		// there. Nearer, it would still be on its way when it is needed.
		next := "(R13)(AX*4)"
		if n == 3 {
			next = "(R11)"
		}
		for line := 0; line < n*s.lanes*s.weight(); line += 64 {
			s.p("PREFETCHT0 %d%s", aheadStream+line, next)
		}
	}
	if s.bf16 {
		for j := range n {
			s.p("VPSLLD $16, %s, %s", s.r(s.w(j)), s.r(s.w(j)))
		}
	}
	for i := range s.m {
		s.p("VMOVUPS%s %s%s, %s", zero, s.atX(i), mask, s.r(s.x()))
		for j := range n {
			s.p("VFMADD231PS %s, %s, %s", s.r(s.w(j)), s.r(s.x()), s.r(s.acc(i, j)))
		}
	}
}

// scalars adds, with AVX2, what is left of k to the first lane of each sum.
func (s *streamSpec) scalars(n int, label func(string) string) {
	s.p("MOVQ %s, AX", s.arg("k"))
	s.p("SHLQ $%d, AX", s.weight()/2)
	s.p("SUBQ CX, AX")
	s.p("JZ %s", label("done"))
	s.p("ADDQ CX, AX") // the end; CX walks, and is set back
	s.p("XCHGQ AX, CX")
	s.p("%s:", label("scalar"))
	for j := range n {
		if s.bf16 {
			s.p("VPXOR X%d, X%d, X%d", s.w(j), s.w(j), s.w(j))
			s.p("VPINSRW $1, %s, X%d, X%d", s.atW(j), s.w(j), s.w(j))
		} else {
			s.p("VMOVSS %s, X%d", s.atW(j), s.w(j))
		}
	}
	for i := range s.m {
		s.p("VMOVSS %s, X%d", s.atX(i), s.x())
		for j := range n {
			s.p("VFMADD231SS X%d, X%d, X%d", s.w(j), s.x(), s.acc(i, j))
		}
	}
	s.p("ADDQ $%d, AX", s.weight())
	s.p("CMPQ AX, CX")
	s.p("JLT %s", label("scalar"))
	s.p("MOVQ %s, CX", s.arg("k"))
	s.p("ANDQ $%d, CX", -s.lanes)
	s.p("SHLQ $%d, CX", s.weight()/2)
	s.p("%s:", label("done"))
}

// finish adds neighbors twice, which leaves the sums of a row of x in one register,
// each as (lane 0 + lane 1) + (lane 2 + lane 3), and stores them.
func (s *streamSpec) finish(n int, label func(string) string) {
	alpha := s.x()
	s.p("VBROADCASTSS %s, X%d", s.arg("alpha"), alpha)
	for i := range s.m {
		// VHADDPS reaches only the lower sixteen registers: use those of rows 0
		// and 1 again, which are done by then.
		free := []int{s.acc(0, 1), s.acc(0, 2), s.acc(1, 1), s.acc(1, 2)}
		c := [4]int{}
		for j := range c {
			c[j] = s.acc(i, min(j, n-1))
			if c[j] > 15 {
				s.p("VMOVAPS X%d, X%d", c[j], free[j])
				c[j] = free[j]
			}
		}
		s.p("VHADDPS X%d, X%d, X%d", c[1], c[0], c[0])
		if n > 1 {
			s.p("VHADDPS X%d, X%d, X%d", c[3], c[2], c[2])
			s.p("VHADDPS X%d, X%d, X%d", c[2], c[0], c[0])
		} else {
			s.p("VHADDPS X%d, X%d, X%d", c[0], c[0], c[0])
		}
		s.p("VMULPS X%d, X%d, X%d", alpha, c[0], s.acc(i, 0))
	}
	move, add := "VMOVUPS", "VADDPS"
	switch n {
	case 3:
		s.p("MOVL $7, AX")
		s.p("KMOVW AX, K2")
	case 1:
		move, add = "VMOVSS", "VADDSS"
	}
	// Rows of c: R9 walks.
	rows := func(f func(c int)) {
		s.p("MOVQ DI, R9")
		for i := range s.m {
			f(s.acc(i, 0))
			if i < s.m-1 {
				s.p("ADDQ R10, R9")
			}
		}
	}
	s.p("MOVQ %s, R10", s.arg("ldc"))
	s.p("CMPB %s, $0", s.arg("add"))
	s.p("JEQ %s", label("store"))
	rows(func(c int) {
		if n == 3 {
			s.p("VMOVUPS.Z (R9), K2, X%d", alpha)
			s.p("VADDPS X%d, X%d, X%d", alpha, c, c)
			return
		}
		s.p("%s (R9), X%d, X%d", add, c, c)
	})
	s.p("%s:", label("store"))
	rows(func(c int) {
		if n == 3 {
			s.p("VMOVUPS X%d, K2, (R9)", c)
			return
		}
		s.p("%s X%d, (R9)", move, c)
	})
	s.p("ADDQ $%d, DI", 4*n)
}

// sumToX adds the parts of vector r up to its lower 128 bits; t is scratch.
func sumToX(a *asm, s isa, r, t int) {
	if s == avx512 {
		a.p("VEXTRACTF64X4 $1, Z%d, Y%d", r, t)
		a.p("VADDPS Y%d, Y%d, Y%d", t, r, r)
	}
	if t < 16 {
		a.p("VEXTRACTF128 $1, Y%d, X%d", r, t)
	} else {
		a.p("VEXTRACTF32X4 $1, Y%d, X%d", r, t)
	}
	a.p("VADDPS X%d, X%d, X%d", t, r, r)
}
