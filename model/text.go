package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"loyal/model/gguf"
)

// maxTokenizerFile bounds tokenizer files; the largest known have 35 MB.
const maxTokenizerFile = 256 << 20

// textFiles is what a model has beside configuration and weights: how it reads,
// how it chats, how it generates. Fields that are not known here are kept.
type textFiles struct {
	tokenizerJSON   []byte // as it stands; nil when the tokenizer comes from elsewhere
	tokenizerConfig fields // tokenizer_config.json
	specialTokens   fields // special_tokens_map.json
	generation      fields // generation_config.json
	template        string // chat template's source; "" without one
}

// readTextFiles reads what a directory has of them.
func readTextFiles(dir string) (textFiles, error) {
	var t textFiles
	var err error
	if t.tokenizerJSON, err = readOptional(filepath.Join(dir, "tokenizer.json"), maxTokenizerFile); err != nil {
		return t, err
	}
	for name, dst := range map[string]*fields{
		"tokenizer_config.json":   &t.tokenizerConfig,
		"special_tokens_map.json": &t.specialTokens,
		"generation_config.json":  &t.generation,
	} {
		data, err := readOptional(filepath.Join(dir, name), maxTokenizerFile)
		if err != nil {
			return t, err
		}
		if data == nil {
			continue
		}
		if *dst, err = parseFields(data); err != nil {
			return t, fmt.Errorf("read %s: %w", filepath.Join(dir, name), err)
		}
	}
	jinja, err := readOptional(filepath.Join(dir, "chat_template.jinja"), maxConfigFile)
	if err != nil {
		return t, err
	}
	if t.template = string(jinja); t.template == "" {
		t.template, err = templateOf(t.tokenizerConfig["chat_template"])
	}
	return t, err
}

// templateOf reads chat_template of tokenizer_config.json: one template, or a
// list of named ones, of which "default" is for chatting.
func templateOf(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	var source string
	if json.Unmarshal(raw, &source) == nil {
		return source, nil
	}
	var named []struct{ Name, Template string }
	if err := json.Unmarshal(raw, &named); err != nil {
		return "", errors.New("read tokenizer_config.json: chat_template is neither a text nor a list of named texts")
	}
	for _, t := range named {
		if t.Name == "default" {
			return t.Template, nil
		}
	}
	return "", nil
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

// ends is generation_config.json's word on what ends a text, which generation
// follows where config.json says something else.
func (t textFiles) ends() ([]int32, error) {
	ids, err := tokenList(t.generation["eos_token_id"])
	if err != nil {
		return nil, fmt.Errorf("generation_config.json: eos_token_id: %w", err)
	}
	return ids, nil
}

// readOptional is readBounded, with nothing for a file that is not there.
func readOptional(path string, limit int64) ([]byte, error) {
	data, err := readBounded(path, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}
