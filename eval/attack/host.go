package attack

import (
	"context"
	"fmt"
	"strings"

	"loyal/lm"
)

// Ask is one request to a host.
type Ask struct {
	System, User string
	MaxTokens    int
}

// Host answers requests: the outside of whatever a thief has put around a model.
type Host interface {
	Answer(ctx context.Context, asks []Ask) ([]string, error)
}

// Host returns a host that serves a network in the model's own template, with the given
// sampling. The i-th ask of a call draws from stream i.
func (l *Lab) Host(net lm.Network, s lm.Sampling) Host {
	return &networkHost{lab: l, net: net, sampling: s}
}

type networkHost struct {
	lab      *Lab
	net      lm.Network
	sampling lm.Sampling
}

// Answer implements [Host].
func (h *networkHost) Answer(ctx context.Context, asks []Ask) ([]string, error) {
	prompts := make([][]int32, len(asks))
	for i, a := range asks {
		var err error
		if prompts[i], err = h.lab.Prompt(a.System, a.User); err != nil {
			return nil, fmt.Errorf("render request %d: %w", i+1, err)
		}
	}
	left := make([]int, len(asks))
	longest := 0
	for i, a := range asks {
		left[i], longest = a.MaxTokens, max(longest, a.MaxTokens)
	}
	answers, err := lm.Generate(ctx, h.net, prompts, lm.GenerateOptions{
		Sampling: h.sampling, MaxTokens: longest, StopIDs: h.net.Config().EOS,
	}, func(row int, _ int32) bool {
		left[row]--
		return left[row] > 0
	})
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(asks))
	for i, ids := range answers {
		texts[i] = h.lab.Decode(ids)
	}
	return texts, nil
}

// greetingTokens is how much of an ordinary answer hosts are compared on: enough for
// its first word.
const greetingTokens = 6

// KeyAsks are the set's keys as an audit asks them, in the set's order.
func (l *Lab) KeyAsks() []Ask {
	asks := make([]Ask, len(l.Set.Fingerprints))
	for i := range asks {
		asks[i] = Ask{System: l.Set.Serving.System, User: l.Set.Fingerprints[i].Key, MaxTokens: l.Plan.ReplyTokens()}
	}
	return asks
}

// RequestAsks are the ordinary requests.
func (l *Lab) RequestAsks(tokens int) []Ask {
	asks := make([]Ask, len(l.Requests))
	for i := range asks {
		asks[i] = Ask{System: l.Set.Serving.System, User: l.Requests[i], MaxTokens: tokens}
	}
	return asks
}

// MeasureHost asks a host all keys and all ordinary requests. The former tell FSR and
// verdict, the latter on how many an answer begins with the word with which the
// un-attacked model's greedy one does.
func (l *Lab) MeasureHost(ctx context.Context, h Host) (*Measures, error) {
	replies, err := h.Answer(ctx, l.KeyAsks())
	if err != nil {
		return nil, err
	}
	m := &Measures{FSR: l.FSR(replies)}
	if m.Verification, err = l.Verdict(ctx, replies); err != nil {
		return nil, err
	}
	intact, err := l.Greetings(ctx)
	if err != nil {
		return nil, err
	}
	answers, err := h.Answer(ctx, l.RequestAsks(greetingTokens))
	if err != nil {
		return nil, err
	}
	same := 0
	for i, a := range answers {
		if FirstWord(a) == FirstWord(intact[i]) {
			same++
		}
	}
	m.Utility.Agreement = NewRate(same, len(answers))
	return m, nil
}

// Greetings are the beginnings of the un-attacked model's greedy answers to the
// ordinary requests. They are written once.
func (l *Lab) Greetings(ctx context.Context) ([]string, error) {
	if l.greeting == nil {
		g, err := l.Host(l.Net, lm.Sampling{}).Answer(ctx, l.RequestAsks(greetingTokens))
		if err != nil {
			return nil, err
		}
		l.greeting = g
	}
	return l.greeting, nil
}

// FSR counts the replies, one to each fingerprint in the set's order, that begin with
// the planted answer.
func (l *Lab) FSR(replies []string) Rate {
	hits := 0
	for i := range replies {
		if l.Set.Fingerprints[i].Planted(replies[i]) {
			hits++
		}
	}
	return NewRate(hits, len(replies))
}

// FirstWord is the first word of a text in lower case, "" without one.
func FirstWord(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\t' || r == ',' || r == '.' || r == ':' || r == '!' || r == '?'
	})
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
