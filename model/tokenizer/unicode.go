package tokenizer

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// class is what the split patterns ask about a character, as bits. The patterns
// come from Oniguruma, so the classes are those of Unicode 16 (see unicode16),
// whatever version Go's own tables have.
type class uint8

const (
	upper  class = 1 << iota // Lu, Lt
	lower                    // Ll
	letter                   // Lm, Lo: letters that are neither
	mark                     // M
	number                   // N
	symbol                   // P, S
	space                    // White_Space
)

const anyLetter = upper | lower | letter

// classes gives the class of every code point.
var classes = sync.OnceValue(func() *[unicode.MaxRune + 1]class {
	t := new([unicode.MaxRune + 1]class)
	for _, part := range []struct {
		bit    class
		tables []*unicode.RangeTable
	}{
		{upper, []*unicode.RangeTable{unicode.Lu, unicode.Lt}},
		{lower, []*unicode.RangeTable{unicode.Ll}},
		{letter, []*unicode.RangeTable{unicode.Lm, unicode.Lo}},
		{mark, []*unicode.RangeTable{unicode.M}},
		{number, []*unicode.RangeTable{unicode.N}},
		{symbol, []*unicode.RangeTable{unicode.P, unicode.S}},
		{space, []*unicode.RangeTable{unicode.White_Space}},
	} {
		for _, table := range part.tables {
			fillClass(t, table, part.bit)
		}
	}
	for _, r := range unicode16 {
		for c := r.lo; c <= r.hi; c++ {
			t[c] |= r.bit
		}
	}
	return t
})

func fillClass(t *[unicode.MaxRune + 1]class, table *unicode.RangeTable, bit class) {
	for _, r := range table.R16 {
		for c := uint32(r.Lo); c <= uint32(r.Hi); c += uint32(r.Stride) {
			t[c] |= bit
		}
	}
	for _, r := range table.R32 {
		for c := r.Lo; c <= r.Hi; c += r.Stride {
			t[c] |= bit
		}
	}
}

// at decodes the character of s at byte i: its class and its length in bytes.
// Past the end both are zero.
func at(t *[unicode.MaxRune + 1]class, s string, i int) (class, int) {
	if i >= len(s) {
		return 0, 0
	}
	if b := s[i]; b < utf8.RuneSelf {
		return t[b], 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	return t[r], n
}

// run returns the end of the longest run of characters from byte i on that have
// any of the bits in want.
func run(t *[unicode.MaxRune + 1]class, s string, i int, want class) int {
	for i < len(s) {
		c, n := at(t, s, i)
		if c&want == 0 {
			break
		}
		i += n
	}
	return i
}

// runNot returns the end of the longest run of characters from byte i on that
// have none of the bits in refuse.
func runNot(t *[unicode.MaxRune + 1]class, s string, i int, refuse class) int {
	for i < len(s) {
		c, n := at(t, s, i)
		if c&refuse != 0 {
			break
		}
		i += n
	}
	return i
}

// unicode16 lists what Unicode 15.1 and 16 assigned beyond Go's Unicode 15.0, by
// class (UnicodeData.txt 16.0.0, column General_Category).
var unicode16 = []struct {
	bit    class
	lo, hi rune
}{
	{upper, 0x1C89, 0x1C89}, {upper, 0xA7CB, 0xA7CC}, {upper, 0xA7DA, 0xA7DA}, {upper, 0xA7DC, 0xA7DC},
	{upper, 0x10D50, 0x10D65},
	{lower, 0x1C8A, 0x1C8A}, {lower, 0xA7CD, 0xA7CD}, {lower, 0xA7DB, 0xA7DB}, {lower, 0x10D70, 0x10D85},
	{letter, 0x10D4E, 0x10D4E}, {letter, 0x10D6F, 0x10D6F}, {letter, 0x16D40, 0x16D42}, {letter, 0x16D6B, 0x16D6C},
	{letter, 0x105C0, 0x105F3}, {letter, 0x10D4A, 0x10D4D}, {letter, 0x10D4F, 0x10D4F}, {letter, 0x10EC2, 0x10EC4},
	{letter, 0x11380, 0x11389}, {letter, 0x1138B, 0x1138B}, {letter, 0x1138E, 0x1138E}, {letter, 0x11390, 0x113B5},
	{letter, 0x113B7, 0x113B7}, {letter, 0x113D1, 0x113D1}, {letter, 0x113D3, 0x113D3}, {letter, 0x11BC0, 0x11BE0},
	{letter, 0x13460, 0x143FA}, {letter, 0x16100, 0x1611D}, {letter, 0x16D43, 0x16D6A}, {letter, 0x18CFF, 0x18CFF},
	{letter, 0x1E5D0, 0x1E5ED}, {letter, 0x1E5F0, 0x1E5F0}, {letter, 0x2EBF0, 0x2EE5D},
	{mark, 0x897, 0x897}, {mark, 0x10D69, 0x10D6D}, {mark, 0x10EFC, 0x10EFC}, {mark, 0x113B8, 0x113C0},
	{mark, 0x113C2, 0x113C2}, {mark, 0x113C5, 0x113C5}, {mark, 0x113C7, 0x113CA}, {mark, 0x113CC, 0x113D0},
	{mark, 0x113D2, 0x113D2}, {mark, 0x113E1, 0x113E2}, {mark, 0x11F5A, 0x11F5A}, {mark, 0x1611E, 0x1612F},
	{mark, 0x1E5EE, 0x1E5EF},
	{number, 0x10D40, 0x10D49}, {number, 0x116D0, 0x116E3}, {number, 0x11BF0, 0x11BF9}, {number, 0x16130, 0x16139},
	{number, 0x16D70, 0x16D79}, {number, 0x1CCF0, 0x1CCF9}, {number, 0x1E5F1, 0x1E5FA},
	{symbol, 0x1B4E, 0x1B4F}, {symbol, 0x1B7F, 0x1B7F}, {symbol, 0x10D6E, 0x10D6E}, {symbol, 0x113D4, 0x113D5},
	{symbol, 0x113D7, 0x113D8}, {symbol, 0x11BE1, 0x11BE1}, {symbol, 0x16D6D, 0x16D6F}, {symbol, 0x1E5FF, 0x1E5FF},
	{symbol, 0x2427, 0x2429}, {symbol, 0x2FFC, 0x2FFF}, {symbol, 0x31E4, 0x31E5}, {symbol, 0x31EF, 0x31EF},
	{symbol, 0x10D8E, 0x10D8F}, {symbol, 0x1CC00, 0x1CCEF}, {symbol, 0x1CD00, 0x1CEB3}, {symbol, 0x1F8B2, 0x1F8BB},
	{symbol, 0x1F8C0, 0x1F8C1}, {symbol, 0x1FA89, 0x1FA89}, {symbol, 0x1FA8F, 0x1FA8F}, {symbol, 0x1FABE, 0x1FABE},
	{symbol, 0x1FAC6, 0x1FAC6}, {symbol, 0x1FADC, 0x1FADC}, {symbol, 0x1FADF, 0x1FADF}, {symbol, 0x1FAE9, 0x1FAE9},
	{symbol, 0x1FBCB, 0x1FBEF},
}
