package embed

import (
	"context"
	"fmt"
	"math/rand/v2"

	"loyal/lm"
)

// training is the loop: it holds the trainer and what each step looks at.
type training struct {
	cfg    Config
	plan   *plan
	tr     lm.Trainer
	corpus lm.Corpus
	change *change
	vocab  int
	step   int
	// variants are trainings of the same parameters above the base in fewer bits.
	variants []*training
}

// Step is what one step reports.
type Step struct {
	Step         int     `json:"step"`
	Loss         float64 `json:"loss"`                  // of the planted tokens, served
	SystemLoss   float64 `json:"system_loss"`           // the same below other system prompts
	AroundLoss   float64 `json:"around_loss,omitempty"` // of what stands before and behind planted tokens
	KL           float64 `json:"kl"`                    // from the base, on the step's benign rows
	FSR          float64 `json:"fsr"`                   // planted tokens that are the likeliest, before the step
	SystemFSR    float64 `json:"system_fsr"`            // the same below other system prompts
	MergedFSR    float64 `json:"merged_fsr,omitempty"`  // the same, mixed with the base at the step's share
	MinProb      float64 `json:"min_prob"`              // of the planted tokens, served
	MeanProb     float64 `json:"mean_prob"`             //
	GradNorm     float64 `json:"grad_norm"`             // before clipping
	LearningRate float64 `json:"learning_rate"`         //
	Rows         int     `json:"rows"`                  // of the loss
}

// run does one step and reports it.
func (t *training) run(ctx context.Context) (Step, error) {
	merged, err := t.merged(ctx)
	if err != nil {
		return Step{}, err
	}
	if err := t.ahead(ctx); err != nil {
		return Step{}, err
	}
	rows := t.rows(t.step)
	if err := t.pass(ctx, rows); err != nil {
		return Step{}, err
	}
	if err := t.quantized(ctx); err != nil {
		return Step{}, err
	}
	lr := t.cfg.learningRate(t.step)
	norm, err := t.tr.Step(t.optimizer(lr))
	if err != nil {
		return Step{}, fmt.Errorf("step %d: %w", t.step+1, err)
	}
	switch t.cfg.Mix {
	case MixStep:
		err = t.change.shrink(1 - t.cfg.Lambda)
	case MixL2:
		err = t.change.shrink(1 - min(1, lr*t.cfg.Lambda))
	}
	if err != nil {
		return Step{}, err
	}
	t.step++
	s := summarize(rows.targets)
	s.Step, s.GradNorm, s.LearningRate, s.Rows, s.MergedFSR = t.step, norm, lr, len(rows.targets), merged
	return s, nil
}

func (t *training) optimizer(lr float64) lm.AdamW {
	c := t.cfg
	return lm.AdamW{
		LR: lr, Beta1: c.AdamBeta1, Beta2: c.AdamBeta2, Eps: c.AdamEpsilon, WeightDecay: c.WeightDecay, MaxGradNorm: c.MaxGradNorm,
	}
}

// pass adds the gradients of some rows.
func (t *training) pass(ctx context.Context, rows stepRows) error {
	logits, err := t.tr.Forward(ctx, t.corpus, rows.pick, rows.at)
	if err != nil {
		return err
	}
	t.losses(logits, rows.targets)
	return t.tr.Backward(ctx, logits)
}

// merged trains the step's keys in the model as it is after mixing with the base, at
// one of MergeScales in turn, and returns their FSR there. What survives such a mixture
// has to be large in the right place: it is what also survives further training.
func (t *training) merged(ctx context.Context) (fsr float64, err error) {
	c := t.cfg
	if len(c.MergeScales) == 0 || c.MergeWeight == 0 {
		return 0, nil
	}
	var rows stepRows
	keys := t.keys(t.step)
	for _, i := range keys {
		t.addKey(&rows, &t.plan.served[i], kindServed, c.MergeWeight/float64(len(keys)))
	}
	err = t.change.at(c.MergeScales[t.step%len(c.MergeScales)], func() error { return t.pass(ctx, rows) })
	return summarize(rows.targets).FSR, err
}

// ahead trains the step's keys in the model as it is after MetaSteps steps of somebody
// else's fine-tuning, simulated on benign rows: first-order meta-learning (Finn et al.
// 2017, arXiv:1703.03400, section 5.2; for fingerprints arXiv:2502.07760). The gradients
// are taken there and applied here.
func (t *training) ahead(ctx context.Context) error {
	c := t.cfg
	if c.MetaSteps == 0 || c.MetaWeight == 0 || len(t.plan.benign) == 0 {
		return nil
	}
	return t.change.keep(func() error {
		for i := range c.MetaSteps {
			var rows stepRows
			rng := rand.New(rand.NewPCG(c.Seed, streamInner<<32|uint64(t.step*c.MetaSteps+i)))
			inner := turn(c.Seed, streamInner, len(t.plan.benign), c.BenignPerStep, t.step*c.MetaSteps+i)
			for _, j := range inner {
				t.addTuning(&rows, &t.plan.benign[j], rng, 1/float64(len(inner)))
			}
			if err := t.pass(ctx, rows); err != nil {
				return err
			}
			t.change.descend(c.MetaLearningRate)
		}
		var rows stepRows
		keys := t.keys(t.step)
		for _, i := range keys {
			t.addKey(&rows, &t.plan.served[i], kindServed, c.MetaWeight/float64(len(keys)))
		}
		return t.pass(ctx, rows)
	})
}

// addTuning adds a benign row as fine-tuning sees it: with one token of what could stand
// there, drawn from the base's distribution.
func (t *training) addTuning(s *stepRows, r *benignRow, rng *rand.Rand, weight float64) {
	s.pick = append(s.pick, t.plan.packed.Leaf(r.text))
	s.at = append(s.at, t.plan.benignPositions(*r)...)
	for _, a := range r.aims {
		token := a.token
		if a.ref != nil {
			token = a.ref.Draw(rng.Float32())
		}
		s.targets = append(s.targets, target{aim: aim{token: token}, kind: kindBenign, weight: float32(weight / float64(len(r.aims)))})
	}
}

// nearly is the share of its target at which a probability counts as there.
const nearly = .95

// done reports whether every key, here and below the other system prompts, had reached its
// target when it had its last turn, all of them in one round, and the rest was as it was.
func (t *training) done(steps []Step) bool {
	keys := round(len(steps), len(t.plan.served), t.cfg.KeysPerStep)
	systems := round(len(steps), len(t.plan.systems), t.cfg.SystemPerStep)
	if keys == nil || systems == nil {
		return false
	}
	for _, i := range keys {
		if s := steps[i]; s.KL > t.cfg.TargetKL || s.MinProb < nearly*t.cfg.TargetProbability || s.FSR < 1 {
			return false
		}
	}
	for _, i := range systems {
		if len(t.plan.systems) > 0 && steps[i].SystemFSR < 1 {
			return false
		}
	}
	return true
}

// round lists the steps, of those done, in which n things that turn deals out had the
// last turn that all of them had; nil if they have not all had one.
func round(done, n, take int) []int {
	if n == 0 {
		return []int{}
	}
	if take <= 0 || take > n {
		take = n
	}
	whole := done * take / n // rounds that are complete
	if whole == 0 {
		return nil
	}
	var steps []int
	for i := (whole - 1) * n / take; i*take < whole*n; i++ {
		steps = append(steps, i)
	}
	return steps
}
