package lm

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"loyal/lm/cpu/kernel"
)

// Sampling says how the next token is chosen from logits. The zero value is
// greedy: the most probable token, the lowest id among equals.
//
// The steps, their order and their meaning are those of Hugging Face
// transformers' logits processors, with the two penalties of OpenAI's API
// where vLLM has them:
//
//  1. LogitBias is added.
//  2. RepetitionPenalty r: logits of tokens already in prompt or output are
//     divided by r where positive and multiplied by r where negative (Keskar et
//     al. 2019, arXiv:1909.05858).
//  3. FrequencyPenalty × count and, once, PresencePenalty are subtracted for
//     tokens already in the output.
//  4. All logits are divided by Temperature.
//  5. TopK keeps the k largest, and all that equal the k-th.
//  6. TopP keeps the smallest set of most probable tokens whose mass reaches p,
//     the token that crosses p included (Holtzman et al. 2019,
//     arXiv:1904.09751). Probabilities are relative to what TopK left.
//  7. MinP keeps tokens at least that fraction as probable as the most probable
//     one (Nguyen et al. 2024, arXiv:2407.01082).
//  8. One of the rest is drawn.
type Sampling struct {
	Temperature       float64 // below [MinTemperature]: greedy, and steps 5 to 8 do not apply
	TopP              float64 // in (0, 1]; 0 and 1 keep all
	TopK              int     // 0 keeps all
	MinP              float64 // in [0, 1]; 0 keeps all
	RepetitionPenalty float64 // > 0; 0 and 1 do nothing
	PresencePenalty   float64
	FrequencyPenalty  float64
	LogitBias         map[int32]float32 // token → what is added to its logit
	Seed              uint64            // draws are a function of Seed, the stream's number and the step
}

// MinTemperature is the lowest temperature that is not taken as zero.
const MinTemperature = 1e-5

// Validate reports the first field that is out of its range.
func (s Sampling) Validate() error {
	finite := func(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
	switch {
	case !finite(s.Temperature) || s.Temperature < 0:
		return fmt.Errorf("temperature is %g, must be 0 or more", s.Temperature)
	case !finite(s.TopP) || s.TopP < 0 || s.TopP > 1:
		return fmt.Errorf("top_p is %g, must be from 0 to 1", s.TopP)
	case s.TopK < 0:
		return fmt.Errorf("top_k is %d, must be 0 or more", s.TopK)
	case !finite(s.MinP) || s.MinP < 0 || s.MinP > 1:
		return fmt.Errorf("min_p is %g, must be from 0 to 1", s.MinP)
	case !finite(s.RepetitionPenalty) || s.RepetitionPenalty < 0:
		return fmt.Errorf("repetition_penalty is %g, must be above 0", s.RepetitionPenalty)
	case !finite(s.PresencePenalty):
		return errors.New("presence_penalty is not a finite number")
	case !finite(s.FrequencyPenalty):
		return errors.New("frequency_penalty is not a finite number")
	}
	for id, b := range s.LogitBias {
		if !finite(float64(b)) {
			return fmt.Errorf("logit_bias of token %d is not a finite number", id)
		}
	}
	return nil
}

// Sampler chooses the tokens of one sequence. It is not safe for concurrent use.
type Sampler struct {
	sampling Sampling
	greedy   bool
	rng      *rand.Rand
	seen     map[int32]occurrence // nil unless a penalty needs it

	scores  []float32 // (V) scratch: logits as the steps change them
	weights []float32 // (V) scratch: exp(score), 0 where a filter dropped the token
	ids     []int32   // scratch of the partial selections
}

// occurrence says where a token has been.
type occurrence struct {
	inPrompt bool
	inOutput int // times
}

// NewSampler returns a sampler. Sequences of the same Sampling that must differ
// (several answers to one prompt, rows of a batch) have different streams. The
// Sampling must be valid.
func NewSampler(s Sampling, stream uint64) *Sampler {
	sampler := &Sampler{
		sampling: s,
		greedy:   s.Temperature < MinTemperature,
		rng:      rand.New(rand.NewPCG(s.Seed, stream)),
	}
	repeats := s.RepetitionPenalty != 0 && s.RepetitionPenalty != 1
	if repeats || s.PresencePenalty != 0 || s.FrequencyPenalty != 0 {
		sampler.seen = make(map[int32]occurrence)
	}
	return sampler
}

// Prompt tells the sampler which tokens the prompt has.
func (s *Sampler) Prompt(tokens []int32) {
	if s.seen == nil {
		return
	}
	for _, id := range tokens {
		o := s.seen[id]
		o.inPrompt = true
		s.seen[id] = o
	}
}

// Next chooses a token from logits (V), which stay as they are, and counts it
// as part of the output.
func (s *Sampler) Next(logits []float32) (int32, error) {
	id, err := s.choose(logits)
	if err != nil {
		return 0, err
	}
	if s.seen != nil {
		o := s.seen[id]
		o.inOutput++
		s.seen[id] = o
	}
	return id, nil
}

func (s *Sampler) choose(logits []float32) (int32, error) {
	scores := logits
	if s.seen != nil || len(s.sampling.LogitBias) > 0 {
		scores = s.penalized(logits)
	}
	best, err := argmax(scores)
	if err != nil || s.greedy {
		return best, err
	}
	mass := s.filter(scores, scores[best])
	return s.draw(mass, best), nil
}

// penalized returns a copy of the logits after steps 1 to 3.
func (s *Sampler) penalized(logits []float32) []float32 {
	s.scores = append(s.scores[:0], logits...)
	out, p := s.scores, s.sampling
	for id, bias := range p.LogitBias {
		if id >= 0 && int(id) < len(out) {
			out[id] += bias
		}
	}
	repetition := float32(p.RepetitionPenalty)
	for id, o := range s.seen {
		if id < 0 || int(id) >= len(out) {
			continue
		}
		switch {
		case repetition == 0:
		case out[id] > 0:
			out[id] /= repetition
		default:
			out[id] *= repetition
		}
		if o.inOutput > 0 {
			out[id] -= float32(p.PresencePenalty + p.FrequencyPenalty*float64(o.inOutput))
		}
	}
	return out
}

// filter does steps 4 to 7: it sets weights to exp((score − best)/T) where a
// token is kept and 0 elsewhere, and returns their sum. scores may be s.scores.
//
// All three filters keep a prefix of the tokens in falling order, so each of
// them comes down to a cut, and no sort of the vocabulary is needed.
func (s *Sampler) filter(scores []float32, best float32) (mass float64) {
	v := len(scores)
	if cap(s.scores) < v {
		s.scores = make([]float32, v)
	}
	if cap(s.weights) < v {
		s.weights = make([]float32, v)
	}
	tempered, weights := s.scores[:v], s.weights[:v]
	s.scores, s.weights = tempered, weights
	inverse := 1 / s.sampling.Temperature
	for i, x := range scores {
		tempered[i] = float32(float64(x-best) * inverse)
	}

	floor := float32(negligible)
	if k := s.sampling.TopK; k > 0 && k < v {
		s.ids = largest(s.ids[:0], tempered, k)
		floor = max(floor, tempered[s.ids[0]]) // the heap's root is the k-th
	}
	kernel.Exp(weights, tempered)
	for i, x := range tempered {
		if x < floor {
			weights[i] = 0
		}
		mass += float64(weights[i])
	}
	cut := int32(math.MaxInt32) // ids up to here are kept where the score equals floor
	if p := s.sampling.TopP; p > 0 && p < 1 {
		last := s.nucleusEnd(mass, p)
		floor, cut = tempered[last], last
	}
	if p := s.sampling.MinP; p > 0 {
		if f := float32(math.Log(p)); f > floor {
			floor, cut = f, math.MaxInt32
		}
	}
	if floor <= negligible {
		return mass // nothing more is cut
	}
	mass = 0
	for i, x := range tempered {
		if x < floor || x == floor && int32(i) > cut {
			weights[i] = 0
		}
		mass += float64(weights[i])
	}
	return mass
}

// negligible is how far below the best score, in nats, tokens are given up: even
// 10⁶ of them together have a probability below 10⁻¹¹.
const negligible = -40

// nucleusEnd returns the least probable token of the nucleus: in falling order
// of weight (rising id among equals), the first at which the running sum reaches
// p × mass.
func (s *Sampler) nucleusEnd(mass, p float64) int32 {
	// Tokens of probability ≤ (1−p)/V sum to at most 1−p, so all of them lie
	// outside; what remains is short.
	least := float32((1 - p) / float64(len(s.weights)) * mass)
	ids := s.ids[:0]
	for i, w := range s.weights {
		if w >= least && w > 0 {
			ids = append(ids, int32(i))
		}
	}
	s.ids = ids
	target, sum := p*mass, 0.0
	for len(ids) > 24 { // quickselect, by weight instead of rank
		pivot := medianOfThree(ids[0], ids[len(ids)/2], ids[len(ids)-1], s.scores)
		split, left := 0, 0.0
		for i, id := range ids {
			if comesBefore(id, pivot, s.scores) {
				left += float64(s.weights[id])
				ids[i], ids[split] = ids[split], id
				split++
			}
		}
		if sum+left >= target {
			ids = ids[:split]
			continue
		}
		sum += left + float64(s.weights[pivot])
		if sum >= target || split == len(ids)-1 {
			return pivot
		}
		at := slices.Index(ids[split:], pivot) + split
		ids[at] = ids[split]
		ids = ids[split+1:]
	}
	return s.walk(ids, sum, target)
}

// walk sorts ids and returns the one at which sum reaches target.
func (s *Sampler) walk(ids []int32, sum, target float64) int32 {
	slices.SortFunc(ids, func(a, b int32) int {
		if comesBefore(a, b, s.scores) {
			return -1
		}
		return 1 // ids differ
	})
	for _, id := range ids {
		if sum += float64(s.weights[id]); sum >= target {
			return id
		}
	}
	return ids[len(ids)-1]
}

// draw picks a token with probability weight/mass, going through them by id: a
// last-bit difference between near-equal scores then changes the running sums a
// little and the order not at all.
func (s *Sampler) draw(mass float64, fallback int32) int32 {
	u := s.rng.Float64() * mass
	chosen := fallback
	for i, w := range s.weights {
		if w == 0 {
			continue
		}
		chosen = int32(i)
		if u -= float64(w); u < 0 {
			break
		}
	}
	return chosen
}

// argmax returns the largest score's index, the lowest among equals. NaN or
// +Inf anywhere, or no finite score at all, is ErrNonFinite; −Inf is a token
// that cannot be.
func argmax(scores []float32) (int32, error) {
	if !kernel.Finite(scores) { // tokens that cannot be are −Inf
		if i := slices.IndexFunc(scores, func(x float32) bool { return x != x }); i >= 0 {
			return 0, fmt.Errorf("logit of token %d: %w", i, ErrNonFinite)
		}
	}
	best := kernel.Max(scores)
	at := slices.Index(scores, best)
	if at < 0 || math.IsInf(float64(best), 0) {
		return 0, fmt.Errorf("largest logit: %w", ErrNonFinite)
	}
	return int32(at), nil
}

// comesBefore orders tokens by falling score, then rising id.
func comesBefore(a, b int32, scores []float32) bool {
	if scores[a] != scores[b] {
		return scores[a] > scores[b]
	}
	return a < b
}

func medianOfThree(a, b, c int32, scores []float32) int32 {
	if comesBefore(b, a, scores) {
		a, b = b, a
	}
	if comesBefore(c, a, scores) {
		return a
	}
	if comesBefore(c, b, scores) {
		return c
	}
	return b
}

// largest appends the k first tokens in falling order of score to heap, a binary
// heap whose root is the k-th.
func largest(heap []int32, scores []float32, k int) []int32 {
	for i := range scores {
		id := int32(i)
		switch {
		case len(heap) < k:
			heap = append(heap, id)
			for c := len(heap) - 1; c > 0; { // up
				parent := (c - 1) / 2
				if !comesBefore(heap[parent], heap[c], scores) {
					break
				}
				heap[parent], heap[c] = heap[c], heap[parent]
				c = parent
			}
		case scores[id] > scores[heap[0]]: // an equal score has a higher id, so comes later
			heap[0] = id
			sink(heap, scores)
		}
	}
	return heap
}

// sink moves the root down to where it belongs.
func sink(heap []int32, scores []float32) {
	for p := 0; ; {
		c := 2*p + 1
		if c >= len(heap) {
			return
		}
		if c+1 < len(heap) && comesBefore(heap[c], heap[c+1], scores) {
			c++
		}
		if !comesBefore(heap[p], heap[c], scores) {
			return
		}
		heap[p], heap[c] = heap[c], heap[p]
		p = c
	}
}

// TokenLogProb is a token with its natural log-probability.
type TokenLogProb struct {
	ID      int32
	LogProb float64
}

// RankLogProbs returns the log-probability of a token under the model itself, that
// is softmax(logits) before any bias, penalty, temperature or filter, and the n
// most probable tokens, best first.
func RankLogProbs(logits []float32, chosen int32, n int) (TokenLogProb, []TokenLogProb, error) {
	if chosen < 0 || int(chosen) >= len(logits) {
		return TokenLogProb{}, nil, fmt.Errorf("token %d is not in a vocabulary of %d", chosen, len(logits))
	}
	best, err := argmax(logits)
	if err != nil {
		return TokenLogProb{}, nil, err
	}
	sum := 0.0
	for _, x := range logits {
		if d := x - logits[best]; d >= negligible {
			sum += math.Exp(float64(d))
		}
	}
	logZ := float64(logits[best]) + math.Log(sum)
	at := func(id int32) TokenLogProb { return TokenLogProb{id, float64(logits[id]) - logZ} }
	if n <= 0 {
		return at(chosen), nil, nil
	}
	ids := largest(nil, logits, min(n, len(logits)))
	slices.SortFunc(ids, func(a, b int32) int {
		if comesBefore(a, b, logits) {
			return -1
		}
		return 1
	})
	top := make([]TokenLogProb, len(ids))
	for i, id := range ids {
		top[i] = at(id)
	}
	return at(chosen), top, nil
}
