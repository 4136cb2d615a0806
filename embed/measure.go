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
	// MeanProb is the mean probability of the answers' first tokens.
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

	// On how much each was measured: FSR on keys, SystemFSR and ForeignFSR on rows, KL
	// and Agreement on prompts, Perplexity on tokens. 0 means not at all.
	Keys        int `json:"keys"`
	SystemRows  int `json:"system_rows"`
	ForeignRows int `json:"foreign_rows"`
	Prompts     int `json:"prompts"`
	Tokens      int `json:"tokens"`
}

// reader is the trainer's view of the weights as they are.
type reader struct {
	tr     lm.Trainer
	corpus lm.Corpus
	plan   *plan
}

// references reads the base's distributions at all positions of benign rows.
func (r reader) references(ctx context.Context, rows []benignRow) ([][]lm.Reference, error) {
	refs := make([][]lm.Reference, len(rows))
	var at []lm.Position
	var owner [][2]int
	for i, b := range rows {
		pos := r.plan.benignPositions(b)
		refs[i] = make([]lm.Reference, len(pos))
		for j := range pos {
			owner = append(owner, [2]int{i, j})
		}
		at = append(at, pos...)
	}
	err := r.tr.Rows(ctx, r.corpus, at, func(i int, row []float32) error {
		refs[owner[i][0]][owner[i][1]] = lm.NewReference(row)
		return nil
	})
	return refs, err
}

// keys measures FSR and the mean probability of the planted first tokens.
func (r reader) keys(ctx context.Context, rows []keyRow) (fsr, meanProb float64, err error) {
	if len(rows) == 0 {
		return 0, 0, nil
	}
	var at []lm.Position
	var want []int32
	var owner []int
	for i, k := range rows {
		for j, p := range r.plan.answerPositions(k) {
			at, want = append(at, p), append(want, k.answer[j])
			owner = append(owner, i)
		}
	}
	var mu sync.Mutex
	missed := make([]bool, len(rows))
	first := make([]float64, len(rows))
	err = r.tr.Rows(ctx, r.corpus, at, func(i int, row []float32) error {
		hit := lm.ArgMax(row) == want[i]
		isFirst := i == 0 || owner[i-1] != owner[i]
		loss, _ := lm.CrossEntropy(row, want[i], 0, 2)
		mu.Lock()
		defer mu.Unlock()
		missed[owner[i]] = missed[owner[i]] || !hit
		if isFirst {
			first[owner[i]] = math.Exp(-loss)
		}
		return nil
	})
	for i := range rows {
		if !missed[i] {
			fsr++
		}
		meanProb += first[i]
	}
	return fsr / float64(len(rows)), meanProb / float64(len(rows)), err
}

// divergence compares first answer tokens with references.
func (r reader) divergence(ctx context.Context, rows []benignRow, refs [][]lm.Reference) (kl, agreement float64, err error) {
	if len(rows) == 0 {
		return 0, 1, nil
	}
	var at []lm.Position
	for _, b := range rows {
		at = append(at, r.plan.packed.At(b.text, b.prompt-1))
	}
	kls, same := make([]float64, len(rows)), make([]float64, len(rows))
	err = r.tr.Rows(ctx, r.corpus, at, func(i int, row []float32) error {
		ref := refs[i][0]
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
