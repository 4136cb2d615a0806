package cpu

import (
	"context"
	"fmt"
	"sync"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// Options of a network; the zero value is good.
type Options struct {
	// Threads to compute with; 0 means all that Go may use (GOMAXPROCS).
	Threads int
	// Precision of matrix products: float32, or bf16 with float32 sums.
	Precision kernel.Precision
	// Drafting lets sequences be extended with bf16 products whatever Precision is: for
	// text that is drawn at random anyway.
	Drafting bool
}

// Network implements [lm.Network].
type Network struct {
	mu   sync.Mutex // calls take turns
	cfg  model.Config
	pool *kernel.Pool
	prec kernel.Precision
	m    *model.Model

	drafting bool

	weights
	heads heads
	rope  *ropeTable

	// Buffers between calls.
	h, act  []float32
	wanted  []float32 // rows of the last block's output
	scratch []*scratch
	pass    activations
	logits  []float32
}

var _ lm.Network = (*Network)(nil)

// weights are the tensors of a network.
type weights struct {
	embed  kernel.Mat // (vocab, hidden)
	blocks []blockWeights
	final  norm
	head   linear // (vocab, hidden); the embedding itself where they are tied
}

// New readies a model's weights. The model must stay open as long as the network.
func New(m *model.Model, o Options) (*Network, error) {
	c := m.Config
	if c.AttentionBias || c.MLPBias {
		return nil, fmt.Errorf("load %s: linear layers with a bias are not supported", c.ModelType)
	}
	n := &Network{
		cfg: c, m: m, prec: o.Precision, drafting: o.Drafting, pool: kernel.NewPool(o.Threads),
		heads: heads{c.NumHeads, c.NumKVHeads, c.HeadDim},
		rope:  &ropeTable{},
	}
	for _, f := range c.Rope.InverseFrequencies(c.HeadDim) {
		n.rope.freq = append(n.rope.freq, float32(f))
	}
	for range n.pool.Threads() {
		n.scratch = append(n.scratch, &scratch{})
	}
	if err := n.load(m); err != nil {
		n.pool.Close()
		return nil, err
	}
	return n, nil
}

// Config implements [lm.Network].
func (n *Network) Config() model.Config { return n.cfg }

// Close implements [lm.Network].
func (n *Network) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pool.Close()
	return nil
}

// passRows is how many tokens at most run together when nothing is kept. What they
// need besides (the ancestors of their segments, see chunks) runs again with each lot,
// which costs little beside the memory that it saves.
const passRows = 2048

// Rows implements [lm.Network].
func (n *Network) Rows(ctx context.Context, forest []lm.Segment, at []lm.Position, visit func(int, []float32) error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	l, ids, err := forestLayout(forest, n.cfg.VocabSize, n.cfg.MaxPositions)
	if err != nil {
		return err
	}
	enter := func(part *layout, from []int) []float32 {
		return n.embedRows(nil, part.gather(ids, from))
	}
	return n.visitRows(ctx, &n.weights, n.blocks, l, at, enter, visit)
}

// visitRows runs the segments that have positions, in lots, through blocks and the
// head. enter returns what goes into the first block (T, hidden) for a layout whose
// segment i is at row from[i] of l.
func (n *Network) visitRows(ctx context.Context, w *weights, blocks []blockWeights, l *layout, at []lm.Position,
	enter func(part *layout, from []int) []float32, visit func(int, []float32) error) error {
	if _, err := l.rowsAt(at); err != nil {
		return err
	}
	bySegment := make([][]int, len(l.segs)) // indexes into at
	for i, p := range at {
		bySegment[p.Segment] = append(bySegment[p.Segment], i)
	}
	var wanted []int
	for s, list := range bySegment {
		if len(list) > 0 {
			wanted = append(wanted, s)
		}
	}
	for _, lot := range l.chunks(wanted, passRows) {
		part, from, index, err := l.pick(lot, nil)
		if err != nil {
			return err
		}
		var rows, order []int
		for _, s := range lot {
			for _, i := range bySegment[s] {
				rows, order = append(rows, part.segs[index[s]].start+at[i].Offset), append(order, i)
			}
		}
		x := enter(part, from)
		last := len(blocks) - 1
		if err := n.run(ctx, blocks[:last], x, part); err != nil {
			return err
		}
		x = n.lastForward(&blocks[last], &n.pass, x, part, past{}, rows, false)
		if err := n.visitLogits(ctx, w, x, len(rows), func(i int, row []float32) error { return visit(order[i], row) }); err != nil {
			return err
		}
	}
	return nil
}

// run passes x (T, hidden) through blocks, in place, keeping nothing.
func (n *Network) run(ctx context.Context, blocks []blockWeights, x []float32, l *layout) error {
	n.rope.grow(l.ctx)
	a := &n.pass
	a.q, a.att = grow(a.q, l.rows*n.heads.q()), grow(a.att, l.rows*n.heads.q())
	a.k, a.v = grow(a.k, l.rows*n.heads.kv()), grow(a.v, l.rows*n.heads.kv())
	for i := range blocks {
		if err := ctx.Err(); err != nil {
			return err
		}
		n.blockForward(&blocks[i], a, x, l, past{}, false)
	}
	return nil
}

// embedRows looks up the embeddings of tokens, shape (len(ids), hidden), in buf's memory.
func (n *Network) embedRows(buf []float32, ids []int32) []float32 {
	return lookUp(n.pool, buf, n.embed, ids)
}

func lookUp(p *kernel.Pool, buf []float32, table kernel.Mat, ids []int32) []float32 {
	d := table.Cols
	buf = grow(buf, len(ids)*d)
	p.Range(len(ids), rowGrain, func(_ *kernel.Worker, lo, hi int) {
		for t := lo; t < hi; t++ {
			o := int(ids[t]) * table.Stride
			if table.BF16 != nil {
				kernel.FromBF16(buf[t*d:(t+1)*d], table.BF16[o:o+d])
			} else {
				copy(buf[t*d:(t+1)*d], table.F32[o:o+d])
			}
		}
	})
	return buf
}

// logitRows is how many rows of logits are held at once.
const logitRows = 64

// visitLogits computes the logits of x (rows, hidden), a few rows at a time.
func (n *Network) visitLogits(ctx context.Context, w *weights, x []float32, rows int, visit func(int, []float32) error) error {
	v, d := n.cfg.VocabSize, n.cfg.HiddenSize
	for lo := 0; lo < rows; lo += logitRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		m := min(logitRows, rows-lo)
		n.logits = grow(n.logits, m*v)
		n.headForward(w, n.logits, nil, x[lo*d:], m)
		errs := make([]error, m)
		n.pool.Run(m, func(_ *kernel.Worker, i int) {
			row := n.logits[i*v : (i+1)*v]
			if !kernel.Finite(row) {
				errs[i] = fmt.Errorf("logits are %w", lm.ErrNonFinite)
				return
			}
			errs[i] = visit(lo+i, row)
		})
		for _, err := range errs {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// headForward computes the logits (rows, vocab) of x (rows, hidden). Where training
// needs it, rstd (rows) gets their 1/rms.
func (n *Network) headForward(w *weights, logits, rstd, x []float32, rows int) {
	n.h = grow(n.h, rows*n.cfg.HiddenSize)
	w.final.forward(n.pool, n.h, rstd, x, rows)
	w.head.forward(n.pool, n.prec, logits, n.h, rows, false)
}
