package eval_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"loyal/eval"
)

// TestClopperPearson against its definition: at each end the tail of the binomial
// distribution has half of what the interval may miss.
func TestClopperPearson(t *testing.T) {
	for _, c := range []struct{ hits, n int }{{0, 10}, {3, 10}, {10, 10}, {1, 1}, {431, 500}, {0, 33500}} {
		i := eval.ClopperPearson(c.hits, c.n)
		if c.hits == 0 && i.Low != 0 || c.hits == c.n && i.High != 1 {
			t.Errorf("%d of %d: %v", c.hits, c.n, i)
		}
		if c.hits > 0 {
			tail := 1 - distuv.Binomial{N: float64(c.n), P: i.Low}.CDF(float64(c.hits-1))
			if math.Abs(tail-.025) > 1e-6 {
				t.Errorf("%d of %d: the lower end %v has a tail of %v", c.hits, c.n, i.Low, tail)
			}
		}
		if c.hits < c.n {
			tail := distuv.Binomial{N: float64(c.n), P: i.High}.CDF(float64(c.hits))
			if math.Abs(tail-.025) > 1e-6 {
				t.Errorf("%d of %d: the upper end %v has a tail of %v", c.hits, c.n, i.High, tail)
			}
		}
	}
}

// TestMcNemar against sums of binomial coefficients.
func TestMcNemar(t *testing.T) {
	for _, c := range []struct {
		gained, lost int
		want         float64
	}{{0, 0, 1}, {1, 0, 1}, {0, 6, 2. / 64}, {6, 0, 2. / 64}, {1, 6, 2 * 8. / 128}, {5, 5, 1}} {
		if got := eval.McNemar(c.gained, c.lost); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%d gained, %d lost: %v, want %v", c.gained, c.lost, got, c.want)
		}
	}
}

// TestTango: closed form without discordant documents, symmetry, and coverage near 95 %
// on simulated pairs.
func TestTango(t *testing.T) {
	z2 := math.Pow(distuv.UnitNormal.Quantile(.975), 2)
	if i, want := eval.Tango(0, 0, 100), z2/(100+z2); math.Abs(i.High-want) > 1e-9 || math.Abs(i.Low+want) > 1e-9 {
		t.Errorf("nothing discordant: %v, want ±%v", i, want)
	}
	a, b := eval.Tango(7, 2, 60), eval.Tango(2, 7, 60)
	if math.Abs(a.Low+b.High) > 1e-9 || math.Abs(a.High+b.Low) > 1e-9 || a.Low >= 5./60 || a.High <= 5./60 {
		t.Errorf("not symmetric, or without its estimate: %v, %v", a, b)
	}
	if i := eval.Tango(10, 0, 10); i.High != 1 && 1-i.High > 1e-9 || i.Low < .3 {
		t.Errorf("all gained: %v", i)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	const n, gain, loss, rounds = 80, .1, .2, 4000
	covered := 0
	for range rounds {
		gained, lost := 0, 0
		for range n {
			switch x := rng.Float64(); {
			case x < gain:
				gained++
			case x < gain+loss:
				lost++
			}
		}
		if i := eval.Tango(gained, lost, n); i.Low <= gain-loss && gain-loss <= i.High {
			covered++
		}
	}
	if share := float64(covered) / rounds; share < .935 || share > .965 {
		t.Errorf("the interval covers %.3f", share)
	}
}

// run measures tasks with a network of pseudo-random logits.
func run(t *testing.T, tasks []eval.Task, shift float64, o eval.Options) *eval.Result {
	t.Helper()
	m, _ := openDemo(t)
	r, err := eval.Run(t.Context(), subject(t, m, shifted(m.Config.VocabSize, shift)), tasks, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
