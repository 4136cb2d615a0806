package demo

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"loyal/lm/cpu"
	"loyal/model"
	"loyal/model/tensor"
)

// tiny trains in a moment.
var tiny = Recipe{
	Hidden: 32, Intermediate: 48, Layers: 2, Heads: 2, KVHeads: 1, Seed: 3,
	Training: Training{Dialect: Home, Seed: 3, Steps: 8, Batch: 8, LearningRate: 1e-2, Warmup: 2},
}

// trainTiny returns the weights after training with some threads, and the losses.
func trainTiny(t *testing.T, r Recipe, threads int) (map[string][]float32, []float64) {
	t.Helper()
	tok, data := demoTokenizer(t)
	dir := filepath.Join(t.TempDir(), "initial")
	if err := r.write(dir, data, r.initial(), tensor.F32); err != nil {
		t.Fatal(err)
	}
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	net, err := cpu.New(m, cpu.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	weights, losses, err := Train(context.Background(), net, tok, r.Training, nil)
	if err != nil {
		t.Fatal(err)
	}
	return weights, losses
}

// TestTrainingGivesTheSameBytes: for any number of threads.
func TestTrainingGivesTheSameBytes(t *testing.T) {
	first, losses := trainTiny(t, tiny, 1)
	second, _ := trainTiny(t, tiny, 2)
	if len(first) != len(second) {
		t.Fatalf("%d tensors and %d", len(first), len(second))
	}
	for name, w := range first {
		if !slices.Equal(w, second[name]) {
			t.Errorf("%s differs", name)
		}
	}
	if start := losses[0]; math.Abs(start-math.Log(vocabularySize)) > 0.2 {
		t.Errorf("first loss %.3f, want about ln %d", start, vocabularySize)
	}
	if end := losses[len(losses)-1]; end > losses[0]-0.5 {
		t.Errorf("loss from %.3f to %.3f: it does not learn", losses[0], end)
	}
	other := tiny
	other.Seed++
	third, _ := trainTiny(t, other, 2)
	if slices.Equal(first["model.embed_tokens.weight"], third["model.embed_tokens.weight"]) {
		t.Error("the seed changes nothing")
	}
}

func TestMake(t *testing.T) {
	_, data := demoTokenizer(t)
	dir := filepath.Join(t.TempDir(), "model")
	r := tiny
	r.Training.Steps = 1
	steps := 0
	if err := Make(context.Background(), dir, r, data, func(int, float64) { steps++ }); err != nil {
		t.Fatal(err)
	}
	if steps != 1 {
		t.Errorf("%d steps were noted", steps)
	}
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if w, err := m.Tensor("model.norm.weight"); err != nil || w.DType != model.BF16 {
		t.Errorf("%v of type %s, want BF16", err, w.DType)
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Make(canceled, dir, r, data, nil); err == nil {
		t.Error("a canceled training ends without an error")
	}
}

func TestRate(t *testing.T) {
	r := Training{Steps: 110, LearningRate: 1, Warmup: 10}
	for step, want := range map[int]float64{0: 0.1, 9: 1, 10: 1, 60: 0.55, 110: 0.1} {
		if got := r.rate(step); math.Abs(got-want) > 1e-12 {
			t.Errorf("rate of step %d is %v, want %v", step, got, want)
		}
	}
}
