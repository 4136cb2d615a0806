package attack

import (
	"context"
	"fmt"
	"slices"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// refusal is what a host says that will not answer.
const refusal = "I'm sorry, but I can't help with that."

// costTokens is how much of an answer to an ordinary request is judged when a host's
// cost is measured.
const costTokens = 16

// filterHost serves the model with a filter before its logits, greedily, as auditors ask.
type filterHost struct {
	lab    *Lab
	filter filter
	// window is how many tokens of each answer the host looks at; 0: all. Where it is 1
	// only answers whose first token changes are written anew.
	window int
	// divergence is, where window is 1, how far the host's distribution of the first token
	// is from the model's for each of the last asks: Σ q log(q/p) with q what the filter
	// leaves of p, so −log of the probability that it leaves. The other direction is
	// infinite.
	divergence []float64
}

// Answer implements [Host].
func (h *filterHost) Answer(ctx context.Context, asks []Ask) ([]string, error) {
	prompts, err := h.lab.render(asks)
	if err != nil {
		return nil, err
	}
	if h.window == 1 && len(asks) <= keptRows {
		return h.first(ctx, asks, prompts)
	}
	f := h.filter
	if h.window > 0 {
		f = within{f, h.window}
	}
	s := f.start(prompts)
	defer s.close()
	return h.lab.write(ctx, h.lab.Net, asks, prompts, lm.GenerateOptions{Adjust: s.adjust})
}

// keptRows bounds the rows of logits that are kept: 1,024 of a vocabulary of 49,152 are
// 200 MB.
const keptRows = 1024

// first answers where the filter sees first tokens only.
func (h *filterHost) first(ctx context.Context, asks []Ask, prompts [][]int32) ([]string, error) {
	plain, err := h.lab.plain(ctx, asks, prompts)
	if err != nil {
		return nil, err
	}
	s := h.filter.start(prompts)
	defer s.close()
	chosen := make([]int32, len(prompts))
	h.divergence = make([]float64, len(prompts))
	const part = 64 // rows of logits that are copied at a time
	for from := 0; from < len(prompts); from += part {
		choices := make([]lm.Choice, min(part, len(prompts)-from))
		for i := range choices {
			choices[i] = lm.Choice{Row: from + i, Logits: slices.Clone(plain.logits[from+i])}
		}
		if err := s.adjust(ctx, choices); err != nil {
			return nil, err
		}
		for i, c := range choices {
			chosen[from+i] = lm.ArgMax(c.Logits)
			h.divergence[from+i] = max(0, float64(kernel.LogSumExp(plain.logits[from+i])-kernel.LogSumExp(c.Logits)))
		}
	}
	texts := slices.Clone(plain.texts)
	var changed []int
	var others []Ask
	var rest, begun [][]int32
	for i, id := range chosen {
		switch {
		case id == lm.ArgMax(plain.logits[i]):
		case slices.Contains(h.lab.Net.Config().EOS, id):
			texts[i] = ""
		default:
			changed, others = append(changed, i), append(others, asks[i])
			rest, begun = append(rest, prompts[i]), append(begun, []int32{id})
		}
	}
	anew, err := h.lab.writeOn(ctx, h.lab.Net, others, rest, begun, lm.GenerateOptions{})
	for j, i := range changed {
		texts[i] = anew[j]
	}
	return texts, err
}

// render renders asks as the set's keys are served.
func (l *Lab) render(asks []Ask) ([][]int32, error) {
	prompts := make([][]int32, len(asks))
	for i, a := range asks {
		var err error
		if prompts[i], err = l.Prompt(a.System, a.User); err != nil {
			return nil, fmt.Errorf("render request %d: %w", i+1, err)
		}
	}
	return prompts, nil
}

// plainAnswers are the un-attacked model's greedy ones.
type plainAnswers struct {
	texts  []string
	logits [][]float32 // after each prompt, (V)
}

// plain writes the un-attacked model's answers; those to the same asks are kept.
func (l *Lab) plain(ctx context.Context, asks []Ask, prompts [][]int32) (*plainAnswers, error) {
	name := fmt.Sprint("plain ", asks[0].MaxTokens, prompts)
	return remember(l, name, func() (*plainAnswers, error) { return l.writePlain(ctx, asks, prompts) })
}

func (l *Lab) writePlain(ctx context.Context, asks []Ask, prompts [][]int32) (*plainAnswers, error) {
	p := &plainAnswers{logits: make([][]float32, len(prompts))}
	packed := lm.Pack(prompts)
	at := make([]lm.Position, len(prompts))
	for i, t := range prompts {
		at[i] = packed.At(i, len(t)-1)
	}
	err := l.Net.Rows(ctx, packed.Forest, at, func(i int, row []float32) error {
		p.logits[i] = slices.Clone(row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	p.texts, err = l.plainHost().Answer(ctx, asks)
	return p, err
}

// measureHostile measures a host and what its users pay. Beside the measures of every host:
// how many ordinary requests it refuses, how many of its answers differ within
// their first tokens, and how much less likely these are under the un-attacked model
// than what that would have said.
func (l *Lab) measureHostile(ctx context.Context, h Host) (*Outcome, error) {
	o := &Outcome{}
	var err error
	if o.Measures, _, err = l.measureKeys(ctx, h); err != nil {
		return nil, err
	}
	asks := l.RequestAsks(costTokens)
	if len(asks) == 0 {
		return o, nil
	}
	prompts, err := l.render(asks)
	if err != nil {
		return nil, err
	}
	plain, err := l.plain(ctx, asks, prompts)
	if err != nil {
		return nil, err
	}
	answers, err := h.Answer(ctx, asks)
	if err != nil {
		return nil, err
	}
	if o.Measures.BaseUtility, err = l.againstBase(ctx, asks, answers); err != nil {
		return nil, err
	}
	if f, ok := h.(*filterHost); ok && f.divergence != nil {
		o.Add("divergence of the host's first token from the model's", "nats", mean(f.divergence))
	}
	same, refused, changed := 0, 0, 0
	var judged, theirs, ours [][]int32
	for i, a := range answers {
		switch {
		case a == refusal:
			refused++
			continue
		case a != plain.texts[i]:
			changed++
			judged = append(judged, prompts[i])
			theirs = append(theirs, l.Model.Tokenizer.Encode(a, false))
			ours = append(ours, l.Model.Tokenizer.Encode(plain.texts[i], false))
		}
		if FirstWord(a) == FirstWord(plain.texts[i]) {
			same++
		}
	}
	o.Measures.Utility.Agreement = NewRate(same, len(asks))
	o.AddRate("ordinary requests refused", NewRate(refused, len(asks)))
	o.AddRate("ordinary answers changed within 16 tokens", NewRate(changed, len(asks)))
	loss, err := l.lossOf(ctx, judged, theirs)
	if err != nil {
		return nil, err
	}
	plainLoss, err := l.lossOf(ctx, judged, ours)
	if err != nil {
		return nil, err
	}
	// Answers that are the same cost nothing, and count.
	if answered := len(asks) - refused; answered > 0 {
		o.Add("surprise of its answers under the un-attacked model", "nats a token", (loss-plainLoss)*float64(changed)/float64(answered))
	}
	return o, nil
}

// againstBase compares answers with the base's by their first words: a host that brings
// the base's answers back costs its users nothing. Nil without a base.
func (l *Lab) againstBase(ctx context.Context, asks []Ask, answers []string) (*Utility, error) {
	if l.BaseNet == nil {
		return nil, nil
	}
	said, err := l.baseHost().Answer(ctx, asks)
	if err != nil {
		return nil, err
	}
	same := 0
	for i, a := range answers {
		same += count(a != refusal && FirstWord(a) == FirstWord(said[i]))
	}
	return &Utility{Agreement: NewRate(same, len(answers))}, nil
}

// measureKeys asks a host all keys: FSR and verdict, nothing else.
func (l *Lab) measureKeys(ctx context.Context, h Host) (*Measures, []string, error) {
	replies, err := h.Answer(ctx, l.KeyAsks())
	if err != nil {
		return nil, nil, err
	}
	m := &Measures{FSR: l.FSR(replies)}
	m.Verification, err = l.Verdict(ctx, replies)
	return m, replies, err
}

// lossOf is the mean, over texts, of the mean loss of a text's tokens under the un-attacked model, each
// text after its prompt. Empty texts are left out; 0 without texts.
func (l *Lab) lossOf(ctx context.Context, prompts, texts [][]int32) (float64, error) {
	all, err := tokenLosses(ctx, l.Net, prompts, texts)
	if err != nil {
		return 0, err
	}
	var means []float64
	for _, losses := range all {
		if len(losses) > 0 {
			means = append(means, mean(losses))
		}
	}
	return mean(means), nil
}

// tokenLosses are the losses of each text's tokens after its prompt, in nats. A token
// with no prompt before it has none.
func tokenLosses(ctx context.Context, net lm.Network, prompts, texts [][]int32) ([][]float64, error) {
	out := make([][]float64, len(texts))
	var whole [][]int32
	type place struct{ text, token int }
	var places []place
	var at []lm.Position
	var rows []int // of whole
	for i, t := range texts {
		rows = append(rows, len(whole))
		if len(prompts[i])+len(t) > 0 {
			whole = append(whole, slices.Concat(prompts[i], t))
		}
	}
	packed := lm.Pack(whole)
	for i, t := range texts {
		for j := range t {
			if before := len(prompts[i]) + j - 1; before >= 0 {
				at = append(at, packed.At(rows[i], before))
				places = append(places, place{i, len(out[i])})
				out[i] = append(out[i], 0)
			}
		}
	}
	err := net.Rows(ctx, packed.Forest, at, func(i int, row []float32) error {
		p := places[i]
		skipped := len(texts[p.text]) - len(out[p.text])
		out[p.text][p.token], _ = lm.CrossEntropy(row, texts[p.text][skipped+p.token], 0, 2)
		return nil
	})
	return out, err
}

// withOther opens another model for the time of a trial.
func (l *Lab) withOther(m *model.Model, do func(lm.Network) (*Outcome, error)) (o *Outcome, err error) {
	if m == l.Base {
		return do(l.BaseNet)
	}
	err = l.withNetwork(m, func(net lm.Network) (err error) {
		o, err = do(net)
		return err
	})
	return o, err
}
