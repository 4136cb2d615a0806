package attack

import (
	"context"
	"fmt"
	"hash/fnv"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"loyal/model"
	"loyal/model/tensor"
)

// values of a model's tensor, in memory of their own.
func values(m *model.Model, name string) ([]float32, error) {
	t, err := m.Tensor(name)
	if err != nil {
		return nil, err
	}
	out := make([]float32, t.Len())
	return out, t.Decode(out)
}

// valuesOf are another model's, in the shape of ours: where ours has more neurons in its
// MLPs (embed's method expand), the other one's are zeros, which compute nothing.
func (l *Lab) valuesOf(m *model.Model, name string) ([]float32, error) {
	narrow, err := values(m, name)
	if err != nil || m.Config.IntermediateSize == l.Model.Config.IntermediateSize {
		return narrow, err
	}
	ours, err := l.Model.Tensor(name)
	if err != nil || ours.Len() == len(narrow) {
		return narrow, err
	}
	theirs, err := m.Tensor(name)
	if err != nil {
		return nil, err
	}
	rows, from, to := theirs.Shape[0], theirs.Shape[1], ours.Shape[1]
	out := make([]float32, ours.Len())
	for r := range rows {
		copy(out[r*to:r*to+from], narrow[r*from:(r+1)*from])
	}
	return out, nil
}

// stored makes a tensor of numbers as one of the model's own is stored: a thief saves
// the model in the type that it came in. Of types that are only read it is float32.
func stored(like model.Tensor, values []float32) (model.Tensor, error) {
	dtype := like.DType
	if dtype != model.BF16 {
		dtype = model.F32
	}
	return tensor.New(like.Name, dtype, like.Shape, tensor.Encode(nil, dtype, values))
}

// which tells the tensors that are changed.
type which func(name string, t model.Tensor) bool

func everyTensor(string, model.Tensor) bool { return true }

// isMatrix is whether a tensor is a matrix and not a norm. The embedding and the output
// head count as matrices.
func isMatrix(_ string, t model.Tensor) bool { return len(t.Shape) == 2 }

// isProjection is whether a tensor is a matrix of a block: what compression is applied
// to. Embeddings and output heads are mostly left as they are.
func isProjection(name string, t model.Tensor) bool {
	return isMatrix(name, t) && strings.HasPrefix(name, "model.layers.")
}

// change makes a new tensor of the numbers of one, which it may overwrite. A tensor
// without a type means that nothing changes.
type change func(name string, values []float32, t model.Tensor) (model.Tensor, error)

// mapped measures the model after f has been let at some tensors: their names, their
// numbers, which it overwrites, and their shapes.
func (l *Lab) mapped(ctx context.Context, these which, f func(name string, values []float32, shape []int) error) (*Outcome, error) {
	tensors, err := l.mapTensors(ctx, these, func(name string, values []float32, t model.Tensor) (model.Tensor, error) {
		if err := f(name, values, t.Shape); err != nil {
			return model.Tensor{}, err
		}
		return stored(t, values)
	})
	if err != nil {
		return nil, err
	}
	m, err := l.MeasureTensors(ctx, tensors, nil)
	return &Outcome{Measures: m}, err
}

// mapTensors changes some tensors of the model, several at a time.
func (l *Lab) mapTensors(ctx context.Context, these which, f change) (map[string]model.Tensor, error) {
	names := l.Model.Tensors()
	made := make([]model.Tensor, len(names))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			t, err := l.Model.Tensor(name)
			if err != nil || !these(name, t) {
				return err
			}
			v := make([]float32, t.Len())
			if err := t.Decode(v); err != nil {
				return err
			}
			if made[i], err = f(name, v, t); err != nil {
				return fmt.Errorf("change %s: %w", name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := map[string]model.Tensor{}
	for i, name := range names {
		if made[i].DType != tensor.Invalid {
			out[name] = made[i]
		}
	}
	return out, nil
}

// stream is a generator's stream for a name, so that what is drawn for a tensor does
// not depend on the order in which tensors come.
func stream(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	return h.Sum64()
}
