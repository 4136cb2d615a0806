package cpu

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// trainer implements [lm.Trainer].
type trainer struct {
	n      *Network
	o      lm.TrainOptions
	first  int     // the lowest block that trains
	w      weights // like the network's, but for what trains
	params []*lm.Param
	steps  int

	acts   []activations // of the blocks from first on
	grads  gradients
	sample []float32   // a forest's rows on their way up
	stores []*rowStore // of all corpora
	last   *forwardState
}

// forwardState is what Backward needs to know of the last Forward.
type forwardState struct {
	c      *corpus
	l      *layout
	ids    []int32 // the rows' tokens, where the embedding trains
	rows   []int   // rows with logits
	hidden []float32
	rstd   []float32
}

var _ lm.Trainer = (*trainer)(nil)

// NewTrainer implements [lm.Network].
func (n *Network) NewTrainer(o lm.TrainOptions) (lm.Trainer, error) {
	layers, err := checkOptions(o, n.cfg.NumLayers)
	if err != nil {
		return nil, err
	}
	t := &trainer{n: n, o: o, first: slices.Min(layers), w: n.weights}
	t.w.blocks = slices.Clone(n.blocks)
	t.acts = make([]activations, n.cfg.NumLayers-t.first)
	if o.Embeddings {
		t.trainEmbedding()
	}
	for _, i := range layers {
		b := &t.w.blocks[i]
		switch {
		case o.LoRA != nil:
			t.adapt(i, b)
		case o.Expand != nil:
			t.expand(i, b)
		default:
			t.trainBlock(b)
		}
	}
	if o.Embeddings {
		t.trainNorm(&t.w.final)
		if !n.cfg.TieEmbeddings {
			t.trainLinear(&t.w.head)
		}
	}
	return t, nil
}

// checkOptions returns the blocks that train, in order.
func checkOptions(o lm.TrainOptions, blocks int) ([]int, error) {
	layers := slices.Compact(slices.Sorted(slices.Values(o.Layers)))
	if o.Layers == nil {
		layers = all(blocks)
	}
	targets := o.TargetModules
	if o.LoRA != nil {
		targets = o.LoRA.TargetModules
	}
	for _, m := range targets {
		if !slices.Contains(lm.Modules, m) {
			return nil, fmt.Errorf("target module %q is none of %s", m, strings.Join(lm.Modules, ", "))
		}
	}
	plain := o.LoRA == nil && o.Expand == nil
	switch {
	case len(layers) == 0 || targets != nil && len(targets) == 0 || o.LoRA != nil && targets == nil:
		return nil, fmt.Errorf("nothing trains: no layer or no module is chosen")
	case layers[0] < 0 || layers[len(layers)-1] >= blocks:
		return nil, fmt.Errorf("layers %v: the model has 0 to %d", layers, blocks-1)
	case o.Embeddings && (!plain || len(layers) < blocks || targets != nil):
		return nil, fmt.Errorf("training the embeddings requires training every layer and module, without LoRA and new neurons")
	case o.LoRA != nil && o.Expand != nil || o.TargetModules != nil && !plain:
		return nil, fmt.Errorf("of modules, LoRA and new neurons only one kind trains at a time")
	case o.LoRA != nil && !(o.LoRA.R > 0 && o.LoRA.Alpha > 0):
		return nil, fmt.Errorf("lora: r %d and lora_alpha %g must be positive", o.LoRA.R, o.LoRA.Alpha)
	case o.Expand != nil && o.Expand.Neurons <= 0:
		return nil, fmt.Errorf("expand: %d neurons", o.Expand.Neurons)
	}
	return layers, nil
}

// trainBlock makes parameters of a block's matrices and norms, or of the chosen ones.
func (t *trainer) trainBlock(b *blockWeights) {
	for _, l := range b.linears() {
		if t.o.TargetModules == nil || slices.Contains(t.o.TargetModules, l.module()) {
			t.trainLinear(l)
		}
	}
	if t.o.TargetModules == nil {
		for _, m := range b.norms() {
			t.trainNorm(m)
		}
	}
}

// newParam adds a trainable tensor.
func (t *trainer) newParam(name string, value []float32, shape ...int) *lm.Param {
	p := &lm.Param{Name: name, Shape: shape, Value: value}
	p.Grad, p.M, p.V = make([]float32, len(value)), make([]float32, len(value)), make([]float32, len(value))
	t.params = append(t.params, p)
	return p
}

func (t *trainer) trainLinear(l *linear) {
	l.train = t.newParam(l.name+".weight", copyOf(l.w), l.out, l.in)
	l.w = kernel.F32(l.train.Value, l.out, l.in)
}

func (t *trainer) trainNorm(o *norm) {
	o.train = t.newParam(o.name, slices.Clone(o.w), len(o.w))
	o.w = o.train.Value
}

// trainEmbedding makes the embedding a parameter, and the head with it where they
// are one tensor.
func (t *trainer) trainEmbedding() {
	e := t.w.embed
	p := t.newParam(embedName, copyOf(e), e.Rows, e.Cols)
	t.w.embed = kernel.F32(p.Value, e.Rows, e.Cols)
	if t.n.cfg.TieEmbeddings {
		t.w.head.w, t.w.head.train = t.w.embed, p
	}
}

// copyOf returns a matrix's numbers as a new float32 slice.
func copyOf(m kernel.Mat) []float32 {
	out := make([]float32, m.Rows*m.Cols)
	if m.BF16 != nil {
		kernel.FromBF16(out, m.BF16[:len(out)])
	} else {
		copy(out, m.F32)
	}
	return out
}

// Forward implements [lm.Trainer].
func (t *trainer) Forward(ctx context.Context, c lm.Corpus, pick []int, at []lm.Position) ([]float32, error) {
	t.n.mu.Lock()
	defer t.n.mu.Unlock()
	f, x, err := t.start(c, pick, at)
	if err != nil {
		return nil, err
	}
	t.last = nil
	if t.params == nil {
		return nil, fmt.Errorf("forward: training is finished")
	}
	x, err = t.climb(ctx, f.c, f.l, x, f.rows)
	if err != nil {
		return nil, err
	}
	f.hidden, f.rstd = slices.Clone(x), make([]float32, len(f.rows))
	logits := make([]float32, len(f.rows)*t.n.cfg.VocabSize)
	t.n.headForward(&t.w, logits, f.rstd, f.hidden, len(f.rows))
	if !kernel.Finite(logits) {
		return nil, fmt.Errorf("logits are %w", lm.ErrNonFinite)
	}
	t.last = f
	return logits, nil
}

// climb runs x (T, hidden) of a corpus through the blocks that train, keeping what the
// backward pass needs, and returns the given rows of the last one's output.
func (t *trainer) climb(ctx context.Context, c *corpus, l *layout, x []float32, rows []int) ([]float32, error) {
	t.ready()
	last := len(t.acts) - 1
	for i := range t.acts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a, b := &t.acts[i], &t.w.blocks[t.first+i]
		a.growAttention(t.n, l.rows)
		if i < last {
			a.growMLP(t.n, l.rows)
			t.n.blockForward(b, a, x, l, c.past(i), true)
		} else {
			a.growMLP(t.n, len(rows))
			x = t.n.lastForward(b, a, x, l, c.past(i), rows, true)
		}
	}
	return x, nil
}

// Rows implements [lm.Trainer].
func (t *trainer) Rows(ctx context.Context, lc lm.Corpus, at []lm.Position, visit func(int, []float32) error) error {
	t.n.mu.Lock()
	defer t.n.mu.Unlock()
	c, ok := lc.(*corpus)
	if !ok {
		return fmt.Errorf("the corpus is another backend's")
	}
	t.ready()
	return t.n.visitRows(ctx, &t.w, t.w.blocks[t.first:], c.l, at, func(part *layout, from []int) []float32 {
		return t.enter(c, part, from)
	}, visit)
}

// enter returns what goes into the first block that trains (T, hidden), in the
// trainer's own memory.
func (t *trainer) enter(c *corpus, part *layout, from []int) []float32 {
	for _, s := range t.stores {
		s.rest() // what the pass before this one looked at
	}
	if t.first == 0 {
		t.sample = lookUp(t.n.pool, t.sample, t.w.embed, part.gather(c.ids, from))
		return t.sample
	}
	d := t.n.cfg.HiddenSize
	t.sample = grow(t.sample, part.rows*d)
	part.gatherRows(t.sample, c.hidden.numbers(), from, d)
	return t.sample
}

// start packs the picked segments with their ancestors and gathers what enters the
// first block that trains.
func (t *trainer) start(lc lm.Corpus, pick []int, at []lm.Position) (*forwardState, []float32, error) {
	c, ok := lc.(*corpus)
	if !ok {
		return nil, nil, fmt.Errorf("the corpus is another backend's")
	}
	l, from, index, err := c.l.pick(pick, c.held)
	if err != nil {
		return nil, nil, err
	}
	moved := make([]lm.Position, len(at))
	for i, p := range at {
		if p.Segment < 0 || p.Segment >= len(index) || index[p.Segment] < 0 {
			return nil, nil, fmt.Errorf("position %d: segment %d is not picked", i, p.Segment)
		}
		moved[i] = lm.Position{Segment: index[p.Segment], Offset: p.Offset}
	}
	f := &forwardState{c: c, l: l}
	if f.rows, err = l.rowsAt(moved); err != nil {
		return nil, nil, err
	}
	t.n.rope.grow(l.ctx)
	if t.o.Embeddings {
		f.ids = l.gather(c.ids, from)
	}
	return f, t.enter(c, l, from), nil
}

// Backward implements [lm.Trainer].
func (t *trainer) Backward(ctx context.Context, dlogits []float32) error {
	n, f := t.n, t.last
	n.mu.Lock()
	defer n.mu.Unlock()
	d := n.cfg.HiddenSize
	if f == nil || len(dlogits) != len(f.rows)*n.cfg.VocabSize {
		return fmt.Errorf("backward: the gradient has %d numbers, which fits no forward pass", len(dlogits))
	}
	dh, dhidden := make([]float32, len(f.rows)*d), make([]float32, len(f.rows)*d)
	n.h = grow(n.h, len(f.rows)*d)
	t.w.final.forward(n.pool, n.h, nil, f.hidden, len(f.rows))
	t.w.head.backward(n.pool, n.prec, dh, dlogits, n.h, len(f.rows), false)
	t.w.final.backward(n.pool, dhidden, dh, f.hidden, f.rstd, len(f.rows), &t.grads.partial)

	t.grads.grow(n, max(f.l.rows, len(f.rows)))
	last := len(t.acts) - 1
	n.mlpBackward(&t.w.blocks[t.first+last], &t.acts[last], &t.grads, dhidden, len(f.rows), last == 0 && !t.o.Embeddings)
	// The forward pass is done with the rows on their way up: reuse their memory.
	dx := t.sample[:f.l.rows*d]
	clear(dx)
	for i, r := range f.rows {
		kernel.Add(dx[r*d:(r+1)*d], dhidden[i*d:(i+1)*d])
	}
	for i := last; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, a, lowest := &t.w.blocks[t.first+i], &t.acts[i], i == 0 && !t.o.Embeddings
		if i == last {
			n.attentionHalfBackward(b, a, &t.grads, dx, f.l, f.c.past(i), lowest)
		} else {
			n.blockBackward(b, a, &t.grads, dx, f.l, f.c.past(i), lowest)
		}
	}
	if t.o.Embeddings {
		grad := t.params[0].Grad
		for r, id := range f.ids {
			kernel.Add(grad[int(id)*d:(int(id)+1)*d], dx[r*d:(r+1)*d])
		}
	}
	t.last = nil
	return nil
}

// stepGrain is how many numbers of a parameter make a task of the optimizer.
const stepGrain = 1 << 15

// Step implements [lm.Trainer].
func (t *trainer) Step(o lm.AdamW) (float64, error) {
	var sum float64
	for _, p := range t.params {
		parts := make([]float64, (len(p.Grad)+stepGrain-1)/stepGrain)
		t.n.pool.Range(len(p.Grad), stepGrain, func(_ *kernel.Worker, lo, hi int) {
			parts[lo/stepGrain] = kernel.SumSquares(p.Grad[lo:hi])
		})
		for _, s := range parts {
			sum += s
		}
	}
	gradNorm := math.Sqrt(sum)
	if math.IsNaN(gradNorm) || math.IsInf(gradNorm, 0) {
		return gradNorm, fmt.Errorf("gradients are %w", lm.ErrNonFinite)
	}
	scale := 1.0
	if o.MaxGradNorm > 0 && gradNorm > o.MaxGradNorm {
		scale = o.MaxGradNorm / (gradNorm + 1e-6) // torch.nn.utils.clip_grad_norm_
	}
	t.steps++
	bias1, bias2 := 1-math.Pow(o.Beta1, float64(t.steps)), 1-math.Pow(o.Beta2, float64(t.steps))
	for _, p := range t.params {
		t.n.pool.Range(len(p.Value), stepGrain, func(_ *kernel.Worker, lo, hi int) {
			kernel.AdamWStep(p.Value[lo:hi], p.Grad[lo:hi], p.M[lo:hi], p.V[lo:hi],
				o.LR, o.Beta1, o.Beta2, o.Eps, o.WeightDecay, bias1, bias2, scale)
			clear(p.Grad[lo:hi])
		})
	}
	return gradNorm, nil
}

// Params implements [lm.Trainer].
func (t *trainer) Params() []lm.Param {
	out := make([]lm.Param, len(t.params))
	for i, p := range t.params {
		out[i] = *p
	}
	return out
}

// Steps implements [lm.Trainer].
func (t *trainer) Steps() int { return t.steps }

// SetSteps implements [lm.Trainer].
func (t *trainer) SetSteps(n int) { t.steps = n }

// Finish implements [lm.Trainer].
func (t *trainer) Finish(weights map[string][]float32, neurons *model.Expansion) error {
	if err := t.settle(neurons); err != nil {
		return err
	}
	left := len(weights)
	replace := func(name string, size int) ([]float32, error) {
		w, ok := weights[name]
		if ok && len(w) != size {
			return nil, fmt.Errorf("finish training: %s has %d numbers, want %d", name, len(w), size)
		}
		if ok {
			left--
		}
		return w, nil
	}
	linears, norms := []*linear{&t.w.head}, []*norm{&t.w.final}
	for i := range t.w.blocks {
		linears = append(linears, t.w.blocks[i].linears()...)
		norms = append(norms, t.w.blocks[i].norms()...)
	}
	for _, l := range linears {
		w, err := replace(l.name+".weight", l.in*l.out)
		if err != nil {
			return err
		}
		if w != nil {
			l.w = kernel.F32(w, l.out, l.in)
		}
		l.train, l.lora = nil, nil
	}
	for _, o := range norms {
		w, err := replace(o.name, len(o.w))
		if err != nil {
			return err
		}
		if w != nil {
			o.w = w
		}
		o.train = nil
	}
	e, err := replace(embedName, t.w.embed.Rows*t.w.embed.Cols)
	if err != nil {
		return err
	}
	if e != nil {
		t.w.embed = kernel.F32(e, t.w.embed.Rows, t.w.embed.Cols)
		if t.n.cfg.TieEmbeddings {
			t.w.head.w = t.w.embed
		}
	}
	if left != 0 {
		return fmt.Errorf("finish training: %d of the tensors are not this model's", left)
	}
	t.params, t.last, t.grads = nil, nil, gradients{}
	for i := range t.acts {
		t.acts[i] = activations{}
	}
	return nil
}

// Close implements [lm.Trainer].
func (t *trainer) Close() error {
	errs := make([]error, len(t.stores))
	for i, s := range t.stores {
		errs[i] = s.close()
	}
	t.acts, t.params, t.last, t.sample, t.stores = nil, nil, nil, nil, nil
	return errors.Join(errs...)
}
