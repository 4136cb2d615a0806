package main

// vectors writes the vector operations. Each computes what its namesake in
// vector_generic.go does.
func vectors(a *asm) {
	a.vectorConstants()
	arithmetic(a)
	reductions(a)
	functions(a)
	conversions(a)
}

// f lists []float32 arguments.
func f(names ...string) []param {
	var p []param
	for _, n := range names {
		p = append(p, param{n, "[]float32"})
	}
	return p
}

// with adds float32 arguments.
func with(p []param, names ...string) []param {
	for _, n := range names {
		p = append(p, param{n, "float32"})
	}
	return p
}

func arithmetic(a *asm) {
	a.vector(op{name: "add", doc: "is dst += x.", in: f("dst", "x"), unroll: 4, body: func(v *vec) {
		v.load("dst", 0)
		v.load("x", 1)
		v.i("VADDPS", 1, 0, 0)
		v.store(0, "dst")
	}})
	a.vector(op{name: "axpy", doc: "is dst += a·x.", in: with(f("dst", "x"), "a"), unroll: 4,
		before: func(v *vec) { v.spread("a", 2) },
		body: func(v *vec) {
			v.load("dst", 0)
			v.load("x", 1)
			v.i("VFMADD231PS", 2, 1, 0)
			v.store(0, "dst")
		}})
	a.vector(op{name: "multiply", doc: "is x *= a.", in: with(f("x"), "a"), unroll: 4,
		before: func(v *vec) { v.spread("a", 2) },
		body: func(v *vec) {
			v.load("x", 0)
			v.i("VMULPS", 2, 0, 0)
			v.store(0, "x")
		}})
	a.vector(op{name: "mulScaled", doc: "is dst = x·a·w.", in: with(f("dst", "x", "w"), "a"), unroll: 2,
		before: func(v *vec) { v.spread("a", 2) },
		body: func(v *vec) {
			v.load("x", 0)
			v.load("w", 1)
			v.i("VMULPS", 2, 0, 0)
			v.i("VMULPS", 1, 0, 0)
			v.store(0, "dst")
		}})
	a.vector(op{name: "mulAdd", doc: "is dst += x·y·a.", in: with(f("dst", "x", "y"), "a"), unroll: 2,
		before: func(v *vec) { v.spread("a", 3) },
		body: func(v *vec) {
			v.load("dst", 0)
			v.load("x", 1)
			v.load("y", 2)
			v.i("VMULPS", 3, 2, 2)
			v.i("VFMADD231PS", 2, 1, 0)
			v.store(0, "dst")
		}})
	a.vector(op{name: "axpbypz", doc: "is dst += a·x·y + b·z.", in: with(f("dst", "x", "y", "z"), "a", "b"), unroll: 2,
		before: func(v *vec) {
			v.spread("a", 4)
			v.spread("b", 5)
		},
		body: func(v *vec) {
			v.load("dst", 0)
			v.load("x", 1)
			v.load("y", 2)
			v.load("z", 3)
			v.i("VMULPS", 4, 1, 1)
			v.i("VFMADD231PS", 5, 3, 0)
			v.i("VFMADD231PS", 2, 1, 0)
			v.store(0, "dst")
		}})
	a.vector(op{name: "rope", doc: "turns the pairs (lo, hi); sign is that of the sines.", in: with(f("lo", "hi", "cos", "sin"), "sign"),
		before: func(v *vec) { v.spread("sign", 6) },
		body: func(v *vec) {
			v.load("lo", 0)
			v.load("hi", 1)
			v.load("cos", 2)
			v.load("sin", 3)
			v.i("VMULPS", 6, 3, 3)
			v.i("VMULPS", 2, 0, 4)
			v.i("VMULPS", 2, 1, 5)
			v.i("VFNMADD231PS", 3, 1, 4)
			v.i("VFMADD231PS", 3, 0, 5)
			v.store(4, "lo")
			v.store(5, "hi")
		}})
	a.vector(op{name: "adamW", doc: "is one step of AdamW; see adamConst.", in: append(f("value", "grad", "m", "v"), param{"c", "*adamConst"}),
		before: func(v *vec) {
			v.p("MOVQ %s, R10", v.arg("c"))
			for i := range 8 {
				v.p("VBROADCASTSS %d(R10), %s", 4*i, v.r(7+i))
			}
		},
		body: func(v *vec) {
			const decay, beta1, alpha1, beta2, alpha2, root, eps, step = 7, 8, 9, 10, 11, 12, 13, 14
			v.load("value", 0)
			v.load("grad", 1)
			v.load("m", 2)
			v.load("v", 3)
			v.i("VMULPS", alpha1, 1, 4)
			v.i("VFMADD213PS", 4, beta1, 2)
			v.i("VMULPS", alpha2, 1, 4)
			v.i("VMULPS", 1, 4, 4)
			v.i("VFMADD213PS", 4, beta2, 3)
			v.store(2, "m")
			v.store(3, "v")
			v.p("VSQRTPS %s, %s", v.r(3), v.r(3))
			v.i("VFMADD213PS", eps, root, 3)
			v.i("VMULPS", step, 2, 2)
			v.i("VDIVPS", 3, 2, 2)
			v.i("VFMADD213PS", 2, decay, 0)
			v.store(0, "value")
		}})
}

func reductions(a *asm) {
	clear4 := func(v *vec) { v.zero(v.isa, 0, 1, 2, 3) }
	a.vector(op{name: "dot", doc: "is Σ x·y.", in: f("x", "y"), out: "float32", unroll: 4, before: clear4,
		body: func(v *vec) {
			v.load("x", 4+v.unit)
			v.load("y", 8+v.unit)
			v.i("VFMADD231PS", 8+v.unit, 4+v.unit, v.unit)
		},
		after: func(v *vec) { v.sumFloats(4) }})
	a.vector(op{name: "dot3", doc: "is Σ x·y·z.", in: f("x", "y", "z"), out: "float32", unroll: 4, before: clear4,
		body: func(v *vec) {
			v.load("x", 4)
			v.load("y", 5)
			v.load("z", 6)
			v.i("VMULPS", 5, 4, 4)
			v.i("VFMADD231PS", 6, 4, v.unit)
		},
		after: func(v *vec) { v.sumFloats(4) }})
	a.vector(op{name: "sumSquares", doc: "is Σ x², in float64.", in: f("x"), out: "float64", unroll: 2, before: clear4,
		body: func(v *vec) {
			v.load("x", 4)
			lo, hi := v.halves(4, 5)
			v.p("VCVTPS2PD %s, %s", lo, v.r(6))
			v.p("VCVTPS2PD %s, %s", hi, v.r(7))
			v.i("VFMADD231PD", 6, 6, 2*v.unit)
			v.i("VFMADD231PD", 7, 7, 2*v.unit+1)
		},
		after: func(v *vec) {
			v.i("VADDPD", 2, 0, 0)
			v.i("VADDPD", 3, 1, 1)
			v.sumDoubles()
		}})
	a.vector(op{name: "maximum", doc: "is the greatest element, or -Inf.", in: f("x"), out: "float32", unroll: 4,
		before: func(v *vec) {
			for i := range 4 {
				v.c("VBROADCASTSS", "-inf", i)
			}
		},
		body: func(v *vec) {
			switch {
			case v.masked && v.isa == avx512:
				v.c("VBROADCASTSS", "-inf", 4)
				v.p("VMOVUPS %s, K1, Z4", v.mem("x", 4))
			case v.masked:
				v.load("x", 5)
				v.c("VBROADCASTSS", "-inf", 4)
				v.p("VBLENDVPS Y15, Y5, Y4, Y4")
			default:
				v.load("x", 4)
			}
			v.i("VMAXPS", 4, v.unit, v.unit)
		},
		after: func(v *vec) { v.fold("VMAXPS") }})
	// Magnitudes are compared as integers: those of Inf and NaN are the greatest.
	a.vector(op{name: "greatestBits", doc: "is the greatest magnitude, as bits.", in: f("x"), out: "uint32", unroll: 4,
		before: clear4,
		body: func(v *vec) {
			v.load("x", 4)
			if v.isa == avx512 {
				v.c("VPANDD", "abs", 4, 4)
			} else {
				v.c("VPAND", "abs", 4, 4)
			}
			v.i("VPMAXUD", 4, v.unit, v.unit)
		},
		after: func(v *vec) { v.fold("VPMAXUD") }})
}

// fold reduces accumulators 0 to 3 with an instruction, to the result.
func (v *vec) fold(name string) {
	v.i(name, 1, 0, 0)
	v.i(name, 3, 2, 2)
	v.i(name, 2, 0, 0)
	if v.isa == avx512 {
		v.p("VEXTRACTF64X4 $1, Z0, Y1")
		v.p("%s Y1, Y0, Y0", name)
	}
	v.p("VEXTRACTF128 $1, Y0, X1")
	v.p("%s X1, X0, X0", name)
	v.p("VPSHUFD $0xee, X0, X1")
	v.p("%s X1, X0, X0", name)
	v.p("VPSHUFD $0x55, X0, X1")
	v.p("%s X1, X0, X0", name)
	v.p("VMOVSS X0, %s", v.arg("ret"))
}

func functions(a *asm) {
	a.vector(op{name: "exp", doc: "is dst = eˣ.", in: f("dst", "x"), unroll: 2, body: func(v *vec) {
		b := 3 * v.unit
		v.load("x", b)
		v.exp(b, b+1, b+2)
		v.store(b, "dst")
	}})
	a.vector(op{name: "expSum", doc: "is dst = exp(scale·(x−m)), and returns the sum.", in: with(f("dst", "x"), "m", "scale"), out: "float64",
		before: func(v *vec) {
			v.zero(v.isa, 0, 1)
			v.spread("m", 6)
			v.spread("scale", 7)
		},
		body: func(v *vec) {
			v.load("x", 2)
			v.i("VSUBPS", 6, 2, 2)
			v.i("VMULPS", 7, 2, 2)
			v.exp(2, 3, 4)
			v.store(2, "dst")
			v.zeroRest(2)
			v.addDoubles(2, 3, 4)
		},
		after: func(v *vec) { v.sumDoubles() }})
	a.vector(op{name: "sumExp", doc: "is Σ exp(x−m).", in: with(f("x"), "m"), out: "float64",
		before: func(v *vec) {
			v.zero(v.isa, 0, 1)
			v.spread("m", 6)
		},
		body: func(v *vec) {
			v.load("x", 2)
			v.i("VSUBPS", 6, 2, 2)
			v.exp(2, 3, 4)
			v.zeroRest(2)
			v.addDoubles(2, 3, 4)
		},
		after: func(v *vec) { v.sumDoubles() }})
	a.vector(op{name: "softmaxBackward", doc: "is dp = scale·p·(dp−sum).", in: with(f("dp", "p"), "sum", "scale"), unroll: 2,
		before: func(v *vec) {
			v.spread("sum", 6)
			v.spread("scale", 7)
		},
		body: func(v *vec) {
			v.load("dp", 0)
			v.load("p", 1)
			v.i("VSUBPS", 6, 0, 0)
			v.i("VMULPS", 7, 1, 1)
			v.i("VMULPS", 1, 0, 0)
			v.store(0, "dp")
		}})
	// sigmoid turns register 1 into 1/(1+exp(−x)), x being register 0.
	sigmoid := func(v *vec) {
		if v.isa == avx512 {
			v.c("VPXORD", "sign", 0, 1)
		} else {
			v.c("VPXOR", "sign", 0, 1)
		}
		v.exp(1, 2, 3)
		v.c("VADDPS", "one", 1, 1)
		v.c("VBROADCASTSS", "one", 2)
		v.i("VDIVPS", 1, 2, 1)
	}
	a.vector(op{name: "swiGLU", doc: "is dst = gate/(1+exp(−gate))·up.", in: f("dst", "gate", "up"), body: func(v *vec) {
		v.load("gate", 0)
		v.load("up", 4)
		sigmoid(v)
		v.i("VMULPS", 1, 0, 0)
		v.i("VMULPS", 4, 0, 0)
		v.store(0, "dst")
	}})
	a.vector(op{name: "swiGLUBackward", doc: "writes the gradients of gate and up.", in: f("dgate", "dup", "dy", "gate", "up"), body: func(v *vec) {
		v.load("gate", 0)
		v.load("up", 4)
		v.load("dy", 5)
		sigmoid(v)
		v.i("VMULPS", 1, 0, 0) // silu
		v.i("VMULPS", 5, 0, 6)
		v.i("VFNMADD213PS", 0, 1, 0) // silu − s·silu
		v.i("VADDPS", 1, 0, 0)
		v.i("VMULPS", 5, 4, 4)
		v.i("VMULPS", 4, 0, 0)
		v.store(0, "dgate")
		v.store(6, "dup")
	}})
}

func conversions(a *asm) {
	// round adds to the bits in register 0 what makes cutting off their lower half
	// round to nearest, ties to even; NaN only becomes quiet. 1 to 3 are scratch.
	round := func(v *vec) {
		v.p("VPSRLD $16, %s, %s", v.r(0), v.r(1))
		and, or := "VPANDD", "VPORD"
		if v.isa == avx2 {
			and, or = "VPAND", "VPOR"
		}
		v.c(and, "int 1", 1, 1)
		v.c("VPADDD", "half ulp", 1, 1)
		v.i("VPADDD", 0, 1, 1)
		v.c(or, "quiet", 0, 2)
		if v.isa == avx512 {
			v.p("VCMPPS $3, Z0, Z0, K2")
			v.p("VMOVDQU32 Z2, K2, Z1")
		} else {
			v.p("VCMPPS $3, Y0, Y0, Y3")
			v.p("VBLENDVPS Y3, Y2, Y1, Y1")
		}
	}
	a.vector(op{name: "roundBF16", doc: "rounds to what bfloat16 can hold.", in: f("x"), body: func(v *vec) {
		v.load("x", 0)
		round(v)
		if v.isa == avx512 {
			v.c("VPANDD", "high", 1, 1)
		} else {
			v.c("VPAND", "high", 1, 1)
		}
		v.store(1, "x")
	}})
	a.vector(op{name: "toBF16", doc: "rounds to nearest, ties to even.", in: []param{{"dst", "[]uint16"}, {"src", "[]float32"}}, whole: true, body: func(v *vec) {
		v.load("src", 0)
		round(v)
		v.p("VPSRLD $16, %s, %s", v.r(1), v.r(1))
		switch {
		case v.isa == avx2:
			v.p("VEXTRACTI128 $1, Y1, X2")
			v.p("VPACKUSDW X2, X1, X1")
			v.p("VMOVDQU X1, %s", v.mem("dst", 2))
		case v.masked:
			v.p("VPMOVDW Z1, K1, %s", v.mem("dst", 2))
		default:
			v.p("VPMOVDW Z1, %s", v.mem("dst", 2))
		}
	}})
	widen := func(v *vec, name string) {
		if v.masked {
			v.p("%s.Z %s, K1, Z0", name, v.mem("src", 2))
		} else {
			v.p("%s %s, %s", name, v.mem("src", 2), v.r(0))
		}
	}
	a.vector(op{name: "fromBF16", doc: "widens bfloat16.", in: []param{{"dst", "[]float32"}, {"src", "[]uint16"}}, whole: true, unroll: 2, body: func(v *vec) {
		widen(v, "VPMOVZXWD")
		v.p("VPSLLD $16, %s, %s", v.r(0), v.r(0))
		v.store(0, "dst")
	}})
	a.vector(op{name: "fromF16", doc: "widens IEEE 754 binary16.", in: []param{{"dst", "[]float32"}, {"src", "[]uint16"}}, whole: true, unroll: 2, body: func(v *vec) {
		widen(v, "VCVTPH2PS")
		v.store(0, "dst")
	}})
}
