package attack

import (
	"context"
	"fmt"
	"strings"

	"loyal/model"
)

// layers drops blocks right below the last one: the deeper blocks of a language model
// are those that it misses least, but for the last (Gromov et al. 2024,
// arXiv:2403.17887).
func layers(g Grid, have Have) []Trial {
	var trials []Trial
	for _, n := range pick(g, []int{1, 3}, []int{1, 2, 3, 4, 6}) {
		if n > have.Blocks-2 {
			break
		}
		trials = append(trials, Trial{
			ID: fmt.Sprintf("layers-%d", n), Series: "drop blocks", Axis: AxisBlocks, X: float64(n),
			Setting: fmt.Sprintf("%d of %d blocks dropped, below the last", n, have.Blocks),
			Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
				tensors, err := dropBlocks(l.Model, l.Model.Config.NumLayers-1-n, n)
				if err != nil {
					return nil, err
				}
				m, err := l.MeasureTensors(ctx, tensors, func(c *model.Config) { c.NumLayers -= n })
				return &Outcome{Measures: m}, err
			},
		})
	}
	return trials
}

// dropBlocks gives the blocks above the n from `from` on the names that close the gap.
func dropBlocks(m *model.Model, from, n int) (map[string]model.Tensor, error) {
	moved := map[string]model.Tensor{}
	for _, name := range m.Tensors() {
		var i int
		if _, err := fmt.Sscanf(name, "model.layers.%d.", &i); err != nil || i < from+n {
			continue
		}
		t, err := m.Tensor(name)
		if err != nil {
			return nil, err
		}
		rest := strings.TrimPrefix(name, fmt.Sprintf("model.layers.%d.", i))
		moved[fmt.Sprintf("model.layers.%d.%s", i-n, rest)] = t
	}
	return moved, nil
}
