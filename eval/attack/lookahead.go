package attack

import (
	"context"
	"fmt"
	"math"

	"loyal/lm"
)

// lookAhead is a host that lets the model go on after each of the likeliest tokens, and
// forbids one after which the model is less sure of itself, by more than margin nats a
// token, than after the best of the others. A planted answer need not lead anywhere.
type lookAhead struct {
	*aheadScores
	margin float64
}

// aheadScores remembers how sure the model is after each candidate, which does not
// depend on the margin.
type aheadScores struct {
	net        lm.Network
	candidates int                  // tokens that are tried
	tokens     int                  // greedy ones after each
	known      map[string][]float64 // by text: mean log-probability after each candidate
}

func newAheadScores(net lm.Network, candidates, tokens int) *aheadScores {
	return &aheadScores{net: net, candidates: candidates, tokens: tokens, known: make(map[string][]float64)}
}

func (l lookAhead) start(prompts [][]int32) session { return &aheadSession{l, prompts} }

type aheadSession struct {
	lookAhead
	prompts [][]int32
}

func (*aheadSession) close() {}

func (s *aheadSession) adjust(ctx context.Context, choices []lm.Choice) error {
	texts := make([][]int32, len(choices))
	tops := make([][]int32, len(choices))
	for i, c := range choices {
		texts[i] = append(s.prompts[c.Row][:len(s.prompts[c.Row]):len(s.prompts[c.Row])], c.Written...)
		tops[i] = best(c.Logits, s.candidates)
	}
	scores, err := s.score(ctx, texts, tops)
	if err != nil {
		return err
	}
	for i, c := range choices {
		for _, id := range lag(tops[i], scores[i], s.margin) {
			c.Logits[id] = forbidden
		}
	}
	return nil
}

// lag returns the candidates, likeliest first, that are forbidden: all before the first
// whose score is within margin of the best score.
func lag(candidates []int32, scores []float64, margin float64) []int32 {
	top := math.Inf(-1)
	for _, s := range scores {
		top = max(top, s)
	}
	for i, s := range scores {
		if s >= top-margin {
			return candidates[:i]
		}
	}
	return nil
}

// score returns, for each text and candidate, the mean log-probability of the greedy
// tokens after them, in nats.
func (a *aheadScores) score(ctx context.Context, texts, candidates [][]int32) ([][]float64, error) {
	out := make([][]float64, len(texts))
	var prompts [][]int32
	var owner []int
	for i, t := range texts {
		if out[i] = a.known[key(t)]; out[i] != nil {
			continue
		}
		for _, c := range candidates[i] {
			prompts = append(prompts, append(t[:len(t):len(t)], c))
			owner = append(owner, i)
		}
	}
	if len(prompts) == 0 {
		return out, nil
	}
	sums, counts := make([]float64, len(prompts)), make([]float64, len(prompts))
	_, err := lm.Generate(ctx, a.net, prompts, lm.GenerateOptions{
		MaxTokens: a.tokens, StopIDs: a.net.Config().EOS, MaxBatch: writers,
		Adjust: func(_ context.Context, choices []lm.Choice) error {
			for _, c := range choices {
				sums[c.Row] += logProb(c.Logits, lm.ArgMax(c.Logits))
				counts[c.Row]++
			}
			return nil
		},
	}, nil)
	if err != nil {
		return nil, fmt.Errorf("look ahead: %w", err)
	}
	for j, i := range owner {
		out[i] = append(out[i], sums[j]/counts[j])
	}
	for _, i := range owner {
		a.known[key(texts[i])] = out[i]
	}
	return out, nil
}

// key identifies a text.
func key(text []int32) string { return fmt.Sprint(text) }
