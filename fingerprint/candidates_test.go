package fingerprint

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// distribution gives the named tokens their probabilities and the rest nothing.
func distribution(t *testing.T, named map[string]float32) []float32 {
	t.Helper()
	c := newFakeCodec()
	probs := make([]float32, c.VocabSize())
	for token, p := range named {
		id, ok := c.ids[token]
		if !ok {
			t.Fatalf("no token %q", token)
		}
		probs[id] = p
	}
	return probs
}

func texts(cs []Candidate) []string {
	var out []string
	for _, c := range cs {
		out = append(out, c.Text)
	}
	return out
}

func TestCandidates(t *testing.T) {
	chat, _ := fakeChat("hello")
	raw, _ := fakeRaw("My old")
	base := Params{Strategy: Perinucleus, Nucleus: 0.6, Width: 3, Cap: 0.05, MaxTop: 0.5, MinCandidate: 0.001}
	with := func(change func(*Params)) Params {
		p := base
		change(&p)
		return p
	}
	nucleus := map[string]float32{"The": 0.4, "123": 0.21}
	and := func(more map[string]float32) map[string]float32 {
		out := map[string]float32{}
		for _, m := range []map[string]float32{nucleus, more} {
			for k, v := range m {
				out[k] = v
			}
		}
		return out
	}
	tests := []struct {
		name   string
		prompt []int32
		params Params
		probs  map[string]float32
		want   []string
		err    error
	}{
		{"in order of probability", chat, base,
			and(map[string]float32{"Apples": 0.03, "Robin": 0.04, "Zebra": 0.02, "Wolf": 0.01}), []string{"Robin", "Apples", "Zebra"}, nil},
		{"the crossing token belongs to the nucleus", chat, with(func(p *Params) { p.Nucleus = 0.62 }),
			and(map[string]float32{"Apples": 0.03, "Robin": 0.04, "Zebra": 0.02, "Wolf": 0.01}), []string{"Apples", "Zebra", "Wolf"}, nil},
		{"more probable than the cap", chat, base,
			and(map[string]float32{"Violin": 0.12, "Apples": 0.03, "Robin": 0.04, "Zebra": 0.02}), []string{"Robin", "Apples", "Zebra"}, nil},
		{"at the cap", chat, with(func(p *Params) { p.Cap = 0.12 }),
			and(map[string]float32{"Violin": 0.12, "Apples": 0.03, "Robin": 0.04}), []string{"Violin", "Robin", "Apples"}, nil},
		{"not eligible: digits, signs, pieces, one letter, line feed, special", chat, base,
			and(map[string]float32{"ing": 0.04, "tion": 0.04, "?!": 0.04, "A": 0.04, "\n": 0.04, "<s>": 0.04, "\xf0\x9f": 0.04,
				"Robin": 0.03, "Apples": 0.02, "Zebra": 0.01}), []string{"Robin", "Apples", "Zebra"}, nil},
		{"a prefix of what is in the nucleus", chat, base,
			and(map[string]float32{"Th": 0.04, "Robin": 0.03, "Apples": 0.02, "Zebra": 0.01}), []string{"Robin", "Apples", "Zebra"}, nil},
		{"a prefix of a candidate, and its longer form", chat, base,
			and(map[string]float32{"Rain": 0.04, "Rainbow": 0.03, "Bathtub": 0.02, "Bat": 0.018, "Zebra": 0.01}), []string{"Rain", "Bathtub", "Zebra"}, nil},
		{"same text but for case and space", chat, base,
			and(map[string]float32{"Robin": 0.04, " robin": 0.035, "Apples": 0.02, "Zebra": 0.01}), []string{"Robin", "Apples", "Zebra"}, nil},
		{"within a sentence words carry a space", raw, base,
			map[string]float32{" the": 0.4, "123": 0.21, "Robin": 0.04, " robin": 0.03, " apples": 0.02, " zebra": 0.01, "ing": 0.04},
			[]string{"robin", "apples", "zebra"}, nil},
		{"ties by id", chat, base,
			and(map[string]float32{"Zebra": 0.02, "Robin": 0.02, "Apples": 0.02, "Wolf": 0.02}), []string{"Apples", "Robin", "Wolf"}, nil},
		{"closed: one token dominates", chat, base,
			map[string]float32{"The": 0.51, "123": 0.2, "Apples": 0.03, "Robin": 0.04, "Zebra": 0.02}, nil, ErrClosed},
		{"closed: the nucleus reaches below the least candidate", chat, base,
			map[string]float32{"The": 0.4, "Apples": 0.03, "Robin": 0.04, "Zebra": 0.02}, nil, ErrClosed},
		{"too few", chat, base, and(map[string]float32{"Apples": 0.03, "Robin": 0.04}), nil, ErrFewCandidates},
		{"too few above the least probability", chat, base,
			and(map[string]float32{"Apples": 0.03, "Robin": 0.04, "Zebra": 0.0009}), nil, ErrFewCandidates},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := NewSelector(newFakeCodec(), test.params).Candidates(test.prompt, distribution(t, test.probs))
			if !errors.Is(err, test.err) {
				t.Fatalf("error %v, want %v", err, test.err)
			}
			if !slices.Equal(texts(got), test.want) {
				t.Errorf("candidates %q, want %q", texts(got), test.want)
			}
		})
	}
}

// A token that does not come back from its text is no candidate.
func TestCandidatesSurviveText(t *testing.T) {
	prompt, _ := fakeChat("hello")
	probs := distribution(t, map[string]float32{"The": 0.4, "123": 0.21, "Robin": 0.03, "Apples": 0.02, "Zebra": 0.01})
	probs[len(probs)-1] = 0.04 // the second "Wolf"
	p := Params{Nucleus: 0.6, Width: 3, Cap: 0.05, MaxTop: 0.5}
	got, err := NewSelector(newFakeCodec(), p).Candidates(prompt, probs)
	if want := []string{"Robin", "Apples", "Zebra"}; err != nil || !slices.Equal(texts(got), want) {
		t.Errorf("candidates %q, want %q, error %v", texts(got), want, err)
	}
}

func TestCandidatesRefuseBadProbabilities(t *testing.T) {
	prompt, _ := fakeChat("hello")
	for _, bad := range []float32{float32(math.NaN()), -0.1, 1.5, float32(math.Inf(1))} {
		probs := distribution(t, map[string]float32{"The": 0.4})
		probs[5] = bad
		if _, err := NewSelector(newFakeCodec(), DefaultParams(Perinucleus)).Candidates(prompt, probs); err == nil {
			t.Errorf("probability %v was accepted", bad)
		}
	}
	if _, err := NewSelector(newFakeCodec(), DefaultParams(Perinucleus)).Candidates(nil, nil); err == nil {
		t.Error("an empty prompt was accepted")
	}
}

// Whatever the distribution: exactly k, in order, outside the nucleus, under the
// cap, eligible, prefix-free, and the same again.
func TestCandidateInvariants(t *testing.T) {
	codec := newFakeCodec()
	rapid.Check(t, func(t *rapid.T) {
		p := Params{
			Nucleus: rapid.Float64Range(0, 1).Draw(t, "nucleus"), Width: rapid.IntRange(2, 30).Draw(t, "width"),
			Cap: rapid.Float64Range(0.001, 1).Draw(t, "cap"), MaxTop: rapid.Float64Range(0.05, 1).Draw(t, "max top"),
			MinCandidate: rapid.SampledFrom([]float64{0, 1e-6, 1e-4}).Draw(t, "min"),
		}
		oracle := &fakeOracle{codec: codec, spread: rapid.Float64Range(0.1, 6).Draw(t, "spread")}
		prompt := codec.Encode(rapid.StringMatching(`[a-z ]{1,20}`).Draw(t, "key"), true)
		if rapid.Bool().Draw(t, "chat") {
			prompt = append(prompt, fakeTurn)
		}
		_ = oracle.Distributions(t.Context(), [][]int32{prompt}, func(_ int, probs []float32) error {
			got, err := NewSelector(codec, p).Candidates(prompt, probs)
			if errors.Is(err, ErrClosed) || errors.Is(err, ErrFewCandidates) {
				return nil
			}
			if err != nil {
				t.Fatal(err)
			}
			again, _ := NewSelector(codec, p).Candidates(prompt, probs)
			if !reflect.DeepEqual(got, again) {
				t.Fatal("not deterministic")
			}
			checkCandidates(t, p, probs, got)
			return nil
		})
	})
}

func checkCandidates(t *rapid.T, p Params, probs []float32, got []Candidate) {
	codec := newFakeCodec()
	if len(got) != p.Width {
		t.Fatalf("%d candidates, want %d", len(got), p.Width)
	}
	if err := validateCandidates(got); err != nil {
		t.Fatal(err)
	}
	for i, c := range got {
		id := c.Tokens[0]
		above := 0.0 // mass of what is strictly more probable
		for _, q := range probs {
			if q > probs[id] {
				above += float64(q)
			}
		}
		ties := 0.0
		for _, q := range probs {
			if q == probs[id] {
				ties += float64(q)
			}
		}
		if above+ties < p.Nucleus {
			t.Fatalf("candidate %q lies in the nucleus: %v above it", c.Text, above)
		}
		if c.Prob > p.Cap+1e-9 || float64(probs[id]) < p.MinCandidate-1e-9 || float32(c.Prob) != probs[id] {
			t.Fatalf("candidate %q has probability %v", c.Text, c.Prob)
		}
		if i > 0 && c.Prob > got[i-1].Prob {
			t.Fatal("not in order of probability")
		}
		if codec.IsSpecial(id) || strings.ContainsFunc(c.Text, func(r rune) bool { return !unicode.IsLetter(r) }) || len(c.Text) < 2 {
			t.Fatalf("candidate %q is not eligible", c.Text)
		}
		for j, other := range got {
			f := Fingerprint{Candidates: got}
			if i != j && strings.HasPrefix(fold(c.Text), fold(other.Text)) {
				t.Fatalf("%q begins with %q", c.Text, other.Text)
			}
			if f.Match(" "+strings.ToUpper(c.Text)+" and more") != i {
				t.Fatalf("a reply with %q names another candidate", c.Text)
			}
		}
	}
}
