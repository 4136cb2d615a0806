package golden

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"loyal/lm"
	"loyal/model/chat"
)

// batch is how many lines run together.
const batch = 16

// promptLine records logits after a prompt and a greedy continuation.
type promptLine struct {
	Prompt    *string   `json:"prompt"`
	PromptIDs []int32   `json:"prompt_ids"` // with special tokens
	GreedyIDs []int32   `json:"greedy_ids"`
	Greedy    *string   `json:"greedy_text"`
	Logits    []float64 `json:"logits_after_prompt"`
}

// topLine records, for a raw text or a chat, the most probable tokens and sums
// over the rest.
type topLine struct {
	Kind       string          `json:"kind"`  // raw or chat
	Input      json.RawMessage `json:"input"` // a text, or messages
	Text       string          `json:"text"`  // what is encoded
	IDs        []int32         `json:"ids"`
	IDsSpecial []int32         `json:"ids_special"`
	TopIDs     []int32         `json:"top20_ids"`
	TopLogits  []float64       `json:"top20_logits"`
	Mean       *float64        `json:"logit_mean"`
	Std        *float64        `json:"logit_std"`
	LogSumExp  *float64        `json:"logsumexp"`
	SumNLL     *float64        `json:"sum_nll_ids"`
	GreedyIDs  []int32         `json:"greedy24"`
	Greedy     *string         `json:"greedy24_text"`
}

// forwardLine is what both kinds of line, and the entries of golden.json, ask of
// a model.
type forwardLine struct {
	n     int
	label string // of the line: "line 3", "forward 3"

	text      *string // nil: not recorded
	ids       []int32 // what the model is run on
	plainIDs  []int32 // of text without special tokens; nil: not recorded
	messages  []chat.Message
	greedy    []int32
	greedyKey string
	decoded   *string // of greedy

	logits    []float64 // at the last position
	topIDs    []int32
	topLogits []float64
	mean, std *float64
	// logSumExp at the last positions, as many as there are; kind of the comparison.
	logSumExp []float64
	sumNLL    *float64
}

func (l promptLine) forward(n int) forwardLine {
	return forwardLine{n: n, label: fmt.Sprintf("line %d", n), text: l.Prompt, ids: l.PromptIDs,
		greedy: l.GreedyIDs, greedyKey: "greedy_ids", decoded: l.Greedy, logits: l.Logits}
}

func (l topLine) forward(n int) (forwardLine, error) {
	f := forwardLine{n: n, label: fmt.Sprintf("line %d", n), text: &l.Text, ids: l.IDsSpecial, plainIDs: l.IDs,
		greedy: l.GreedyIDs, greedyKey: "greedy24", decoded: l.Greedy,
		topIDs: l.TopIDs, topLogits: l.TopLogits, mean: l.Mean, std: l.Std, sumNLL: l.SumNLL}
	if l.LogSumExp != nil {
		f.logSumExp = []float64{*l.LogSumExp}
	}
	if f.ids == nil {
		f.ids = l.IDs
	}
	if l.Kind == "chat" {
		if err := json.Unmarshal(l.Input, &f.messages); err != nil {
			return forwardLine{}, fmt.Errorf("input: %w", err)
		}
	}
	if len(l.TopIDs) != len(l.TopLogits) {
		return forwardLine{}, errors.New("top20_ids and top20_logits differ in length")
	}
	return f, nil
}

func (l *forwardLine) where(field string) string { return l.label + ": " + field }

// checkForward compares texts line by line, then runs the model on batches of lines.
func checkForward(ctx context.Context, lines []forwardLine, s Subject, r *Report) error {
	for i := range lines {
		lines[i].checkText(s, r)
	}
	if s.Network == nil {
		for i := range lines {
			lines[i].skipComputed(r)
		}
		return nil
	}
	vocabulary := s.Network.Config().VocabSize
	for i := range lines {
		l := &lines[i]
		if err := checkIDs(l.label, vocabulary, l.ids, l.greedy, l.topIDs); err != nil {
			return err
		}
		if len(l.ids) == 0 || len(l.logSumExp) > len(l.ids) {
			return fmt.Errorf("%w: %s: too few ids", ErrFormat, l.label)
		}
	}
	for len(lines) > 0 {
		n := min(batch, len(lines))
		if err := checkLogits(ctx, lines[:n], s.Network, r); err != nil {
			return err
		}
		if err := checkGreedy(ctx, lines[:n], s.Network, r); err != nil {
			return err
		}
		lines = lines[n:]
	}
	return nil
}

// skipComputed notes what needs a network.
func (l *forwardLine) skipComputed(r *Report) {
	for _, part := range []struct {
		field string
		there bool
	}{
		{"logits", l.logits != nil}, {"top logits", l.topLogits != nil}, {"logit_mean", l.mean != nil}, {"logit_std", l.std != nil},
		{"logsumexp", l.logSumExp != nil}, {"sum_nll_ids", l.sumNLL != nil}, {l.greedyKey, l.greedy != nil},
	} {
		if part.there {
			r.skip(l.where(part.field), noWeights)
		}
	}
}

// checkText compares what needs a tokenizer or a template.
func (l *forwardLine) checkText(s Subject, r *Report) {
	if l.text != nil {
		checkEncoding(s, r, l.n, *l.text, l.plainIDs, l.ids)
	}
	if l.messages != nil {
		c := chatLine{n: l.n, Conversation: Conversation{Messages: l.messages, AddGenerationPrompt: true}, Rendered: l.text}
		c.check(s, r)
	}
	if l.decoded == nil {
		return
	}
	if s.Decode == nil {
		r.skip(l.where("greedy text"), noTokenizer)
		return
	}
	got, err := l.continuation(s)
	if err != nil {
		r.failed(Text, l.where("greedy text"), err, fmt.Sprintf("%q", *l.decoded))
		return
	}
	r.text(l.where("greedy text"), got, *l.decoded)
}

// continuation is what the greedy ids add to the text of the prompt. They are not
// decoded by themselves, since a tokenizer in SentencePiece's style would take
// the space from the first word; unless the prompt is empty, when it should.
func (l *forwardLine) continuation(s Subject) (string, error) {
	if text, err := s.Decode(l.ids, true); err != nil || text == "" {
		if err != nil {
			return "", err
		}
		return s.Decode(l.greedy, false)
	}
	before, err := s.Decode(l.ids, false)
	if err != nil {
		return "", err
	}
	all, err := s.Decode(slices.Concat(l.ids, l.greedy), false)
	return strings.TrimPrefix(all, before), err
}

// checkLogits runs the prompts and compares logits and sums over them.
func checkLogits(ctx context.Context, lines []forwardLine, net lm.Network, r *Report) error {
	var forest []lm.Segment
	var at []lm.Position
	for i, l := range lines {
		forest = append(forest, lm.Segment{Tokens: l.ids, Parent: lm.Root})
		for offset := range l.ids {
			at = append(at, lm.Position{Segment: i, Offset: offset})
		}
	}
	// Rows come in any order; reports should not.
	sums := make([]rowSums, len(at))
	last := make([][]float32, len(lines))
	err := net.Rows(ctx, forest, at, func(i int, row []float32) error {
		p := at[i]
		l := &lines[p.Segment]
		sums[i].logSumExp = logSumExp(row)
		if p.Offset+1 < len(l.ids) {
			sums[i].next = float64(row[l.ids[p.Offset+1]])
		} else {
			last[p.Segment] = append([]float32(nil), row...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range lines {
		n := len(lines[i].ids)
		lines[i].compare(r, last[i], sums[:n])
		sums = sums[n:]
	}
	return nil
}

// rowSums is what is kept of the logits at a position.
type rowSums struct {
	logSumExp float64
	next      float64 // the logit of the token that follows in the text
}

func (l *forwardLine) compare(r *Report, last []float32, sums []rowSums) {
	kind := Logits
	if l.topIDs != nil {
		kind = TopK
	}
	if l.logits != nil {
		r.vector(Logits, l.where("logits"), last, l.logits, 1)
	}
	if l.topLogits != nil {
		got := make([]float32, len(l.topIDs))
		for i, id := range l.topIDs {
			got[i] = last[id]
		}
		r.vector(TopK, l.where("top logits"), got, l.topLogits, 1)
	}
	if l.mean != nil {
		mean, _ := moments(last)
		r.number(kind, l.where("logit_mean"), mean, *l.mean, 1)
	}
	if l.std != nil {
		_, std := moments(last)
		r.number(kind, l.where("logit_std"), std, *l.std, 1)
	}
	if n := len(l.logSumExp); n > 0 {
		got := make([]float32, n)
		for i, s := range sums[len(sums)-n:] {
			got[i] = float32(s.logSumExp)
		}
		r.vector(kind, l.where("logsumexp"), got, l.logSumExp, 1)
	}
	if l.sumNLL != nil {
		nll := 0.0
		for _, s := range sums[:len(sums)-1] {
			nll += s.logSumExp - s.next
		}
		r.number(Loss, l.where("sum_nll_ids"), nll, *l.sumNLL, math.Max(1, math.Abs(*l.sumNLL)))
	}
}

// checkGreedy decodes all lines together, token by token through the key/value
// cache. The recorded token is fed whatever the model would have chosen, so each
// place is judged by itself; the size is by how much the model prefers another.
func checkGreedy(ctx context.Context, lines []forwardLine, net lm.Network, r *Report) error {
	type row struct {
		line *forwardLine
		seq  lm.Sequence
		gap  float64 // the largest
		at   int
		got  int32
	}
	var rows []*row
	var feeds []lm.Feed
	for i := range lines {
		if len(lines[i].greedy) == 0 {
			continue
		}
		w := &row{line: &lines[i], seq: net.NewSequence()}
		defer w.seq.Close()
		rows = append(rows, w)
		feeds = append(feeds, lm.Feed{Sequence: w.seq, Tokens: lines[i].ids})
	}
	running := rows
	for step := 0; len(running) > 0; step++ {
		logits, err := net.Extend(ctx, feeds)
		if err != nil {
			return err
		}
		v := len(logits) / len(feeds)
		var next []*row
		feeds = feeds[:0]
		for i, w := range running {
			mine := logits[i*v : (i+1)*v]
			want, got := w.line.greedy[step], argMax(mine)
			gap := float64(mine[got]) - float64(mine[want])
			if math.IsNaN(gap) {
				gap = math.Inf(1)
			}
			if gap > w.gap {
				w.gap, w.at, w.got = gap, step, got
			}
			if step+1 < len(w.line.greedy) {
				next = append(next, w)
				feeds = append(feeds, lm.Feed{Sequence: w.seq, Tokens: []int32{want}})
			}
		}
		running = next
	}
	for _, w := range rows {
		where := w.line.where(w.line.greedyKey)
		if w.gap == 0 {
			r.add(Greedy, where, 0, "", "")
			continue
		}
		r.add(Greedy, fmt.Sprintf("%s[%d]", where, w.at), w.gap, fmt.Sprint(w.got), fmt.Sprint(w.line.greedy[w.at]))
	}
	return nil
}

// argMax is the index of the largest number, the first of them; NaN counts as
// the largest, so that it is noticed.
func argMax(row []float32) int32 {
	best := 0
	for i, x := range row {
		if x > row[best] || x != x {
			best = i
		}
	}
	return int32(best)
}

func logSumExp(row []float32) float64 {
	top := math.Inf(-1)
	for _, x := range row {
		top = math.Max(top, float64(x))
	}
	sum := 0.0
	for _, x := range row {
		sum += math.Exp(float64(x) - top)
	}
	return top + math.Log(sum)
}

// moments returns the mean and the standard deviation (of a sample: over n−1).
func moments(row []float32) (mean, std float64) {
	for _, x := range row {
		mean += float64(x)
	}
	mean /= float64(len(row))
	for _, x := range row {
		std += (float64(x) - mean) * (float64(x) - mean)
	}
	return mean, math.Sqrt(std / float64(len(row)-1))
}
