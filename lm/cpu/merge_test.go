package cpu_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/model"
)

// TestMerge: a model with the adapters that a trainer gives has the trainer's weights,
// with whitening too; modules that are not the model's are refused.
func TestMerge(t *testing.T) {
	m, err := model.Open(testdata.Dir(t, "models", "tiny", "llama"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	n, err := cpu.New(m, cpu.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	tr, err := n.NewTrainer(lm.TrainOptions{
		Layers: []int{0, 2}, LoRA: &lm.LoRA{R: 4, Alpha: 12, TargetModules: []string{"q_proj", "down_proj"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(8, 9))
	forest, at := sharedForest(rng, n.Config().VocabSize)
	c, err := tr.Cache(ctx, forest)
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Survey(ctx, c, lm.Survey{Whiten: []lm.Weighted{{Position: at[0], Weight: 1}, {Position: at[1], Weight: 2}}, Ridge: .1}); err != nil {
		t.Fatal(err)
	}
	for _, p := range tr.Params() {
		for i := range p.Value {
			p.Value[i] += float32(rng.NormFloat64() * .1)
		}
	}
	a := &model.Adapter{R: 4, LoraAlpha: 12, Modules: tr.Adapters()}
	want := tr.Weights()
	got, err := cpu.Merge(ctx, m, a, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(want) != 4 || len(got) != len(want) {
		t.Errorf("%d tensors, want %d", len(got), len(want))
	}
	for name := range want {
		if d := largest(got[name], want[name]); len(got[name]) != len(want[name]) || d > 1e-5 {
			t.Errorf("%s differs by %g", name, d)
		}
	}
	for name, spoil := range map[string]func(*model.AdapterModule){
		"another module": func(x *model.AdapterModule) { x.Name = "model.norm" },
		"another shape":  func(x *model.AdapterModule) { x.Out, x.B = x.Out-1, x.B[4:] },
	} {
		b := *a
		b.Modules = append([]model.AdapterModule(nil), a.Modules...)
		spoil(&b.Modules[0])
		if _, err := cpu.Merge(ctx, m, &b, cpu.Options{}); !errors.Is(err, model.ErrAdapter) {
			t.Errorf("%s: error %v, want ErrAdapter", name, err)
		}
	}
}
