package lm

import (
	"context"

	"loyal/lm/cpu/kernel"
)

// Logits collects the logits at the asked positions of a forest, shape
// (len(at), VocabSize), in the order asked.
func Logits(ctx context.Context, n Network, forest []Segment, at []Position) ([]float32, error) {
	v := n.Config().VocabSize
	out := make([]float32, len(at)*v)
	err := n.Rows(ctx, forest, at, func(i int, row []float32) error {
		copy(out[i*v:(i+1)*v], row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// LogProbs returns the natural logarithm of the probability of targets[i] as the
// token after position at[i], without ever holding more than a few rows of logits.
func LogProbs(ctx context.Context, n Network, forest []Segment, at []Position, targets []int32) ([]float32, error) {
	out := make([]float32, len(at))
	err := n.Rows(ctx, forest, at, func(i int, row []float32) error {
		out[i] = row[targets[i]] - kernel.LogSumExp(row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
