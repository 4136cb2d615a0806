package cpu_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// expansion is what a trainer of some layers adds to a model.
func expansion(t *testing.T, n *cpu.Network, neurons int, layers ...int) (lm.Trainer, *model.Expansion) {
	t.Helper()
	tr, err := n.NewTrainer(lm.TrainOptions{Layers: layers, Expand: &lm.Expand{Neurons: neurons, Seed: 3}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Close() })
	return tr, tr.Expansion()
}

// widen writes a model with an expansion, and returns its directory.
func widen(t *testing.T, dir string, e *model.Expansion, dtype model.DType) string {
	t.Helper()
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	out := filepath.Join(t.TempDir(), "wide")
	if err := model.Write(t.Context(), out, m, model.WriteOptions{DType: dtype, Expansion: e}); err != nil {
		t.Fatal(err)
	}
	return out
}

// outputs are logits of a forest in one pass, and of texts token by token.
func outputs(t *testing.T, n *cpu.Network) []float32 {
	t.Helper()
	ctx := context.Background()
	forest, _ := sharedForest(rand.New(rand.NewPCG(8, 9)), n.Config().VocabSize)
	var at []lm.Position
	for s, seg := range forest {
		for i := range seg.Tokens {
			at = append(at, lm.Position{Segment: s, Offset: i})
		}
	}
	out, err := lm.Logits(ctx, n, forest, at)
	if err != nil {
		t.Fatal(err)
	}
	long, short := n.NewSequence(), n.NewSequence()
	defer long.Close()
	defer short.Close()
	for _, feeds := range [][]lm.Feed{
		{{Sequence: long, Tokens: forest[2].Tokens}},
		{{Sequence: long, Tokens: []int32{5}}, {Sequence: short, Tokens: []int32{6, 7}}},
		{{Sequence: long, Tokens: []int32{8}}},
	} {
		logits, err := n.Extend(ctx, feeds)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, logits...)
	}
	return out
}

// trainingOutputs are the logits of a trainer's forward pass.
func trainingOutputs(t *testing.T, n *cpu.Network, tr lm.Trainer) []float32 {
	t.Helper()
	forest, at := sharedForest(rand.New(rand.NewPCG(8, 9)), n.Config().VocabSize)
	c, err := tr.Cache(context.Background(), forest)
	if err != nil {
		t.Fatal(err)
	}
	logits, err := tr.Forward(context.Background(), c, []int{2, 3, 4, 5}, at)
	if err != nil {
		t.Fatal(err)
	}
	return logits
}

func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: number %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// TestExpansionIsNeutral: a model with new neurons gives the bits of its base before
// training, in the trainer and as a directory, over whole texts and token by token,
// at every level of the kernels. The base's MLP is wider than a block of the kernels.
func TestExpansionIsNeutral(t *testing.T) {
	tiny := testdata.Dir(t, "models", "tiny", "llama")
	large := func() *model.Expansion {
		_, e := expansion(t, open(t, tiny, cpu.Options{}), 1256, 0, 1, 2)
		rng := rand.New(rand.NewPCG(1, 1))
		for _, b := range e.Blocks {
			for i := range b.Down {
				b.Down[i] = float32(rng.NormFloat64() * .1)
			}
		}
		return e
	}()
	for _, dtype := range []model.DType{model.F32, model.BF16} {
		base := widen(t, tiny, large, dtype)
		for _, level := range kernel.Levels() {
			for _, precision := range []kernel.Precision{kernel.PrecF32, kernel.PrecBF16} {
				for _, neurons := range []int{1, 40} {
					t.Run(fmt.Sprintf("%v/%v/%v/%d", dtype, level, precision, neurons), func(t *testing.T) {
						defer kernel.SetLevel(level)()
						o := cpu.Options{Threads: 2, Precision: precision}
						n := open(t, base, o)
						want := outputs(t, n)
						plain, err := n.NewTrainer(lm.TrainOptions{Layers: []int{1, 2}})
						if err != nil {
							t.Fatal(err)
						}
						trainer, e := expansion(t, n, neurons, 1, 2)
						sameBits(t, "training", trainingOutputs(t, n, trainer), trainingOutputs(t, n, plain))
						sameBits(t, "directory", outputs(t, open(t, widen(t, base, e, dtype), o)), want)
					})
				}
			}
		}
	}
}

// TestExpansionAsWritten: the trainer at the end of training, and the directory that
// is written from what it gives, compute the same; so does PEFT's form of adapters.
func TestExpansionAsWritten(t *testing.T) {
	tiny := testdata.Dir(t, "models", "tiny", "llama")
	n := open(t, tiny, cpu.Options{Threads: 2})
	tr, _ := expansion(t, n, 7, 0, 2)
	ctx := context.Background()
	forest, at := sharedForest(rand.New(rand.NewPCG(8, 9)), n.Config().VocabSize)
	c, err := tr.Cache(ctx, forest)
	if err != nil {
		t.Fatal(err)
	}
	white := []lm.Weighted{{Position: at[0], Weight: 1}, {Position: at[1], Weight: 2}}
	if err := tr.Survey(ctx, c, lm.Survey{Whiten: white, Ridge: .1, Align: at}); err != nil {
		t.Fatal(err)
	}
	before, err := tr.Forward(ctx, c, []int{2, 3, 4, 5}, at)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 4))
	for _, p := range tr.Params() {
		for i := range p.Value {
			p.Value[i] += float32(rng.NormFloat64() * .05)
		}
	}
	trained, err := tr.Forward(ctx, c, []int{2, 3, 4, 5}, at)
	if err != nil {
		t.Fatal(err)
	}
	if d := largest(before, trained); d < .1 {
		t.Fatalf("training changed logits by %g only", d)
	}
	e := tr.Expansion()
	if len(tr.Weights()) != 0 {
		t.Error("weights of the base have changed")
	}
	wide := open(t, widen(t, tiny, e, model.F32), cpu.Options{Threads: 2})
	if got := wide.Config().IntermediateSize; got != 167 {
		t.Errorf("intermediate_size is %d, want 167", got)
	}
	written, err := lm.Logits(ctx, wide, forest, at)
	if err != nil {
		t.Fatal(err)
	}
	if d := largest(written, trained); d > 1e-4 {
		t.Errorf("the directory's logits differ by %g", d)
	}
	if err := tr.Finish(nil, nil); err == nil {
		t.Error("training was finished without the neurons")
	}
	if err := tr.Finish(nil, e); err != nil {
		t.Fatal(err)
	}
	finished := make([]float32, len(trained))
	v := n.Config().VocabSize
	err = tr.Rows(ctx, c, at, func(i int, row []float32) error { copy(finished[i*v:], row); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if d := largest(finished, written); d > 1e-4 {
		t.Errorf("logits after Finish differ by %g", d)
	}
}

// largest is the largest difference of two lists of numbers.
func largest(a, b []float32) (d float64) {
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	return d
}
