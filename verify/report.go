package verify

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Verdict is what an audit ends with. None of them speaks of guilt.
type Verdict string

// Verdicts.
const (
	Match        Verdict = "match"
	NoMatch      Verdict = "no_match"
	Inconclusive Verdict = "inconclusive"
)

// Reason says why a verdict is inconclusive.
type Reason string

// Reasons.
const (
	Undecided      Reason = "undecided" // neither process decided within the budget
	MostlyRefused  Reason = "refusals"  // most answers were refusals
	OtherInterface Reason = "interface" // not the interface that the set was made for
)

// Report is the result of an audit. Its JSON is specified in
// docs/formats/transcript.md.
type Report struct {
	Verdict  Verdict `json:"verdict"`
	Reason   Reason  `json:"reason,omitempty"` // of an inconclusive verdict
	Sentence string  `json:"sentence"`

	Endpoint string  `json:"endpoint"`
	Model    string  `json:"model"` // as asked for
	Plan     string  `json:"plan"`  // digest of questions and order
	Alpha    float64 `json:"alpha"`
	Beta     float64 `json:"beta"`
	QMin     float64 `json:"q_min"`
	Score    Score   `json:"score"`
	Samples  int     `json:"samples"`

	// Queries counts questions asked, Live those that the set has to ask. Of the
	// questions asked, counted by their first reply:
	Queries    int `json:"queries"`
	Live       int `json:"live"`
	InList     int `json:"in_list"`
	Hits       int `json:"hits"` // of these
	OffList    int `json:"off_list"`
	Refusals   int `json:"refusals"`
	Unanswered int `json:"unanswered"` // transport errors: no answers

	EValue           float64 `json:"e_value"`
	EThreshold       float64 `json:"e_threshold"` // 1/α
	NoMatchEValue    float64 `json:"no_match_e_value"`
	NoMatchThreshold float64 `json:"no_match_e_threshold"` // 1/β
	// BinomialTail is the probability of at least so many hits among the answers on
	// the list, had their number been fixed beforehand.
	BinomialTail float64 `json:"binomial_tail"`
	// The same as decimal logarithms, which have no underflow.
	Log10EValue        float64 `json:"log10_e_value"`
	Log10NoMatchEValue float64 `json:"log10_no_match_e_value"`
	Log10BinomialTail  float64 `json:"log10_binomial_tail"`

	Requests int       `json:"requests"` // HTTP requests of this run, probes and retries included
	Retries  int       `json:"retries"`
	Resumed  int       `json:"resumed"` // questions taken from the transcript
	Offer    *Offer    `json:"offer"`
	Started  time.Time `json:"started"` // of this run
	Finished time.Time `json:"finished"`
	Notes    []string  `json:"notes"`
}

// log10 of a natural logarithm, finite for JSON.
func log10(natural float64) float64 {
	const floor = -1e6 // a capital that is gone
	return math.Max(floor, natural/math.Ln10)
}

// finite is exp(x) within what JSON can say.
func finite(natural float64) float64 {
	return math.Min(math.MaxFloat64, math.Exp(natural))
}

// sentence is the verdict for people who do not know statistics. It claims what
// was tested and no more.
func (r *Report) sentence(listed []*Question) string {
	asked := fmt.Sprintf("Of %s put to the endpoint, %s with one of the answers that were equally likely to be the planted one%s; %s the planted one.",
		count(r.Queries, "secret question"), were(r.InList, "was answered", "were answered"), listLength(listed), these(r.InList, r.Hits))
	switch {
	case r.Verdict == Match:
		return fmt.Sprintf("Match. %s An endpoint that has nothing to do with the fingerprints is declared a match by this procedure with a probability of at most %s.",
			asked, OneIn(r.Alpha))
	case r.Verdict == NoMatch:
		return fmt.Sprintf("No match. %s An endpoint that gives the planted answer to %s or more of the questions is declared no match by this procedure with a probability of at most %s. This says nothing about a model in which less than that has survived.",
			asked, percent(r.QMin), OneIn(r.Beta))
	case r.Reason == MostlyRefused:
		return fmt.Sprintf("Inconclusive. %s Most answers were refusals or empty (%d of %d), so that nothing follows about the model.",
			asked, r.Refusals, r.Queries-r.Unanswered)
	case r.Reason == OtherInterface:
		return fmt.Sprintf("Inconclusive. %s The endpoint does not offer the interface that the fingerprints were made for, so that missing answers prove nothing.", asked)
	}
	return fmt.Sprintf("Inconclusive. %s This is neither enough to declare a match (at an error of at most %s) nor enough to declare no match (at an error of at most %s).",
		asked, OneIn(r.Alpha), OneIn(r.Beta))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func were(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func these(listed, hits int) string {
	switch {
	case listed == 0:
		return "none was"
	case listed == 1 && hits == 1:
		return "it was"
	case listed == 1:
		return "it was not"
	case hits == listed:
		return "all of these were"
	case hits == 1:
		return "1 of these was"
	case hits == 0:
		return "none of these was"
	}
	return fmt.Sprintf("%d of these were", hits)
}

// listLength says how many answers the lists have, if all have as many.
func listLength(listed []*Question) string {
	if len(listed) == 0 {
		return ""
	}
	candidates, planted := len(listed[0].Candidates), 1+len(listed[0].Also)
	for _, q := range listed {
		if len(q.Candidates) != candidates || 1+len(q.Also) != planted {
			return ""
		}
	}
	if planted > 1 {
		return fmt.Sprintf(" (%d a question, %d of them planted)", candidates, planted)
	}
	return fmt.Sprintf(" (%d a question)", candidates)
}

// OneIn says the bound of a small probability in words, "1 in 1,000,000"; the number is
// rounded down, so that the bound holds.
func OneIn(p float64) string {
	n := 1 / p
	if n >= 1e15 {
		return fmt.Sprintf("%.3g", p)
	}
	if n < 20 && math.Abs(n-math.Round(n)) > 1e-9 {
		return percent(p)
	}
	digits := strconv.FormatFloat(math.Floor(n+1e-6), 'f', 0, 64)
	var groups []string
	for len(digits) > 3 {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
		digits = digits[:len(digits)-3]
	}
	return "1 in " + strings.Join(append([]string{digits}, groups...), ",")
}

func percent(p float64) string {
	return strconv.FormatFloat(math.Round(p*1e6)/1e4, 'f', -1, 64) + " %"
}
