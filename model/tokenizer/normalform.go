package tokenizer

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The normal forms of Unicode as the reference has them. It differs from x/text
// in two ways: its tables are those of Unicode 9, so that characters assigned
// later neither decompose nor count as marks, and it leaves rows of many marks
// alone, into which x/text puts U+034F after the thirtieth (UAX 15, section 13,
// "stream-safe text format").

func nfd(s string) string  { return inParts(s, norm.NFD, norm.NFD) }
func nfkd(s string) string { return inParts(s, norm.NFKD, norm.NFKD) }
func nfc(s string) string  { return inParts(s, norm.NFC, norm.NFD) }
func nfkc(s string) string { return inParts(s, norm.NFKC, norm.NFKD) }

// inParts normalizes what lies between the characters that Unicode 9 does not
// know. decomposition is the first half of form.
func inParts(s string, form, decomposition norm.Form) string {
	if form.IsNormalString(s) {
		return s // by Unicode 9 too, which moves and joins less
	}
	var b strings.Builder
	start := 0
	for i, r := range s {
		if r >= 0x7FD && unicode.Is(afterUnicode9, r) {
			b.WriteString(normalForm(s[start:i], form, decomposition))
			b.WriteRune(r)
			start = i + utf8.RuneLen(r)
		}
	}
	if start == 0 {
		return normalForm(s, form, decomposition)
	}
	b.WriteString(normalForm(s[start:], form, decomposition))
	return b.String()
}

func normalForm(s string, form, decomposition norm.Form) string {
	switch {
	case !manyMarks(s, decomposition):
		return form.String(s)
	case form == decomposition:
		return string(decompose(s, decomposition))
	}
	return string(compose(decompose(s, decomposition)))
}

// maxMarks is the longest row of marks that x/text leaves alone.
const maxMarks = 30

// manyMarks tells whether s has more combining marks in a row than x/text takes.
func manyMarks(s string, form norm.Form) bool {
	row := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			row, i = 0, i+1
			continue
		}
		p := form.PropertiesString(s[i:])
		if p.CCC() == 0 && p.LeadCCC() == 0 && p.TrailCCC() == 0 {
			row = 0
		} else {
			row++
		}
		if row >= maxMarks-4 { // one character may decompose into several marks
			return true
		}
		i += max(p.Size(), 1)
	}
	return false
}

// decompose is the textbook algorithm (UAX 15, D68): decompose each character,
// then put marks in canonical order.
func decompose(s string, form norm.Form) []rune {
	var out []rune
	for i := 0; i < len(s); {
		_, n := utf8.DecodeRuneInString(s[i:])
		if d := form.PropertiesString(s[i:]).Decomposition(); d != nil {
			out = append(out, []rune(string(d))...)
		} else {
			out = append(out, []rune(form.String(s[i:i+n]))...) // Hangul, and what stays
		}
		i += n
	}
	for i := 0; i < len(out); {
		j := i
		for j < len(out) && combiningClass(out[j]) != 0 {
			j++
		}
		marks := out[i:j]
		sort.SliceStable(marks, func(a, b int) bool {
			return combiningClass(marks[a]) < combiningClass(marks[b])
		})
		i = j + 1
	}
	return out
}

func combiningClass(r rune) uint8 {
	return norm.NFD.PropertiesString(string(r)).CCC()
}

// compose is canonical composition (UAX 15, D117).
func compose(in []rune) []rune {
	var out []rune
	starter, last := -1, uint8(0)
	for _, r := range in {
		ccc := combiningClass(r)
		if starter >= 0 && (len(out)-1 == starter || last != 0 && last < ccc) {
			if pair := []rune(norm.NFC.String(string([]rune{out[starter], r}))); len(pair) == 1 {
				out[starter] = pair[0]
				continue
			}
		}
		out = append(out, r)
		last = ccc
		if ccc == 0 {
			starter = len(out) - 1
		}
	}
	return out
}

// afterUnicode9 holds the characters that decompose or are marks, and were
// assigned after Unicode 9 (DerivedAge.txt 15.0.0).
var afterUnicode9 = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x07FD, 0x07FD, 1},
		{0x0898, 0x089F, 1},
		{0x08CA, 0x08D3, 1},
		{0x09FE, 0x09FE, 1},
		{0x0C3C, 0x0C3C, 1},
		{0x0D3B, 0x0D3C, 1},
		{0x0EBA, 0x0EBA, 1},
		{0x1715, 0x1715, 1},
		{0x1ABF, 0x1ACE, 1},
		{0x1DF6, 0x1DFA, 1},
		{0x32FF, 0x32FF, 1},
		{0xA7F2, 0xA7F4, 1},
		{0xA82C, 0xA82C, 1},
		{0xAB69, 0xAB69, 1},
	},
	R32: []unicode.Range32{
		{0x10781, 0x10785, 1},
		{0x10787, 0x107B0, 1},
		{0x107B2, 0x107BA, 1},
		{0x10D24, 0x10D27, 1},
		{0x10EAB, 0x10EAC, 1},
		{0x10EFD, 0x10EFF, 1},
		{0x10F46, 0x10F50, 1},
		{0x10F82, 0x10F85, 1},
		{0x11070, 0x11070, 1},
		{0x1133B, 0x1133B, 1},
		{0x1145E, 0x1145E, 1},
		{0x11839, 0x1183A, 1},
		{0x11938, 0x11938, 1},
		{0x1193D, 0x1193E, 1},
		{0x11943, 0x11943, 1},
		{0x119E0, 0x119E0, 1},
		{0x11A34, 0x11A34, 1},
		{0x11A47, 0x11A47, 1},
		{0x11A99, 0x11A99, 1},
		{0x11D42, 0x11D42, 1},
		{0x11D44, 0x11D45, 1},
		{0x11D97, 0x11D97, 1},
		{0x11F41, 0x11F42, 1},
		{0x16FF0, 0x16FF1, 1},
		{0x1E030, 0x1E06D, 1},
		{0x1E08F, 0x1E08F, 1},
		{0x1E130, 0x1E136, 1},
		{0x1E2AE, 0x1E2AE, 1},
		{0x1E2EC, 0x1E2EF, 1},
		{0x1E4EC, 0x1E4EF, 1},
		{0x1F16C, 0x1F16C, 1},
		{0x1FBF0, 0x1FBF9, 1},
	},
}
