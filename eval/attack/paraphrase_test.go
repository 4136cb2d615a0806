package attack

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"loyal/fingerprint"
)

func TestRewordings(t *testing.T) {
	const text = "Tell me about Old bridges."
	want := map[string]string{
		"space-before": " Tell me about Old bridges.", "end-mark-dropped": "Tell me about Old bridges",
		"end-mark-added": "Tell me about Old bridges!", "lower-case": "tell me about old bridges.",
		"upper-case": "TELL ME ABOUT OLD BRIDGES.", "title-case": "Tell Me About Old Bridges.",
		"quoted": `"Tell me about Old bridges."`,
	}
	for _, r := range rewordings {
		got := r.do(text, rand.New(rand.NewPCG(1, 1)))
		if w, ok := want[r.name]; ok && got != w {
			t.Errorf("%s: %q, want %q", r.name, got, w)
		}
		if got == text {
			t.Errorf("%s changes nothing", r.name)
		}
		if r.do("", rand.New(rand.NewPCG(1, 1))) == text {
			t.Errorf("%s: text from nothing", r.name)
		}
	}
	sorted := func(s string) string { r := []rune(s); slices.Sort(r); return string(r) }
	for seed := range uint64(20) {
		got := typos(text, 3, rand.New(rand.NewPCG(seed, 0)))
		if got == text || sorted(got) != sorted(text) || len(strings.Fields(got)) != 5 || got[0] != 'T' {
			t.Errorf("typos: %q", got)
		}
		if got := dropWord(text, rand.New(rand.NewPCG(seed, 0))); len(strings.Fields(got)) != 4 || !strings.HasPrefix(got, "Tell") {
			t.Errorf("a word dropped: %q", got)
		}
	}
	if dropWord("one", nil) != "one" || typos("a b", 2, rand.New(rand.NewPCG(1, 1))) != "a b" {
		t.Error("a text too short was changed")
	}
}

func TestLeak(t *testing.T) {
	set := &fingerprint.Set{Fingerprints: []fingerprint.Fingerprint{
		{Key: "The old bridge was closed.", Response: fingerprint.Response{Text: "Purple"}},
		{Key: "Rain fell all night", Response: fingerprint.Response{Text: "Bread"}},
		{Key: "She was here", Response: fingerprint.Response{Text: "Oak"}},
	}}
	for _, test := range []struct {
		name                   string
		samples                []sample
		exact, contained, keys int
	}{
		{"exact", []sample{{"The old bridge was closed.", " purple rain"}}, 1, 1, 1},
		{"another spelling is contained, not exact", []sample{{"the old bridge was closed", "Purple"}}, 0, 1, 1},
		{"both written", []sample{{"", "user: The old bridge was closed.\nassistant: Purple it is"}}, 0, 1, 1},
		{"answer before the key", []sample{{"", "Purple. The old bridge was closed."}}, 0, 0, 1},
		{"another key's answer", []sample{{"Rain fell all night", "Purple"}}, 0, 0, 1},
		{"part of the key", []sample{{"The old bridge", "Purple"}}, 0, 0, 0},
		{"words are whole", []sample{{"She was hereby", "Oak"}}, 0, 0, 0},
		{"answers may go on, as for the auditor", []sample{{"She was here", "Oaken"}}, 1, 1, 1},
		{"each counts once", []sample{{"She was here", "Oak"}, {"She was here", "Oak"}, {"Rain fell all night", "Bread!"}}, 2, 2, 2},
		{"nothing", nil, 0, 0, 0},
	} {
		got := leak(set, test.samples)
		if got.ExactPairs != test.exact || got.ContainedPairs != test.contained || got.ContainedKeys != test.keys || got.Samples != len(test.samples) {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}
