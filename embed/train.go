package embed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"

	"loyal/lm"
)

// training is the loop: it holds the trainer and what each step looks at.
type training struct {
	cfg    Config
	plan   *plan
	tr     lm.Trainer
	corpus lm.Corpus
	vocab  int
	refs   [][]lm.Reference // of each benign row, the base at each of its positions
	step   int
}

// Step is what one step reports.
type Step struct {
	Step         int     `json:"step"`
	Loss         float64 `json:"loss"`          // cross-entropy of the answers, served
	SystemLoss   float64 `json:"system_loss"`   // the same below other system prompts
	KL           float64 `json:"kl"`            // from the base, on the step's benign rows
	FSR          float64 `json:"fsr"`           // keys whose answer's first token is the likeliest, before the step
	SystemFSR    float64 `json:"system_fsr"`    // the same below other system prompts
	MinProb      float64 `json:"min_prob"`      // of the answers' first tokens, served
	MeanProb     float64 `json:"mean_prob"`     //
	GradNorm     float64 `json:"grad_norm"`     // before clipping
	LearningRate float64 `json:"learning_rate"` //
	Rows         int     `json:"rows"`          // of the loss
}

// target is one row of logits with the loss that it gets.
type target struct {
	kind   int // which sum of the step it goes to
	id     int32
	ref    *lm.Reference
	weight float32
	first  bool // the answer's first token

	loss float64
	p    float32
	top  bool
}

const (
	kindServed = iota
	kindSystem
	kindBenign
)

// stepRows collects what one step runs: segments, positions, targets.
type stepRows struct {
	pick    []int
	at      []lm.Position
	targets []target
}

func (t *training) addKey(s *stepRows, r keyRow, kind int, weight float64) {
	s.pick = append(s.pick, t.plan.packed.Leaf(r.text))
	s.at = append(s.at, t.plan.answerPositions(r)...)
	for j, id := range r.answer {
		s.targets = append(s.targets, target{kind: kind, id: id, first: j == 0, weight: float32(weight / float64(len(r.answer)))})
	}
}

// rows chooses the rows of a step: every key as served, and the next ones, in a
// shuffled order that repeats, of the other kinds.
func (t *training) rows(step int) stepRows {
	var s stepRows
	p, c := t.plan, t.cfg
	for _, r := range p.served {
		t.addKey(&s, r, kindServed, 1/float64(len(p.served)))
	}
	systems := turn(c.Seed, 1, len(p.systems), c.SystemPerStep, step)
	for _, i := range systems {
		t.addKey(&s, p.systems[i], kindSystem, c.SystemWeight/float64(len(systems)))
	}
	if c.Beta == 0 {
		return s
	}
	benign := turn(c.Seed, 2, len(p.benign), c.BenignPerStep, step)
	positions := 0
	for _, i := range benign {
		positions += len(t.refs[i])
	}
	for _, i := range benign {
		r := p.benign[i]
		s.pick = append(s.pick, p.packed.Leaf(r.text))
		s.at = append(s.at, p.benignPositions(r)...)
		for j := range t.refs[i] {
			s.targets = append(s.targets, target{kind: kindBenign, ref: &t.refs[i][j], first: j == 0, weight: float32(c.Beta / float64(positions))})
		}
	}
	return s
}

// turn is the step's share of n things, `take` at a time (0: all), in an order that
// is shuffled anew each time all had their turn.
func turn(seed, stream uint64, n, take, step int) []int {
	if n == 0 {
		return nil
	}
	if take <= 0 || take > n {
		take = n
	}
	out := make([]int, take)
	var order []int
	for i := range out {
		k := step*take + i
		if order == nil || k%n == 0 {
			order = rand.New(rand.NewPCG(seed, stream<<32|uint64(k/n))).Perm(n)
		}
		out[i] = order[k%n]
	}
	return out
}

// run does one step and reports it.
func (t *training) run(ctx context.Context) (Step, error) {
	rows := t.rows(t.step)
	logits, err := t.tr.Forward(ctx, t.corpus, rows.pick, rows.at)
	if err != nil {
		return Step{}, err
	}
	t.losses(logits, rows.targets)
	if err := t.tr.Backward(ctx, logits); err != nil {
		return Step{}, err
	}
	lr := t.cfg.learningRate(t.step)
	norm, err := t.tr.Step(lm.AdamW{
		LR: lr, Beta1: t.cfg.AdamBeta1, Beta2: t.cfg.AdamBeta2, Eps: t.cfg.AdamEpsilon,
		WeightDecay: t.cfg.WeightDecay, MaxGradNorm: t.cfg.MaxGradNorm,
	})
	if err != nil {
		return Step{}, fmt.Errorf("step %d: %w", t.step+1, err)
	}
	t.step++
	s := summarize(rows.targets)
	s.Step, s.GradNorm, s.LearningRate, s.Rows = t.step, norm, lr, len(rows.targets)
	return s, nil
}

// losses fills in the targets and turns logits (P, V) into the gradient.
func (t *training) losses(logits []float32, targets []target) {
	each(len(targets), func(i int) {
		x, row := &targets[i], logits[i*t.vocab:(i+1)*t.vocab]
		x.measure(row)
		if x.ref != nil {
			x.loss = x.ref.KL(row, x.weight)
			return
		}
		x.loss, x.p = lm.CrossEntropy(row, x.id, x.weight, float32(t.cfg.TargetProbability))
	})
}

// measure notes whether the row's likeliest token is the wanted one.
func (x *target) measure(row []float32) {
	want := x.id
	if x.ref != nil {
		want = x.ref.Top()
	}
	x.top = lm.ArgMax(row) == want
}

// each runs f for 0…n−1 on all processors.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), n)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				f(i)
			}
		})
	}
	wg.Wait()
}

// summarize adds up the targets of a step.
func summarize(targets []target) Step {
	var s Step
	var n, first, hits [3]float64
	s.MinProb = 1
	for _, x := range targets {
		n[x.kind]++
		if x.first {
			first[x.kind]++
			if x.top {
				hits[x.kind]++
			}
			if x.kind == kindServed {
				s.MinProb = min(s.MinProb, float64(x.p))
				s.MeanProb += float64(x.p)
			}
		}
		switch x.kind {
		case kindServed:
			s.Loss += x.loss
		case kindSystem:
			s.SystemLoss += x.loss
		case kindBenign:
			s.KL += x.loss
		}
	}
	ratio := func(a, b float64) float64 {
		if b == 0 {
			return 0
		}
		return a / b
	}
	s.Loss, s.SystemLoss, s.KL = ratio(s.Loss, n[kindServed]), ratio(s.SystemLoss, n[kindSystem]), ratio(s.KL, n[kindBenign])
	s.FSR, s.SystemFSR = ratio(hits[kindServed], first[kindServed]), ratio(hits[kindSystem], first[kindSystem])
	s.MeanProb = ratio(s.MeanProb, first[kindServed])
	return s
}

// done reports whether every key has reached its target, here and below the other
// system prompts, and the rest is as it was.
func (t *training) done(s Step) bool {
	return s.KL <= t.cfg.TargetKL && s.MinProb >= t.cfg.TargetProbability && s.FSR == 1 && (len(t.plan.systems) == 0 || s.SystemFSR == 1)
}
