package attack

import (
	"context"
	"errors"
	"fmt"
	"math"

	"loyal/lm"
)

// prune sets a share of each projection to zero, without training afterwards:
//
//   - magnitude: the smallest numbers of each matrix (Han et al. 2015,
//     arXiv:1506.02626, section 3);
//   - wanda: of each row those with the least |W|·‖x‖, the norm taken over the inputs
//     that ordinary requests make (Sun et al. 2024, arXiv:2306.11695, section 3).
func prune(g Grid, _ Have) []Trial {
	var trials []Trial
	for _, share := range pick(g, []float64{.1, .3, .5}, []float64{.1, .2, .3, .4, .5}) {
		trials = append(trials, Trial{
			ID: "prune-magnitude-" + number(share), Series: "prune, magnitude", Axis: AxisPruned, X: share,
			Setting: fmt.Sprintf("%.0f %% of each matrix by magnitude", 100*share),
			Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
				return l.mapped(ctx, isProjection, func(_ string, values []float32, _ []int) error {
					pruneMagnitude(values, share)
					return nil
				})
			},
		})
	}
	for _, share := range pick(g, []float64{.3, .5}, []float64{.1, .2, .3, .4, .5}) {
		trials = append(trials, Trial{
			ID: "prune-wanda-" + number(share), Series: "prune, Wanda", Axis: AxisPruned, X: share,
			Setting: fmt.Sprintf("%.0f %% of each row by |W|·‖x‖ (Wanda)", 100*share),
			Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
				norms, err := l.inputNorms(ctx)
				if err != nil {
					return nil, err
				}
				return l.mapped(ctx, isProjection, func(name string, values []float32, shape []int) error {
					if len(norms[name]) != shape[1] {
						return fmt.Errorf("%d norms of inputs for %d columns", len(norms[name]), shape[1])
					}
					pruneWanda(values, norms[name], share)
					return nil
				})
			},
		})
	}
	return trials
}

// pruneMagnitude sets the share of smallest numbers to 0.
func pruneMagnitude(values []float32, share float64) {
	scores := make([]float32, len(values))
	for i, v := range values {
		scores[i] = float32(math.Abs(float64(v)))
	}
	zeroLeast(values, scores, make([]float32, len(values)), share)
}

// pruneWanda sets in each row the share with the least |W|·‖x‖ to 0.
func pruneWanda(values []float32, norms []float64, share float64) {
	in := len(norms)
	scores, scratch := make([]float32, in), make([]float32, in)
	for row := values; len(row) > 0; row = row[in:] {
		for j, norm := range norms {
			scores[j] = float32(math.Abs(float64(row[j])) * norm)
		}
		zeroLeast(row[:in], scores, scratch, share)
	}
}

// zeroLeast sets the share of values with the least scores to 0, of equal scores the
// first ones. scratch is as long as these.
func zeroLeast(values, scores, scratch []float32, share float64) {
	n := int(math.Round(share * float64(len(values))))
	if n == 0 {
		return
	}
	copy(scratch, scores)
	limit := kth(scratch, n-1)
	for _, s := range scores {
		if s < limit {
			n--
		}
	}
	for i, s := range scores { // n places are left at the limit
		if s < limit {
			values[i] = 0
		} else if s == limit && n > 0 {
			values[i] = 0
			n--
		}
	}
}

// kth is the number that stands at place k, from 0, when x is sorted; x is reordered
// (Hoare 1961, with three parts, as many numbers may be equal).
func kth(x []float32, k int) float32 {
	for {
		pivot := middle(x[0], x[len(x)/2], x[len(x)-1])
		less, more := 0, len(x) // x[:less] < pivot, x[more:] > pivot
		for i := 0; i < more; {
			switch {
			case x[i] < pivot:
				x[i], x[less] = x[less], x[i]
				less++
				i++
			case x[i] > pivot:
				more--
				x[i], x[more] = x[more], x[i]
			default:
				i++
			}
		}
		switch {
		case k < less:
			x = x[:less]
		case k >= more:
			x, k = x[more:], k-more
		default:
			return pivot
		}
	}
}

func middle(a, b, c float32) float32 { return max(min(a, b), min(max(a, b), c)) }

// normed is a network that tells the norms of its matrices' inputs.
type normed interface {
	InputNorms(ctx context.Context, forest []lm.Segment) (map[string][]float64, error)
}

// calibrationRequests is how many ordinary requests a thief calibrates with.
const calibrationRequests = 128

// inputNorms are those of ordinary requests of the thief's own, with the beginnings of
// the model's answers.
func (l *Lab) inputNorms(ctx context.Context) (map[string][]float64, error) {
	n, ok := l.Net.(normed)
	if !ok {
		return nil, errors.New("the engine does not tell the norms of inputs")
	}
	return remember(l, "input norms", func() (map[string][]float64, error) {
		rows, err := l.ownAnswers(ctx, calibrationRequests, calibrationTokens)
		if err != nil {
			return nil, err
		}
		texts := make([][]int32, len(rows))
		for i, r := range rows {
			texts[i] = r.tokens
		}
		return n.InputNorms(ctx, lm.Pack(texts).Forest)
	})
}

// calibrationTokens is how much of its own answers the model is calibrated with.
const calibrationTokens = 16
