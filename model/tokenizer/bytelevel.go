package tokenizer

import "unicode/utf8"

// GPT-2's byte alphabet writes every byte as one printable character, so that a
// vocabulary of byte strings can be stored as text: printable Latin-1 stands for
// itself, the rest is moved to U+0100 and up (Radford et al. 2019, encoder.py's
// bytes_to_unicode).
var (
	byteAlphabet [256]string
	byteOfRune   [0x180]int16 // the byte, or -1
)

func init() {
	for i := range byteOfRune {
		byteOfRune[i] = -1
	}
	moved := rune(0x100)
	for b := range 256 {
		r := rune(b)
		printable := '!' <= r && r <= '~' || 0xA1 <= r && r <= 0xAC || 0xAE <= r && r <= 0xFF
		if !printable {
			r = moved
			moved++
		}
		byteAlphabet[b] = string(r)
		byteOfRune[r] = int16(b)
	}
}

// appendBytes appends the bytes that a token of a byte level vocabulary stands
// for. A token with a character outside the alphabet (an added token, mostly)
// stands for its own text.
func appendBytes(dst []byte, token string) []byte {
	n := len(dst)
	for _, r := range token {
		if int(r) >= len(byteOfRune) || byteOfRune[r] < 0 {
			return append(dst[:n], token...)
		}
		dst = append(dst, byte(byteOfRune[r]))
	}
	return dst
}

// appendLossy appends b as text: each maximal part of it that cannot begin a
// valid character becomes one U+FFFD (Unicode 16, section 3.9, "substitution of
// maximal subparts"), as Rust's from_utf8_lossy does it.
func appendLossy(dst, b []byte) []byte {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			n = invalidPrefix(b)
			dst = append(dst, "\uFFFD"...)
		} else {
			dst = append(dst, b[:n]...)
		}
		b = b[n:]
	}
	return dst
}

// invalidPrefix returns the length of the maximal subpart at the beginning of b,
// which does not begin with a valid character: a beginning of one, or one byte.
func invalidPrefix(b []byte) int {
	need := sequenceLength(b)
	n := 1
	for n < need && n < len(b) && validSecond(b, n) {
		n++
	}
	return n
}

// sequenceLength is how many bytes the first byte of b announces; 1 if it
// cannot begin a character of several bytes.
func sequenceLength(b []byte) int {
	switch c := b[0]; {
	case 0xC2 <= c && c <= 0xDF:
		return 2
	case 0xE0 <= c && c <= 0xEF:
		return 3
	case 0xF0 <= c && c <= 0xF4:
		return 4
	}
	return 1
}

// validSecond tells whether byte i of b may stand there, given those before it
// (Unicode 16, table 3-7).
func validSecond(b []byte, i int) bool {
	lo, hi := byte(0x80), byte(0xBF)
	if i == 1 {
		switch b[0] {
		case 0xE0:
			lo = 0xA0
		case 0xED:
			hi = 0x9F
		case 0xF0:
			lo = 0x90
		case 0xF4:
			hi = 0x8F
		}
	}
	return lo <= b[i] && b[i] <= hi
}

// incomplete returns how many bytes at the end of b begin a character whose
// remaining bytes could still come.
func incomplete(b []byte) int {
	for n := 1; n <= 3 && n <= len(b); n++ {
		tail := b[len(b)-n:]
		need := sequenceLength(tail)
		if need == 1 {
			continue
		}
		if need > n && invalidPrefix(tail) == n {
			return n
		}
		return 0
	}
	return 0
}
