package main

// streams writes the kernels for products of few rows: dot products of m ≤ 4
// rows of x (float32) with n ≤ 4 rows of weights, both along k. Each pair of rows
// has one accumulator, and all are summed over lanes in one way, so that a dot
// product does not depend on its neighbors. Weights are read once, and the rows
// that come next are fetched meanwhile: they follow in memory.
//
// out[4*i+j] is the product of row i of x and row j of the weights.
func streams(a *asm) {
	stream(a, avx512, false)
	stream(a, avx512, true)
	stream(a, avx2, false)
	stream(a, avx2, true)
}

func stream(a *asm, s isa, bf16 bool) {
	name := "dotsF32" + s.name
	if bf16 {
		name = "dotsBF16" + s.name
	}
	most, doc := 4, "multiplies m ≤ 4 rows of x with n ∈ {1, 4} rows of w along k; ldx and ldw are in bytes."
	if s == avx2 {
		most, doc = 2, "multiplies m ≤ 2 rows of x with n ∈ {1, 4} rows of w along k, a multiple of 8; ldx and ldw are in bytes."
	}
	a.fn(name, doc, []param{
		{"out", "*[16]float32"}, {"x", "unsafe.Pointer"}, {"ldx", "int"}, {"w", "unsafe.Pointer"}, {"ldw", "int"},
		{"k", "int"}, {"m", "int"}, {"n", "int"},
	}, "")
	a.p("MOVQ %s, DI", a.arg("out"))
	a.p("MOVQ %s, SI", a.arg("x"))
	a.p("MOVQ %s, R8", a.arg("ldx"))
	a.p("MOVQ %s, R9", a.arg("w"))
	a.p("MOVQ %s, R13", a.arg("ldw"))
	a.p("MOVQ %s, CX", a.arg("k"))
	a.p("MOVQ %s, DX", a.arg("m"))
	a.p("LEAQ (R9)(R13*1), R10") // rows of weights: R9 to R12
	a.p("LEAQ (R9)(R13*2), R11")
	a.p("LEAQ (R10)(R13*2), R12")
	a.p("SHLQ $2, R13") // from one group of rows to the next
	if s == avx512 {
		// K1 covers the rest of k behind the whole vectors.
		a.p("MOVL $-1, BX")
		a.p("MOVQ CX, AX")
		a.p("ANDQ $15, AX")
		a.p("BZHIL AX, BX, BX")
		a.p("KMOVW BX, K1")
	}
	a.p("CMPQ %s, $1", a.arg("n"))
	a.p("JEQ one")
	for m := most; m > 1; m-- {
		a.p("CMPQ DX, $%d", m)
		a.p("JEQ m%dn4", m)
	}
	for m := 1; m <= most; m++ {
		streamTile(a, s, bf16, m, 4)
	}
	a.p("one:")
	for m := most; m > 1; m-- {
		a.p("CMPQ DX, $%d", m)
		a.p("JEQ m%dn1", m)
	}
	for m := 1; m <= most; m++ {
		streamTile(a, s, bf16, m, 1)
	}
}

// streamTile writes the case of m rows of x and n of weights.
func streamTile(a *asm, s isa, bf16 bool, m, n int) {
	label := func(l string) string { return l + "m" + string(rune('0'+m)) + "n" + string(rune('0'+n)) }
	rows := []string{"R9", "R10", "R11", "R12"}
	size := 4 // bytes of a weight
	if bf16 {
		size = 2
	}
	acc := func(i, j int) int { return 4*i + j } // registers 0 to 15, AVX2 0 to 7
	w := func(j int) int { return 4*m + j }      // then the weights
	xr := 4*m + 4                                // and a row of x
	if s == avx512 {
		w = func(j int) int { return 16 + j }
		xr = 20
	}
	a.p("m%dn%d:", m, n)
	for i := range m {
		for j := range n {
			a.zero(s, acc(i, j))
		}
	}
	// x rows: SI, then by R8: 1, 2 and 3 times, the last in BX.
	xs := []string{"(SI)", "(SI)(R8*1)", "(SI)(R8*2)", "(BX)(R8*2)"}
	if m == 4 {
		a.p("LEAQ (SI)(R8*1), BX")
	}
	step := func(masked bool) {
		for j := range n {
			switch {
			case bf16 && masked:
				a.p("VPMOVZXWD.Z (%s), K1, %s", rows[j], s.r(w(j)))
			case bf16:
				a.p("VPMOVZXWD (%s), %s", rows[j], s.r(w(j)))
			case masked:
				a.p("VMOVUPS.Z (%s), K1, %s", rows[j], s.r(w(j)))
			default:
				a.p("VMOVUPS (%s), %s", rows[j], s.r(w(j)))
			}
			if !masked {
				a.p("PREFETCHT0 (%s)(R13*1)", rows[j])
			}
			if bf16 {
				a.p("VPSLLD $16, %s, %s", s.r(w(j)), s.r(w(j)))
			}
		}
		for i := range m {
			if masked {
				a.p("VMOVUPS.Z %s, K1, %s", xs[i], s.r(xr))
			} else {
				a.p("VMOVUPS %s, %s", xs[i], s.r(xr))
			}
			for j := range n {
				a.p("VFMADD231PS %s, %s, %s", s.r(w(j)), s.r(xr), s.r(acc(i, j)))
			}
		}
	}
	a.p("MOVQ CX, AX")
	a.p("SHRQ $%d, AX", map[int]int{16: 4, 8: 3}[s.lanes])
	a.p("JZ %s", label("rest"))
	a.p("%s:", label("loop"))
	step(false)
	for j := range n {
		a.p("ADDQ $%d, %s", size*s.lanes, rows[j])
	}
	a.p("ADDQ $%d, SI", 4*s.lanes)
	if m == 4 {
		a.p("ADDQ $%d, BX", 4*s.lanes)
	}
	a.p("DECQ AX")
	a.p("JNZ %s", label("loop"))
	a.p("%s:", label("rest"))
	if s == avx512 {
		a.p("TESTQ $15, CX")
		a.p("JZ %s", label("sum"))
		step(true)
		a.p("%s:", label("sum"))
	}
	for i := range m {
		for j := range n {
			sumToX(a, s, acc(i, j), xr)
		}
		// Sums of neighbors, twice: four sums in one register, each as
		// (lane 0 + lane 1) + (lane 2 + lane 3).
		c := acc(i, 0)
		if n == 4 {
			a.p("VHADDPS X%d, X%d, X%d", c+1, c, c)
			a.p("VHADDPS X%d, X%d, X%d", c+3, c+2, c+2)
			a.p("VHADDPS X%d, X%d, X%d", c+2, c, c)
			a.p("VMOVUPS X%d, %d(DI)", c, 16*i)
		} else {
			a.p("VHADDPS X%d, X%d, X%d", c, c, c)
			a.p("VHADDPS X%d, X%d, X%d", c, c, c)
			a.p("VMOVSS X%d, %d(DI)", c, 16*i)
		}
	}
	a.ret()
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
