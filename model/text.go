package model

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"loyal/internal/readfile"
	"loyal/model/chat"
	"loyal/model/gguf"
	"loyal/model/tokenizer"
)

// ErrTokenizer reports a tokenizer that is missing or does not fit the model.
var ErrTokenizer = errors.New("unfit tokenizer")

// maxTokenizerFile bounds tokenizer files; the largest known have 35 MB.
const maxTokenizerFile = 256 << 20

// textFiles is what a model has beside configuration and weights: how it reads,
// how it chats, how it generates. Fields that are not known here are kept.
type textFiles struct {
	tokenizerJSON   []byte // as it stands; nil when the tokenizer comes from elsewhere
	sentencePiece   []byte // tokenizer.model, where there is no tokenizer.json
	tokenizerConfig fields // tokenizer_config.json
	specialTokens   fields // special_tokens_map.json
	generation      fields // generation_config.json
	template        string // chat template's source; "" without one
}

// readTextFiles reads what a directory has of them.
func readTextFiles(dir string) (textFiles, error) {
	var t textFiles
	var err error
	if t.tokenizerJSON, err = readOptionalJSON(filepath.Join(dir, "tokenizer.json"), maxTokenizerFile); err != nil {
		return t, err
	}
	for name, dst := range map[string]*fields{
		"tokenizer_config.json":   &t.tokenizerConfig,
		"special_tokens_map.json": &t.specialTokens,
		"generation_config.json":  &t.generation,
	} {
		data, err := readOptionalJSON(filepath.Join(dir, name), maxTokenizerFile)
		if err != nil {
			return t, err
		}
		if data == nil {
			continue
		}
		if *dst, err = parseFields(data); err != nil {
			return t, fmt.Errorf("read %s: %w: %w", filepath.Join(dir, name), ErrConfig, err)
		}
	}
	if t.tokenizerJSON == nil {
		if t.sentencePiece, err = readSentencePiece(dir); err != nil {
			return t, err
		}
	}
	jinja, err := readOptional(filepath.Join(dir, "chat_template.jinja"), maxConfigFile)
	t.template = string(jinja)
	return t, err
}

// readSentencePiece reads a directory's only *.model file, if it has one.
func readSentencePiece(dir string) ([]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".model") {
			names = append(names, e.Name())
		}
	}
	switch {
	case len(names) == 0:
		return nil, nil
	case len(names) == 1:
		return readfile.Regular(filepath.Join(dir, names[0]), maxTokenizerFile)
	case slices.Contains(names, "tokenizer.model"):
		return readfile.Regular(filepath.Join(dir, "tokenizer.model"), maxTokenizerFile)
	}
	return nil, fmt.Errorf("%s: %w: which of %s is the tokenizer?", dir, ErrTokenizer, strings.Join(names, ", "))
}

// loadTokenizer makes the tokenizer of a directory from its files.
func (m *Model) loadTokenizer() error {
	var err error
	switch {
	case m.text.tokenizerJSON != nil:
		m.Tokenizer, err = tokenizer.FromJSON(m.text.tokenizerJSON)
	case m.text.sentencePiece != nil:
		m.Tokenizer, err = tokenizer.FromSentencePiece(m.text.sentencePiece)
	}
	if err != nil {
		return err
	}
	if m.text.tokenizerConfig != nil {
		data, err := m.text.tokenizerConfig.encode()
		if err != nil {
			return err
		}
		c, err := tokenizer.ParseConfig(data)
		if err != nil {
			return err
		}
		if m.text.template == "" {
			m.text.template = c.ChatTemplate
		}
		if m.Tokenizer != nil {
			if err := c.Apply(m.Tokenizer); err != nil {
				return fmt.Errorf("read tokenizer_config.json: %w", err)
			}
		}
	}
	return m.finishText()
}

// finishText parses the template and sees that the tokenizer fits the model.
func (m *Model) finishText() error {
	if m.text.template != "" {
		template, err := chat.Parse(m.text.template)
		if err != nil {
			return err
		}
		m.Template = template
	}
	return m.checkTokenizer()
}

// checkTokenizer sees that every token of the tokenizer has a row in the embedding.
func (m *Model) checkTokenizer() error {
	if m.Tokenizer == nil || m.Config.VocabSize == 0 {
		return nil
	}
	if n := m.Tokenizer.VocabSize(); n > m.Config.VocabSize {
		return fmt.Errorf("%w: it has %d tokens, and the model %d", ErrTokenizer, n, m.Config.VocabSize)
	}
	return nil
}

// textFromGGUF translates a GGUF file's metadata.
func textFromGGUF(file *gguf.File, c Config) (textFiles, error) {
	g := &ggufFields{file: file}
	t := textFiles{tokenizerConfig: fields{}, specialTokens: fields{}, generation: fields{}}
	t.template = g.textOr("tokenizer.chat_template", "")
	if g.err != nil {
		return t, g.err
	}
	v, ok := file.Value("tokenizer.ggml.tokens")
	if !ok {
		return t, nil
	}
	tokens, err := v.Texts()
	if err != nil {
		return t, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	set := func(name string, id int32) {
		if id >= 0 && int(id) < len(tokens) {
			t.tokenizerConfig.set(name, tokens[id])
			t.specialTokens.set(name, tokens[id])
		}
	}
	set("bos_token", c.BOS)
	if len(c.EOS) > 0 {
		set("eos_token", c.EOS[0])
	}
	set("pad_token", c.Pad)
	set("unk_token", int32(g.integerOr("tokenizer.ggml.unknown_token_id", -1)))
	t.tokenizerConfig.set("model_max_length", c.MaxPositions)
	t.tokenizerConfig.set("clean_up_tokenization_spaces", false)
	return t, g.err
}

// tokenizerFromGGUF makes the tokenizer from a GGUF file's metadata, nil if it has
// none.
func tokenizerFromGGUF(file *gguf.File) (*tokenizer.Tokenizer, error) {
	if _, ok := file.Value("tokenizer.ggml.tokens"); !ok {
		return nil, nil
	}
	meta := map[string]any{}
	for _, key := range file.Keys() {
		if strings.HasPrefix(key, "tokenizer.") {
			v, _ := file.Value(key)
			meta[key] = v.Any()
		}
	}
	return tokenizer.FromGGUF(meta)
}

// ends is generation_config.json's word on what ends a text, which generation
// follows where config.json says something else.
func (t textFiles) ends() ([]int32, error) {
	ids, err := tokenList(t.generation["eos_token_id"])
	if err != nil {
		return nil, fmt.Errorf("generation_config.json: %w: eos_token_id: %w", ErrConfig, err)
	}
	return ids, nil
}

// readOptional is readfile.Regular, with nothing for a file that is not there.
func readOptional(path string, limit int64) ([]byte, error) {
	data, err := readfile.Regular(path, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// ErrBOM reports a JSON file that begins with a byte-order mark.
var ErrBOM = errors.New("it begins with a byte-order mark (BOM), which JSON does not have")

// readJSON is readfile.Regular. A byte-order mark is named, since nobody sees it; it
// is not skipped, since other tools would refuse the model.
func readJSON(path string, limit int64) ([]byte, error) {
	data, err := readfile.Regular(path, limit)
	if err == nil && bytes.HasPrefix(data, []byte("\ufeff")) {
		return nil, fmt.Errorf("read %s: %w", path, ErrBOM)
	}
	return data, err
}

// readOptionalJSON is readJSON, with nothing for a file that is not there.
func readOptionalJSON(path string, limit int64) ([]byte, error) {
	data, err := readJSON(path, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
