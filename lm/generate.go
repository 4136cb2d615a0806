package lm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"
)

// GenerateOptions says how Generate writes.
type GenerateOptions struct {
	Sampling  Sampling
	MaxTokens int     // of each row; 0: until the context is full
	StopIDs   []int32 // tokens that end a row; they are not part of its output
	MaxBatch  int     // rows that run at a time; 0: 16
	// Adjust, unless nil, sees the logits of every row that is about to choose a token,
	// all rows of a pass at once, and may change them. It is called from one goroutine,
	// and may compute with the same network. A logit of −Inf forbids a token.
	Adjust func(ctx context.Context, choices []Choice) error
}

// Choice is a row of Generate that is about to choose a token.
type Choice struct {
	Row     int
	Written []int32   // what the row has written so far; not to be changed
	Logits  []float32 // (V), to be changed at will, valid during the call only
}

const (
	defaultBatch = 16
	// passTokens bounds how many tokens one pass takes in, and with it the
	// memory of a pass. Longer prompts go in pieces.
	passTokens = 1024
)

// Generate continues each prompt and returns what it wrote, row by row.
//
// What all prompts begin with is computed once. Up to MaxBatch rows run
// together, and a row that ends makes room for the next one. Row i draws from
// stream i, so its text does not depend on the rows beside it (but for float
// rounding, where a backend's sums depend on the batch).
//
// onToken, unless nil, sees every token of the output as it is chosen, from one
// goroutine, and ends the row by returning false. After an error the rows hold what was
// written until then.
func Generate(ctx context.Context, net Network, prompts [][]int32, opts GenerateOptions,
	onToken func(row int, id int32) bool) ([][]int32, error) {
	g := generation{net: net, opts: opts, onToken: onToken, prompts: prompts, out: make([][]int32, len(prompts))}
	if g.opts.MaxBatch <= 0 {
		g.opts.MaxBatch = defaultBatch
	}
	if err := g.check(); err != nil {
		return g.out, err
	}
	if len(prompts) == 0 {
		return g.out, nil
	}
	defer g.close()
	if err := g.computePrefix(ctx); err != nil {
		return g.out, fmt.Errorf("generate: %w", err)
	}
	for g.admit() {
		if err := g.step(ctx); err != nil {
			return g.out, fmt.Errorf("generate: %w", err)
		}
	}
	return g.out, nil
}

// generation is a Generate that runs.
type generation struct {
	net     Network
	opts    GenerateOptions
	onToken func(int, int32) bool
	prompts [][]int32
	out     [][]int32

	prefix  Sequence // nil if the prompts have nothing in common
	waiting int      // next prompt to admit
	running []*generationRow
}

type generationRow struct {
	row     int
	seq     Sequence
	sampler *Sampler
	pending []int32 // tokens that the sequence has still to take in
	fed     int     // how many of them the current pass takes
	done    bool
}

func (g *generation) check() error {
	if err := g.opts.Sampling.Validate(); err != nil {
		return err
	}
	limit := g.net.Config().MaxPositions
	for i, p := range g.prompts {
		if len(p) == 0 {
			return fmt.Errorf("prompt %d: %w", i, errors.New("is empty"))
		}
		if len(p) > limit {
			return fmt.Errorf("prompt %d of %d tokens, context of %d: %w", i, len(p), limit, ErrTooLong)
		}
	}
	return nil
}

// computePrefix runs what all prompts have in common. Of each prompt at least
// one token remains, whose logits begin the row.
func (g *generation) computePrefix(ctx context.Context) error {
	if len(g.prompts) < 2 {
		return nil
	}
	prefix := g.prompts[0]
	for _, p := range g.prompts {
		prefix = prefix[:min(len(prefix), len(p)-1)]
		prefix = prefix[:CommonPrefix(prefix, p)]
	}
	if len(prefix) == 0 {
		return nil
	}
	g.prefix = g.net.NewSequence()
	for chunk := range slices.Chunk(prefix, passTokens) {
		if _, err := g.net.Extend(ctx, []Feed{{Sequence: g.prefix, Tokens: chunk}}); err != nil {
			return err
		}
	}
	return nil
}

// admit fills the free places, and reports whether any row runs.
func (g *generation) admit() bool {
	for len(g.running) < g.opts.MaxBatch && g.waiting < len(g.prompts) {
		r := &generationRow{
			row:     g.waiting,
			sampler: NewSampler(g.opts.Sampling, uint64(g.waiting)),
			pending: g.prompts[g.waiting],
		}
		r.sampler.Prompt(r.pending)
		if g.prefix != nil {
			r.seq = g.prefix.Fork()
			r.pending = r.pending[r.seq.Len():]
		} else {
			r.seq = g.net.NewSequence()
		}
		g.running = append(g.running, r)
		g.waiting++
	}
	return len(g.running) > 0
}

// step runs one pass and gives every row that has taken in all its tokens one more.
func (g *generation) step(ctx context.Context) error {
	var feeds []Feed
	var fed []*generationRow
	room := passTokens
	for _, r := range g.running {
		if room == 0 {
			break
		}
		r.fed = min(len(r.pending), room)
		room -= r.fed
		feeds = append(feeds, Feed{Sequence: r.seq, Tokens: r.pending[:r.fed]})
		fed = append(fed, r)
	}
	logits, err := g.net.Extend(ctx, feeds)
	if err != nil {
		return err
	}
	if g.opts.Adjust != nil {
		if err := g.adjust(ctx, fed, logits); err != nil {
			return err
		}
	}
	next, err := sampleRows(fed, logits)
	if err != nil {
		return err
	}
	for i, r := range fed {
		if r.pending = r.pending[r.fed:]; len(r.pending) == 0 {
			g.take(r, next[i])
		}
	}
	g.running = slices.DeleteFunc(g.running, func(r *generationRow) bool {
		if r.done {
			r.seq.Close()
		}
		return r.done
	})
	return nil
}

// adjust shows the logits of the rows that sampleRows will choose for.
func (g *generation) adjust(ctx context.Context, fed []*generationRow, logits []float32) error {
	v := len(logits) / len(fed)
	var choices []Choice
	for i, r := range fed {
		if r.fed == len(r.pending) {
			choices = append(choices, Choice{Row: r.row, Written: g.out[r.row], Logits: logits[i*v : (i+1)*v]})
		}
	}
	if len(choices) == 0 {
		return nil
	}
	return g.opts.Adjust(ctx, choices)
}

// sampleRows chooses a token for each row whose pending tokens are all taken in.
func sampleRows(fed []*generationRow, logits []float32) ([]int32, error) {
	next := make([]int32, len(fed))
	v := len(logits) / len(fed)
	var group errgroup.Group
	for i, r := range fed {
		if r.fed < len(r.pending) {
			continue
		}
		group.Go(func() (err error) {
			next[i], err = r.sampler.Next(logits[i*v : (i+1)*v])
			return err
		})
	}
	return next, group.Wait()
}

// take gives a row its next token.
func (g *generation) take(r *generationRow, id int32) {
	if slices.Contains(g.opts.StopIDs, id) {
		r.done = true
		return
	}
	g.out[r.row] = append(g.out[r.row], id)
	r.pending = g.out[r.row][len(g.out[r.row])-1:]
	r.done = r.seq.Len() >= g.net.Config().MaxPositions ||
		g.opts.MaxTokens > 0 && len(g.out[r.row]) >= g.opts.MaxTokens
	if g.onToken != nil && !g.onToken(r.row, id) {
		r.done = true
	}
}

func (g *generation) close() {
	for _, r := range g.running {
		r.seq.Close()
	}
	if g.prefix != nil {
		g.prefix.Close()
	}
}

// CommonPrefix returns how many tokens a and b begin with alike.
func CommonPrefix(a, b []int32) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}
