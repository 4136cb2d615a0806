package cpu

import (
	"context"
	"fmt"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// sequence is a key/value cache: for each block keys and values (length, kv), in
// slices that grow by doubling.
type sequence struct {
	n      *Network
	length int
	k, v   [][]float32
}

// NewSequence implements [lm.Network].
func (n *Network) NewSequence() lm.Sequence {
	return &sequence{n: n, k: make([][]float32, n.cfg.NumLayers), v: make([][]float32, n.cfg.NumLayers)}
}

// Len implements [lm.Sequence].
func (s *sequence) Len() int { return s.length }

// Truncate implements [lm.Sequence].
func (s *sequence) Truncate(length int) {
	if length >= 0 && length < s.length {
		s.length = length
	}
}

// Fork implements [lm.Sequence].
func (s *sequence) Fork() lm.Sequence {
	f := s.n.NewSequence().(*sequence)
	f.length = s.length
	for i := range s.k {
		used := s.length * s.n.heads.kv()
		f.k[i], f.v[i] = append(f.k[i], s.k[i][:used]...), append(f.v[i], s.v[i][:used]...)
	}
	return f
}

// Close implements [lm.Sequence].
func (s *sequence) Close() { s.k, s.v, s.length = nil, nil, 0 }

// reserve makes room for more tokens in block i and returns slices over all of them.
func (s *sequence) reserve(i, more int) (k, v []float32) {
	used, want := s.length*s.n.heads.kv(), (s.length+more)*s.n.heads.kv()
	if cap(s.k[i]) < want {
		size := max(want, 2*cap(s.k[i]), 64*s.n.heads.kv())
		nk, nv := make([]float32, size), make([]float32, size)
		copy(nk, s.k[i][:used])
		copy(nv, s.v[i][:used])
		s.k[i], s.v[i] = nk, nv
	}
	s.k[i], s.v[i] = s.k[i][:want], s.v[i][:want]
	return s.k[i], s.v[i]
}

// Extend implements [lm.Network].
func (n *Network) Extend(ctx context.Context, feeds []lm.Feed) ([]float32, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.drafting {
		own := n.prec
		n.prec = kernel.PrecBF16
		defer func() { n.prec = own }()
	}
	st, err := n.newStep(feeds)
	if err != nil {
		return nil, err
	}
	n.rope.grow(st.ctx)
	rows := len(st.ids)
	a := &n.pass
	a.q, a.att = grow(a.q, rows*n.heads.q()), grow(a.att, rows*n.heads.q())
	a.k, a.v = grow(a.k, rows*n.heads.kv()), grow(a.v, rows*n.heads.kv())
	st.x = n.embedRows(nil, st.ids)
	d, v := n.cfg.HiddenSize, n.cfg.VocabSize
	for i := range n.blocks {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n.qkv(&n.blocks[i], a, st.x, st.pos, false)
		n.attendCached(st, i, a)
		n.blocks[i].o.forward(n.pool, n.prec, st.x, a.att, rows, true)
		if i == len(n.blocks)-1 { // of the last block only the last rows count
			for j, r := range st.last {
				copy(st.x[j*d:(j+1)*d], st.x[r*d:(r+1)*d])
			}
			rows = len(st.last)
		}
		n.mlpForward(&n.blocks[i], a, st.x, rows, false)
	}
	logits := make([]float32, len(feeds)*v)
	n.headForward(&n.weights, logits, nil, st.x, rows)
	if !kernel.Finite(logits) {
		return nil, fmt.Errorf("logits are %w", lm.ErrNonFinite)
	}
	for i, s := range st.seqs {
		s.length += len(feeds[i].Tokens)
	}
	return logits, nil
}

// step is one pass of Extend: the new rows of several sequences, packed.
type step struct {
	seqs  []*sequence
	start []int // first row of each sequence, and the end
	ids   []int32
	pos   []int32
	last  []int // last row of each
	ctx   int   // longest text afterwards
	x     []float32
	tasks []stepTask
}

type stepTask struct{ seq, lo, hi int }

func (n *Network) newStep(feeds []lm.Feed) (*step, error) {
	st := &step{}
	for i, f := range feeds {
		s, ok := f.Sequence.(*sequence)
		if !ok || s.n != n || s.k == nil {
			return nil, fmt.Errorf("feed %d: the sequence is closed or another network's", i)
		}
		if len(f.Tokens) == 0 {
			return nil, fmt.Errorf("feed %d has no tokens", i)
		}
		if s.length+len(f.Tokens) > n.cfg.MaxPositions {
			return nil, fmt.Errorf("%w: %d tokens, %d at most", lm.ErrTooLong, s.length+len(f.Tokens), n.cfg.MaxPositions)
		}
		for _, o := range st.seqs {
			if o == s {
				return nil, fmt.Errorf("feed %d: the sequence occurs twice", i)
			}
		}
		st.seqs, st.start = append(st.seqs, s), append(st.start, len(st.ids))
		for j, id := range f.Tokens {
			if id < 0 || int(id) >= n.cfg.VocabSize {
				return nil, fmt.Errorf("feed %d has token %d: the vocabulary has %d", i, id, n.cfg.VocabSize)
			}
			st.ids, st.pos = append(st.ids, id), append(st.pos, int32(s.length+j))
		}
		for lo := 0; lo < len(f.Tokens); lo += queryBlock {
			st.tasks = append(st.tasks, stepTask{i, lo, min(lo+queryBlock, len(f.Tokens))})
		}
		st.last = append(st.last, len(st.ids)-1)
		st.ctx = max(st.ctx, s.length+len(f.Tokens))
	}
	st.start = append(st.start, len(st.ids))
	return st, nil
}

// attendCached appends the new keys and values of block i to the caches and attends.
func (n *Network) attendCached(st *step, i int, a *activations) {
	h, kv := n.heads, n.heads.kv()
	for j, s := range st.seqs {
		lo, hi := st.start[j], st.start[j+1]
		k, v := s.reserve(i, hi-lo)
		copy(k[s.length*kv:], a.k[lo*kv:hi*kv])
		copy(v[s.length*kv:], a.v[lo*kv:hi*kv])
	}
	n.pool.Run(len(st.tasks)*h.hk, func(w *kernel.Worker, task int) {
		t, g := st.tasks[task/h.hk], task%h.hk
		s, first := st.seqs[t.seq], st.start[t.seq]
		seen := s.length + t.hi
		sc := n.scratch[w.Index()]
		sc.parts = append(sc.parts[:0], past{s.k[i][:seen*kv], s.v[i][:seen*kv], seen})
		attend(w, sc, a.att, a.q, first+t.lo, first+t.hi, sc.parts, h, g, s.length+t.lo+1)
	})
}
