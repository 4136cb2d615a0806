package lm

import "context"

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
