package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A stage is one decoder at work on one text: it takes tokens as they come and
// passes on what is settled. What a stage passes on is always valid UTF-8.
type stage interface {
	push(token string, emit func(string))
	flush(emit func(string))
}

// stageMaker makes a fresh stage for each text.
type stageMaker func() stage

// parseDecoder returns the stages of a decoder. fused tells whether the tokens
// have been joined to one text by then.
func parseDecoder(raw json.RawMessage, depth int) (makers []stageMaker, fused bool, err error) {
	if isNull(raw) { // tokens are joined by spaces
		return []stageMaker{func() stage { return &joinStage{} }}, true, nil
	}
	return parseDecoderIn(raw, depth, false, &chain{})
}

func parseDecoderIn(raw json.RawMessage, depth int, fused bool, limit *chain) ([]stageMaker, bool, error) {
	c, err := parseComponent(raw, "decoder", depth)
	if err != nil {
		return nil, fused, err
	}
	from, to := 1, 1
	if c.Type == "Replace" && c.Pattern != nil && c.Pattern.String != nil && *c.Pattern.String != "" {
		from, to = len(*c.Pattern.String), len(c.Content)
	}
	if c.Type != "Sequence" {
		if err := limit.add("decoder", from, to); err != nil {
			return nil, fused, err
		}
	}
	one := func(m stageMaker) ([]stageMaker, bool, error) { return []stageMaker{m}, fused, nil }
	switch c.Type {
	case "Sequence":
		var all []stageMaker
		for _, part := range c.Decoders {
			var more []stageMaker
			if more, fused, err = parseDecoderIn(part, depth+1, fused, limit); err != nil {
				return nil, fused, err
			}
			all = append(all, more...)
		}
		return all, fused, nil
	case "ByteLevel":
		fused = true
		return one(func() stage { return &byteLevelStage{} })
	case "Fuse":
		fused = true
		return nil, fused, nil
	case "ByteFallback":
		if fused {
			return nil, fused, fmt.Errorf("decoder ByteFallback after Fuse: %w", ErrUnsupported)
		}
		return one(func() stage { return &byteFallbackStage{} })
	case "Replace":
		if fused {
			return nil, fused, fmt.Errorf("decoder Replace after Fuse: %w", ErrUnsupported)
		}
		if c.Pattern == nil || c.Pattern.String == nil || *c.Pattern.String == "" {
			return nil, fused, fmt.Errorf("decoder Replace with a pattern other than a text: %w", ErrUnsupported)
		}
		from, to := *c.Pattern.String, c.Content
		return one(func() stage {
			return mapStage(func(s string) string { return strings.ReplaceAll(s, from, to) })
		})
	case "Strip":
		return stripDecoder(c, fused)
	case "Metaspace":
		if fused {
			return nil, fused, fmt.Errorf("decoder Metaspace after Fuse: %w", ErrUnsupported)
		}
		st, err := metaspaceStep(c)
		if err != nil {
			return nil, fused, err
		}
		return one(func() stage { return &metaspaceStage{mark: st.replacement, strip: st.scheme != "never"} })
	}
	return nil, fused, unsupported("decoder", c.Type)
}

func stripDecoder(c component, fused bool) ([]stageMaker, bool, error) {
	if utf8.RuneCountInString(c.Content) != 1 || c.Start < 0 || c.Stop != 0 {
		return nil, fused, fmt.Errorf("decoder Strip: content must be one character, start not negative, stop zero")
	}
	if fused {
		return []stageMaker{func() stage { return &stripStage{char: c.Content, n: c.Start} }}, fused, nil
	}
	return []stageMaker{func() stage {
		return mapStage(func(s string) string {
			for n := c.Start; n > 0 && strings.HasPrefix(s, c.Content); n-- {
				s = s[len(c.Content):]
			}
			return s
		})
	}}, fused, nil
}

// mapStage changes each token by itself.
type mapStage func(string) string

func (m mapStage) push(token string, emit func(string)) { emit(m(token)) }
func (mapStage) flush(func(string))                     {}

// joinStage puts a space between tokens.
type joinStage struct{ begun bool }

func (j *joinStage) push(token string, emit func(string)) {
	if j.begun {
		token = " " + token
	}
	j.begun = true
	emit(token)
}

func (*joinStage) flush(func(string)) {}

// metaspaceStage turns ▁ into a space; those of the first token go.
type metaspaceStage struct {
	mark  string
	strip bool
	begun bool
}

func (m *metaspaceStage) push(token string, emit func(string)) {
	if !m.begun && m.strip {
		token = strings.ReplaceAll(token, m.mark, "")
	}
	m.begun = true
	emit(strings.ReplaceAll(token, m.mark, " "))
}

func (*metaspaceStage) flush(func(string)) {}

// byteLevelStage turns GPT-2's alphabet back into bytes and these into text.
type byteLevelStage struct{ pending []byte }

func (b *byteLevelStage) push(token string, emit func(string)) {
	b.pending = appendBytes(b.pending, token)
	n := len(b.pending) - incomplete(b.pending)
	if n == 0 {
		return
	}
	emit(string(appendLossy(nil, b.pending[:n])))
	b.pending = append(b.pending[:0], b.pending[n:]...)
}

func (b *byteLevelStage) flush(emit func(string)) {
	if len(b.pending) > 0 {
		emit(string(appendLossy(nil, b.pending)))
		b.pending = b.pending[:0]
	}
}

// byteFallbackStage joins runs of <0x..> tokens: to their text, if the whole run
// is valid UTF-8, else to one U+FFFD for each byte. A run is therefore passed on
// only when it ends.
type byteFallbackStage struct{ bytes []byte }

func (b *byteFallbackStage) push(token string, emit func(string)) {
	if c, ok := parseFallback(token); ok {
		b.bytes = append(b.bytes, c)
		return
	}
	b.flush(emit)
	emit(token)
}

func (b *byteFallbackStage) flush(emit func(string)) {
	if len(b.bytes) == 0 {
		return
	}
	if utf8.Valid(b.bytes) {
		emit(string(b.bytes))
	} else {
		for range b.bytes {
			emit("\uFFFD")
		}
	}
	b.bytes = b.bytes[:0]
}

// stripStage drops up to n times char from the beginning of the text.
type stripStage struct {
	char  string
	n     int
	begun bool
}

func (s *stripStage) push(token string, emit func(string)) {
	for !s.begun && token != "" {
		if s.n == 0 || !strings.HasPrefix(token, s.char) {
			s.begun = true
			break
		}
		token = token[len(s.char):]
		s.n--
	}
	emit(token)
}

func (*stripStage) flush(func(string)) {}

// Stream decodes tokens one at a time. What it returns is always whole
// characters, and all of it together is what Decode returns for all tokens.
type Stream struct {
	t      *Tokenizer
	skip   bool
	stages []stage
	emits  []func(string) // emits[i] feeds stage i; the last one feeds out
	out    strings.Builder
}

// NewStream returns a stream for one text; with skipSpecial it leaves special
// tokens out.
func (t *Tokenizer) NewStream(skipSpecial bool) *Stream {
	s := &Stream{t: t, skip: skipSpecial}
	for _, newStage := range t.decoder {
		s.stages = append(s.stages, newStage())
	}
	s.emits = make([]func(string), len(s.stages)+1)
	s.emits[len(s.stages)] = func(text string) { s.out.WriteString(text) }
	for i := len(s.stages) - 1; i >= 0; i-- {
		st, next := s.stages[i], s.emits[i+1]
		s.emits[i] = func(token string) { st.push(token, next) }
	}
	return s
}

// NewContinuation is NewStream for ids that continue a text, as an answer
// continues its prompt: the space with which they may begin stays.
func (t *Tokenizer) NewContinuation(skipSpecial bool) *Stream {
	s := t.NewStream(skipSpecial)
	for _, st := range s.stages {
		switch st := st.(type) {
		case *joinStage:
			st.begun = true
		case *metaspaceStage:
			st.begun = true
		case *stripStage:
			st.begun = true
		}
	}
	return s
}

// Push adds a token and returns the text that is settled by now, often that of
// the token. Ids without a token are left out.
func (s *Stream) Push(id int32) string {
	s.push(id)
	return s.take()
}

func (s *Stream) push(id int32) {
	token, ok := s.t.Token(id)
	if !ok || s.skip && s.t.IsSpecial(id) {
		return
	}
	s.emits[0](token)
}

// Flush ends the text and returns what was held back. The stream must not be
// used afterwards.
func (s *Stream) Flush() string {
	for i, st := range s.stages {
		st.flush(s.emits[i+1])
	}
	return s.take()
}

func (s *Stream) take() string {
	text := s.out.String()
	s.out.Reset()
	return text
}

// Decode returns the text of ids; with skipSpecial special tokens are left out.
// Bytes that are no valid UTF-8 become U+FFFD.
func (t *Tokenizer) Decode(ids []int32, skipSpecial bool) string {
	s := t.NewStream(skipSpecial)
	for _, id := range ids {
		s.push(id)
	}
	return s.Flush()
}
