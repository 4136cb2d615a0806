package model

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"loyal/model/tensor"
)

func f32(t *testing.T, shape []int, values ...float32) Tensor {
	t.Helper()
	x, err := tensor.FromFloat32("", shape, values)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A derived model is, to the bit, the one that Write makes with the same overrides.
func TestWithTensorsIsWhatIsWritten(t *testing.T) {
	src := source(t, F32)
	norm := make([]float32, src.Config.HiddenSize)
	for i := range norm {
		norm[i] = float32(i) / 3
	}
	dir := filepath.Join(t.TempDir(), "out")
	if err := Write(context.Background(), dir, src, WriteOptions{DType: F32, Overrides: map[string][]float32{"model.norm.weight": norm}}); err != nil {
		t.Fatal(err)
	}
	before := digest(t, src)
	d, err := WithTensors(src, map[string]Tensor{"model.norm.weight": f32(t, []int{len(norm)}, norm...)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := digest(t, d), digest(t, open(t, dir)); got != want || got == before {
		t.Errorf("digest %s, written %s, source %s", got, want, before)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if digest(t, src) != before {
		t.Error("the source changed")
	}
}

// Blocks can be dropped: their successors' tensors are given under their names.
func TestWithTensorsDropsABlock(t *testing.T) {
	src := source(t, F32)
	last := src.Config.NumLayers - 1
	moved := map[string]Tensor{}
	for _, name := range src.Tensors() {
		if rest, ok := strings.CutPrefix(name, fmt.Sprintf("model.layers.%d.", last)); ok {
			x, err := src.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			moved["model.layers.0."+rest] = x
		}
	}
	d, err := WithTensors(src, moved, func(c *Config) { c.NumLayers = 1 })
	if err != nil {
		t.Fatal(err)
	}
	if src.Config.NumLayers != last+1 || d.Config.NumLayers != 1 || len(d.Tensors()) >= len(src.Tensors()) {
		t.Errorf("%d layers and %d tensors of %d", d.Config.NumLayers, len(d.Tensors()), len(src.Tensors()))
	}
	want, err := src.Tensor(fmt.Sprintf("model.layers.%d.mlp.up_proj.weight", last))
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Tensor("model.layers.0.mlp.up_proj.weight")
	if err != nil || string(got.Bytes()) != string(want.Bytes()) || got.Name != "model.layers.0.mlp.up_proj.weight" {
		t.Errorf("%v: block 0 is %s, not the last of the source", err, got.Name)
	}
}

func TestWithTensorsRefuses(t *testing.T) {
	src := source(t, F32)
	for name, try := range map[string]func() (*Model, error){
		"a tensor of no place": func() (*Model, error) {
			return WithTensors(src, map[string]Tensor{"model.layers.9.mlp.up_proj.weight": f32(t, []int{1}, 1)}, nil)
		},
		"another shape": func() (*Model, error) {
			return WithTensors(src, map[string]Tensor{"model.norm.weight": f32(t, []int{2, 1}, 1, 2)}, nil)
		},
		"missing blocks": func() (*Model, error) {
			return WithTensors(src, nil, func(c *Config) { c.NumLayers++ })
		},
	} {
		if _, err := try(); !errors.Is(err, ErrWeights) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := WithTensors(src, nil, func(c *Config) { c.NumLayers = 0 }); !errors.Is(err, ErrConfig) {
		t.Errorf("no layers: %v", err)
	}
	if _, err := WithTensors(&Model{}, nil, nil); !errors.Is(err, ErrNoWeights) {
		t.Errorf("no weights: %v", err)
	}
}
