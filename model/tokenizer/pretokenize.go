package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// stepKind says what a step of the pre-tokenizer does with each piece.
type stepKind int

const (
	isolate     stepKind = iota // cut at matches; matches and what lies between are pieces
	arrange                     // cut at matches, by behavior
	prefixSpace                 // begin with a space
	metaspace                   // spaces become ▁, and a ▁ comes first
)

// step is one pre-tokenizer of a sequence.
type step struct {
	kind     stepKind
	matcher  matcher
	behavior string // of arrange
	invert   bool   // what is not matched counts as the match

	replacement string // of metaspace
	scheme      string // always, first or never
	split       bool   // cut before each replacement
}

// split runs the steps from level on over a piece and encodes the words that
// come out. first tells whether the piece begins the text.
func (e *encoder) split(level int, s string, first bool) {
	if level == len(e.t.steps) {
		e.cut(s)
		return
	}
	switch st := &e.t.steps[level]; st.kind {
	case isolate:
		start := 0
		for i := 0; i < len(s); {
			end := st.matcher.match(s, i)
			if end < 0 {
				_, n := utf8.DecodeRuneInString(s[i:])
				i += n
				continue
			}
			if i > start {
				e.split(level+1, s[start:i], first && start == 0)
			}
			e.split(level+1, s[i:end], first && i == 0)
			start, i = end, end
		}
		if start < len(s) {
			e.split(level+1, s[start:], first && start == 0)
		}
	case arrange:
		for _, p := range st.pieces(s) {
			e.split(level+1, s[p.start:p.end], first && p.start == 0)
		}
	case prefixSpace:
		if s != "" && s[0] != ' ' {
			s = " " + s
		}
		e.split(level+1, s, first)
	case metaspace:
		e.metaspace(level, st, s, first)
	}
}

// cut encodes a word, in parts where that changes nothing.
func (e *encoder) cut(w string) {
	for w != "" {
		n := e.t.model.nextCut(w)
		e.word(w[:n])
		w = w[n:]
	}
}

func (e *encoder) metaspace(level int, st *step, s string, first bool) {
	s = strings.ReplaceAll(s, " ", st.replacement)
	prepend := st.scheme == "always" || st.scheme == "first" && first
	if prepend && !strings.HasPrefix(s, st.replacement) {
		s = st.replacement + s
	}
	if !st.split {
		e.split(level+1, s, first)
		return
	}
	for offset := 0; s != ""; {
		n := strings.Index(s[min(len(st.replacement), len(s)):], st.replacement)
		if n < 0 || !strings.HasPrefix(s, st.replacement) {
			n = strings.Index(s, st.replacement)
		} else {
			n += len(st.replacement)
		}
		if n <= 0 {
			n = len(s)
		}
		e.split(level+1, s[:n], first && offset == 0)
		offset += n
		s = s[n:]
	}
}

// span is a part of a piece; match tells whether the pattern matched it.
type span struct {
	start, end int
	match      bool
}

// pieces cuts s at the matches and joins or drops parts as the behavior says
// (Hugging Face's SplitDelimiterBehavior).
func (st *step) pieces(s string) []span {
	parts := st.parts(s)
	var out []span
	switch st.behavior {
	case "Removed":
		for _, p := range parts {
			if !p.match {
				out = append(out, p)
			}
		}
	case "MergedWithPrevious":
		previous := false
		for _, p := range parts {
			if p.match && !previous && len(out) > 0 {
				out[len(out)-1].end = p.end
			} else {
				out = append(out, p)
			}
			previous = p.match
		}
	case "MergedWithNext":
		previous := false // whether the part to the right is a match
		for i := len(parts) - 1; i >= 0; i-- {
			p := parts[i]
			if p.match && !previous && len(out) > 0 {
				out[len(out)-1].start = p.start
			} else {
				out = append(out, p)
			}
			previous = p.match
		}
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	case "Contiguous":
		for _, p := range parts {
			if n := len(out); n > 0 && out[n-1].match == p.match {
				out[n-1].end = p.end
			} else {
				out = append(out, p)
			}
		}
	default: // Isolated
		return parts
	}
	return out
}

// parts lists matches and what lies between them.
func (st *step) parts(s string) []span {
	if l, ok := st.matcher.(literal); ok && !strings.Contains(s, string(l)) {
		return []span{{0, len(s), st.invert}}
	}
	var parts []span
	start := 0
	for i := 0; i < len(s); {
		end := st.matcher.match(s, i)
		if end < 0 {
			_, n := utf8.DecodeRuneInString(s[i:])
			i += n
			continue
		}
		if i > start {
			parts = append(parts, span{start, i, st.invert})
		}
		parts = append(parts, span{i, end, !st.invert})
		start, i = end, end
	}
	if start < len(s) {
		parts = append(parts, span{start, len(s), st.invert})
	}
	return parts
}

// literal matches a fixed text.
type literal string

func (l literal) match(s string, i int) int {
	if strings.HasPrefix(s[i:], string(l)) {
		return i + len(l)
	}
	return -1
}

// parsePreTokenizer returns the steps, and whether symbols are bytes.
func parsePreTokenizer(raw json.RawMessage, depth int) (steps []step, byteLevel bool, err error) {
	if isNull(raw) {
		return nil, false, nil
	}
	c, err := parseComponent(raw, "pre-tokenizer", depth)
	if err != nil {
		return nil, false, err
	}
	switch c.Type {
	case "Sequence":
		for _, part := range c.Pretokenizers {
			more, bytes, err := parsePreTokenizer(part, depth+1)
			if err != nil {
				return nil, false, err
			}
			if byteLevel {
				return nil, false, fmt.Errorf("pre-tokenizer after ByteLevel: %w", ErrUnsupported)
			}
			steps, byteLevel = append(steps, more...), bytes
			if len(steps) > maxParts {
				return nil, false, fmt.Errorf("more than %d pre-tokenizers", maxParts)
			}
		}
		return steps, byteLevel, nil
	case "Split":
		st, err := splitStep(c)
		return []step{st}, false, err
	case "Digits":
		var m matcher = &digitRunScanner{classes()}
		if c.IndividualDigits {
			m = &digitScanner{classes(), 1}
		}
		return []step{{kind: isolate, matcher: m}}, false, nil
	case "ByteLevel":
		if c.AddPrefixSpace == nil || *c.AddPrefixSpace {
			steps = append(steps, step{kind: prefixSpace})
		}
		if c.UseRegex == nil || *c.UseRegex {
			steps = append(steps, step{kind: isolate, matcher: &gpt2Scanner{classes()}})
		}
		return steps, true, nil
	case "Metaspace":
		st, err := metaspaceStep(c)
		return []step{st}, false, err
	}
	return nil, false, unsupported("pre-tokenizer", c.Type)
}

func splitStep(c component) (step, error) {
	st := step{kind: arrange, behavior: c.Behavior, invert: c.Invert}
	switch {
	case c.Pattern == nil || c.Pattern.Regex == nil && c.Pattern.String == nil:
		return st, fmt.Errorf("pre-tokenizer Split: no pattern")
	case c.Pattern.Regex != nil:
		m, ok := lookupPattern(*c.Pattern.Regex)
		if !ok {
			return st, unsupported("pre-tokenizer Split with the pattern", *c.Pattern.Regex)
		}
		st.matcher = m
	case *c.Pattern.String == "":
		return st, fmt.Errorf("pre-tokenizer Split: empty pattern")
	default:
		st.matcher = literal(*c.Pattern.String)
	}
	switch c.Behavior {
	case "Isolated":
		st.kind = isolate
	case "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous":
	default:
		return st, unsupported("pre-tokenizer Split with the behavior", c.Behavior)
	}
	return st, nil
}

func metaspaceStep(c component) (step, error) {
	st := step{kind: metaspace, replacement: c.Replacement, scheme: c.PrependScheme, split: c.Split == nil || *c.Split}
	if st.replacement == "" {
		st.replacement = "▁"
	}
	if utf8.RuneCountInString(st.replacement) != 1 {
		return st, fmt.Errorf("replacement %.20q of Metaspace is not one character", st.replacement)
	}
	if st.scheme == "" { // files from before prepend_scheme
		st.scheme = "always"
		if c.AddPrefixSpace != nil && !*c.AddPrefixSpace {
			st.scheme = "never"
		}
	}
	switch st.scheme {
	case "always", "first", "never":
		return st, nil
	}
	return st, unsupported("pre-tokenizer Metaspace with the prepend_scheme", st.scheme)
}
