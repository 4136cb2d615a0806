package fingerprint

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// oversampling is how many keys are made for each one that is kept, where they are to be
// like ordinary messages.
const oversampling = 3

// A manner is what a filter in front of a model can see of a message without knowing
// what it is for: how surprised the model is by it, and how long it is.
type manner struct {
	surprisal float64 // nats a token
	length    float64 // logarithm of its tokens
}

// like keeps n of the questions, those whose manners are distributed as those of ordinary
// messages: for one ordinary message after the other, over and over, it takes the
// question that comes nearest to it and was not taken yet. Nothing but the base model's
// word on the keys enters, and no answer is chosen yet.
func (g *generator) like(ctx context.Context, questions []question, n int) ([]question, error) {
	ordinary := slices.Clone(g.options.Ordinary)
	rng := g.random("ordinary")
	rng.Shuffle(len(ordinary), func(i, j int) { ordinary[i], ordinary[j] = ordinary[j], ordinary[i] })
	wanted, err := g.manners(ctx, ordinary)
	if err != nil {
		return nil, fmt.Errorf("judge ordinary messages: %w", err)
	}
	keys := make([]string, len(questions))
	for i, q := range questions {
		keys[i] = q.key
	}
	have, err := g.manners(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("judge keys: %w", err)
	}
	scale := spread(wanted)
	kept := make([]question, 0, n)
	taken := make([]bool, len(have))
	for i := range n {
		w, best, least := wanted[i%len(wanted)], -1, math.Inf(1)
		for j, h := range have {
			if d := w.distance(h, scale); !taken[j] && d < least { // NaN is not
				best, least = j, d
			}
		}
		if best < 0 {
			return nil, fmt.Errorf("%w: the model's word on a message is no number", ErrParams)
		}
		taken[best] = true
		kept = append(kept, questions[best])
	}
	return kept, nil
}

func (m manner) distance(o, scale manner) float64 {
	return math.Hypot((m.surprisal-o.surprisal)/scale.surprisal, (m.length-o.length)/scale.length)
}

// spread is the standard deviation of manners, or 1 where there is none.
func spread(ms []manner) manner {
	of := func(value func(manner) float64) float64 {
		var sum, squares float64
		for _, m := range ms {
			sum, squares = sum+value(m), squares+value(m)*value(m)
		}
		n := float64(len(ms))
		if v := squares/n - sum/n*sum/n; v > 0 {
			return math.Sqrt(v)
		}
		return 1
	}
	return manner{of(func(m manner) float64 { return m.surprisal }), of(func(m manner) float64 { return m.length })}
}

// manners judges messages in the prompt that is served.
func (g *generator) manners(ctx context.Context, messages []string) ([]manner, error) {
	before, after, err := g.around()
	if err != nil {
		return nil, err
	}
	prompts, spans := make([][]int32, len(messages)), make([][2]int, len(messages))
	for i, text := range messages {
		if prompts[i], err = g.render(text); err != nil {
			return nil, fmt.Errorf("render a message: %w", err)
		}
		from := max(1, before)
		spans[i] = [2]int{from, max(from+1, len(prompts[i])-after)}
		if spans[i][1] > len(prompts[i]) {
			return nil, fmt.Errorf("%w: a message of no tokens", ErrParams)
		}
	}
	g.progress.Start("judge messages", int64(len(messages)))
	surprisals, err := g.oracle.Surprisals(ctx, prompts, spans)
	if err != nil {
		return nil, err
	}
	out := make([]manner, len(messages))
	for i, s := range surprisals {
		out[i] = manner{s, math.Log(float64(spans[i][1] - spans[i][0]))}
	}
	g.progress.Add(int64(len(messages)))
	return out, nil
}

// around is how many tokens the prompt has before and behind the message.
func (g *generator) around() (before, after int, err error) {
	a, err := g.render("A")
	if err != nil {
		return 0, 0, fmt.Errorf("render a message: %w", err)
	}
	b, err := g.render("Zero")
	if err != nil {
		return 0, 0, fmt.Errorf("render a message: %w", err)
	}
	for before < min(len(a), len(b)) && a[before] == b[before] {
		before++
	}
	for after < min(len(a), len(b))-before && a[len(a)-1-after] == b[len(b)-1-after] {
		after++
	}
	return before, after, nil
}
