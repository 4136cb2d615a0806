package main

import (
	"fmt"
	"math"
	"strings"
)

// vec writes one vector operation for one instruction set. Registers: DI, SI, DX,
// R8 and R9 are the slices in the order of the arguments, AX counts elements done,
// CX is their number. The rest of a slice that does not fill a vector goes
// through the same code under a mask: K1, or register 15 with AVX2.
type vec struct {
	*asm
	isa
	ptr    map[string]string // slice name → register
	masked bool
	unit   int // which of the vectors of an unrolled loop
}

var pointers = []string{"DI", "SI", "DX", "R8", "R9"}

// op is the description of a vector operation.
type op struct {
	name, doc string
	in        []param
	out       string
	unroll    int
	whole     bool // with AVX2, only whole vectors (the rest is done in Go)
	before    func(v *vec)
	body      func(v *vec)
	after     func(v *vec)
}

func (a *asm) vector(o op) {
	a.dispatch(o)
	for _, s := range []isa{avx2, avx512} {
		a.fn(o.name+s.name, o.doc, o.in, o.out)
		v := &vec{asm: a, isa: s, ptr: map[string]string{}}
		n := 0
		for _, p := range o.in {
			if p.typ[0] != '[' {
				continue
			}
			v.ptr[p.name] = pointers[n]
			a.p("MOVQ %s, %s", a.arg(p.name), pointers[n])
			n++
		}
		a.p("MOVQ %s, CX", a.arg("len "+o.in[0].name))
		if o.before != nil {
			o.before(v)
		}
		v.loops(o)
		if o.after != nil {
			o.after(v)
		}
		a.ret()
	}
}

// loops writes the unrolled loop, the loop over single vectors and the rest.
func (v *vec) loops(o op) {
	v.p("XORQ AX, AX")
	loop := func(label string, n int) {
		v.p("%s:", label)
		v.p("LEAQ %d(AX), BX", n*v.lanes)
		v.p("CMPQ BX, CX")
		v.p("JGT %sEnd", label)
		for v.unit = range n {
			o.body(v)
		}
		v.p("MOVQ BX, AX")
		v.p("JMP %s", label)
		v.p("%sEnd:", label)
		v.unit = 0
	}
	if o.unroll > 1 {
		loop("many", o.unroll)
	}
	loop("single", 1)
	if o.whole && v.isa == avx2 {
		return
	}
	v.p("CMPQ AX, CX")
	v.p("JGE done")
	v.p("MOVQ CX, BX")
	v.p("SUBQ AX, BX")
	if v.isa == avx512 {
		v.p("MOVL $-1, R10")
		v.p("BZHIL BX, R10, R10")
		v.p("KMOVW R10, K1")
	} else {
		v.p("LEAQ restMask<>+32(SB), R10")
		v.p("SHLQ $2, BX")
		v.p("SUBQ BX, R10")
		v.p("VMOVUPS (R10), Y15")
	}
	v.masked = true
	o.body(v)
	v.masked = false
	v.p("done:")
}

// mem is the operand of the current vector of a slice whose elements have size bytes.
func (v *vec) mem(slice string, size int) string {
	at := v.unit * v.lanes * size
	if at == 0 {
		return fmt.Sprintf("(%s)(AX*%d)", v.ptr[slice], size)
	}
	return fmt.Sprintf("%d(%s)(AX*%d)", at, v.ptr[slice], size)
}

// load loads a vector of float32; lanes beyond the end are zero.
func (v *vec) load(slice string, r int) {
	switch {
	case !v.masked:
		v.p("VMOVUPS %s, %s", v.mem(slice, 4), v.r(r))
	case v.isa == avx512:
		v.p("VMOVUPS.Z %s, K1, Z%d", v.mem(slice, 4), r)
	default:
		v.p("VMASKMOVPS %s, Y15, Y%d", v.mem(slice, 4), r)
	}
}

func (v *vec) store(r int, slice string) {
	switch {
	case !v.masked:
		v.p("VMOVUPS %s, %s", v.r(r), v.mem(slice, 4))
	case v.isa == avx512:
		v.p("VMOVUPS Z%d, K1, %s", r, v.mem(slice, 4))
	default:
		v.p("VMASKMOVPS Y%d, Y15, %s", r, v.mem(slice, 4))
	}
}

// zeroRest clears the lanes beyond the end.
func (v *vec) zeroRest(r int) {
	switch {
	case !v.masked:
	case v.isa == avx512:
		v.p("VMOVAPS.Z Z%d, K1, Z%d", r, r)
	default:
		v.p("VANDPS Y%d, Y15, Y%d", r, r)
	}
}

// i writes an instruction whose operands are registers.
func (v *vec) i(name string, regs ...int) {
	s := make([]string, len(regs))
	for i, r := range regs {
		s[i] = v.r(r)
	}
	v.p("%s %s", name, strings.Join(s, ", "))
}

// c writes an instruction whose first operand is a constant of the table, the
// others registers.
func (v *vec) c(name, constant string, regs ...int) {
	at, ok := constAt[constant]
	if !ok {
		panic("no constant " + constant)
	}
	s := ""
	for _, r := range regs {
		s += ", " + v.r(r)
	}
	if v.isa == avx512 && name != "VBROADCASTSS" {
		name += ".BCST" // of one word; AVX2 reads a whole row
	}
	v.p("%s vectorConst<>+%d(SB)%s", name, at, s)
}

// spread fills register r with a float32 argument.
func (v *vec) spread(arg string, r int) { v.p("VBROADCASTSS %s, %s", v.arg(arg), v.r(r)) }

// constants are the numbers that vector code uses, a row of eight equal words each.
var constants = []struct {
	name string
	bits uint32
}{
	{"one", math.Float32bits(1)},
	{"sign", 1 << 31},
	{"abs", 1<<31 - 1},
	{"-inf", math.Float32bits(float32(math.Inf(-1)))},
	{"int 1", 1},
	{"int 127", 127},
	{"half ulp", 0x7fff},
	{"quiet", 0x400000},
	{"high", 0xffff0000},
	{"expLo", math.Float32bits(-104)},
	{"expHi", math.Float32bits(89)},
	{"log2e", math.Float32bits(1.44269504088896341)},
	{"ln2High", math.Float32bits(0.693359375)},
	{"ln2Low", math.Float32bits(-2.12194440e-4)},
	{"expC0", math.Float32bits(1.9875691500e-4)},
	{"expC1", math.Float32bits(1.3981999507e-3)},
	{"expC2", math.Float32bits(8.3334519073e-3)},
	{"expC3", math.Float32bits(4.1665795894e-2)},
	{"expC4", math.Float32bits(1.6666665459e-1)},
	{"expC5", math.Float32bits(5.0000001201e-1)},
}

var constAt = map[string]int{}

func (a *asm) vectorConstants() {
	var w []uint32
	for _, c := range constants {
		constAt[c.name] = 4 * len(w)
		for range 8 {
			w = append(w, c.bits)
		}
	}
	a.words("vectorConst", w)
	a.laneMask("restMask", 8)
}

// exp replaces register x by its exponential, as exp1 in vector_generic.go does;
// n and t are scratch.
func (v *vec) exp(x, n, t int) {
	// MAXPS and MINPS return their second source (first in Go's order) if one is NaN.
	v.c("VBROADCASTSS", "expLo", t)
	v.i("VMAXPS", x, t, x)
	v.c("VBROADCASTSS", "expHi", t)
	v.i("VMINPS", x, t, x)
	v.c("VMULPS", "log2e", x, n)
	if v.isa == avx512 {
		v.p("VRNDSCALEPS $0, Z%d, Z%d", n, n)
	} else {
		v.p("VROUNDPS $0, Y%d, Y%d", n, n)
	}
	v.c("VFNMADD231PS", "ln2High", n, x)
	v.c("VFNMADD231PS", "ln2Low", n, x)
	v.c("VBROADCASTSS", "expC0", t)
	for _, c := range []string{"expC1", "expC2", "expC3", "expC4", "expC5", "one", "one"} {
		v.c("VFMADD213PS", c, x, t)
	}
	if v.isa == avx512 {
		v.i("VSCALEFPS", n, t, x)
		return
	}
	v.i("VCVTPS2DQ", n, n)
	v.p("VPSRAD $1, Y%d, Y%d", n, x)
	v.i("VPSUBD", x, n, n)
	for _, half := range []int{x, n} {
		v.c("VPADDD", "int 127", half, half)
		v.p("VPSLLD $23, Y%d, Y%d", half, half)
	}
	v.i("VMULPS", x, t, t)
	v.i("VMULPS", n, t, x)
}

// sumFloats stores the sum of float32 accumulators 0 to n-1 as the result.
func (v *vec) sumFloats(n int) {
	for step := 1; step < n; step *= 2 {
		for i := 0; i+step < n; i += 2 * step {
			v.i("VADDPS", i+step, i, i)
		}
	}
	sumToX(v.asm, v.isa, 0, 1)
	v.p("VHADDPS X0, X0, X0")
	v.p("VHADDPS X0, X0, X0")
	v.p("VMOVSS X0, %s", v.arg("ret"))
}

// sumDoubles stores the sum of the float64 accumulators 0 and 1.
func (v *vec) sumDoubles() {
	v.i("VADDPD", 1, 0, 0)
	if v.isa == avx512 {
		v.p("VEXTRACTF64X4 $1, Z0, Y1")
		v.p("VADDPD Y1, Y0, Y0")
	}
	v.p("VEXTRACTF128 $1, Y0, X1")
	v.p("VADDPD X1, X0, X0")
	v.p("VHADDPD X0, X0, X0")
	v.p("VMOVSD X0, %s", v.arg("ret"))
}

// halves names the two 64-bit-lane conversions' sources: the lower half of
// register r, and its upper half, which it copies to t.
func (v *vec) halves(r, t int) (lo, hi string) {
	if v.isa == avx512 {
		v.p("VEXTRACTF64X4 $1, Z%d, Y%d", r, t)
		return fmt.Sprintf("Y%d", r), fmt.Sprintf("Y%d", t)
	}
	v.p("VEXTRACTF128 $1, Y%d, X%d", r, t)
	return fmt.Sprintf("X%d", r), fmt.Sprintf("X%d", t)
}

// addDoubles adds register r to the float64 accumulators 0 and 1; t, u scratch.
func (v *vec) addDoubles(r, t, u int) {
	lo, hi := v.halves(r, t)
	v.p("VCVTPS2PD %s, %s", lo, v.r(u))
	v.i("VADDPD", u, 0, 0)
	v.p("VCVTPS2PD %s, %s", hi, v.r(u))
	v.i("VADDPD", u, 1, 1)
}

// dispatch writes the function that picks the level.
func (a *asm) dispatch(o op) {
	var params, args, heads, tails []string
	for _, p := range o.in {
		params = append(params, p.name+" "+p.typ)
		args = append(args, p.name)
		h, t := p.name, p.name
		if p.typ[0] == '[' {
			h, t = p.name+"[:n]", p.name+"[n:]"
		}
		heads, tails = append(heads, h), append(tails, t)
	}
	call := func(suffix string, args []string) string {
		s := o.name + suffix + "(" + strings.Join(args, ", ") + ")"
		if o.out != "" {
			s = "return " + s
		}
		return s
	}
	w := &a.stubs
	fmt.Fprintf(w, "func %s(%s) %s {\nswitch {\ncase level >= AVX512:\n%s\ncase level == AVX2:\n", o.name, strings.Join(params, ", "), o.out, call("AVX512", args))
	if o.whole {
		fmt.Fprintf(w, "n := len(%s) &^ 7\n%s\n%s\n", o.in[0].name, call("AVX2", heads), call("Generic", tails))
	} else {
		fmt.Fprintf(w, "%s\n", call("AVX2", args))
	}
	fmt.Fprintf(w, "default:\n%s\n}\n}\n\n", call("Generic", args))
}
