package attack

import (
	"slices"
)

// minShare is the share of a text's tokens that minK looks at (Shi et al. 2023,
// arXiv:2310.16789).
const minShare = .2

// minK is the mean of the lowest fifth of a text's token log-probabilities, at least
// one of them: text that was trained on has fewer tokens that surprise.
func minK(logProbs []float64) float64 {
	if len(logProbs) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(logProbs))
	n := max(1, int(minShare*float64(len(sorted))+.5))
	return mean(sorted[:n])
}

func mean(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	sum := 0.
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}
