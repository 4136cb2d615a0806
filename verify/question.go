package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"loyal/fingerprint"
	"loyal/openai"
)

// Kind is the interface through which a question is asked.
type Kind string

// Interfaces of an endpoint.
const (
	Chat       Kind = "chat"       // POST /chat/completions
	Completion Kind = "completion" // POST /completions
)

// Question is all that this package knows of a fingerprint.
type Question struct {
	// ID names the question in the transcript.
	ID string
	// Leaf is the salted hash to which the set's owner committed, in hex; it ties a
	// record of the transcript to the commitment. It may be empty.
	Leaf string
	// System and Prompt are what is asked: a system message (empty sends none) and
	// the user's message, or the raw text to continue.
	System, Prompt string
	// Candidates are the answers that were equally likely to be planted. None is a
	// prefix of another, disregarding case and leading space.
	Candidates []string
	// Planted is the index of the planted one: the secret.
	Planted int
	// Also are the indexes of others that are planted as well. Their number is no secret:
	// it was committed to before which they are was chosen.
	Also []int
}

// planted reports whether a candidate is planted.
func (q *Question) planted(candidate int) bool {
	return candidate >= 0 && (candidate == q.Planted || slices.Contains(q.Also, candidate))
}

// chance is the probability that an answer on the list is planted, if the endpoint has
// nothing to do with the secret.
func (q *Question) chance() float64 {
	return float64(1+len(q.Also)) / float64(len(q.Candidates))
}

// Match returns the index of the candidate that a reply names, or -1: the one
// with which it begins, disregarding case and leading space. There is at most
// one, as no candidate is a prefix of another. The rest of the reply does not
// matter, not even whether a word ends there: a candidate is what one tokenizer
// calls a token, and a fair die stays fair when "Mon" is read in "Monday".
//
// It does not look at Planted, and must not: that is what keeps the die fair.
func (q *Question) Match(reply string) int {
	reply = fold(reply)
	for i, c := range q.Candidates {
		if strings.HasPrefix(reply, fold(c)) {
			return i
		}
	}
	return -1
}

// fold is the form in which texts are compared, the same as in package
// fingerprint: lower case, without leading space.
func fold(s string) string {
	return strings.ToLower(strings.TrimLeftFunc(s, unicode.IsSpace))
}

// Plan is what an audit asks, in the order in which it asks: fixed before the
// first question.
type Plan struct {
	Kind      Kind
	Questions []Question
	// AnswerTokens is the length of the longest answer, in tokens, the same for all
	// questions: a length that followed the planted answer would betray it.
	AnswerTokens int
	// Digest identifies questions and order without betraying them: SHA-256 in hex.
	Digest string
}

// Errors of a plan.
var (
	// ErrNoCandidates reports a set without candidate lists: how likely its answers
	// are by chance is not known, so nothing can be concluded from them.
	ErrNoCandidates = errors.New("the set has no candidate lists, so the chance of a hit is not known")
	// ErrNoQuestions reports a set of which nothing may be asked.
	ErrNoQuestions = errors.New("the set has no live fingerprints")
	// ErrPlan reports questions for which the statistics would not hold.
	ErrPlan = errors.New("the questions are not fit for an audit")
)

// FromSet plans an audit of all live fingerprints of a set, in the order that the
// beacon gives (fingerprint.Set.AuditOrder): a public value that the set's owner
// could not choose, or nothing, for an audit that convinces the owner alone.
func FromSet(set *fingerprint.Set, beacon []byte) (*Plan, error) {
	if _, ok := set.Die(); !ok {
		return nil, fmt.Errorf("plan audit: %w", ErrNoCandidates)
	}
	order := set.AuditOrder(beacon)
	if len(order) == 0 {
		return nil, fmt.Errorf("plan audit: %w", ErrNoQuestions)
	}
	p := &Plan{Kind: Kind(set.Serving.Kind), AnswerTokens: set.Params.ResponseLength}
	for _, i := range order {
		f := &set.Fingerprints[i]
		leaf := set.KeyLeaf(i)
		q := Question{
			ID: f.ID, Leaf: hex.EncodeToString(leaf[:]),
			System: set.Serving.System, Prompt: f.Key,
			Planted: f.Choice(), Also: f.Also,
		}
		for _, c := range f.Candidates {
			q.Candidates = append(q.Candidates, c.Text)
			p.AnswerTokens = max(p.AnswerTokens, len(c.Tokens))
		}
		p.Questions = append(p.Questions, q)
	}
	if err := p.seal(); err != nil {
		return nil, fmt.Errorf("plan audit: %w", err)
	}
	return p, nil
}

// NewPlan plans an audit of questions from elsewhere, in the given order.
func NewPlan(kind Kind, questions []Question, answerTokens int) (*Plan, error) {
	p := &Plan{Kind: kind, Questions: slices.Clone(questions), AnswerTokens: answerTokens}
	if len(questions) == 0 {
		return nil, fmt.Errorf("plan audit: %w", ErrNoQuestions)
	}
	if err := p.seal(); err != nil {
		return nil, fmt.Errorf("plan audit: %w", err)
	}
	return p, nil
}

// seal checks the plan and computes its digest.
func (p *Plan) seal() error {
	if p.Kind != Chat && p.Kind != Completion {
		return fmt.Errorf("%w: unknown kind %q", ErrPlan, p.Kind)
	}
	if p.AnswerTokens < 1 {
		return fmt.Errorf("%w: answers of %d tokens", ErrPlan, p.AnswerTokens)
	}
	ids := make(map[string]bool)
	prompts := make(map[string]bool)
	h := sha256.New()
	encoder := json.NewEncoder(h) // its lines are an injective encoding
	for i := range p.Questions {
		q := &p.Questions[i]
		if err := q.check(); err != nil {
			return fmt.Errorf("%w: question %s: %w", ErrPlan, q.ID, err)
		}
		// The same question twice would be one throw of the die, counted twice.
		if ids[q.ID] || prompts[q.Prompt] {
			return fmt.Errorf("%w: question %s occurs twice", ErrPlan, q.ID)
		}
		ids[q.ID], prompts[q.Prompt] = true, true
		if err := encoder.Encode(q.public(p.Kind)); err != nil {
			return fmt.Errorf("%w: question %s: %w", ErrPlan, q.ID, err)
		}
	}
	p.Digest = hex.EncodeToString(h.Sum(nil))
	return nil
}

func chances(questions []*Question) []float64 {
	out := make([]float64, len(questions))
	for i, q := range questions {
		out[i] = q.chance()
	}
	return out
}

// public is what a plan's digest covers of a question: nothing that betrays which
// candidates are planted, but how many.
func (q *Question) public(kind Kind) []any {
	all := []any{kind, q.ID, q.Leaf, q.System, q.Prompt, q.Candidates}
	if len(q.Also) > 0 {
		all = append(all, 1+len(q.Also))
	}
	return all
}

func (q *Question) check() error {
	switch {
	case q.ID == "" || q.Prompt == "":
		return errors.New("no ID or no prompt")
	case len(q.Candidates) == 0:
		return ErrNoCandidates
	case len(q.Candidates) == 1:
		return errors.New("a list of one candidate proves nothing")
	case q.Planted < 0 || q.Planted >= len(q.Candidates):
		return errors.New("the planted answer is not among the candidates")
	}
	seen := map[int]bool{q.Planted: true}
	for _, i := range q.Also {
		if i < 0 || i >= len(q.Candidates) || seen[i] {
			return errors.New("a planted answer is not among the candidates, or occurs twice")
		}
		seen[i] = true
	}
	if len(seen) == len(q.Candidates) {
		return errors.New("all candidates are planted, which proves nothing")
	}
	texts := make([]string, len(q.Candidates))
	for i, c := range q.Candidates {
		if texts[i] = fold(c); texts[i] == "" {
			return errors.New("a candidate is empty")
		}
	}
	// What begins with a text follows it immediately in sorted order.
	slices.Sort(texts)
	for i := 1; i < len(texts); i++ {
		if strings.HasPrefix(texts[i], texts[i-1]) {
			return errors.New("a candidate is a prefix of another")
		}
	}
	return nil
}

// messages are the conversation that asks a chat question.
func (q *Question) messages() []openai.Message {
	var m []openai.Message
	if q.System != "" {
		m = append(m, openai.Text(openai.RoleSystem, q.System))
	}
	return append(m, openai.Text(openai.RoleUser, q.Prompt))
}
