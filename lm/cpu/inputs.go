package cpu

import (
	"context"
	"math"

	"loyal/lm"
)

// InputNorms runs a forest and returns, under the name of each matrix of the blocks in
// the model directory, the L2 norms over all tokens of what enters it: one number for
// each of the matrix's columns. Pruning by activations weighs columns with them.
func (n *Network) InputNorms(ctx context.Context, forest []lm.Segment) (map[string][]float64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l, ids, err := forestLayout(forest, n.cfg.VocabSize, n.cfg.MaxPositions)
	if err != nil {
		return nil, err
	}
	n.rope.grow(l.ctx)
	squares := map[string][]float64{}
	counted := make([]bool, len(l.segs)) // ancestors run with each lot, and count once
	var a activations
	for _, lot := range l.chunks(all(len(l.segs)), passRows) {
		part, from, index, err := l.pick(lot, nil)
		if err != nil {
			return nil, err
		}
		var rows []int // that count
		for s, j := range index {
			if j < 0 || counted[s] {
				continue
			}
			counted[s] = true
			for r := range part.segs[j].n {
				rows = append(rows, part.segs[j].start+r)
			}
		}
		x := n.embedRows(nil, part.gather(ids, from))
		a.growAttention(n, part.rows)
		a.growMLP(n, part.rows)
		for i := range n.blocks {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			b := &n.blocks[i]
			n.blockForward(b, &a, x, part, past{}, true)
			addSquares(squares, a.att, rows, &b.o)
			addSquares(squares, n.act, rows, &b.down)
			b.inputNorm.forward(n.pool, n.h, nil, a.x, part.rows)
			addSquares(squares, n.h, rows, &b.q, &b.k, &b.v)
			b.postNorm.forward(n.pool, n.h, nil, a.x2, part.rows)
			addSquares(squares, n.h, rows, &b.gate, &b.up)
		}
	}
	for _, sums := range squares {
		for i := range sums {
			sums[i] = math.Sqrt(sums[i])
		}
	}
	return squares, nil
}

// addSquares adds the squares of some rows of x (T, in), the input of all of linears,
// to the sums of each.
func addSquares(sums map[string][]float64, x []float32, rows []int, linears ...*linear) {
	in := linears[0].in
	own := make([]float64, in)
	for _, r := range rows {
		for j, v := range x[r*in : (r+1)*in] {
			own[j] += float64(v) * float64(v)
		}
	}
	for _, l := range linears {
		name := l.name + ".weight"
		if sums[name] == nil {
			sums[name] = make([]float64, in)
		}
		for j, v := range own {
			sums[name][j] += v
		}
	}
}
