// Package lmtest is a network that computes nothing, for tests of what stands
// above one. Its logits are a function of the whole text before them, so a
// cache that holds the wrong tokens shows at once, and it keeps account of
// what it was asked to do.
package lmtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"loyal/lm"
	"loyal/model"
)

// Network is the fake. Its fields may be set before first use.
type Network struct {
	// Next computes the logits after a text into row; nil is [Hash].
	Next func(text []int32, row []float32)
	// Delay is how long a pass takes.
	Delay time.Duration
	// Fail, unless nil, is asked before each Extend.
	Fail func(feeds []lm.Feed) error

	config model.Config

	mu     sync.Mutex
	passes []Pass
	open   int
	closed bool
}

// Pass is one call of Extend: how many tokens each sequence was given.
type Pass struct{ Tokens []int }

var _ lm.Network = (*Network)(nil)

// New returns a fake with a vocabulary and a context of these sizes.
func New(vocabulary, contextTokens int) *Network {
	n := &Network{}
	n.config.VocabSize = vocabulary
	n.config.MaxPositions = contextTokens
	return n
}

// Hash gives every text its own logits, roughly normal with deviation 2.
func Hash(text []int32, row []float32) {
	h := uint64(14695981039346656037)
	for _, id := range text {
		h = mix(h ^ uint64(uint32(id)))
	}
	for i := range row {
		x := mix(h + uint64(i))
		sum := 0.0
		for range 4 {
			sum += float64(x&0xffff)/65535 - .5
			x >>= 16
		}
		row[i] = float32(sum * 2 * math.Sqrt(3))
	}
}

// mix is the finalizer of SplitMix64 (Steele et al. 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Always returns a Next that gives nearly all probability to the token that
// follows returns.
func Always(follows func(text []int32) int32) func([]int32, []float32) {
	return func(text []int32, row []float32) {
		clear(row)
		row[follows(text)] = 30
	}
}

// Config implements lm.Network.
func (n *Network) Config() model.Config { return n.config }

// Passes returns the calls of Extend so far.
func (n *Network) Passes() []Pass {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.passes)
}

// Open is the number of sequences that have not been closed.
func (n *Network) Open() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.open
}

func (n *Network) next(text []int32, row []float32) {
	if n.Next != nil {
		n.Next(text, row)
		return
	}
	Hash(text, row)
}

// Rows implements lm.Network.
func (n *Network) Rows(ctx context.Context, forest []lm.Segment, at []lm.Position, visit func(int, []float32) error) error {
	for i, p := range at {
		if err := ctx.Err(); err != nil {
			return err
		}
		text := slices.Clone(forest[p.Segment].Tokens[:p.Offset+1])
		for s := forest[p.Segment].Parent; s != lm.Root; s = forest[s].Parent {
			text = slices.Concat(forest[s].Tokens, text)
		}
		row := make([]float32, n.config.VocabSize)
		n.next(text, row)
		if err := visit(i, row); err != nil {
			return err
		}
	}
	return nil
}

// NewSequence implements lm.Network.
func (n *Network) NewSequence() lm.Sequence { return n.sequence(nil) }

func (n *Network) sequence(tokens []int32) *Sequence {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.open++
	return &Sequence{net: n, tokens: slices.Clone(tokens)}
}

// Extend implements lm.Network.
func (n *Network) Extend(ctx context.Context, feeds []lm.Feed) ([]float32, error) {
	if n.Delay > 0 {
		select {
		case <-time.After(n.Delay):
		case <-ctx.Done():
		}
	}
	if n.Fail != nil {
		if err := n.Fail(feeds); err != nil {
			return nil, err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.checkFeeds(ctx, feeds); err != nil {
		return nil, err
	}
	v := n.config.VocabSize
	logits := make([]float32, len(feeds)*v)
	var pass Pass
	for i, f := range feeds {
		s := f.Sequence.(*Sequence)
		s.tokens = append(s.tokens, f.Tokens...)
		n.next(s.tokens, logits[i*v:(i+1)*v])
		pass.Tokens = append(pass.Tokens, len(f.Tokens))
	}
	n.passes = append(n.passes, pass)
	return logits, nil
}

// checkFeeds holds the caller to the contract of Extend.
func (n *Network) checkFeeds(ctx context.Context, feeds []lm.Feed) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if n.closed {
		return errors.New("extend: network is closed")
	}
	seen := make(map[lm.Sequence]bool)
	for i, f := range feeds {
		s := f.Sequence.(*Sequence)
		switch {
		case seen[s]:
			return fmt.Errorf("extend: feed %d: sequence occurs twice", i)
		case s.closed:
			return fmt.Errorf("extend: feed %d: sequence is closed", i)
		case len(f.Tokens) == 0:
			return fmt.Errorf("extend: feed %d: no tokens", i)
		case len(s.tokens)+len(f.Tokens) > n.config.MaxPositions:
			return fmt.Errorf("extend: feed %d: %w", i, lm.ErrTooLong)
		}
		for _, id := range f.Tokens {
			if id < 0 || int(id) >= n.config.VocabSize {
				return fmt.Errorf("extend: feed %d: token %d is not in the vocabulary", i, id)
			}
		}
		seen[s] = true
	}
	return nil
}

// NewTrainer implements lm.Network; a fake does not train.
func (n *Network) NewTrainer(lm.TrainOptions) (lm.Trainer, error) {
	return nil, errors.New("new trainer: not in a fake")
}

// Close implements lm.Network.
func (n *Network) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	return nil
}

// Sequence is the fake's cache: the tokens themselves.
type Sequence struct {
	net    *Network
	tokens []int32
	closed bool
}

// Len implements lm.Sequence.
func (s *Sequence) Len() int { return len(s.tokens) }

// Fork implements lm.Sequence.
func (s *Sequence) Fork() lm.Sequence { return s.net.sequence(s.tokens) }

// Truncate implements lm.Sequence.
func (s *Sequence) Truncate(k int) { s.tokens = s.tokens[:k] }

// Close implements lm.Sequence.
func (s *Sequence) Close() {
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	if !s.closed {
		s.closed = true
		s.net.open--
	}
}
