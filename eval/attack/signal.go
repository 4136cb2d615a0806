package attack

import (
	"fmt"
	"io"
	"math"

	"loyal/verify"
)

// Signal is what the probabilities of the listed answers say of the secret, also where
// none of them is said. All of it has an exact null: to a model that does not know the
// secret the planted answer is uniform on its list of k.
type Signal struct {
	Keys int `json:"keys"`
	// Log10EValue is that of the match process on the planted answers' shares of their
	// lists' probability, over all keys: what an audit by log-probabilities reaches.
	Log10EValue float64 `json:"log10_e_value"`
	// Ranks has the test of where the planted answers stand on their lists.
	Ranks RankTest `json:"ranks"`
	// Calibrated is the same after the base's log-probabilities are subtracted: what an
	// answer gained, not how likely it is. Nil without a base.
	Calibrated *RankTest `json:"calibrated,omitempty"`
}

// RankTest is a one-sided exact test of the sum of the planted answers' ranks.
type RankTest struct {
	// MeanRank of the planted answers, 0 for the highest of its list and 1 for the
	// lowest; ½ is expected without knowledge of the secret.
	MeanRank float64 `json:"mean_rank"`
	// Log10P is the decimal logarithm of the probability of so low a sum of ranks, −324
	// if it is less than numbers can say.
	Log10P float64 `json:"log10_p"`
	// Keys are those tested: the set's first, as many as the exact distribution is
	// computed for.
	Keys int `json:"keys"`
}

// maxRanked bounds the keys of a rank test, whose time grows with their square: 2,048 of
// ten answers take half a second.
const maxRanked = 2048

// best is the smaller of the p-values of the two tests, as a decimal logarithm, doubled
// where there are two.
func (s *Signal) best() float64 {
	if s.Calibrated == nil {
		return s.Ranks.Log10P
	}
	return math.Min(0, math.Min(s.Ranks.Log10P, s.Calibrated.Log10P)+math.Log10(2))
}

// noSignal is the p-value from which no signal counts as found, as a decimal logarithm:
// there may be one that so few keys do not show.
const noSignal = -3

// sentence says in words what the probabilities still show.
func (s *Signal) sentence() string {
	if s.best() > noSignal {
		return fmt.Sprintf("no signal found (p = %.2g)", math.Pow(10, s.best()))
	}
	return fmt.Sprintf("a signal below the answers is left: by the ranks of the listed ones the probability of so much is 1e%.0f", s.best())
}

// writeSignals says of the victims whose verdict is not a match what their probabilities
// still show.
func (r *Report) writeSignals(w io.Writer) {
	first := true
	for _, e := range r.Outcomes {
		m := e.Measures
		if m == nil || m.Signal == nil || m.Verification.Verdict == verify.Match {
			continue
		}
		if first {
			fmt.Fprintln(w, "\nWhere the verdict is not a match, what log-probabilities still show (ranks of the planted answers, 0 highest, ½ by chance):")
			first = false
		}
		fmt.Fprintf(w, "  %s: mean rank %.2f, e-value of their shares %.2g; %s\n", e.ID, m.Signal.Ranks.MeanRank,
			math.Pow(10, math.Min(m.Signal.Log10EValue, 300)), m.Signal.sentence())
	}
}

// list is what a model says of one key's listed answers.
type list struct {
	logits  []float64 // of the candidates' first tokens, natural logarithms up to a constant
	planted int
}

// newSignal tests the lists of a victim; base is what the base says of the same, or nil.
func newSignal(lists, base []list) *Signal {
	if len(lists) == 0 {
		return nil
	}
	p := verify.NewMatchProcess()
	for _, l := range lists {
		p.Add(1/float64(len(l.logits)), l.share())
	}
	s := &Signal{Keys: len(lists), Log10EValue: log10(p.LogE()), Ranks: rankTest(lists)}
	if base != nil {
		gained := make([]list, len(lists))
		for i, l := range lists {
			gained[i] = list{make([]float64, len(l.logits)), l.planted}
			for j := range l.logits {
				gained[i].logits[j] = l.logits[j] - base[i].logits[j]
			}
		}
		t := rankTest(gained)
		s.Calibrated = &t
	}
	return s
}

// share is the planted answer's part of the probability of the list.
func (l list) share() float64 {
	top := math.Inf(-1)
	for _, x := range l.logits {
		top = math.Max(top, x)
	}
	sum := 0.
	for _, x := range l.logits {
		sum += math.Exp(x - top)
	}
	return math.Exp(l.logits[l.planted]-top) / sum
}

// ranks are twice the ranks, from 0 for the highest, of a list; equals share the mean
// of theirs.
func (l list) ranks() []int {
	out := make([]int, len(l.logits))
	for i, x := range l.logits {
		for j, y := range l.logits {
			switch {
			case y > x:
				out[i] += 2
			case y == x && i != j:
				out[i]++
			}
		}
	}
	return out
}

// rankTest computes the exact distribution of the sum of the planted ranks, were each
// drawn uniformly from its list.
func rankTest(lists []list) RankTest {
	lists = lists[:min(len(lists), maxRanked)]
	chances := []float64{1} // of each sum of doubled ranks
	sum, mean := 0, 0.
	for _, l := range lists {
		ranks := l.ranks()
		k := len(ranks)
		next := make([]float64, len(chances)+2*(k-1))
		for s, p := range chances {
			for _, r := range ranks {
				next[s+r] += p / float64(k)
			}
		}
		chances = next
		sum += ranks[l.planted]
		mean += float64(ranks[l.planted]) / float64(2*(k-1))
	}
	tail := 0.
	for _, p := range chances[:sum+1] {
		tail += p
	}
	return RankTest{
		MeanRank: mean / float64(len(lists)), Keys: len(lists),
		Log10P: math.Log10(math.Min(1, math.Max(tail, math.SmallestNonzeroFloat64))),
	}
}
