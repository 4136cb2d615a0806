package model

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
)

// neuronsFor are n new neurons with numbers that tell where they belong.
func neuronsFor(c Config, n int) *Expansion {
	e := &Expansion{Neurons: n, Blocks: make([]Neurons, c.NumLayers)}
	next := float32(100)
	for i := range e.Blocks {
		for _, x := range []*[]float32{&e.Blocks[i].Gate, &e.Blocks[i].Up, &e.Blocks[i].Down} {
			for range n * c.HiddenSize {
				*x = append(*x, next)
				next++
			}
		}
	}
	return e
}

// TestWriteExpansion: rows stand below gate_proj and up_proj, columns at the right of
// down_proj, the rest is the source's, in shards and pieces of any size; the digest is
// that of a model of this shape.
func TestWriteExpansion(t *testing.T) {
	src := source(t, F32)
	const n = 3
	e := neuronsFor(src.Config, n)
	override := make([]float32, src.specs["model.layers.0.mlp.down_proj.weight"].shape[0]*src.Config.IntermediateSize)
	for i := range override {
		override[i] = float32(-i)
	}
	var first string
	for _, shard := range []int64{0, 300} {
		var written int64
		o := WriteOptions{
			DType: F32, Expansion: e, ShardSize: shard, Progress: func(n int64) { written += n },
			Overrides: map[string][]float32{"model.layers.0.mlp.down_proj.weight": override},
		}
		out := filepath.Join(t.TempDir(), "wide")
		if err := Write(context.Background(), out, src, o); err != nil {
			t.Fatal(err)
		}
		m := open(t, out)
		if want, err := WriteSize(src, o); written != want || err != nil {
			t.Errorf("progress of %d bytes of %d", written, want)
		}
		f, h := src.Config.IntermediateSize, src.Config.HiddenSize
		if m.Config.IntermediateSize != f+n {
			t.Fatalf("intermediate_size is %d, want %d", m.Config.IntermediateSize, f+n)
		}
		numbers := func(m *Model, name string) []float32 {
			x, err := m.Tensor(name)
			if err != nil {
				t.Fatal(err)
			}
			values, err := x.Float32()
			if err != nil {
				t.Fatal(err)
			}
			return values
		}
		for _, name := range src.Tensors() {
			want := slices.Clone(numbers(src, name))
			if name == "model.layers.0.mlp.down_proj.weight" {
				want = override
			}
			for i, b := range e.Blocks {
				switch prefix := fmt.Sprintf("model.layers.%d.mlp.", i); name {
				case prefix + "gate_proj.weight":
					want = append(want, b.Gate...)
				case prefix + "up_proj.weight":
					want = append(want, b.Up...)
				case prefix + "down_proj.weight":
					var wide []float32
					for r := range h {
						wide = append(wide, want[r*f:(r+1)*f]...)
						wide = append(wide, b.Down[r*n:(r+1)*n]...)
					}
					want = wide
				}
			}
			if !slices.Equal(numbers(m, name), want) {
				t.Errorf("%s is %v, want %v", name, numbers(m, name), want)
			}
		}
		if first == "" {
			first = digest(t, m)
		}
		if digest(t, m) != first || first == digest(t, src) {
			t.Errorf("digest %s, of one file %s", digest(t, m), first)
		}
	}
}

func TestWriteExpansionErrors(t *testing.T) {
	src := source(t, F32)
	for name, spoil := range map[string]func(*Expansion){
		"no neurons":   func(e *Expansion) { e.Neurons = 0 },
		"few blocks":   func(e *Expansion) { e.Blocks = e.Blocks[1:] },
		"short column": func(e *Expansion) { e.Blocks[0].Down = e.Blocks[0].Down[1:] },
	} {
		e := neuronsFor(src.Config, 2)
		spoil(e)
		err := Write(context.Background(), filepath.Join(t.TempDir(), "wide"), src, WriteOptions{DType: F32, Expansion: e})
		if !errors.Is(err, ErrExpansion) {
			t.Errorf("%s: error %v, want ErrExpansion", name, err)
		}
	}
}
