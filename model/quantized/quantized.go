package quantized

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"loyal/model"
	"loyal/model/tensor"
)

// Of returns the model as it is after its matrices went through a scheme, in memory, and
// how many of its matrices stay as they are. It reads what else it needs from m, which
// must stay open as long as it is used.
func (s Scheme) Of(ctx context.Context, m *model.Model) (q *model.Model, kept int, err error) {
	names := m.Tensors()
	made := make([]model.Tensor, len(names))
	matrices := make([]bool, len(names))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			t, err := m.Tensor(name)
			if err != nil || len(t.Shape) != 2 {
				return err
			}
			matrices[i] = true
			if made[i], err = s.tensor(t); err != nil {
				return fmt.Errorf("quantize %s: %w", name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	tensors := map[string]model.Tensor{}
	for i, name := range names {
		switch {
		case made[i].DType != tensor.Invalid:
			tensors[name] = made[i]
		case matrices[i]:
			kept++
		}
	}
	q, err = model.WithTensors(m, tensors, nil)
	return q, kept, err
}

// tensor is a matrix after the round trip, without a type if it stays as it is.
func (s Scheme) tensor(t model.Tensor) (model.Tensor, error) {
	block, round := s.block, s.round
	if !strings.HasPrefix(t.Name, "model.layers.") { // embeddings and output heads
		block, round = 32, gguf(tensor.Q8_0)
	}
	if block > 0 && t.Shape[1]%block != 0 {
		return model.Tensor{}, nil
	}
	values := make([]float32, t.Len())
	if err := t.Decode(values); err != nil {
		return model.Tensor{}, err
	}
	return round(t, values)
}
