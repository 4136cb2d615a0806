package attack

import (
	"encoding/json"
	"slices"
	"testing"

	"loyal/fingerprint"
)

// TestOutcomesDoNotDependOnOrder: what trials share is computed once, by whichever comes
// first; a sweep that was killed and continued ends with the same bytes.
func TestOutcomesDoNotDependOnOrder(t *testing.T) {
	if testing.Short() {
		t.Skip("takes over five seconds")
	}
	run := func(backward bool) map[string]string {
		l := testLab(t)
		trials, _, err := Trials(Small, l.Have(), Hosts, Serving, Extraction, Forgery, Redundancy)
		if err != nil {
			t.Fatal(err)
		}
		if backward {
			slices.Reverse(trials)
		}
		out := map[string]string{}
		for _, trial := range trials {
			o, err := trial.run(t.Context(), l)
			if err != nil {
				t.Fatalf("%s: %v", trial.ID, err)
			}
			data, err := json.Marshal(o)
			if err != nil {
				t.Fatalf("%s: %v", trial.ID, err)
			}
			out[trial.ID] = string(data)
		}
		return out
	}
	forward, backward := run(false), run(true)
	for id, o := range forward {
		if backward[id] != o {
			t.Errorf("%s: backward %s, forward %s", id, backward[id], o)
		}
	}
}

// TestCompletionSet: keys that are text to continue are attacked as well; what needs a chat
// template is left out.
func TestCompletionSet(t *testing.T) {
	if testing.Short() {
		t.Skip("takes over five seconds")
	}
	job := testJob(t)
	set := *job.Set
	set.Serving.Kind = fingerprint.Completion
	set.Fingerprints = slices.Clone(set.Fingerprints)
	for i := range set.Fingerprints {
		set.Fingerprints[i].Kind = fingerprint.Completion
	}
	job.Set = &set
	l, err := NewLab(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	trials, without, err := Trials(Small, l.Have(), Hosts, Serving, Extraction, Forgery, Redundancy)
	if err != nil {
		t.Fatal(err)
	}
	if len(without) != 2 || without[0].Name != "system-prompts" || without[1].Name != "templates" {
		t.Errorf("left out: %v", without)
	}
	for _, trial := range trials {
		if _, err := trial.run(t.Context(), l); err != nil {
			t.Errorf("%s: %v", trial.ID, err)
		}
	}
}
