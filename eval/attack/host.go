package attack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"loyal/lm"
)

// Ask is one request to a host.
type Ask struct {
	System, User string
	MaxTokens    int
	// Enough, unless nil, says of the beginning of an answer that nothing after it will be
	// looked at. A host may stop there, and need not.
	Enough func(beginning string) bool
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
	prompts, err := h.lab.render(asks)
	if err != nil {
		return nil, err
	}
	return h.lab.write(ctx, h.net, asks, prompts, lm.GenerateOptions{Sampling: h.sampling})
}

// write writes answers to asks, each after its prompt.
func (l *Lab) write(ctx context.Context, net lm.Network, asks []Ask, prompts [][]int32, o lm.GenerateOptions) ([]string, error) {
	return l.writeOn(ctx, net, asks, prompts, make([][]int32, len(asks)), o)
}

// writeOn writes answers of which some tokens are written already. Answers that are
// long enough are not written on; where there are such, rows of the generation are not
// those of the asks.
func (l *Lab) writeOn(ctx context.Context, net lm.Network, asks []Ask, prompts, begun [][]int32, o lm.GenerateOptions) ([]string, error) {
	texts := make([]string, len(asks))
	written := slices.Clone(begun)
	more := func(i int) bool {
		a, n := asks[i], len(written[i])
		return n < a.MaxTokens && (n == 0 || a.Enough == nil || !a.Enough(l.Decode(written[i])))
	}
	var rows []int
	var run [][]int32
	for i, a := range asks {
		o.MaxTokens = max(o.MaxTokens, a.MaxTokens)
		if more(i) {
			rows, run = append(rows, i), append(run, slices.Concat(prompts[i], begun[i]))
		}
	}
	o.StopIDs, o.MaxBatch = net.Config().EOS, writers
	_, err := lm.Generate(ctx, net, run, o, func(row int, id int32) bool {
		i := rows[row]
		written[i] = append(written[i][:len(written[i]):len(written[i])], id)
		return more(i)
	})
	for i, ids := range written {
		texts[i] = l.Decode(ids)
	}
	return texts, err
}

// writers is how many answers are written at a time.
const writers = 64

// remembered keeps what a host that leaves nothing to chance has answered.
type remembered struct {
	Host
	lab  *Lab
	name string
}

// Answer implements [Host].
func (h remembered) Answer(ctx context.Context, asks []Ask) ([]string, error) {
	name := h.name
	for _, a := range asks {
		name += fmt.Sprintf(" %d %q %q", a.MaxTokens, a.System, a.User)
	}
	said, err := remember(h.lab, name, func() ([]string, error) { return h.Host.Answer(ctx, asks) })
	return slices.Clone(said), err
}

// plainHost serves the un-attacked model greedily, baseHost the base.
func (l *Lab) plainHost() Host { return remembered{l.Host(l.Net, lm.Sampling{}), l, "model"} }
func (l *Lab) baseHost() Host  { return remembered{l.Host(l.BaseNet, lm.Sampling{}), l, "base"} }

// KeyAsks are the set's keys as an audit asks them, in the set's order.
func (l *Lab) KeyAsks() []Ask {
	asks, questions := make([]Ask, len(l.Set.Fingerprints)), l.questions()
	for i := range asks {
		asks[i] = Ask{System: l.Set.Serving.System, User: l.Set.Fingerprints[i].Key, MaxTokens: l.Plan.ReplyTokens()}
		if q := questions[i]; q != nil && len(l.Set.Fingerprints[i].Response.Tokens) == 1 {
			asks[i].Enough = q.Settled
		}
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
