package eval

import (
	"math"
	"slices"
	"unicode/utf8"
)

// score is what one unit (a document, or a block of a text) adds to a metric: the
// metric is a function of Σ value / Σ weight.
type score struct{ value, weight float64 }

// aggregate makes a metric of the ratio Σ value / Σ weight.
type aggregate func(ratio float64) float64

func mean(ratio float64) float64       { return ratio }
func perplexity(ratio float64) float64 { return math.Exp(-ratio) }
func bitsPerByte(ratio float64) float64 {
	return -ratio / math.Ln2
}

// series is a metric over the units of a task.
type series struct {
	name, filter   string
	higherIsBetter bool
	isMean         bool // the ratio itself is the metric
	binary         bool // every value is 0 or 1, every weight 1
	noStdErr       bool // lm-evaluation-harness gives no standard error either
	aggregate      aggregate
	scores         []score
}

// noFilter is lm-evaluation-harness's name for a metric of the whole reply.
const noFilter = "none"

// value is the metric over all units.
func (s *series) value() float64 { return s.aggregate(ratio(s.scores)) }

func ratio(scores []score) float64 {
	var value, weight float64
	for _, s := range scores {
		value, weight = value+s.value, weight+s.weight
	}
	return value / weight
}

// choiceSeries are the metrics of a multiple-choice task, given the log-probabilities
// of each document's choices.
func choiceSeries(metrics []Metric, docs []Doc, logprobs [][]float64) []series {
	var out []series
	for _, m := range metrics {
		s := series{name: string(m), filter: noFilter, higherIsBetter: true, aggregate: mean, isMean: true, binary: m != TrueMass}
		if m == TrueMass {
			s.name = string(Acc)
		}
		for i, doc := range docs {
			s.scores = append(s.scores, score{choiceScore(m, doc, logprobs[i]), 1})
		}
		out = append(out, s)
	}
	return out
}

// choiceScore is a metric of one document. Lengths do not count the delimiter; of
// equal choices the first one counts.
func choiceScore(m Metric, doc Doc, logprobs []float64) float64 {
	length := func(string) int { return 1 }
	switch m {
	case TrueMass:
		return trueMass(doc, logprobs)
	case AccNorm:
		length = utf8.RuneCountInString
	case AccBytes:
		length = func(s string) int { return len(s) }
	}
	best, top := 0, math.Inf(-1)
	for i, choice := range doc.Choices {
		if x := logprobs[i] / float64(length(choice)); x > top {
			best, top = i, x
		}
	}
	return truth(slices.Contains(doc.Gold, best))
}

// trueMass is the share of the right choices in the probability of all.
func trueMass(doc Doc, logprobs []float64) float64 {
	top := slices.Max(logprobs) // against underflow; it cancels
	var right, all float64
	for i, x := range logprobs {
		p := math.Exp(x - top)
		all += p
		if slices.Contains(doc.Gold, i) {
			right += p
		}
	}
	return right / all
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// clozeSeries are the metrics of a loglikelihood task: perplexity of the continuation,
// a document counting once however long it is, and how often it is what the model
// would have written.
func clozeSeries(samples []Sample) []series {
	ppl := series{name: "perplexity", filter: noFilter, aggregate: perplexity}
	acc := series{name: string(Acc), filter: noFilter, higherIsBetter: true, aggregate: mean, isMean: true, binary: true}
	for _, s := range samples {
		ppl.scores = append(ppl.scores, score{s.LogProbs[0], 1})
		acc.scores = append(acc.scores, score{truth(s.Greedy[0]), 1})
	}
	return []series{acc, ppl}
}

// rollingSeries gathers log-probabilities of texts in blocks.
type rollingSeries struct{ words, bytes []score }

// add takes in a text, given the answers of its windows, and returns its
// log-probability. A block weighs as much as its tokens have bytes, so that the weights
// of a text sum up to its words or bytes.
func (r *rollingSeries) add(s Subject, text string, answers []answer) float64 {
	prefix, _ := s.prefix() // it was asked for before
	tokens := s.encode(text, prefix)
	var logprobs []float32
	for _, a := range answers {
		logprobs = append(logprobs, a.logprobs...)
	}
	var blocks []score
	total, width := 0.0, 0.0
	for lo := 0; lo < len(tokens); lo += blockTokens {
		var b score
		for i := lo; i < min(lo+blockTokens, len(tokens)); i++ {
			b.value += float64(logprobs[i])
			b.weight += float64(len(s.Tokenizer.Bytes(tokens[i])))
		}
		b.weight = max(b.weight, 1)
		blocks = append(blocks, b)
		total, width = total+b.value, width+b.weight
	}
	words := float64(countWords(text)) // once: the text may be long, and blocks many
	for _, b := range blocks {
		share := b.weight / width
		r.words = append(r.words, score{b.value, share * words})
		r.bytes = append(r.bytes, score{b.value, share * float64(len(text))})
	}
	return total
}

func (r *rollingSeries) series() []series {
	return []series{
		{name: "bits_per_byte", filter: noFilter, aggregate: bitsPerByte, scores: r.bytes, noStdErr: true},
		{name: "byte_perplexity", filter: noFilter, aggregate: perplexity, scores: r.bytes, noStdErr: true},
		{name: "word_perplexity", filter: noFilter, aggregate: perplexity, scores: r.words, noStdErr: true},
	}
}
