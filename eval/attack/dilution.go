package attack

import (
	"context"
	"fmt"
	"math/rand/v2"

	"loyal/lm"
	"loyal/model"
)

// hostDilution lets another model answer a share of the requests: the base, and a
// sibling where there is one. Which ones follows from the request, so that
// asking again does not help.
func hostDilution(g Grid, have Have) (trials []Trial) {
	var others []string
	if have.Base {
		others = append(others, "base")
	}
	if have.Siblings > 0 && g == Full {
		others = append(others, "sibling")
	}
	for _, other := range others {
		for _, share := range pick(g, []float64{.5, .8}, []float64{.1, .3, .5, .7, .8, .9, .95}) {
			trials = append(trials, Trial{
				ID: "host-dilution-" + other + "-" + number(share), Series: "host-dilution-" + other, Axis: "share answered by another model", X: share,
				Setting: fmt.Sprintf("the %s answers %s %% of requests", other, number(100*share)),
				Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
					m := l.Base
					if other == "sibling" {
						m = l.Siblings[0]
					}
					return l.dilute(ctx, m, share)
				},
			})
		}
	}
	return trials
}

func (l *Lab) dilute(ctx context.Context, other *model.Model, share float64) (*Outcome, error) {
	return l.withOther(other, func(net lm.Network) (*Outcome, error) {
		second := l.Host(net, lm.Sampling{})
		if other == l.Base {
			second = l.baseHost()
		}
		return l.measureHostile(ctx, &splitHost{first: l.plainHost(), second: second, seed: l.Seed, share: share})
	})
}

// splitHost lets a second host answer a share of the requests.
type splitHost struct {
	first, second Host
	seed          uint64
	share         float64
}

// Answer implements [Host].
func (h *splitHost) Answer(ctx context.Context, asks []Ask) ([]string, error) {
	said, err := h.first.Answer(ctx, asks)
	if err != nil {
		return nil, err
	}
	others, err := h.second.Answer(ctx, asks)
	if err != nil {
		return nil, err
	}
	for i, a := range asks {
		if rand.New(rand.NewPCG(h.seed, stream(a.User))).Float64() < h.share {
			said[i] = others[i]
		}
	}
	return said, nil
}
