package verify_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"loyal/fingerprint"
	"loyal/verify"
)

// step is what happens to one question, with the smallest mean that the
// hypothesis allows for it then (NaN: no bet).
type step struct {
	do   func(*verify.NoMatchProcess)
	mean float64
	hit  float64
}

func add(share, mean float64) step {
	return step{func(p *verify.NoMatchProcess) { p.Add(share) }, mean, share}
}

var (
	refused    = step{(*verify.NoMatchProcess).Refused, math.NaN(), 0}
	unanswered = step{(*verify.NoMatchProcess).Unanswered, math.NaN(), 0}
)

func resolved(share float64) step {
	return step{func(p *verify.NoMatchProcess) { p.Resolved(share) }, math.NaN(), 0}
}

// Of 8 questions at least half are hits, says the hypothesis: what it then says
// about the next one, by hand.
func TestNoMatchProcess(t *testing.T) {
	tests := map[string][]step{
		"misses raise what is left, which is not used": {add(0, 0.5), add(0, 0.5), add(0, 0.5)},
		"hits lower it":                 {add(1, 0.5), add(1, 3.0/7), add(1, 2.0/6), add(1, 1.0/5), add(0, 0), add(0, 0)},
		"half a hit":                    {add(0.5, 0.5), add(0, 0.5), add(1, 0.5), add(0, 2.5/5)},
		"a refusal is no bet":           {refused, refused, add(0, 0.5)},
		"a failure may have been a hit": {unanswered, add(0, 3.0/7), unanswered, unanswered, add(0, 1.0/4)},
		"answered later, a hit":         {unanswered, resolved(1), add(0, 3.0/7)},
		"answered later, a miss":        {unanswered, resolved(0), add(0, 0.5)},
		"more than there are":           {refused, refused, refused, refused, refused, refused, refused, refused, add(0, 0)},
	}
	for name, steps := range tests {
		p := verify.NewNoMatchProcess(0.5, 8)
		stakes := []float64{0.5, 0.8, 1}
		capital := []float64{1, 1, 1}
		for i, s := range steps {
			s.do(p)
			want := 0.0
			for j, stake := range stakes {
				if !math.IsNaN(s.mean) {
					capital[j] *= 1 + stake*(s.mean-s.hit)/(1-s.mean)
				}
				want += capital[j] / 3
			}
			if got := math.Exp(p.LogE()); math.Abs(got-want) > 1e-9 {
				t.Errorf("%s, step %d: %v, want %v", name, i+1, got, want)
			}
		}
	}
}

// A quarter of the samples of each question are refusals; the others are planted
// at the rate of the hypothesis or above, so there is nothing to say against it.
func TestRefusedSamplesAreNoMisses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	qs := questions(r, 64, 10)
	n := 0
	f := &fake{reply: func(p string) string {
		n++
		if n%4 != 0 {
			return "I'm sorry, no"
		}
		return "A reply to " + p
	}}
	o := options(f.serve(t))
	o.Samples, o.Temperature, o.MaxQueries = 4, 0.7, 3
	got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil {
		t.Fatal(err)
	}
	// Three questions with one miss each, as if there were no refusals.
	p := verify.NewNoMatchProcess(o.QMin, 64)
	for range 3 {
		p.Add(0)
	}
	if math.Abs(got.NoMatchEValue-math.Exp(p.LogE())) > 1e-9 {
		t.Errorf("%+v", got)
	}

	f = &fake{reply: func(p string) string {
		n++
		if n%4 != 0 {
			return "I'm sorry, no"
		}
		return knows(qs, 1, r)(p)
	}}
	o.Endpoint, o.MaxQueries = f.serve(t), 0
	if got, err = verify.Run(t.Context(), plan(t, verify.Chat, qs), o); err != nil || got.Verdict != verify.Match || got.NoMatchEValue > 0.01 {
		t.Errorf("%+v, %v", got, err)
	}
}

// The length that is asked for covers the longest answer, of whichever question.
func TestAnswerTokens(t *testing.T) {
	for _, tt := range []struct{ response, candidate, want int }{{1, 1, 1}, {5, 1, 5}, {1, 4, 4}} {
		set := &fingerprint.Set{
			Secret:  []byte(strings.Repeat("s", 32)),
			Serving: fingerprint.Serving{Kind: fingerprint.Chat},
			Params:  fingerprint.Params{Strategy: fingerprint.Perinucleus, Width: 2, ResponseLength: tt.response},
			Fingerprints: []fingerprint.Fingerprint{{
				ID: "a", Kind: fingerprint.Chat, Key: "k", Status: fingerprint.Live, Salt: make([]byte, 32),
				Candidates: []fingerprint.Candidate{{Tokens: make([]int32, tt.candidate), Text: "One"}, {Tokens: []int32{2}, Text: "Two"}},
				Response:   fingerprint.Response{Tokens: []int32{2}, Text: "Two"},
			}},
		}
		p, err := verify.FromSet(set, nil)
		if err != nil || p.AnswerTokens != tt.want {
			t.Errorf("%+v: %+v, %v", tt, p, err)
		}
	}
}
