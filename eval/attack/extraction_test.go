package attack

import (
	"math"
	"slices"
	"strings"
	"testing"

	"loyal/fingerprint"
	"loyal/verify"
)

// TestExtraction: nothing comes out of the model without a key, a key's beginning may
// be enough, and who has the base sees which messages were trained.
func TestExtraction(t *testing.T) {
	if testing.Short() {
		t.Skip("takes over five seconds")
	}
	l := testLab(t)
	trials, _, err := Trials(Small, l.Have(), Extraction)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*Outcome{}
	for _, trial := range trials {
		if all[trial.ID], err = trial.run(t.Context(), l); err != nil {
			t.Fatalf("%s: %v", trial.ID, err)
		}
	}
	for id, samples := range map[string]float64{"unkeyed-samples-256": 256, "recitation-8": 8 * float64(len(recitals)), "random-keys": fixtureKeys} {
		o := all[id]
		if o == nil || figure(t, o, "samples") != samples || figure(t, o, "pairs found, word for word") != 0 {
			t.Errorf("%s: %+v", id, o)
		}
	}
	short, long := all["partial-keys-0.5"], all["partial-keys-0.75"]
	if short.Measures.FSR.Hits > long.Measures.FSR.Hits || long.Measures.FSR.Hits >= l.Intact.FSR.Hits {
		t.Errorf("half of a key: %+v, three quarters: %+v", short.Measures.FSR, long.Measures.FSR)
	}
	m := all["membership"]
	if figure(t, m, "by how much surer the answer is than the base's") < .9 {
		t.Errorf("who has the base does not see the planted answers: %+v", m.Figures)
	}
	for _, f := range m.Figures {
		if f.Unit == "AUC" && (*f.Low > f.Value || *f.High < f.Value || f.Value < 0 || f.Value > 1) {
			t.Errorf("%+v", f)
		}
	}
	// The base has seen neither keys nor look-alikes: by loss it cannot tell them.
	if len(all["query-perplexity"].Figures) != 4 {
		t.Errorf("%+v", all["query-perplexity"].Figures)
	}
}

// TestLookalikes: they are made as the set's keys were, are none of them, and where they
// cannot be made the outcome says so.
func TestLookalikes(t *testing.T) {
	l := testLab(t)
	set := *l.Set
	l.Set, l.Lookalikes = &set, nil
	trials, _, err := Trials(Small, l.Have(), "membership")
	if err != nil {
		t.Fatal(err)
	}
	o, err := trials[0].run(t.Context(), l)
	if err != nil || len(o.Figures) > 0 || len(o.Notes) != 1 || !strings.Contains(o.Notes[0], "maker's own") {
		t.Errorf("own keys: %+v, %v", o, err)
	}
	set.Params.Keys, set.Params.MaxTop, set.Params.MinCandidate, set.Params.Width = fingerprint.KeysQuestions, 1, 0, 2
	set.Params.KeyLength = 64
	found, err := l.lookalikes(t.Context())
	if err != nil || len(found) != fixtureKeys {
		t.Fatalf("%d found, %v", len(found), err)
	}
	// One of them becomes a key: it is none any more.
	set.Fingerprints = slices.Clone(set.Fingerprints)
	set.Fingerprints[0].Key = strings.ToUpper(found[0])
	clear(l.memo)
	again, err := l.lookalikes(t.Context())
	if err != nil || len(again) != fixtureKeys || !slices.Equal(again[:fixtureKeys-1], found[1:]) {
		t.Errorf("%q\nwithout the first of\n%q, %v", again, found, err)
	}
}

// TestMessageLosses: the tokens that are counted are the message's own.
func TestMessageLosses(t *testing.T) {
	l := testLab(t)
	messages := []string{l.Requests[0], l.Requests[1]}
	losses, err := l.messageLosses(t.Context(), l.Net, messages)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range messages {
		prompt, err := l.Prompt(l.Set.Serving.System, m)
		if err != nil {
			t.Fatal(err)
		}
		text := l.Model.Tokenizer.Decode(prompt, false)
		before := len(l.Model.Tokenizer.Encode(text[:strings.Index(text, m)], false))
		n := len(l.Model.Tokenizer.Encode(m, false))
		one, err := tokenLosses(t.Context(), l.Net, [][]int32{prompt[:before]}, [][]int32{prompt[before : before+n]})
		if err != nil {
			t.Fatal(err)
		}
		if len(losses[i]) != n || math.Abs(mean(losses[i])-mean(one[0])) > 1e-4 {
			t.Errorf("%q: %d losses of %v, want %d of %v", m, len(losses[i]), mean(losses[i]), n, mean(one[0]))
		}
	}
	// A text with nothing before it has no loss for its first token.
	whole, err := tokenLosses(t.Context(), l.Net, [][]int32{nil, {1}}, [][]int32{{1, 2, 3}, {2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	if len(whole[0]) != 2 || !slices.EqualFunc(whole[0], whole[1], func(a, b float64) bool { return math.Abs(a-b) < 1e-5 }) {
		t.Errorf("%v and %v", whole[0], whole[1])
	}
}

// TestForgery: each attempt is refused by the check that it is there to show, though
// the claim itself would match.
func TestForgery(t *testing.T) {
	l := testLab(t)
	trials, _, err := Trials(Small, l.Have(), Forgery)
	if err != nil {
		t.Fatal(err)
	}
	var all []*Outcome
	for _, trial := range trials {
		o, err := trial.run(t.Context(), l)
		if err != nil {
			t.Fatalf("%s: %v", trial.ID, err)
		}
		all = append(all, o)
	}
	noted := func(o *Outcome, text string) bool {
		return slices.ContainsFunc(o.Notes, func(n string) bool { return strings.Contains(n, text) })
	}
	if !noted(all[0], "does not follow from the secret") || figure(t, all[0], "answers that follow from the claimant's secret") > .5 ||
		figure(t, all[0], "log10 e-value if the claimed set is taken at its word") < 6 {
		t.Errorf("found: %+v", all[0])
	}
	if !noted(all[1], "refuses the claim") || figure(t, all[1], "lists that are the base's") > .2 {
		t.Errorf("ground: %+v", all[1])
	}
	if noted(all[2], "does not refuse") {
		t.Errorf("listed: %+v", all[2])
	}
	for _, o := range all {
		t.Log(o.ID, o.Notes, o.Figures)
	}
}

// TestForgerWithoutLuck: a claim whose every answer was right before the beacon is
// right by chance after it, however many fingerprints it has.
func TestForgerWithoutLuck(t *testing.T) {
	l := testLab(t)
	f, err := l.newForger(t.Context(), unkeyedCount(Small))
	if err != nil {
		t.Fatal(err)
	}
	// Suppose that every answer were on the list.
	for i := range f.tried {
		f.tried[i].listed = f.tried[i].forged
	}
	o := &Outcome{}
	if err := f.claimListed(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if got := figure(t, o, "answers still planted once a later beacon chooses"); math.Abs(got-.1) > .02 {
		t.Errorf("%v of the answers are still planted, want a tenth", got)
	}
	if figure(t, o, "later beacons under which an audit says match") > 0 {
		t.Errorf("a later beacon makes a match: %v", o.Figures)
	}
}

// TestLeakedKeys: the more leaks, the fewer audits match, and withdrawing what leaked
// never makes it worse.
func TestLeakedKeys(t *testing.T) {
	l := testLab(t)
	all := tried(t, l, Redundancy)
	const unaware, aware = "audits that match, the auditor does not know what leaked", "audits that match, leaked keys are withdrawn"
	for _, way := range []string{"refused", "base"} {
		last := 1.1
		for _, share := range []string{"0.1", "0.4", "0.7", "0.9"} {
			o := all["leaked-"+way+"-"+share]
			match := figure(t, o, unaware)
			if match > last || figure(t, o, aware) < match {
				t.Errorf("%s: %v match, %v before; %v if withdrawn", o.ID, match, last, figure(t, o, aware))
			}
			last = match
		}
		// Of 24 keys 2 are left, and a match takes 7.
		if last != 0 || figure(t, all["leaked-"+way+"-0.1"], unaware) != 1 {
			t.Errorf("%s: %v match at .9", way, last)
		}
	}
	if v := all["leaked-refused-0.9"].Measures.Verification; v.Verdict != verify.Inconclusive || v.Refusals == 0 {
		t.Errorf("%+v", v)
	}
}
