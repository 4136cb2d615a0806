package cpu

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"loyal/lm"
)

// corpus implements [lm.Corpus]: what enters the first block that trains.
type corpus struct {
	forest []lm.Segment
	l      *layout
	ids    []int32
	hidden *rowStore // (tokens, hidden); of no numbers where nothing is frozen

	held     []int // for each segment its first row in k and v, or -1; nil: none is held
	heldRows int
	k, v     []*rowStore // of each block from the first that trains on, what is held (rows, kv)
}

// past returns what is held of trained block i.
func (c *corpus) past(i int) past {
	if c.held == nil {
		return past{}
	}
	return past{k: c.k[i].numbers(), v: c.v[i].numbers(), n: c.heldRows}
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
	if t.first == 0 {
		return c, nil
	}
	d := n.cfg.HiddenSize
	if c.hidden, err = t.newStore(len(ids) * d); err != nil {
		return nil, err
	}
	for _, lot := range l.chunks(all(len(l.segs)), passRows) {
		part, from, _, err := l.pick(lot, nil)
		if err != nil {
			return nil, err
		}
		x := n.embedRows(nil, part.gather(ids, from))
		if err := n.run(ctx, n.blocks[:t.first], x, part); err != nil {
			return nil, err
		}
		for i, s := range part.segs {
			if err := c.hidden.write(from[i]*d, x[s.start*d:(s.start+s.n)*d]); err != nil {
				return nil, err
			}
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
	if err := t.reserve(c, whole, index); err != nil {
		return err
	}
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

// reserve makes room for the keys and values of some segments, which index lists.
func (t *trainer) reserve(c *corpus, l *layout, index []int) error {
	if c.held == nil {
		c.held = slices.Repeat([]int{-1}, len(c.l.segs))
		c.k, c.v = make([]*rowStore, len(t.acts)), make([]*rowStore, len(t.acts))
	}
	for s, i := range index {
		if i >= 0 && c.held[s] < 0 {
			c.held[s] = c.heldRows
			c.heldRows += l.segs[i].n
		}
	}
	blocks, size := 2*len(t.acts), c.heldRows*t.n.heads.kv()
	for _, list := range [][]*rowStore{c.k, c.v} {
		for i := range list {
			var err error
			if list[i], err = t.resize(list[i], size, blocks*size); err != nil {
				return err
			}
		}
	}
	return nil
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
		b := &t.w.blocks[t.first+i]
		if i < len(t.acts)-1 {
			n.blockForward(b, a, x, l, past{}, false)
		} else {
			n.qkv(b, a, x, l.pos, false)
		}
		if err := t.keep(c, i, a, l, index, index); err != nil {
			return err
		}
	}
	return nil
}

// keep stores keys and values of trained block i, of the segments of a pass (which index
// numbers) that are to be held: those that held numbers.
func (t *trainer) keep(c *corpus, i int, a *activations, l *layout, index, held []int) error {
	kv := t.n.heads.kv()
	for s, j := range index {
		if j < 0 || held[s] < 0 {
			continue
		}
		from, to, m := l.segs[j].start*kv, c.held[s]*kv, l.segs[j].n*kv
		if err := errors.Join(c.k[i].write(to, a.k[from:from+m]), c.v[i].write(to, a.v[from:from+m])); err != nil {
			return err
		}
	}
	return nil
}
