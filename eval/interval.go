package eval

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// confidence is that of every interval here.
const confidence = 0.95

// Interval bounds a figure with a confidence of 95 %, and says by which method.
type Interval struct {
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Method string  `json:"method"`
}

// The methods of intervals.
const (
	clopperPearsonMethod = "clopper-pearson"
	tangoMethod          = "tango"
	moverMethod          = "mover"
	bootstrapMethod      = "bootstrap"
	pairedMethod         = "paired bootstrap"
)

// ClopperPearson is the exact interval of a probability of which `hits` of n trials were
// seen (Clopper & Pearson 1934).
func ClopperPearson(hits, n int) Interval {
	out := Interval{Low: 0, High: 1, Method: clopperPearsonMethod}
	const tail = (1 - confidence) / 2
	if hits > 0 {
		out.Low = distuv.Beta{Alpha: float64(hits), Beta: float64(n - hits + 1)}.Quantile(tail)
	}
	if hits < n {
		out.High = distuv.Beta{Alpha: float64(hits + 1), Beta: float64(n - hits)}.Quantile(1 - tail)
	}
	return out
}

// McNemar is the exact two-sided p-value of the hypothesis that of the documents on which
// two models differ each is as likely to favor one as the other.
func McNemar(gained, lost int) float64 {
	n, k := gained+lost, min(gained, lost)
	if n == 0 {
		return 1
	}
	return min(1, 2*distuv.Binomial{N: float64(n), P: .5}.CDF(float64(k)))
}

// Tango is the score interval of a difference of paired proportions (Tango 1998,
// Statistics in Medicine 17): of n documents one model is right and the other wrong in
// `gained`, and the reverse in `lost`. Unlike resampling it does not claim certainty
// where no document differs.
func Tango(gained, lost, n int) Interval {
	z := distuv.UnitNormal.Quantile(1 - (1-confidence)/2)
	b, c, total := float64(gained), float64(lost), float64(n)
	statistic := func(d float64) float64 { // falls with d
		// q is the maximum-likelihood estimate of the probability of `lost` given d.
		B := -b - c + (2*total-b+c)*d
		C := -c * d * (1 - d)
		q := (math.Sqrt(max(0, B*B-8*total*C)) - B) / (4 * total)
		excess, variance := b-c-total*d, total*(2*q+d*(1-d))
		switch {
		case excess == 0:
			return 0
		case variance <= 0:
			return math.Copysign(math.Inf(1), excess)
		}
		return excess / math.Sqrt(variance)
	}
	solve := func(target float64) float64 {
		low, high := -1.0, 1.0
		for range 60 {
			if middle := (low + high) / 2; statistic(middle) > target {
				low = middle
			} else {
				high = middle
			}
		}
		return (low + high) / 2
	}
	return Interval{Low: solve(z), High: solve(-z), Method: tangoMethod}
}

// mover is the interval of a mean of independent figures, from their own estimates and
// intervals (Zou & Donner 2008, Statistics in Medicine 27: the method of variance
// estimates recovery).
func mover(estimates []float64, intervals []Interval) Interval {
	var center, below, above float64
	for i, x := range estimates {
		center += x
		below += (x - intervals[i].Low) * (x - intervals[i].Low)
		above += (intervals[i].High - x) * (intervals[i].High - x)
	}
	n := float64(len(estimates))
	return Interval{Low: (center - math.Sqrt(below)) / n, High: (center + math.Sqrt(above)) / n, Method: moverMethod}
}

// resampling draws from strata with replacement. A stratum is a task; a group is
// resampled task by task.
type resampling struct {
	seed  uint64
	iters int
}

// run computes a figure on each resample: figure is handed indexes for each stratum.
func (r resampling) run(sizes []int, figure func(picks [][]int) float64) []float64 {
	rng := rand.New(rand.NewPCG(r.seed, 0x6c6f79616c)) // "loyal"
	picks := make([][]int, len(sizes))
	for i, n := range sizes {
		picks[i] = make([]int, n)
	}
	out := make([]float64, r.iters)
	for k := range out {
		for i, n := range sizes {
			for j := range picks[i] {
				picks[i][j] = rng.IntN(n)
			}
		}
		out[k] = figure(picks)
	}
	slices.Sort(out)
	return out
}

// percentiles is the interval between the tails of sorted resampled figures; nil where
// an end is no number.
func percentiles(sorted []float64, method string) *Interval {
	const tail = (1 - confidence) / 2
	i := Interval{Low: quantile(sorted, tail), High: quantile(sorted, 1-tail), Method: method}
	if !finite(i.Low) || !finite(i.High) {
		return nil
	}
	return &i
}

// quantile interpolates between the order statistics of sorted numbers.
func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	x := p * float64(len(sorted)-1)
	i := int(x)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (x-float64(i))*(sorted[i+1]-sorted[i])
}

// pick is the ratio over a resample.
func pick(scores []score, indexes []int) float64 {
	var value, weight float64
	for _, i := range indexes {
		value, weight = value+scores[i].value, weight+scores[i].weight
	}
	return value / weight
}

// interval is a metric's own interval: exact where it counts, resampled elsewhere.
func (r resampling) interval(s *series) *Interval {
	n := len(s.scores)
	if s.binary {
		i := sharesInterval([]*series{s})
		return &i
	}
	if n < 2 || r.iters == 0 {
		return nil
	}
	return percentiles(r.figures(s), bootstrapMethod)
}

func (r resampling) figures(s *series) []float64 {
	return r.run([]int{len(s.scores)}, func(picks [][]int) float64 { return s.aggregate(pick(s.scores, picks[0])) })
}

// stdErr is the standard error of a metric: in closed form for means, as
// lm-evaluation-harness has it, and of the resampled figures for others. NaN is none.
func (r resampling) stdErr(s *series) float64 {
	n := len(s.scores)
	if n < 2 || s.noStdErr {
		return math.NaN()
	}
	if s.isMean {
		m, sum := s.value(), 0.0
		for _, x := range s.scores {
			sum += (x.value - m) * (x.value - m)
		}
		return math.Sqrt(sum / float64(n-1) / float64(n))
	}
	if r.iters == 0 {
		return math.NaN()
	}
	return deviation(r.figures(s))
}

// deviation is the sample standard deviation.
func deviation(x []float64) float64 {
	var sum, squares float64
	for _, v := range x {
		sum += v
	}
	m := sum / float64(len(x))
	for _, v := range x {
		squares += (v - m) * (v - m)
	}
	return math.Sqrt(squares / float64(len(x)-1))
}
