// Package tokenizer turns text into the token ids of a model, and back.
//
// A language model never sees text. Which ids it sees for a text is part of the
// model as much as its weights: an id that differs from those of training makes
// a sentence a little strange to the model, silently. A fingerprint, whose key
// must reach the model exactly as it was planted, does not survive that. So this
// package reproduces the ids of the reference (Hugging Face's tokenizers library)
// exactly, or refuses: an unknown split pattern, normalizer or decoder is an
// error that names it, never an approximation.
//
// # From text to ids
//
// Encoding is a pipeline, the parts of which tokenizer.json names:
//
//   - added tokens (<|im_start|>) are found in the text and stand for themselves;
//   - the text between them is normalized (Unicode forms, spaces to ▁);
//   - it is cut into words (pre-tokenized), mostly by one of a few regular
//     expressions, for which there are hand-written scanners in patterns.go;
//   - each word is encoded by merging pairs of symbols, see bpe.go;
//   - special tokens (BOS) are put around the result.
//
// Decoding concatenates what the tokens stand for. Tokens may end inside a
// character, so text for a reader comes from a [Stream], which holds such bytes
// back until the character is complete.
//
// # Families
//
// At byte level (GPT-2, Llama 3, Qwen, DeepSeek, Mistral NeMo, SmolLM) symbols are
// bytes: every text can be encoded, and decoding gives it back. In SentencePiece's
// style (Llama 2, Gemma, and the .model files of older ones) symbols are
// characters; spaces are written ▁, and characters without a token fall back to
// tokens of single bytes if the vocabulary has them.
//
// The same tokenizer can come from tokenizer.json, from a SentencePiece model or
// from the metadata of a GGUF file; JSON writes any of them as a tokenizer.json
// that behaves the same elsewhere.
package tokenizer

import (
	"fmt"
	"hash/maphash"
	"strings"
	"sync"
	"unicode/utf8"
)

// Tokenizer turns text into token ids and back. It may be used by several
// goroutines at once.
type Tokenizer struct {
	model     bpe
	normalize normalizer
	steps     []step
	affix     affix
	decoder   []stageMaker

	added      []addedToken
	addedByID  map[int32]*addedToken
	addedByKey map[string]int32
	raw        *finder // added tokens looked for in the text as it comes
	normalized *finder // and those looked for in normalized text
	size       int     // highest id plus one
	longest    int     // length in bytes of the longest token

	bos, eos int32 // or none

	source   string // the tokenizer.json it was read from, or ""
	def      *definition
	encoders sync.Pool
}

// build makes a tokenizer from its definition.
func build(def *definition) (*Tokenizer, error) {
	t := &Tokenizer{def: def, bos: none, eos: none}
	var err error
	if t.normalize, err = parseNormalizer(def.normalizer, 0, &chain{}); err != nil {
		return nil, err
	}
	var byteLevel bool
	if t.steps, byteLevel, err = parsePreTokenizer(def.preTokenizer, 0); err != nil {
		return nil, err
	}
	if t.affix, err = parsePostProcessor(def.postProcessor, 0); err != nil {
		return nil, err
	}
	if t.decoder, _, err = parseDecoder(def.decoder, 0); err != nil {
		return nil, err
	}
	t.model = bpe{
		tokens: def.tokens, ids: def.ids, merges: def.table,
		byteLevel: byteLevel, byteFallback: def.byteFallback, fuseUnk: def.fuseUnk,
		ignoreMerges: def.ignoreMerges, unk: none,
	}
	if t.model.merges.slots == nil {
		t.model.merges = newPairTable(0)
	}
	if def.hasUnk {
		id, ok := def.ids[def.unk]
		if !ok {
			return nil, fmt.Errorf("unknown token %q is not in the vocabulary", def.unk)
		}
		t.model.unk = id
	}
	t.model.index()
	t.model.setCuts()
	if err := t.setAdded(def.added); err != nil {
		return nil, err
	}
	for _, id := range append(append([]int32{}, t.affix.before...), t.affix.after...) {
		if _, ok := t.Token(id); !ok {
			return nil, fmt.Errorf("post-processor adds id %d, which is no token", id)
		}
	}
	if len(t.affix.before) > 0 {
		t.bos = t.affix.before[0]
	}
	t.encoders.New = func() any {
		return &encoder{t: t, seed: maphash.MakeSeed(), cache: make([]cacheSlot, cacheSlots)}
	}
	return t, nil
}

// setAdded enters the added tokens.
func (t *Tokenizer) setAdded(added []addedToken) error {
	t.added = added
	t.addedByID = make(map[int32]*addedToken, len(added))
	t.addedByKey = make(map[string]int32, len(added))
	t.raw, t.normalized = newFinder(), newFinder()
	t.size = len(t.model.tokens)
	for i := range added {
		a := &added[i]
		if id, ok := t.model.ids[a.Content]; ok && id != a.ID {
			return fmt.Errorf("added token %q has id %d, but %d in the vocabulary", a.Content, a.ID, id)
		}
		if a.ID < 0 || int(a.ID) > 4*(len(t.model.tokens)+len(added))+1<<16 {
			return fmt.Errorf("added token %q has id %d in a vocabulary of %d", a.Content, a.ID, len(t.model.tokens))
		}
		if other, ok := t.Token(a.ID); ok && other != a.Content {
			return fmt.Errorf("added token %q has the id %d of %q", a.Content, a.ID, other)
		}
		t.addedByID[a.ID] = a
		t.addedByKey[a.Content] = a.ID
		t.size = max(t.size, int(a.ID)+1)
		f, text := t.raw, a.Content
		if a.Normalized {
			f = t.normalized
			if t.normalize != nil {
				text = t.normalize(text)
			}
		}
		if err := f.add(text, a); err != nil {
			return err
		}
	}
	for _, token := range t.model.tokens {
		t.longest = max(t.longest, len(token))
	}
	return nil
}

// Encode returns the token ids of text. Added tokens that occur in the text are
// recognized, special ones too: never encode what a stranger wrote with it, see
// [Tokenizer.EncodeOrdinary]. With addSpecial the tokens that the model expects
// around a text (BOS) are put there. Invalid UTF-8 counts as U+FFFD, one for each
// maximal invalid part.
func (t *Tokenizer) Encode(text string, addSpecial bool) []int32 {
	return t.encode(text, addSpecial, func(*addedToken) bool { return true })
}

// EncodeOrdinary returns the token ids of text and recognizes no control token in
// it: what reads like one is encoded as the characters that it is made of. At
// byte level that holds for every added token; in SentencePiece's style those
// that are not special and stand in the model's own vocabulary (runs of line
// ends in Gemma's) are ordinary text.
func (t *Tokenizer) EncodeOrdinary(text string) []int32 {
	return t.encode(text, false, t.ordinary)
}

func (t *Tokenizer) ordinary(a *addedToken) bool {
	if a.Special || t.model.byteLevel {
		return false
	}
	_, ok := t.model.ids[a.Content]
	return ok
}

func (t *Tokenizer) encode(text string, addSpecial bool, accept func(*addedToken) bool) []int32 {
	if !utf8.ValidString(text) {
		text = string(appendLossy(nil, []byte(text)))
	}
	e := t.encoders.Get().(*encoder)
	e.ids = e.ids[:0]
	if addSpecial {
		e.ids = append(e.ids, t.affix.before...)
	}
	token := func(a *addedToken) { e.ids = append(e.ids, a.ID) }
	t.raw.each(text, accept, func(piece string, first bool) {
		if t.normalize != nil {
			piece = t.normalize(piece)
		}
		t.normalized.each(piece, accept, func(piece string, begins bool) {
			e.split(0, piece, first && begins)
		}, token)
	}, token)
	if addSpecial {
		e.ids = append(e.ids, t.affix.after...)
	}
	ids := append(make([]int32, 0, len(e.ids)), e.ids...)
	e.release()
	return ids
}

// maxScratch is how many symbols an encoder that waits for reuse may hold on to.
const maxScratch = 1 << 16

// release gives the encoder back, without what a very long text left in it.
func (e *encoder) release() {
	if cap(e.symbols) > maxScratch || cap(e.ids) > maxScratch {
		e.ids, e.symbols, e.links, e.heap = nil, nil, nil, nil
	}
	e.t.encoders.Put(e)
}

// VocabSize is the number of ids: one more than the highest. The model's
// embedding may have more rows than that, never fewer.
func (t *Tokenizer) VocabSize() int { return t.size }

// Token returns the token of an id as the vocabulary writes it: with ▁ for a
// space, or in GPT-2's byte alphabet (Ġ for a space). For the text it stands for
// see [Tokenizer.Bytes].
func (t *Tokenizer) Token(id int32) (string, bool) {
	if a, ok := t.addedByID[id]; ok {
		return a.Content, true
	}
	if id < 0 || int(id) >= len(t.model.tokens) || t.model.tokens[id] == "" {
		return "", false
	}
	return t.model.tokens[id], true
}

// ID returns the id of a token, written as Token returns it.
func (t *Tokenizer) ID(token string) (int32, bool) {
	if id, ok := t.addedByKey[token]; ok {
		return id, true
	}
	id, ok := t.model.ids[token]
	return id, ok
}

// IsSpecial tells whether an id is a special token, which is no part of the text.
func (t *Tokenizer) IsSpecial(id int32) bool {
	a, ok := t.addedByID[id]
	return ok && a.Special
}

// IsAdded tells whether an id is an added token, special or not.
func (t *Tokenizer) IsAdded(id int32) bool {
	_, ok := t.addedByID[id]
	return ok
}

// Bytes returns the bytes that a token stands for inside a text: part of a
// character perhaps, the bare text of an added token, nil for an id without a
// token. A leading ▁ is a space here, also where decoding drops it at the
// beginning of a text.
func (t *Tokenizer) Bytes(id int32) []byte {
	token, ok := t.Token(id)
	if !ok {
		return nil
	}
	if t.IsAdded(id) {
		return []byte(token)
	}
	if t.model.byteLevel {
		return appendBytes(nil, token)
	}
	if b, ok := parseFallback(token); ok && t.model.byteFallback {
		return []byte{b}
	}
	return []byte(strings.ReplaceAll(token, "▁", " "))
}

// BOS returns the token that begins a text, if the tokenizer knows one: the
// first that the post-processor puts before a text, the one that the GGUF
// metadata names, or what SetBOS set.
func (t *Tokenizer) BOS() (int32, bool) { return t.bos, t.bos != none }

// EOS returns the token that ends a text, if the tokenizer knows one. A
// tokenizer.json does not say; tokenizer_config.json does, see [ParseConfig].
func (t *Tokenizer) EOS() (int32, bool) { return t.eos, t.eos != none }

// SetBOS and SetEOS set what BOS and EOS return; Encode stays as it is.
func (t *Tokenizer) SetBOS(token string) error { return t.setSpecial(&t.bos, token) }

// SetEOS is SetBOS for the token that ends a text.
func (t *Tokenizer) SetEOS(token string) error { return t.setSpecial(&t.eos, token) }

func (t *Tokenizer) setSpecial(dst *int32, token string) error {
	id, ok := t.ID(token)
	if !ok {
		return fmt.Errorf("special token %q is not in the vocabulary", token)
	}
	*dst = id
	return nil
}

// AddsBOS tells whether Encode with addSpecial begins with BOS.
func (t *Tokenizer) AddsBOS() bool {
	return len(t.affix.before) > 0 && t.affix.before[0] == t.bos
}

// ByteLevel tells whether symbols are bytes, so that any text survives encoding
// and decoding (up to the normalizer).
func (t *Tokenizer) ByteLevel() bool { return t.model.byteLevel }
