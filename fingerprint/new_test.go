package fingerprint

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestNewPerinucleus(t *testing.T) {
	for _, keys := range []string{KeysWords, KeysQuestions} {
		for _, kind := range []KeyKind{Chat, Completion} {
			t.Run(keys+"/"+string(kind), func(t *testing.T) {
				o := fakeOptions(Perinucleus, 40)
				o.Params.Keys, o.Serving.Kind = keys, kind
				o.Params.KeyLength = 40 // the fake tokenizer has few words
				s, err := makeFake(o)
				if err != nil {
					t.Fatal(err)
				}
				if len(s.Fingerprints) != 40 || s.Count(Live) != 40 {
					t.Fatalf("%d fingerprints, %d live", len(s.Fingerprints), s.Count(Live))
				}
				seen := make(map[string]bool)
				for _, f := range s.Fingerprints {
					if seen[identity(f.Key)] {
						t.Errorf("key %q is repeated", f.Key)
					}
					seen[identity(f.Key)] = true
					if c := f.Candidates[f.Choice()]; !slices.Equal(c.Tokens, f.Response.Tokens) || c.Text != f.Response.Text {
						t.Errorf("response %v is not the chosen candidate %v", f.Response, c)
					}
				}
			})
		}
	}
}

// The same seed writes the same keys and lists; the secret alone decides about
// the answers; another seed writes other keys.
func TestNewSeparatesKeysFromAnswers(t *testing.T) {
	first, err := makeFake(fakeOptions(Perinucleus, 30))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := makeFake(fakeOptions(Perinucleus, 30))
	again.Created = first.Created
	if !reflect.DeepEqual(first, again) {
		t.Error("the same seed and secret give another set")
	}
	o := fakeOptions(Perinucleus, 30)
	o.Random = seeded(2)
	other, _ := makeFake(o)
	if !slices.Equal(keysOf(first), keysOf(other)) {
		t.Error("keys depend on the secret")
	}
	same := 0
	for i, f := range other.Fingerprints {
		if !reflect.DeepEqual(f.Candidates, first.Fingerprints[i].Candidates) {
			t.Fatal("candidates depend on the secret")
		}
		if f.Choice() == first.Fingerprints[i].Choice() {
			same++
		}
	}
	if same > 12 { // 3 expected
		t.Errorf("%d of 30 answers are the same under another secret", same)
	}
	o = fakeOptions(Perinucleus, 30)
	o.Params.Seed = 8
	other, _ = makeFake(o)
	for _, key := range keysOf(other) {
		if slices.Contains(keysOf(first), key) {
			t.Errorf("key %q comes from two seeds", key)
		}
	}
}

// Over many secrets each candidate is planted equally often, however unequal
// their probabilities: the whole path, not the choice alone.
func TestNewPlantsUniformly(t *testing.T) {
	const n, runs, k = 12, 150, 10
	o := fakeOptions(Perinucleus, n)
	o.Params.Width, o.Params.Keys = k, KeysFile
	for i := range n {
		o.Lines = append(o.Lines, fmt.Sprintf("Tell me about number %d", i))
	}
	o.Params.MaxTop, o.Params.MinCandidate = 1, 0
	counts := make([]int, k)
	for run := range runs {
		o.Random = seeded(byte(run))
		if run >= 75 {
			o.Beacon = "second half"
		}
		s, err := makeFake(o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.Fingerprints {
			counts[s.Fingerprints[i].Choice()]++
		}
	}
	if p := chiSquare(counts); p < 1e-3 {
		t.Errorf("counts %v, p = %.2g", counts, p)
	}
}

func TestNewBaselines(t *testing.T) {
	for _, strategy := range []Strategy{English, RandomWords} {
		for _, length := range []int{1, 4} {
			t.Run(fmt.Sprint(strategy, length), func(t *testing.T) {
				o := fakeOptions(strategy, 20)
				o.Params.ResponseLength = length
				s, err := makeFake(o)
				if err != nil {
					t.Fatal(err)
				}
				ranks := make(map[int]int)
				for _, f := range s.Fingerprints {
					if len(f.Response.Tokens) > length {
						t.Errorf("response of %d tokens", len(f.Response.Tokens))
					}
					if f.Match(f.Response.Text+" and so on") != f.Choice() || !f.Planted(f.Response.Text) {
						t.Errorf("response %q does not name its candidate", f.Response.Text)
					}
					ranks[f.Choice()]++
				}
				if len(ranks) < 5 {
					t.Errorf("choices %v", ranks)
				}
			})
		}
	}
}

// What the base model is likely to say is planted by no strategy.
func TestBaselinesKeepTheCap(t *testing.T) {
	for _, strategy := range []Strategy{English, RandomWords} {
		o := fakeOptions(strategy, 10)
		o.Params.Cap = 1e-4
		s, err := makeFake(o)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range s.Fingerprints {
			for _, c := range f.Candidates {
				if c.Prob > o.Params.Cap {
					t.Errorf("%s: candidate with probability %v", strategy, c.Prob)
				}
			}
		}
	}
}

func TestNewLengthensAnswers(t *testing.T) {
	o := fakeOptions(Perinucleus, 10)
	o.Params.ResponseLength = 4
	s, err := makeFake(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range s.Fingerprints {
		if len(f.Response.Tokens) != 4 || len(strings.Fields(f.Response.Text)) != 4 {
			t.Errorf("response %q of %d tokens", f.Response.Text, len(f.Response.Tokens))
		}
		if f.Choice() < 0 || f.Match(f.Response.Text) != f.Choice() {
			t.Errorf("response %q does not begin with its candidate", f.Response.Text)
		}
	}
}

// What is not usable, repeated or not open is replaced by the next key.
func TestNewReplacesKeys(t *testing.T) {
	o := fakeOptions(Perinucleus, 3)
	o.Params.Keys = KeysFile
	o.Params.MaxTop, o.Params.MinCandidate = 1, 0
	o.Lines = []string{"first key here", "FIRST key, here!", "tab\there", "  ", "\x00", "with <s> inside", "second key here", "third key here", "fourth key here"}
	s, err := makeFake(o)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := keysOf(s), []string{"first key here", "second key here", "third key here"}; !slices.Equal(got, want) {
		t.Errorf("keys %q, want %q", got, want)
	}
	o.N = 5
	if _, err := makeFake(o); !errors.Is(err, ErrTooFewKeys) || !strings.Contains(err.Error(), "4 of 5 found") || !strings.Contains(err.Error(), "4 were unusable, 1 repeated") {
		t.Errorf("error %v", err)
	}
}

func TestNewErrors(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Options)
		want   error
	}{
		{"none", func(o *Options) { o.N = 0 }, ErrParams},
		{"more than a set holds", func(o *Options) { o.N = 1 << 21 }, ErrCapacity},
		{"more than the model carries", func(o *Options) { o.Parameters, o.N = 134_515_008, 40_000 }, ErrCapacity},
		{"answers longer than the context", func(o *Options) { o.Params.ResponseLength, o.MaxPositions = 600, 512 }, ErrTooLong},
		{"keys with answers longer than the context", func(o *Options) { o.Params.ResponseLength, o.MaxPositions = 60, 62 }, ErrTooLong},
		{"width", func(o *Options) { o.Params.Width = 1 }, ErrParams},
		{"nucleus", func(o *Options) { o.Params.Nucleus = 1.2 }, ErrParams},
		{"key length", func(o *Options) { o.Params.KeyLength = 0 }, ErrParams},
		{"response length", func(o *Options) { o.Params.ResponseLength = 0 }, ErrParams},
		{"temperature", func(o *Options) { o.Params.Temperature = -1 }, ErrParams},
		{"strategy", func(o *Options) { o.Params.Strategy = "magic" }, ErrParams},
		{"imported", func(o *Options) { o.Params.Strategy, o.Params.Width = Imported, 0 }, ErrParams},
		{"keys", func(o *Options) { o.Params.Keys = "air" }, ErrParams},
		{"keys of another strategy", func(o *Options) { o.Params.Keys = KeysRandomWords }, ErrParams},
		{"beacon", func(o *Options) { o.Beacon = "\xff" }, ErrParams},
		{"short file", func(o *Options) { o.Params.Keys, o.Lines = KeysFile, []string{"one key only"} }, ErrTooFewKeys},
		{"nothing open", func(o *Options) { o.Params.MaxTop = 1e-9 }, ErrTooFewKeys},
		{"nothing left outside the nucleus", func(o *Options) { o.Params.Nucleus = 1 }, ErrTooFewKeys},
		{"short random", func(o *Options) { o.Random = strings.NewReader("short") }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := fakeOptions(Perinucleus, 4)
			test.change(&o)
			_, err := makeFake(o)
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestNewWithAMuteModel(t *testing.T) {
	o := fakeOptions(Perinucleus, 4)
	model := fakeModel()
	model.mute = true
	_, err := New(t.Context(), model, newFakeCodec(), fakeChat, o)
	if !errors.Is(err, ErrTooFewKeys) {
		t.Errorf("error %v", err)
	}
	o.Params.Strategy = English
	if _, err := New(t.Context(), model, newFakeCodec(), fakeChat, o); !errors.Is(err, ErrTooFewKeys) {
		t.Errorf("english: error %v", err)
	}
}

func TestNewStopsWhenCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(ctx, fakeModel(), newFakeCodec(), fakeChat, fakeOptions(Perinucleus, 4)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	broken := errors.New("no template")
	render := func(string) ([]int32, error) { return nil, broken }
	if _, err := New(t.Context(), fakeModel(), newFakeCodec(), render, fakeOptions(Perinucleus, 4)); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{
		`"The apple fell far. Then it rolled"`: "The apple fell far.",
		"Apples are red and they gr":           "Apples are red and they",
		"\n\n**Wind** moves the trees, an":     "Wind** moves the trees",
		"One line here\nanother":               "One line",
		"Dr. Smith went home at noon. He":      "Dr. Smith went home at noon.",
		"Is it 3.14 or more than that? I":      "Is it 3.14 or more than that?",
		"":                                     "",
		"word":                                 "word",
		"  \"Fog over the river —":             "Fog over the river",
	} {
		if got := sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestVocabulary(t *testing.T) {
	v := loadVocabulary()
	if len(v.words) < 1000 || len(v.patterns) < 60 {
		t.Errorf("%d words, %d patterns", len(v.words), len(v.patterns))
	}
	for _, p := range v.patterns {
		before, class, after, _ := cutPlaceholder(p)
		if len(v.classes[class]) == 0 || strings.ContainsAny(before+after, "{}") {
			t.Errorf("pattern %q has no words", p)
		}
	}
	for word, want := range map[string]string{"apron": "an apron", "hourglass": "an hourglass", "university": "a university", "drum": "a drum", "umbrella": "an umbrella"} {
		if got := withArticle(word); got != want {
			t.Errorf("withArticle(%q) = %q", word, got)
		}
	}
}

// stages records what a run says of itself.
type stages struct {
	names []string
	done  []int64
}

func (s *stages) Start(stage string, _ int64) {
	s.names, s.done = append(s.names, stage), append(s.done, 0)
}
func (s *stages) Add(n int64) { s.done[len(s.done)-1] += n }
func (s *stages) Done()       {}

func TestNewShowsProgress(t *testing.T) {
	o := fakeOptions(English, 5)
	var s stages
	o.Progress = &s
	if _, err := makeFake(o); err != nil {
		t.Fatal(err)
	}
	if len(s.names) < 3 || !slices.Equal(s.names[:3], []string{"write sentences", "write keys", "judge keys"}) {
		t.Errorf("stages %q", s.names)
	}
	for i, n := range s.done {
		if n == 0 {
			t.Errorf("%s shows nothing", s.names[i])
		}
	}
}
