package lm

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// referenceKept sorts the whole vocabulary and applies steps 4 to 7 as they are
// written down, in float64. It returns the tokens that are kept.
func referenceKept(logits []float32, s Sampling) []int32 {
	order := make([]int32, len(logits))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		switch {
		case logits[a] > logits[b]:
			return -1
		case logits[a] < logits[b]:
			return 1
		}
		return 0
	})
	best := logits[order[0]]
	if k := s.TopK; k > 0 && k < len(order) {
		for k < len(order) && logits[order[k]] == logits[order[k-1]] {
			k++
		}
		order = order[:k]
	}
	prob := func(id int32) float64 { return math.Exp(float64(logits[id]-best) / s.Temperature) }
	total := 0.0
	for _, id := range order {
		total += prob(id)
	}
	if p := s.TopP; p > 0 && p < 1 {
		above := 0.0
		for i, id := range order {
			if above >= p*total {
				order = order[:i]
				break
			}
			above += prob(id)
		}
	}
	if s.MinP > 0 {
		order = slices.DeleteFunc(order, func(id int32) bool { return prob(id) < s.MinP })
	}
	slices.Sort(order)
	return order
}

func kept(s *Sampler) (ids []int32) {
	for i, w := range s.weights {
		if w > 0 {
			ids = append(ids, int32(i))
		}
	}
	return ids
}

func TestFiltersMatchFullSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		logits := make([]float32, rapid.IntRange(1, 600).Draw(t, "vocabulary"))
		// Few distinct, exactly representable values give many ties.
		levels := rapid.SampledFrom([]int{3, 20, 1 << 12}).Draw(t, "levels")
		for i := range logits {
			logits[i] = float32(rng.IntN(levels)) * 16 / float32(levels)
		}
		s := Sampling{
			Temperature: rapid.SampledFrom([]float64{.5, 1, 2}).Draw(t, "temperature"),
			TopP:        rapid.SampledFrom([]float64{0, .1, .5, .81, .97, 1}).Draw(t, "top_p"),
			TopK:        rapid.SampledFrom([]int{0, 1, 2, 7, 100, 1000}).Draw(t, "top_k"),
			MinP:        rapid.SampledFrom([]float64{0, .003, .21, 1}).Draw(t, "min_p"),
		}
		sampler := NewSampler(s, 0)
		if _, err := sampler.Next(logits); err != nil {
			t.Fatal(err)
		}
		if want := referenceKept(logits, s); !slices.Equal(kept(sampler), want) {
			t.Fatalf("%+v keeps %v, want %v", s, kept(sampler), want)
		}
	})
}

func TestSamplerDrawsByProbability(t *testing.T) {
	logits := []float32{0, float32(math.Log(2)), float32(math.Log(5)), float32(math.Inf(-1))}
	sampler := NewSampler(Sampling{Temperature: 1, Seed: 7}, 3)
	const n = 80_000
	var got [4]float64
	for range n {
		id, err := sampler.Next(logits)
		if err != nil {
			t.Fatal(err)
		}
		got[id]++
	}
	for id, want := range []float64{1. / 8, 2. / 8, 5. / 8, 0} {
		if p := got[id] / n; math.Abs(p-want) > .008 {
			t.Errorf("token %d drawn with frequency %.4f, want %.4f", id, p, want)
		}
	}
}

func TestSamplerSteps(t *testing.T) {
	tests := []struct {
		name     string
		sampling Sampling
		prompt   []int32
		logits   []float32
		want     []int32 // successive greedy tokens from the same logits
	}{
		{"greedy takes the lowest of equals", Sampling{}, nil, []float32{1, 3, 3}, []int32{1, 1}},
		{"temperature too small to tell from zero", Sampling{Temperature: 1e-9}, nil, []float32{1, 3, 3}, []int32{1, 1}},
		{"bias", Sampling{LogitBias: map[int32]float32{0: 100, 1: -100, 99: 1}}, nil, []float32{1, 3, 2}, []int32{0, 0}},
		{"repetition divides a positive logit", Sampling{RepetitionPenalty: 2}, []int32{1}, []float32{1.6, 3, 1.55}, []int32{0, 2, 1}},
		{"repetition multiplies a negative logit", Sampling{RepetitionPenalty: 2}, []int32{1}, []float32{-1.5, -1, -9}, []int32{0, 1}},
		{"presence counts once and not the prompt", Sampling{PresencePenalty: 1}, []int32{1}, []float32{2.5, 3, 0}, []int32{1, 0, 1, 1}},
		{"frequency counts each time", Sampling{FrequencyPenalty: 1}, []int32{1}, []float32{2.5, 3, 0}, []int32{1, 0, 1, 0, 1, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := NewSampler(tt.sampling, 0)
			s.Prompt(tt.prompt)
			logits := slices.Clone(tt.logits)
			for i, want := range tt.want {
				got, err := s.Next(logits)
				if err != nil {
					t.Fatal(err)
				}
				if got != want {
					t.Errorf("token %d is %d, want %d", i, got, want)
				}
			}
			if !slices.Equal(logits, tt.logits) {
				t.Error("Next changed the logits")
			}
		})
	}
}

func TestSamplerIsAFunctionOfSeedAndStream(t *testing.T) {
	logits := make([]float32, 1000)
	draw := func(seed, stream uint64) (ids []int32) {
		s := NewSampler(Sampling{Temperature: 1, Seed: seed}, stream)
		for range 8 {
			id, err := s.Next(logits)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		return ids
	}
	first := draw(1, 1)
	if again := draw(1, 1); !slices.Equal(first, again) {
		t.Errorf("same seed and stream: %v, then %v", first, again)
	}
	if slices.Equal(first, draw(2, 1)) || slices.Equal(first, draw(1, 2)) {
		t.Error("another seed or stream draws the same tokens")
	}
}

func TestSamplerRefusesNonFiniteLogits(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, logits := range [][]float32{{1, nan, 2}, {nan}, {1, inf}, {-inf, -inf}, {}} {
		for _, s := range []Sampling{{}, {Temperature: 1, TopP: .9, TopK: 1}} {
			if _, err := NewSampler(s, 0).Next(logits); !errors.Is(err, ErrNonFinite) {
				t.Errorf("logits %v give error %v", logits, err)
			}
		}
	}
}

func TestSamplingValidate(t *testing.T) {
	nan := math.NaN()
	for name, s := range map[string]Sampling{
		"temperature": {Temperature: -1}, "top_p": {TopP: 1.1}, "top_k": {TopK: -1}, "min_p": {MinP: nan},
		"repetition_penalty": {RepetitionPenalty: -1}, "presence_penalty": {PresencePenalty: nan},
		"frequency_penalty": {FrequencyPenalty: math.Inf(1)}, "logit_bias": {LogitBias: map[int32]float32{1: float32(nan)}},
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := (Sampling{Temperature: 1, TopP: .9, TopK: 50, MinP: .1, RepetitionPenalty: 1.1}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestRankLogProbs(t *testing.T) {
	logits := []float32{0, float32(math.Log(2)), float32(math.Log(5)), float32(math.Inf(-1))}
	chosen, top, err := RankLogProbs(logits, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	near := func(got TokenLogProb, id int32, p float64) {
		t.Helper()
		if got.ID != id || math.Abs(got.LogProb-math.Log(p)) > 1e-6 {
			t.Errorf("got %+v, want token %d with probability %g", got, id, p)
		}
	}
	near(chosen, 0, 1./8)
	if len(top) != 2 {
		t.Fatalf("top has %d tokens, want 2", len(top))
	}
	near(top[0], 2, 5./8)
	near(top[1], 1, 2./8)
	if _, top, err := RankLogProbs(logits, 3, 9); err != nil || len(top) != 4 {
		t.Errorf("top of more than there are: %v, %v", top, err)
	}
	if _, _, err := RankLogProbs(logits, 4, 0); err == nil {
		t.Error("a token outside the vocabulary is no error")
	}
}

func BenchmarkSampler(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	logits := make([]float32, 151_936)
	for i := range logits {
		logits[i] = float32(rng.NormFloat64() * 3)
	}
	for _, bb := range []struct {
		name string
		s    Sampling
	}{
		{"greedy", Sampling{}},
		{"temperature", Sampling{Temperature: .8}},
		{"top-p", Sampling{Temperature: .8, TopP: .95}},
		{"top-k", Sampling{Temperature: .8, TopK: 50}},
		{"all", Sampling{Temperature: .8, TopK: 50, TopP: .95, MinP: .05, RepetitionPenalty: 1.1}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			s := NewSampler(bb.s, 0)
			for b.Loop() {
				if _, err := s.Next(logits); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
