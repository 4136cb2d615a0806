package embed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"loyal/fingerprint"
	"loyal/internal/progress"
	"loyal/lm"
	"loyal/model"
)

// Progress hears how far a run is.
type Progress interface {
	Start(stage string, total int64)
	Add(n int64)
	Note(text string)
	Done()
}

// Job is what a run works on.
type Job struct {
	Model  *model.Model // the base
	Net    lm.Network   // over it
	Set    *fingerprint.Set
	Prompt Prompt
	// Open makes a network of a changed copy of the model, which is closed with the run.
	// Config.Quantizations want it.
	Open func(*model.Model) (lm.Network, error)
	// Raw gives the tokens of a text without any template.
	Raw    func(text string) ([]int32, error)
	Decode func(ids []int32) string // text of tokens, without special ones
	Config Config
	// TrainPrompts are ordinary requests to hold the model to its base on, of which
	// the first Config.BenignPrompts count; nil means the package's own.
	TrainPrompts []string
	// LookAlikes makes n keys as those of the set, none of which is in it
	// (fingerprint.LookAlikes); nil if they follow no procedure.
	LookAlikes func(ctx context.Context, n int, seed uint64) ([]string, error)
	// TrainSystems are system prompts to train below; nil means the package's own.
	TrainSystems []string
	// EvalTexts are held-out texts as tokens, to measure perplexity on.
	EvalTexts [][]int32
	// EvalPrompts are held-out requests, to measure first answer tokens on; nil means
	// requests of patterns that training does not use.
	EvalPrompts []string
	// EvalSystems are system prompts that only test; nil means the package's own.
	EvalSystems []string
	// Output is the type in which the model will be written. What trained is measured
	// as written; the rest as the base holds it, which is finer if the base is float32
	// and Output is not.
	Output model.DType
	// Precision names that of the network's products, for the record.
	Precision string
	// Checkpoint is the file that keeps the state of training, "" for none. A run
	// that finds its state there continues it; that of another run is an error, or
	// replaced if Anew is set.
	Checkpoint string
	Anew       bool
	// SaveEvery is the least time between two savings. With a held context they are
	// possible before a refresh only, and at the end of training.
	SaveEvery time.Duration
	// Spill bounds what is kept in memory of the texts (lm.Spill).
	Spill lm.Spill
	// Progress may be nil.
	Progress Progress
}

// Result is what a run arrives at.
type Result struct {
	// Weights are the tensors that changed, by their names in the model directory.
	Weights map[string][]float32
	// Expansion is what method expand adds.
	Expansion *model.Expansion
	// Adapter is what method lora has changed, as an adapter to the base.
	Adapter *model.Adapter
	Report  Report
}

// Run embeds a set.
func Run(ctx context.Context, job Job) (*Result, error) {
	r := &run{Job: job, clock: newClock()}
	if r.Progress == nil {
		r.Progress = progress.Silent{}
	}
	if err := r.Config.Validate(r.Net.Config().NumLayers); err != nil {
		return nil, err
	}
	defer func() {
		for _, o := range slices.Backward(r.opened) {
			_ = o.Close() // frees memory, nothing else
		}
	}()
	for _, stage := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"data", r.data},
		{"cache", r.cache},
		{"train", r.train},
		{"mix", r.mix},
		{"measure", r.after},
	} {
		if err := stage.do(ctx); err != nil {
			return nil, fmt.Errorf("embed: %s: %w", stage.name, err)
		}
		r.clock.lap(stage.name)
	}
	r.Progress.Done()
	return &Result{Weights: r.weights, Expansion: r.expansion, Adapter: r.adapter, Report: r.report()}, nil
}

// run is a Run under way.
type run struct {
	Job
	clock *clock
	plan  *plan
	tr    lm.Trainer
	// opened are trainers and networks of the run.
	opened []io.Closer
	// corpus holds the plan's texts, eval the EvalTexts.
	corpus, eval lm.Corpus
	// nearTrain and nearTest are near misses of the keys.
	nearTrain, nearTest []string
	t                   *training
	// context are the held segments before the keys' answers.
	context []int

	before, trained Measures
	steps           []Step
	lambda          float64 // the base's share in the result
	weights         map[string][]float32
	expansion       *model.Expansion
	adapter         *model.Adapter
}

// cache readies the trainer, runs the frozen layers, and measures the base.
func (r *run) cache(ctx context.Context) error {
	c := r.Config
	o := c.trainOptions(r.Net.Config())
	o.Cached = func(tokens int) { r.Progress.Add(int64(tokens)) }
	o.Spill = r.Spill
	var err error
	if r.tr, err = r.Net.NewTrainer(o); err != nil {
		return err
	}
	r.opened = append(r.opened, r.tr)
	tokens := 0
	for _, s := range r.plan.packed.Forest {
		tokens += len(s.Tokens) * (1 + len(c.Quantizations))
	}
	for _, t := range r.EvalTexts {
		tokens += len(t)
	}
	r.Progress.Start("run the frozen layers", int64(tokens))
	if r.corpus, err = r.tr.Cache(ctx, r.plan.packed.Forest); err != nil {
		return err
	}
	var evals []lm.Segment
	for _, t := range r.EvalTexts {
		evals = append(evals, lm.Segment{Tokens: t, Parent: lm.Root})
	}
	if r.eval, err = r.tr.Cache(ctx, evals); err != nil {
		return err
	}
	r.Progress.Start("measure the base", 0)
	if r.before, err = r.survey(ctx); err != nil {
		return err
	}
	r.t = &training{
		cfg: c, plan: r.plan, tr: r.tr, corpus: r.corpus,
		vocab: r.Net.Config().VocabSize, change: newChange(c.Method, r.tr, r.Model),
	}
	return r.variants(ctx)
}

// survey takes from one pass over the base all that the run wants of it: the
// distributions that rows are held to, how the base stands, the inputs that adapters or new
// neurons see whitened and start from, and the context that is held.
func (r *run) survey(ctx context.Context) (Measures, error) {
	c, p := r.Config, r.plan
	var l look
	for _, rows := range [][]benignRow{p.benign, p.near, p.unseen, p.missed} {
		p.hold(&l, rows, wholly)
	}
	p.holdAround(&l, p.served, true)
	p.holdAround(&l, p.systems, false)
	keys := p.measureKeys(&l)
	s := lm.Survey{Ridge: c.Whiten, At: l.at, Visit: l.visit}
	if c.Whiten > 0 {
		s.Whiten = r.usual()
	}
	if c.Align {
		for _, k := range slices.Concat(p.served, p.systems) {
			s.Align = append(s.Align, p.answerPositions(k)...)
		}
	}
	if c.HoldContext {
		var benign []int
		r.context, benign = p.context()
		s.Hold = slices.Concat(r.context, benign)
	}
	if err := r.tr.Survey(ctx, r.corpus, s); err != nil {
		return Measures{}, err
	}
	m := keys()
	m.Agreement, m.NearAgreement = 1, 1 // the base is what it is compared with
	err := r.measureTexts(ctx, &m)
	return m, err
}

// usual are the tokens whose inputs a change of the weights is to leave alone: those
// of ordinary requests, those where answers to them begin, and those of prose, each
// kind with the same weight in all.
func (r *run) usual() []lm.Weighted {
	var kinds [3][]lm.Weighted
	for _, b := range slices.Concat(r.plan.benign, r.plan.near) {
		text := r.plan.texts[b.text]
		for j := range text {
			kind := 0
			switch {
			case b.prose:
				kind = 2
			case j >= b.prompt-1:
				kind = 1
			}
			kinds[kind] = append(kinds[kind], lm.Weighted{Position: r.plan.packed.At(b.text, j)})
		}
	}
	var out []lm.Weighted
	for _, list := range kinds {
		for _, w := range list {
			w.Weight = 1 / float64(len(list))
			out = append(out, w)
		}
	}
	return out
}

// measure looks at the weights as they are.
func (r *run) measure(ctx context.Context) (Measures, error) {
	var l look
	keys := r.plan.measureKeys(&l)
	unseen, missed := r.plan.divergence(&l, r.plan.unseen), r.plan.divergence(&l, r.plan.missed)
	if err := r.tr.Rows(ctx, r.corpus, l.at, l.visit); err != nil {
		return Measures{}, err
	}
	m := keys()
	m.KL, m.Agreement = unseen()
	m.NearKL, m.NearAgreement = missed()
	err := r.measureTexts(ctx, &m)
	return m, err
}

// measureTexts adds the perplexity of held-out text.
func (r *run) measureTexts(ctx context.Context, m *Measures) (err error) {
	for _, t := range r.EvalTexts {
		m.Tokens += max(0, len(t)-1)
	}
	m.Perplexity, err = perplexity(ctx, r.tr, r.eval, r.EvalTexts)
	return err
}

// train runs the loop until the steps are done, or every key has reached its target
// and the divergence TargetKL, from where a run before this one was ended.
func (r *run) train(ctx context.Context) error {
	var saved checkpoint
	if r.Checkpoint != "" {
		identity, err := r.identity()
		if err != nil {
			return err
		}
		saved = checkpoint{r.Checkpoint, identity}
		r.steps, err = saved.load(r.tr)
		if anew := r.Anew && (errors.Is(err, ErrCheckpoint) || errors.Is(err, ErrDamaged)); err != nil && !anew {
			return err
		}
	}
	r.t.step = len(r.steps)
	r.Progress.Start("train", int64(r.Config.MaxSteps))
	r.Progress.Add(int64(r.t.step))
	last := time.Now()
	for r.t.step < r.Config.MaxSteps && !r.t.done(r.steps) {
		if r.refreshes() && r.t.step > 0 {
			if err := r.t.refresh(ctx, r.context); err != nil {
				return err
			}
		}
		s, err := r.t.run(ctx)
		if err != nil {
			if saved.path != "" && ctx.Err() != nil && r.refreshes() {
				if failed := saved.save(r.tr, r.steps); failed != nil {
					return failed
				}
			}
			return err
		}
		r.steps = append(r.steps, s)
		r.Progress.Note(fmt.Sprintf("loss %.3f, FSR %.0f %%, KL %.3f", s.Loss, 100*s.FSR, s.KL))
		r.Progress.Add(1)
		if saved.path != "" && time.Since(last) >= r.SaveEvery && r.refreshes() {
			if err := saved.save(r.tr, r.steps); err != nil {
				return err
			}
			last = time.Now()
		}
	}
	if saved.path != "" && time.Since(last) >= r.SaveEvery {
		return saved.save(r.tr, r.steps) // what is left may still fail: a disk may be full
	}
	return nil
}

// refreshes reports whether the next step looks at nothing but the weights: either no
// context is held, or it is about to be held anew. Only then can the run be continued
// from them.
func (r *run) refreshes() bool {
	return !r.Config.HoldContext || r.t.step%r.Config.RefreshSteps == 0
}

// after measures the model as it will be written.
func (r *run) after(ctx context.Context) (err error) {
	r.Progress.Start("measure", 0)
	r.trained, err = r.measure(ctx)
	return err
}
