package fingerprint

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Every ordered choice of m candidates is equally likely, the first is Choose's, and none
// occurs twice.
func TestChooseSeveral(t *testing.T) {
	const k, m, runs = 4, 2, 12000
	counts := map[string]int{}
	for i := range runs {
		key := AnswerKey(secretNo(uint64(i)), Chat, "Which of them?")
		c := ChooseSeveral(key, Binding{"m", "b"}, k, m)
		if c[0] == c[1] || c[0] != Choose(key, Binding{"m", "b"}, k) {
			t.Fatalf("choice %v", c)
		}
		counts[fmt.Sprint(c)]++
	}
	var list []int
	for _, n := range counts {
		list = append(list, n)
	}
	if p := chiSquare(list); len(list) != k*(k-1) || p < 1e-3 {
		t.Errorf("%d different choices, counts %v, p = %.2g", len(list), counts, p)
	}
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 60).Draw(t, "k")
		m := rapid.IntRange(1, k).Draw(t, "m")
		c := slices.Sorted(slices.Values(ChooseSeveral([32]byte{byte(k), byte(m)}, Binding{}, k, m)))
		if len(slices.Compact(c)) != m || c[0] < 0 || c[m-1] >= k {
			t.Errorf("%d of %d: %v", m, k, c)
		}
	})
	for _, c := range [][2]int{{3, 0}, {3, 4}, {0, 1}, {-1, 1}} {
		if got := ChooseSeveral([32]byte{}, Binding{}, c[0], c[1]); got != nil {
			t.Errorf("%d of %d gives %v", c[1], c[0], got)
		}
	}
}

func TestSeveralAnswers(t *testing.T) {
	o := fakeOptions(Perinucleus, 12)
	o.Params.Answers = 3
	s, err := makeFake(o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(mustMarshal(t, s))
	if err != nil {
		t.Fatal(err)
	}
	for i := range again.Fingerprints {
		f := &again.Fingerprints[i]
		choices := f.Choices()
		if len(choices) != 3 || len(f.Planting()) != 1 || len(f.Planting()[0]) != 3 {
			t.Fatalf("planted are %v, tokens %v", choices, f.Planting())
		}
		for j, c := range f.Candidates {
			if got, want := f.Planted(c.Text+" and so on"), slices.Contains(choices, j); got != want {
				t.Errorf("candidate %d of %v: planted is %v", j, choices, got)
			}
		}
	}
	one := o
	one.Params.Answers = 1
	if first, err := makeFake(one); err != nil || first.Params.Answers != 0 || first.Fingerprints[0].Also != nil {
		t.Errorf("one answer: %v, %+v", err, first.Params)
	}
	// How many are planted says how likely a hit is, so it is committed to.
	other := *again
	other.Params.Answers = 2
	if other.KeyLeaf(0) == again.KeyLeaf(0) {
		t.Error("the number of answers is not part of the key leaf")
	}
	again.Fingerprints[0].Also[0], again.Fingerprints[0].Also[1] = again.Fingerprints[0].Also[1], again.Fingerprints[0].Also[0]
	if _, err := Marshal(again); err == nil {
		t.Error("answers that do not follow from the secret are accepted")
	}
}

func mustMarshal(t *testing.T, s *Set) []byte {
	t.Helper()
	b, err := Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// At position open the candidates are the model's own beginning and one token more, at
// the first place whose next token is open.
func TestOpenPosition(t *testing.T) {
	oracle := fakeModel()
	o := fakeOptions(Perinucleus, 12)
	o.Params.Position, o.Params.MaxOpening, o.Params.Entropy = PositionOpen, 6, 5.3
	s, err := makeFake(o)
	if err != nil {
		t.Fatal(err)
	}
	openings := 0
	for _, f := range s.Fingerprints {
		openings += f.Opening
		prompt, _ := fakeChat(f.Key)
		head := f.Candidates[0].Tokens[:f.Opening]
		for j := range f.Opening {
			place := slices.Concat(prompt, head[:j])
			selector := NewSelector(oracle.codec, s.Params)
			if _, err := selector.Candidates(place, oracle.distribution(place)); err == nil && entropy(oracle.distribution(place)) >= 5.3 {
				t.Errorf("an answer is planted at place %d, place %d is open", f.Opening, j)
			}
		}
		place := slices.Concat(prompt, head)
		if h := entropy(oracle.distribution(place)); h < 5.3 {
			t.Errorf("planted where the entropy is %v", h)
		}
		text := oracle.codec.Decode(head, true)
		for i, c := range f.Candidates {
			if !slices.Equal(c.Tokens[:f.Opening], head) || len(c.Tokens) != f.Opening+1 || !strings.HasPrefix(c.Text, strings.TrimSpace(text)) {
				t.Errorf("candidate %q does not begin with %q", c.Text, text)
			}
			if f.Match(c.Text+" more") != i {
				t.Errorf("%q does not name its candidate", c.Text)
			}
		}
		if !slices.Equal(f.Response.Tokens, f.Candidates[f.Choice()].Tokens) || len(f.Planting()) != 1 {
			t.Errorf("response %v, planting %v", f.Response.Tokens, f.Planting())
		}
	}
	if openings == 0 {
		t.Error("no answer has an opening")
	}
	if _, err := Parse(mustMarshal(t, s)); err != nil {
		t.Error(err)
	}
	bad := *s
	bad.Fingerprints = slices.Clone(s.Fingerprints)
	bad.Fingerprints[0].Opening++
	if _, err := Marshal(&bad); err == nil {
		t.Error("an opening that is not that of the candidates is accepted")
	}
}

func TestPlantingParams(t *testing.T) {
	for name, change := range map[string]func(*Params){
		"too many answers":     func(p *Params) { p.Answers = p.Width },
		"negative answers":     func(p *Params) { p.Answers = -1 },
		"answers of baselines": func(p *Params) { p.Strategy, p.Answers = English, 2 },
		"unknown position":     func(p *Params) { p.Position = "last" },
		"no opening":           func(p *Params) { p.Position = PositionOpen },
		"long opening":         func(p *Params) { p.Position, p.MaxOpening = PositionOpen, 100_000 },
		"opening of none":      func(p *Params) { p.MaxOpening = 3 },
		"entropy":              func(p *Params) { p.Position, p.MaxOpening, p.Entropy = PositionOpen, 3, math.NaN() },
	} {
		o := fakeOptions(Perinucleus, 2)
		change(&o.Params)
		if _, err := makeFake(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRequestKeys(t *testing.T) {
	o := fakeOptions(Perinucleus, 4)
	o.Params.Keys, o.Params.KeyLength = KeysRequests, 24
	// The fake writes words without end, of which no sentence is left.
	if _, err := makeFake(o); err == nil {
		t.Error("requests that never end are keys")
	}
	o.Serving.Kind = Completion
	if _, err := makeFake(o); err == nil {
		t.Error("requests without a chat template")
	}
	for text, want := range map[string]string{
		"How do I make bread? And what":     "How do I make bread?",
		"I have 2.5 cups. What now?":        "I have 2.5 cups. What now?",
		"Is 2.5 more than 2":                "",
		"One line.\nAnother line.":          "One line.",
		"":                                  "",
		"Who won in 1998? I think it was 3": "Who won in 1998?",
		"...":                               "...",
	} {
		if got := request(text); got != want {
			t.Errorf("of %q remains %q, want %q", text, got, want)
		}
	}
}

// Keys that are to be like some messages are nearer to them in surprise and length than
// keys that are not, and the set says so.
func TestLike(t *testing.T) {
	oracle := fakeModel()
	o := fakeOptions(Perinucleus, 24)
	plain, err := makeFake(o)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	words := loadVocabulary().words
	for range 40 {
		text := "Say"
		for range 13 {
			text += " " + words[rng.IntN(len(words)*17/20)]
		}
		o.Ordinary = append(o.Ordinary, text)
	}
	like, err := makeFake(o)
	if err != nil {
		t.Fatal(err)
	}
	if !like.Params.Like || plain.Params.Like {
		t.Error("the set does not say that its keys were chosen")
	}
	g := &generator{oracle: oracle, codec: oracle.codec, render: fakeChat, options: &o, params: o.Params, progress: silent{}}
	mean := func(texts []string) manner {
		ms, err := g.manners(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		var sum manner
		for _, m := range ms {
			sum.surprisal += m.surprisal / float64(len(ms))
			sum.length += m.length / float64(len(ms))
		}
		return sum
	}
	want, without, with := mean(o.Ordinary), mean(keysOf(plain)), mean(keysOf(like))
	one := manner{1, 1}
	if with.distance(want, one) > .75*without.distance(want, one) {
		t.Errorf("messages %v, keys %v, keys to be like them %v", want, without, with)
	}
	o.Params.Keys, o.Lines = KeysFile, keysOf(plain)
	if _, err := makeFake(o); err == nil {
		t.Error("the maker's own keys are thinned")
	}
}

// Of keys that surprise alike those are kept that are as long.
func TestLikeLength(t *testing.T) {
	oracle := &surprised{fakeModel(), 3}
	o := fakeOptions(Perinucleus, 2)
	o.Ordinary = []string{"rain rain rain", "rain rain rain rain rain rain rain rain rain rain rain rain"}
	g := &generator{oracle: oracle, codec: oracle.codec, render: fakeChat, options: &o, params: o.Params, progress: silent{}}
	var all []question
	for _, n := range []int{30, 12, 40, 3, 60, 7} {
		all = append(all, question{key: strings.TrimSpace(strings.Repeat("rain ", n))})
	}
	kept, err := g.like(t.Context(), all, 2)
	if err != nil {
		t.Fatal(err)
	}
	lengths := []int{len(strings.Fields(kept[0].key)), len(strings.Fields(kept[1].key))}
	if slices.Sort(lengths); !slices.Equal(lengths, []int{3, 12}) {
		t.Errorf("keys of %v words are kept", lengths)
	}
}

// What is no number is an error.
func TestLikeNoNumber(t *testing.T) {
	oracle := &surprised{fakeModel(), math.Inf(1)}
	o := fakeOptions(Perinucleus, 2)
	o.Ordinary = []string{"rain rain rain"}
	if _, err := New(t.Context(), oracle, oracle.codec, fakeChat, o); !errors.Is(err, ErrParams) {
		t.Errorf("%v", err)
	}
}

// surprised is as surprised by each message.
type surprised struct {
	*fakeOracle
	by float64
}

func (o *surprised) Surprisals(_ context.Context, prompts [][]int32, _ [][2]int) ([]float64, error) {
	return slices.Repeat([]float64{o.by}, len(prompts)), nil
}

func TestLookAlikes(t *testing.T) {
	oracle := fakeModel()
	s, err := makeFake(fakeOptions(Perinucleus, 12))
	if err != nil {
		t.Fatal(err)
	}
	// With the set's own seed the same keys would come first.
	got, err := LookAlikes(t.Context(), oracle, oracle.codec, fakeChat, s, 20, s.Params.Seed, nil)
	if err != nil {
		t.Fatal(err)
	}
	keys := keysOf(s)
	for _, text := range got {
		if slices.Contains(keys, text) {
			t.Errorf("%q is a key of the set", text)
		}
	}
	if len(got) != 20 {
		t.Errorf("%d look-alikes", len(got))
	}
	other, err := LookAlikes(t.Context(), oracle, oracle.codec, fakeChat, s, 20, s.Params.Seed+1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range other {
		if slices.Contains(got, text) {
			t.Errorf("%q comes of two seeds", text)
		}
	}
	s.Params.Like = true
	if like, err := LookAlikes(t.Context(), oracle, oracle.codec, fakeChat, s, 20, s.Params.Seed, nil); err != nil || slices.Equal(like, got) {
		t.Errorf("look-alikes of keys that are like others are not chosen: %v", err)
	}
	s.Params.Keys = KeysFile
	if _, err := LookAlikes(t.Context(), oracle, oracle.codec, fakeChat, s, 3, 1, nil); err == nil {
		t.Error("look-alikes of the maker's own keys")
	}
}

func TestOneWordChanged(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const key = "How does the old Bridge of the town hold?"
	out := OneWordChanged(key, 20, rng)
	if len(out) != 20 {
		t.Fatalf("%d texts", len(out))
	}
	was := strings.Fields(key)
	capital := false
	for _, text := range out {
		is, changed := strings.Fields(text), 0
		for i := range was {
			if is[i] != was[i] {
				changed++
				if len(was[i]) < 4 {
					t.Errorf("%q changes a short word", text)
				}
				capital = capital || was[i] == "Bridge" && is[i] != strings.ToLower(is[i])
			}
		}
		if len(is) != len(was) || changed != 1 || is[len(is)-1][len(is[len(is)-1])-1] != '?' {
			t.Errorf("%q", text)
		}
	}
	if !capital {
		t.Error("no capital is kept")
	}
	if got := OneWordChanged("?!", 3, rng); got != nil {
		t.Errorf("of no words: %q", got)
	}
	if got := OneWordChanged("a b", 2, rng); len(got) != 2 {
		t.Errorf("of short words: %q", got)
	}
}
