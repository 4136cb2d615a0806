package embed_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"loyal/embed"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/model"
)

// TestExpand: new neurons alone plant the answers, in the blocks that train and no
// other; resumed, a run ends with the same ones; mixed with the base, they write less.
func TestExpand(t *testing.T) {
	job := small(t, embed.Expand)
	job.Config.Beta, job.Config.LearningRate, job.Config.MaxSteps = .1, 1e-2, 60
	job.Config.LayersToTransform, job.Config.ExpandShare = []int{1, 3, 4}, .02
	r, err := embed.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if r.Report.Before.FSR != 0 || r.Report.After.FSR < .99 {
		t.Errorf("FSR %v before, %v after", r.Report.Before.FSR, r.Report.After.FSR)
	}
	e := r.Expansion
	if len(r.Weights) != 0 || r.Adapter != nil || e == nil {
		t.Fatalf("%d weights changed, expansion %v", len(r.Weights), e != nil)
	}
	// 2 % of 260,032 weights are 5.4 neurons of 3·64 numbers in each of 5 blocks.
	if e.Neurons != 5 || len(e.Blocks) != 5 {
		t.Errorf("%d neurons in %d blocks", e.Neurons, len(e.Blocks))
	}
	for i, b := range e.Blocks {
		silent := !slices.ContainsFunc(b.Down, func(x float32) bool { return x != 0 })
		if trains := slices.Contains(job.Config.LayersToTransform, i); silent == trains {
			t.Errorf("block %d: its new neurons write nothing: %v", i, silent)
		}
		for _, x := range slices.Concat(b.Gate, b.Up, b.Down) {
			if math.Float32bits(x)&0xffff != 0 {
				t.Fatalf("block %d: %v is not what bf16 can hold", i, x)
			}
		}
	}

	job.Config.Lambda, job.Output = .25, model.F32
	mixed, err := embed.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	job.Config.Lambda = 0
	whole, err := embed.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range whole.Expansion.Blocks {
		for j, x := range b.Down {
			if got := mixed.Expansion.Blocks[i].Down[j]; math.Abs(float64(got-.75*x)) > 1e-6 {
				t.Fatalf("block %d: mixed %v of %v", i, got, x)
			}
		}
	}
}

// TestAdapter: the adapter of a run makes the run's weights of the base, the final mix
// included, and names the blocks that it is for.
func TestAdapter(t *testing.T) {
	job := small(t, embed.LoRA)
	job.Config.MaxSteps, job.Config.Lambda, job.Config.LayersToTransform = 5, .3, []int{4, 2}
	job.Output = model.F32
	r, err := embed.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Adapter.LayersToTransform, []int{2, 4}) || len(r.Adapter.Modules) != 8 {
		t.Errorf("layers %v, %d modules", r.Adapter.LayersToTransform, len(r.Adapter.Modules))
	}
	merged, err := cpu.Merge(t.Context(), job.Model, r.Adapter, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(merged) != len(r.Weights) {
		t.Errorf("%d tensors, want %d", len(merged), len(r.Weights))
	}
	for name, want := range r.Weights {
		for i, x := range merged[name] {
			if math.Abs(float64(x-want[i])) > 1e-5 {
				t.Fatalf("%s[%d] is %v, want %v", name, i, x, want[i])
			}
		}
	}
}

// TestModules: only the chosen matrices of the chosen blocks change.
func TestModules(t *testing.T) {
	job := small(t, embed.Layers)
	job.Config.MaxSteps, job.Config.LayersToTransform, job.Config.TargetModules = 3, []int{1, 3}, []string{"down_proj"}
	r, err := embed.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	_, one := r.Weights["model.layers.1.mlp.down_proj.weight"]
	_, three := r.Weights["model.layers.3.mlp.down_proj.weight"]
	if len(r.Weights) != 2 || !one || !three {
		t.Errorf("%d tensors changed", len(r.Weights))
	}
}

// TestSpill: a run whose cached rows lie in files ends with the same weights, and leaves
// nothing behind.
func TestSpill(t *testing.T) {
	for _, method := range []string{embed.LoRA, embed.Layers} {
		job := small(t, method)
		job.Config.MaxSteps, job.Config.TrainLayers, job.Config.RefreshSteps = 5, 2, 2
		want, err := embed.Run(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		job.Spill = lm.Spill{Dir: dir, Bytes: 1}
		got, err := embed.Run(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		for name, w := range want.Weights {
			if !slices.Equal(got.Weights[name], w) {
				t.Errorf("%s: %s differs", method, name)
			}
		}
		if names, err := os.ReadDir(dir); err != nil || len(names) > 0 {
			t.Errorf("%s: left behind: %v, %v", method, names, err)
		}
		job.Spill.Dir = filepath.Join(dir, "none")
		if _, err := embed.Run(t.Context(), job); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a directory that is not there: %v", method, err)
		}
	}
}

func TestTrainedErrors(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		change func(*embed.Config)
	}{
		"a layer too many":  {embed.LoRA, func(c *embed.Config) { c.LayersToTransform = []int{30} }},
		"a negative layer":  {embed.LoRA, func(c *embed.Config) { c.LayersToTransform = []int{-1} }},
		"a layer twice":     {embed.Layers, func(c *embed.Config) { c.LayersToTransform = []int{3, 3} }},
		"layers in full":    {embed.Full, func(c *embed.Config) { c.LayersToTransform = []int{3} }},
		"modules in full":   {embed.Full, func(c *embed.Config) { c.TargetModules = []string{"down_proj"} }},
		"an unknown module": {embed.Layers, func(c *embed.Config) { c.TargetModules = []string{"lm_head"} }},
		"modules in expand": {embed.Expand, func(c *embed.Config) { c.TargetModules = []string{"down_proj"} }},
		"no share":          {embed.Expand, func(c *embed.Config) { c.ExpandShare = 0 }},
		"a share above 1":   {embed.Expand, func(c *embed.Config) { c.ExpandShare = 1.5 }},
		"a share in lora":   {embed.LoRA, func(c *embed.Config) { c.ExpandShare = .1 }},
		"a rank in expand":  {embed.Expand, func(c *embed.Config) { c.R = 4 }},
	} {
		config := embed.Default(c.method)
		c.change(&config)
		if err := config.Validate(30); !errors.Is(err, embed.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := embed.Default(embed.Expand).Validate(30); err != nil {
		t.Errorf("default of expand: %v", err)
	}
}
