package attack

import (
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"loyal/model"
	"loyal/verify"
)

// Every attack on weights runs on a small model and does what it must, and so does
// distillation.
func TestWeightAttacks(t *testing.T) {
	l := testLab(t)
	trials, without, err := Trials(Small, l.Have(), Weights, Distillation)
	if err != nil || len(without) > 0 {
		t.Fatalf("%v, without %v", err, without)
	}
	outcomes := map[string]*Outcome{}
	for _, x := range trials {
		o, err := x.run(t.Context(), l)
		if err != nil {
			t.Fatalf("%s: %v", x.ID, err)
		}
		outcomes[x.ID] = o
		m := o.Measures
		t.Logf("%-28s FSR %5.1f %% %-12s asked %2d e %6.1f KL %8.4f same %5.1f %% perplexity ×%.3f rank %.2f p 1e%.1f %v", x.ID, 100*m.FSR.Value, m.Verification.Verdict,
			m.Verification.Queries, m.Verification.Log10EValue, *m.Utility.KL, 100*m.Utility.Agreement.Value, *m.Utility.RelativePerplexity, m.Signal.Ranks.MeanRank, m.Signal.Ranks.Log10P, o.Figures)
		if o.Status != Done || m.FSR.Of != fixtureKeys || m.Utility.Agreement.Of != len(l.Requests) {
			t.Errorf("%s: %+v", x.ID, o)
		}
		if math.IsNaN(*m.Utility.KL) || *m.Utility.KL < 0 {
			t.Errorf("%s: KL %g", x.ID, *m.Utility.KL)
		}
	}
	fsr := func(id string) float64 {
		o := outcomes[id]
		if o == nil {
			t.Fatalf("no trial %s", id)
		}
		return o.Measures.FSR.Value
	}
	for id, least := range map[string]float64{
		"quantize-int8": .95, "quantize-q8-0": .95, "noise-0.02": .9, "prune-magnitude-0.1": .8, "merge-linear-base-0.7": .3,
	} {
		if fsr(id) < least {
			t.Errorf("%s leaves %.2f of the keys", id, fsr(id))
		}
	}
	if outcomes["quantize-q8-0"].Measures.Verification.Verdict != verify.Match {
		t.Error("eight bits end the match")
	}
	// More of the same attack costs more.
	for _, pair := range [][2]string{
		{"quantize-q8-0", "quantize-q4-0"}, {"quantize-q4-0", "quantize-g3"}, {"prune-magnitude-0.1", "prune-magnitude-0.5"},
		{"noise-0.02", "noise-0.1"}, {"merge-linear-base-0.7", "merge-linear-base-0.2"}, {"svd-16", "svd-1"},
	} {
		if a, b := *outcomes[pair[0]].Measures.Utility.KL, *outcomes[pair[1]].Measures.Utility.KL; a >= b {
			t.Errorf("%s diverges by %g, %s by %g", pair[0], a, pair[1], b)
		}
	}
	figures := map[string]float64{}
	for _, f := range outcomes["removal-leaked-0.5"].Figures {
		figures[f.Name] = f.Value
	}
	leaked, others := figures["FSR of the leaked keys"], figures["FSR of the others"]
	if p := *outcomes["removal-leaked-0.5"].Measures.MeanProbability; leaked >= others || p > *l.Intact.MeanProbability-.1 {
		t.Errorf("of the leaked keys %.2f are left, of the others %.2f, mean probability %.2f", leaked, others, p)
	}
	if fsr("distill-base-soft-1e-4-192") > .2 || fsr("distill-fresh-soft-1e-3-192") > .2 {
		t.Error("a student on ordinary requests knows the keys")
	}
}

// At the ends of their settings attacks give a model that is known: ours or the base.
func TestEndsOfAttacks(t *testing.T) {
	l := testLab(t)
	for name, c := range map[string]struct {
		run  func() (*Outcome, error)
		want *Measures
	}{
		"linear, all ours":              {func() (*Outcome, error) { return l.merge(t.Context(), mergeLinear(base, 1)) }, l.Intact},
		"linear, nothing of ours":       {func() (*Outcome, error) { return l.merge(t.Context(), mergeLinear(base, 0)) }, l.Origin},
		"slerp, all ours":               {func() (*Outcome, error) { return l.merge(t.Context(), mergeSlerp(base, 1)) }, l.Intact},
		"slerp, nothing of ours":        {func() (*Outcome, error) { return l.merge(t.Context(), mergeSlerp(base, 0)) }, l.Origin},
		"task arithmetic, scale 0":      {func() (*Outcome, error) { return l.merge(t.Context(), mergeTask(sibling(0), 0)) }, l.Origin},
		"TIES, nothing trimmed":         {func() (*Outcome, error) { return l.merge(t.Context(), mergeTIES(nil, 1, 1)) }, l.Intact},
		"DARE, nothing dropped":         {func() (*Outcome, error) { return l.merge(t.Context(), mergeDARE(nil, 1, 0)) }, l.Intact},
		"DARE with a sibling, all ours": {func() (*Outcome, error) { return l.merge(t.Context(), mergeDARE(sibling(0), 1, 0)) }, l.Intact},
		"SVD of full rank":              {func() (*Outcome, error) { return l.truncate(t.Context(), 1<<20) }, l.Intact},
		"SVD of no rank":                {func() (*Outcome, error) { return l.truncate(t.Context(), 0) }, nil}, // the base, but for norms
		"no noise": {func() (*Outcome, error) {
			return l.mapped(t.Context(), isMatrix, func(name string, values []float32, _ []int) error { addNoise(values, 0, 1, name); return nil })
		}, l.Intact},
		"nothing pruned": {func() (*Outcome, error) {
			return l.mapped(t.Context(), isProjection, func(_ string, values []float32, _ []int) error { pruneMagnitude(values, 0); return nil })
		}, l.Intact},
	} {
		o, err := c.run()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := o.Measures
		if c.want == nil {
			if got.FSR.Hits > 0 || *got.BaseUtility.KL > .05 {
				t.Errorf("%s: FSR %.2f, %.3f from the base", name, got.FSR.Value, *got.BaseUtility.KL)
			}
			continue
		}
		if got.FSR != c.want.FSR || got.Verification != c.want.Verification || math.Abs(*got.Utility.KL-*c.want.Utility.KL) > 1e-5 ||
			math.Abs(*got.BaseUtility.KL-*c.want.BaseUtility.KL) > 1e-5 {
			t.Errorf("%s: FSR %.2f and KL %g, not %.2f and %g", name, got.FSR.Value, *got.Utility.KL, c.want.FSR.Value, *c.want.Utility.KL)
		}
	}
}

// A model with neurons of its own is compared with its narrower base as if this had as many
// that do nothing; without them it is what it was.
func TestNarrow(t *testing.T) {
	job := testJob(t)
	c := job.Model.Config
	const neurons = 3
	more := &model.Expansion{Neurons: neurons, Blocks: make([]model.Neurons, c.NumLayers)}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range more.Blocks {
		for _, x := range []*[]float32{&more.Blocks[i].Gate, &more.Blocks[i].Up, &more.Blocks[i].Down} {
			*x = make([]float32, neurons*c.HiddenSize)
			for j := range *x {
				(*x)[j] = float32(rng.NormFloat64())
			}
		}
	}
	out := filepath.Join(t.TempDir(), "wide")
	if err := model.Write(t.Context(), out, job.Model, model.WriteOptions{DType: model.BF16, Expansion: more}); err != nil {
		t.Fatal(err)
	}
	wide, err := model.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { wide.Close() })
	was, err := NewLab(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	defer was.Close()
	job.Model, job.Siblings = wide, nil
	l, err := NewLab(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	trials, _, err := Trials(Small, l.Have(), "narrow")
	if err != nil || len(trials) != 1 {
		t.Fatalf("%d trials, %v", len(trials), err)
	}
	o, err := trials[0].run(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := o.Measures, was.Intact; got.FSR != want.FSR || math.Abs(*got.BaseUtility.KL-*want.BaseUtility.KL) > 1e-5 {
		t.Errorf("without its neurons: FSR %.2f and KL %g, not %.2f and %g", got.FSR.Value, *got.BaseUtility.KL, want.FSR.Value, *want.BaseUtility.KL)
	}
	if *l.Intact.BaseUtility.KL < 2**was.Intact.BaseUtility.KL {
		t.Error("the new neurons do nothing: the test proves little")
	}
	if o, err = l.merge(t.Context(), mergeLinear(base, 0)); err != nil {
		t.Fatal(err)
	}
	if kl := *o.Measures.BaseUtility.KL; kl > 1e-5 {
		t.Errorf("nothing of ours is %g from the base", kl)
	}
	job.Model, job.Base = job.Base, wide
	if _, err := NewLab(t.Context(), job); !errors.Is(err, ErrModels) {
		t.Errorf("a wider base: %v", err)
	}
}

// Who drops all blocks but two, or gives a fresh model its weights, has a model of that
// shape; blocks above the gap move down.
func TestDropBlocks(t *testing.T) {
	l := testLab(t)
	moved, err := dropBlocks(l.Model, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	blocks := l.Model.Config.NumLayers
	if want := (blocks - 3) * 9; len(moved) != want {
		t.Errorf("%d tensors move, want %d", len(moved), want)
	}
	for name, x := range moved {
		if name == "model.layers.1.mlp.up_proj.weight" && x.Name != "model.layers.3.mlp.up_proj.weight" {
			t.Errorf("block 1 comes from %s", x.Name)
		}
	}
	fresh, err := freshModel(l.Model, 1)
	if err != nil {
		t.Fatal(err)
	}
	if fresh.Config.NumLayers != freshBlocks(blocks) {
		t.Errorf("a fresh model of %d blocks", fresh.Config.NumLayers)
	}
}
