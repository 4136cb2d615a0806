package attack

import (
	"bytes"
	"strings"
	"testing"

	"loyal/verify"
)

// A table has a row for every trial, also for one that diverged; victims whose verdict
// is not a match are named again if their probabilities give them away.
func TestWriteText(t *testing.T) {
	half := .5
	measures := func(v verify.Verdict, log10p float64) *Measures {
		return &Measures{
			FSR: NewRate(1, 2), Verification: Verification{Verdict: v, Alpha: 1e-6, Queries: 7}, MeanProbability: &half,
			Signal: &Signal{Keys: 2, Ranks: RankTest{MeanRank: .25, Log10P: log10p}}, Utility: Utility{Agreement: NewRate(3, 4), KL: &half},
		}
	}
	entry := func(id string, o Outcome) Entry {
		o.ID = id
		return Entry{Outcome: &o, Seconds: 1.25}
	}
	r := &Report{
		Keys: 2, Requests: 4, Intact: measures(verify.Match, -9), Base: measures(verify.NoMatch, 0),
		Outcomes: []Entry{
			entry("held", Outcome{Status: Done, Measures: measures(verify.Match, -9)}),
			entry("betrayed", Outcome{Status: Done, Measures: measures(verify.NoMatch, -8)}),
			entry("gone", Outcome{Status: Done, Measures: measures(verify.NoMatch, -1)}),
			entry("asked", Outcome{Status: Done, Figures: []Figure{{Name: "samples", Value: 10_000}, {Name: "share", Value: .123456}}}),
			entry("ruined", Outcome{Status: Diverged, Reason: "step 3: not a number"}),
		},
		Without: []Missing{{"svd", "--base"}},
	}
	var out bytes.Buffer
	if err := r.WriteText(&out); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"(as released) 50.0 % 1 – 99 % match 7 0.500 0.5000 75.0 % –", "(base) ", "held 50.0 %", "ruined diverged: step 3: not a number",
		"samples: 10000 share: 0.1235", "After 1 of 3 attacks an audit at α = 1e-06 says match", "betrayed: mean rank 0.25, e-value of their shares 1; a signal below the answers is left",
		"probability of so much is 1e-8", "gone: mean rank 0.25, e-value of their shares 1; no signal found (p = 0.1)", "Where the verdict is not a match, what", "not tried: svd, which needs --base",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
	if strings.Contains(text, "held: mean rank") {
		t.Error("a match is listed as none")
	}
}
