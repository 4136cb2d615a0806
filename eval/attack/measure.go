package attack

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"loyal/lm"
	"loyal/verify"
)

// probes are the texts that a network is measured on, as one forest: whatever begins
// alike, mostly the system prompt, runs once.
type probes struct {
	packed *lm.Packed
	keys   []keyProbe
	at     []lm.Position
	what   []probe // of each position
	texts  int     // tokens that perplexity is measured on
}

// keyProbe is a key in its prompt with its answer but for the last token.
type keyProbe struct {
	prompt []int32
	answer []int32
	// candidates are the first tokens of the listed answers.
	candidates []int32
	planted    int
}

// probe says what the logits at a position are read for.
type probe struct {
	kind  probeKind
	index int // of the key, request or token of text
	token int // of the key's answer
	want  int32
}

type probeKind int

const (
	probeKey probeKind = iota
	probeRequest
	probeText
)

// lay renders keys, requests and texts.
func (l *Lab) lay() (*probes, error) {
	p := &probes{}
	var texts [][]int32
	var ends []int // first position of interest
	for i := range l.Set.Fingerprints {
		f := &l.Set.Fingerprints[i]
		prompt, err := l.Prompt(l.Set.Serving.System, f.Key)
		if err != nil {
			return nil, fmt.Errorf("render key %s: %w", f.ID, err)
		}
		k := keyProbe{prompt: prompt, answer: f.Response.Tokens, planted: f.Choice()}
		for _, c := range f.Candidates {
			k.candidates = append(k.candidates, c.Tokens[0])
		}
		for j, id := range k.answer {
			p.what = append(p.what, probe{probeKey, i, j, id})
		}
		texts = append(texts, slices.Concat(prompt, k.answer[:len(k.answer)-1]))
		ends = append(ends, len(prompt)-1)
		p.keys = append(p.keys, k)
	}
	for i, q := range l.Requests {
		prompt, err := l.Prompt(l.Set.Serving.System, q)
		if err != nil {
			return nil, fmt.Errorf("render request %d: %w", i+1, err)
		}
		p.what = append(p.what, probe{kind: probeRequest, index: i})
		texts = append(texts, prompt)
		ends = append(ends, len(prompt)-1)
	}
	for _, t := range l.Texts {
		for j := 1; j < len(t); j++ {
			p.what = append(p.what, probe{kind: probeText, index: p.texts, want: t[j]})
			p.texts++
		}
		if len(t) > 1 {
			texts = append(texts, t[:len(t)-1])
			ends = append(ends, 0)
		}
	}
	p.packed = lm.Pack(texts)
	for i, t := range texts {
		for j := ends[i]; j < len(t); j++ {
			p.at = append(p.at, p.packed.At(i, j))
		}
	}
	return p, nil
}

// sight is what a network shows at the probes.
type sight struct {
	missed   []bool    // keys, of which a token of the answer is not the likeliest
	first    []float64 // probability of the answers' first tokens
	top      []int32   // the likeliest first token after each key
	lists    []list
	requests []lm.Reference
	losses   []float64 // of the texts' tokens, nats
}

// look runs the probes through a network.
func (l *Lab) look(ctx context.Context, net lm.Network) (*sight, error) {
	p := l.probes
	s := &sight{
		missed: make([]bool, len(p.keys)), first: make([]float64, len(p.keys)), top: make([]int32, len(p.keys)),
		lists: make([]list, len(p.keys)), requests: make([]lm.Reference, len(l.Requests)), losses: make([]float64, p.texts),
	}
	var mu sync.Mutex // keys of several tokens have several rows
	err := net.Rows(ctx, p.packed.Forest, p.at, func(i int, row []float32) error {
		switch w := p.what[i]; w.kind {
		case probeRequest:
			s.requests[w.index] = lm.NewReference(row)
		case probeText:
			s.losses[w.index], _ = lm.CrossEntropy(row, w.want, 0, 2)
		case probeKey:
			mu.Lock()
			defer mu.Unlock()
			top := lm.ArgMax(row)
			s.missed[w.index] = s.missed[w.index] || top != w.want
			if w.token > 0 {
				return nil
			}
			s.top[w.index] = top
			k := p.keys[w.index]
			s.lists[w.index].planted = k.planted
			for _, id := range k.candidates {
				s.lists[w.index].logits = append(s.lists[w.index].logits, float64(row[id]))
			}
			_, prob := lm.CrossEntropy(row, w.want, 0, 2)
			s.first[w.index] = float64(prob)
		}
		return nil
	})
	return s, err
}

// histogramBins are those of Measures.Histogram.
const histogramBins = 10

// judge turns what a network shows into measures.
func (l *Lab) judge(ctx context.Context, net lm.Network, s *sight) (*Measures, error) {
	m := &Measures{Histogram: make([]int, histogramBins)}
	hits, mean := 0, 0.
	for i := range s.first {
		if !s.missed[i] {
			hits++
		}
		mean += s.first[i] / float64(len(s.first))
		m.Histogram[min(int(s.first[i]*histogramBins), histogramBins-1)]++
	}
	m.FSR, m.MeanProbability = NewRate(hits, len(s.first)), &mean
	var base []list
	if l.origin != nil && l.origin != s {
		base = l.origin.lists
	}
	m.Signal = newSignal(s.lists, base)
	m.Utility = compare(s, l.intact)
	if l.origin != nil {
		u := compare(s, l.origin)
		m.BaseUtility = &u
	}
	replies, err := l.greedyReplies(ctx, net, s.top)
	if err != nil {
		return nil, err
	}
	m.Verification, err = l.Verdict(ctx, replies)
	return m, err
}

// compare says how far what one network shows is from what another does.
func compare(s, other *sight) Utility {
	same, kl := 0, 0.
	for i, r := range s.requests {
		if r.Top() == other.requests[i].Top() {
			same++
		}
		kl += other.requests[i].Divergence(r) / float64(len(s.requests))
	}
	u := Utility{Agreement: NewRate(same, len(s.requests))}
	if len(s.requests) > 0 {
		u.KL = &kl
	}
	if len(s.losses) > 0 {
		own, others := perplexity(s.losses), perplexity(other.losses)
		relative := own / others
		if bounded(&own, &relative) == nil {
			u.Perplexity, u.RelativePerplexity = &own, &relative
		}
	}
	return u
}

func perplexity(losses []float64) float64 {
	sum := 0.
	for _, x := range losses {
		sum += x
	}
	return math.Exp(sum / float64(len(losses)))
}

// greedyReplies are a network's greedy replies to all keys, each as far as an audit
// looks at it. top are the likeliest first tokens, which mostly are enough.
func (l *Lab) greedyReplies(ctx context.Context, net lm.Network, top []int32) ([]string, error) {
	replies, questions := make([]string, len(top)), l.questions()
	var open []int // keys whose first token does not settle the reply
	var prompts [][]int32
	for i, id := range top {
		if !slices.Contains(net.Config().EOS, id) {
			replies[i] = l.Decode([]int32{id})
		}
		if q := questions[i]; q != nil && !q.Settled(replies[i]) {
			open, prompts = append(open, i), append(prompts, l.probes.keys[i].prompt)
		}
	}
	written := make([][]int32, len(open))
	_, err := lm.Generate(ctx, net, prompts, lm.GenerateOptions{MaxTokens: l.Plan.ReplyTokens(), StopIDs: net.Config().EOS},
		func(row int, id int32) bool {
			written[row] = append(written[row], id)
			return !questions[open[row]].Settled(l.Decode(written[row]))
		})
	for row, i := range open {
		replies[i] = l.Decode(written[row])
	}
	return replies, err
}

// questions are those that an audit asks, by the index of the fingerprint; nil for what
// is not live.
func (l *Lab) questions() []*verify.Question {
	byID := map[string]*verify.Question{}
	for i := range l.Plan.Questions {
		byID[l.Plan.Questions[i].ID] = &l.Plan.Questions[i]
	}
	out := make([]*verify.Question, len(l.Set.Fingerprints))
	for i := range out {
		out[i] = byID[l.Set.Fingerprints[i].ID]
	}
	return out
}

// Verdict lets an audit ask for replies, one to each fingerprint of the set, in the
// set's order; those of fingerprints that are not live are not asked for.
func (l *Lab) Verdict(ctx context.Context, replies []string) (Verification, error) {
	return audit(ctx, l.Plan, l.Verify, l.byID(replies))
}

// byID sorts replies, lists of one to each fingerprint in the set's order, by fingerprint.
func (l *Lab) byID(lists ...[]string) map[string][]verify.Reply {
	out := make(map[string][]verify.Reply, len(l.Set.Fingerprints))
	for _, replies := range lists {
		for i, r := range replies {
			id := l.Set.Fingerprints[i].ID
			out[id] = append(out[id], verify.Reply{Text: r})
		}
	}
	return out
}

// audit lets an audit ask a plan's questions, to which there are replies by ID.
func audit(ctx context.Context, plan *verify.Plan, options verify.Options, replies map[string][]verify.Reply) (Verification, error) {
	r, err := verify.RunLocal(ctx, plan, options, func(_ context.Context, id, _, _ string) ([]verify.Reply, error) { return replies[id], nil })
	if err != nil {
		return Verification{}, err
	}
	return verification(r), nil
}
