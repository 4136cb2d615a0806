package main

import "fmt"

// tiles writes the kernels of packed products. Each computes rows×cols of
//
//	C = alpha·A·B, or C += alpha·A·B with add,
//
// from a panel of A (words × height) and one of B (words × width) that lie in
// exactly the order in which they are read. The tile of C stays in registers:
// 24 of 32 with AVX-512, 12 of 16 with AVX2, which leaves two for a row of the
// panel of B and the rest for elements of A spread over all lanes.
func tiles(a *asm) {
	a.laneMask("tileMask", 16)
	tile(a, tileSpec{"tileAVX512", avx512, 12, false})
	tile(a, tileSpec{"tileBF16", avx512, 12, true})
	tile(a, tileSpec{"tileAVX2", avx2, 6, false})
}

// tileSpec is the shape of a tile: the height, by two vectors of width.
type tileSpec struct {
	name   string
	isa    isa
	height int
	bf16   bool // words are pairs of bfloat16
}

const (
	unrollTile = 4
	aheadTile  = 16
)

func tile(a *asm, s tileSpec) {
	a.fn(s.name, "computes rows×cols of C from packed panels; ldc is in bytes.", []param{
		{"words", "int"}, {"a", "unsafe.Pointer"}, {"b", "unsafe.Pointer"}, {"c", "unsafe.Pointer"},
		{"ldc", "int"}, {"rows", "int"}, {"cols", "int"}, {"alpha", "float32"}, {"add", "bool"},
	}, "")
	a.p("MOVQ %s, CX", a.arg("words"))
	a.p("MOVQ %s, SI", a.arg("a"))
	a.p("MOVQ %s, DI", a.arg("b"))
	a.p("MOVQ %s, DX", a.arg("c"))
	a.p("MOVQ %s, R8", a.arg("ldc"))
	a.p("MOVQ %s, AX", a.arg("rows"))
	for rows := s.height; rows > 1; rows-- { // most tiles are whole
		a.p("CMPQ AX, $%d", rows)
		a.p("JEQ rows%d", rows)
	}
	for rows := 1; rows <= s.height; rows++ {
		if rows > 1 {
			a.p("rows%d:", rows)
		}
		a.p("CMPQ %s, $%d", a.arg("cols"), s.isa.lanes)
		a.p("JLE narrow%d", rows)
		s.block(a, rows, 2)
		a.p("narrow%d:", rows)
		s.block(a, rows, 1)
	}
}

// block writes the kernel for one number of rows, and of vectors in each.
func (s tileSpec) block(a *asm, rows, vectors int) {
	label := func(l string) string { return fmt.Sprintf("%s%dx%d", l, rows, vectors) }
	first := 32 - 2*s.height // accumulators are the upper registers
	if s.isa == avx2 {
		first = 16 - 2*s.height
	}
	acc := func(r, v int) int { return first + 2*r + v }
	vec := 4 * s.isa.lanes // bytes

	a.p("MOVQ DX, R10")
	for r := range rows {
		a.p("PREFETCHT0 (R10)")
		if vectors == 2 {
			a.p("PREFETCHT0 %d(R10)", 2*vec-4)
		}
		if r < rows-1 {
			a.p("ADDQ R8, R10")
		}
	}
	for r := range rows {
		for v := range vectors {
			a.zero(s.isa, acc(r, v))
		}
	}
	step := func(u int) {
		for v := range vectors {
			a.p("VMOVUPS %d(DI), %s", 2*vec*u+vec*v, s.isa.r(v))
		}
		if 64*u < 4*s.height*unrollTile { // the panel of A, some steps ahead
			a.p("PREFETCHT0 %d(SI)", 64*u+4*aheadTile*s.height)
		}
		for r := range rows {
			t := 2 + r%(first-2)
			a.p("VBROADCASTSS %d(SI), %s", 4*(u*s.height+r), s.isa.r(t))
			for v := range vectors {
				if s.bf16 {
					a.dpbf16(v, t, acc(r, v))
				} else {
					a.p("VFMADD231PS %s, %s, %s", s.isa.r(v), s.isa.r(t), s.isa.r(acc(r, v)))
				}
			}
		}
	}
	a.p("MOVQ CX, R11")
	a.p("SHRQ $2, R11")
	a.p("JZ %s", label("rest"))
	a.p("%s:", label("loop"))
	for u := range unrollTile {
		step(u)
	}
	a.p("ADDQ $%d, SI", 4*s.height*unrollTile)
	a.p("ADDQ $%d, DI", 2*vec*unrollTile)
	a.p("DECQ R11")
	a.p("JNZ %s", label("loop"))
	a.p("%s:", label("rest"))
	a.p("ANDQ $%d, CX", unrollTile-1)
	a.p("JZ %s", label("store"))
	a.p("%s:", label("single"))
	step(0)
	a.p("ADDQ $%d, SI", 4*s.height)
	a.p("ADDQ $%d, DI", 2*vec)
	a.p("DECQ CX")
	a.p("JNZ %s", label("single"))
	a.p("%s:", label("store"))
	s.store(a, rows, vectors, acc)
}

// store writes the tile to C. Registers 0 to 3 are free.
func (s tileSpec) store(a *asm, rows, vectors int, acc func(r, v int) int) {
	vec := 4 * s.isa.lanes
	a.p("VBROADCASTSS %s, %s", a.arg("alpha"), s.isa.r(0))
	a.p("MOVQ %s, AX", a.arg("cols"))
	if s.isa == avx2 {
		a.p("LEAQ tileMask<>+64(SB), BX")
		a.p("SHLQ $2, AX")
		a.p("SUBQ AX, BX")
		a.p("VMOVUPS (BX), Y2")
		a.p("VMOVUPS 32(BX), Y3")
	} else {
		a.p("MOVL $-1, BX")
		a.p("BZHIL AX, BX, BX")
		a.p("KMOVW BX, K1")
		a.p("SHRL $16, BX")
		a.p("KMOVW BX, K2")
	}
	put := func(r, v int) {
		if s.isa == avx2 {
			a.p("VMASKMOVPS Y%d, Y%d, %d(DX)", acc(r, v), 2+v, vec*v)
		} else {
			a.p("VMOVUPS Z%d, K%d, %d(DX)", acc(r, v), 1+v, vec*v)
		}
	}
	next := func(r int) {
		if r < rows-1 {
			a.p("ADDQ R8, DX")
		}
	}
	a.p("CMPB %s, $0", a.arg("add"))
	a.p("JNE add%dx%d", rows, vectors)
	for r := range rows {
		for v := range vectors {
			a.p("VMULPS %s, %s, %s", s.isa.r(0), s.isa.r(acc(r, v)), s.isa.r(acc(r, v)))
			put(r, v)
		}
		next(r)
	}
	a.ret()
	a.p("add%dx%d:", rows, vectors)
	for r := range rows {
		for v := range vectors {
			if s.isa == avx2 {
				a.p("VMASKMOVPS %d(DX), Y%d, Y1", vec*v, 2+v)
			} else {
				a.p("VMOVUPS.Z %d(DX), K%d, Z1", vec*v, 1+v)
			}
			a.p("VFMADD213PS %s, %s, %s", s.isa.r(1), s.isa.r(0), s.isa.r(acc(r, v)))
			put(r, v)
		}
		next(r)
	}
	a.ret()
}
