package verify

import "math"

// The bettors of the two processes, fixed once and for all: a mixture that was
// chosen after looking at answers would prove nothing. docs/design/verify.md
// shows how little the choice matters.
var (
	// matchStakes are the values of λ: the share of its capital that a bettor
	// stakes on the planted answer. λ is optimal when an answer on the list is the
	// planted one with probability (1 + λ(k−1))/k.
	matchStakes = []float64{0.1, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99}
	// noMatchStakes are the same against hits: 1 is ruined by the first one.
	noMatchStakes = []float64{0.5, 0.8, 1}
)

// MatchProcess is the e-process against "the planted answers are a fair die to
// this endpoint". It is a mixture, with equal weights, of bettors who each stake
// a fixed share λ; a mixture of e-processes is one. The zero value is not usable.
type MatchProcess struct {
	capital []float64 // natural logarithm, one for each bettor
}

// NewMatchProcess returns the process with capital 1.
func NewMatchProcess() *MatchProcess {
	return &MatchProcess{capital: make([]float64, len(matchStakes))}
}

// Add counts one question with answers on its list, of which a planted one is there by
// chance with probability chance: 1/k for one planted answer among k, m/k for m. share is
// the part of the answers that is planted, 0 or 1 for a single answer. Each bettor's
// capital is multiplied by
//
//	1 − λ + λ·share/chance
//
// which has mean 1 if share has mean chance, whatever else it depends on. So several
// samples of one question, or its log-probabilities, are one factor, not many.
func (p *MatchProcess) Add(chance, share float64) {
	gain := share/chance - 1
	for i, stake := range matchStakes {
		p.capital[i] += math.Log1p(stake * gain)
	}
}

// LogE is the natural logarithm of the mixture's capital: the e-value.
func (p *MatchProcess) LogE() float64 { return logMean(p.capital) }

// NoMatchProcess is the e-process against "this endpoint gives the planted answer
// to at least the share q of the questions". It holds in both readings of that
// sentence: each question is answered so with probability at least q whatever
// happened before; or at least q·n of the n live questions would be, and the
// audit draws from them at random without replacement (Waudby-Smith and Ramdas
// 2020, arXiv:2006.04347, for the second).
type NoMatchProcess struct {
	capital []float64
	q       float64
	n       int     // live questions of the set
	drawn   int     // questions that were asked so far, answered or not
	hits    float64 // planted answers so far, in questions
	unknown int     // questions whose answer never came
}

// NewNoMatchProcess returns the process with capital 1, for a set of which n
// questions are live.
func NewNoMatchProcess(q float64, n int) *NoMatchProcess {
	return &NoMatchProcess{capital: make([]float64, len(noMatchStakes)), q: q, n: n}
}

// Add counts one answered question: share is the part of its answers that is the
// planted one. Each bettor's capital is multiplied by
//
//	1 + c·(m − share)/(1 − m)
//
// whose mean is at most 1 if share has a mean of at least m.
func (p *NoMatchProcess) Add(share float64) {
	if m := p.mean(); m > 0 {
		for i, stake := range noMatchStakes {
			p.capital[i] += math.Log1p(stake * (m - share) / (1 - m))
		}
	}
	p.drawn++
	p.hits += share
}

// Refused counts a question that was refused. A refusal is no planted answer, so
// it could be counted as a miss; to leave the capital as it is instead is valid
// too, needs more questions, and does not let a filter in front of our model look
// like its absence.
func (p *NoMatchProcess) Refused() { p.drawn++ }

// Unanswered counts a question to which no answer came. It could have been hit.
func (p *NoMatchProcess) Unanswered() {
	p.drawn++
	p.unknown++
}

// Resolved counts the answer to a question that was Unanswered before. No bet had
// been placed on it, and none is placed now: who failed first and answered later
// may have chosen which questions to fail.
func (p *NoMatchProcess) Resolved(share float64) {
	p.unknown--
	p.hits += share
}

// mean is the smallest probability of the planted answer to the next question
// that both readings of the hypothesis allow.
func (p *NoMatchProcess) mean() float64 {
	left := p.n - p.drawn
	if left <= 0 {
		return 0 // more questions than announced: bet nothing
	}
	rest := (p.q*float64(p.n) - p.hits - float64(p.unknown)) / float64(left)
	return math.Max(0, math.Min(p.q, rest))
}

// LogE is the natural logarithm of the e-value.
func (p *NoMatchProcess) LogE() float64 { return logMean(p.capital) }

// logMean is log(mean(exp(x))) without overflow; −Inf for nothing but −Inf.
func logMean(x []float64) float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = math.Max(top, v)
	}
	if math.IsInf(top, -1) {
		return top
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum/float64(len(x)))
}

// logAdd is log(exp(a) + exp(b)).
func logAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// LogTail is the natural logarithm of the probability that at least so many of some
// questions are hit by chance, each with its own: the exact binomial tail, Poisson
// binomial where chances differ. It is the p-value of a test whose number of questions
// was fixed beforehand. An audit stops when it has seen enough, so its own guarantee is
// the e-value; the tail stands beside it because every expert knows it.
func LogTail(chances []float64, hits int) float64 {
	if hits <= 0 {
		return 0
	}
	if hits > len(chances) {
		return math.Inf(-1)
	}
	// probability[h] is that of exactly h hits so far; its last entry, of at least
	// so many: once there, always there.
	probability := make([]float64, hits+1)
	for h := range probability {
		probability[h] = math.Inf(-1)
	}
	probability[0] = 0
	for _, chance := range chances {
		hit, miss := math.Log(chance), math.Log1p(-chance)
		probability[hits] = logAdd(probability[hits], probability[hits-1]+hit)
		for h := hits - 1; h >= 1; h-- {
			probability[h] = logAdd(probability[h]+miss, probability[h-1]+hit)
		}
		probability[0] += miss
	}
	return math.Min(0, probability[hits])
}
