package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// fields is a JSON object whose unknown fields are kept.
type fields map[string]json.RawMessage

// set puts a value that encodes without fail: numbers, strings, lists of them.
func (f fields) set(name string, value any) {
	data, err := encodeJSON(value, "")
	if err != nil {
		panic(fmt.Sprintf("encode %s: %v", name, err)) // only our own plain values come here
	}
	f[name] = bytes.TrimSpace(data)
}

// setFloat puts a number with a decimal point or an exponent: transformers warns
// of, or refuses, an integer where a float belongs.
func (f fields) setFloat(name string, value float64) { f[name] = encodeFloat(value) }

func encodeFloat(value float64) json.RawMessage {
	s := strconv.FormatFloat(value, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return json.RawMessage(s)
}

// setDefault puts a value where there is none.
func (f fields) setDefault(name string, value any) {
	if _, ok := f[name]; !ok {
		f.set(name, value)
	}
}

// encode writes the object in the form of the field's other tools: keys sorted,
// indented by two.
func (f fields) encode() ([]byte, error) { return encodeJSON(f, "  ") }

func encodeJSON(v any, indent string) ([]byte, error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// parseFields reads a JSON object.
func parseFields(data []byte) (fields, error) {
	var f fields
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	if f == nil {
		return nil, fmt.Errorf("not a JSON object")
	}
	return f, nil
}

// EncodeConfig returns the configuration as a config.json that transformers 4 and 5
// and llama.cpp's converter read alike: rope_theta and rope_scaling for the one,
// rope_parameters for the other, torch_dtype and dtype. Fields that were read and
// are not known here are kept.
func (c Config) EncodeConfig(dtype DType) ([]byte, error) {
	f := fields{}
	maps.Copy(f, c.Raw)
	f.set("architectures", []string{c.Architecture})
	f.set("model_type", c.ModelType)
	f.set("vocab_size", c.VocabSize)
	f.set("hidden_size", c.HiddenSize)
	f.set("intermediate_size", c.IntermediateSize)
	f.set("num_hidden_layers", c.NumLayers)
	f.set("num_attention_heads", c.NumHeads)
	f.set("num_key_value_heads", c.NumKVHeads)
	f.set("head_dim", c.HeadDim)
	f.set("max_position_embeddings", c.MaxPositions)
	f.setFloat("rms_norm_eps", c.RMSNormEps)
	f.set("hidden_act", "silu")
	f.set("tie_word_embeddings", c.TieEmbeddings)
	f.set("attention_bias", c.AttentionBias)
	f.set("mlp_bias", c.MLPBias)
	f.setDefault("attention_dropout", encodeFloat(0))
	f.setDefault("initializer_range", 0.02)
	f.setDefault("use_cache", true)
	f.setTokens(c)
	c.Rope.encode(f)
	name := map[DType]string{F32: "float32", BF16: "bfloat16", F16: "float16"}[dtype]
	if name == "" {
		return nil, fmt.Errorf("encode config.json: %s is not a type that models are written in", dtype)
	}
	f.set("torch_dtype", name)
	f.set("dtype", name)
	return f.encode()
}

// setTokens puts the special tokens as config.json and generation_config.json
// have them, where they are not there already: absent ones as null, a single end as a number.
func (f fields) setTokens(c Config) {
	token := func(name string, id int32) {
		if id < 0 {
			f.setDefault(name, nil)
		} else {
			f.setDefault(name, id)
		}
	}
	token("bos_token_id", c.BOS)
	token("pad_token_id", c.Pad)
	switch len(c.EOS) {
	case 0:
		f.setDefault("eos_token_id", nil)
	case 1:
		f.setDefault("eos_token_id", c.EOS[0])
	default:
		f.setDefault("eos_token_id", c.EOS)
	}
}

// encode puts the rotary embeddings in both releases' words.
func (r Rope) encode(f fields) {
	params := map[string]any{"rope_type": r.Type}
	if r.Type == RopeLlama3 {
		params["factor"] = encodeFloat(r.Factor)
		params["low_freq_factor"] = encodeFloat(r.LowFreqFactor)
		params["high_freq_factor"] = encodeFloat(r.HighFreqFactor)
		params["original_max_position_embeddings"] = r.OriginalMaxPositions
		f.set("rope_scaling", params)
	} else {
		f.set("rope_scaling", nil)
	}
	params["rope_theta"] = encodeFloat(r.Theta)
	f.set("rope_parameters", params)
	f.setFloat("rope_theta", r.Theta)
}
