package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loyal/internal/testdata"
	"loyal/model/chat"
	"loyal/model/safetensors"
	"loyal/model/tensor"
)

// tinyTensors are random weights for the configuration that change writes.
func tinyTensors(t *testing.T, dtype DType) map[string]Tensor {
	t.Helper()
	c, err := ParseConfig(change(t))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	tensors := map[string]Tensor{}
	for _, s := range c.specs() {
		n := 1
		for _, d := range s.shape {
			n *= d
		}
		values := make([]float32, n)
		for i := range values {
			values[i] = float32(rng.NormFloat64())
		}
		tensors[s.name] = must(t, s.name, dtype, s.shape, tensor.Encode(nil, dtype, values))
	}
	return tensors
}

func must(t *testing.T, name string, dtype DType, shape []int, data []byte) Tensor {
	t.Helper()
	x, err := tensor.New(name, dtype, shape, data)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// writeTiny writes a model directory.
func writeTiny(t *testing.T, dir string, config []byte, tensors map[string]Tensor) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range tensors {
		names = append(names, name)
	}
	slices.Sort(names)
	var entries []safetensors.Entry
	for _, name := range names {
		entries = append(entries, safetensors.Entry{Name: name, DType: tensors[name].DType, Shape: tensors[name].Shape})
	}
	var buf bytes.Buffer
	w, err := safetensors.NewWriter(&buf, entries, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := w.Write(tensors[name].Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(dir, "model.safetensors"), buf.Bytes())
	writeFile(t, filepath.Join(dir, "config.json"), config)
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, path string) *Model {
	t.Helper()
	m, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func TestOpenDirectory(t *testing.T) {
	dir := t.TempDir()
	tensors := tinyTensors(t, BF16)
	// What may be there besides.
	tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = must(t, "", F32, []int{1}, make([]byte, 4))
	tensors["lm_head.weight"] = must(t, "", BF16, []int{20, 8}, make([]byte, 320))
	writeTiny(t, dir, change(t), tensors)
	m := open(t, dir)
	if got := m.Tensors(); len(got) != 20 || got[0] != "model.embed_tokens.weight" || got[19] != "model.norm.weight" {
		t.Errorf("tensors: %q", got)
	}
	for _, name := range m.Tensors() {
		x, err := m.Tensor(name)
		if err != nil || !bytes.Equal(x.Bytes(), tensors[name].Bytes()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := m.Tensor("lm_head.weight"); !errors.Is(err, ErrWeights) {
		t.Errorf("the head of a tied model: %v", err)
	}
	if m.Tokenizer != nil || m.Template != nil || m.TemplateSource() != "" || m.TemplateDigest() != "" {
		t.Error("a tokenizer from nowhere")
	}
}

func TestBadDirectory(t *testing.T) {
	const q = "model.layers.1.self_attn.q_proj.weight"
	for _, c := range []struct {
		name, want string
		is         error
		change     func(dir string, tensors map[string]Tensor)
	}{
		{"missing tensor", `missing tensor "` + q + `"`, ErrWeights, func(_ string, x map[string]Tensor) { delete(x, q) }},
		{"wrong shape", `"` + q + `" is [4 16], not [8 8]`, ErrWeights, func(_ string, x map[string]Tensor) { x[q] = must(t, q, F32, []int{4, 16}, make([]byte, 256)) }},
		{"transposed", `"model.layers.0.mlp.up_proj.weight" is [8 12], not [12 8]`, ErrWeights, func(_ string, x map[string]Tensor) {
			x["model.layers.0.mlp.up_proj.weight"] = must(t, q, F32, []int{8, 12}, make([]byte, 384))
		}},
		{"wrong type", "type I32, which holds no weights", ErrWeights, func(_ string, x map[string]Tensor) { x[q] = must(t, q, tensor.I32, []int{8, 8}, make([]byte, 256)) }},
		{"unknown tensor", `"model.layers.0.self_attn.q_norm.weight" is not part of LlamaForCausalLM`, ErrWeights, func(_ string, x map[string]Tensor) {
			x["model.layers.0.self_attn.q_norm.weight"] = must(t, q, F32, []int{2}, make([]byte, 8))
		}},
		{"layer too many", `"model.layers.2.x" is not part`, ErrWeights, func(_ string, x map[string]Tensor) {
			x["model.layers.2.x"] = must(t, q, F32, []int{2}, make([]byte, 8))
		}},
		{"untied without head", `missing tensor "lm_head.weight"`, ErrWeights, func(dir string, _ map[string]Tensor) {
			writeFile(t, filepath.Join(dir, "config.json"), change(t, "tie_word_embeddings", false))
		}},
		{"no config", "config.json", fs.ErrNotExist, func(dir string, _ map[string]Tensor) { os.Remove(filepath.Join(dir, "config.json")) }},
		{"no weights", "model.safetensors", fs.ErrNotExist, func(dir string, _ map[string]Tensor) { os.Remove(filepath.Join(dir, "model.safetensors")) }},
		{"cut weights", "invalid safetensors file", safetensors.ErrInvalid, func(dir string, _ map[string]Tensor) { os.Truncate(filepath.Join(dir, "model.safetensors"), 4000) }},
		{"empty weights", "too few", safetensors.ErrInvalid, func(dir string, _ map[string]Tensor) { os.Truncate(filepath.Join(dir, "model.safetensors"), 0) }},
		{"broken tokenizer", "tokenizer.json", nil, func(dir string, _ map[string]Tensor) { writeFile(t, filepath.Join(dir, "tokenizer.json"), []byte("{")) }},
		{"broken tokenizer config", "tokenizer_config.json", nil, func(dir string, _ map[string]Tensor) {
			writeFile(t, filepath.Join(dir, "tokenizer_config.json"), []byte("[]"))
		}},
		{"strange template", "chat_template", nil, func(dir string, _ map[string]Tensor) {
			writeFile(t, filepath.Join(dir, "tokenizer_config.json"), []byte(`{"chat_template":7}`))
		}},
		{"broken template", "chat template", chat.ErrSyntax, func(dir string, _ map[string]Tensor) {
			writeFile(t, filepath.Join(dir, "chat_template.jinja"), []byte(`{% for %}`))
		}},
		{"end outside", "special token 99", ErrConfig, func(dir string, _ map[string]Tensor) {
			writeFile(t, filepath.Join(dir, "generation_config.json"), []byte(`{"eos_token_id":[2,99]}`))
		}},
	} {
		dir := t.TempDir()
		tensors := tinyTensors(t, F32)
		writeTiny(t, dir, change(t), tensors)
		c.change(dir, tensors)
		if _, err := os.Stat(filepath.Join(dir, "model.safetensors")); err == nil && strings.Contains(fmt.Sprint(c.is), "weights do not fit") && c.name != "untied without head" {
			writeTiny(t, dir, change(t), tensors)
		}
		m, err := Open(dir)
		if err == nil {
			m.Close()
		}
		if err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	path := filepath.Join(t.TempDir(), "x.bin")
	writeFile(t, path, []byte("PK"))
	if _, err := Open(path); !errors.Is(err, ErrNotModel) {
		t.Errorf("another kind of file: %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}

// writeGGUF writes tensors as a GGUF file, the way llama.cpp's converter does.
func writeGGUF(t *testing.T, path string, m *Model, extra map[string]any) {
	t.Helper()
	c := m.Config
	values := map[string]any{
		"general.architecture": "llama", "general.license": "mit", "llama.block_count": uint32(c.NumLayers),
		"llama.context_length": uint32(c.MaxPositions), "llama.embedding_length": uint32(c.HiddenSize),
		"llama.feed_forward_length": uint32(c.IntermediateSize), "llama.attention.head_count": uint32(c.NumHeads),
		"llama.attention.head_count_kv": uint32(c.NumKVHeads), "llama.attention.layer_norm_rms_epsilon": float32(c.RMSNormEps),
		"llama.rope.freq_base": float32(c.Rope.Theta), "llama.vocab_size": uint32(c.VocabSize),
	}
	for k, v := range extra {
		values[k] = v
		if v == nil {
			delete(values, k)
		}
	}
	var b, data bytes.Buffer
	put := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	text := func(s string) { put(uint64(len(s))); b.WriteString(s) }
	b.WriteString("GGUF")
	put(uint32(3))
	names := m.Tensors()
	put(uint64(len(names)))
	put(uint64(len(values)))
	for k, v := range values {
		text(k)
		switch v := v.(type) {
		case string:
			put(uint32(8))
			text(v)
		case uint32:
			put(uint32(4))
			put(v)
		case float32:
			put(uint32(6))
			put(v)
		}
	}
	for _, name := range names {
		s := m.specs[name]
		x, err := m.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		text(s.gguf)
		put(uint32(len(s.shape)))
		for _, d := range slices.Backward(s.shape) {
			put(uint64(d))
		}
		put(map[DType]uint32{F32: 0, F16: 1, BF16: 30}[x.DType])
		put(uint64(data.Len()))
		data.Write(interleave(x, s.interleavedHeads))
		data.Write(make([]byte, -data.Len()&31))
	}
	b.Write(make([]byte, -b.Len()&31))
	b.Write(data.Bytes())
	writeFile(t, path, b.Bytes())
}

// interleave is the permutation of llama.cpp's converter: reshape(heads, 2, pairs,
// columns), swap the middle axes.
func interleave(x Tensor, heads int) []byte {
	if heads == 0 {
		return x.Bytes()
	}
	var out []byte
	rows := x.Shape[0]
	row, pairs := len(x.Bytes())/rows, rows/heads/2
	for head := range heads {
		for pair := range pairs {
			for half := range 2 {
				at := (head*2+half)*pairs + pair
				out = append(out, x.Bytes()[at*row:(at+1)*row]...)
			}
		}
	}
	return out
}

func TestOpenGGUF(t *testing.T) {
	dir := t.TempDir()
	writeTiny(t, filepath.Join(dir, "hf"), change(t, "num_attention_heads", 2, "num_key_value_heads", 1), func() map[string]Tensor {
		x := tinyTensors(t, F32)
		for l := range 2 {
			for _, p := range []string{"k", "v"} { // one head of four
				name := fmt.Sprintf("model.layers.%d.self_attn.%s_proj.weight", l, p)
				x[name] = must(t, name, F32, []int{4, 8}, x[name].Bytes())
			}
		}
		return x
	}())
	m := open(t, filepath.Join(dir, "hf"))
	path := filepath.Join(dir, "model.gguf")
	writeGGUF(t, path, m, nil)
	g := open(t, path)
	d1, err1 := m.Digest()
	d2, err2 := g.Digest()
	if d1 != d2 || err1 != nil || err2 != nil {
		t.Errorf("the same model has digests %s and %s (%v, %v)", d1, d2, err1, err2)
	}
	for _, name := range m.Tensors() {
		a, _ := m.Tensor(name)
		b, err := g.Tensor(name)
		if err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s differs: %v", name, err)
		}
	}
	if card, err := g.Card(); err != nil || card.License != "mit" {
		t.Errorf("card: %+v, %v", card, err)
	}
	for _, c := range []struct {
		name, want string
		is         error
		extra      map[string]any
	}{
		{"unknown architecture", `"qwen9" (known in GGUF: llama)`, ErrUnknownArchitecture, map[string]any{"general.architecture": "qwen9"}},
		{"no architecture", `missing metadata "general.architecture"`, ErrConfig, map[string]any{"general.architecture": nil}},
		{"experts", "with 8 experts", ErrUnknownArchitecture, map[string]any{"llama.expert_count": uint32(8)}},
		{"missing size", `missing metadata "llama.embedding_length"`, ErrConfig, map[string]any{"llama.embedding_length": nil}},
		{"text for a size", "llama.block_count", ErrConfig, map[string]any{"llama.block_count": "2"}},
		{"hostile size", "num_hidden_layers is 4294967", ErrConfig, map[string]any{"llama.block_count": uint32(4294967)}},
		{"out of range", `metadata "llama.block_count" is 4294967295, out of range`, ErrConfig, map[string]any{"llama.block_count": uint32(4294967295)}},
		{"layer too many", `missing tensor "model.layers.2.input_layernorm.weight"`, ErrWeights, map[string]any{"llama.block_count": uint32(3)}},
		{"layer too few", `"blk.1.attn_norm.weight" is not part`, ErrWeights, map[string]any{"llama.block_count": uint32(1)}},
		{"part of a head", "only whole heads", ErrConfig, map[string]any{"llama.rope.dimension_count": uint32(2)}},
		{"scaling", `rope scaling "yarn"`, ErrConfig, map[string]any{"llama.rope.scaling.type": "yarn"}},
	} {
		writeGGUF(t, path+c.name, m, c.extra)
		_, err := Open(path + c.name)
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestRopeFactors: the parameters of Llama 3.1's scaling come back from the
// divisors that GGUF stores.
func TestRopeFactors(t *testing.T) {
	want := Rope{Theta: 5e5, Type: RopeLlama3, Factor: 32, LowFreqFactor: 1, HighFreqFactor: 4, OriginalMaxPositions: 8192}
	plain := Rope{Theta: 5e5, Type: RopeDefault}
	divisors := plain.InverseFrequencies(64)
	for i, f := range want.InverseFrequencies(64) {
		divisors[i] = float64(float32(divisors[i] / f))
	}
	got, err := ropeFromDivisors(plain, 64, divisors)
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	divisors[20] *= 1.01
	if _, err := ropeFromDivisors(plain, 64, divisors); !errors.Is(err, ErrConfig) {
		t.Errorf("other divisors: %v", err)
	}
	if _, err := ropeFromDivisors(plain, 64, divisors[1:]); !errors.Is(err, ErrWeights) {
		t.Errorf("too few divisors: %v", err)
	}
	divisors[0] = math.NaN()
	if _, err := ropeFromDivisors(plain, 64, divisors); err == nil {
		t.Error("NaN among the divisors")
	}
	if got, err := ropeFromDivisors(plain, 4, []float64{1, 1}); err != nil || got != plain {
		t.Errorf("no stretching: %+v, %v", got, err)
	}
}

func TestSharedModels(t *testing.T) {
	for _, c := range []struct {
		path      string
		tokenizer bool
		tensors   int
	}{
		{"stories260K", true, 47}, {"babyllama-0.9M-char", true, 47}, {"tiny/llama", false, 30}, {"tiny/llama-3.2-scaled", false, 29},
	} {
		m := open(t, testdata.Dir(t, "models", filepath.FromSlash(c.path)))
		if (m.Tokenizer != nil) != c.tokenizer || len(m.Tensors()) != c.tensors {
			t.Errorf("%s: tokenizer %v, %d tensors", c.path, m.Tokenizer != nil, len(m.Tensors()))
		}
	}
	_, err := Open(testdata.Dir(t, "models", "tiny", "gemma3"))
	if !errors.Is(err, ErrUnknownArchitecture) || !strings.Contains(err.Error(), "Gemma3") {
		t.Errorf("gemma3: %v", err)
	}
}

func TestOpenTokenizer(t *testing.T) {
	m, err := OpenTokenizer(testdata.Real(t, "tokenizers", "llama3_2"))
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := m.Tokenizer.EOS(); !ok || id != 128009 || m.Template == nil || m.TemplateSource() == "" {
		t.Errorf("eos %d, %v; template of %d bytes", id, ok, len(m.TemplateSource()))
	}
	if _, err := m.Tensor("model.norm.weight"); !errors.Is(err, ErrNoWeights) {
		t.Errorf("a weight: %v", err)
	}
	if _, err := m.Digest(); !errors.Is(err, ErrNoWeights) {
		t.Errorf("a digest: %v", err)
	}
	if _, err := OpenTokenizer(t.TempDir()); !errors.Is(err, ErrTokenizer) {
		t.Errorf("an empty directory: %v", err)
	}
	if m, err = OpenTokenizer(testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf")); err != nil || m.Config.IsEOS(2) != true {
		t.Errorf("GGUF: %v", err)
	}
	two := t.TempDir()
	writeFile(t, filepath.Join(two, "a.model"), nil)
	writeFile(t, filepath.Join(two, "b.model"), nil)
	if _, err := OpenTokenizer(two); !errors.Is(err, ErrTokenizer) || !strings.Contains(err.Error(), "a.model, b.model") {
		t.Errorf("two candidates: %v", err)
	}
}

func TestDigest(t *testing.T) {
	digest := func(config []byte, tensors map[string]Tensor) string {
		dir := t.TempDir()
		writeTiny(t, dir, config, tensors)
		d, err := open(t, dir).Digest()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	tensors := tinyTensors(t, F32)
	base := digest(change(t), tensors)
	// The definition of docs/formats/model-directory.md, once more and by hand.
	if base != handDigest(t, tensors) {
		t.Errorf("digest %s, by hand %s", base, handDigest(t, tensors))
	}
	if d := digest(change(t, "my_own_field", 3, "eos_token_id", 5, "rope_theta", nil), tensors); d != base {
		t.Error("fields that do not enter the computation change the digest")
	}
	for _, config := range [][]byte{
		change(t, "rms_norm_eps", 1e-6), change(t, "rope_theta", 5e5),
		change(t, "rope_scaling", json.RawMessage(`{"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":32}`)),
	} {
		if digest(config, tensors) == base {
			t.Errorf("the same digest for %s", config)
		}
	}
	if digest(change(t), tinyTensors(t, BF16)) == base {
		t.Error("the same digest for rounded weights")
	}
	changed := tinyTensors(t, F32)
	changed["model.norm.weight"].Bytes()[0] ^= 1
	if digest(change(t), changed) == base {
		t.Error("the same digest after a flipped bit")
	}
}

func handDigest(t *testing.T, tensors map[string]Tensor) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("loyal model digest v1\narchitecture LlamaForCausalLM\nsizes 20 8 12 2 4 2 2\nnorm 1e-05\nrope default 10000\ntied true bias false false\n")
	var names []string
	for name := range tensors {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		x := tensors[name]
		shape := strings.ReplaceAll(strings.Trim(fmt.Sprint(x.Shape), "[]"), " ", ",")
		fmt.Fprintf(&b, "tensor %s F32 %s %x\n", name, shape, sha256.Sum256(x.Bytes()))
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(b.String())))
}
