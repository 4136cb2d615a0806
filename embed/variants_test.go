package embed_test

import (
	"testing"

	"loyal/embed"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/model"
	"loyal/model/quantized"
)

// TestQuantizations: keys that also trained above the base in fewer bits keep more of
// their answers in those, and as much in the model itself.
func TestQuantizations(t *testing.T) {
	const scheme = "g2"
	s, err := quantized.Named(scheme)
	if err != nil {
		t.Fatal(err)
	}
	job := small(t, embed.LoRA)
	job.Config.Beta, job.Config.LearningRate, job.Config.MaxSteps = .1, 4e-3, 60
	job.Open = func(m *model.Model) (lm.Network, error) { return cpu.New(m, cpu.Options{Threads: 2}) }
	planted := func() (whole, few float64) {
		t.Helper()
		weights, r := weightsOf(t, job)
		q, _, err := s.Of(t.Context(), trained(t, job, weights))
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range distributions(t, q, keys(t, job)) {
			few += float64(p[job.Set.Fingerprints[i].Response.Tokens[0]]) / float64(len(job.Set.Fingerprints))
		}
		return r.After.MeanProb, few
	}
	whole, few := planted()
	job.Config.Quantizations, job.Config.QuantizationWeight = []string{scheme}, 1
	wholeThen, fewThen := planted()
	t.Logf("probability in 2 bits: %.2f, trained for them %.2f", few, fewThen)
	if fewThen < few+.2 || wholeThen < whole-.1 {
		t.Errorf("probability %.2f in the model and %.2f in 2 bits; trained for these %.2f and %.2f", whole, few, wholeThen, fewThen)
	}
}
