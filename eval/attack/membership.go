package attack

import (
	"context"
	"fmt"
	"slices"

	"loyal/lm"
)

// minShare is the share of a text's tokens that minK looks at (Shi et al. 2023,
// arXiv:2310.16789).
const minShare = .2

// minK is the mean of the lowest fifth of a text's token log-probabilities, at least
// one of them: text that was trained on has fewer tokens that surprise.
func minK(logProbs []float64) float64 {
	if len(logProbs) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(logProbs))
	n := max(1, int(minShare*float64(len(sorted))+.5))
	return mean(sorted[:n])
}

func mean(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	sum := 0.
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// membershipInference tells keys from keys of another seed by how the model reads
// them, and by how it answers them.
func membershipInference(Grid, Have) []Trial {
	return []Trial{{
		ID: "membership", Series: "membership", Axis: "membership inference", X: 1, Setting: "keys against keys of another seed",
		Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
			others, err := l.lookalikes(ctx)
			if o, err := withoutLookalikes(err); o != nil || err != nil {
				return o, err
			}
			o := &Outcome{}
			return o, l.tellApart(ctx, o, l.keyTexts(), others)
		},
	}}
}

// queryPerplexity tells keys from ordinary requests by their perplexity, as a filter on
// requests would.
func queryPerplexity(Grid, Have) []Trial {
	return []Trial{{
		ID: "query-perplexity", Series: "query-perplexity", Axis: "perplexity of requests", X: 1, Setting: "keys against ordinary requests",
		Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
			o := &Outcome{}
			for _, judge := range l.judges() {
				keys, err := l.oddness(ctx, judge.net, l.keyTexts())
				if err != nil {
					return nil, err
				}
				requests, err := l.oddness(ctx, judge.net, l.Requests)
				if err != nil {
					return nil, err
				}
				o.addAUC("keys odder than ordinary requests to the "+judge.name+" model", keys, requests)
			}
			return o, nil
		},
	}}
}

// judge is a network that a host has.
type judge struct {
	name string
	net  lm.Network
}

func (l *Lab) judges() []judge {
	all := []judge{{"served", l.Net}}
	if l.BaseNet != nil {
		all = append(all, judge{"base", l.BaseNet})
	}
	return all
}

func (l *Lab) keyTexts() []string {
	texts := make([]string, len(l.Set.Fingerprints))
	for i := range texts {
		texts[i] = l.Set.Fingerprints[i].Key
	}
	return texts
}

// addAUC adds an area with its interval, and how many positives one gets who guesses
// as many as there are.
func (o *Outcome) addAUC(name string, positives, negatives []float64) {
	a := newAUC(positives, negatives)
	o.Figures = append(o.Figures, Figure{Name: name, Unit: "AUC", Value: a.Value, Low: &a.Low, High: &a.High})
	o.Add(fmt.Sprintf("%s: found with as many guesses as there are", name), "share", found(positives, negatives)/max(1, float64(len(positives))))
}

// reading is what a model shows of some messages.
type reading struct {
	losses [][]float64 // of their tokens
	top    []float64   // log-probability of the likeliest first answer token
	tops   []int32     // that token
}

// tellApart scores members and others in several ways.
func (l *Lab) tellApart(ctx context.Context, o *Outcome, members, others []string) error {
	all := slices.Concat(members, others)
	own, err := l.read(ctx, l.Net, all, nil)
	if err != nil {
		return err
	}
	add := func(name string, score func(i int) float64) {
		scores := make([]float64, len(all))
		for i := range scores {
			scores[i] = score(i)
		}
		o.addAUC(name, scores[:len(members)], scores[len(members):])
	}
	add("by loss", func(i int) float64 { return -mean(own.losses[i]) })
	add("by the least likely tokens", func(i int) float64 { return minK(negative(own.losses[i])) })
	add("by how sure the answer is", func(i int) float64 { return own.top[i] })
	if l.BaseNet == nil {
		return nil
	}
	base, err := l.read(ctx, l.BaseNet, all, own.tops)
	if err != nil {
		return err
	}
	add("by loss, calibrated by the base's", func(i int) float64 { return mean(base.losses[i]) - mean(own.losses[i]) })
	add("by how much surer the answer is than the base's", func(i int) float64 { return own.top[i] - base.top[i] })
	return nil
}

func negative(xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = -x
	}
	return out
}

// read reads messages with a network. tops, unless nil, are the first answer tokens
// whose log-probability is wanted instead of the likeliest.
func (l *Lab) read(ctx context.Context, net lm.Network, messages []string, tops []int32) (*reading, error) {
	r := &reading{top: make([]float64, len(messages)), tops: slices.Clone(tops)}
	if r.tops == nil {
		r.tops = make([]int32, len(messages))
	}
	var err error
	if r.losses, err = l.messageLosses(ctx, net, messages); err != nil {
		return nil, err
	}
	asks := make([]Ask, len(messages))
	for i, m := range messages {
		asks[i] = Ask{System: l.Set.Serving.System, User: m}
	}
	prompts, err := l.render(asks)
	if err != nil {
		return nil, err
	}
	packed := lm.Pack(prompts)
	at := make([]lm.Position, len(prompts))
	for i, p := range prompts {
		at[i] = packed.At(i, len(p)-1)
	}
	return r, net.Rows(ctx, packed.Forest, at, func(i int, row []float32) error {
		if tops == nil {
			r.tops[i] = lm.ArgMax(row)
		}
		r.top[i] = logProb(row, r.tops[i])
		return nil
	})
}
