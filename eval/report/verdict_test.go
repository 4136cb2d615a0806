package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"loyal/eval/attack"
	"loyal/internal/chart"
)

// The headline counts what happened, and says what forbids counting.
func TestHeadline(t *testing.T) {
	only := func(entries ...attack.Entry) func(*attack.Report) {
		return func(r *attack.Report) { r.Outcomes = entries }
	}
	weights := func(hits int) attack.Entry {
		return trial("noise-1", "noise", attack.Weights, "noise", "noise", 1, measures(hits, 90))
	}
	bad := trial("dpo-1", "dpo", attack.Weights, "DPO", "x", 1, nil)
	bad.Status = attack.Diverged
	for name, c := range map[string]struct {
		change func(*attack.Report)
		kind   kind
		want   string
	}{
		"as it is":   {func(*attack.Report) {}, mixed, "Verification says match after 4 of 5 attacks on the weights"},
		"all":        {only(weights(64)), match, "Verification says match after 1 of 1 attack on the weights"},
		"none":       {only(weights(0), bad), noMatch, "Verification says match after 0 of 1 attack on the weights"},
		"diverged":   {only(bad), unasked, "No trial ended in a verdict"},
		"no weights": {only(trial("json", "json", attack.Serving, "json", "x", 1, measures(64, 90))), match, "Verification says match in 1 of 1 way of serving"},
		"not ours":   {func(r *attack.Report) { r.Intact = measures(4, 100) }, noMatch, "Verification does not recognize the model even before any attack"},
		"base":       {func(r *attack.Report) { r.Base = measures(60, 90) }, noMatch, "Verification takes the base for the fingerprinted model"},
		"nothing":    {only(), unasked, "No trial ended in a verdict"},
		"no base":    {func(r *attack.Report) { r.Base, r.Intact = nil, nil }, mixed, "Verification says match after 4 of 5 attacks on the weights"},
	} {
		r := sample()
		c.change(r)
		if v := judge(r); v.Kind != c.kind || v.Headline != c.want {
			t.Errorf("%s: %s, %q; not %s, %q", name, v.Kind, v.Headline, c.kind, c.want)
		}
	}
}

// Each end of a trial has a kind, a word and a sign of its own.
func TestKinds(t *testing.T) {
	bad := trial("a", "noise", attack.Weights, "", "", 1, nil)
	bad.Status = attack.Diverged
	outcomes := []*attack.Outcome{
		trial("a", "noise", attack.Weights, "", "", 1, measures(64, 90)).Outcome, trial("a", "noise", attack.Weights, "", "", 1, measures(5, 90)).Outcome,
		trial("a", "noise", attack.Weights, "", "", 1, measures(0, 90)).Outcome, bad.Outcome, trial("a", "forgery", attack.Forgery, "", "", 1, nil).Outcome, nil,
	}
	for i, want := range []string{"✓ match", "? inconclusive", "✕ no match", "! diverged", " no audit", "– missing"} {
		if k := kindOf(outcomes[i]); k.Sign()+" "+k.Word() != want {
			t.Errorf("%q, not %q", k.Sign()+" "+k.Word(), want)
		}
	}
	parts := tallyOf(outcomes).parts()
	if len(parts) != 4 || parts[1].X != "25.00" || parts[3].Width != "25.00" {
		t.Errorf("%+v", parts)
	}
}

// Sentences say what the trials say.
func TestSentences(t *testing.T) {
	text := strings.Join(judge(sample()).Sentences, "\n")
	for _, want := range []string{
		"As released, the model answers 64 of 64 keys as planted, and an audit says match after 7 questions. The base gives 0 planted answers, and is declared no match.",
		"The match ended after 1 of 5 attacks on the weights. These, with the share of ordinary answers whose first word they keep, are: “setting of quantize-g3” 25 %.",
		"A host that has only this model hides nine of ten planted answers at the price of 99 % (94–100 %) of ordinary answers",
		"A host that has the base or a sibling as well hides nine of ten planted answers at the price of 0 % (0–4 %) of ordinary answers",
		"256 answers without a key gave away at most 0 % (0–6 %) of the pairs of key and answer.",
		"with an AUC of 0.520 (by loss)",
		"With 50 % of the keys leaked and refused by the host an audit still says match.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	r := sample()
	r.Suppressions[0].ID = ""
	r.Outcomes[len(r.Outcomes)-1].Measures = measures(1, 0)
	text = strings.Join(judge(r).Sentences, "\n")
	for _, want := range []string{"A host that has only this model did not hide nine of ten planted answers with any setting that was tried.", "No share of leaked keys that was tried left a match where they are refused by the host."} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	// Those that ended the match come in the order of what they keep, and not without end.
	var many []*attack.Outcome
	for i := range 7 {
		many = append(many, trial(fmt.Sprint("noise-", i), "noise", attack.Weights, "noise", "noise", 1, measures(0, 10*i)).Outcome)
	}
	if got := ended(many, familyOf(attack.Weights)); !strings.Contains(got, "after 7 of 7 attacks") || !strings.Contains(got, "are: “setting of noise-6” 60 %, “setting of noise-5” 50 %,") ||
		!strings.HasSuffix(got, "“setting of noise-2” 20 %, and 2 that keep less.") {
		t.Errorf("%q", got)
	}
	// A larger leak that matches again by luck does not count beyond one that did not.
	leak := func(x float64, hits int) attack.Entry {
		return trial("l", "leaked-keys", attack.Redundancy, "leaked-base", attack.AxisLeaked, x, measures(hits, 0))
	}
	list := []*attack.Outcome{leak(.9, 60).Outcome, leak(.25, 60).Outcome, leak(.5, 0).Outcome}
	if got := withstood(list); len(got) != 1 || !strings.HasPrefix(got[0], "With 25 % ") {
		t.Errorf("%q", got)
	}
}

func ref(x float64) *float64 { return &x }

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		percent(1e308): "–", between(-1e308, 1e308): "–", percent(math.NaN()): "–",
		percent(1): "100 %", percent(.9844): "98.4 %", percent(0): "0 %", between(.9439, 1): "94–100 %", between(0, .056): "0–6 %",
		number(24): "24", number(.127): "0.127", number(1234.5): "1234", number(-24): "−24", number(1e-6): "1e-6", divergence(-.015): "−0.0150", divergence(0): "0", divergence(.00501): "0.0050", divergence(4.3): "4.30",
		duration(8.14): "8.1 s", duration(9): "9.0 s", duration(.03): "under 0.1 s", duration(59.97): "1 min 0 s", duration(98): "1 min 38 s", duration(4000): "1 h 6 min", duration(math.NaN()): "very long",
		power(-.3): "0.50", power(-12.3): "5e-13", power(-6): "1e-6", area(.99878): "0.999", hold("98 % (94–100 %)"): "98\u00a0% (94–100\u00a0%)", power(-324): "10^-324",
		chance(1e-6): "1 in 1,000,000", chance(.01): "1 in 100", chance(.0015): "1 in 666", chance(0): "unknown",
		quoted([]string{"attack", "a b", "it's", ""}):                                          `loyal attack 'a b' 'it'\''s' ''`,
		figureText(attack.Figure{Unit: "AUC", Value: .5327, Low: ref(.4334), High: ref(.629)}): "AUC 0.533 (0.433–0.629)", figureText(attack.Figure{Unit: "nats a token", Value: -.015}): "−0.0150 nats a token",
		figureText(attack.Figure{Value: .5, Low: ref(.4), High: ref(.6)}): "50 % (40–60 %)", figureText(attack.Figure{Unit: "share", Value: .5}): "50 %",
		hostName("host-top"): "never the likeliest word", hostName("host-token-set-base-always"): "only what another model would say (base always)", hostName("host-query-own"): "refuses odd requests",
		hostName("host-topmost"): "topmost",
		recipe(json.RawMessage(`{"method": "lora", "r": 64, "t": ["q", "o"]}`)): "method: \"lora\"\nr: 64\nt: [\"q\",\"o\"]\n", recipe(nil): "", recipe(json.RawMessage(`[1]`)): "",
		points(-.0625): "−6.2", points(.5): "+50", points(0): "±0", points(-1e-9): "±0",
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// Plots show trials along their settings, hosts with their
// price, divergence, questions, probabilities, leaks; each file name once.
func TestPlots(t *testing.T) {
	plots := Plots(sample())
	var names []string
	for _, p := range plots {
		names = append(names, p.Name)
	}
	for _, want := range []string{
		"fsr-fine-tuning-on-ordinary-requests", "fsr-quantization", "fsr-merging-with-the-base", "fsr-sampling-at-a-temperature", "fsr-leaked-keys",
		"hosts-alone", "leaks-matches", "kl", "questions", "probabilities",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("no plot %s among %v", want, names)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("a name twice: %v", names)
	}
	// The un-attacked model stands at the beginning of fine-tuning, points on the way
	// between; the base at the other end of mixtures.
	for _, l := range lines(sample()) {
		switch l.attack {
		case "sft":
			if len(l.points) != 4 || l.points[0].X != 0 || l.points[0].Y != 1 || l.points[3].Y != 60./64 {
				t.Errorf("fine-tuning: %+v", l.points)
			}
		case "merge":
			if len(l.points) != 3 || l.points[0].Y != 0 || l.points[2].Y != 1 {
				t.Errorf("merging: %+v", l.points)
			}
		}
	}
	// Formats of as many bits are points with names, and no line.
	for _, p := range plots {
		f, ok := p.Drawing.(*chart.Figure)
		if !ok || p.Name != "fsr-quantization" {
			continue
		}
		var labels []string
		for _, at := range f.Series[0].Points {
			labels = append(labels, at.Label)
		}
		if want := []string{"g3", "q8-0", "int8"}; f.Series[0].Line || !slices.Equal(labels, want) {
			t.Errorf("quantization: line %v, names %q", f.Series[0].Line, labels)
		}
	}
	got := unique([]Plot{{Name: "a b"}, {Name: "A/b"}, {Name: "../x"}, {Name: "é"}, {Name: ""}})
	names = nil
	for _, p := range got {
		names = append(names, p.Name)
	}
	if want := []string{"a-b", "a-b-2", "x", "plot", "plot-2"}; !slices.Equal(names, want) {
		t.Errorf("%q, not %q", names, want)
	}
}

// Runs are compared trial by trial with the first; what is not there is missing.
func TestCompare(t *testing.T) {
	a, b := sample(), sample()
	b.Outcomes = append(b.Outcomes[2:], trial("noise-0.1", "noise", attack.Weights, "noise", "noise", .1, measures(50, 90)),
		trial("noise-0.2", "noise", attack.Weights, "noise", "noise", .2, measures(40, 90)))
	b.Outcomes[0].Measures = measures(32, 95) // quantize-q8-0
	b.Identity["requests"] = "other"
	b.Identity["model"] = "sha256:22"
	c := Compare([]Run{{Name: "a", Report: a}, {Name: "b", Report: b, Missing: []string{"svd-1"}}})
	row := func(id string) ComparedTrial {
		for _, x := range c.Trials {
			if x.ID == id {
				return x
			}
		}
		t.Fatalf("no trial %s", id)
		return ComparedTrial{}
	}
	if x := row("sft-1e-5-2"); x.Outcomes[0] == nil || x.Outcomes[1] != nil {
		t.Error("a trial that is missing is not missing")
	}
	if x := row("noise-0.1"); x.Outcomes[0] != nil || x.Outcomes[1].Difference != nil {
		t.Error("a difference from nothing")
	}
	if x := row("quantize-q8-0").Outcomes[1]; x.Difference == nil || *x.Difference != -.5 || !x.Apart {
		t.Errorf("half as much: %+v", x)
	}
	if x := row("quantize-int8").Outcomes[1]; *x.Difference != 0 || x.Apart {
		t.Errorf("the same: %+v", x)
	}
	// A trial that is no part of a run is not one that is still to be done.
	for _, x := range c.Trials {
		for i, want := range map[string]kind{"sft-1e-5-2": untried, "quantize-q8-0": match} {
			if x.ID == i && c.kindAt(x, 1) != want {
				t.Errorf("%s is %s in the second run", i, c.kindAt(x, 1))
			}
		}
	}
	c.Runs[1].Missing = append(c.Runs[1].Missing, "sft-1e-5-2")
	if k := c.kindAt(row("sft-1e-5-2"), 1); k != missing {
		t.Errorf("a trial that is to be done is %s", k)
	}
	c.Runs[1].Missing = c.Runs[1].Missing[:1]
	if c.Common != 9 || c.Runs[0].CommonMatches != 6 || c.Runs[0].Audited != 10 || c.Runs[1].Audited != 11 {
		t.Errorf("%d trials in common, %+v", c.Common, c.Runs)
	}
	if u := c.Uneven(); len(u) != 1 || u[0].Name != "requests" || len(c.Settings) != 2 {
		t.Errorf("uneven: %+v of %+v", u, c.Settings)
	}
	turned := Compare([]Run{{Name: "b", Report: b}, {Name: "a", Report: a}})
	for _, x := range turned.Trials {
		if o := x.Outcomes[1]; x.ID == "quantize-q8-0" && (*o.Difference != .5 || !o.Apart) {
			t.Errorf("twice as much: %+v", o)
		}
	}
	// What only one run has is no comparison: it is folded away, and no figure has one run.
	page, err := c.HTML()
	if err != nil {
		t.Fatal(err)
	}
	open, folded, ok := strings.Cut(string(page), "<details>")
	if !ok || !strings.Contains(folded, "<code>sft-1e-5-2</code>") || strings.Contains(open, "<code>sft-1e-5-2</code>") || !strings.Contains(open, "<code>quantize-q8-0</code>") {
		t.Error("a trial of one run stands among those of both")
	}
	for _, p := range c.plots() {
		if f, ok := p.Drawing.(*chart.Figure); ok && len(f.Series) < 2 {
			t.Errorf("%s shows one run", p.Name)
		}
	}
	// Searches for keys count on no side.
	for _, r := range []*attack.Report{a, b} {
		r.Outcomes = append(r.Outcomes, trial("partial-keys-0.5", "partial-keys", attack.Extraction, "partial-keys", "words", .5, measures(60, 90)))
	}
	if more := Compare([]Run{{Name: "a", Report: a}, {Name: "b", Report: b}}); more.Common != c.Common || more.Runs[0].Matches != c.Runs[0].Matches {
		t.Errorf("a search counts: %d in common, %d matches", more.Common, more.Runs[0].Matches)
	}
	// A run has the same color in all figures, also where it stands alone.
	for _, p := range c.plots() {
		f, ok := p.Drawing.(*chart.Figure)
		if !ok {
			continue
		}
		for _, s := range f.Series {
			if want := map[string]chart.Tone{"a": chart.Blue, "b": chart.Vermilion}[s.Name]; s.Tone != want {
				t.Errorf("%s: run %s in tone %d", p.Name, s.Name, s.Tone)
			}
		}
	}
	var text strings.Builder
	if err := c.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"50 % match 15 −50*", "missing from b: svd-1", "not alike: requests: , other", "of the trials of all"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
}

// Axes that plots look for are those of trials: another name would draw them wrongly,
// and nothing would say so.
func TestAxesAreThoseOfTrials(t *testing.T) {
	trials, _, err := attack.Trials(attack.Full, attack.Have{Base: true, Siblings: 1, Chat: true, Blocks: 30, Keys: 64})
	if err != nil {
		t.Fatal(err)
	}
	named := slices.Concat(unordered, logarithmic, shares, slices.Collect(maps.Keys(anchors)), []string{mixtures})
	for _, axis := range named {
		if !slices.ContainsFunc(trials, func(x attack.Trial) bool { return x.Axis == axis }) {
			t.Errorf("no trial lies along %q", axis)
		}
	}
}
