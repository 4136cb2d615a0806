package attack

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"loyal/internal/parallel"
	"loyal/lm"
	"loyal/model"
)

// row is a prompt with a completion; only the latter is learnt.
type row struct {
	tokens []int32
	prompt int // tokens of the prompt
}

// targets is how many tokens are learnt.
func (r row) targets() int { return len(r.tokens) - r.prompt }

// tuning says how a thief trains. What is not here is as in TRL's defaults: AdamW
// without weight decay, gradients clipped to norm 1.
type tuning struct {
	lora   *lm.LoRA // nil: every weight
	rate   float64
	warmup float64 // share of the steps; afterwards the rate falls linearly to 0
	epochs float64
	batch  int // rows a step
}

// objective adds the gradients of a batch, which are indexes into its data, and returns
// the loss.
type objective func(ctx context.Context, tr lm.Trainer, batch []int) (loss float64, err error)

// steps is how many steps a tuning takes on n rows.
func (t tuning) steps(n int) int {
	return max(1, int(math.Round(t.epochs*float64(n)/float64(t.batch))))
}

// learningRate of a step, from 0.
func (t tuning) learningRate(step, steps int) float64 {
	warm := int(math.Ceil(t.warmup * float64(steps)))
	if step < warm {
		return t.rate * float64(step+1) / float64(warm)
	}
	return t.rate * float64(steps-step) / float64(steps-warm)
}

// train trains a network on n rows. after, unless nil, is called after each step, with
// the number of steps done.
func (l *Lab) train(ctx context.Context, net lm.Network, n int, t tuning, loss objective, after func(step, steps int, tr lm.Trainer) error) (map[string][]float32, error) {
	tr, err := net.NewTrainer(lm.TrainOptions{Embeddings: t.lora == nil, LoRA: t.lora})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tr.Close() }() // frees memory, nothing else
	steps := t.steps(n)
	for step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		value, err := loss(ctx, tr, turn(l.Seed, n, t.batch, step))
		if err == nil && (math.IsNaN(value) || math.IsInf(value, 0)) {
			err = fmt.Errorf("the loss is %w", lm.ErrNonFinite)
		}
		if err == nil {
			_, err = tr.Step(lm.AdamW{LR: t.learningRate(step, steps), Beta1: .9, Beta2: .999, Eps: 1e-8, MaxGradNorm: 1})
		}
		if err != nil {
			return nil, fmt.Errorf("step %d of %d: %w", step+1, steps, err)
		}
		l.note(fmt.Sprintf("step %d of %d, loss %.3f", step+1, steps, value))
		if after != nil {
			if err := after(step+1, steps, tr); err != nil {
				return nil, err
			}
		}
	}
	return tr.Weights(), nil
}

// turn is a step's share of n rows, in an order that is shuffled anew each epoch.
func turn(seed uint64, n, take, step int) []int {
	take = min(take, n)
	out := make([]int, take)
	var order []int
	for i := range out {
		k := step*take + i
		if order == nil || k%n == 0 {
			order = rand.New(rand.NewPCG(seed, uint64(k/n)<<8|7)).Perm(n)
		}
		out[i] = order[k%n]
	}
	return out
}

// Bounds of what runs forward at once. 512 rows of logits of a vocabulary of 50,000 are
// 100 MB; what the backward pass needs of 768 tokens in 30 blocks of 576 is 500 MB.
const (
	passTargets = 512
	passTokens  = 768
)

// pass is rows that run forward together.
type pass struct {
	index  []int // of the rows
	forest []lm.Segment
	at     []lm.Position
	owner  []int   // of each position, the place in index
	want   []int32 // the token after it
}

// forEach runs the rows of a batch, some at a time, forward and backward; grad turns
// the logits of a pass into its gradient.
func forEach(ctx context.Context, tr lm.Trainer, rows []row, batch []int, grad func(p pass, logits []float32) error) error {
	for len(batch) > 0 {
		n, targets, tokens := 0, 0, 0
		for n < len(batch) {
			r := rows[batch[n]]
			targets, tokens = targets+r.targets(), tokens+len(r.tokens)
			if n > 0 && (targets > passTargets || tokens > passTokens) {
				break
			}
			n++
		}
		if err := runPass(ctx, tr, rows, batch[:n], grad); err != nil {
			return err
		}
		batch = batch[n:]
	}
	return nil
}

func runPass(ctx context.Context, tr lm.Trainer, rows []row, batch []int, grad func(p pass, logits []float32) error) error {
	p := pass{index: batch}
	texts := make([][]int32, len(batch))
	for i, b := range batch {
		texts[i] = rows[b].tokens[:len(rows[b].tokens)-1]
	}
	packed := lm.Pack(texts)
	p.forest = packed.Forest
	var leaves []int
	for i, b := range batch {
		leaves = append(leaves, packed.Leaf(i))
		for j := rows[b].prompt; j < len(rows[b].tokens); j++ {
			p.at, p.owner, p.want = append(p.at, packed.At(i, j-1)), append(p.owner, i), append(p.want, rows[b].tokens[j])
		}
	}
	slices.Sort(leaves)
	c, err := tr.Cache(ctx, packed.Forest)
	if err != nil {
		return err
	}
	logits, err := tr.Forward(ctx, c, slices.Compact(leaves), p.at)
	if err != nil {
		return err
	}
	if err := grad(p, logits); err != nil {
		return err
	}
	return tr.Backward(ctx, logits)
}

// hardLabels is the cross-entropy of completions, a mean over the batch's tokens.
func hardLabels(rows []row, vocab int) objective {
	return func(ctx context.Context, tr lm.Trainer, batch []int) (float64, error) {
		total, sum := 0, 0.
		for _, b := range batch {
			total += rows[b].targets()
		}
		err := forEach(ctx, tr, rows, batch, func(p pass, logits []float32) error {
			losses := make([]float64, len(p.at))
			parallel.Each(len(p.at), func(i int) {
				losses[i], _ = lm.CrossEntropy(logits[i*vocab:(i+1)*vocab], p.want[i], 1/float32(total), 2)
			})
			for _, x := range losses {
				sum += x
			}
			return nil
		})
		return sum / float64(total), err
	}
}

// measureWeights measures the model with trained weights, as a thief would save it.
func (l *Lab) measureWeights(ctx context.Context, weights map[string][]float32) (*Measures, error) {
	m, err := trainedModel(l.Model, weights)
	if err != nil {
		return nil, err
	}
	return l.MeasureModel(ctx, m)
}

// curve measures a training on its way, after the given shares of its steps.
func (l *Lab) curve(ctx context.Context, o *Outcome, epochs float64, shares ...float64) func(step, steps int, tr lm.Trainer) error {
	return func(step, steps int, tr lm.Trainer) error {
		for _, s := range shares {
			if step != int(math.Round(s*float64(steps))) || step == steps || step == 0 {
				continue
			}
			m, err := l.measureWeights(ctx, tr.Weights())
			if err != nil {
				return err
			}
			o.Curve = append(o.Curve, Point{X: epochs * float64(step) / float64(steps), Measures: m})
		}
		return nil
	}
}

// remember computes something once for all trials of a lab.
func remember[T any](l *Lab, key string, compute func() (T, error)) (T, error) {
	if v, ok := l.memo[key].(T); ok {
		return v, nil
	}
	v, err := compute()
	if err == nil {
		l.memo[key] = v
	}
	return v, err
}

// trainedModel is a model with trained weights in place of its own.
func trainedModel(m *model.Model, weights map[string][]float32) (*model.Model, error) {
	tensors := make(map[string]model.Tensor, len(weights))
	for name, v := range weights {
		t, err := m.Tensor(name)
		if err != nil {
			return nil, err
		}
		if tensors[name], err = stored(t, v); err != nil {
			return nil, err
		}
	}
	return model.WithTensors(m, tensors, nil)
}
