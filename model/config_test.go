package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// change returns a valid config.json with some fields replaced; nil removes one.
func change(t *testing.T, fieldsAndValues ...any) []byte {
	t.Helper()
	c := map[string]any{
		"architectures": []string{"LlamaForCausalLM"}, "model_type": "llama",
		"vocab_size": 20, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2,
		"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
		"rms_norm_eps": 1e-5, "hidden_act": "silu", "rope_theta": 10000.0,
		"bos_token_id": 1, "eos_token_id": 2, "tie_word_embeddings": true, "my_own_field": []int{1, 2},
	}
	for i := 0; i < len(fieldsAndValues); i += 2 {
		c[fieldsAndValues[i].(string)] = fieldsAndValues[i+1]
		if fieldsAndValues[i+1] == nil {
			delete(c, fieldsAndValues[i].(string))
		}
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestParseConfig(t *testing.T) {
	llama3 := map[string]any{"rope_type": "llama3", "rope_theta": 5e5, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
	c, err := ParseConfig(change(t, "rope_theta", nil, "rope_parameters", llama3, "eos_token_id", []int{2, 3}, "pad_token_id", nil))
	if err != nil {
		t.Fatal(err)
	}
	c.Raw = nil
	want := "{LlamaForCausalLM llama 20 8 12 2 4 2 2 64 1e-05 {500000 llama3 8 1 4 32} true false false 1 [2 3] -1 map[]}"
	if got := fmt.Sprint(c); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// Without a theta anywhere, transformers' default; heads of their own width.
	c, err = ParseConfig(change(t, "rope_theta", nil, "num_key_value_heads", nil, "head_dim", 6, "eos_token_id", nil))
	if err != nil || c.Rope.Theta != 10000 || c.NumKVHeads != 4 || c.HeadDim != 6 || c.EOS != nil {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestBadConfig(t *testing.T) {
	for _, c := range []struct {
		name, want string
		is         error
		data       []byte
	}{
		{"not JSON", "parse config.json", ErrConfig, []byte("<html>")},
		{"a list", "parse config.json", ErrConfig, []byte("[]")},
		{"empty", "missing architectures and model_type", ErrConfig, []byte("{}")},
		{"null", "missing architectures", ErrConfig, []byte("null")},
		{"unknown class", `unknown architecture "FooForCausalLM" (known: LlamaForCausalLM)`, ErrUnknownArchitecture, change(t, "architectures", []string{"FooForCausalLM"})},
		{"unknown type", `unknown architecture "foo"`, ErrUnknownArchitecture, change(t, "architectures", nil, "model_type", "foo")},
		{"missing fields", "missing hidden_size, num_hidden_layers", ErrConfig, change(t, "hidden_size", nil, "num_hidden_layers", nil)},
		{"text for a number", "vocab_size", ErrConfig, change(t, "vocab_size", "20")},
		{"zero layers", "num_hidden_layers is 0", ErrConfig, change(t, "num_hidden_layers", 0)},
		{"negative size", "hidden_size is -8", ErrConfig, change(t, "hidden_size", -8)},
		{"hostile layers", "num_hidden_layers is 1000000000", ErrConfig, change(t, "num_hidden_layers", 1000000000)},
		{"hostile heads", "too large", ErrConfig, change(t, "num_attention_heads", 1<<26, "num_key_value_heads", 1, "head_dim", 64)},
		{"odd heads", "head_dim is 3", ErrConfig, change(t, "head_dim", 3)},
		{"heads that do not divide", "do not divide", ErrConfig, change(t, "num_key_value_heads", 3)},
		{"no epsilon", "rms_norm_eps is 0", ErrConfig, change(t, "rms_norm_eps", 0)},
		{"another activation", `hidden_act "gelu"`, ErrConfig, change(t, "hidden_act", "gelu")},
		{"quantized", "quantization_config", ErrConfig, change(t, "quantization_config", map[string]any{"quant_method": "awq"})},
		{"token outside", "special token 20 is outside", ErrConfig, change(t, "eos_token_id", 20)},
		{"tokens as text", "eos_token_id", ErrConfig, change(t, "eos_token_id", "</s>")},
		{"unknown rope", `rope type "yarn" is not known (known: default, llama3)`, ErrConfig, change(t, "rope_scaling", map[string]any{"type": "yarn"})},
		{"half a rope", "llama3 needs", ErrConfig, change(t, "rope_scaling", map[string]any{"rope_type": "llama3", "factor": 8})},
		{"two thetas", "differ", ErrConfig, change(t, "rope_parameters", map[string]any{"rope_theta": 5e5, "rope_type": "default"})},
		{"no theta", "rope_theta is 0", ErrConfig, change(t, "rope_theta", 0)},
	} {
		_, err := ParseConfig(c.data)
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestInverseFrequencies compares with transformers 5.23's for Llama 3.2 1B.
func TestInverseFrequencies(t *testing.T) {
	r := Rope{Theta: 500000, Type: RopeLlama3, Factor: 32, LowFreqFactor: 1, HighFreqFactor: 4, OriginalMaxPositions: 8192}
	want := []float64{
		1.0, 0.6636013, 0.4403666, 0.2922278, 0.1939228, 0.1286874, 0.0853971, 0.05666962,
		0.03760603, 0.02495541, 0.01656044, 0.01098953, 0.007292665, 0.004839421, 0.003211446, 0.001290548,
		0.0004295567, 9.708286e-05, 1.946164e-05, 1.291477e-05, 8.570256e-06, 5.687232e-06, 3.774054e-06, 2.504467e-06,
		1.661967e-06, 1.102884e-06, 7.318749e-07, 4.856731e-07, 3.222933e-07, 2.138742e-07, 1.419272e-07, 9.418306e-08,
	}
	got := r.InverseFrequencies(64)
	if len(got) != len(want) {
		t.Fatalf("%d frequencies, want %d", len(got), len(want))
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-6*want[i] {
			t.Errorf("frequency %d is %v, want %v", i, got[i], want[i])
		}
	}
}

// TestEncodeConfig: both releases of transformers find what they look for, nothing
// that was there is lost, and reading gives the same again.
func TestEncodeConfig(t *testing.T) {
	llama3 := map[string]any{"rope_type": "llama3", "rope_theta": 5e5, "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 32}
	for _, c := range [][]byte{
		change(t),
		change(t, "eos_token_id", []int{2, 3}, "pad_token_id", 0, "rope_theta", nil, "rope_parameters", llama3),
		change(t, "rope_theta", 5e5, "rope_scaling", llama3, "torch_dtype", "float16"),
	} {
		first, err := ParseConfig(c)
		if err != nil {
			t.Fatal(err)
		}
		data, err := first.EncodeConfig(BF16)
		if err != nil {
			t.Fatal(err)
		}
		second, err := ParseConfig(data)
		if err != nil {
			t.Fatal(err)
		}
		var f map[string]any
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		params, _ := f["rope_parameters"].(map[string]any)
		if f["rope_theta"] != first.Rope.Theta || params["rope_theta"] != first.Rope.Theta || params["rope_type"] != first.Rope.Type {
			t.Errorf("rope: %s", data)
		}
		if f["torch_dtype"] != "bfloat16" || f["dtype"] != "bfloat16" || f["head_dim"] != 2.0 || fmt.Sprint(f["my_own_field"]) != "[1 2]" {
			t.Errorf("fields: %s", data)
		}
		if scaling, ok := f["rope_scaling"].(map[string]any); ok != (first.Rope.Type == RopeLlama3) || ok && scaling["factor"] != 8.0 {
			t.Errorf("rope_scaling: %s", data)
		}
		first.Raw, second.Raw = nil, nil
		if fmt.Sprint(first) != fmt.Sprint(second) {
			t.Errorf("read again: %v, want %v", second, first)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(`{"model_type":"llama","vocab_size":8,"hidden_size":8,"intermediate_size":8,"num_hidden_layers":1,"num_attention_heads":2,"max_position_embeddings":8,"rms_norm_eps":1e-5,"hidden_act":"silu"}`))
	f.Add([]byte(`{"rope_parameters":{"rope_theta":1},"eos_token_id":[1]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(data)
		if err != nil {
			return
		}
		if len(c.Rope.InverseFrequencies(c.HeadDim)) != c.HeadDim/2 {
			t.Fatal("frequencies")
		}
		if _, err := c.EncodeConfig(F32); err != nil {
			t.Fatal(err)
		}
	})
}
