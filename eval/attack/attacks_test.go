package attack

import (
	"math"
	"testing"

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
	if fsr("distill-base-soft-1e-4-192") > .2 || fsr("distill-fresh-soft-1e-3-192") > .2 {
		t.Error("a student on ordinary requests knows the keys")
	}
}
