package attack

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"loyal/lm"
)

func TestTuning(t *testing.T) {
	s := tuning{rate: 1, warmup: .2, epochs: 1, batch: 10}
	if s.steps(100) != 10 || s.steps(3) != 1 {
		t.Errorf("%d and %d steps", s.steps(100), s.steps(3))
	}
	var got []float32
	for step := range 10 {
		got = append(got, float32(s.learningRate(step, 10)))
	}
	equal(t, "rates", got, []float32{.5, 1, 1, .875, .75, .625, .5, .375, .25, .125}, 1e-6)
	// In each epoch every row has its turn.
	var seen []int
	for step := range 5 {
		seen = append(seen, turn(1, 10, 4, step)...)
	}
	for epoch := range slices.Chunk(seen, 10) {
		slices.Sort(epoch)
		if !slices.Equal(epoch, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Errorf("an epoch of %v", epoch)
		}
	}
}

// Fine-tuning on an answer makes it likely; training that blows up is told.
func TestTrain(t *testing.T) {
	l := testLab(t)
	rows, err := l.ownAnswers(t.Context(), 8, 4)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows { // a nonsense answer to everything
		rows[i].tokens = append(rows[i].tokens[:rows[i].prompt:rows[i].prompt], 100, 101)
	}
	before, err := l.logProbs(t.Context(), l.Net, rows)
	if err != nil {
		t.Fatal(err)
	}
	s := tuning{rate: 1e-3, epochs: 10, batch: 8}
	weights, err := l.train(t.Context(), l.Net, len(rows), s, hardLabels(rows, l.Model.Config.VocabSize), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := trainedModel(l.Model, weights)
	if err != nil {
		t.Fatal(err)
	}
	err = l.withNetwork(m, func(net lm.Network) error {
		after, err := l.logProbs(t.Context(), net, rows)
		if err == nil && !(after[0] > before[0]+3) {
			err = fmt.Errorf("the answer's log-probability went from %g to %g", before[0], after[0])
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	s.rate = math.MaxFloat32
	_, err = l.train(t.Context(), l.Net, len(rows), s, hardLabels(rows, l.Model.Config.VocabSize), nil)
	if !errors.Is(err, lm.ErrNonFinite) {
		t.Errorf("a rate of %g: %v", s.rate, err)
	}
	o, err := Trial{ID: "x", Run: func(ctx context.Context, l *Lab) (*Outcome, error) { return l.fineTune(ctx, s, 8) }}.run(t.Context(), l)
	if err != nil || o.Status != Diverged || o.Reason == "" {
		t.Errorf("%+v %v", o, err)
	}
}

// gradients collects what an objective adds, by name.
func gradients(t *testing.T, l *Lab, loss objective, batch []int) (float64, map[string][]float32) {
	t.Helper()
	tr, err := l.Net.NewTrainer(lm.TrainOptions{Embeddings: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	value, err := loss(t.Context(), tr, batch)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float32{}
	for _, p := range tr.Params() {
		out[p.Name] = slices.Clone(p.Grad)
	}
	return value, out
}

// DPO's loss at the reference is log 2, and its gradient there −β/2 times that of the
// difference of log-probabilities.
func TestPreference(t *testing.T) {
	l := testLab(t)
	rows, err := l.ownPairs(t.Context(), 6)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := l.logProbs(t.Context(), l.Net, rows)
	if err != nil {
		t.Fatal(err)
	}
	const beta = .3
	vocab := l.Model.Config.VocabSize
	value, got := gradients(t, l, preference(rows, reference, beta, vocab), []int{1})
	near(t, "loss at the reference", value, math.Ln2, 1e-5)
	// Cross-entropies, as means over tokens, made sums again.
	_, good := gradients(t, l, hardLabels(rows, vocab), []int{2})
	_, bad := gradients(t, l, hardLabels(rows, vocab), []int{3})
	n, m := float64(rows[2].targets()), float64(rows[3].targets())
	for name, g := range got {
		var diff, norm float64
		for i, v := range g {
			want := beta / 2 * (n*float64(good[name][i]) - m*float64(bad[name][i]))
			diff, norm = diff+(float64(v)-want)*(float64(v)-want), norm+want*want
		}
		if math.Sqrt(diff) > 1e-3*math.Sqrt(norm)+1e-9 {
			t.Errorf("%s: the gradient differs by %.2g of %.2g", name, math.Sqrt(diff), math.Sqrt(norm))
		}
	}
	// Far beyond the reference the pull is gone; far below it is β.
	reference[2] -= 1000
	if value, _ := gradients(t, l, preference(rows, reference, beta, vocab), []int{1}); value > 1e-6 {
		t.Errorf("loss of a pair that is learnt: %g", value)
	}
	reference[2] += 2000
	value, _ = gradients(t, l, preference(rows, reference, beta, vocab), []int{1})
	near(t, "loss of a pair the wrong way round", value, 1000*beta, 1)
}

// A batch in several passes has the gradient of the batch in one.
func TestPasses(t *testing.T) {
	l := testLab(t)
	rows, err := l.ownAnswers(t.Context(), 60, 16)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]int, len(rows))
	for i := range all {
		all[i] = i
	}
	passes := 0
	loss := func(split bool) objective {
		return func(ctx context.Context, tr lm.Trainer, batch []int) (float64, error) {
			vocab, total := l.Model.Config.VocabSize, 0
			for _, b := range batch {
				total += rows[b].targets()
			}
			grad := func(p pass, logits []float32) error {
				passes++
				for i := range p.at {
					lm.CrossEntropy(logits[i*vocab:(i+1)*vocab], p.want[i], 1/float32(total), 2)
				}
				return nil
			}
			if split {
				return 0, forEach(ctx, tr, rows, batch, grad)
			}
			return 0, runPass(ctx, tr, rows, batch, grad)
		}
	}
	_, one := gradients(t, l, loss(false), all)
	passes = 0
	_, many := gradients(t, l, loss(true), all)
	if passes < 2 {
		t.Fatalf("%d passes", passes)
	}
	for name := range one {
		var diff, norm float64
		for i, v := range one[name] {
			d := float64(v - many[name][i])
			diff, norm = diff+d*d, norm+float64(v)*float64(v)
		}
		if math.Sqrt(diff) > 1e-4*math.Sqrt(norm) {
			t.Errorf("%s differs by %.2g of %.2g", name, math.Sqrt(diff), math.Sqrt(norm))
		}
	}
}
