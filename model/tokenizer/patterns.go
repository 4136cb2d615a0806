package tokenizer

import "unicode"

// A matcher finds where a split pattern ends that matches s at byte i. It
// returns -1 where the pattern does not match, and never matches nothing. What
// lies before i it does not see: the known patterns look ahead, never behind.
type matcher interface {
	match(s string, i int) int
}

// The known patterns, word for word as tokenizer.json has them, and the scanner
// that does the same. A general regular expression engine would need lookahead,
// which Go's lacks, and costs ten times the time; scanners for what models
// really use are short.
const (
	patternGPT2 = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

	patternLlama3 = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	patternQwen2  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	patternQwen35 = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

	patternTekken = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	patternO200k  = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`

	patternDigits3       = `\p{N}{1,3}`
	patternDeepSeekCJK   = `[一-龥぀-ゟ゠-ヿ]+`
	patternDeepSeekWords = `[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_` + "`" + `{|}~][A-Za-z]+|[^` + "\r\n" + `\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[` + "\r\n" + `]*|\s*[` + "\r\n" + `]+|\s+(?!\S)|\s+`
)

// lookupPattern returns the scanner of a known pattern.
func lookupPattern(pattern string) (matcher, bool) {
	t := classes()
	switch pattern {
	case patternGPT2:
		return &gpt2Scanner{t}, true
	case patternLlama3:
		return &llama3Scanner{t: t, digits: 3, word: anyLetter}, true
	case patternQwen2:
		return &llama3Scanner{t: t, digits: 1, word: anyLetter}, true
	case patternQwen35:
		return &llama3Scanner{t: t, digits: 1, word: anyLetter | mark}, true
	case patternTekken:
		return &caseScanner{t: t, digits: 1}, true
	case patternO200k:
		return &caseScanner{t: t, digits: 3, contractions: true}, true
	case patternDigits3:
		return &digitScanner{t, 3}, true
	case `\p{N}`:
		return &digitScanner{t, 1}, true
	case patternDeepSeekCJK:
		return cjkScanner{}, true
	case patternDeepSeekWords:
		return &deepSeekScanner{t}, true
	}
	return nil, false
}

type classTable = *[unicode.MaxRune + 1]class

// contraction returns the length of what (?:'s|'t|'re|'ve|'m|'ll|'d) matches at
// byte i, or 0. With fold it ignores case as Oniguruma does, for which the long
// s (U+017F) is an s too.
func contraction(s string, i int, fold bool) int {
	if i+1 >= len(s) || s[i] != '\'' {
		return 0
	}
	lower := func(j int) byte {
		if j >= len(s) {
			return 0
		}
		b := s[j]
		if fold && 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		return b
	}
	switch lower(i + 1) {
	case 's', 't', 'm', 'd':
		return 2
	case 'r', 'v':
		if lower(i+2) == 'e' {
			return 3
		}
	case 'l':
		if lower(i+2) == 'l' {
			return 3
		}
	case 0xC5: // first byte of U+017F
		if fold && lower(i+2) == 0xBF {
			return 3
		}
	}
	return 0
}

// upTo returns the end of at most n characters from byte i on that have any of
// the bits in want.
func upTo(t classTable, s string, i, n int, want class) int {
	for ; n > 0; n-- {
		c, size := at(t, s, i)
		if c&want == 0 {
			break
		}
		i += size
	}
	return i
}

// lineEnds returns the end of the run of line ends from byte i on; with slash,
// slashes belong to the run.
func lineEnds(s string, i int, slash bool) int {
	for i < len(s) && (s[i] == '\r' || s[i] == '\n' || slash && s[i] == '/') {
		i++
	}
	return i
}

// spaces matches \s+(?!\S)|\s+ at byte i, where a white space character stands:
// a run of white space leaves its last character to the word after it.
func spaces(t classTable, s string, i int) int {
	last, end := i, i
	for end < len(s) {
		c, n := at(t, s, end)
		if c&space == 0 {
			break
		}
		last = end
		end += n
	}
	if end == len(s) || last == i {
		return end
	}
	return last
}

// linesOrSpaces matches \s*[\r\n]+|\s+(?!\S)|\s+ at byte i, where a white space
// character stands: up to the last line end of the run if it has any.
func linesOrSpaces(t classTable, s string, i int) int {
	line, last, end := -1, i, i
	for end < len(s) {
		c, n := at(t, s, end)
		if c&space == 0 {
			break
		}
		if s[end] == '\r' || s[end] == '\n' {
			line = end + 1
		}
		last = end
		end += n
	}
	switch {
	case line >= 0:
		return line
	case end == len(s) || last == i:
		return end
	}
	return last
}

// gpt2Scanner is patternGPT2.
type gpt2Scanner struct{ t classTable }

func (g *gpt2Scanner) match(s string, i int) int {
	t := g.t
	if n := contraction(s, i, false); n > 0 {
		return i + n
	}
	j := i
	if s[i] == ' ' {
		j++
	}
	c, n := at(t, s, j)
	switch {
	case n == 0: // a last space
		return spaces(t, s, i)
	case c&anyLetter != 0:
		return run(t, s, j+n, anyLetter)
	case c&number != 0:
		return run(t, s, j+n, number)
	case c&space == 0:
		return runNot(t, s, j+n, space|anyLetter|number)
	}
	return spaces(t, s, i)
}

// llama3Scanner is patternLlama3, patternQwen2 and patternQwen35, which differ in
// how many digits stay together and in whether marks belong to words.
type llama3Scanner struct {
	t      classTable
	digits int
	word   class
}

func (l *llama3Scanner) match(s string, i int) int {
	t := l.t
	if n := contraction(s, i, true); n > 0 {
		return i + n
	}
	c, n := at(t, s, i)
	if c&(anyLetter|number) == 0 && s[i] != '\r' && s[i] != '\n' {
		if after, size := at(t, s, i+n); after&l.word != 0 {
			return run(t, s, i+n+size, l.word)
		}
	}
	if c&l.word != 0 {
		return run(t, s, i+n, l.word)
	}
	if c&number != 0 {
		return upTo(t, s, i, l.digits, number)
	}
	if end := punctuation(t, s, i, l.word); end > i {
		return lineEnds(s, end, false)
	}
	return linesOrSpaces(t, s, i)
}

// punctuation matches ` ?[^\s\p{L}\p{N}]+` at byte i, with word for the letters;
// it returns i if that does not match.
func punctuation(t classTable, s string, i int, word class) int {
	j := i
	if s[i] == ' ' {
		j++
	}
	end := runNot(t, s, j, space|word|number)
	if end == j {
		return i
	}
	return end
}

// caseScanner is patternTekken and patternO200k: words end where lower case turns
// to upper case.
type caseScanner struct {
	t            classTable
	digits       int
	contractions bool // may end a word
}

const (
	upperish = upper | letter | mark // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
	lowerish = lower | letter | mark // [\p{Ll}\p{Lm}\p{Lo}\p{M}]
)

func (k *caseScanner) match(s string, i int) int {
	t := k.t
	c, n := at(t, s, i)
	prefix := i // behind what [^\r\n\p{L}\p{N}]? takes
	if c&(anyLetter|number) == 0 && s[i] != '\r' && s[i] != '\n' {
		prefix = i + n
	}
	// Each alternative is tried with the prefix and then without it.
	for _, word := range [](func(int) int){
		func(j int) int { return k.capitalized(s, j) },
		func(j int) int { return k.capitals(s, j) },
	} {
		end := word(prefix)
		if end < 0 && prefix > i {
			end = word(i)
		}
		if end > 0 {
			if k.contractions {
				end += contraction(s, end, true)
			}
			return end
		}
	}
	if c&number != 0 {
		return upTo(t, s, i, k.digits, number)
	}
	if end := punctuation(t, s, i, anyLetter); end > i {
		return lineEnds(s, end, true)
	}
	return linesOrSpaces(t, s, i)
}

// capitalized matches upperish*lowerish+ at byte j, or returns -1.
func (k *caseScanner) capitalized(s string, j int) int {
	end, both := j, -1
	for {
		c, n := at(k.t, s, end)
		if c&upperish == 0 {
			if c&lowerish != 0 {
				return run(k.t, s, end+n, lowerish)
			}
			// Nothing lower follows: give back to the last character that is
			// both, which then stands for lowerish+ alone.
			return both
		}
		end += n
		if c&lowerish != 0 {
			both = end
		}
	}
}

// capitals matches upperish+lowerish* at byte j, or returns -1.
func (k *caseScanner) capitals(s string, j int) int {
	end := run(k.t, s, j, upperish)
	if end == j {
		return -1
	}
	return run(k.t, s, end, lowerish)
}

// digitScanner is \p{N}{1,n}.
type digitScanner struct {
	t classTable
	n int
}

func (d *digitScanner) match(s string, i int) int {
	if end := upTo(d.t, s, i, d.n, number); end > i {
		return end
	}
	return -1
}

// digitRunScanner is \p{N}+.
type digitRunScanner struct{ t classTable }

func (d *digitRunScanner) match(s string, i int) int {
	if end := run(d.t, s, i, number); end > i {
		return end
	}
	return -1
}

// cjkScanner is patternDeepSeekCJK.
type cjkScanner struct{}

func (cjkScanner) match(s string, i int) int {
	if s[i] < 0xE3 || s[i] > 0xE9 { // first bytes of U+3000 to U+9FFF
		return -1
	}
	end := i
	for off, r := range s[i:] {
		if !(0x4E00 <= r && r <= 0x9FA5 || 0x3040 <= r && r <= 0x30FF) {
			break
		}
		end = i + off + 3
	}
	if end == i {
		return -1
	}
	return end
}

// deepSeekScanner is patternDeepSeekWords. Digits, control and format characters
// match nothing and are left between the matches.
type deepSeekScanner struct{ t classTable }

func (d *deepSeekScanner) match(s string, i int) int {
	t := d.t
	b := s[i]
	c, n := at(t, s, i)
	if b < 0x80 && c&symbol != 0 && i+1 < len(s) && asciiLetter(s[i+1]) {
		end := i + 2
		for end < len(s) && asciiLetter(s[end]) {
			end++
		}
		return end
	}
	const word = anyLetter | mark
	if c&(anyLetter|symbol) == 0 && b != '\r' && b != '\n' {
		if after, size := at(t, s, i+n); after&word != 0 {
			return run(t, s, i+n+size, word)
		}
	}
	if c&word != 0 {
		return run(t, s, i+n, word)
	}
	j := i
	if b == ' ' {
		j++
	}
	if end := run(t, s, j, symbol); end > j {
		return lineEnds(s, end, false)
	}
	if c&space != 0 {
		return linesOrSpaces(t, s, i)
	}
	return -1
}

func asciiLetter(b byte) bool {
	b |= 0x20
	return 'a' <= b && b <= 'z'
}
