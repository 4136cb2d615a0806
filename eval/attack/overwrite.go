package attack

import (
	"context"
	"fmt"

	"loyal/embed"
	"loyal/model"
)

// overwrite embeds a set of the thief's own in the model, with the tool that made the
// owner's: in the hope that it pushes the other out, or to claim the model.
func overwrite(g Grid, _ Have) []Trial {
	var trials []Trial
	for _, n := range pick(g, []int{32}, []int{64, 256}) {
		trials = append(trials, Trial{
			ID: fmt.Sprintf("overwrite-%d", n), Series: "overwriting", Axis: AxisOwnFingerprints, X: float64(n),
			Setting: fmt.Sprintf("embeds %d fingerprints of the thief's own", n),
			Run:     func(ctx context.Context, l *Lab) (*Outcome, error) { return l.overwrite(ctx, n) },
		})
	}
	return trials
}

// overwriting are the settings of embedding n keys, with fewer benign rows than an owner takes
// who cares for the model, and nothing for what the keys are to survive.
func (l *Lab) overwriting(n int) embed.Config {
	c := embed.Default(embed.LoRA).For(n)
	c.TrainLayers = min(c.TrainLayers, l.Model.Config.NumLayers)
	c.BenignPrompts, c.WrittenPrompts, c.ProseTexts = 200, 0, 16
	c.Quantizations, c.QuantizationWeight, c.MergeScales, c.MergeWeight = nil, 0, nil, 0
	c.Lambda, c.Seed = 0, l.Seed^thiefSeed
	return c
}

func (l *Lab) overwrite(ctx context.Context, n int) (*Outcome, error) {
	set, err := l.ownSet(ctx, n, true)
	if err != nil {
		return nil, err
	}
	result, err := embed.Run(ctx, embed.Job{
		Model: l.Model, Net: l.Net, Set: set, Prompt: l.Prompt, Raw: l.prompts.Raw, Decode: l.Decode,
		Config: l.overwriting(n), TrainSystems: []string{}, EvalSystems: []string{}, EvalPrompts: l.Requests,
		Output: model.BF16, Progress: quietly{l},
	})
	if err != nil {
		return nil, err
	}
	o := &Outcome{}
	after := result.Report.After
	o.AddRate("FSR of the thief's own keys", NewRate(int(after.FSR*float64(n)+.5), n))
	o.Measures, err = l.measureWeights(ctx, result.Weights)
	return o, err
}

// quietly shows the stages of embedding as notes of the trial.
type quietly struct{ lab *Lab }

func (q quietly) Start(stage string, _ int64) { q.lab.note(stage) }
func (quietly) Add(int64)                     {}
func (quietly) Note(string)                   {}
func (quietly) Done()                         {}
