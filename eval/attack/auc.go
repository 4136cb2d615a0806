package attack

import (
	"math"
	"slices"
)

// AUC is the area under the ROC curve of a score that is to tell positives from
// negatives: the probability that a positive has the higher score, ties counted half.
type AUC struct {
	Value     float64 `json:"value"`
	Low       float64 `json:"low"`  // of a 95 % interval
	High      float64 `json:"high"` // likewise
	Positives int     `json:"positives"`
	Negatives int     `json:"negatives"`
}

// newAUC measures a score. The interval is that of Newcombe 2006 (Statistics in
// Medicine 25:559, method 5): all areas whose distance from the one found is at most
// 1.96 of their own standard errors, in Hanley and McNeil's approximation with the mean
// of both sample sizes. Unlike one around the area found, it does not shrink to a
// point when the score tells all apart. Without positives or negatives nothing is known.
func newAUC(positives, negatives []float64) AUC {
	a := AUC{Value: .5, High: 1, Positives: len(positives), Negatives: len(negatives)}
	if len(positives) == 0 || len(negatives) == 0 {
		return a
	}
	sorted := slices.Sorted(slices.Values(negatives))
	wins := 0.0
	for _, x := range positives {
		below, _ := slices.BinarySearchFunc(sorted, x, func(a, b float64) int {
			if a < b {
				return -1
			}
			return 1 // the first that is not below
		})
		upTo, _ := slices.BinarySearchFunc(sorted, x, func(a, b float64) int {
			if a <= b {
				return -1
			}
			return 1 // the first that is above
		})
		wins += float64(below) + float64(upTo-below)/2
	}
	m, n := float64(len(positives)), float64(len(negatives))
	a.Value = wins / (m * n)
	deviation := func(t float64) float64 {
		half := (m+n)/2 - 1
		return math.Sqrt(t * (1 - t) * (1 + half*((1-t)/(2-t)+t/(1+t))) / (m * n))
	}
	edge := func(from, to float64) float64 { // bisection between inside and outside
		for range 60 {
			mid := (from + to) / 2
			if math.Abs(mid-a.Value) <= 1.96*deviation(mid) {
				from = mid
			} else {
				to = mid
			}
		}
		return (from + to) / 2
	}
	a.Low, a.High = edge(a.Value, 0), edge(a.Value, 1)
	return a
}

// found is how many positives are among the n highest scores: what somebody gets who
// guesses as many as there are. Ties are counted in part.
func found(positives, negatives []float64) float64 {
	all := slices.Concat(positives, negatives)
	if len(positives) == 0 || len(negatives) == 0 {
		return float64(len(positives))
	}
	slices.Sort(all)
	cut := all[len(all)-len(positives)]
	above := func(xs []float64) (above, at float64) {
		for _, x := range xs {
			switch {
			case x > cut:
				above++
			case x == cut:
				at++
			}
		}
		return above, at
	}
	hits, tied := above(positives)
	wrong, alsoTied := above(negatives)
	left := float64(len(positives)) - hits - wrong
	return hits + left*tied/(tied+alsoTied)
}
