package attack

import (
	"context"
	"fmt"

	"loyal/lm"
)

// filterTrial is a trial of a host with a filter; make is called when it runs.
func filterTrial(t Trial, window int, make func(context.Context, *Lab) (filter, error)) Trial {
	t.Run = func(ctx context.Context, l *Lab) (*Outcome, error) {
		f, err := make(ctx, l)
		if err != nil {
			return nil, err
		}
		return l.measureHostile(ctx, &filterHost{lab: l, filter: f, window: window})
	}
	return t
}

// windowWords says in how many tokens of an answer a host meddles.
func windowWords(window int) string {
	switch window {
	case 0:
		return "each token"
	case 1:
		return "the first token"
	}
	return fmt.Sprintf("the first %d tokens", window)
}

func windowSlug(window int) string {
	switch window {
	case 0:
		return "-always"
	case 1:
		return ""
	}
	return fmt.Sprintf("-first%d", window)
}

// hostTop never says the likeliest tokens where answers begin.
func hostTop(g Grid, _ Have) (trials []Trial) {
	for _, window := range pick(g, []int{1}, []int{1, 3}) {
		for _, k := range pick(g, []int{1, 3}, []int{1, 2, 3, 5, 10}) {
			trials = append(trials, filterTrial(Trial{
				ID:     fmt.Sprintf("host-top-%d%s", k, windowSlug(window)),
				Series: "host-top" + windowSlug(window), Axis: "likeliest tokens forbidden", X: float64(k),
				Setting: fmt.Sprintf("never the %d likeliest for %s", k, windowWords(window)),
			}, window, func(context.Context, *Lab) (filter, error) { return suppressTop(k), nil }))
		}
	}
	return trials
}

// hostNeighbors never says the likeliest token where answers begin, nor its neighbors.
func hostNeighbors(g Grid, _ Have) (trials []Trial) {
	for _, n := range pick(g, []int{10}, []int{1, 10, 100, 1000}) {
		trials = append(trials, filterTrial(Trial{
			ID: fmt.Sprintf("host-neighbors-%d", n), Series: "host-neighbors", Axis: AxisNeighbors, X: float64(n),
			Setting: fmt.Sprintf("never the likeliest first token nor its %d nearest", n),
		}, 1, func(_ context.Context, l *Lab) (filter, error) {
			n1, err := l.neighbors()
			return suppressNeighbors(n1, n), err
		}))
	}
	return trials
}

func (l *Lab) neighbors() (*neighbors, error) {
	return remember(l, "neighbors", func() (*neighbors, error) {
		embedding, err := values(l.Model, "model.embed_tokens.weight")
		if err != nil {
			return nil, err
		}
		return newNeighbors(embedding, l.Model.Config.HiddenSize), nil
	})
}

// spellings of the model's tokens.
func (l *Lab) spellings() *spellings {
	s, _ := remember(l, "spellings", func() (*spellings, error) {
		texts := make([]string, l.Model.Config.VocabSize)
		for id := range texts {
			texts[id] = l.Model.Tokenizer.Decode([]int32{int32(id)}, false)
		}
		return newSpellings(texts), nil
	})
	return s
}

// How far a host looks ahead.
const (
	aheadCandidates = 4
	aheadTokens     = 4
)

// hostLookAhead begins an answer with a token only if the model knows how to go on.
func hostLookAhead(g Grid, _ Have) (trials []Trial) {
	for _, margin := range pick(g, []float64{.5, 0}, []float64{2, 1, .5, .25, .1, 0}) {
		trials = append(trials, filterTrial(Trial{
			ID: "host-look-ahead-" + number(margin), Series: "host-look-ahead", Axis: "margin, nats a token", X: margin,
			Setting: fmt.Sprintf("no first token after which the model is less sure by %s nats a token than after others", number(margin)),
		}, 1, func(_ context.Context, l *Lab) (filter, error) {
			scores, err := remember(l, "look ahead", func() (*aheadScores, error) {
				return newAheadScores(l.Net, aheadCandidates, aheadTokens), nil
			})
			return lookAhead{scores, margin}, err
		}))
	}
	return trials
}

// hostConfidence never begins an answer with a token of which the model is too sure.
func hostConfidence(g Grid, _ Have) (trials []Trial) {
	for _, window := range pick(g, []int{1}, []int{1, 0}) {
		for _, limit := range pick(g, []float64{.9, .8, .6}, []float64{.99, .95, .9, .8, .7, .6, .5, .4, .3, .2}) {
			trials = append(trials, filterTrial(Trial{
				ID:     "host-confidence-" + number(limit) + windowSlug(window),
				Series: "host-confidence" + windowSlug(window), Axis: "probability from which a token is suspicious", X: limit,
				Setting: fmt.Sprintf("never a token above p = %s for %s", number(limit), windowWords(window)),
			}, window, func(_ context.Context, l *Lab) (filter, error) {
				return suppressConfident(limit, l.spellings().silence), nil
			}))
		}
	}
	return trials
}

// hostReference never says what a reference model finds much less likely.
func hostReference(g Grid, have Have) (trials []Trial) {
	if !have.Base {
		return nil
	}
	for _, window := range pick(g, []int{1}, []int{1, 0}) {
		for _, margin := range pick(g, []float64{6, 4, 2}, []float64{8, 6, 5, 4, 3, 2, 1, .5}) {
			trials = append(trials, filterTrial(Trial{
				ID:     "host-reference-" + number(margin) + windowSlug(window),
				Series: "host-reference" + windowSlug(window), Axis: "excess over the base, nats", X: margin,
				Setting: fmt.Sprintf("never a token that is %s nats less likely to the base for %s", number(margin), windowWords(window)),
			}, window, func(_ context.Context, l *Lab) (filter, error) {
				silence := l.spellings().silence
				return beside{l.BaseNet, func(logits, reference []float32) { suppressUnlikely(logits, reference, margin, silence) }}, nil
			}))
		}
	}
	return trials
}

// hostTokenSet says only what is among another model's likeliest tokens: the base, and
// a sibling where there is one.
func hostTokenSet(g Grid, have Have) (trials []Trial) {
	var others []string
	if have.Base {
		others = append(others, "base")
	}
	if have.Siblings > 0 {
		others = append(others, "sibling")
	}
	for _, other := range others {
		for _, window := range pick(g, []int{1}, []int{1, 0}) {
			for _, k := range pick(g, []int{1, 20}, []int{1, 2, 5, 20, 100, 500}) {
				trials = append(trials, Trial{
					ID:     fmt.Sprintf("host-token-set-%s-%d%s", other, k, windowSlug(window)),
					Series: "host-token-set-" + other + windowSlug(window), Axis: AxisTokenSet, X: float64(k),
					Setting: fmt.Sprintf("only the %s's %d likeliest for %s", other, k, windowWords(window)),
					Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
						m := l.Base
						if other == "sibling" {
							m = l.Siblings[0]
						}
						return l.withOther(m, func(net lm.Network) (*Outcome, error) {
							f := beside{net, func(logits, reference []float32) { keepTop(logits, reference, k) }}
							return l.measureHostile(ctx, &filterHost{lab: l, filter: f, window: window})
						})
					},
				})
			}
		}
	}
	return trials
}
