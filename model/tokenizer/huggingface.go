package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Errors that callers can tell apart.
var (
	// ErrUnsupported is what errors about features of a tokenizer wrap that this
	// package does not have; their text names the feature.
	ErrUnsupported = errors.New("not supported")
	// ErrFormat reports a file that is damaged, cut off, or contradicts itself.
	ErrFormat = errors.New("invalid tokenizer")
)

// reading adds to an error what was being read, and that it is at fault unless this
// package is.
func reading(what string, err error) error {
	if errors.Is(err, ErrUnsupported) || errors.Is(err, ErrFormat) {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return fmt.Errorf("read %s: %w: %w", what, ErrFormat, err)
}

func unsupported(what, name string) error {
	return fmt.Errorf("%s %q: %w", what, name, ErrUnsupported)
}

// definition is a tokenizer as tokenizer.json describes it, wherever it comes
// from.
type definition struct {
	normalizer, preTokenizer, postProcessor, decoder json.RawMessage

	added  []addedToken
	tokens []string         // by id
	ids    map[string]int32 // the model's vocabulary
	table  pairTable        // merges by pair

	byteFallback, fuseUnk, ignoreMerges bool
	unk                                 string
	hasUnk                              bool
}

// FromJSON reads a tokenizer.json of Hugging Face's tokenizers library.
func FromJSON(tokenizerJSON []byte) (*Tokenizer, error) {
	t, err := fromJSON(string(tokenizerJSON))
	if err != nil {
		return nil, reading("tokenizer.json", err)
	}
	return t, nil
}

func fromJSON(src string) (*Tokenizer, error) {
	if !utf8.ValidString(src) {
		return nil, fmt.Errorf("invalid UTF-8 at byte %d", invalidAt(src))
	}
	r := &jsonReader{s: scanner{src: src}}
	if err := r.read(); err != nil {
		return nil, err
	}
	t, err := build(&r.def)
	if err != nil {
		return nil, err
	}
	t.source = src
	return t, nil
}

func invalidAt(s string) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(s)
}

// jsonReader reads tokenizer.json into a definition.
type jsonReader struct {
	s           scanner
	def         definition
	modelType   string
	hasModel    bool
	mergesAt    int // where merges that came before the vocabulary begin, or 0
	prefix, end string
	dropout     float64
}

func (r *jsonReader) read() error {
	err := r.s.object(func(key string, _ bool) error {
		switch key {
		case "model":
			r.hasModel = true
			return r.model()
		case "added_tokens":
			return r.decode("added_tokens", &r.def.added)
		case "normalizer":
			return r.raw(&r.def.normalizer)
		case "pre_tokenizer":
			return r.raw(&r.def.preTokenizer)
		case "post_processor":
			return r.raw(&r.def.postProcessor)
		case "decoder":
			return r.raw(&r.def.decoder)
		}
		return r.s.skip(0) // version; truncation and padding, which belong to callers
	})
	if err != nil {
		return err
	}
	if r.s.peek() != 0 {
		return r.s.errorf("text after the end")
	}
	return r.check()
}

func (r *jsonReader) raw(dst *json.RawMessage) error {
	text, err := r.s.value()
	*dst = json.RawMessage(text)
	return err
}

func (r *jsonReader) decode(what string, dst any) error {
	text, err := r.s.value()
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), dst); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// check refuses models that are no plain byte pair encoding.
func (r *jsonReader) check() error {
	switch {
	case !r.hasModel:
		return fmt.Errorf("no model")
	case r.modelType != "" && r.modelType != "BPE":
		return unsupported("model", r.modelType)
	case r.def.ids == nil:
		return fmt.Errorf("model: no vocabulary")
	case r.prefix != "":
		return unsupported("model BPE with continuing_subword_prefix", r.prefix)
	case r.end != "":
		return unsupported("model BPE with end_of_word_suffix", r.end)
	case r.dropout != 0:
		return fmt.Errorf("model BPE with dropout: %w", ErrUnsupported)
	}
	return nil
}

func (r *jsonReader) model() error {
	err := r.s.object(func(key string, _ bool) error {
		switch key {
		case "type":
			return r.decode(key, &r.modelType)
		case "vocab":
			if r.s.peek() != '{' { // Unigram's is an array: check names the type
				return r.s.skip(0)
			}
			return r.vocab()
		case "merges":
			if r.def.ids == nil {
				r.s.space()
				r.mergesAt = r.s.pos
				return r.s.skip(0)
			}
			return r.merges()
		case "unk_token":
			var unk *string
			if err := r.decode(key, &unk); err != nil {
				return nil // Unigram has unk_id, WordPiece a text; others: no error of ours
			}
			if unk != nil {
				r.def.unk, r.def.hasUnk = *unk, true
			}
			return nil
		case "byte_fallback":
			return r.decode(key, &r.def.byteFallback)
		case "fuse_unk":
			return r.decode(key, &r.def.fuseUnk)
		case "ignore_merges":
			return r.decode(key, &r.def.ignoreMerges)
		case "continuing_subword_prefix":
			return r.decode(key, &r.prefix)
		case "end_of_word_suffix":
			return r.decode(key, &r.end)
		case "dropout":
			return r.decode(key, &r.dropout)
		}
		return r.s.skip(0)
	})
	if err != nil || r.mergesAt == 0 || r.def.ids == nil {
		return err
	}
	end := r.s.pos
	r.s.pos = r.mergesAt
	err = r.merges()
	r.s.pos = end
	return err
}

// vocab reads {"token": id, …}.
func (r *jsonReader) vocab() error {
	if r.def.ids != nil {
		return r.s.errorf("a second vocabulary")
	}
	// An entry takes some 12 bytes at least; the rest of the file bounds the map.
	room := min(len(r.s.src)/24, 1<<18)
	ids, tokens := make(map[string]int32, room), make([]string, 0, room)
	type far struct {
		token string
		id    int32
	}
	var later []far // ids well beyond those seen before, in files sorted by token
	err := r.s.object(func(key string, _ bool) error {
		id, err := r.s.id()
		if err != nil {
			return err
		}
		if _, twice := ids[key]; twice {
			return r.s.errorf("token %q occurs twice in the vocabulary", key)
		}
		ids[key] = id
		if int(id) > 4*len(ids)+1<<16 {
			later = append(later, far{key, id})
			return nil
		}
		var ok bool
		if tokens, ok = setToken(tokens, id, key); !ok {
			return r.s.errorf("two tokens with id %d", id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range later {
		if int(f.id) > 4*len(ids)+1<<16 {
			return fmt.Errorf("token %q has id %d in a vocabulary of %d", f.token, f.id, len(ids))
		}
		var ok bool
		if tokens, ok = setToken(tokens, f.id, f.token); !ok {
			return fmt.Errorf("two tokens with id %d", f.id)
		}
	}
	delete(ids, "") // stands for nothing and can never be found
	r.def.ids, r.def.tokens = ids, tokens
	return nil
}

// setToken enters a token; false if the id is taken.
func setToken(tokens []string, id int32, token string) ([]string, bool) {
	for int(id) >= len(tokens) {
		if int(id) < cap(tokens) {
			tokens = tokens[:id+1]
			break
		}
		tokens = append(tokens, "")
	}
	if tokens[id] != "" {
		return tokens, false
	}
	tokens[id] = token
	return tokens, true
}

// merges reads ["a b", …] or [["a", "b"], …].
func (r *jsonReader) merges() error {
	if r.def.table.slots != nil {
		return r.s.errorf("a second list of merges")
	}
	table := newPairTable(2 * len(r.def.ids))
	rank := uint32(0)
	var joined []byte
	err := r.s.array(func() error {
		var left, right string
		var err error
		if r.s.peek() == '[' {
			left, right, err = r.mergePair()
		} else {
			left, right, err = r.mergeText()
		}
		if err != nil {
			return err
		}
		l, okL := r.def.ids[left]
		ri, okR := r.def.ids[right]
		joined = append(append(joined[:0], left...), right...)
		m, okM := r.def.ids[string(joined)]
		if !okL || !okR || !okM {
			return missingToken(int(rank), left, right, okL, okR)
		}
		table.put(l, ri, rank, uint32(m))
		rank++
		return nil
	})
	r.def.table = table
	return err
}

// missingToken names the first of left, right and both that the vocabulary does
// not have.
func missingToken(rank int, left, right string, okLeft, okRight bool) error {
	missing := left + right
	if !okLeft {
		missing = left
	} else if !okRight {
		missing = right
	}
	return fmt.Errorf("merge %d (%.40q %.40q): token %.80q is not in the vocabulary", rank, left, right, missing)
}

func (r *jsonReader) mergePair() (left, right string, err error) {
	n := 0
	err = r.s.array(func() error {
		text, _, err := r.s.str()
		switch n {
		case 0:
			left = text
		case 1:
			right = text
		}
		n++
		return err
	})
	if err == nil && n != 2 {
		err = r.s.errorf("a merge of %d tokens", n)
	}
	return left, right, err
}

func (r *jsonReader) mergeText() (left, right string, err error) {
	text, _, err := r.s.str()
	if err != nil {
		return "", "", err
	}
	left, right, ok := strings.Cut(text, " ")
	if !ok || strings.Contains(right, " ") {
		return "", "", r.s.errorf("merge %q is not two tokens", text)
	}
	return left, right, nil
}
