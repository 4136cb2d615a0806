package tokenizer

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner walks through JSON text without building a tree: a tokenizer.json
// holds some 10⁵ to 10⁶ short strings, which are looked up rather than kept.
// Strings without escapes are substrings of src. The caller has checked that src
// is valid UTF-8.
type scanner struct {
	src string
	pos int
	buf []byte // of strings with escapes
}

// maxNesting bounds the depth of arrays and objects that are skipped.
const maxNesting = 64

func (s *scanner) errorf(format string, args ...any) error {
	return fmt.Errorf("at byte %d: "+format, append([]any{s.pos}, args...)...)
}

func (s *scanner) space() {
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ' ', '\n', '\t', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the next byte that is not white space, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.pos == len(s.src) {
		return 0
	}
	return s.src[s.pos]
}

func (s *scanner) expect(c byte) error {
	if s.peek() != c {
		if s.pos == len(s.src) {
			return s.errorf("the text ends where %q belongs", c)
		}
		return s.errorf("%q where %q belongs", s.src[s.pos], c)
	}
	s.pos++
	return nil
}

// object calls field for each key; field must consume the value. The key is
// valid until the next call.
func (s *scanner) object(field func(key string, escaped bool) error) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	if s.peek() == '}' {
		s.pos++
		return nil
	}
	for {
		key, escaped, err := s.str()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if err := field(key, escaped); err != nil {
			return err
		}
		if s.peek() == ',' {
			s.pos++
			continue
		}
		return s.expect('}')
	}
}

// array calls element for each element, which it must consume.
func (s *scanner) array(element func() error) error {
	if err := s.expect('['); err != nil {
		return err
	}
	if s.peek() == ']' {
		s.pos++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if s.peek() == ',' {
			s.pos++
			continue
		}
		return s.expect(']')
	}
}

// str reads a string. An escaped one is newly allocated, any other a substring
// of src.
func (s *scanner) str() (text string, escaped bool, err error) {
	if err := s.expect('"'); err != nil {
		return "", false, err
	}
	start := s.pos
	for i := start; i < len(s.src); i++ {
		switch c := s.src[i]; {
		case c == '"':
			s.pos = i + 1
			return s.src[start:i], false, nil
		case c == '\\':
			s.pos = i
			s.buf = append(s.buf[:0], s.src[start:i]...)
			text, err = s.escapes()
			return text, true, err
		case c < ' ':
			s.pos = i
			return "", false, s.errorf("control character in a string")
		}
	}
	s.pos = len(s.src)
	return "", false, s.errorf("the text ends inside a string")
}

// escapes reads the rest of a string into buf from its first backslash on.
func (s *scanner) escapes() (string, error) {
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		s.pos++
		switch {
		case c == '"':
			return string(s.buf), nil
		case c < ' ':
			return "", s.errorf("control character in a string")
		case c != '\\':
			s.buf = append(s.buf, c)
			continue
		}
		if s.pos == len(s.src) {
			break
		}
		c = s.src[s.pos]
		s.pos++
		switch c {
		case '"', '\\', '/':
			s.buf = append(s.buf, c)
		case 'b':
			s.buf = append(s.buf, '\b')
		case 'f':
			s.buf = append(s.buf, '\f')
		case 'n':
			s.buf = append(s.buf, '\n')
		case 'r':
			s.buf = append(s.buf, '\r')
		case 't':
			s.buf = append(s.buf, '\t')
		case 'u':
			if err := s.unicodeEscape(); err != nil {
				return "", err
			}
		default:
			return "", s.errorf("unknown escape %q", c)
		}
	}
	return "", s.errorf("the text ends inside a string")
}

func (s *scanner) unicodeEscape() error {
	r, err := s.hex4()
	if err != nil {
		return err
	}
	if utf16.IsSurrogate(r) {
		if len(s.src)-s.pos < 6 || s.src[s.pos:s.pos+2] != `\u` {
			return s.errorf("half a surrogate pair")
		}
		s.pos += 2
		low, err := s.hex4()
		if err != nil {
			return err
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return s.errorf("half a surrogate pair")
		}
	}
	s.buf = utf8.AppendRune(s.buf, r)
	return nil
}

func (s *scanner) hex4() (rune, error) {
	if len(s.src)-s.pos < 4 {
		return 0, s.errorf("the text ends inside an escape")
	}
	v, err := strconv.ParseUint(s.src[s.pos:s.pos+4], 16, 16)
	if err != nil {
		return 0, s.errorf("%q is no hexadecimal number", s.src[s.pos:s.pos+4])
	}
	s.pos += 4
	return rune(v), nil
}

// id reads a token id: an integer from 0 to 2³¹-1.
func (s *scanner) id() (int32, error) {
	s.space()
	v, start := int64(0), s.pos
	for s.pos < len(s.src) && '0' <= s.src[s.pos] && s.src[s.pos] <= '9' {
		v = v*10 + int64(s.src[s.pos]-'0')
		s.pos++
		if v > 1<<31-1 {
			return 0, s.errorf("token id out of range")
		}
	}
	if s.pos == start {
		return 0, s.errorf("no token id")
	}
	return int32(v), nil
}

// value skips one value and returns its text.
func (s *scanner) value() (string, error) {
	s.space()
	start := s.pos
	if err := s.skip(0); err != nil {
		return "", err
	}
	return s.src[start:s.pos], nil
}

func (s *scanner) skip(depth int) error {
	if depth > maxNesting {
		return s.errorf("nested more than %d deep", maxNesting)
	}
	switch c := s.peek(); {
	case c == '{':
		return s.object(func(string, bool) error { return s.skip(depth + 1) })
	case c == '[':
		return s.array(func() error { return s.skip(depth + 1) })
	case c == '"':
		_, _, err := s.str()
		return err
	}
	start := s.pos
	for s.pos < len(s.src) {
		switch s.src[s.pos] {
		case ',', ']', '}', ' ', '\n', '\t', '\r':
			return s.literal(s.src[start:s.pos])
		}
		s.pos++
	}
	return s.literal(s.src[start:])
}

// literal checks a number, true, false or null.
func (s *scanner) literal(text string) error {
	switch text {
	case "true", "false", "null":
		return nil
	}
	if _, err := strconv.ParseFloat(text, 64); err != nil || strings.Trim(text, "0123456789+-.eE") != "" {
		return s.errorf("%.20q is no value", text)
	}
	return nil
}
