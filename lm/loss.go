package lm

import (
	"math"
	"slices"

	"loyal/lm/cpu/kernel"
)

// The losses below take one row of logits (V), overwrite it with the gradient of
// weight · loss with respect to these logits, and return the loss unweighted, in nats.
// A backend never sees them: it is handed the gradients (Trainer.Backward).

// CrossEntropy is −log p(target). It also returns p(target). A row whose target has
// reached the probability stopAt pulls no more: its gradient is zero. stopAt ≥ 1
// never stops.
func CrossEntropy(row []float32, target int32, weight, stopAt float32) (loss float64, p float32) {
	loss = float64(kernel.LogSumExp(row)) - float64(row[target])
	p = float32(math.Exp(-loss))
	if p >= stopAt || weight == 0 {
		clear(row)
		return loss, p
	}
	kernel.Softmax(row, 1)
	row[target]--
	kernel.Scale(row, weight)
	return loss, p
}

// Reference is a distribution over the vocabulary that a model is held to.
type Reference struct {
	p          []float32 // (V)
	negEntropy float64   // Σ p log p
}

// NewReference keeps the distribution that a row of logits (V) stands for.
func NewReference(row []float32) Reference {
	lse := float64(kernel.LogSumExp(row))
	r := Reference{p: make([]float32, len(row))}
	copy(r.p, row)
	kernel.Softmax(r.p, 1)
	r.negEntropy = float64(kernel.Dot(r.p, row)) - lse
	return r
}

// Top is the reference's most probable token.
func (r Reference) Top() int32 { return ArgMax(r.p) }

// Draw is the token at u in [0, 1) of the cumulative distribution.
func (r Reference) Draw(u float32) int32 {
	for id, p := range r.p {
		if u -= p; u < 0 {
			return int32(id)
		}
	}
	return r.Top()
}

// KL is the Kullback–Leibler divergence Σ r (log r − log p) from the reference r to
// the row's distribution p: how surprised the reference's own samples would be.
func (r Reference) KL(row []float32, weight float32) (loss float64) {
	// Σ r log p = Σ r logit − logsumexp.
	loss = r.negEntropy - float64(kernel.Dot(r.p, row)) + float64(kernel.LogSumExp(row))
	kernel.Softmax(row, 1)
	kernel.Axpy(row, -1, r.p)
	kernel.Scale(row, weight)
	return max(loss, 0)
}

// Divergence is the Kullback–Leibler divergence Σ r (log r − log p) from the reference r
// to the distribution p of another one.
func (r Reference) Divergence(p Reference) float64 {
	sum := r.negEntropy
	for i, w := range r.p {
		if w > 0 {
			// Where p underflowed, the least float32 stands for it.
			sum -= float64(w) * math.Log(math.Max(float64(p.p[i]), math.SmallestNonzeroFloat32))
		}
	}
	return max(sum, 0)
}

// ArgMax is the index of the largest number, the first of them where several are.
func ArgMax(row []float32) int32 {
	return int32(max(0, slices.Index(row, kernel.Max(row))))
}
