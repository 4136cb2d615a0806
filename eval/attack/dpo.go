package attack

import (
	"context"
	"fmt"
	"math"

	"loyal/embed"
	"loyal/internal/parallel"
	"loyal/lm"
)

// dpo tunes every weight on preferences (Rafailov et al. 2023, arXiv:2305.18290), with
// the rate and β of SmolLM2's own alignment (β .5, 1e-6), or larger ones.
func dpo(g Grid, _ Have) []Trial {
	type setting struct {
		rate, beta float64
		pairs      int
		epochs     float64
	}
	var trials []Trial
	for _, s := range pick(g, []setting{{1e-6, .5, 128, 1}}, []setting{{1e-6, .5, 500, 2}, {5e-6, .1, 500, 2}}) {
		t := tuning{rate: s.rate, warmup: .1, epochs: s.epochs, batch: 8}
		trials = append(trials, Trial{
			ID: fmt.Sprintf("dpo-%s-%dx%g", rate(s.rate), s.pairs, s.epochs), Series: "DPO", Axis: AxisLearningRate, X: s.rate,
			Setting: fmt.Sprintf("DPO of every weight, up to %d pairs, %s, β %g, learning rate %s", s.pairs, epochs(s.epochs), s.beta, rate(s.rate)),
			Run:     func(ctx context.Context, l *Lab) (*Outcome, error) { return l.prefer(ctx, t, s.beta, s.pairs) },
		})
	}
	return trials
}

// pairs are up to n preferences as rows: the better answer at 2i, the worse at 2i+1.
func (l *Lab) pairs(ctx context.Context, n int) (rows []row, note string, err error) {
	if l.Pairs == nil {
		rows, err = l.ownPairs(ctx, n)
		return rows, "no preferences were given: of the model's own answers to built-in requests the greedy one stands for the better, one drawn at temperature 1.5 for the worse", err
	}
	for i, p := range l.Pairs {
		if len(rows) == 2*n {
			break
		}
		good, ok1, err := l.row(p.System, p.Prompt, p.Chosen)
		if err != nil {
			return nil, "", fmt.Errorf("render pair %d: %w", i+1, err)
		}
		bad, ok2, err := l.row(p.System, p.Prompt, p.Rejected)
		if err != nil {
			return nil, "", fmt.Errorf("render pair %d: %w", i+1, err)
		}
		if ok1 && ok2 {
			rows = append(rows, good, bad)
		}
	}
	if len(rows) == 0 {
		return nil, "", fmt.Errorf("%w: no pair fits the model's context", ErrData)
	}
	return rows, "", nil
}

func (l *Lab) ownPairs(ctx context.Context, n int) ([]row, error) {
	requests := embed.Requests(l.Seed, n, false)
	o := lm.GenerateOptions{MaxTokens: ownTokens, MaxBatch: writers}
	good, err := l.answer(ctx, l.Net, requests, o)
	if err != nil {
		return nil, err
	}
	o.Sampling = lm.Sampling{Temperature: 1.5, Seed: l.Seed}
	bad, err := l.answer(ctx, l.Net, requests, o)
	if err != nil {
		return nil, err
	}
	// A request to which nothing was said is missing from one of the lists.
	var rows []row
	byPrompt := map[string]row{}
	for _, r := range bad {
		byPrompt[fmt.Sprint(r.tokens[:r.prompt])] = r
	}
	for _, r := range good {
		if b, ok := byPrompt[fmt.Sprint(r.tokens[:r.prompt])]; ok {
			rows = append(rows, r, b)
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%w: the model answers nothing", ErrData)
	}
	return rows, nil
}

// prefer trains a copy of the model on preferences.
func (l *Lab) prefer(ctx context.Context, t tuning, beta float64, n int) (*Outcome, error) {
	rows, note, err := l.pairs(ctx, n)
	if err != nil {
		return nil, err
	}
	o := &Outcome{}
	if note != "" {
		o.Notes = append(o.Notes, note)
	}
	reference, err := l.logProbs(ctx, l.Net, rows)
	if err != nil {
		return nil, err
	}
	loss := preference(rows, reference, beta, l.Model.Config.VocabSize)
	weights, err := l.train(ctx, l.Net, len(rows)/2, t, loss, nil)
	if err != nil {
		return nil, err
	}
	o.Add("pairs", "", float64(len(rows)/2))
	o.Add("steps", "", float64(t.steps(len(rows)/2)))
	o.Measures, err = l.measureWeights(ctx, weights)
	return o, err
}

// logProbs of the rows' completions under a network.
func (l *Lab) logProbs(ctx context.Context, net lm.Network, rows []row) ([]float64, error) {
	texts := make([][]int32, len(rows))
	for i, r := range rows {
		texts[i] = r.tokens[:len(r.tokens)-1]
	}
	packed := lm.Pack(texts)
	var at []lm.Position
	var owner []int
	var want []int32
	for i, r := range rows {
		for j := r.prompt; j < len(r.tokens); j++ {
			at, owner, want = append(at, packed.At(i, j-1)), append(owner, i), append(want, r.tokens[j])
		}
	}
	losses := make([]float64, len(at))
	err := net.Rows(ctx, packed.Forest, at, func(i int, row []float32) error {
		losses[i], _ = lm.CrossEntropy(row, want[i], 0, 2)
		return nil
	})
	sums := make([]float64, len(rows))
	for i, x := range losses {
		sums[owner[i]] -= x
	}
	return sums, err
}

// preference is DPO's loss, −log σ(β(Δchosen − Δrejected)) with Δ the gain in
// log-probability over the reference, a mean over the batch's pairs.
func preference(rows []row, reference []float64, beta float64, vocab int) objective {
	return func(ctx context.Context, tr lm.Trainer, batch []int) (float64, error) {
		sum := 0.
		for _, pair := range batch { // a pair's margin needs both, so it runs in one pass
			two := []int{2 * pair, 2*pair + 1}
			err := runPass(ctx, tr, rows, two, func(p pass, logits []float32) error {
				losses := make([]float64, len(p.at))
				parallel.Each(len(p.at), func(i int) { losses[i] = crossEntropy(logits[i*vocab:(i+1)*vocab], p.want[i]) })
				gain := [2]float64{-reference[two[0]], -reference[two[1]]}
				for i, x := range losses {
					gain[p.owner[i]] -= x
				}
				margin := beta * (gain[0] - gain[1])
				sum += math.Log1p(math.Exp(-math.Abs(margin))) + max(0, -margin) // −log σ(margin)
				pull := float32(beta / (1 + math.Exp(margin)) / float64(len(batch)))
				parallel.Each(len(p.at), func(i int) {
					weight := pull
					if p.owner[i] == 1 {
						weight = -pull
					}
					lm.CrossEntropy(logits[i*vocab:(i+1)*vocab], p.want[i], weight, 2)
				})
				return nil
			})
			if err != nil {
				return 0, err
			}
		}
		return sum / float64(len(batch)), nil
	}
}

// crossEntropy leaves its row as it is.
func crossEntropy(row []float32, target int32) float64 {
	top := row[lm.ArgMax(row)]
	sum := 0.
	for _, x := range row {
		sum += math.Exp(float64(x - top))
	}
	return math.Log(sum) + float64(top-row[target])
}
