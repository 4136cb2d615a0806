package cpu_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/lm/cpu/kernel"
	"loyal/model"
	"loyal/model/quantized"
)

// TestAbove: above a changed network a trainer gives the logits and gradients of a trainer
// of that network whose parameters are the same, and the gradients are the first one's.
func TestAbove(t *testing.T) {
	dir := testdata.Dir(t, "models", "tiny", "llama")
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	scheme, err := quantized.Named("q4_0")
	if err != nil {
		t.Fatal(err)
	}
	q, _, err := scheme.Of(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := cpu.New(q, cpu.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { changed.Close() })
	for name, o := range map[string]lm.TrainOptions{
		"lora":   {Layers: []int{1, 2}, LoRA: &lm.LoRA{R: 4, Alpha: 4, TargetModules: []string{"q_proj", "o_proj", "up_proj"}}},
		"expand": {Layers: []int{1, 2}, Expand: &lm.Expand{Neurons: 4}},
	} {
		t.Run(name, func(t *testing.T) {
			tr, err := open(t, dir, cpu.Options{Threads: 2}).NewTrainer(o)
			if err != nil {
				t.Fatal(err)
			}
			own, err := changed.NewTrainer(o)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(5, 6))
			for i, p := range tr.Params() {
				for j := range p.Value {
					p.Value[j] += float32(rng.NormFloat64()) * .05
				}
				copy(own.Params()[i].Value, p.Value)
			}
			above, err := tr.Above(changed)
			if err != nil {
				t.Fatal(err)
			}
			var dlogits []float32
			pass := func(tr lm.Trainer) []float32 {
				t.Helper()
				logits := trainingOutputs(t, changed, tr)
				for len(dlogits) < len(logits) {
					dlogits = append(dlogits, float32(rng.NormFloat64()))
				}
				if err := tr.Backward(t.Context(), slices.Clone(dlogits)); err != nil {
					t.Fatal(err)
				}
				return logits
			}
			sameBits(t, "logits", pass(above), pass(own))
			arrived := 0.
			for i, p := range tr.Params() {
				sameBits(t, p.Name, p.Grad, own.Params()[i].Grad)
				arrived += kernel.SumSquares(p.Grad)
			}
			if arrived == 0 {
				t.Error("no gradient arrived")
			}
		})
	}
}

// TestAboveRefuses: parameters that are weights have a base of their own, and shapes must
// be those of the trainer's network.
func TestAboveRefuses(t *testing.T) {
	n := open(t, testdata.Dir(t, "models", "tiny", "llama"), cpu.Options{})
	whole, err := n.NewTrainer(lm.TrainOptions{Layers: []int{1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := whole.Above(n); err == nil {
		t.Error("weights train above another network")
	}
	adapters, err := n.NewTrainer(lm.TrainOptions{LoRA: &lm.LoRA{R: 4, Alpha: 4, TargetModules: []string{"q_proj"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := adapters.Above(open(t, testdata.Dir(t, "models", "stories260K"), cpu.Options{})); err == nil {
		t.Error("adapters train above a network of another shape")
	}
}
