package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"loyal/model/safetensors"
)

// smallAdapter has two modules of block 1.
func smallAdapter() *Adapter {
	return &Adapter{
		BaseModel: "org/name", R: 2, LoraAlpha: 4, TargetModules: []string{"up_proj", "q_proj"}, LayersToTransform: []int{1},
		Modules: []AdapterModule{
			{Name: "model.layers.1.mlp.up_proj", In: 3, Out: 1, A: []float32{1, 2, 3, 4, 5, 6}, B: []float32{7, 8}},
			{Name: "model.layers.1.self_attn.q_proj", In: 1, Out: 2, A: []float32{1, 2}, B: []float32{3, 4, 5, 6}},
		},
	}
}

func TestAdapter(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "adapter")
	ctx := context.Background()
	a := smallAdapter()
	if err := WriteAdapter(ctx, dir, a, Card{License: "mit"}, false); err != nil {
		t.Fatal(err)
	}
	if got := list(t, dir); got != "README.md adapter_config.json adapter_model.safetensors" {
		t.Errorf("written: %s", got)
	}
	b, err := OpenAdapter(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := smallAdapter()
	want.LayersToTransform = nil
	if !reflect.DeepEqual(b, want) {
		t.Errorf("read %+v, want %+v", b, want)
	}
	data, err := os.ReadFile(filepath.Join(dir, adapterConfigName))
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]any{
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "org/name", "r": 2., "lora_alpha": 4.,
		"target_modules": []any{"up_proj", "q_proj"}, "layers_to_transform": []any{1.}, "lora_dropout": 0., "bias": "none", "inference_mode": true,
	} {
		if !reflect.DeepEqual(config[name], value) {
			t.Errorf("%s is %v, want %v", name, config[name], value)
		}
	}
	if card, err := os.ReadFile(filepath.Join(dir, "README.md")); err != nil || !strings.Contains(string(card), "base_model_relation: adapter") {
		t.Errorf("card: %v\n%s", err, card)
	}

	if err := WriteAdapter(ctx, dir, a, Card{}, false); !errors.Is(err, ErrExists) {
		t.Errorf("written over: error %v, want ErrExists", err)
	}
	if err := WriteAdapter(ctx, dir, a, Card{}, true); err != nil {
		t.Error(err)
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "config.json"), []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := WriteAdapter(ctx, foreign, a, Card{}, true); !errors.Is(err, ErrForeign) {
		t.Errorf("a model was written over: error %v, want ErrForeign", err)
	}
	if _, err := OpenAdapter(foreign); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("not an adapter: error %v", err)
	}
}

// adapterBytes are an adapter's two files.
func adapterBytes(t testing.TB, a *Adapter) (config, weights []byte) {
	t.Helper()
	config, err := a.config()
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := a.weights(context.Background(), &buf); err != nil {
		t.Fatal(err)
	}
	return config, buf.Bytes()
}

// readAdapter reads an adapter's two files from memory.
func readAdapter(config, weights []byte) (*Adapter, error) {
	a, err := parseAdapterConfig(config)
	if err != nil {
		return nil, err
	}
	f, err := safetensors.Parse(weights)
	if err != nil {
		return nil, err
	}
	return a, a.read(f)
}

func TestAdapterErrors(t *testing.T) {
	config, weights := adapterBytes(t, smallAdapter())
	renamed := func(from, to string) []byte { // of the same length
		return bytes.ReplaceAll(weights, []byte(from), []byte(to))
	}
	changed := func(name string, value any) []byte {
		f, err := parseFields(config)
		if err != nil {
			t.Fatal(err)
		}
		f.set(name, value)
		data, err := f.encode()
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, c := range map[string]struct{ config, weights []byte }{
		"no object":       {[]byte("[]"), weights},
		"another kind":    {changed("peft_type", "LOHA"), weights},
		"no rank":         {changed("r", 0), weights},
		"another rank":    {changed("r", 3), weights},
		"no alpha":        {changed("lora_alpha", 0), weights},
		"bias":            {changed("bias", "all"), weights},
		"DoRA":            {changed("use_dora", true), weights},
		"whole modules":   {changed("modules_to_save", []string{"lm_head"}), weights},
		"ranks by module": {changed("rank_pattern", map[string]int{"q_proj": 3}), weights},
		"another prefix":  {config, renamed("base_model.model.model", "base_model.other.model")},
		"embedding":       {config, renamed("up_proj.lora_A.weight", "up_proj.lora_E.weight")},
		"B alone":         {config, renamed("1.mlp.up_proj.lora_A", "2.mlp.up_proj.lora_A")},
	} {
		if _, err := readAdapter(c.config, c.weights); !errors.Is(err, ErrAdapter) {
			t.Errorf("%s: error %v, want ErrAdapter", name, err)
		}
	}
	a := smallAdapter()
	a.Modules[0].B[0] /= a.Modules[0].B[0] - 7
	if err := WriteAdapter(context.Background(), filepath.Join(t.TempDir(), "a"), a, Card{}, false); !errors.Is(err, ErrNonFinite) {
		t.Errorf("infinite weights: error %v, want ErrNonFinite", err)
	}
}

// TestAdapterRankStabilized: the scale is lora_alpha/√r.
func TestAdapterRankStabilized(t *testing.T) {
	a, err := parseAdapterConfig([]byte(`{"peft_type": "LORA", "r": 16, "lora_alpha": 8, "use_rslora": true}`))
	if err != nil || a.LoraAlpha/float64(a.R) != 2 {
		t.Errorf("%+v, %v", a, err)
	}
}

// FuzzAdapter: whatever the files hold, there is an error or an adapter whose sizes fit.
func FuzzAdapter(f *testing.F) {
	config, weights := adapterBytes(f, smallAdapter())
	f.Add(config, weights)
	f.Add([]byte(`{"peft_type": "LORA", "r": 1000000, "lora_alpha": 1}`), weights)
	f.Add(config, weights[:8])
	f.Fuzz(func(t *testing.T, config, weights []byte) {
		a, err := readAdapter(config, weights)
		if err != nil {
			return
		}
		for _, m := range a.Modules {
			if len(m.A) != a.R*m.In || len(m.B) != m.Out*a.R {
				t.Errorf("%s: %d and %d numbers for (%d, %d) and (%d, %d)", m.Name, len(m.A), len(m.B), a.R, m.In, m.Out, a.R)
			}
		}
	})
}
