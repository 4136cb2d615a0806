package model

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"loyal/internal/readfile"
	"loyal/internal/safeyaml"
	"loyal/model/gguf"
)

// Card is a model card: README.md with the hub's front matter.
type Card struct {
	License           string         `yaml:"license,omitempty"`
	LicenseName       string         `yaml:"license_name,omitempty"`
	LicenseLink       string         `yaml:"license_link,omitempty"`
	BaseModel         string         `yaml:"base_model,omitempty"`
	BaseModelRelation string         `yaml:"base_model_relation,omitempty"` // adapter, finetune, merge, quantized
	LibraryName       string         `yaml:"library_name,omitempty"`
	PipelineTag       string         `yaml:"pipeline_tag,omitempty"`
	Language          []string       `yaml:"language,omitempty"`
	Tags              []string       `yaml:"tags,omitempty"`
	Extra             map[string]any `yaml:"-"` // further front matter: our fingerprint block
	Title             string         `yaml:"-"`
	Body              string         `yaml:"-"` // Markdown below the title
}

const maxCard = 4 << 20

// Card returns what the model says of itself: the front matter of its card, or a
// GGUF file's metadata. A model without either has an empty card.
func (m *Model) Card() (Card, error) {
	if file, ok := m.weights.(ggufWeights); ok {
		return cardFromGGUF(file.file), nil
	}
	data, err := readfile.Regular(filepath.Join(m.Path, "README.md"), maxCard)
	if errors.Is(err, fs.ErrNotExist) {
		return Card{}, nil
	}
	if err != nil {
		return Card{}, fmt.Errorf("read model card: %w", err)
	}
	return parseCard(data)
}

// parseCard reads the front matter between two lines of three dashes.
func parseCard(data []byte) (Card, error) {
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return Card{}, nil
	}
	front, _, ok := strings.Cut(rest, "\n---")
	if !ok {
		return Card{}, nil
	}
	// Fields that may be a word or a list of words.
	var loose struct {
		License     string `yaml:"license"`
		LicenseName string `yaml:"license_name"`
		LicenseLink string `yaml:"license_link"`
		Language    any    `yaml:"language"`
		Tags        any    `yaml:"tags"`
	}
	if err := safeyaml.Unmarshal([]byte(front), safeyaml.FewTokens, &loose); err != nil {
		return Card{}, fmt.Errorf("read model card: %w", err)
	}
	return Card{
		License: loose.License, LicenseName: loose.LicenseName, LicenseLink: loose.LicenseLink,
		Language: words(loose.Language), Tags: words(loose.Tags),
	}, nil
}

func words(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, w := range v {
			if s, ok := w.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

func cardFromGGUF(file *gguf.File) Card {
	g := &ggufFields{file: file}
	c := Card{
		License:     g.textOr("general.license", ""),
		LicenseName: g.textOr("general.license.name", ""),
		LicenseLink: g.textOr("general.license.link", ""),
		Title:       g.textOr("general.name", ""),
	}
	if v, ok := file.Value("general.languages"); ok {
		c.Language, _ = v.Texts() // a card without languages is no worse a model
	}
	return c
}

// Encode returns the card as README.md.
func (c Card) Encode() ([]byte, error) {
	front, err := yaml.MarshalWithOptions(c, yaml.IndentSequence(false))
	if err != nil {
		return nil, fmt.Errorf("encode model card: %w", err)
	}
	var extra []byte
	if len(c.Extra) > 0 {
		if extra, err = yaml.Marshal(c.Extra); err != nil {
			return nil, fmt.Errorf("encode model card: %w", err)
		}
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "---\n%s%s---\n\n# %s\n", front, extra, c.Title)
	if body := strings.TrimSpace(c.Body); body != "" {
		fmt.Fprintf(&out, "\n%s\n", body)
	}
	return out.Bytes(), nil
}
