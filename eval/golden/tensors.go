package golden

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"loyal/model/gguf"
	"loyal/model/safetensors"
)

// tensorFile records values of stored tensors, after dequantization.
type tensorFile struct{ file *safetensors.File }

func (f tensorFile) needs() Needs { return Needs{Tensors: true} }

func (f tensorFile) check(_ context.Context, s Subject, r *Report) error {
	for _, name := range f.file.Names() {
		if s.Tensor == nil {
			r.skip(name, noWeights)
			continue
		}
		want, _ := f.file.Tensor(name)
		values, err := want.Float32()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFormat, err)
		}
		got, shape, err := s.Tensor(name)
		switch {
		case errors.Is(err, gguf.ErrType):
			r.skip(name, err.Error())
		case err != nil:
			r.failed(Values, name, err, fmt.Sprintf("a tensor %v", want.Shape))
		case !slices.Equal(shape, want.Shape):
			r.add(Values, name, math.Inf(1), fmt.Sprintf("shape %v", shape), fmt.Sprintf("shape %v", want.Shape))
		default:
			wide := make([]float64, len(values))
			for i, v := range values {
				wide[i] = float64(v)
			}
			r.vector(Values, name, got, wide, 1)
		}
	}
	return nil
}

// FromGGUF is a Subject's Tensor for the tensors of a GGUF file, under the names
// in the file.
func FromGGUF(f *gguf.File) func(string) ([]float32, []int, error) {
	return func(name string) ([]float32, []int, error) {
		t, ok, err := f.Tensor(name)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			return nil, nil, fmt.Errorf("read tensor %q: there is none of that name", name)
		}
		values, err := t.Float32()
		return values, t.Shape, err
	}
}
