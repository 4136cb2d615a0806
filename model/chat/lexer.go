package chat

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind int

const (
	tokEnd      kind = iota
	tokText          // what stands outside of tags
	tokOpen          // {{
	tokClose         // }}
	tokBegin         // {%
	tokFinish        // %}
	tokName          // identifier or keyword
	tokString        // a string's value
	tokInt           // digits
	tokFloat         // digits
	tokOperator      // punctuation
)

type token struct {
	kind kind
	text string
	line int
}

// lexer cuts a template into tokens. White space around tags goes as with Jinja's
// trim_blocks and lstrip_blocks: the first line end after a block or comment tag
// goes, and so does white space before one back to the beginning of its line; a
// minus on either side of a tag takes all white space there, a plus keeps it.
type lexer struct {
	src    string
	pos    int
	line   int
	tokens []token
	fresh  bool // the last tag ended with a line end
}

var (
	newline  = regexp.MustCompile(`\r\n|\r`)
	rawBegin = regexp.MustCompile(`^\{%[-+]?\s*raw\s*(-%\}\s*|%\}\n?)`)
	rawEnd   = regexp.MustCompile(`\{%([-+]?)\s*endraw\s*(\+%\}|-%\}\s*|%\}\n?)`)
)

func lex(source string) ([]token, error) {
	source = newline.ReplaceAllString(source, "\n")
	source = strings.TrimSuffix(source, "\n")
	l := &lexer{src: source, line: 1, fresh: true}
	for l.pos < len(l.src) {
		if err := l.next(); err != nil {
			return nil, fmt.Errorf("line %d: %w", l.line, err)
		}
	}
	l.emit(tokEnd, "")
	return l.tokens, nil
}

func (l *lexer) emit(k kind, text string) {
	l.tokens = append(l.tokens, token{k, text, l.line})
}

// advance moves over n bytes.
func (l *lexer) advance(n int) {
	l.line += strings.Count(l.src[l.pos:l.pos+n], "\n")
	l.pos += n
}

// next reads text up to a tag, and the tag.
func (l *lexer) next() error {
	rest := l.src[l.pos:]
	at := -1
	for i := 0; i+1 < len(rest); i++ {
		if rest[i] == '{' && (rest[i+1] == '{' || rest[i+1] == '%' || rest[i+1] == '#') {
			at = i
			break
		}
	}
	if at < 0 {
		l.emit(tokText, rest)
		l.advance(len(rest))
		return nil
	}
	tag := rest[at+1]
	sign := byte(0)
	if at+2 < len(rest) {
		sign = rest[at+2]
	}
	l.text(rest[:at], tag, sign)
	l.advance(at)
	switch tag {
	case '#':
		return l.comment()
	case '%':
		if m := rawBegin.FindString(l.src[l.pos:]); m != "" {
			return l.raw(m)
		}
		return l.tag(tokBegin, tokFinish, "%}")
	}
	return l.tag(tokOpen, tokClose, "}}")
}

// text emits what stands before a tag.
func (l *lexer) text(text string, tag, sign byte) {
	switch {
	case sign == '-':
		text = strings.TrimRightFunc(text, unicode.IsSpace)
	case sign != '+' && tag != '{':
		start := strings.LastIndexByte(text, '\n') + 1
		if (start > 0 || l.fresh) && strings.TrimSpace(text[start:]) == "" {
			text = text[:start]
		}
	}
	l.fresh = false
	if text != "" {
		l.emit(tokText, text)
	}
}

// ending moves over the white space that goes after a tag.
func (l *lexer) ending(minus, trim bool) {
	rest := l.src[l.pos:]
	switch {
	case minus:
		n := len(rest) - len(strings.TrimLeftFunc(rest, unicode.IsSpace))
		l.fresh = n > 0 && rest[n-1] == '\n'
		l.advance(n)
	case trim && strings.HasPrefix(rest, "\n"):
		l.fresh = true
		l.advance(1)
	}
}

func (l *lexer) comment() error {
	n := strings.Index(l.src[l.pos+2:], "#}")
	if n < 0 {
		return fmt.Errorf("comment without end")
	}
	body := l.src[l.pos+2 : l.pos+2+n]
	l.advance(n + 4)
	l.ending(strings.HasSuffix(body, "-"), !strings.HasSuffix(body, "+"))
	return nil
}

// raw emits what stands between raw and endraw as text.
func (l *lexer) raw(begin string) error {
	l.advance(len(begin))
	m := rawEnd.FindStringSubmatchIndex(l.src[l.pos:])
	if m == nil {
		return fmt.Errorf("raw without endraw")
	}
	rest := l.src[l.pos:]
	sign := byte(0)
	if m[3] > m[2] {
		sign = rest[m[2]]
	}
	l.text(rest[:m[0]], '%', sign)
	l.fresh = rest[m[1]-1] == '\n'
	l.advance(m[1])
	return nil
}

// tag reads the tokens of a tag.
func (l *lexer) tag(begin, end kind, closer string) error {
	l.emit(begin, "")
	l.advance(2)
	if l.pos < len(l.src) && (l.src[l.pos] == '-' || l.src[l.pos] == '+') {
		l.advance(1)
	}
	var open []byte // brackets
	for {
		rest := l.src[l.pos:]
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		l.advance(len(l.src) - l.pos - len(rest))
		if rest == "" {
			return fmt.Errorf("tag without end")
		}
		if len(open) == 0 {
			minus := strings.HasPrefix(rest, "-"+closer)
			plus := end == tokFinish && strings.HasPrefix(rest, "+"+closer)
			if minus || plus || strings.HasPrefix(rest, closer) {
				if minus || plus {
					l.advance(1)
				}
				l.emit(end, "")
				l.advance(2)
				l.ending(minus, end == tokFinish && !plus)
				return nil
			}
		}
		n, err := l.word(rest, &open)
		if err != nil {
			return err
		}
		l.advance(n)
	}
}

// operators, the longer first.
var operators = []string{
	"//", "**", "==", "!=", ">=", "<=",
	"+", "-", "*", "/", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
}

var numberToken = regexp.MustCompile(`^(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?)`)

// word emits one token at the beginning of rest and returns its length.
func (l *lexer) word(rest string, open *[]byte) (int, error) {
	c := rest[0]
	switch {
	case c == '"' || c == '\'':
		return l.string(rest)
	case '0' <= c && c <= '9':
		text := numberToken.FindString(rest)
		digits := strings.ReplaceAll(text, "_", "")
		hex := len(digits) > 1 && strings.ContainsRune("xXoObB", rune(digits[1]))
		if !hex && strings.ContainsAny(digits, ".eE") {
			l.emit(tokFloat, digits)
		} else {
			l.emit(tokInt, digits)
		}
		return len(text), nil
	}
	n := 0
	for n < len(rest) {
		r, size := utf8.DecodeRuneInString(rest[n:])
		if r != '_' && !unicode.IsLetter(r) && (n == 0 || !unicode.IsDigit(r)) {
			break
		}
		n += size
	}
	if n > 0 {
		l.emit(tokName, rest[:n])
		return n, nil
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			l.emit(tokOperator, op)
			return len(op), balance(op, open)
		}
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return 0, fmt.Errorf("unexpected character %q", r)
}

// balance keeps count of brackets: inside them }} does not end a tag.
func balance(op string, open *[]byte) error {
	closing := map[string]byte{"(": ')', "[": ']', "{": '}'}
	if c, ok := closing[op]; ok {
		*open = append(*open, c)
		return nil
	}
	if op != ")" && op != "]" && op != "}" {
		return nil
	}
	n := len(*open)
	if n == 0 || (*open)[n-1] != op[0] {
		return fmt.Errorf("unexpected %q", op)
	}
	*open = (*open)[:n-1]
	return nil
}

// string emits a string token with its escapes resolved, as Python does.
func (l *lexer) string(rest string) (int, error) {
	quote := rest[0]
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; c {
		case quote:
			l.emit(tokString, b.String())
			return i + 1, nil
		case '\\':
			n := escape(&b, rest[i:])
			if n == 0 {
				return 0, fmt.Errorf("bad escape in a string")
			}
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return 0, fmt.Errorf("string without end")
}

// escape resolves the escape at the beginning of s and returns its length; 0 if
// it is cut off. Unknown ones stand for themselves.
func escape(b *strings.Builder, s string) int {
	if len(s) < 2 {
		return 0
	}
	simple := map[byte]string{
		'n': "\n", 't': "\t", 'r': "\r", 'a': "\a", 'b': "\b", 'f': "\f", 'v': "\v",
		'\\': "\\", '\'': "'", '"': "\"", '\n': "",
	}
	c := s[1]
	if text, ok := simple[c]; ok {
		b.WriteString(text)
		return 2
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if digits > 0 {
		if len(s) < 2+digits {
			return 0
		}
		v, err := strconv.ParseUint(s[2:2+digits], 16, 32)
		if err != nil || v > unicode.MaxRune {
			return 0
		}
		b.WriteRune(rune(v))
		return 2 + digits
	}
	n := 1
	for n < 4 && n < len(s) && '0' <= s[n] && s[n] <= '7' {
		n++
	}
	if n > 1 {
		v, _ := strconv.ParseUint(s[1:n], 8, 32)
		b.WriteRune(rune(v))
		return n
	}
	b.WriteString(s[:2])
	if c >= utf8.RuneSelf { // the rest of the character follows as it is
		b2 := s[1:]
		_, size := utf8.DecodeRuneInString(b2)
		b.WriteString(b2[1:size])
		return 1 + size
	}
	return 2
}
