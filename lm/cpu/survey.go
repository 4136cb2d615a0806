package cpu

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"loyal/lm"
)

// survey is an [lm.Survey] under way.
type survey struct {
	lm.Survey
	t *trainer
	c *corpus

	whiten, align, at map[int][]int // indexes into the lists of the same names, by segment
	held              []int         // new numbers of the segments to hold, or -1; nil: none

	a       activations           // of the present block
	moments map[*reader][]float32 // (in, in) of each group's first
	inputs  map[*reader][]float32 // (len(Align), in) of each group's first
}

// Survey implements [lm.Trainer].
func (t *trainer) Survey(ctx context.Context, lc lm.Corpus, asked lm.Survey) error {
	t.n.mu.Lock()
	defer t.n.mu.Unlock()
	c, ok := lc.(*corpus)
	if !ok {
		return fmt.Errorf("survey: the corpus is another backend's")
	}
	s, segments, err := t.newSurvey(c, asked)
	if err != nil {
		return fmt.Errorf("survey: %w", err)
	}
	t.ready()
	t.last = nil
	for _, lot := range c.l.chunks(segments, passRows) {
		if err := s.run(ctx, lot); err != nil {
			return err
		}
	}
	return s.finish(ctx)
}

// newSurvey checks what is asked for and lists the segments to run.
func (t *trainer) newSurvey(c *corpus, asked lm.Survey) (s *survey, segments []int, err error) {
	s = &survey{Survey: asked, t: t, c: c, moments: map[*reader][]float32{}, inputs: map[*reader][]float32{}}
	s.Align = spread(s.Align, alignRows)
	switch {
	case (len(s.Whiten) > 0 || len(s.Align) > 0) && t.o.LoRA == nil && t.o.Expand == nil:
		return nil, nil, errors.New("only adapters and new neurons are whitened and aligned")
	case len(s.Whiten) > 0 && !(s.Ridge > 0):
		return nil, nil, fmt.Errorf("the ridge %g is not positive", s.Ridge)
	}
	s.Whiten = once(s.Whiten)
	tokens := make([]lm.Position, len(s.Whiten))
	for i, w := range s.Whiten {
		tokens[i] = w.Position
	}
	wanted := map[int]bool{}
	for _, list := range []struct {
		by *map[int][]int
		at []lm.Position
	}{{&s.whiten, tokens}, {&s.align, s.Align}, {&s.at, s.At}} {
		if _, err := c.l.rowsAt(list.at); err != nil {
			return nil, nil, err
		}
		*list.by = map[int][]int{}
		for i, p := range list.at {
			(*list.by)[p.Segment] = append((*list.by)[p.Segment], i)
			wanted[p.Segment] = true
		}
	}
	if len(s.Hold) > 0 {
		whole, _, index, err := c.l.pick(s.Hold, nil)
		if err != nil {
			return nil, nil, err
		}
		if err := t.reserve(c, whole, index); err != nil {
			return nil, nil, err
		}
		s.held = index
		for _, h := range s.Hold {
			wanted[h] = true
		}
	}
	return s, slices.Sorted(maps.Keys(wanted)), nil // neighbors share what they begin with
}

// once adds up the weights of tokens that are listed several times.
func once(tokens []lm.Weighted) []lm.Weighted {
	var out []lm.Weighted
	number := map[lm.Position]int{}
	for _, w := range tokens {
		i, seen := number[w.Position]
		if !seen {
			number[w.Position] = len(out)
			out = append(out, w)
			continue
		}
		out[i].Weight += w.Weight
	}
	return out
}

// spread returns at most n of some positions, evenly spaced ones.
func spread(at []lm.Position, n int) []lm.Position {
	step := (len(at) + n - 1) / n
	if step <= 1 {
		return at
	}
	var some []lm.Position
	for i := 0; i < len(at); i += step {
		some = append(some, at[i])
	}
	return some
}

// run takes a lot of segments, with their ancestors, through the blocks and the head.
func (s *survey) run(ctx context.Context, lot []int) error {
	t, n := s.t, s.t.n
	l, from, index, err := s.c.l.pick(lot, nil)
	if err != nil {
		return err
	}
	rowOf := func(p lm.Position) int { return l.segs[index[p.Segment]].start + p.Offset }
	n.rope.grow(l.ctx)
	x := t.enter(s.c, l, from)
	s.a.growAttention(n, l.rows)
	s.a.growMLP(n, l.rows)
	for i := range t.acts {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := &t.w.blocks[t.first+i]
		n.blockForward(b, &s.a, x, l, past{}, true)
		for g, group := range b.readers() {
			if len(group) > 0 && len(s.Whiten)+len(s.Align) > 0 {
				s.read(lot, rowOf, n.inputOf(b, &s.a, g, l.rows), group)
			}
		}
		if s.held != nil {
			if err := t.keep(s.c, i, &s.a, l, index, s.held); err != nil {
				return err
			}
		}
	}
	d := n.cfg.HiddenSize
	var rows []float32
	var order []int
	for _, seg := range lot {
		for _, i := range s.at[seg] {
			r := rowOf(s.At[i])
			rows, order = append(rows, x[r*d:(r+1)*d]...), append(order, i)
		}
	}
	return n.visitLogits(ctx, &t.w, rows, len(order), func(i int, row []float32) error { return s.Visit(order[i], row) })
}

// read takes from x (T, in), what a group reads, the rows that matter.
func (s *survey) read(lot []int, rowOf func(lm.Position) int, x []float32, group []*reader) {
	first, in := group[0], group[0].in
	if len(s.Align) > 0 && s.inputs[first] == nil {
		s.inputs[first] = make([]float32, len(s.Align)*in)
	}
	if len(s.Whiten) > 0 && s.moments[first] == nil {
		s.moments[first] = make([]float32, in*in)
	}
	for _, seg := range lot {
		for _, i := range s.align[seg] {
			r := rowOf(s.Align[i])
			copy(s.inputs[first][i*in:(i+1)*in], x[r*in:(r+1)*in])
		}
	}
	var rows []int
	var weights []float64
	for _, seg := range lot {
		for _, i := range s.whiten[seg] {
			rows, weights = append(rows, rowOf(s.Whiten[i].Position)), append(weights, s.Whiten[i].Weight)
		}
	}
	if len(rows) > 0 {
		s.t.n.addMoment(s.moments[first], x, rows, weights, in)
	}
}

// inputOf is what the g-th group of readers of a block read in its last pass, which kept
// its activations: in attention, at its output, in the MLP, at its output.
func (n *Network) inputOf(b *blockWeights, a *activations, g, rows int) []float32 {
	switch g {
	case 0:
		b.inputNorm.forward(n.pool, n.h, nil, a.x, rows)
		return n.h
	case 1:
		return a.att
	case 2:
		b.postNorm.forward(n.pool, n.h, nil, a.x2, rows)
		return n.h
	}
	return n.act
}

// finish whitens, then aligns.
func (s *survey) finish(ctx context.Context) error {
	for i := range s.t.acts {
		b := &s.t.w.blocks[s.t.first+i]
		for _, group := range b.readers() {
			if len(group) == 0 {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if moment := s.moments[group[0]]; moment != nil {
				if err := whiten(group, moment, s.Ridge); err != nil {
					return fmt.Errorf("whiten the inputs of %s: %w", group[0].module, err)
				}
			}
		}
		if b.more != nil && len(s.Whiten) > 0 {
			b.more.unitRows()
		}
		for _, group := range b.readers() {
			if len(group) == 0 || len(s.Align) == 0 {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.t.align(group, s.inputs[group[0]], len(s.Align)); err != nil {
				return fmt.Errorf("align %s: %w", group[0].module, err)
			}
		}
	}
	return nil
}
