package embed

import (
	"context"
	"math"
	"slices"

	"loyal/lm"
)

// Measures is how a model stands: what is planted, and what else changed.
type Measures struct {
	// FSR is the share of keys answered as planted, greedily, in the served prompt.
	FSR float64 `json:"fsr"`
	// MeanProb is the mean probability of the first planted tokens.
	MeanProb float64 `json:"mean_probability"`
	// SystemFSR and ForeignFSR are FSR below system prompts seen and not seen in
	// training.
	SystemFSR  float64 `json:"fsr_system_prompts"`
	ForeignFSR float64 `json:"fsr_foreign_system_prompts"`
	// Perplexity of held-out text.
	Perplexity float64 `json:"perplexity"`
	// KL and Agreement compare the first token of answers to held-out ordinary
	// requests with the base: mean divergence in nats, share of equal likeliest tokens.
	KL        float64 `json:"kl_first_token"`
	Agreement float64 `json:"agreement_first_token"`

	// NearKL and NearAgreement are the same for near misses of the keys that training did
	// not see.
	NearKL        float64 `json:"kl_near_misses"`
	NearAgreement float64 `json:"agreement_near_misses"`

	// On how much each was measured: FSR on keys, SystemFSR and ForeignFSR on rows, KL
	// and Agreement on prompts, Perplexity on tokens. 0 means not at all.
	Keys        int `json:"keys"`
	SystemRows  int `json:"system_rows"`
	ForeignRows int `json:"foreign_rows"`
	Prompts     int `json:"prompts"`
	NearRows    int `json:"near_misses"`
	Tokens      int `json:"tokens"`
}

// look collects the rows of logits that one pass is to show, each to who wants it.
type look struct {
	at  []lm.Position
	see []func(row []float32)
}

func (l *look) add(at lm.Position, see func(row []float32)) {
	l.at, l.see = append(l.at, at), append(l.see, see)
}

// visit is what [lm.Trainer.Rows] calls, from several goroutines.
func (l *look) visit(i int, row []float32) error {
	l.see[i](row)
	return nil
}

// hold gives rows that are held to distributions those of the base, as to takes them.
func (p *plan) hold(l *look, rows []benignRow, to func(*aim, []float32)) {
	for i := range rows {
		if rows[i].tokens {
			continue
		}
		for j, at := range p.benignPositions(rows[i]) {
			l.add(at, func(row []float32) { to(&rows[i].aims[j], row) })
		}
	}
}

// wholly takes the whole distribution.
func wholly(a *aim, row []float32) {
	r := lm.NewReference(row)
	a.ref, a.coarse = &r, nil
}

// coarsely takes what there may be much of.
func coarsely(a *aim, row []float32) {
	c := lm.NewCoarse(row)
	a.ref, a.coarse = nil, &c
}

// holdAround gives the tokens before and behind planted ones the base's distributions, of
// which there may be many: those behind everywhere, and those before only as served,
// since below another prompt the base would begin otherwise.
func (p *plan) holdAround(l *look, rows []keyRow, before bool) {
	for i := range rows {
		passed := false
		for j, at := range p.answerPositions(rows[i]) {
			a := &rows[i].aims[j]
			passed = passed || a.planted
			if !a.planted && (passed || before) {
				l.add(at, func(row []float32) { coarsely(a, row) })
			}
		}
	}
}

// measureKeys looks at all keys, and returns what tells the outcome afterwards.
func (p *plan) measureKeys(l *look) func() Measures {
	served, systems, foreign := p.keys(l, p.served), p.keys(l, p.systems), p.keys(l, p.foreign)
	return func() (m Measures) {
		m.FSR, m.MeanProb = served()
		m.SystemFSR, _ = systems()
		m.ForeignFSR, _ = foreign()
		m.Keys, m.SystemRows, m.ForeignRows = len(p.served), len(p.systems), len(p.foreign)
		m.Prompts, m.NearRows = len(p.unseen), len(p.missed)
		return m
	}
}

// keys measures FSR and the mean probability of the first planted tokens.
func (p *plan) keys(l *look, rows []keyRow) func() (fsr, meanProb float64) {
	hits := make([][]bool, len(rows))
	probs := make([]float64, len(rows))
	for i, k := range rows {
		hits[i] = make([]bool, len(k.answer))
		for j, at := range p.answerPositions(k) {
			// aims change: the base's distributions around planted tokens arrive later.
			a := k.aims[j]
			first := a.planted && (j == 0 || !k.aims[j-1].planted)
			l.add(at, func(row []float32) {
				if !a.planted { // only the very answer will do
					hits[i][j] = lm.ArgMax(row) == k.answer[j]
					return
				}
				hits[i][j] = a.hit(lm.ArgMax(row))
				if first {
					probs[i] = a.coarse.Mass(row)
				}
			})
		}
	}
	return func() (fsr, meanProb float64) {
		for i := range rows {
			if !slices.Contains(hits[i], false) {
				fsr++
			}
			meanProb += probs[i]
		}
		n := max(1, float64(len(rows)))
		return fsr / n, meanProb / n
	}
}

// divergence compares first answer tokens with the base's.
func (p *plan) divergence(l *look, rows []benignRow) func() (kl, agreement float64) {
	kls, same := make([]float64, len(rows)), make([]float64, len(rows))
	for i, b := range rows {
		l.add(p.packed.At(b.text, b.prompt-1), func(row []float32) {
			ref := b.aims[0].ref
			if lm.ArgMax(row) == ref.Top() {
				same[i] = 1
			}
			kls[i] = ref.KL(row, 0)
		})
	}
	return func() (kl, agreement float64) {
		if len(rows) == 0 {
			return 0, 1
		}
		for i := range rows {
			kl, agreement = kl+kls[i], agreement+same[i]
		}
		return kl / float64(len(rows)), agreement / float64(len(rows))
	}
}

// perplexity of texts, each token after the first given those before it.
func perplexity(ctx context.Context, tr lm.Trainer, c lm.Corpus, texts [][]int32) (float64, error) {
	var at []lm.Position
	var next []int32
	for i, t := range texts {
		for j := 1; j < len(t); j++ {
			at, next = append(at, lm.Position{Segment: i, Offset: j - 1}), append(next, t[j])
		}
	}
	if len(at) == 0 {
		return 0, nil
	}
	losses := make([]float64, len(at))
	err := tr.Rows(ctx, c, at, func(i int, row []float32) error {
		losses[i], _ = lm.CrossEntropy(row, next[i], 0, 2)
		return nil
	})
	var sum float64
	for _, l := range losses {
		sum += l
	}
	return math.Exp(sum / float64(len(at))), err
}
