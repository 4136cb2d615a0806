package tokenizer

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// Keys of GGUF metadata that describe a tokenizer (gguf.md, "Tokenizer").
const (
	keyModel          = "tokenizer.ggml.model"
	keyPre            = "tokenizer.ggml.pre"
	keyTokens         = "tokenizer.ggml.tokens"
	keyTypes          = "tokenizer.ggml.token_type"
	keyScores         = "tokenizer.ggml.scores"
	keyMerges         = "tokenizer.ggml.merges"
	keyBOS            = "tokenizer.ggml.bos_token_id"
	keyEOS            = "tokenizer.ggml.eos_token_id"
	keyAddBOS         = "tokenizer.ggml.add_bos_token"
	keyAddEOS         = "tokenizer.ggml.add_eos_token"
	keyAddSpacePrefix = "tokenizer.ggml.add_space_prefix"
	keySqueeze        = "tokenizer.ggml.remove_extra_whitespaces"
)

// ggufPre is how a value of tokenizer.ggml.pre splits text. The names are
// llama.cpp's, which stores a name where tokenizer.json has the pattern.
type ggufPre struct {
	pattern      string // of a Split
	nfc          bool
	digits       bool // digits by themselves, then GPT-2's pattern
	deepSeek     bool
	ignoreMerges bool
	addBOS       bool // unless add_bos_token says otherwise
}

var (
	preGPT2     = ggufPre{pattern: patternGPT2}
	preLlama3   = ggufPre{pattern: patternLlama3, ignoreMerges: true, addBOS: true}
	preQwen2    = ggufPre{pattern: patternQwen2, nfc: true}
	preDigits   = ggufPre{digits: true}
	preTekken   = ggufPre{pattern: patternTekken, ignoreMerges: true, addBOS: true}
	preO200k    = ggufPre{pattern: patternO200k}
	preDeepSeek = ggufPre{deepSeek: true}
)

var ggufPres = map[string]ggufPre{
	"gpt-2": preGPT2, "gpt2": preGPT2, "olmo": preGPT2, "phi-2": preGPT2, "mpt": preGPT2,
	"llama3": preLlama3, "llama-v3": preLlama3, "llama-bpe": preLlama3, "falcon3": preLlama3,
	"smaug-bpe": {pattern: patternLlama3}, "dbrx": {pattern: patternLlama3},
	"qwen2": preQwen2, "deepseek-r1-qwen": preQwen2, "qwen35": {pattern: patternQwen35, nfc: true},
	"smollm": preDigits, "starcoder": preDigits, "refact": preDigits, "command-r": preDigits,
	"tekken": preTekken, "gpt-4o": preO200k, "deepseek-v3": preDeepSeek,
}

// FromGGUF reads the tokenizer of a GGUF file from its metadata, whose values are
// of Go types like those of GGUF: string, bool, integers and lists of texts,
// integers and floating-point numbers of any width.
func FromGGUF(meta map[string]any) (*Tokenizer, error) {
	t, err := fromGGUF(&ggufMeta{values: meta})
	if err != nil {
		return nil, reading("tokenizer of GGUF", err)
	}
	return t, nil
}

func fromGGUF(m *ggufMeta) (*Tokenizer, error) {
	model := m.text(keyModel)
	var def *definition
	var err error
	switch model {
	case "gpt2":
		def, err = byteLevelGGUF(m)
	case "llama":
		def, err = spmGGUF(m)
	case "":
		return nil, fmt.Errorf("no %s", keyModel)
	default:
		return nil, unsupported(keyModel, model)
	}
	if err == nil {
		err = m.err
	}
	if err != nil {
		return nil, err
	}
	t, err := build(def)
	if err != nil {
		return nil, err
	}
	if t.bos, err = m.token(keyBOS, len(def.tokens)); err != nil {
		return nil, err
	}
	t.eos, err = m.token(keyEOS, len(def.tokens))
	return t, err
}

// affix reads what is put around a text.
func (m *ggufMeta) affix(n int, addBOS bool) (before, after []int32, err error) {
	if m.flag(keyAddBOS, addBOS) {
		bos, err := m.token(keyBOS, n)
		if err != nil {
			return nil, nil, err
		}
		if bos == none {
			return nil, nil, fmt.Errorf("text begins with BOS, but there is no %s", keyBOS)
		}
		before = []int32{bos}
	}
	if m.flag(keyAddEOS, false) {
		eos, err := m.token(keyEOS, n)
		if err != nil {
			return nil, nil, err
		}
		if eos == none {
			return nil, nil, fmt.Errorf("text ends with EOS, but there is no %s", keyEOS)
		}
		after = []int32{eos}
	}
	return before, after, nil
}

// spmGGUF reads a vocabulary in SentencePiece's style.
func spmGGUF(m *ggufMeta) (*definition, error) {
	tokens, types := m.texts(keyTokens), m.integers(keyTypes)
	scores := m.numbers(keyScores)
	if m.err != nil {
		return nil, m.err
	}
	if len(tokens) == 0 || len(types) != len(tokens) || len(scores) != len(tokens) {
		return nil, fmt.Errorf("%d tokens, %d types and %d scores", len(tokens), len(types), len(scores))
	}
	sp := &spieces{
		pieces:      make([]piece, len(tokens)),
		dummyPrefix: m.flag(keyAddSpacePrefix, true),
		squeeze:     m.flag(keySqueeze, false),
	}
	bytes := 0
	for i := range tokens {
		sp.pieces[i] = piece{tokens[i], scores[i], int(types[i])}
		if types[i] == pieceByte {
			bytes++
		}
	}
	sp.byteFallback = bytes > 0
	var err error
	if sp.before, sp.after, err = m.affix(len(tokens), true); err != nil {
		return nil, err
	}
	return sp.definition()
}

// byteLevelGGUF reads a byte level vocabulary.
func byteLevelGGUF(m *ggufMeta) (*definition, error) {
	name := m.text(keyPre)
	pre, ok := ggufPres[name]
	if !ok {
		return nil, unsupported(keyPre, name)
	}
	def := &definition{tokens: m.texts(keyTokens), ignoreMerges: pre.ignoreMerges}
	types := m.integers(keyTypes)
	if m.err != nil {
		return nil, m.err
	}
	if len(def.tokens) == 0 || len(types) != len(def.tokens) {
		return nil, fmt.Errorf("%d tokens and %d types", len(def.tokens), len(types))
	}
	def.ids = make(map[string]int32, len(def.tokens))
	for i, token := range def.tokens {
		if token == "" || !utf8.ValidString(token) {
			return nil, fmt.Errorf("token %d: %.40q is empty or no text", i, token)
		}
		if other, twice := def.ids[token]; twice {
			return nil, fmt.Errorf("tokens %d and %d are both %q", other, i, token)
		}
		def.ids[token] = int32(i)
		switch types[i] {
		case pieceControl, pieceUnknown:
			def.added = append(def.added, addedToken{ID: int32(i), Content: token, Special: true})
		case pieceUser:
			def.added = append(def.added, addedToken{ID: int32(i), Content: token})
		}
	}
	if err := def.readMerges(m.texts(keyMerges)); err != nil {
		return nil, err
	}
	before, after, err := m.affix(len(def.tokens), pre.addBOS)
	if err != nil {
		return nil, err
	}
	def.postProcessor = templateProcessing(def.tokens, before, after)
	def.preTokenizer = pre.preTokenizer(m.flag(keyAddSpacePrefix, false))
	if pre.nfc {
		def.normalizer = json.RawMessage(`{"type":"NFC"}`)
	}
	def.decoder = json.RawMessage(`{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}`)
	return def, nil
}

// readMerges reads merges of the form "a b".
func (d *definition) readMerges(merges []string) error {
	d.table = newPairTable(len(merges))
	for rank, text := range merges {
		left, right, ok := strings.Cut(text, " ")
		if !ok {
			return fmt.Errorf("merge %d: %.40q is not two tokens", rank, text)
		}
		l, okL := d.ids[left]
		r, okR := d.ids[right]
		merged, okM := d.ids[left+right]
		if !okL || !okR || !okM {
			return missingToken(rank, left, right, okL, okR)
		}
		d.table.put(l, r, uint32(rank), uint32(merged))
	}
	return nil
}

func (p ggufPre) preTokenizer(prefixSpace bool) json.RawMessage {
	byteLevel := func(prefix, regex bool) object {
		return object{"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": true, "use_regex": regex}
	}
	split := func(pattern string) object {
		return object{"type": "Split", "pattern": object{"Regex": pattern}, "behavior": "Isolated", "invert": false}
	}
	sequence := func(parts ...object) json.RawMessage {
		return mustJSON(object{"type": "Sequence", "pretokenizers": parts})
	}
	switch {
	case p.deepSeek:
		return sequence(split(patternDigits3), split(patternDeepSeekCJK), split(patternDeepSeekWords), byteLevel(prefixSpace, false))
	case p.digits:
		return sequence(object{"type": "Digits", "individual_digits": true}, byteLevel(prefixSpace, true))
	case p.pattern == patternGPT2:
		return mustJSON(byteLevel(prefixSpace, true))
	}
	return sequence(split(p.pattern), byteLevel(prefixSpace, false))
}

// ggufMeta reads metadata of known types and remembers the first error.
type ggufMeta struct {
	values map[string]any
	err    error
}

func (m *ggufMeta) wrong(key string, want string) {
	if m.err == nil {
		m.err = fmt.Errorf("%s is a %T, not %s", key, m.values[key], want)
	}
}

func (m *ggufMeta) text(key string) string {
	switch v := m.values[key].(type) {
	case string:
		return v
	case nil:
	default:
		m.wrong(key, "a text")
	}
	return ""
}

func (m *ggufMeta) flag(key string, missing bool) bool {
	switch v := m.values[key].(type) {
	case bool:
		return v
	case nil:
	default:
		m.wrong(key, "true or false")
	}
	return missing
}

func (m *ggufMeta) texts(key string) []string {
	switch v := m.values[key].(type) {
	case []string:
		return v
	case nil:
	default:
		m.wrong(key, "a list of texts")
	}
	return nil
}

func (m *ggufMeta) numbers(key string) []float32 {
	switch v := m.values[key].(type) {
	case []float32:
		return v
	case []float64:
		out := make([]float32, len(v))
		for i, x := range v {
			out[i] = float32(x)
		}
		return out
	case nil:
	default:
		m.wrong(key, "a list of numbers")
	}
	return nil
}

func (m *ggufMeta) integers(key string) []int32 {
	switch v := m.values[key].(type) {
	case []int32:
		return v
	case []uint32:
		return narrow(v)
	case []int64:
		return narrow(v)
	case nil:
	default:
		m.wrong(key, "a list of integers")
	}
	return nil
}

// narrow keeps what an int32 holds; other values become -1, which means nothing.
func narrow[T uint32 | int64](v []T) []int32 {
	out := make([]int32, len(v))
	for i, x := range v {
		if out[i] = -1; int64(x) == int64(int32(x)) {
			out[i] = int32(x)
		}
	}
	return out
}

// token reads the id of a token, none if it is not there.
func (m *ggufMeta) token(key string, n int) (int32, error) {
	var id int64
	switch v := m.values[key].(type) {
	case nil:
		return none, nil
	case uint32:
		id = int64(v)
	case int32:
		id = int64(v)
	case uint64:
		id = int64(min(v, 1<<62))
	case int64:
		id = v
	default:
		m.wrong(key, "an integer")
		return none, m.err
	}
	if id < 0 || id >= int64(n) {
		return none, fmt.Errorf("%s is %d in a vocabulary of %d", key, id, n)
	}
	return int32(id), nil
}

// GGUFPreTokenizers lists the values of tokenizer.ggml.pre that are supported.
func GGUFPreTokenizers() []string {
	names := make([]string, 0, len(ggufPres))
	for name := range ggufPres {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
