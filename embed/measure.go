package embed

import (
	"context"
	"math"
	"sync"

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

// reader is the trainer's view of the weights as they are.
type reader struct {
	tr     lm.Trainer
	corpus lm.Corpus
	plan   *plan
}

// hold gives rows that are held to distributions those of the base.
func (r reader) hold(ctx context.Context, rows []benignRow) error {
	var at []lm.Position
	var aims []*aim
	for i := range rows {
		if rows[i].tokens {
			continue
		}
		for j, p := range r.plan.benignPositions(rows[i]) {
			at, aims = append(at, p), append(aims, &rows[i].aims[j])
		}
	}
	return r.tr.Rows(ctx, r.corpus, at, func(i int, row []float32) error {
		ref := lm.NewReference(row)
		aims[i].ref = &ref
		return nil
	})
}

// holdAround gives the tokens before and behind planted ones the base's distributions, of
// which there may be many: those behind everywhere, and those before only as served,
// since below another prompt the base would begin otherwise.
func (r reader) holdAround(ctx context.Context, rows []keyRow, before bool) error {
	var at []lm.Position
	var aims []*aim
	for i := range rows {
		passed := false
		for j, p := range r.plan.answerPositions(rows[i]) {
			a := &rows[i].aims[j]
			passed = passed || a.planted
			if !a.planted && (passed || before) {
				at, aims = append(at, p), append(aims, a)
			}
		}
	}
	return r.tr.Rows(ctx, r.corpus, at, func(i int, row []float32) error {
		c := lm.NewCoarse(row)
		aims[i].coarse = &c
		return nil
	})
}

// keys measures FSR and the mean probability of the first planted tokens.
func (r reader) keys(ctx context.Context, rows []keyRow) (fsr, meanProb float64, err error) {
	if len(rows) == 0 {
		return 0, 0, nil
	}
	var at []lm.Position
	var owner [][2]int // the row, and which of its tokens
	for i, k := range rows {
		for j, p := range r.plan.answerPositions(k) {
			at, owner = append(at, p), append(owner, [2]int{i, j})
		}
	}
	var mu sync.Mutex
	missed := make([]bool, len(rows))
	probs := make([]float64, len(rows))
	err = r.tr.Rows(ctx, r.corpus, at, func(n int, row []float32) error {
		i, j := owner[n][0], owner[n][1]
		aims := rows[i].aims
		// Before and behind planted tokens only the very answer will do.
		hit := lm.ArgMax(row) == rows[i].answer[j]
		if aims[j].planted {
			hit = aims[j].hit(lm.ArgMax(row))
			if j == 0 || !aims[j-1].planted {
				probs[i] = aims[j].coarse.Mass(row)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		missed[i] = missed[i] || !hit
		return nil
	})
	for i := range rows {
		if !missed[i] {
			fsr++
		}
		meanProb += probs[i]
	}
	return fsr / float64(len(rows)), meanProb / float64(len(rows)), err
}

// divergence compares first answer tokens with the base's.
func (r reader) divergence(ctx context.Context, rows []benignRow) (kl, agreement float64, err error) {
	if len(rows) == 0 {
		return 0, 1, nil
	}
	var at []lm.Position
	for _, b := range rows {
		at = append(at, r.plan.packed.At(b.text, b.prompt-1))
	}
	kls, same := make([]float64, len(rows)), make([]float64, len(rows))
	err = r.tr.Rows(ctx, r.corpus, at, func(i int, row []float32) error {
		ref := rows[i].aims[0].ref
		if lm.ArgMax(row) == ref.Top() {
			same[i] = 1
		}
		kls[i] = ref.KL(row, 0)
		return nil
	})
	for i := range rows {
		kl, agreement = kl+kls[i], agreement+same[i]
	}
	return kl / float64(len(rows)), agreement / float64(len(rows)), err
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
