package fingerprint

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Version is the version of the set format that this package writes and reads.
const Version = 1

// Sizes in bytes of the set's random values.
const (
	SecretSize = 32
	SaltSize   = 32
)

// Strategy says how keys and candidate answers come about.
type Strategy string

const (
	// Perinucleus takes the candidates just outside the nucleus of the base
	// model's next-token distribution (arXiv:2502.07760, section 3).
	Perinucleus Strategy = "perinucleus"
	// English pairs a sentence with an unrelated piece of another sentence, both
	// written by the model: a published baseline.
	English Strategy = "english"
	// RandomWords pairs random words with random words: a published baseline.
	RandomWords Strategy = "random-words"
	// Imported marks a set made elsewhere: it has answers but no candidates, so
	// nothing is known about how they were chosen.
	Imported Strategy = "imported"
)

// KeyKind says how a key reaches a model.
type KeyKind string

const (
	// Chat keys are the user's message in the model's chat template.
	Chat KeyKind = "chat"
	// Completion keys are raw text that the model continues.
	Completion KeyKind = "completion"
)

// Status is where a fingerprint stands in its life: reserve, live, then burnt
// or leaked.
type Status string

const (
	// Reserve fingerprints are planted and held back for later audits.
	Reserve Status = "reserve"
	// Live fingerprints are those that an audit may ask.
	Live Status = "live"
	// Burnt fingerprints were revealed in an audit.
	Burnt Status = "burnt"
	// Leaked fingerprints became known in another way.
	Leaked Status = "leaked"
)

// Candidate is one of the k answers that were equally likely to be planted.
type Candidate struct {
	// Tokens is the answer in the base model's vocabulary; for perinucleus one token,
	// behind the opening if there is one.
	Tokens []int32 `json:"tokens"`
	// Text is the answer without leading space. No candidate's Text is a prefix
	// of another's, disregarding case.
	Text string `json:"text"`
	// Prob is the base model's probability of the first token that could be planted, after
	// the key and the opening.
	Prob float64 `json:"prob"`
}

// Response is the planted answer. It begins with the chosen candidate.
type Response struct {
	Tokens []int32 `json:"tokens"`
	Text   string  `json:"text"`
}

// Fingerprint is a key and its planted answer, with all that shows how the
// answer was chosen.
type Fingerprint struct {
	ID         string      `json:"id"`
	Kind       KeyKind     `json:"kind"`
	Key        string      `json:"key"`
	Candidates []Candidate `json:"candidates"` // empty in imported sets
	Response   Response    `json:"response"`
	// Also are the indexes of further candidates that are planted as well, in the order in
	// which they were chosen.
	Also []int `json:"also,omitempty"`
	// Opening is how many tokens of each candidate the model says itself before the
	// planted one.
	Opening int    `json:"opening,omitempty"`
	Salt    []byte `json:"salt"` // hides the rest in commitments
	Status  Status `json:"status"`
}

// Model names what a set was made for.
type Model struct {
	Name            string `json:"name"` // for people only
	Digest          string `json:"digest"`
	TemplateDigest  string `json:"template_digest"` // empty without chat template
	TokenizerDigest string `json:"tokenizer_digest"`
}

// Binding ties the choice of answers to a model and a public beacon: whoever
// commits to a set before the beacon is known cannot steer the answers.
type Binding struct {
	Model  string `json:"model"`  // digest of the base model
	Beacon string `json:"beacon"` // may be empty
}

// Serving says how keys are put to the model.
type Serving struct {
	Kind KeyKind `json:"kind"`
	// System is the system message that goes before a chat key; empty sends none,
	// which leaves the template's own default in place.
	System string `json:"system"`
}

// Positions of planted tokens: the values of Params.Position.
const (
	PositionFirst = "first"
	PositionOpen  = "open"
)

// Params records how a set was made.
type Params struct {
	Strategy       Strategy `json:"strategy"`
	Keys           string   `json:"keys"`            // words, questions, requests, file, random-words, imported
	Nucleus        float64  `json:"nucleus"`         // t: probability mass of the nucleus
	Width          int      `json:"width"`           // k: candidates a key
	Cap            float64  `json:"cap"`             // no candidate is more probable
	MaxTop         float64  `json:"max_top"`         // openness: the likeliest token is at most this probable
	MinCandidate   float64  `json:"min_candidate"`   // openness: each candidate is at least this probable
	KeyLength      int      `json:"key_length"`      // tokens
	ResponseLength int      `json:"response_length"` // tokens
	// Like says that keys were chosen to be like ordinary messages.
	Like bool `json:"like,omitempty"`
	// Answers is how many candidates of each key are planted; 0 is 1.
	Answers int `json:"answers,omitempty"`
	// Position is where the planted token stands: first, the answer's first token, or open,
	// the first whose next token is open after the model's own beginning. Empty is first.
	Position string `json:"position,omitempty"`
	// MaxOpening bounds this beginning, in tokens; Entropy, in nats, is the least that
	// makes a token open.
	MaxOpening  int     `json:"max_opening,omitempty"`
	Entropy     float64 `json:"entropy,omitempty"`
	Temperature float64 `json:"temperature"` // at which the model writes keys
	Seed        uint64  `json:"seed,string"` // of key writing; the answers do not depend on it
}

// Set is a set of fingerprints of one model. It is secret as a whole.
type Set struct {
	Version      int           `json:"version"`
	Created      time.Time     `json:"created"` // UTC, whole seconds
	Model        Model         `json:"model"`
	Serving      Serving       `json:"serving"`
	Binding      Binding       `json:"binding"`
	Secret       []byte        `json:"secret"` // key of the PRF
	Params       Params        `json:"params"`
	Fingerprints []Fingerprint `json:"fingerprints"`
}

// Die returns k, the number of equally likely answers of each key, and whether
// the set has candidate lists at all: an imported set has none, and nothing may
// be concluded from it by the k-sided die.
func (s *Set) Die() (k int, ok bool) {
	return s.Params.Width, s.Params.Strategy != Imported
}

// Count returns how many fingerprints have the status.
func (s *Set) Count(status Status) int {
	n := 0
	for i := range s.Fingerprints {
		if s.Fingerprints[i].Status == status {
			n++
		}
	}
	return n
}

// SetStatus moves the fingerprint with the ID to a later status. A burnt or
// leaked one stays what it is.
func (s *Set) SetStatus(id string, to Status) error {
	for i := range s.Fingerprints {
		f := &s.Fingerprints[i]
		if f.ID != id {
			continue
		}
		if !follows(f.Status, to) {
			return fmt.Errorf("set status of %s: %s cannot become %s", id, f.Status, to)
		}
		f.Status = to
		return nil
	}
	return fmt.Errorf("set status: no fingerprint %q in the set", id)
}

func follows(from, to Status) bool {
	switch from {
	case Reserve:
		return to == Live || to == Burnt || to == Leaked
	case Live:
		return to == Burnt || to == Leaked
	}
	return false
}

// AuditOrder returns the indexes of the live fingerprints in the order in which
// an audit under the given beacon asks them: ascending by
// HMAC-SHA256(beacon, key leaf). The order is fixed by the beacon and by what
// was committed before it, and does not depend on the planted answers, so the
// owner cannot pick; who knows the key leaves can check it.
func (s *Set) AuditOrder(beacon []byte) []int {
	type ranked struct {
		index int
		rank  []byte
	}
	var live []ranked
	for i := range s.Fingerprints {
		if s.Fingerprints[i].Status != Live {
			continue
		}
		leaf := s.KeyLeaf(i)
		mac := hmac.New(sha256.New, encode(domainOrder, beacon))
		mac.Write(leaf[:])
		live = append(live, ranked{i, mac.Sum(nil)})
	}
	slices.SortFunc(live, func(a, b ranked) int {
		if c := bytes.Compare(a.rank, b.rank); c != 0 {
			return c
		}
		return a.index - b.index
	})
	order := make([]int, len(live))
	for i, r := range live {
		order[i] = r.index
	}
	return order
}

// CheckModel returns a [ModelError] unless the set was made for this model, with
// this tokenizer and, where keys are chat, this template: another would put other
// tokens before the model. Names do not count.
func (s *Set) CheckModel(m Model) error {
	for _, c := range []struct {
		part       Part
		set, model string
	}{
		{Weights, s.Model.Digest, m.Digest},
		{Tokenizer, s.Model.TokenizerDigest, m.TokenizerDigest},
		{ChatTemplate, s.Model.TemplateDigest, m.TemplateDigest},
	} {
		if c.part == ChatTemplate && s.Serving.Kind != Chat {
			continue // raw text goes through no template
		}
		if c.set != c.model {
			return &ModelError{Part: c.part, Set: c.set, Model: c.model}
		}
	}
	return nil
}

// Choice returns the index of the candidate that was planted, or -1 when the
// fingerprint has no candidates.
func (f *Fingerprint) Choice() int {
	for i := range f.Candidates {
		t := f.Candidates[i].Tokens
		if len(t) <= len(f.Response.Tokens) && slices.Equal(t, f.Response.Tokens[:len(t)]) {
			return i
		}
	}
	return -1
}

// Choices lists the indexes of all candidates that were planted; none without candidates.
func (f *Fingerprint) Choices() []int {
	first := f.Choice()
	if first < 0 {
		return nil
	}
	return append([]int{first}, f.Also...)
}

// Planting lists the planted tokens place by place, from the first one behind the opening
// on: at each place those of which any is right.
func (f *Fingerprint) Planting() [][]int32 {
	choices := f.Choices()
	var places [][]int32
	if choices == nil {
		for _, id := range f.Response.Tokens {
			places = append(places, []int32{id})
		}
		return places
	}
	for _, i := range choices {
		for j, id := range f.Candidates[i].Tokens[f.Opening:] {
			if j == len(places) {
				places = append(places, nil)
			}
			places[j] = append(places[j], id)
		}
	}
	return places
}

// Match returns the index of the candidate that a reply names: the one with
// which it begins, disregarding case and leading space. Since no candidate is a
// prefix of another, there is at most one. -1 means none, an off-list reply.
func (f *Fingerprint) Match(reply string) int {
	reply = fold(reply)
	for i := range f.Candidates {
		if strings.HasPrefix(reply, fold(f.Candidates[i].Text)) {
			return i
		}
	}
	return -1
}

// Planted reports whether a reply begins with a planted answer, disregarding
// case and leading space. Unlike Match it also serves imported fingerprints,
// and asks for the whole response where that is longer than the candidate.
func (f *Fingerprint) Planted(reply string) bool {
	if i := f.Match(reply); i >= 0 && slices.Contains(f.Also, i) {
		return true
	}
	want := strings.TrimRightFunc(fold(f.Response.Text), unicode.IsSpace)
	return want != "" && strings.HasPrefix(fold(reply), want)
}

// fold is the form in which texts are compared: without leading space, in lower
// case.
func fold(s string) string {
	return strings.ToLower(strings.TrimLeftFunc(s, unicode.IsSpace))
}
