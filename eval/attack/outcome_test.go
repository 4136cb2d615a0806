package attack

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %g, not %g", what, got, want)
	}
}

// binomial is the probability of at least so many hits, summed term by term.
func binomial(hits, of int, p float64) float64 {
	sum := 0.
	for h := hits; h <= of; h++ {
		log := float64(h)*math.Log(p) + float64(of-h)*math.Log1p(-p)
		for i := range h {
			log += math.Log(float64(of-i)) - math.Log(float64(i+1))
		}
		sum += math.Exp(log)
	}
	return sum
}

// At the interval's ends the tails are 2.5 %.
func TestRate(t *testing.T) {
	for _, c := range []struct{ hits, of int }{{0, 10}, {10, 10}, {5, 10}, {62, 64}} {
		r := NewRate(c.hits, c.of)
		if c.hits > 0 {
			near(t, "low", binomial(c.hits, c.of, r.Low), .025, 1e-9)
		}
		if c.hits < c.of {
			near(t, "high", 1-binomial(c.hits+1, c.of, r.High), .025, 1e-9)
		}
	}
	if r := NewRate(0, 10); r.Low != 0 || math.Abs(r.High-.3084971) > 1e-6 {
		t.Errorf("0 of 10: %+v", r)
	}
	if r := NewRate(0, 0); r.Low != 0 || r.High != 1 {
		t.Errorf("of nothing: %+v", r)
	}
}

// Of two lists of three the sum of ranks is 0 in one of nine cases, at most 1 in three.
func TestRankTest(t *testing.T) {
	best := list{[]float64{3, 2, 1}, 0}
	middle := list{[]float64{3, 2, 1}, 1}
	near(t, "best", rankTest([]list{best, best}).Log10P, math.Log10(1./9), 1e-12)
	got := rankTest([]list{best, middle})
	near(t, "second", got.Log10P, math.Log10(3./9), 1e-12)
	near(t, "mean", got.MeanRank, .25, 1e-12)
	tied := list{[]float64{1, 1, 1}, 2}
	near(t, "ties", rankTest([]list{tied, tied}).Log10P, 0, 1e-12)
	near(t, "ties", rankTest([]list{tied}).MeanRank, .5, 1e-12)
}

// Where the planted answers are drawn at random the p-values are what they say.
func TestSignalOfNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const tests = 2000
	small, rich := 0, 0
	for range tests {
		var lists, base []list
		for range 20 {
			l, b := list{planted: r.IntN(10)}, list{}
			for j := range 10 {
				l.logits, b.logits = append(l.logits, 3*r.NormFloat64()-float64(j)), append(b.logits, r.NormFloat64()-float64(j))
			}
			b.planted = l.planted
			lists, base = append(lists, l), append(base, b)
		}
		s := newSignal(lists, base)
		if s.Ranks.Log10P <= math.Log10(.05) || s.Calibrated.Log10P <= math.Log10(.005) {
			small++
		}
		if s.Log10EValue >= 2 {
			rich++
		}
	}
	if share := float64(small) / tests; share > .07 || share < .03 {
		t.Errorf("p below .05 or .005: %.3f", share)
	}
	if share := float64(rich) / tests; share > .01 {
		t.Errorf("e-values of 100: %.4f", share)
	}
}
