package attack

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
)

// noise adds Gaussian noise to every matrix, relative to the standard deviation of its
// own numbers: what comes of careless conversions, and the bluntest way of blurring a
// fingerprint.
func noise(g Grid, _ Have) []Trial {
	var trials []Trial
	for _, sigma := range pick(g, []float64{.02, .1}, []float64{.01, .02, .05, .1, .15, .2}) {
		trials = append(trials, Trial{
			ID: "noise-" + number(sigma), Series: "noise", Axis: AxisNoise, X: sigma,
			Setting: fmt.Sprintf("Gaussian noise of %g standard deviations", sigma),
			Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
				return l.mapped(ctx, isMatrix, func(name string, values []float32, _ []int) error {
					addNoise(values, sigma, l.Seed, name)
					return nil
				})
			},
		})
	}
	return trials
}

// addNoise adds to some numbers a normal variate each, of sigma times their standard
// deviation.
func addNoise(values []float32, sigma float64, seed uint64, name string) {
	var sum, squares float64
	for _, v := range values {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(values))
	scale := sigma * math.Sqrt(max(0, squares/n-sum/n*sum/n))
	rng := rand.New(rand.NewPCG(seed, stream(name)))
	for i := range values {
		values[i] += float32(scale * rng.NormFloat64())
	}
}
