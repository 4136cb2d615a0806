package main

// packers writes the routines that copy a matrix into panels. A panel holds, for
// each word along k, one element of each of its columns; a call fills as many
// columns as a vector has lanes. Two layouts of the source, rows whose elements
// follow each other along k (transposed on the way), or columns that do; four
// conversions:
//
//	f32   float32 → float32
//	bf16  bfloat16 → float32
//	pair  float32 → pairs of bfloat16
//	copy  bfloat16 → pairs of bfloat16
//
// Stores are whole vectors in ascending order: where a panel is narrower, the next
// store overwrites the excess, and the caller leaves room behind the last. AVX2
// has no masks for what does not fill a vector: there, n counts whole blocks only.
func packers(a *asm) {
	interleave := make([]uint32, 16) // words (16+i, i) for VPERMW
	for i := range interleave {
		interleave[i] = uint32(i+16)<<16 | uint32(i)
	}
	a.words("interleave", interleave)
	for _, c := range []string{"F32", "BF16", "Pair", "Copy"} {
		packRows512(a, c)
		packCols512(a, c)
	}
	for _, c := range []string{"F32", "BF16"} {
		packRows256(a, c)
		packCols256(a, c)
	}
}

var packParams = []param{
	{"dst", "unsafe.Pointer"}, {"src", "unsafe.Pointer"}, {"stride", "int"}, {"width", "int"}, {"h", "int"}, {"n", "int"},
}

// packArgs loads the arguments: DI dst, SI src, R8 bytes between rows of the
// source, R9 bytes between words of the panel, R12 columns to fill, CX elements
// along k.
func packArgs(a *asm) {
	a.p("MOVQ %s, DI", a.arg("dst"))
	a.p("MOVQ %s, SI", a.arg("src"))
	a.p("MOVQ %s, R8", a.arg("stride"))
	a.p("MOVQ %s, R9", a.arg("width"))
	a.p("MOVQ %s, R12", a.arg("h"))
	a.p("MOVQ %s, CX", a.arg("n"))
	a.p("SHLQ $2, R9")
}

// packRows512 transposes up to 16 rows, a block of 16 words at a time.
func packRows512(a *asm, conv string) {
	a.fn("packRows"+conv+"AVX512", "packs h ≤ 16 rows of n elements, stride bytes apart; words of the panel are width apart.", packParams, "")
	packArgs(a)
	block := 16 // elements
	if conv == "Pair" || conv == "Copy" {
		block = 32
	}
	bytes := map[string]int{"F32": 64, "BF16": 32, "Pair": 128, "Copy": 64}[conv]
	a.p("MOVL $-1, BX")
	a.p("KMOVD BX, K1") // elements of the block that exist
	if conv == "Pair" {
		a.p("KMOVD BX, K2") // and of its upper half
	}
	a.p("loop:")
	a.p("CMPQ CX, $%d", block)
	a.p("JGE whole")
	a.p("TESTQ CX, CX")
	a.p("JLE done")
	a.p("MOVL $-1, BX")
	a.p("BZHIL CX, BX, BX")
	a.p("KMOVD BX, K1")
	if conv == "Pair" {
		a.p("SHRL $16, BX")
		a.p("KMOVD BX, K2")
	}
	a.p("whole:")
	a.p("MOVQ SI, R10")
	for r := range 16 {
		a.p("VPXORD X%d, X%d, X%d", r, r, r)
	}
	for r := range 16 {
		load512(a, conv, "(R10)", "64(R10)", r, 30, 31)
		if r < 15 {
			a.p("CMPQ R12, $%d", r+1)
			a.p("JEQ transpose")
			a.p("ADDQ R8, R10")
		}
	}
	a.p("transpose:")
	transpose16(a)
	for p := range 16 {
		a.p("VMOVUPS Z%d, (DI)", p)
		a.p("ADDQ R9, DI")
	}
	a.p("ADDQ $%d, SI", bytes)
	a.p("SUBQ $%d, CX", block)
	a.p("JMP loop")
	a.p("done:")
	a.ret()
}

// load512 loads 16 words from memory into register r, converted, under masks K1
// (and K2 for the second half of a pair); t and u are scratch.
func load512(a *asm, conv, mem, mem2 string, r, t, u int) {
	switch conv {
	case "F32":
		a.p("VMOVUPS.Z %s, K1, Z%d", mem, r)
	case "BF16":
		a.p("VPMOVZXWD.Z %s, K1, Z%d", mem, r)
		a.p("VPSLLD $16, Z%d, Z%d", r, r)
	case "Pair":
		a.p("VMOVUPS.Z %s, K1, Z%d", mem, t)
		a.p("VMOVUPS.Z %s, K2, Z%d", mem2, u)
		a.cvt2bf16(t, u, r)
	case "Copy":
		a.p("VMOVDQU16.Z %s, K1, Z%d", mem, r)
	}
}

// transpose16 transposes the 16×16 words in registers 0 to 15, using 16 to 31.
func transpose16(a *asm) {
	for i := 0; i < 16; i += 2 {
		a.p("VUNPCKLPS Z%d, Z%d, Z%d", i+1, i, 16+i)
		a.p("VUNPCKHPS Z%d, Z%d, Z%d", i+1, i, 17+i)
	}
	// Z(16+i) and Z(17+i): two rows interleaved, lower and upper pairs of each lane.
	for i := 0; i < 16; i += 4 {
		a.p("VUNPCKLPD Z%d, Z%d, Z%d", 18+i, 16+i, i)
		a.p("VUNPCKHPD Z%d, Z%d, Z%d", 18+i, 16+i, i+1)
		a.p("VUNPCKLPD Z%d, Z%d, Z%d", 19+i, 17+i, i+2)
		a.p("VUNPCKHPD Z%d, Z%d, Z%d", 19+i, 17+i, i+3)
	}
	// Z(4q+c): rows 4q to 4q+3, of column c of each lane of 128 bits.
	for c := range 4 {
		a.p("VSHUFF32X4 $0x88, Z%d, Z%d, Z%d", 4+c, c, 16+c)
		a.p("VSHUFF32X4 $0xdd, Z%d, Z%d, Z%d", 4+c, c, 20+c)
		a.p("VSHUFF32X4 $0x88, Z%d, Z%d, Z%d", 12+c, 8+c, 24+c)
		a.p("VSHUFF32X4 $0xdd, Z%d, Z%d, Z%d", 12+c, 8+c, 28+c)
	}
	for c := range 4 {
		a.p("VSHUFF32X4 $0x88, Z%d, Z%d, Z%d", 24+c, 16+c, c)
		a.p("VSHUFF32X4 $0xdd, Z%d, Z%d, Z%d", 24+c, 16+c, 8+c)
		a.p("VSHUFF32X4 $0x88, Z%d, Z%d, Z%d", 28+c, 20+c, 4+c)
		a.p("VSHUFF32X4 $0xdd, Z%d, Z%d, Z%d", 28+c, 20+c, 12+c)
	}
}

// packCols512 copies n rows of up to 16 neighboring elements; a pair takes two
// rows, the last perhaps one.
func packCols512(a *asm, conv string) {
	a.fn("packCols"+conv+"AVX512", "packs n rows, stride bytes apart, of h ≤ 16 columns; words of the panel are width apart.", packParams, "")
	packArgs(a)
	a.p("MOVL $-1, BX")
	a.p("BZHIL R12, BX, BX")
	a.p("KMOVD BX, K1")
	pairs := conv == "Pair" || conv == "Copy"
	if !pairs {
		a.p("TESTQ CX, CX")
		a.p("JLE done")
		a.p("loop:")
		load512(a, conv, "(SI)", "", 0, 0, 0)
		a.p("VMOVUPS Z0, (DI)")
		a.p("ADDQ R8, SI")
		a.p("ADDQ R9, DI")
		a.p("DECQ CX")
		a.p("JNZ loop")
		a.p("done:")
		a.ret()
		return
	}
	if conv == "Pair" {
		a.p("VMOVUPS interleave<>(SB), Z31")
	}
	store := func() {
		if conv == "Pair" {
			a.cvt2bf16(0, 1, 2)
			a.p("VPERMW Z2, Z31, Z2")
		} else {
			a.p("VPSLLD $16, Z1, Z1")
			a.p("VPORD Z0, Z1, Z2")
		}
		a.p("VMOVUPS Z2, (DI)")
	}
	row := func(r int) {
		if conv == "Pair" {
			a.p("VMOVUPS.Z (SI), K1, Z%d", r)
		} else {
			a.p("VPMOVZXWD.Z (SI), K1, Z%d", r)
		}
		a.p("ADDQ R8, SI")
	}
	a.p("SUBQ $2, CX")
	a.p("JLT last")
	a.p("loop:")
	row(0)
	row(1)
	store()
	a.p("ADDQ R9, DI")
	a.p("SUBQ $2, CX")
	a.p("JGE loop")
	a.p("last:")
	a.p("CMPQ CX, $-1")
	a.p("JNE done")
	row(0)
	a.p("VPXORD X1, X1, X1")
	store()
	a.p("done:")
	a.ret()
}

// packRows256 transposes up to 8 rows, a block of 8 words at a time.
func packRows256(a *asm, conv string) {
	a.fn("packRows"+conv+"AVX2", "packs h ≤ 8 rows of n elements, a multiple of 8, stride bytes apart; words of the panel are width apart.", packParams, "")
	packArgs(a)
	a.p("loop:")
	a.p("SUBQ $8, CX")
	a.p("JLT done")
	a.p("MOVQ SI, R10")
	for r := range 8 {
		a.p("VXORPS X%d, X%d, X%d", r, r, r)
	}
	for r := range 8 {
		load256(a, conv, "(R10)", r)
		if r < 7 {
			a.p("CMPQ R12, $%d", r+1)
			a.p("JEQ transpose")
			a.p("ADDQ R8, R10")
		}
	}
	a.p("transpose:")
	for i := 0; i < 8; i += 2 {
		a.p("VUNPCKLPS Y%d, Y%d, Y%d", i+1, i, 8+i)
		a.p("VUNPCKHPS Y%d, Y%d, Y%d", i+1, i, 9+i)
	}
	for i := 0; i < 8; i += 4 {
		a.p("VUNPCKLPD Y%d, Y%d, Y%d", 10+i, 8+i, i)
		a.p("VUNPCKHPD Y%d, Y%d, Y%d", 10+i, 8+i, i+1)
		a.p("VUNPCKLPD Y%d, Y%d, Y%d", 11+i, 9+i, i+2)
		a.p("VUNPCKHPD Y%d, Y%d, Y%d", 11+i, 9+i, i+3)
	}
	for p := range 8 {
		if p < 4 {
			a.p("VPERM2F128 $0x20, Y%d, Y%d, Y8", 4+p, p)
		} else {
			a.p("VPERM2F128 $0x31, Y%d, Y%d, Y8", p, p-4)
		}
		a.p("VMOVUPS Y8, (DI)")
		a.p("ADDQ R9, DI")
	}
	a.p("ADDQ $%d, SI", map[string]int{"F32": 32, "BF16": 16}[conv])
	a.p("JMP loop")
	a.p("done:")
	a.ret()
}

func load256(a *asm, conv, mem string, r int) {
	if conv == "F32" {
		a.p("VMOVUPS %s, Y%d", mem, r)
		return
	}
	a.p("VPMOVZXWD %s, Y%d", mem, r)
	a.p("VPSLLD $16, Y%d, Y%d", r, r)
}

// packCols256 copies n rows of 8 neighboring elements.
func packCols256(a *asm, conv string) {
	a.fn("packCols"+conv+"AVX2", "packs n rows, stride bytes apart, of h = 8 columns; words of the panel are width apart.", packParams, "")
	packArgs(a)
	a.p("TESTQ CX, CX")
	a.p("JLE done")
	a.p("loop:")
	load256(a, conv, "(SI)", 0)
	a.p("VMOVUPS Y0, (DI)")
	a.p("ADDQ R8, SI")
	a.p("ADDQ R9, DI")
	a.p("DECQ CX")
	a.p("JNZ loop")
	a.p("done:")
	a.ret()
}
