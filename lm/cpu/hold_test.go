package cpu_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
)

// TestHold: with a context that was held under the present weights, Forward gives what
// it gives without; when the weights move, it goes on with the old context until this is
// held anew. Held segments cannot be picked.
func TestHold(t *testing.T) {
	n := open(t, testdata.Dir(t, "models", "tiny", "llama"), cpu.Options{Threads: 2})
	tr, err := n.NewTrainer(lm.TrainOptions{Layers: []int{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	forest, at := sharedForest(rng, n.Config().VocabSize)
	ctx := context.Background()
	c, err := tr.Cache(ctx, forest)
	if err != nil {
		t.Fatal(err)
	}
	v := n.Config().VocabSize
	// distance is how far Forward is from the logits of the present weights throughout.
	distance := func() float64 {
		t.Helper()
		logits, err := tr.Forward(ctx, c, []int{2, 3, 4, 5}, at)
		if err != nil {
			t.Fatal(err)
		}
		far := make([]float64, len(at))
		err = tr.Rows(ctx, c, at, func(i int, row []float32) error {
			for j, x := range row {
				far[i] = max(far[i], math.Abs(float64(x-logits[i*v+j])))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return slices.Max(far)
	}
	hold := func(segments ...int) {
		t.Helper()
		if err := tr.Hold(ctx, c, segments); err != nil {
			t.Fatal(err)
		}
	}
	hold(1)
	if d := distance(); d > 1e-4 {
		t.Errorf("held under the present weights: logits differ by %g", d)
	}
	for _, p := range tr.Params() {
		for i := range p.Value {
			p.Value[i] += float32(rng.NormFloat64()) * .01
		}
	}
	if d := distance(); d < 1e-2 {
		t.Errorf("held under other weights: logits differ by %g only", d)
	}
	hold(0) // segment 1 keeps what it had
	if d := distance(); d < 1e-2 {
		t.Errorf("held in part: logits differ by %g only", d)
	}
	hold(1)
	if d := distance(); d > 1e-4 {
		t.Errorf("held anew: logits differ by %g", d)
	}
	if _, err := tr.Forward(ctx, c, []int{1}, []lm.Position{{Segment: 1}}); err == nil {
		t.Error("a held segment was picked")
	}
}
