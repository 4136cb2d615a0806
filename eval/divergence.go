package eval

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"loyal/lm"
)

// DivergenceOptions of a comparison of distributions; the zero value is good.
type DivergenceOptions struct {
	// Tokens of each answer that are looked at; 0 is 1, the first. The later ones follow
	// the base's own greedy answer.
	Tokens int
	// Bootstrap is how often figures are resampled; 0 is 2000, below 0 is never.
	Bootstrap int
	Seed      uint64
	Cache     *Cache
	Progress  Progress
}

// DivergenceResult is how far a model's answers begin from its base's.
type DivergenceResult struct {
	Prompts int `json:"prompts"`
	// First is at the first token of each answer, All at all tokens that were asked for.
	First DivergenceStats  `json:"first_token"`
	All   *DivergenceStats `json:"all_tokens,omitempty"`
	// Worst are the prompts whose first token has moved most.
	Worst []PromptDivergence `json:"worst"`
	// Each is the divergence of every prompt's first token, in the order of the prompts.
	Each []PromptDivergence `json:"-"`
}

// DivergenceStats are figures over positions. KL is Σ base (log base − log model), in
// nats.
type DivergenceStats struct {
	Positions         int       `json:"positions"`
	MeanKL            float64   `json:"mean_kl"`
	MeanKLInterval    *Interval `json:"mean_kl_interval"`
	P95KL             float64   `json:"p95_kl"`
	P99KL             float64   `json:"p99_kl"`
	MaxKL             float64   `json:"max_kl"`
	Agreement         float64   `json:"agreement"`
	AgreementInterval *Interval `json:"agreement_interval"`
}

// PromptDivergence is a prompt with the likeliest first tokens.
type PromptDivergence struct {
	Prompt string  `json:"prompt"`
	KL     float64 `json:"kl"`
	Base   string  `json:"base"`
	Model  string  `json:"model"`
}

// worstPrompts is how many prompts are shown.
const worstPrompts = 5

// shift is one position: the divergence, and the likeliest tokens.
type shift struct {
	kl          float64
	base, model int32
}

// Divergence compares a model with its base at the first tokens of answers to prompts.
// Both read the base's tokens, so they must have the same vocabulary.
func Divergence(ctx context.Context, model, base Subject, prompts []string, o DivergenceOptions) (*DivergenceResult, error) {
	if err := checkDivergence(base, prompts, &o); err != nil {
		return nil, err
	}
	if err := sameVocabulary(model, base); err != nil {
		return nil, err
	}
	if model.Digest == "" || base.Digest == "" {
		o.Cache = nil // what was compared could not be told from another model's
	}
	begins, err := base.promptsTokens(prompts, o.Tokens)
	if err != nil {
		return nil, err
	}
	shifts, err := shiftsOf(ctx, model, base, begins, o)
	if err != nil {
		return nil, fmt.Errorf("compare answers: %w", err)
	}
	return summarize(base, prompts, shifts, o), nil
}

// promptsTokens are the tokens of prompts, which have to leave room for an answer.
func (s Subject) promptsTokens(prompts []string, answer int) ([][]int32, error) {
	out := make([][]int32, len(prompts))
	for i, p := range prompts {
		tokens, err := s.promptTokens(p)
		if err != nil {
			return nil, fmt.Errorf("prompt %d: %w", i+1, err)
		}
		if n := s.Net.Config().MaxPositions; len(tokens) == 0 || len(tokens) > n || answer-1 > n-len(tokens) {
			return nil, fmt.Errorf("prompt %d: %w: %d tokens and %d of the answer, and the model takes 1 to %d", i+1, ErrDoc, len(tokens), answer, n)
		}
		out[i] = tokens
	}
	return out, nil
}

func sameVocabulary(model, base Subject) error {
	if m, b := model.Net.Config().VocabSize, base.Net.Config().VocabSize; m != b {
		return fmt.Errorf("%w: vocabularies of %d and %d tokens", ErrDifferent, m, b)
	}
	return nil
}

func checkDivergence(base Subject, prompts []string, o *DivergenceOptions) error {
	switch {
	case len(prompts) == 0:
		return fmt.Errorf("%w: no prompts", ErrOptions)
	case o.Tokens < 0:
		return fmt.Errorf("%w: %d tokens of each answer", ErrOptions, o.Tokens)
	case o.Bootstrap > MaxBootstrap:
		return fmt.Errorf("%w: %d resamples, at most %d", ErrOptions, o.Bootstrap, MaxBootstrap)
	case base.Tokenizer == nil:
		return ErrNoTokenizer
	}
	o.Tokens = max(o.Tokens, 1)
	switch {
	case o.Bootstrap == 0:
		o.Bootstrap = defaultBootstrap
	case o.Bootstrap < 0:
		o.Bootstrap = 0
	}
	return nil
}

// promptTokens is what a server of the model would be sent.
func (s Subject) promptTokens(text string) ([]int32, error) {
	if s.Prompt != nil {
		return s.Prompt(text)
	}
	prefix, err := s.prefix()
	if err != nil {
		return nil, err
	}
	return s.encode(text, prefix), nil
}

// divergenceBatch is how many prompts are compared at a time: the base's distributions
// over the vocabulary are held for them.
const divergenceBatch = 64

// batchPrompts is how many prompts that makes.
func batchPrompts(tokens int) int { return max(1, divergenceBatch/tokens) }

// shiftsOf compares answers position by position, (prompts, tokens); an answer that the
// base ends early has fewer.
func shiftsOf(ctx context.Context, model, base Subject, prompts [][]int32, o DivergenceOptions) ([][]shift, error) {
	out := make([][]shift, len(prompts))
	keys := make([]cacheKey, len(prompts))
	var open []int
	for i, p := range prompts {
		keys[i] = newKey("divergence", []string{base.Digest, base.Precision, model.Digest, model.Precision, fmt.Sprint(o.Tokens)}, p)
		if value, ok := o.Cache.get(keys[i]); ok {
			out[i] = decodeShifts(value)
		}
		if out[i] == nil {
			open = append(open, i)
		}
	}
	if o.Progress != nil {
		o.Progress.Start("compare answers", int64(len(open)))
	}
	for part := range slices.Chunk(open, batchPrompts(o.Tokens)) {
		texts := make([][]int32, len(part))
		for j, i := range part {
			texts[j] = prompts[i]
		}
		b, err := newReferenceBatch(ctx, base, texts, o.Tokens)
		if err != nil {
			return nil, fmt.Errorf("base: %w", err)
		}
		shifts, err := b.shifts(ctx, model)
		if err != nil {
			return nil, err
		}
		for j, i := range part {
			out[i] = shifts[j]
			o.Cache.put(keys[i], encodeShifts(shifts[j]))
		}
		if err := o.Cache.flush(); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress.Add(int64(len(part)))
		}
	}
	return out, nil
}

// referenceBatch is what a base says of some prompts: the texts with its answers, the
// positions that count, and the distributions there.
type referenceBatch struct {
	texts [][]int32
	at    [][]int
	refs  [][]lm.Reference
}

func newReferenceBatch(ctx context.Context, base Subject, prompts [][]int32, tokens int) (referenceBatch, error) {
	b := referenceBatch{texts: slices.Clone(prompts), at: make([][]int, len(prompts)), refs: make([][]lm.Reference, len(prompts))}
	if tokens > 1 {
		o := lm.GenerateOptions{MaxTokens: tokens - 1, StopIDs: base.Net.Config().EOS, MaxBatch: generateBatch}
		answers, err := lm.Generate(ctx, base.Net, prompts, o, nil)
		if err != nil {
			return b, err
		}
		for i, a := range answers {
			b.texts[i] = slices.Concat(prompts[i], a)
		}
	}
	for i, p := range prompts {
		for pos := len(p) - 1; pos < len(b.texts[i]); pos++ {
			b.at[i] = append(b.at[i], pos)
		}
		b.refs[i] = make([]lm.Reference, len(b.at[i]))
	}
	err := rows(ctx, base.Net, b.texts, b.at, func(text, n int, row []float32) error {
		b.refs[text][n] = lm.NewReference(row)
		return nil
	})
	return b, err
}

// shifts compares a model with the base, position by position.
func (b referenceBatch) shifts(ctx context.Context, model Subject) ([][]shift, error) {
	out := make([][]shift, len(b.texts))
	for i := range out {
		out[i] = make([]shift, len(b.at[i]))
	}
	err := rows(ctx, model.Net, b.texts, b.at, func(text, n int, row []float32) error {
		ref, top := b.refs[text][n], lm.ArgMax(row)
		out[text][n] = shift{kl: ref.KL(row, 0), base: ref.Top(), model: top}
		return nil
	})
	return out, err
}

// summarize makes figures of shifts.
func summarize(base Subject, prompts []string, shifts [][]shift, o DivergenceOptions) *DivergenceResult {
	r := resampling{o.Seed, o.Bootstrap}
	first := make([][]shift, len(shifts))
	out := &DivergenceResult{Prompts: len(prompts)}
	for i, s := range shifts {
		first[i] = s[:1]
		word := func(id int32) string { return base.Tokenizer.Decode([]int32{id}, false) }
		out.Each = append(out.Each, PromptDivergence{
			Prompt: prompts[i], KL: s[0].kl, Base: word(s[0].base), Model: word(s[0].model),
		})
	}
	out.First = r.divergenceStats(first)
	if o.Tokens > 1 {
		all := r.divergenceStats(shifts)
		out.All = &all
	}
	out.Worst = slices.Clone(out.Each)
	slices.SortStableFunc(out.Worst, func(a, b PromptDivergence) int {
		switch {
		case a.KL > b.KL:
			return -1
		case a.KL < b.KL:
			return 1
		}
		return 0
	})
	out.Worst = out.Worst[:min(worstPrompts, len(out.Worst))]
	return out
}

// divergenceStats are the figures over all positions; prompts are resampled whole.
func (r resampling) divergenceStats(shifts [][]shift) DivergenceStats {
	kl := series{isMean: true, aggregate: mean}
	same := series{isMean: true, binary: true, aggregate: mean}
	var all []float64
	for _, positions := range shifts {
		k, s := score{weight: float64(len(positions))}, score{weight: float64(len(positions))}
		for _, p := range positions {
			k.value, s.value = k.value+p.kl, s.value+truth(p.base == p.model)
			all = append(all, p.kl)
		}
		kl.scores, same.scores = append(kl.scores, k), append(same.scores, s)
		same.binary = same.binary && len(positions) == 1
	}
	slices.Sort(all)
	return DivergenceStats{
		Positions: len(all), MeanKL: kl.value(), MeanKLInterval: r.interval(&kl),
		P95KL: quantile(all, .95), P99KL: quantile(all, .99), MaxKL: all[len(all)-1],
		Agreement: same.value(), AgreementInterval: r.interval(&same),
	}
}

// encodeShifts writes positions: divergence (float64) and both tokens.
func encodeShifts(shifts []shift) []byte {
	var out []byte
	for _, s := range shifts {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(s.kl))
		out = binary.LittleEndian.AppendUint32(out, uint32(s.base))
		out = binary.LittleEndian.AppendUint32(out, uint32(s.model))
	}
	return out
}

// decodeShifts reads them; nil for another form.
func decodeShifts(value []byte) (out []shift) {
	const size = 16
	if len(value)%size != 0 {
		return nil
	}
	for ; len(value) > 0; value = value[size:] {
		out = append(out, shift{
			kl:    math.Float64frombits(binary.LittleEndian.Uint64(value)),
			base:  int32(binary.LittleEndian.Uint32(value[8:])),
			model: int32(binary.LittleEndian.Uint32(value[12:])),
		})
	}
	return out
}
