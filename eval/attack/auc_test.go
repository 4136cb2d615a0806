package attack

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestAUC(t *testing.T) {
	for _, test := range []struct {
		positives, negatives []float64
		want, found          float64
	}{
		{[]float64{3, 4}, []float64{1, 2}, 1, 2},
		{[]float64{1, 2}, []float64{3, 4}, 0, 0},
		{[]float64{1, 3}, []float64{2, 2}, .5, 1},
		{[]float64{1, 1}, []float64{1, 1}, .5, 1},
		{[]float64{2, 3}, []float64{1, 2, 2}, 5. / 6, 4. / 3}, // 3 wins thrice, 2 wins once and draws twice
	} {
		a := newAUC(test.positives, test.negatives)
		if math.Abs(a.Value-test.want) > 1e-12 || a.Low > a.Value || a.High < a.Value || a.High-a.Low < .1 {
			t.Errorf("%v over %v: %+v, want %v", test.positives, test.negatives, a, test.want)
		}
		if got := found(test.positives, test.negatives); math.Abs(got-test.found) > 1e-12 {
			t.Errorf("%v over %v: %v found, want %v", test.positives, test.negatives, got, test.found)
		}
	}
	if a := newAUC(nil, []float64{1}); a.Value != .5 || a.Low != 0 || a.High != 1 {
		t.Errorf("nothing to tell apart: %+v", a)
	}
}

// TestAUCInterval: of many samples, the interval has the true area about as often as
// it says.
func TestAUCInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, shift := range []float64{0, 1, 2.5} {
		truth := .5 * math.Erfc(-shift/2) // P(N(shift,1) > N(0,1))
		covered := 0
		const runs = 600
		for range runs {
			a, b := make([]float64, 40), make([]float64, 60)
			for i := range a {
				a[i] = rng.NormFloat64() + shift
			}
			for i := range b {
				b[i] = rng.NormFloat64()
			}
			if auc := newAUC(a, b); auc.Low <= truth && truth <= auc.High {
				covered++
			}
		}
		if share := float64(covered) / runs; share < .92 || share > .985 {
			t.Errorf("shift %v: %.1f %% of intervals hold the true area, 95 %% should", shift, 100*share)
		}
	}
}

func TestMinK(t *testing.T) {
	if got := minK([]float64{-1, -9, -2, -3, -4, -5, -6, -7, -8, -10}); got != -9.5 {
		t.Errorf("mean of the two lowest is %v, want -9.5", got)
	}
	if got := minK([]float64{-3, -1}); got != -3 {
		t.Errorf("lowest of two is %v", got)
	}
	if minK(nil) != 0 {
		t.Error("nothing has a lowest fifth")
	}
}
