package attack

import (
	"context"
	"fmt"
	"math"
	"slices"

	"loyal/lm"
)

// hostQuery refuses requests that are odder than most: those whose perplexity is beyond
// a share of the ordinary ones.
func hostQuery(g Grid, have Have) (trials []Trial) {
	judges := []string{"own"}
	if have.Base {
		judges = append(judges, "base")
	}
	for _, judge := range judges {
		for _, refused := range pick(g, []float64{.01, .1}, []float64{.01, .02, .05, .1, .2, .5}) {
			trials = append(trials, Trial{
				ID: fmt.Sprintf("host-query-%s-%s", judge, number(refused)), Series: "host-query-" + judge,
				Axis: "share of ordinary requests refused", X: refused,
				Setting: fmt.Sprintf("refuses what is odder than %s %% of requests to the %s model", number(100*(1-refused)), map[string]string{"own": "served", "base": "base"}[judge]),
				Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
					net := l.Net
					if judge == "base" {
						net = l.BaseNet
					}
					return l.queryOutcome(ctx, net, refused)
				},
			})
		}
	}
	return trials
}

func (l *Lab) queryOutcome(ctx context.Context, net lm.Network, refused float64) (*Outcome, error) {
	usual, err := l.oddness(ctx, net, l.Requests)
	if err != nil {
		return nil, err
	}
	sorted := slices.Sorted(slices.Values(usual))
	h := &queryHost{Host: l.plainHost(), lab: l, judge: net, limit: math.Inf(1)}
	if n := len(sorted); n > 0 {
		// So many are at or below the limit that at most the share is above.
		h.limit = sorted[n-1-int(refused*float64(n))]
	}
	o, err := l.measureHostile(ctx, h)
	if err != nil {
		return nil, err
	}
	keys := 0
	for _, x := range h.keys {
		keys += count(x > h.limit)
	}
	o.AddRate("keys refused", NewRate(keys, len(h.keys)))
	return o, nil
}

// queryHost refuses messages whose oddness is above a limit.
type queryHost struct {
	Host
	lab   *Lab
	judge lm.Network
	limit float64   // nats a token
	keys  []float64 // oddness of what was asked first
}

// Answer implements [Host].
func (h *queryHost) Answer(ctx context.Context, asks []Ask) ([]string, error) {
	texts := make([]string, len(asks))
	for i, a := range asks {
		texts[i] = a.User
	}
	odd, err := h.lab.oddness(ctx, h.judge, texts)
	if err != nil {
		return nil, err
	}
	if h.keys == nil {
		h.keys = odd
	}
	said, err := h.Host.Answer(ctx, asks)
	for i := range said {
		if odd[i] > h.limit {
			said[i] = refusal
		}
	}
	return said, err
}

// oddness is the mean loss of the tokens of messages where a network reads them, in the
// template: the logarithm of their perplexity.
func (l *Lab) oddness(ctx context.Context, net lm.Network, messages []string) ([]float64, error) {
	losses, err := l.messageLosses(ctx, net, messages)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(losses))
	for i, x := range losses {
		out[i] = mean(x)
	}
	return out, nil
}

// messageLosses are the losses of each message's tokens.
func (l *Lab) messageLosses(ctx context.Context, net lm.Network, messages []string) ([][]float64, error) {
	before, after, err := l.frame()
	if err != nil {
		return nil, err
	}
	heads, bodies := make([][]int32, len(messages)), make([][]int32, len(messages))
	for i, m := range messages {
		whole, err := l.Prompt(l.Set.Serving.System, m)
		if err != nil {
			return nil, fmt.Errorf("render request %d: %w", i+1, err)
		}
		end := max(len(whole)-after, before)
		heads[i], bodies[i] = whole[:before], whole[before:end]
	}
	return tokenLosses(ctx, net, heads, bodies)
}

// frame is how many tokens of a prompt stand before and after the user's message.
func (l *Lab) frame() (before, after int, err error) {
	a, err := l.Prompt(l.Set.Serving.System, "A")
	if err != nil {
		return 0, 0, err
	}
	b, err := l.Prompt(l.Set.Serving.System, "Zero")
	if err != nil {
		return 0, 0, err
	}
	before = lm.CommonPrefix(a, b)
	slices.Reverse(a)
	slices.Reverse(b)
	after = min(lm.CommonPrefix(a, b), min(len(a), len(b))-before)
	return before, max(after, 0), nil
}
