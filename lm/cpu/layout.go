package cpu

import (
	"fmt"

	"loyal/lm"
)

// layout is a forest packed in rows: segment after segment, token after token.
type layout struct {
	segs []span
	rows int
	pos  []int32 // position in its text of each row
	ctx  int     // longest text: one more than the largest position
}

// span is a segment in a layout.
type span struct {
	start, n int   // its rows
	base     int   // tokens before it: the sum of its ancestors' lengths
	behind   []run // its ancestors that stand still (trainer.Hold), root first
	path     []int // its other ancestors, root first
	// uses are the descendants that attend to this segment, in order, and where in
	// the descendant's context this segment begins (backward sums over them).
	uses []use
}

type use struct{ seg, off int }

// run is a segment whose keys and values are held: its n tokens are at row start of
// what is held.
type run struct{ start, n int }

// live is how many of the tokens before a segment are in the layout itself.
func (s *span) live() int {
	n := s.base
	for _, r := range s.behind {
		n -= r.n
	}
	return n
}

// newLayout packs segments with the given lengths and parents. behind, unless nil, lists
// for each segment without a parent the held ones that it continues.
func newLayout(lens, parents []int, behind [][]run) (*layout, error) {
	l := &layout{segs: make([]span, len(lens))}
	for i, n := range lens {
		s := &l.segs[i]
		s.start, s.n = l.rows, n
		if n <= 0 {
			return nil, fmt.Errorf("segment %d has no tokens", i)
		}
		if p := parents[i]; p != lm.Root {
			if p < 0 || p >= i {
				return nil, fmt.Errorf("segment %d has parent %d: want an earlier segment", i, p)
			}
			up := &l.segs[p]
			s.base, s.behind = up.base+up.n, up.behind
			s.path = append(append(make([]int, 0, len(up.path)+1), up.path...), p)
			off := 0
			for _, a := range s.path {
				l.segs[a].uses = append(l.segs[a].uses, use{i, off})
				off += l.segs[a].n
			}
		} else if behind != nil {
			s.behind = behind[i]
			for _, r := range s.behind {
				s.base += r.n
			}
		}
		l.rows += n
		l.ctx = max(l.ctx, s.base+n)
	}
	l.pos = make([]int32, l.rows)
	for _, s := range l.segs {
		for r := range s.n {
			l.pos[s.start+r] = int32(s.base + r)
		}
	}
	return l, nil
}

// forestLayout checks a forest and packs it.
func forestLayout(forest []lm.Segment, vocab, maxContext int) (*layout, []int32, error) {
	lens, parents := make([]int, len(forest)), make([]int, len(forest))
	var ids []int32
	for i, s := range forest {
		lens[i], parents[i] = len(s.Tokens), s.Parent
		for _, id := range s.Tokens {
			if id < 0 || int(id) >= vocab {
				return nil, nil, fmt.Errorf("segment %d has token %d: the vocabulary has %d", i, id, vocab)
			}
		}
		ids = append(ids, s.Tokens...)
	}
	l, err := newLayout(lens, parents, nil)
	if err != nil {
		return nil, nil, err
	}
	if l.ctx > maxContext {
		return nil, nil, fmt.Errorf("%w: %d tokens, %d at most", lm.ErrTooLong, l.ctx, maxContext)
	}
	return l, ids, nil
}

// rowsAt turns positions into rows.
func (l *layout) rowsAt(at []lm.Position) ([]int, error) {
	rows := make([]int, len(at))
	for i, p := range at {
		if p.Segment < 0 || p.Segment >= len(l.segs) || p.Offset < 0 || p.Offset >= l.segs[p.Segment].n {
			return nil, fmt.Errorf("position %d is outside the forest: segment %d, offset %d", i, p.Segment, p.Offset)
		}
		rows[i] = l.segs[p.Segment].start + p.Offset
	}
	return rows, nil
}

// withAncestors is how many times maxRows a run of chunks may need in all.
const withAncestors = 4

// chunks cuts a list of segments into runs of at most maxRows rows each, and of at most
// withAncestors times as many with the ancestors that they need. A longer segment is a
// run of its own; where the first of a run needs much, others may need as much again:
// they mostly share it.
func (l *layout) chunks(segs []int, maxRows int) [][]int {
	var out [][]int
	taken := make([]int, len(l.segs)) // the last run that a segment is in, counted from 1
	lo, own, all, most := 0, 0, 0, 0
	need := func(s int) int { // rows that a segment adds to the present run
		n := 0
		for _, a := range l.segs[s].path {
			if taken[a] != len(out)+1 {
				n += l.segs[a].n
			}
		}
		if taken[s] != len(out)+1 {
			n += l.segs[s].n
		}
		return n
	}
	for i, s := range segs {
		if i > lo && (own+l.segs[s].n > maxRows || all+need(s) > most) {
			out = append(out, segs[lo:i])
			lo, own, all = i, 0, 0
		}
		if i == lo {
			most = max(withAncestors*maxRows, 2*need(s))
		}
		own, all = own+l.segs[s].n, all+need(s)
		for _, a := range l.segs[s].path {
			taken[a] = len(out) + 1
		}
		taken[s] = len(out) + 1
	}
	if lo < len(segs) {
		out = append(out, segs[lo:])
	}
	return out
}

// pick is the layout of some segments and all their ancestors, but for those that
// are held: held[s] is the row at which segment s is held, or -1 (nil: none is).
// from[i] is the first row in l of the new layout's segment i, and index[s] the new
// number of segment s of l, or -1.
func (l *layout) pick(segs, held []int) (part *layout, from, index []int, err error) {
	index = make([]int, len(l.segs))
	for _, s := range segs {
		if s < 0 || s >= len(l.segs) {
			return nil, nil, nil, fmt.Errorf("segment %d is not in the corpus of %d", s, len(l.segs))
		}
		if held != nil && held[s] >= 0 {
			return nil, nil, nil, fmt.Errorf("segment %d is held", s)
		}
		index[s] = 1
		for _, a := range l.segs[s].path {
			index[a] = 1
		}
	}
	var lens, parents []int
	var behind [][]run
	for s, wanted := range index {
		if wanted == 0 || held != nil && held[s] >= 0 {
			index[s] = -1
			continue
		}
		up, back := lm.Root, []run(nil)
		for _, a := range l.segs[s].path {
			if held != nil && held[a] >= 0 {
				back = append(back, run{held[a], l.segs[a].n})
			} else {
				up = index[a]
			}
		}
		index[s] = len(lens)
		lens, parents, behind = append(lens, l.segs[s].n), append(parents, up), append(behind, back)
		from = append(from, l.segs[s].start)
	}
	part, err = newLayout(lens, parents, behind)
	return part, from, index, err
}

// gather lists the tokens of a layout whose segment i begins at from[i] of ids.
func (l *layout) gather(ids []int32, from []int) []int32 {
	out := make([]int32, 0, l.rows)
	for i, s := range l.segs {
		out = append(out, ids[from[i]:from[i]+s.n]...)
	}
	return out
}

// gatherRows copies rows of width d of a layout whose segment i begins at row
// from[i] of x.
func (l *layout) gatherRows(dst, x []float32, from []int, d int) {
	for i, s := range l.segs {
		copy(dst[s.start*d:(s.start+s.n)*d], x[from[i]*d:(from[i]+s.n)*d])
	}
}

// all lists the numbers 0…n−1.
func all(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
