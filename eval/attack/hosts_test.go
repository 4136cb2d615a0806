package attack

import (
	"math"
	"slices"
	"testing"

	"loyal/lm"
	"loyal/verify"
)

// tried runs the full grid's trials of an attack, by ID.
func tried(t *testing.T, l *Lab, names ...string) map[string]*Outcome {
	t.Helper()
	trials, without, err := Trials(Full, l.Have(), names...)
	if err != nil || len(without) > 0 {
		t.Fatal(err, without)
	}
	out := map[string]*Outcome{}
	for _, trial := range trials {
		o, err := trial.run(t.Context(), l)
		if err != nil {
			t.Fatalf("%s: %v", trial.ID, err)
		}
		if out[trial.ID] != nil || !validID(trial.ID) {
			t.Errorf("ID %q", trial.ID)
		}
		out[trial.ID] = o
	}
	return out
}

func figure(t *testing.T, o *Outcome, name string) float64 {
	t.Helper()
	i := slices.IndexFunc(o.Figures, func(f Figure) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("%s has no figure %q: %v", o.ID, name, o.Figures)
	}
	return o.Figures[i].Value
}

const (
	figureRefused    = "ordinary requests refused"
	figureDivergence = "divergence of the host's first token from the model's"
	figureChanged    = "ordinary answers changed within 16 tokens"
)

// TestHosts: what each hostile host must do to fingerprints and to its own users.
func TestHosts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes over five seconds")
	}
	l := testLab(t)
	all := tried(t, l, Hosts)
	cost := func(id string) float64 { return all[id].Measures.cost() }
	fsr := func(id string) float64 { return all[id].Measures.FSR.Value }

	// Who never says the likeliest token says hardly a planted answer, unless in another
	// spelling, and no ordinary one.
	for _, id := range []string{"host-top-1", "host-top-5", "host-top-1-first3", "host-neighbors-1", "host-neighbors-100"} {
		if o := all[id]; o.Measures.FSR.Value > .2 || cost(id) < .9 || figure(t, o, figureChanged) != 1 || o.Measures.Verification.Verdict == verify.Match {
			t.Errorf("%s: %+v", id, o.Measures)
		}
	}
	if d, more := figure(t, all["host-top-1"], figureDivergence), figure(t, all["host-top-5"], figureDivergence); d <= 0 || more <= d {
		t.Errorf("divergence %v, %v if more is forbidden", d, more)
	}
	if d := figure(t, all["host-token-set-base-500"], figureDivergence); d < 0 || d > .2 {
		t.Errorf("divergence %v if 500 tokens may be said", d)
	}
	// Confidence: the lower the limit, the more of both is lost.
	if fsr("host-confidence-0.99") < fsr("host-confidence-0.3") || cost("host-confidence-0.99") > cost("host-confidence-0.3") || fsr("host-confidence-0.2") > .1 {
		t.Errorf("confidence: %v %v, %v %v", fsr("host-confidence-0.99"), cost("host-confidence-0.99"), fsr("host-confidence-0.3"), cost("host-confidence-0.3"))
	}
	// A margin of nothing lets the model go on only where it is surest.
	if cost("host-look-ahead-2") > cost("host-look-ahead-0") || fsr("host-look-ahead-0") > fsr("host-look-ahead-2") {
		t.Errorf("look-ahead: %v %v", cost("host-look-ahead-2"), cost("host-look-ahead-0"))
	}
	// Who has the base sees every planted answer, and pays little.
	if o := all["host-reference-2"]; o.Measures.FSR.Value > .1 || o.Measures.cost() > .3 {
		t.Errorf("reference: %+v", o.Measures)
	}
	// The base's likeliest token alone is the base.
	if o := all["host-token-set-base-1-always"]; o.Measures.FSR.Value > .1 || math.Abs(o.Measures.cost()-(1-l.Origin.Utility.Agreement.Value)) > .03 {
		t.Errorf("token set of one: %+v, base agrees on %v", o.Measures, l.Origin.Utility.Agreement)
	}
	if fsr("host-token-set-base-500") != l.Intact.FSR.Value || cost("host-token-set-base-500") != 0 {
		t.Errorf("token set of 500: %v", all["host-token-set-base-500"].Measures)
	}
	// A filter on requests refuses as many as it says, and never more than that of ordinary ones.
	for id, share := range map[string]float64{"host-query-own-0.1": .1, "host-query-own-0.5": .5, "host-query-base-0.2": .2} {
		if got := figure(t, all[id], figureRefused); got > share || got < share-.05 {
			t.Errorf("%s refuses %v", id, got)
		}
		if figure(t, all[id], "keys refused") > 0 && fsr(id) == l.Intact.FSR.Value {
			t.Errorf("%s: refused keys, and all were answered", id)
		}
	}
	// Dilution costs in proportion.
	if o := all["host-dilution-base-0.5"]; o.Measures.FSR.Value < .2 || o.Measures.FSR.Value > .8 {
		t.Errorf("dilution by half: %+v", o.Measures.FSR)
	}
	if fsr("host-dilution-base-0.1") <= fsr("host-dilution-base-0.95") {
		t.Error("more dilution hides less")
	}
	if o := all["host-rarity-2"]; o.Measures.FSR.Value > fsr("host-rarity-12") {
		t.Errorf("rarity: %+v", o.Measures)
	}
	// Two conditions suspect less than one, so cost less and hide less.
	if cost("host-sure-rare-0.5") > cost("host-rarity-4") || fsr("host-sure-rare-0.5") < fsr("host-rarity-4") || fsr("host-sure-rare-0.1") > fsr("host-sure-rare-0.95") {
		t.Errorf("sure and rare: %v", all["host-sure-rare-0.5"].Measures)
	}
	for id, o := range all {
		for _, f := range o.Figures {
			if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
				t.Errorf("%s: %s is %v", id, f.Name, f.Value)
			}
		}
	}
	if u := all["host-token-set-base-1-always"].Measures.BaseUtility; u.Agreement.Value < .97 {
		t.Errorf("the base's tokens alone agree with the base on %v", u.Agreement)
	}
}

// TestFirstTokenHosts: answers whose first token a filter leaves alone need not be
// written again, and are what the general way of answering writes.
func TestFirstTokenHosts(t *testing.T) {
	l := testLab(t)
	for name, f := range map[string]filter{"confidence": suppressConfident(.5, alone), "top": suppressTop(2), "none": rowwise(func([]float32) {})} {
		asks := slices.Concat(l.RequestAsks(8), l.KeyAsks())
		for i := range asks {
			asks[i].Enough = nil
		}
		quick, err := (&filterHost{lab: l, filter: f, window: 1}).Answer(t.Context(), asks)
		if err != nil {
			t.Fatal(err)
		}
		prompts, err := l.render(asks)
		if err != nil {
			t.Fatal(err)
		}
		slow, err := l.write(t.Context(), l.Net, asks, prompts, lm.GenerateOptions{Adjust: within{f, 1}.start(prompts).adjust})
		if err != nil {
			t.Fatal(err)
		}
		for i := range quick {
			if quick[i] != slow[i] {
				t.Errorf("%s: %q, the general way %q", name, quick[i], slow[i])
			}
		}
	}
}

func TestSuppressions(t *testing.T) {
	entry := func(id, series string, hits, agree int) Entry {
		return Entry{Outcome: &Outcome{
			Trial:    Trial{ID: id, Series: series, Family: Hosts},
			Measures: &Measures{FSR: NewRate(hits, 100), Utility: Utility{Agreement: NewRate(agree, 50)}},
		}}
	}
	got := suppressions(NewRate(98, 100), []Entry{
		entry("a1", "a", 90, 50), entry("a2", "a", 9, 40), entry("a3", "a", 0, 30), entry("a4", "a", 9, 35),
		entry("b1", "b", 10, 50), entry("b2", "b", 60, 10),
		{Outcome: &Outcome{Trial: Trial{ID: "w", Family: Weights}, Measures: &Measures{}}},
	})
	if len(got) != 2 || got[0].ID != "a2" || got[0].Cost.Value != .2 || got[1].ID != "" {
		t.Errorf("%+v", got)
	}
}
