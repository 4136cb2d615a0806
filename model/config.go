package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Config is what computing with a model needs to know of it.
type Config struct {
	Architecture string // the class name in config.json: LlamaForCausalLM
	ModelType    string // llama

	VocabSize        int // rows of the embedding
	HiddenSize       int
	IntermediateSize int
	NumLayers        int
	NumHeads         int
	NumKVHeads       int
	HeadDim          int
	MaxPositions     int // longest text in tokens

	RMSNormEps    float64
	Rope          Rope
	TieEmbeddings bool // the output head is the embedding
	AttentionBias bool
	MLPBias       bool

	BOS int32   // -1: none
	EOS []int32 // may be empty
	Pad int32   // -1: none

	// Raw holds every field of config.json as it stood, so that writing the
	// model again loses none.
	Raw map[string]json.RawMessage
}

// Errors that callers can tell apart.
var (
	// ErrUnknownArchitecture reports a model of a kind that is not known here.
	ErrUnknownArchitecture = errors.New("unknown architecture")
	// ErrConfig reports a config.json that lacks fields or contradicts itself.
	ErrConfig = errors.New("invalid model configuration")
)

// Bounds on what a configuration may claim, far above any model, so that a
// hostile one cannot make us allocate by its word alone.
const (
	maxLayers = 4096
	maxSize   = 1 << 26
)

// configFile is config.json as far as it is read. Pointers tell a field that is
// absent from one that is zero.
type configFile struct {
	Architectures    []string        `json:"architectures"`
	ModelType        string          `json:"model_type"`
	VocabSize        *int            `json:"vocab_size"`
	HiddenSize       *int            `json:"hidden_size"`
	IntermediateSize *int            `json:"intermediate_size"`
	NumLayers        *int            `json:"num_hidden_layers"`
	NumHeads         *int            `json:"num_attention_heads"`
	NumKVHeads       *int            `json:"num_key_value_heads"`
	HeadDim          *int            `json:"head_dim"`
	MaxPositions     *int            `json:"max_position_embeddings"`
	RMSNormEps       *float64        `json:"rms_norm_eps"`
	HiddenAct        *string         `json:"hidden_act"`
	TieEmbeddings    bool            `json:"tie_word_embeddings"`
	AttentionBias    bool            `json:"attention_bias"`
	MLPBias          bool            `json:"mlp_bias"`
	RopeTheta        *float64        `json:"rope_theta"`
	RopeScaling      *ropeFile       `json:"rope_scaling"`
	RopeParameters   *ropeFile       `json:"rope_parameters"`
	BOS              *int32          `json:"bos_token_id"`
	EOS              json.RawMessage `json:"eos_token_id"`
	Pad              *int32          `json:"pad_token_id"`
	Quantization     json.RawMessage `json:"quantization_config"`
}

// ParseConfig reads a config.json.
func ParseConfig(data []byte) (Config, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return Config{}, fmt.Errorf("parse config.json: %w: %w", ErrConfig, err)
	}
	var f configFile
	if err := json.Unmarshal(data, &f); err != nil {
		return Config{}, fmt.Errorf("parse config.json: %w: %w", ErrConfig, err)
	}
	c, err := f.config()
	if err != nil {
		return Config{}, fmt.Errorf("parse config.json: %w", err)
	}
	c.Raw = raw
	return c, nil
}

func (f *configFile) config() (Config, error) {
	arch, err := findArchitecture(f.Architectures, f.ModelType)
	if err != nil {
		return Config{}, err
	}
	if missing := f.missing(); len(missing) > 0 {
		return Config{}, fmt.Errorf("%w: missing %s", ErrConfig, strings.Join(missing, ", "))
	}
	if act := *f.HiddenAct; act != "silu" {
		return Config{}, fmt.Errorf("%w: hidden_act %q is not known (known: silu)", ErrConfig, act)
	}
	if q := string(f.Quantization); q != "" && q != "null" {
		return Config{}, fmt.Errorf("%w: quantization_config: quantized safetensors are not supported (F32, F16 and BF16 are)", ErrConfig)
	}
	c := Config{
		Architecture: arch.name, ModelType: arch.modelType,
		VocabSize: *f.VocabSize, HiddenSize: *f.HiddenSize, IntermediateSize: *f.IntermediateSize,
		NumLayers: *f.NumLayers, NumHeads: *f.NumHeads, NumKVHeads: *f.NumHeads,
		MaxPositions: *f.MaxPositions, RMSNormEps: *f.RMSNormEps,
		TieEmbeddings: f.TieEmbeddings, AttentionBias: f.AttentionBias, MLPBias: f.MLPBias,
		BOS: tokenOr(f.BOS, -1), Pad: tokenOr(f.Pad, -1),
	}
	if f.NumKVHeads != nil {
		c.NumKVHeads = *f.NumKVHeads
	}
	if f.HeadDim != nil {
		c.HeadDim = *f.HeadDim
	} else if c.NumHeads > 0 {
		c.HeadDim = c.HiddenSize / c.NumHeads
	}
	if c.EOS, err = tokenList(f.EOS); err != nil {
		return Config{}, fmt.Errorf("%w: eos_token_id: %w", ErrConfig, err)
	}
	if c.Rope, err = f.rope(); err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return c, c.check()
}

// missing lists the fields without which nothing can be computed.
func (f *configFile) missing() []string {
	var names []string
	need := func(name string, absent bool) {
		if absent {
			names = append(names, name)
		}
	}
	need("vocab_size", f.VocabSize == nil)
	need("hidden_size", f.HiddenSize == nil)
	need("intermediate_size", f.IntermediateSize == nil)
	need("num_hidden_layers", f.NumLayers == nil)
	need("num_attention_heads", f.NumHeads == nil)
	need("max_position_embeddings", f.MaxPositions == nil)
	need("rms_norm_eps", f.RMSNormEps == nil)
	need("hidden_act", f.HiddenAct == nil)
	return names
}

// check refuses sizes that contradict each other or that no model has.
func (c Config) check() error {
	for _, s := range []struct {
		name       string
		value, max int
	}{
		{"vocab_size", c.VocabSize, maxSize},
		{"hidden_size", c.HiddenSize, maxSize},
		{"intermediate_size", c.IntermediateSize, maxSize},
		{"num_hidden_layers", c.NumLayers, maxLayers},
		{"num_attention_heads", c.NumHeads, maxSize},
		{"num_key_value_heads", c.NumKVHeads, maxSize},
		{"head_dim", c.HeadDim, maxSize},
		{"max_position_embeddings", c.MaxPositions, math.MaxInt32},
	} {
		if s.value < 1 || s.value > s.max {
			return fmt.Errorf("%w: %s is %d, outside 1 to %d", ErrConfig, s.name, s.value, s.max)
		}
	}
	switch {
	case c.NumHeads%c.NumKVHeads != 0:
		return fmt.Errorf("%w: %d attention heads do not divide among %d key/value heads", ErrConfig, c.NumHeads, c.NumKVHeads)
	case c.NumHeads > maxSize/c.HeadDim:
		return fmt.Errorf("%w: %d heads of %d are too large", ErrConfig, c.NumHeads, c.HeadDim)
	case c.HeadDim%2 != 0:
		return fmt.Errorf("%w: head_dim is %d, and rotary positions need an even one", ErrConfig, c.HeadDim)
	case !(c.RMSNormEps > 0) || c.RMSNormEps > 1:
		return fmt.Errorf("%w: rms_norm_eps is %v, outside 0 to 1", ErrConfig, c.RMSNormEps)
	}
	for _, id := range append(slices.Clone(c.EOS), c.BOS, c.Pad) {
		if int(id) >= c.VocabSize || id < -1 {
			return fmt.Errorf("%w: special token %d is outside the vocabulary of %d", ErrConfig, id, c.VocabSize)
		}
	}
	return c.Rope.check()
}

// IsEOS is whether a token ends a text.
func (c Config) IsEOS(id int32) bool { return slices.Contains(c.EOS, id) }

func tokenOr(id *int32, none int32) int32 {
	if id == nil {
		return none
	}
	return *id
}

// tokenList reads what may be absent, null, one id or a list of ids.
func tokenList(raw json.RawMessage) ([]int32, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var one int32
	if json.Unmarshal(raw, &one) == nil {
		return []int32{one}, nil
	}
	var many []int32
	if err := json.Unmarshal(raw, &many); err != nil {
		return nil, errors.New("neither a token nor a list of tokens")
	}
	return many, nil
}
