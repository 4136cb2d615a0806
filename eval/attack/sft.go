package attack

import (
	"context"
	"fmt"

	"loyal/lm"
)

// sft fine-tunes on ordinary requests with answers, the most usual thing that is done
// to an open model: every weight, or adapters on all modules. The loss is that of the
// answers alone.
func sft(g Grid, _ Have) []Trial {
	type setting struct {
		lora   int // rank; 0: every weight
		rate   float64
		rows   int
		epochs float64
	}
	var trials []Trial
	for _, s := range pick(g,
		[]setting{{0, 1e-5, 384, 1}, {16, 2e-4, 384, 1}}, // as many rows, which are written once
		[]setting{{0, 1e-5, 200, 2}, {0, 1e-5, 1000, 2}, {0, 5e-5, 1000, 2}, {0, 2e-4, 1000, 1}, {16, 2e-4, 1000, 3}, {16, 1e-3, 1000, 1}, {64, 2e-4, 1000, 2}},
	) {
		t := tuning{rate: s.rate, warmup: .03, epochs: s.epochs, batch: 16}
		id, what := "full", "every weight"
		if s.lora > 0 {
			id, what = fmt.Sprintf("lora%d", s.lora), fmt.Sprintf("LoRA of rank %d", s.lora)
			t.lora = &lm.LoRA{R: s.lora, Alpha: 2 * float64(s.lora), TargetModules: lm.Modules}
		}
		trials = append(trials, Trial{
			ID: fmt.Sprintf("sft-%s-%s-%dx%g", id, rate(s.rate), s.rows, s.epochs), Series: fmt.Sprintf("SFT, %s, %s, %d rows", what, rate(s.rate), s.rows),
			Axis: AxisEpochs, X: s.epochs,
			Setting: fmt.Sprintf("SFT of %s, up to %d requests, %s, learning rate %s", what, s.rows, epochs(s.epochs), rate(s.rate)),
			Run:     func(ctx context.Context, l *Lab) (*Outcome, error) { return l.fineTune(ctx, t, s.rows) },
		})
	}
	return trials
}

// fineTune trains a copy of the model on up to n ordinary rows.
func (l *Lab) fineTune(ctx context.Context, t tuning, n int) (*Outcome, error) {
	rows, note, err := l.examples(ctx, n)
	if err != nil {
		return nil, err
	}
	o := &Outcome{}
	if note != "" {
		o.Notes = append(o.Notes, note)
	}
	if t.lora != nil {
		adapters := *t.lora
		adapters.Seed = l.Seed
		t.lora = &adapters
	}
	weights, err := l.train(ctx, l.Net, len(rows), t, hardLabels(rows, l.Model.Config.VocabSize), l.curve(ctx, o, t.epochs, .25, .5))
	if err != nil {
		return nil, err
	}
	o.Add("rows", "", float64(len(rows)))
	o.Add("steps", "", float64(t.steps(len(rows))))
	o.Measures, err = l.measureWeights(ctx, weights)
	return o, err
}
