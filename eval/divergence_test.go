package eval_test

import (
	"errors"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"loyal/eval"
	"loyal/lm"
	"loyal/lm/lmtest"
)

// TestDivergence against sums over the vocabulary.
func TestDivergence(t *testing.T) {
	m, _ := openDemo(t)
	base, moved := subject(t, m, shifted(m.Config.VocabSize, 0)), subject(t, m, shifted(m.Config.VocabSize, .4))
	var prompts []string
	for i := range 90 {
		prompts = append(prompts, "Tell me about "+word(i))
	}
	r, err := eval.Divergence(t.Context(), moved, base, prompts, eval.DivergenceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	softmax := func(net lm.Network, text []int32) (p []float64, top int) {
		row, err := lm.Logits(t.Context(), net, []lm.Segment{{Tokens: text, Parent: lm.Root}}, []lm.Position{{Offset: len(text) - 1}})
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, x := range row {
			p = append(p, math.Exp(float64(x)))
			sum += p[len(p)-1]
		}
		for i := range p {
			p[i] /= sum
		}
		return p, int(lm.ArgMax(row))
	}
	var mean, same, worst float64
	var sorted []float64
	for i, prompt := range prompts {
		tokens, err := base.Prompt(prompt)
		if err != nil {
			t.Fatal(err)
		}
		p, a := softmax(base.Net, tokens)
		q, b := softmax(moved.Net, tokens)
		kl := 0.0
		for j := range p {
			kl += p[j] * math.Log(p[j]/q[j])
		}
		near(t, prompt, r.Each[i].KL, kl)
		sorted = append(sorted, kl)
		mean, worst = mean+kl/90, max(worst, kl)
		if a == b {
			same += 1. / 90
		}
	}
	near(t, "mean", r.First.MeanKL, mean)
	near(t, "agreement", r.First.Agreement, same)
	near(t, "max", r.First.MaxKL, worst)
	// As numpy.quantile: at .95 · 89 = 84.55 and .99 · 89 = 88.11 of the sorted values.
	slices.Sort(sorted)
	near(t, "p95", r.First.P95KL, .45*sorted[84]+.55*sorted[85])
	near(t, "p99", r.First.P99KL, .89*sorted[88]+.11*sorted[89])
	near(t, "worst", r.Worst[0].KL, worst)
	if s := r.First; s.Positions != 90 || r.All != nil || !(s.MeanKL < s.P95KL && s.P95KL <= s.P99KL && s.P99KL <= s.MaxKL) ||
		same == 0 || same == 1 || s.MeanKLInterval == nil || s.AgreementInterval == nil {
		t.Errorf("%+v", s)
	}
	self, err := eval.Divergence(t.Context(), base, base, prompts, eval.DivergenceOptions{})
	if err != nil || self.First.MaxKL > 1e-6 || self.First.Agreement != 1 {
		t.Errorf("a model against itself: %+v, %v", self, err)
	}
}

// TestDivergenceOfAnswers: later tokens follow the base's own answer, and what has been
// compared is not compared again.
func TestDivergenceOfAnswers(t *testing.T) {
	m, _ := openDemo(t)
	base, moved := subject(t, m, shifted(m.Config.VocabSize, 0)), subject(t, m, shifted(m.Config.VocabSize, .4))
	dir := filepath.Join(t.TempDir(), "cache")
	run := func() (*eval.DivergenceResult, int64) {
		cache, err := eval.OpenCache(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer cache.Close()
		net := &counting{Network: moved.Net}
		model, original := moved, base
		model.Net, model.Digest, original.Digest = net, "b", "a"
		r, err := eval.Divergence(t.Context(), model, original, []string{"One", "Two", "Three"}, eval.DivergenceOptions{Tokens: 4, Cache: cache})
		if err != nil {
			t.Fatal(err)
		}
		return r, net.calls.Load()
	}
	first, calls := run()
	if first.First.Positions != 3 || first.All == nil || first.All.Positions != 12 || calls == 0 {
		t.Fatalf("%+v, %+v, %d calls", first.First, first.All, calls)
	}
	second, calls := run()
	if calls != 0 || *second.All != *first.All && second.All.MeanKL != first.All.MeanKL {
		t.Errorf("again: %+v, want %+v, %d calls", second.All, first.All, calls)
	}
}

// TestBadDivergence: what cannot be compared.
func TestBadDivergence(t *testing.T) {
	m, _ := openDemo(t)
	base := subject(t, m, shifted(m.Config.VocabSize, 0))
	other := base
	other.Net = lmtest.New(m.Config.VocabSize+1, 512)
	if _, err := eval.Divergence(t.Context(), other, base, []string{"a"}, eval.DivergenceOptions{}); !errors.Is(err, eval.ErrDifferent) {
		t.Errorf("another vocabulary: %v", err)
	}
	if _, err := eval.Divergence(t.Context(), base, base, nil, eval.DivergenceOptions{}); !errors.Is(err, eval.ErrOptions) {
		t.Errorf("no prompts: %v", err)
	}
	for _, n := range []int{10_000, math.MaxInt} {
		if _, err := eval.Divergence(t.Context(), base, base, []string{"a"}, eval.DivergenceOptions{Tokens: n}); !errors.Is(err, eval.ErrDoc) {
			t.Errorf("beyond the context: %v", err)
		}
	}
	if _, err := eval.Divergence(t.Context(), base, base, []string{"a"}, eval.DivergenceOptions{Bootstrap: math.MaxInt}); !errors.Is(err, eval.ErrOptions) {
		t.Errorf("resamples: %v", err)
	}
	base.Net = lmtest.New(m.Config.VocabSize, 512)
	base.Net.(*lmtest.Network).Next = func(_ []int32, row []float32) { row[0] = float32(math.NaN()) }
	if _, err := eval.Divergence(t.Context(), base, base, []string{"a"}, eval.DivergenceOptions{}); !errors.Is(err, lm.ErrNonFinite) {
		t.Errorf("NaN logits: %v", err)
	}
}
