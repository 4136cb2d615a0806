package cpu

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// Merge computes the weights of a model with an adapter, W + lora_alpha/r · B A, under
// the names of the model directory: what model.Write replaces.
func Merge(ctx context.Context, m *model.Model, a *model.Adapter, o Options) (map[string][]float32, error) {
	pool := kernel.NewPool(o.Threads)
	defer pool.Close()
	known := m.Tensors()
	out := make(map[string][]float32, len(a.Modules))
	for _, x := range a.Modules {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name := x.Name + ".weight"
		if short := x.Name[strings.LastIndexByte(x.Name, '.')+1:]; !slices.Contains(known, name) || !slices.Contains(lm.Modules, short) {
			return nil, fmt.Errorf("merge adapter: %w: the model has no module %q", model.ErrAdapter, x.Name)
		}
		t, err := m.Tensor(name)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(t.Shape, []int{x.Out, x.In}) {
			return nil, fmt.Errorf("merge adapter: %w: it is for %s of shape %v, the model's is %v", model.ErrAdapter, x.Name, []int{x.Out, x.In}, t.Shape)
		}
		w := make([]float32, t.Len())
		if err := t.Decode(w); err != nil {
			return nil, err
		}
		pool.Gemm(kernel.Gemm{
			C: kernel.F32(w, x.Out, x.In), A: kernel.F32(x.B, x.Out, a.R), B: kernel.F32(x.A, a.R, x.In),
			Acc: true, Alpha: float32(a.LoraAlpha / float64(a.R)),
		})
		out[name] = w
	}
	return out, nil
}
