package main

import (
	"bytes"
	"fmt"
	"strings"
)

// asm collects functions in Go's assembly language (Plan 9 operand order: the
// destination comes last), their declarations, and constants.
type asm struct {
	code, data, stubs bytes.Buffer
	args              map[string]string // operands of the current function's arguments
}

// p writes one instruction or label.
func (a *asm) p(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if !strings.HasSuffix(s, ":") {
		a.code.WriteByte('\t')
	}
	a.code.WriteString(s + "\n")
}

// param is an argument or result of a function.
type param struct{ name, typ string }

// size returns bytes and alignment of an argument of Go type t.
func size(t string) (n, align int) {
	switch {
	case strings.HasPrefix(t, "[]"):
		return 24, 8
	case t == "float32", t == "uint32":
		return 4, 4
	case t == "bool":
		return 1, 1
	}
	return 8, 8 // int, float64, pointers
}

// fn begins a function, declares it and finds the operands of its arguments. doc
// is its comment, without the name.
func (a *asm) fn(name, doc string, in []param, out string) {
	a.args = map[string]string{}
	at := 0
	var decl []string
	for _, p := range in {
		n, align := size(p.typ)
		at = (at + align - 1) / align * align
		if n == 24 {
			a.args[p.name] = fmt.Sprintf("%s_base+%d(FP)", p.name, at)
			a.args["len "+p.name] = fmt.Sprintf("%s_len+%d(FP)", p.name, at+8)
		} else {
			a.args[p.name] = fmt.Sprintf("%s+%d(FP)", p.name, at)
		}
		at += n
		decl = append(decl, p.name+" "+p.typ)
	}
	if out != "" {
		at = (at + 7) / 8 * 8
		a.args["ret"] = fmt.Sprintf("ret+%d(FP)", at)
		n, _ := size(out)
		at += n
	}
	sig := fmt.Sprintf("func %s(%s) %s", name, strings.Join(decl, ", "), out)
	fmt.Fprintf(&a.stubs, "// %s %s\n//\n//go:noescape\n%s\n\n", name, doc, sig)
	fmt.Fprintf(&a.code, "\n// %s\nTEXT ·%s(SB), NOSPLIT, $0-%d\n", strings.TrimSpace(sig), name, at)
}

// arg is the operand of an argument; "len x" is the length of slice x.
func (a *asm) arg(name string) string {
	s, ok := a.args[name]
	if !ok {
		panic("no argument " + name)
	}
	return s
}

// ret ends a function.
func (a *asm) ret() {
	a.p("VZEROUPPER")
	a.p("RET")
}

// words defines a read-only table of 32-bit words.
func (a *asm) words(name string, w []uint32) {
	for i, v := range w {
		fmt.Fprintf(&a.data, "DATA %s<>+%d(SB)/4, $0x%08x\n", name, 4*i, v)
	}
	fmt.Fprintf(&a.data, "GLOBL %s<>(SB), RODATA|NOPTR, $%d\n", name, 4*len(w))
}

// laneMask defines the table from which AVX2 takes its masks: n words of ones, n of
// zeros. The mask of the first i lanes begins i words before the middle.
func (a *asm) laneMask(name string, n int) {
	w := make([]uint32, 2*n)
	for i := range n {
		w[i] = 0xffffffff
	}
	a.words(name, w)
}

// evex encodes an instruction of three 512-bit registers of the 0F38 map, W0, that
// the assembler does not know (Intel SDM volume 2, section 2.7.1): dst is ModRM.reg,
// src1 EVEX.vvvv and src2 ModRM.rm, each with its high bits inverted in the prefix.
// prefix is EVEX.pp: 1 for 66, 2 for F3, 3 for F2.
func evex(prefix, opcode byte, dst, src1, src2 int) string {
	bit := func(v, i int) byte { return byte(^v >> i & 1) }
	b := [6]byte{
		0x62,
		bit(dst, 3)<<7 | bit(src2, 4)<<6 | bit(src2, 3)<<5 | bit(dst, 4)<<4 | 2, // map 2 = 0F38
		byte(^src1&15)<<3 | 4 | prefix,                                          // W = 0
		2<<5 | bit(src1, 4)<<3,                                                  // L'L = 2: 512 bits
		opcode,
		0xc0 | byte(dst&7)<<3 | byte(src2&7),
	}
	return fmt.Sprintf("LONG $0x%02x%02x%02x%02x; WORD $0x%02x%02x", b[3], b[2], b[1], b[0], b[5], b[4])
}

// dpbf16 is VDPBF16PS: dst += the dot products of the pairs of bfloat16 in x and y.
func (a *asm) dpbf16(y, x, dst int) {
	a.p("%s // VDPBF16PS Z%d, Z%d, Z%d", evex(2, 0x52, dst, x, y), y, x, dst)
}

// cvt2bf16 is VCVTNE2PS2BF16: dst = lo (lower half) and hi (upper), as bfloat16.
func (a *asm) cvt2bf16(lo, hi, dst int) {
	a.p("%s // VCVTNE2PS2BF16 Z%d, Z%d, Z%d", evex(3, 0x72, dst, hi, lo), lo, hi, dst)
}

// isa is a vector instruction set: its name as part of function names, float32
// lanes, and the letter of its registers.
type isa struct {
	name  string
	lanes int
	reg   string
}

var (
	avx2   = isa{"AVX2", 8, "Y"}
	avx512 = isa{"AVX512", 16, "Z"}
)

// r names vector register i.
func (s isa) r(i int) string { return fmt.Sprintf("%s%d", s.reg, i) }

// zero clears registers.
func (a *asm) zero(s isa, regs ...int) {
	for _, i := range regs {
		// The 128-bit form clears the whole register, in fewer bytes, but reaches
		// only the lower sixteen.
		if i < 16 {
			a.p("VXORPS X%d, X%d, X%d", i, i, i)
		} else {
			a.p("VPXORD Z%d, Z%d, Z%d", i, i, i)
		}
	}
}
