package attack

import (
	"context"
	"fmt"
	"strings"

	"loyal/model/quantized"
)

func quantize(g Grid, _ Have) []Trial {
	var trials []Trial
	for _, s := range quantized.Schemes() {
		if g == Small && (s.Name == "q5_1" || s.Name == "q4_1" || s.Name == "g2") {
			continue
		}
		trials = append(trials, Trial{
			ID: "quantize-" + strings.ReplaceAll(s.Name, "_", "-"), Series: "quantize", Axis: "bits", X: s.Bits, Setting: s.What,
			Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
				m, kept, err := s.Of(ctx, l.Model)
				if err != nil {
					return nil, err
				}
				measures, err := l.MeasureModel(ctx, m)
				o := &Outcome{Measures: measures}
				if kept > 0 {
					o.Notes = append(o.Notes, fmt.Sprintf("%d matrices stay as they are: blocks do not divide their rows", kept))
				}
				return o, err
			},
		})
	}
	return trials
}
