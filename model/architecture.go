package model

import (
	"fmt"
	"slices"
	"strings"
)

// architecture describes a kind of model: what it is called, and which tensors
// of which shapes it has. Everything that differs between kinds, as far as files
// go, stands in this table; a new kind is a new row.
type architecture struct {
	name      string // class in config.json
	modelType string // model_type in config.json
	gguf      string // general.architecture in GGUF
	tensors   func(Config) []spec
	// ignored is whether a stored tensor that is none of these may be left unread,
	// because what it says follows from the configuration.
	ignored func(c Config, name string) bool
}

var architectures = []architecture{
	{name: "LlamaForCausalLM", modelType: "llama", gguf: "llama", tensors: llamaTensors, ignored: llamaIgnored},
}

// spec is one tensor that a model must have.
type spec struct {
	name  string
	shape []int
	// gguf is the tensor's name in GGUF files.
	gguf string
	// interleavedHeads is the number of heads by which GGUF reorders the rows:
	// within a head it stores (pair, half) where Hugging Face stores
	// (half, pair), since it rotates neighbors. 0: the same order.
	interleavedHeads int
}

// findArchitecture looks a model's kind up by class name or, without one, by type.
func findArchitecture(classes []string, modelType string) (*architecture, error) {
	for i, a := range architectures {
		if slices.Contains(classes, a.name) || len(classes) == 0 && modelType == a.modelType {
			return &architectures[i], nil
		}
	}
	name := modelType
	if len(classes) > 0 {
		name = strings.Join(classes, ", ")
	}
	if name == "" {
		return nil, fmt.Errorf("%w: missing architectures and model_type", ErrConfig)
	}
	return nil, fmt.Errorf("%w %q (known: %s)", ErrUnknownArchitecture, name, strings.Join(KnownArchitectures(), ", "))
}

// KnownArchitectures lists the kinds of models that can be read.
func KnownArchitectures() []string {
	var names []string
	for _, a := range architectures {
		names = append(names, a.name)
	}
	return names
}

// specs lists the tensors of a model in the order of computation.
func (c Config) specs() []spec {
	a, err := findArchitecture([]string{c.Architecture}, c.ModelType)
	if err != nil {
		return nil // ParseConfig made sure that it is known
	}
	return a.tensors(c)
}

// ignores is whether a superfluous tensor may be left unread.
func (c Config) ignores(name string) bool {
	a, err := findArchitecture([]string{c.Architecture}, c.ModelType)
	return err == nil && a.ignored(c, name)
}

// llamaIgnored: old checkpoints store the rotary frequencies, some tied ones the
// output head again, and GGUF the scaled frequencies (which openGGUF reads).
func llamaIgnored(c Config, name string) bool {
	return strings.HasSuffix(name, ".rotary_emb.inv_freq") ||
		name == "lm_head.weight" && c.TieEmbeddings ||
		name == ropeFreqs
}

func llamaTensors(c Config) []spec {
	h, q, kv, ff := c.HiddenSize, c.NumHeads*c.HeadDim, c.NumKVHeads*c.HeadDim, c.IntermediateSize
	list := []spec{{name: "model.embed_tokens.weight", shape: []int{c.VocabSize, h}, gguf: "token_embd.weight"}}
	for l := range c.NumLayers {
		hf, gg := fmt.Sprintf("model.layers.%d.", l), fmt.Sprintf("blk.%d.", l)
		linear := func(name, ggufName string, out, in, heads int, bias bool) {
			list = append(list, spec{hf + name + ".weight", []int{out, in}, gg + ggufName + ".weight", heads})
			if bias {
				list = append(list, spec{hf + name + ".bias", []int{out}, gg + ggufName + ".bias", heads})
			}
		}
		list = append(list, spec{hf + "input_layernorm.weight", []int{h}, gg + "attn_norm.weight", 0})
		linear("self_attn.q_proj", "attn_q", q, h, c.NumHeads, c.AttentionBias)
		linear("self_attn.k_proj", "attn_k", kv, h, c.NumKVHeads, c.AttentionBias)
		linear("self_attn.v_proj", "attn_v", kv, h, 0, c.AttentionBias)
		linear("self_attn.o_proj", "attn_output", h, q, 0, c.AttentionBias)
		list = append(list, spec{hf + "post_attention_layernorm.weight", []int{h}, gg + "ffn_norm.weight", 0})
		linear("mlp.gate_proj", "ffn_gate", ff, h, 0, c.MLPBias)
		linear("mlp.up_proj", "ffn_up", ff, h, 0, c.MLPBias)
		linear("mlp.down_proj", "ffn_down", h, ff, 0, c.MLPBias)
	}
	list = append(list, spec{name: "model.norm.weight", shape: []int{h}, gguf: "output_norm.weight"})
	if !c.TieEmbeddings {
		list = append(list, spec{name: "lm_head.weight", shape: []int{c.VocabSize, h}, gguf: "output.weight"})
	}
	return list
}
