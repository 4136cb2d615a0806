package attack

import (
	"strings"
	"testing"

	"loyal/lm"
	"loyal/verify"
)

// TestServing: what each way of serving must do to fingerprints.
func TestServing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes over five seconds")
	}
	l := testLab(t)
	all := tried(t, l, Serving)
	fsr := func(id string) float64 {
		if all[id] == nil || all[id].Measures == nil {
			t.Fatalf("%s: %+v", id, all[id])
		}
		return all[id].Measures.FSR.Value
	}
	intact := l.Intact.FSR.Value
	// What changes nothing that counts leaves everything.
	for _, id := range []string{"max-tokens-1", "stream"} {
		if fsr(id) != intact || all[id].Measures.Verification != l.Intact.Verification {
			t.Errorf("%s: %+v", id, all[id].Measures)
		}
	}
	if figure(t, all["stream"], "streamed answers that are the same in one piece") != 1 {
		t.Error("streams say other things")
	}
	// In JSON no answer begins as planted, and what stands in it is counted apart.
	if o := all["json"]; o.Measures.FSR.Hits != 0 || o.Measures.Verification.Verdict == verify.Match {
		t.Errorf("json: %+v", o.Measures)
	} else if _ = figure(t, o, "planted answers behind the forced beginning"); len(o.Figures) != 1 {
		t.Errorf("json: %v", o.Figures)
	}
	// Narrow sampling is nearly greedy, hot sampling is not.
	if fsr("temperature-0.3") < .9*intact || fsr("temperature-0.3") < fsr("temperature-1.5") {
		t.Errorf("temperature .3: %v, 1.5: %v", fsr("temperature-0.3"), fsr("temperature-1.5"))
	}
	for id, o := range all {
		if !strings.HasPrefix(id, "temperature") && !strings.HasPrefix(id, "top-") {
			continue
		}
		hits, listed := figure(t, o, "planted, of all samples"), figure(t, o, "on the list, of all samples")
		if hits > listed || len(o.Notes) != 1 {
			t.Errorf("%s: %v of the samples planted, %v on the list, %v", id, hits, listed, o.Notes)
		}
		if once := figure(t, o, "keys answered as planted in one of 8 samples"); once < fsr(id) || once < hits {
			t.Errorf("%s: %v once, %v first", id, once, fsr(id))
		}
	}
	if fsr("rewording-upper-case") > fsr("rewording-line-feed-after") {
		t.Error("upper case keeps more than a line feed")
	}
	for _, id := range []string{"template-bare", "few-shot-text-2", "few-shot-turns-2", "system-prompts-mixed", "combined-system-sampled", "combined-few-shot-penalty"} {
		if o := all[id]; o == nil || o.Measures == nil && len(o.Notes) == 0 {
			t.Errorf("%s: %+v", id, o)
		}
	}
}

// TestServingReaches: a host puts before the model what its setting says.
func TestServingReaches(t *testing.T) {
	l := testLab(t)
	text := func(h *servingHost, i int) string {
		ids, err := h.render(i, Ask{User: "Who are you?"})
		if err != nil {
			t.Fatal(err)
		}
		return l.Model.Tokenizer.Decode(ids, false)
	}
	for name, test := range map[string]struct {
		got  string
		want []string
	}{
		"text":    {text(l.fewShot("text", 2), 0), []string{"Norway", "ostrich", "Who are you?\nA:"}},
		"turns":   {text(l.fewShot("turns", 1), 0), []string{"Norway", "Oslo", "Who are you?"}},
		"upper":   {text(l.reworded(rewordings[5]), 0), []string{"WHO ARE YOU?"}},
		"ordered": {text(l.reworded(rewordings[9]), 0), []string{"following message", "Who are you?"}},
	} {
		at := 0
		for _, w := range test.want {
			i := strings.Index(test.got[at:], w)
			if i < 0 {
				t.Errorf("%s: no %q in %q", name, w, test.got)
				break
			}
			at += i
		}
	}
	h := &servingHost{lab: l, force: jsonBeginning, limit: 2, sampling: lm.Sampling{}}
	got, err := h.Answer(t.Context(), []Ask{{User: "Who are you?", MaxTokens: 9}})
	if err != nil || !strings.HasPrefix(got[0], jsonBeginning) || len(l.Model.Tokenizer.Encode(strings.TrimPrefix(got[0], jsonBeginning), false)) > 2 {
		t.Errorf("%q, %v", got, err)
	}
}
