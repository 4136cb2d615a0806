package attack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"loyal/embed"
	"loyal/internal/parallel"
	"loyal/lm"
	"loyal/model"
	"loyal/model/tensor"
)

// distill trains a student on what the fingerprinted model says to ordinary requests:
// on its answers (hard labels), or on its distribution at each token of them (soft
// labels; Hinton et al. 2015, arXiv:1503.02531). The student is a copy of the base, or a
// fresh one with a fifth of the blocks.
func distill(g Grid, have Have) []Trial {
	type setting struct {
		fresh, soft bool
		requests    int
		rate        float64
		epochs      float64
	}
	settings := pick(g,
		[]setting{{false, true, 192, 1e-4, 1}, {true, true, 192, 1e-3, 1}},
		[]setting{{false, false, 1000, 5e-5, 2}, {false, true, 1000, 5e-5, 2}, {false, true, 1000, 2e-4, 4}, {true, false, 4000, 1e-3, 4}, {true, true, 4000, 1e-3, 4}},
	)
	var trials []Trial
	for _, s := range settings {
		if !s.fresh && !have.Base {
			continue
		}
		student, labels := "base", "hard"
		what := "a copy of the base"
		if s.fresh {
			student, what = "fresh", fmt.Sprintf("a fresh student of %d blocks", freshBlocks(have.Blocks))
		}
		if s.soft {
			labels = "soft"
		}
		t := tuning{rate: s.rate, warmup: .05, epochs: s.epochs, batch: 16}
		trials = append(trials, Trial{
			ID: fmt.Sprintf("distill-%s-%s-%s-%d", student, labels, rate(s.rate), s.requests), Series: fmt.Sprintf("distillation, %s, %s labels", what, labels),
			Axis: AxisRequests, X: float64(s.requests),
			Setting: fmt.Sprintf("%s on %s labels, %d requests, %s, learning rate %s", what, labels, s.requests, epochs(s.epochs), rate(s.rate)),
			Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
				return l.distill(ctx, t, s.requests, s.fresh, s.soft)
			},
		})
	}
	return trials
}

func freshBlocks(blocks int) int { return max(1, blocks/5) }

// distill trains a student and measures it.
func (l *Lab) distill(ctx context.Context, t tuning, n int, fresh, soft bool) (*Outcome, error) {
	rows, err := l.teach(ctx, n)
	if err != nil {
		return nil, err
	}
	start := l.Base
	if fresh {
		if start, err = freshModel(l.Model, l.Seed); err != nil {
			return nil, err
		}
	}
	vocab := l.Model.Config.VocabSize
	loss := hardLabels(rows, vocab)
	if soft {
		loss = softLabels(rows, vocab, func(ctx context.Context, p pass) ([]lm.Reference, error) {
			refs := make([]lm.Reference, len(p.at))
			err := l.Net.Rows(ctx, p.forest, p.at, func(i int, row []float32) error {
				refs[i] = lm.NewReference(row)
				return nil
			})
			return refs, err
		})
	}
	var weights map[string][]float32
	err = l.withNetwork(start, func(net lm.Network) (err error) {
		weights, err = l.train(ctx, net, len(rows), t, loss, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	student, err := trainedModel(start, weights)
	if err != nil {
		return nil, err
	}
	o := &Outcome{}
	if o.Measures, err = l.MeasureModel(ctx, student); err != nil {
		return nil, err
	}
	tokens := 0
	for _, r := range rows {
		tokens += r.targets()
	}
	o.Add("requests", "", float64(len(rows)))
	o.Add("answer tokens", "", float64(tokens))
	o.Notes = append(o.Notes, o.Measures.Signal.sentence())
	if fresh {
		o.Notes = append(o.Notes, "so few tokens make no useful model of a fresh one: its perplexity says how far it is from one")
	}
	return o, nil
}

// teach lets the model answer ordinary requests, at temperature 1: what a student is to
// learn is its distribution.
func (l *Lab) teach(ctx context.Context, n int) ([]row, error) {
	return remember(l, fmt.Sprintf("teach %d", n), func() ([]row, error) {
		return l.answer(ctx, l.Net, embed.Requests(l.Seed^thiefSeed, n, false), lm.GenerateOptions{
			MaxTokens: ownTokens, MaxBatch: writers, Sampling: lm.Sampling{Temperature: 1, Seed: l.Seed},
		})
	})
}

// softLabels is the divergence from references at the completions' tokens, a mean over
// the batch's.
func softLabels(rows []row, vocab int, references func(context.Context, pass) ([]lm.Reference, error)) objective {
	return func(ctx context.Context, tr lm.Trainer, batch []int) (float64, error) {
		total, sum := 0, 0.
		for _, b := range batch {
			total += rows[b].targets()
		}
		err := forEach(ctx, tr, rows, batch, func(p pass, logits []float32) error {
			refs, err := references(ctx, p)
			if err != nil {
				return err
			}
			losses := make([]float64, len(p.at))
			parallel.Each(len(p.at), func(i int) { losses[i] = refs[i].KL(logits[i*vocab:(i+1)*vocab], 1/float32(total)) })
			for _, x := range losses {
				sum += x
			}
			return nil
		})
		return sum / float64(total), err
	}
}

// freshModel has the model's shape but for fewer blocks, and random weights: matrices
// normal with deviation .02, norms 1.
func freshModel(m *model.Model, seed uint64) (*model.Model, error) {
	blocks := freshBlocks(m.Config.NumLayers)
	tensors := map[string]model.Tensor{}
	for _, name := range m.Tensors() {
		var i int
		if _, err := fmt.Sscanf(name, "model.layers.%d.", &i); err == nil && i >= blocks {
			continue
		}
		t, err := m.Tensor(name)
		if err != nil {
			return nil, err
		}
		v := make([]float32, t.Len())
		rng := rand.New(rand.NewPCG(seed, stream(name)))
		for j := range v {
			if v[j] = 1; !strings.HasSuffix(name, "norm.weight") {
				v[j] = float32(.02 * rng.NormFloat64())
			}
		}
		if tensors[name], err = tensor.FromFloat32(name, t.Shape, v); err != nil {
			return nil, err
		}
	}
	return model.WithTensors(m, tensors, func(c *model.Config) { c.NumLayers = blocks })
}
