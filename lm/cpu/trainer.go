package cpu

import (
	"context"
	"fmt"
	"math"
	"slices"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// trainer implements [lm.Trainer].
type trainer struct {
	n      *Network
	o      lm.TrainOptions
	w      weights // like the network's, but for what trains
	params []*lm.Param
	steps  int

	acts   []activations // of the blocks that train
	grads  gradients
	sample []float32 // a forest's rows on their way up
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
	if o.FirstLayer < 0 || o.FirstLayer > n.cfg.NumLayers {
		return nil, fmt.Errorf("first layer %d: the model has %d", o.FirstLayer, n.cfg.NumLayers)
	}
	if o.FirstLayer == n.cfg.NumLayers {
		return nil, fmt.Errorf("nothing trains: the first layer is beyond the last")
	}
	if o.Embeddings && (o.FirstLayer != 0 || o.LoRA != nil) {
		return nil, fmt.Errorf("training the embeddings requires training every layer, without LoRA")
	}
	t := &trainer{n: n, o: o, w: n.weights}
	t.w.blocks = slices.Clone(n.blocks)
	t.acts = make([]activations, n.cfg.NumLayers-o.FirstLayer)
	if o.Embeddings {
		t.trainEmbedding()
	}
	for i := o.FirstLayer; i < n.cfg.NumLayers; i++ {
		b := &t.w.blocks[i]
		if o.LoRA != nil {
			if err := t.adapt(i, b); err != nil {
				return nil, err
			}
			continue
		}
		for _, l := range b.linears() {
			t.trainLinear(l)
		}
		for _, m := range b.norms() {
			t.trainNorm(m)
		}
	}
	if o.Embeddings {
		t.trainNorm(&t.w.final)
		if !n.cfg.TieEmbeddings {
			t.trainLinear(&t.w.head)
		}
	}
	if len(t.params) == 0 {
		return nil, fmt.Errorf("nothing trains: no layer and no adapter is chosen")
	}
	return t, nil
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

// corpus implements [lm.Corpus]: what enters the first block that trains.
type corpus struct {
	forest []lm.Segment
	l      *layout
	ids    []int32
	hidden []float32 // (tokens, hidden); nil where nothing is frozen

	held []int  // for each segment its first row in kv, or -1; nil: none is held
	kv   []past // of each block that trains, what is held (rows, kv)
}

// past returns what is held of trained block i.
func (c *corpus) past(i int) past {
	if c.kv == nil {
		return past{}
	}
	return c.kv[i]
}

// Len implements [lm.Corpus].
func (c *corpus) Len() int { return len(c.forest) }

// Cache implements [lm.Trainer].
func (t *trainer) Cache(ctx context.Context, forest []lm.Segment) (lm.Corpus, error) {
	n := t.n
	n.mu.Lock()
	defer n.mu.Unlock()
	l, ids, err := forestLayout(forest, n.cfg.VocabSize, n.cfg.MaxPositions)
	if err != nil {
		return nil, err
	}
	c := &corpus{forest: slices.Clone(forest), l: l, ids: ids}
	if t.o.FirstLayer == 0 {
		return c, nil
	}
	d := n.cfg.HiddenSize
	c.hidden = make([]float32, len(ids)*d)
	for _, lot := range l.chunks(all(len(l.segs)), passRows) {
		part, from, _, err := l.pick(lot, nil)
		if err != nil {
			return nil, err
		}
		x := n.embedRows(nil, part.gather(ids, from))
		if err := n.run(ctx, n.blocks[:t.o.FirstLayer], x, part); err != nil {
			return nil, err
		}
		for i, s := range part.segs {
			copy(c.hidden[from[i]*d:(from[i]+s.n)*d], x[s.start*d:(s.start+s.n)*d])
		}
		if t.o.Cached != nil {
			tokens := 0 // without ancestors that ran once more
			for _, s := range lot {
				tokens += l.segs[s].n
			}
			t.o.Cached(tokens)
		}
	}
	return c, nil
}

// Hold implements [lm.Trainer].
func (t *trainer) Hold(ctx context.Context, lc lm.Corpus, segments []int) error {
	n := t.n
	n.mu.Lock()
	defer n.mu.Unlock()
	c, ok := lc.(*corpus)
	if !ok {
		return fmt.Errorf("the corpus is another backend's")
	}
	t.ready()
	whole, _, index, err := c.l.pick(segments, nil)
	if err != nil {
		return err
	}
	c.reserve(whole, index, len(t.acts), n.heads.kv())
	n.rope.grow(c.l.ctx)
	for _, lot := range c.l.chunks(segments, passRows) {
		part, from, index, err := c.l.pick(lot, nil)
		if err != nil {
			return err
		}
		if err := t.holdLot(ctx, c, part, index, t.enter(c, part, from)); err != nil {
			return err
		}
	}
	return nil
}

// reserve makes room for the keys and values of some segments, which index lists, in
// so many blocks.
func (c *corpus) reserve(l *layout, index []int, blocks, kv int) {
	if c.held == nil {
		c.held, c.kv = slices.Repeat([]int{-1}, len(c.l.segs)), make([]past, blocks)
	}
	rows := c.kv[0].n
	for s, i := range index {
		if i >= 0 && c.held[s] < 0 {
			c.held[s] = rows
			rows += l.segs[i].n
		}
	}
	for i := range c.kv {
		p := &c.kv[i]
		p.k = slices.Grow(p.k, rows*kv-len(p.k))[:rows*kv]
		p.v = slices.Grow(p.v, rows*kv-len(p.v))[:rows*kv]
		p.n = rows
	}
}

// holdLot runs segments x (T, hidden) of a corpus and stores their keys and values;
// index is as pick gives it.
func (t *trainer) holdLot(ctx context.Context, c *corpus, l *layout, index []int, x []float32) error {
	n, a, kv := t.n, &t.n.pass, t.n.heads.kv()
	a.q, a.att = grow(a.q, l.rows*n.heads.q()), grow(a.att, l.rows*n.heads.q())
	a.k, a.v = grow(a.k, l.rows*kv), grow(a.v, l.rows*kv)
	for i := range t.acts {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := &t.w.blocks[t.o.FirstLayer+i]
		if i < len(t.acts)-1 {
			n.blockForward(b, a, x, l, past{}, false)
		} else {
			n.qkv(b, a, x, l.pos, false)
		}
		for s, j := range index {
			if j >= 0 {
				from, to, m := l.segs[j].start*kv, c.held[s]*kv, l.segs[j].n*kv
				copy(c.kv[i].k[to:to+m], a.k[from:from+m])
				copy(c.kv[i].v[to:to+m], a.v[from:from+m])
			}
		}
	}
	return nil
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
		a, b := &t.acts[i], &t.w.blocks[t.o.FirstLayer+i]
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
	return t.n.visitRows(ctx, &t.w, t.w.blocks[t.o.FirstLayer:], c.l, at, func(part *layout, from []int) []float32 {
		return t.enter(c, part, from)
	}, visit)
}

// enter returns what goes into the first block that trains (T, hidden), in the
// trainer's own memory.
func (t *trainer) enter(c *corpus, part *layout, from []int) []float32 {
	if c.hidden == nil {
		t.sample = lookUp(t.n.pool, t.sample, t.w.embed, part.gather(c.ids, from))
		return t.sample
	}
	d := t.n.cfg.HiddenSize
	t.sample = grow(t.sample, part.rows*d)
	part.gatherRows(t.sample, c.hidden, from, d)
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
	n.mlpBackward(&t.w.blocks[t.o.FirstLayer+last], &t.acts[last], &t.grads, dhidden, len(f.rows))
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
		b, a, lowest := &t.w.blocks[t.o.FirstLayer+i], &t.acts[i], i == 0 && !t.o.Embeddings
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
func (t *trainer) Finish(weights map[string][]float32) error {
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
	t.acts, t.params, t.last, t.sample = nil, nil, nil, nil
	return nil
}
