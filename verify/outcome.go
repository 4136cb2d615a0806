package verify

import (
	"math"
	"slices"
	"strings"
)

// Class is what kind of answer a question got.
type Class string

// Classes of answers.
const (
	InList     Class = "in_list"    // begins with one of the candidates
	OffList    Class = "off_list"   // says something else
	Refusal    Class = "refusal"    // says nothing, or that it will not
	Unanswered Class = "unanswered" // no answer came
)

// Score is what the match process counts of an answer. It is fixed before the
// first question.
type Score string

// Scores.
const (
	// ByReply counts the candidates that replies name.
	ByReply Score = "reply"
	// ByLogprobs counts the candidates' probabilities as the endpoint states them
	// at the first word of the reply, even where the reply itself says something
	// else. It sees what a weakened model almost said.
	ByLogprobs Score = "logprobs"
)

// outcome is a question's part in the statistics. Class, candidate and hit are
// those of the first reply, and they are what is counted for people; the shares
// are what the processes multiply.
type outcome struct {
	class     Class
	candidate int // index on the list, −1 for none
	hit       bool
	// scored says that the match process has a factor for this question: share is
	// the part of the answers on the list that is the planted one.
	scored bool
	share  float64
	// unconditional is the part of all replies, refusals left out, that is the
	// planted one.
	unconditional float64
	refused       bool // all replies were refusals
}

// judge derives the outcome from the replies alone, so that a transcript can be
// judged again.
func judge(q *Question, replies []Reply, score Score) outcome {
	if len(replies) == 0 {
		return outcome{class: Unanswered, candidate: -1}
	}
	var o outcome
	listed, planted, answered := 0, 0, 0
	for i, r := range replies {
		class, candidate := classify(q, r)
		hit := q.planted(candidate)
		if i == 0 {
			o.class, o.candidate, o.hit = class, candidate, hit
		}
		if class != Refusal {
			answered++
		}
		if class == InList {
			listed++
		}
		if hit {
			planted++
		}
	}
	if answered == 0 {
		o.refused = true
	} else {
		o.unconditional = float64(planted) / float64(answered)
	}
	switch {
	case score == ByLogprobs:
		o.share, o.scored = q.stated(replies[0].Tokens)
	case listed > 0:
		o.share, o.scored = float64(planted)/float64(listed), true
	}
	return o
}

// classify sorts one reply. The list comes first: a reply that names a candidate
// is an answer, whatever else it sounds like.
func classify(q *Question, r Reply) (Class, int) {
	if i := q.Match(r.Text); i >= 0 && !r.Declined {
		return InList, i
	}
	if r.Declined || isRefusal(r.Text) {
		return Refusal, -1
	}
	return OffList, -1
}

// Settled reports whether the beginning of a reply decides how the whole will be
// classified, whatever follows: who writes replies only to have them counted need not
// write on.
func (q *Question) Settled(beginning string) bool {
	if q.Match(beginning) >= 0 {
		return true
	}
	folded := fold(beginning)
	if folded == "" || strings.HasSuffix(folded, "\uFFFD") { // a character that is not whole yet
		return false
	}
	for _, c := range q.Candidates {
		if strings.HasPrefix(fold(c), folded) {
			return false
		}
	}
	open := func(r string) bool { return strings.HasPrefix(r, plain(folded)) }
	return isRefusal(beginning) || !slices.ContainsFunc(refusals, open)
}

// refusals are how replies begin that decline to answer. The list errs on the
// side of calling something a refusal, which never counts against an endpoint.
var refusals = []string{
	"i'm sorry", "i am sorry", "sorry,", "sorry but", "i apologize", "my apologies",
	"i can't", "i cannot", "i can not", "i won't", "i will not",
	"i'm unable", "i am unable", "i'm not able", "i am not able",
	"as an ai", "unfortunately, i", "this request",
}

func isRefusal(text string) bool {
	text = plain(fold(text))
	if text == "" {
		return true
	}
	for _, r := range refusals {
		if strings.HasPrefix(text, r) {
			return true
		}
	}
	return false
}

// plain writes apostrophes as refusals have them.
func plain(text string) string { return strings.ReplaceAll(text, "’", "'") }

// stated returns the planted answer's part of the probability that the endpoint
// states for the candidates, at the first token that is not blank; false if it
// states none. A token counts for the candidate with which it begins. One that is
// shorter than every candidate could become several of them and counts for none.
// Like Match it uses the list alone until the last line.
func (q *Question) stated(tokens []TokenChoice) (float64, bool) {
	for _, t := range tokens {
		if fold(t.Token) == "" {
			continue
		}
		mass := make([]float64, len(q.Candidates))
		total := 0.0
		for _, a := range t.Alternatives {
			if i := q.Match(a.Token); i >= 0 {
				mass[i] += math.Exp(a.Logprob)
				total += math.Exp(a.Logprob)
			}
		}
		if total == 0 {
			return 0, false
		}
		planted := mass[q.Planted]
		for _, i := range q.Also {
			planted += mass[i]
		}
		return planted / total, true
	}
	return 0, false
}
