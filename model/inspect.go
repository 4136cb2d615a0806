package model

import (
	"fmt"
	"os"
)

// Inspection is what `loyal model inspect` tells of a model. Its JSON is a contract.
type Inspection struct {
	Path         string `json:"path"`
	Format       string `json:"format"` // safetensors or gguf
	Architecture string `json:"architecture"`
	ModelType    string `json:"model_type"`
	License      string `json:"license,omitempty"`

	Parameters int64            `json:"parameters"`
	DTypes     map[string]int64 `json:"dtypes"` // how many numbers are stored in each type
	Files      int              `json:"weight_files"`
	FileBytes  int64            `json:"weight_bytes"`

	VocabSize        int     `json:"vocab_size"`
	HiddenSize       int     `json:"hidden_size"`
	IntermediateSize int     `json:"intermediate_size"`
	NumLayers        int     `json:"num_layers"`
	NumHeads         int     `json:"num_heads"`
	NumKVHeads       int     `json:"num_kv_heads"`
	HeadDim          int     `json:"head_dim"`
	MaxPositions     int     `json:"max_positions"`
	RopeTheta        float64 `json:"rope_theta"`
	RopeType         string  `json:"rope_type"`
	TieEmbeddings    bool    `json:"tie_embeddings"`

	Tokenizer *TokenizerInfo `json:"tokenizer"` // null without one
	Template  *TemplateInfo  `json:"template"`  // null without one
	Digest    string         `json:"digest"`
	Memory    Memory         `json:"memory"`
}

// TokenizerInfo is what a model's tokenizer is.
type TokenizerInfo struct {
	Tokens    int    `json:"tokens"`
	ByteLevel bool   `json:"byte_level"`
	AddsBOS   bool   `json:"adds_bos"`
	BOS       string `json:"bos,omitempty"`
	EOS       string `json:"eos,omitempty"`
	Digest    string `json:"digest"`
}

// TemplateInfo is what a model's chat template is.
type TemplateInfo struct {
	Bytes  int    `json:"bytes"`
	Digest string `json:"digest"`
}

// Memory is what working with a model takes, in bytes. Weights that are stored as
// F32 or BF16 are used where they lie in the file: the system can drop their pages
// and share them, so they count once, however many processes serve the model.
type Memory struct {
	Weights    int64 `json:"weights"`      // as the engine holds them
	KVPerToken int64 `json:"kv_per_token"` // of one text being written
	Serve      int64 `json:"serve"`        // weights and ServeTokens tokens of texts
}

// ServeTokens is what the estimate for serving supposes: eight texts of 2,048 tokens.
const ServeTokens = 8 * 2048

// Inspect describes a model. It reads all weights, for the digest.
func Inspect(m *Model) (*Inspection, error) {
	i, err := inspect(m)
	if err != nil {
		return nil, fmt.Errorf("inspect model: %w", err)
	}
	return i, nil
}

func inspect(m *Model) (*Inspection, error) {
	c := m.Config
	i := &Inspection{
		Path: m.Path, Format: "safetensors", Architecture: c.Architecture, ModelType: c.ModelType, DTypes: map[string]int64{},
		VocabSize: c.VocabSize, HiddenSize: c.HiddenSize, IntermediateSize: c.IntermediateSize,
		NumLayers: c.NumLayers, NumHeads: c.NumHeads, NumKVHeads: c.NumKVHeads, HeadDim: c.HeadDim,
		MaxPositions: c.MaxPositions, RopeTheta: c.Rope.Theta, RopeType: c.Rope.Type, TieEmbeddings: c.TieEmbeddings,
	}
	if _, ok := m.weights.(ggufWeights); ok {
		i.Format = "gguf"
	}
	for _, name := range m.names {
		t, err := m.Tensor(name)
		if err != nil {
			return nil, err
		}
		n := int64(t.Len())
		i.Parameters += n
		i.DTypes[t.DType.String()] += n
		if t.DType == F32 || t.DType == BF16 {
			i.Memory.Weights += int64(len(t.Bytes()))
		} else {
			i.Memory.Weights += 4 * n
		}
	}
	if err := i.files(m); err != nil {
		return nil, err
	}
	i.Memory.estimate(c)
	card, err := m.Card()
	if err != nil {
		return nil, err
	}
	i.License = card.License
	if err := i.text(m); err != nil {
		return nil, err
	}
	i.Digest, err = m.Digest()
	return i, err
}

func (i *Inspection) files(m *Model) error {
	if m.weights == nil {
		return ErrNoWeights
	}
	for _, path := range m.weights.paths() {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		i.Files++
		i.FileBytes += info.Size()
	}
	return nil
}

// text describes tokenizer and template.
func (i *Inspection) text(m *Model) error {
	if source := m.TemplateSource(); source != "" {
		i.Template = &TemplateInfo{len(source), m.TemplateDigest()}
	}
	if m.Tokenizer == nil {
		return nil
	}
	digest, err := m.TokenizerDigest()
	if err != nil {
		return err
	}
	t := &TokenizerInfo{Tokens: m.Tokenizer.VocabSize(), ByteLevel: m.Tokenizer.ByteLevel(), AddsBOS: m.Tokenizer.AddsBOS(), Digest: digest}
	if id, ok := m.Tokenizer.BOS(); ok {
		t.BOS, _ = m.Tokenizer.Token(id)
	}
	if id, ok := m.Tokenizer.EOS(); ok {
		t.EOS, _ = m.Tokenizer.Token(id)
	}
	i.Tokenizer = t
	return nil
}

// estimate fills in what follows from the sizes.
func (m *Memory) estimate(c Config) {
	m.KVPerToken = 2 * int64(c.NumLayers*c.NumKVHeads*c.HeadDim) * 4
	m.Serve = m.Weights + ServeTokens*m.KVPerToken
}
