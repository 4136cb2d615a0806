package model

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// tokenizerClass is the name under which both transformers 4 and 5 read a
// tokenizer.json as it stands.
const tokenizerClass = "PreTrainedTokenizerFast"

// texts writes everything that is not weights.
func (w *directoryWriter) texts() error {
	config, err := w.src.Config.widened(w.o.Expansion).EncodeConfig(w.o.DType)
	if err != nil {
		return err
	}
	if err := w.file("config.json", config); err != nil {
		return err
	}
	generation, err := w.src.generationConfig().encode()
	if err != nil {
		return err
	}
	if err := w.file("generation_config.json", generation); err != nil {
		return err
	}
	if err := w.tokenizer(); err != nil {
		return err
	}
	card, err := w.card()
	if err != nil {
		return err
	}
	return w.file("README.md", card)
}

func (m *Model) generationConfig() fields {
	f := fields{}
	maps.Copy(f, m.text.generation)
	if len(m.text.generation) == 0 {
		f.setTokens(m.Config)
		f.set("_from_model_config", true)
	}
	return f
}

// tokenizer writes the tokenizer's files, if the model has a tokenizer.
func (w *directoryWriter) tokenizer() error {
	json, err := w.src.tokenizerJSON()
	if json == nil || err != nil {
		return err
	}
	if err := w.file("tokenizer.json", json); err != nil {
		return err
	}
	t := w.src.text
	config := fields{}
	maps.Copy(config, t.tokenizerConfig)
	w.src.specialDefaults(config)
	config.set("tokenizer_class", tokenizerClass)
	if t.template != "" && !isList(config["chat_template"]) {
		config.set("chat_template", t.template)
	}
	data, err := config.encode()
	if err != nil {
		return err
	}
	if err := w.file("tokenizer_config.json", data); err != nil {
		return err
	}
	special := t.specialTokens
	if len(special) == 0 {
		special = specialFrom(config)
	}
	if data, err = special.encode(); err != nil {
		return err
	}
	return w.file("special_tokens_map.json", data)
}

// specialDefaults names the special tokens that tokenizer_config.json leaves out,
// as a model with a SentencePiece file only does.
func (m *Model) specialDefaults(config fields) {
	name := func(field string, id int32, known bool) {
		if text, ok := m.Tokenizer.Token(id); known && ok {
			config.setDefault(field, text)
		}
	}
	id, ok := m.Tokenizer.BOS()
	name("bos_token", id, ok)
	id, ok = m.Tokenizer.EOS()
	name("eos_token", id, ok)
	name("pad_token", m.Config.Pad, m.Config.Pad >= 0)
	config.setDefault("model_max_length", m.Config.MaxPositions)
}

// isList is whether a JSON value is a list: several named templates are kept.
func isList(raw []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) }

// specialFrom takes the special tokens from tokenizer_config.json, where newer
// models keep them.
func specialFrom(config fields) fields {
	f := fields{}
	for _, name := range []string{"bos_token", "eos_token", "pad_token", "unk_token", "additional_special_tokens"} {
		if v, ok := config[name]; ok && string(v) != "null" {
			f[name] = v
		}
	}
	return f
}

// card fills the empty fields of the card from the source's.
func (w *directoryWriter) card() ([]byte, error) {
	own, err := w.src.Card()
	if err != nil {
		return nil, err
	}
	c := w.o.Card
	fill := func(dst *string, values ...string) {
		for _, v := range values {
			if *dst == "" {
				*dst = v
			}
		}
	}
	if c.License == "" {
		c.License, c.LicenseName, c.LicenseLink = own.License, own.LicenseName, own.LicenseLink
	}
	fill(&c.LibraryName, "transformers")
	fill(&c.PipelineTag, "text-generation")
	fill(&c.Title, filepath.Base(w.stage.final))
	fill(&c.Body, fmt.Sprintf("Weights in %s, written by loyal from `%s`.", w.o.DType, filepath.Base(w.src.Path)))
	if c.Language == nil {
		c.Language = own.Language
	}
	if c.Tags == nil {
		c.Tags = slices.DeleteFunc(own.Tags, func(t string) bool { return strings.EqualFold(t, "gguf") })
	}
	return c.Encode()
}
