package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestEVEX compares with what GNU as makes of the same instructions.
func TestEVEX(t *testing.T) {
	for _, c := range []struct {
		name            string
		prefix, opcode  byte
		dst, src1, src2 int
		want            string // 62 P0 P1 P2, little-endian; opcode and ModRM likewise
	}{
		{"vdpbf16ps %zmm0,%zmm2,%zmm8", 2, 0x52, 8, 2, 0, "LONG $0x486e7262; WORD $0xc052"},
		{"vdpbf16ps %zmm1,%zmm7,%zmm31", 2, 0x52, 31, 7, 1, "LONG $0x48466262; WORD $0xf952"},
		{"vdpbf16ps %zmm17,%zmm24,%zmm15", 2, 0x52, 15, 24, 17, "LONG $0x403e3262; WORD $0xf952"},
		{"vcvtne2ps2bf16 %zmm30,%zmm31,%zmm5", 3, 0x72, 5, 31, 30, "LONG $0x40079262; WORD $0xee72"},
		{"vcvtne2ps2bf16 %zmm0,%zmm1,%zmm2", 3, 0x72, 2, 1, 0, "LONG $0x4877f262; WORD $0xd072"},
		{"vcvtne2ps2bf16 %zmm9,%zmm16,%zmm23", 3, 0x72, 23, 16, 9, "LONG $0x407fc262; WORD $0xf972"},
	} {
		if got := evex(c.prefix, c.opcode, c.dst, c.src1, c.src2); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestGenerated wants the committed files to be what this program writes.
func TestGenerated(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want) {
			t.Errorf("%s is not what asmgen writes: run go generate", name)
		}
	}
}
