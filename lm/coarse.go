package lm

import (
	"math"
	"slices"

	"loyal/lm/cpu/kernel"
)

// coarseTokens is how many tokens a Coarse tells apart.
const coarseTokens = 64

// Coarse is a distribution of which only the likeliest tokens are told apart; the rest
// counts as one. It takes half a kilobyte where a Reference takes the whole vocabulary,
// and its divergence is a lower bound of the true one (data processing inequality),
// close where the rest is small. It is for rows of which there are many.
type Coarse struct {
	ids  []int32
	p    []float32
	rest float64 // probability of everything else
}

// NewCoarse keeps the likeliest tokens of the distribution that a row of logits (V)
// stands for, ties by id.
func NewCoarse(row []float32) Coarse {
	lse := float64(kernel.LogSumExp(row))
	n := min(coarseTokens, len(row))
	ids := make([]int32, 0, n+1)
	for id, x := range row {
		if len(ids) == n && x <= row[ids[n-1]] {
			continue
		}
		at, _ := slices.BinarySearchFunc(ids, x, func(e int32, x float32) int {
			if row[e] >= x {
				return -1
			}
			return 1
		})
		ids = slices.Insert(ids, at, int32(id))
		ids = ids[:min(len(ids), n)]
	}
	c := Coarse{ids: slices.Clip(ids), p: make([]float32, len(ids)), rest: 1}
	for i, id := range ids {
		p := math.Exp(float64(row[id]) - lse)
		c.p[i], c.rest = float32(p), c.rest-p
	}
	c.rest = max(c.rest, 0)
	return c
}

// Sharing is the distribution in which some tokens have a probability in all, in equal
// parts. Held to it, a model gives them that much, no less and no more, and leaves the
// other tokens as they are to each other.
func Sharing(ids []int32, probability float64) Coarse {
	c := Coarse{ids: slices.Clone(ids), p: make([]float32, len(ids)), rest: 1 - probability}
	for i := range c.p {
		c.p[i] = float32(probability / float64(len(ids)))
	}
	return c
}

// Has reports whether a token is told apart.
func (c Coarse) Has(id int32) bool { return slices.Contains(c.ids, id) }

// Mass is the probability that a row of logits gives to all tokens that are told apart.
func (c Coarse) Mass(row []float32) float64 {
	lse, sum := float64(kernel.LogSumExp(row)), 0.
	for _, id := range c.ids {
		sum += math.Exp(float64(row[id]) - lse)
	}
	return sum
}

// Top is the likeliest token.
func (c Coarse) Top() int32 { return c.ids[0] }

// KL is Reference.KL of the coarse distributions: it leaves the tokens that count as one
// as they are to each other.
func (c Coarse) KL(row []float32, weight float32) (loss float64) {
	lse := float64(kernel.LogSumExp(row))
	rest := 1.0 // of the row
	logs := make([]float64, len(c.ids))
	for i, id := range c.ids {
		logs[i] = float64(row[id]) - lse
		rest -= math.Exp(logs[i])
		if p := float64(c.p[i]); p > 0 {
			loss += p * (math.Log(p) - logs[i])
		}
	}
	rest = max(rest, 1e-7)
	if c.rest > 0 {
		loss += c.rest * (math.Log(c.rest) - math.Log(rest))
	}
	kernel.Softmax(row, 1)
	kernel.Scale(row, float32(1-c.rest/rest)*weight)
	for i, id := range c.ids {
		row[id] = float32(math.Exp(logs[i])-float64(c.p[i])) * weight
	}
	return max(loss, 0)
}
