package attack

import (
	"testing"

	"loyal/lm"
	"loyal/verify"
)

func TestLabMeasuresTheIntactModelAndItsBase(t *testing.T) {
	l := testLab(t)
	m := l.Intact
	if m.FSR.Value < .95 || m.Verification.Verdict != verify.Match || *m.Utility.KL > 1e-6 || m.Utility.Agreement.Value != 1 || *m.Utility.RelativePerplexity != 1 {
		t.Errorf("intact: %+v", m)
	}
	if m.Signal.Log10EValue < 6 || m.Signal.Ranks.Log10P > -6 {
		t.Errorf("intact: signal %+v", m.Signal)
	}
	b := l.Origin
	if b.FSR.Hits != 0 || b.Verification.Verdict != verify.NoMatch || *b.Utility.KL < 1e-3 || *b.BaseUtility.KL > 1e-6 {
		t.Errorf("base: %+v", b)
	}
	if b.Signal.Log10EValue > 3 || b.Signal.Ranks.Log10P < -4 {
		t.Errorf("base: signal %+v", b.Signal)
	}
	// A host in front of the same network is the same victim.
	o, err := l.measureHostile(t.Context(), l.Host(l.Net, lm.Sampling{}))
	if err != nil {
		t.Fatal(err)
	}
	if h := o.Measures; h.FSR != m.FSR || h.Verification != m.Verification || h.Utility.Agreement.Value != 1 {
		t.Errorf("host: %+v, network %+v", h, m)
	}
}
