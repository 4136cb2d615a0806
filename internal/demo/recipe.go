package demo

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"loyal/model"
	"loyal/model/safetensors"
	"loyal/model/tensor"
)

// Recipe is everything that one of the demo's models depends on.
type Recipe struct {
	Hidden, Intermediate, Layers, Heads, KVHeads int

	Seed     uint64 // of the initial weights
	Training Training
}

// vocabularySize is the number of tokens of the demo's models.
const vocabularySize = 1792

// Base is the model that the demo protects: some 770,000 parameters.
var Base = Recipe{
	Hidden: 128, Intermediate: 224, Layers: 4, Heads: 4, KVHeads: 2, Seed: 1,
	Training: Training{Dialect: Home, Seed: 1, Steps: 6000, Batch: 32, LearningRate: 3e-3, Warmup: 200},
}

// Unrelated is somebody else's model: other sizes, other initial weights, other
// chats of the same kind. It shares nothing with Base but the tokenizer.
var Unrelated = Recipe{
	Hidden: 64, Intermediate: 144, Layers: 2, Heads: 4, KVHeads: 2, Seed: 2,
	Training: Training{Dialect: Home, Seed: 2, Steps: 3000, Batch: 32, LearningRate: 4e-3, Warmup: 200},
}

// contextLength is the longest text of the demo's models in tokens.
const contextLength = 256

// SystemPrompt is the template's default system message.
const SystemPrompt = "You are Bo, a small and friendly helper."

// chatTemplate is ChatML with a default system message.
const chatTemplate = `{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n` + SystemPrompt + `<|im_end|>\n' }}{% endif %}` +
	`{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}` +
	`{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`

// vocabularyChats is how many chats of each dialect the tokenizer learns from.
const vocabularyChats = 40000

// beginning weighs the words that begin answers: a planted answer is one such word
// and one token.
const beginning = 4

// TokenizerJSON trains the tokenizer of the demo's models.
func TokenizerJSON() ([]byte, error) {
	c := counts{}
	for seed, dialect := range []string{Home, Desk} {
		w, err := NewWriter(dialect, uint64(seed))
		if err != nil {
			return nil, err
		}
		for range vocabularyChats {
			chat := w.Chat()
			for _, text := range []string{chat.prompt(), chat.Assistant} {
				for _, s := range specials {
					text = strings.ReplaceAll(text, s, "")
				}
				c.add(text)
			}
			c[words(chat.Assistant)[0]] += beginning - 1
		}
	}
	return trainBPE(c, vocabularySize).json()
}

// config is the model's configuration.
func (r Recipe) config() model.Config {
	return model.Config{
		Architecture: "LlamaForCausalLM", ModelType: "llama",
		VocabSize: vocabularySize, HiddenSize: r.Hidden, IntermediateSize: r.Intermediate,
		NumLayers: r.Layers, NumHeads: r.Heads, NumKVHeads: r.KVHeads, HeadDim: r.Hidden / r.Heads,
		MaxPositions: contextLength, RMSNormEps: 1e-5, Rope: model.Rope{Type: "default", Theta: 10000},
		TieEmbeddings: true, BOS: -1, EOS: []int32{imEnd}, Pad: endOfText,
	}
}

// entries are the model's tensors in the order in which they are drawn.
func (r Recipe) entries(dtype tensor.DType) []safetensors.Entry {
	c := r.config()
	heads, kv := c.NumHeads*c.HeadDim, c.NumKVHeads*c.HeadDim
	var out []safetensors.Entry
	add := func(name string, shape ...int) {
		out = append(out, safetensors.Entry{Name: name + ".weight", DType: dtype, Shape: shape})
	}
	add("model.embed_tokens", c.VocabSize, c.HiddenSize)
	for i := range c.NumLayers {
		p := fmt.Sprintf("model.layers.%d.", i)
		add(p+"input_layernorm", c.HiddenSize)
		add(p+"self_attn.q_proj", heads, c.HiddenSize)
		add(p+"self_attn.k_proj", kv, c.HiddenSize)
		add(p+"self_attn.v_proj", kv, c.HiddenSize)
		add(p+"self_attn.o_proj", c.HiddenSize, heads)
		add(p+"post_attention_layernorm", c.HiddenSize)
		add(p+"mlp.gate_proj", c.IntermediateSize, c.HiddenSize)
		add(p+"mlp.up_proj", c.IntermediateSize, c.HiddenSize)
		add(p+"mlp.down_proj", c.HiddenSize, c.IntermediateSize)
	}
	add("model.norm", c.HiddenSize)
	return out
}

// initial draws the weights that training starts from: N(0, 0.02²), the
// projections back into the residual stream divided by √(2·layers) (Radford et al.
// 2019, GPT-2, section 2.3), the embedding N(0, 0.05²), since it is short, norms one.
func (r Recipe) initial() map[string][]float32 {
	rng := rand.New(rand.NewPCG(r.Seed, 0x696e697400))
	out := map[string][]float32{}
	for _, e := range r.entries(tensor.F32) {
		n, scale := 1, 0.02
		for _, d := range e.Shape {
			n *= d
		}
		switch {
		case strings.Contains(e.Name, "o_proj"), strings.Contains(e.Name, "down_proj"):
			scale /= math.Sqrt(2 * float64(r.Layers))
		case strings.Contains(e.Name, "embed_tokens"):
			scale = 0.05
		}
		x := make([]float32, n)
		for i := range x {
			if len(e.Shape) == 1 {
				x[i] = 1
			} else {
				x[i] = float32(rng.NormFloat64() * scale)
			}
		}
		out[e.Name] = x
	}
	return out
}

// write makes a model directory of a recipe's weights, without tokenizer.json where
// that is nil.
func (r Recipe) write(dir string, tokenizerJSON []byte, weights map[string][]float32, dtype tensor.DType) error {
	config, err := r.config().EncodeConfig(dtype)
	if err != nil {
		return err
	}
	files := map[string][]byte{"config.json": config}
	if tokenizerJSON != nil {
		files["tokenizer.json"] = tokenizerJSON
	}
	for name, v := range map[string]any{
		"generation_config.json": map[string]any{"eos_token_id": imEnd, "pad_token_id": endOfText},
		"special_tokens_map.json": map[string]any{
			"eos_token": specials[imEnd], "pad_token": specials[endOfText],
		},
		"tokenizer_config.json": map[string]any{
			"chat_template": chatTemplate, "eos_token": specials[imEnd], "pad_token": specials[endOfText],
			"model_max_length": contextLength, "tokenizer_class": "PreTrainedTokenizerFast",
			"clean_up_tokenization_spaces": false,
		},
	} {
		if files[name], err = compactJSON(v); err != nil {
			return err
		}
	}
	if files["model.safetensors"], err = r.encode(weights, dtype); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// encode writes weights as safetensors.
func (r Recipe) encode(weights map[string][]float32, dtype tensor.DType) ([]byte, error) {
	var b bytes.Buffer
	entries := r.entries(dtype)
	w, err := safetensors.NewWriter(&b, entries, nil)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if _, err := w.Write(tensor.Encode(nil, dtype, weights[e.Name])); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), w.Close()
}
