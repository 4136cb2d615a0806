package attack

import (
	"context"
	"fmt"
	"strings"

	"loyal/model"
)

// narrow cuts the MLPs back to the width of the base: what undoes embed's method expand,
// for a thief who knows that width, or guesses it from models of the same family.
func narrow(_ Grid, have Have) []Trial {
	if !have.Narrower {
		return nil
	}
	return []Trial{{
		ID: "narrow-base", Series: "cut to the base's width", Setting: "the MLPs' last neurons dropped, to the width of the base's",
		Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
			width := l.Base.Config.IntermediateSize
			tensors, err := narrowed(l.Model, width)
			if err != nil {
				return nil, err
			}
			m, err := l.MeasureTensors(ctx, tensors, func(c *model.Config) { c.IntermediateSize = width })
			return &Outcome{Measures: m}, err
		},
	}}
}

// narrowed are a model's MLPs with their first neurons only.
func narrowed(m *model.Model, width int) (map[string]model.Tensor, error) {
	out := map[string]model.Tensor{}
	for _, name := range m.Tensors() {
		rows := strings.HasSuffix(name, ".gate_proj.weight") || strings.HasSuffix(name, ".up_proj.weight")
		if !rows && !strings.HasSuffix(name, ".down_proj.weight") {
			continue
		}
		t, err := m.Tensor(name)
		if err != nil {
			return nil, err
		}
		all, err := values(m, name)
		if err != nil {
			return nil, err
		}
		shape, kept := []int{t.Shape[0], width}, []float32{}
		if rows {
			shape, kept = []int{width, t.Shape[1]}, all[:width*t.Shape[1]]
		}
		for r := 0; !rows && r < t.Shape[0]; r++ {
			kept = append(kept, all[r*t.Shape[1]:r*t.Shape[1]+width]...)
		}
		t.Shape = shape
		if out[name], err = stored(t, kept); err != nil {
			return nil, fmt.Errorf("cut %s: %w", name, err)
		}
	}
	return out, nil
}
