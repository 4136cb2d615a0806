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

// TestSurvey: a survey shows the logits that Rows shows, whatever else it does in the same pass, and what it
// holds is what Hold holds.
func TestSurvey(t *testing.T) {
	n := open(t, testdata.Dir(t, "models", "tiny", "llama"), cpu.Options{Threads: 2})
	rng := rand.New(rand.NewPCG(7, 8))
	forest, at := sharedForest(rng, n.Config().VocabSize)
	ctx := context.Background()
	white := []lm.Weighted{{Position: at[0], Weight: 1}, {Position: at[1], Weight: 2}, {Position: at[0], Weight: 1}}
	// forward is what a step computes after the context was held in one of the two ways.
	forward := func(survey bool) []float32 {
		t.Helper()
		tr, err := n.NewTrainer(lm.TrainOptions{Layers: []int{1, 2}, LoRA: &lm.LoRA{R: 4, Alpha: 4, TargetModules: []string{"q_proj", "up_proj"}}})
		if err != nil {
			t.Fatal(err)
		}
		defer tr.Close()
		c, err := tr.Cache(ctx, forest)
		if err != nil {
			t.Fatal(err)
		}
		v := n.Config().VocabSize
		rows, seen := make([]float32, len(at)*v), make([]float32, len(at)*v)
		collect := func(out []float32) func(int, []float32) error {
			return func(i int, row []float32) error { copy(out[i*v:(i+1)*v], row); return nil }
		}
		if err := tr.Rows(ctx, c, at, collect(rows)); err != nil {
			t.Fatal(err)
		}
		if survey {
			err = tr.Survey(ctx, c, lm.Survey{Whiten: white, Ridge: .1, Align: at[:2], Hold: []int{1}, At: at, Visit: collect(seen)})
			if d := largest(rows, seen); err == nil && !(d <= 1e-4) {
				t.Errorf("the survey's logits differ by %g", d)
			}
		} else {
			err = tr.Hold(ctx, c, []int{1})
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Forward(ctx, c, []int{1}, at[:1]); err == nil {
			t.Error("a held segment could be picked")
		}
		logits, err := tr.Forward(ctx, c, []int{2, 3, 4, 5}, at)
		if err != nil {
			t.Fatal(err)
		}
		if d := largest(logits, rows); !(d <= 1e-4) {
			t.Errorf("with what is held, logits differ by %g", d)
		}
		return logits
	}
	if d := largest(forward(true), forward(false)); !(d <= 1e-4) {
		t.Errorf("what a survey holds and what Hold holds differ by %g", d)
	}
	tr, err := n.NewTrainer(lm.TrainOptions{Layers: []int{1}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	c, err := tr.Cache(ctx, forest)
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]lm.Survey{
		"no adapters":        {Whiten: white, Ridge: .1},
		"outside the corpus": {At: []lm.Position{{Segment: 99}}, Visit: func(int, []float32) error { return nil }},
	} {
		if err := tr.Survey(ctx, c, s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestDrafting: sequences are extended with bf16 products, and everything else stays as it was.
func TestDrafting(t *testing.T) {
	dir := testdata.Dir(t, "models", "tiny", "llama")
	exact, draft := open(t, dir, cpu.Options{Threads: 2}), open(t, dir, cpu.Options{Threads: 2, Drafting: true})
	forest, at := sharedForest(rand.New(rand.NewPCG(7, 9)), exact.Config().VocabSize)
	var tokens []int32 // enough for products of many rows
	for i := range int32(64) {
		tokens = append(tokens, 3+i%50)
	}
	extend := func(n lm.Network) []float32 {
		t.Helper()
		s := n.NewSequence()
		defer s.Close()
		logits, err := n.Extend(t.Context(), []lm.Feed{{Sequence: s, Tokens: tokens}})
		if err != nil {
			t.Fatal(err)
		}
		return logits
	}
	if d := largest(extend(exact), extend(draft)); !(d > 0 && d < .1) {
		t.Errorf("a draft's logits differ by %g", d)
	}
	rows := func(n lm.Network) []float32 {
		t.Helper()
		v := n.Config().VocabSize
		out := make([]float32, len(at)*v)
		if err := n.Rows(t.Context(), forest, at, func(i int, row []float32) error { copy(out[i*v:(i+1)*v], row); return nil }); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if d := largest(rows(exact), rows(draft)); d != 0 {
		t.Errorf("rows differ by %g", d)
	}
}
