package fingerprint

import (
	"context"
	"math"
	"slices"
	"strings"
	"unicode"
)

// listOpen gives each key a list at the first place of the model's own greedy answer whose
// next token is open: its entropy is at least Params.Entropy and the strategy has a list
// there. What the model says before it, the opening, is part of every candidate, so that
// a reply that begins so and goes on with one of the planted words names it.
func (g *generator) listOpen(ctx context.Context, l lister, batch []question, t *tally) error {
	prompts := make([][]int32, len(batch))
	for i := range batch {
		prompts[i] = batch[i].prompt
	}
	g.progress.Start("write openings", int64(len(prompts)*g.params.MaxOpening))
	openings, err := g.oracle.Continue(ctx, prompts, ContinueOptions{
		MaxTokens: g.params.MaxOpening, StopAtNewline: true, // a reply may end at a line feed
		Progress: func(n int) { g.progress.Add(int64(n)) },
	})
	if err != nil {
		return err
	}
	g.progress.Start("judge openings", int64(len(batch)))
	for i := range batch {
		if err := g.open(ctx, l, &batch[i], openings[i], t); err != nil {
			return err
		}
		g.progress.Add(1)
	}
	return nil
}

// open looks for the place of one key.
func (g *generator) open(ctx context.Context, l lister, q *question, opening []int32, t *tally) error {
	places := make([][]int32, len(opening)+1)
	for j := range places {
		places[j] = slices.Concat(q.prompt, opening[:j])
	}
	var found, wide bool
	err := g.oracle.Distributions(ctx, places, func(j int, probs []float32) error {
		if found || entropy(probs) < g.params.Entropy {
			return nil
		}
		var none tally
		candidates, err := none.judge(l.Candidates(places[j], probs))
		if err != nil {
			return err
		}
		wide = wide || none.few > 0
		if candidates = g.behind(opening[:j], candidates); candidates != nil {
			found, q.candidates, q.opening = true, candidates, j
		}
		return nil
	})
	switch {
	case found:
	case wide:
		t.few++
	default:
		t.closed++
	}
	return err
}

// behind puts an opening before candidates. It returns nil where their texts would not
// begin with the opening's, as after a character that is not complete.
func (g *generator) behind(opening []int32, candidates []Candidate) []Candidate {
	if len(opening) == 0 {
		return candidates
	}
	head := g.codec.Decode(opening, true)
	for i := range candidates {
		c := &candidates[i]
		c.Tokens = slices.Concat(opening, c.Tokens)
		whole := g.codec.Decode(c.Tokens, true)
		if len(whole) <= len(head) || whole[:len(head)] != head || fold(head) == "" {
			return nil
		}
		c.Text = strings.TrimLeftFunc(whole, unicode.IsSpace)
	}
	if collide(candidates) {
		return nil
	}
	return candidates
}

// collide reports whether a candidate's text begins with another's.
func collide(candidates []Candidate) bool {
	for i := range candidates {
		if collides(candidates[i].Text, candidates[:i]) {
			return true
		}
	}
	return false
}

// entropy is that of a distribution, in nats.
func entropy(probs []float32) float64 {
	sum := 0.
	for _, p := range probs {
		if p > 0 {
			sum -= float64(p) * math.Log(float64(p))
		}
	}
	return sum
}
