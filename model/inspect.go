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
	EmbedFull  int64 `json:"embed_full"`   // embed, by method
	EmbedUpper int64 `json:"embed_layers"`
	EmbedLoRA  int64 `json:"embed_lora"`
}

// What the estimates of memory suppose.
const (
	ServeTokens = 8 * 2048 // eight texts of 2,048 tokens
	EmbedTokens = 4096     // tokens in one training step
	embedLogits = 1024     // positions whose logits are held
	stateBytes  = 16       // a trained number: value, gradient, AdamW's two moments, in float32
)

// InspectOptions are the settings that the estimates for embedding suppose.
type InspectOptions struct {
	UpperLayers int // blocks that method layers trains
	LoRARank    int
}

// Inspect describes a model. It reads all weights, for the digest.
func Inspect(m *Model, o InspectOptions) (*Inspection, error) {
	i, err := inspect(m, o)
	if err != nil {
		return nil, fmt.Errorf("inspect model: %w", err)
	}
	return i, nil
}

func inspect(m *Model, o InspectOptions) (*Inspection, error) {
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
	i.Memory.estimate(c, o, i.Parameters)
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

// estimate fills in what follows from the sizes (docs/formats/model-directory.md).
func (m *Memory) estimate(c Config, o InspectOptions, parameters int64) {
	q, kv := int64(c.NumHeads*c.HeadDim), int64(c.NumKVHeads*c.HeadDim)
	h, ff := int64(c.HiddenSize), int64(c.IntermediateSize)
	layers, upper := int64(c.NumLayers), int64(min(o.UpperLayers, c.NumLayers))
	m.KVPerToken = 2 * layers * kv * 4
	m.Serve = m.Weights + ServeTokens*m.KVPerToken
	block := 2*h*q + 2*h*kv + 3*h*ff + 2*h
	// What a step keeps of a block for each token, what backward works with besides,
	// and logits: those of the step and of the base model to compare with.
	activations := int64(EmbedTokens) * 4 * (2*h + 2*q + 2*kv + 2*ff)
	scratch := int64(EmbedTokens)*4*(4*h+2*q+2*kv+4*ff) + embedLogits*4*int64(c.VocabSize)
	m.EmbedFull = m.Weights + stateBytes*parameters + layers*activations + scratch
	m.EmbedUpper = m.Weights + stateBytes*upper*block + upper*activations + scratch
	// An adapter of rank r has r (in + out) numbers for each of the seven projections.
	adapter := int64(o.LoRARank) * ((h + q) + 2*(h+kv) + (q + h) + 3*(h+ff))
	m.EmbedLoRA = m.Weights + stateBytes*layers*adapter + layers*activations + scratch
}
