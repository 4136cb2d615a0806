package fingerprint

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Why a key offers no candidate list. Judged on the base model's distribution
// and the parameters alone.
var (
	// ErrClosed reports a key whose next token is not open: the likeliest one is
	// more probable than Params.MaxTop, or the nucleus reaches below
	// Params.MinCandidate.
	ErrClosed = errors.New("the next token is not open")
	// ErrFewCandidates reports a key with fewer than k eligible candidates.
	ErrFewCandidates = errors.New("fewer eligible candidates than the width")
)

// minLetters is the least number of letters of a candidate.
const minLetters = 2

// Selector lists candidates by the rule of the package comment. It is not safe
// for concurrent use.
type Selector struct {
	codec  Codec
	params Params
	folded map[int32]string // of tokens: their folded text
	ranked []rankedToken    // scratch
}

type rankedToken struct {
	id   int32
	prob float32
}

// NewSelector returns a selector for one model and one set of parameters.
func NewSelector(codec Codec, p Params) *Selector {
	return &Selector{codec: codec, params: p, folded: make(map[int32]string)}
}

// Candidates returns C(x), the list of exactly Params.Width candidates after a
// prompt, most probable first, ties by id. probs are the probabilities of the
// next token, indexed by id. The list is a function of prompt, distribution and
// parameters: no secret and no chance is involved.
//
// The nucleus is that of the whole distribution: the most probable tokens of any
// kind until their mass reaches t, the token that crosses it included (Holtzman
// et al. 2019, arXiv:1904.09751). So whoever serves the base model with top-p
// sampling up to t, or greedily, never says a candidate. Behind it tokens that
// are more probable than the cap are passed over, then those that are not
// eligible (see word) and those whose text collides: with a candidate already
// taken, either being a prefix of the other, or with the nucleus, being the
// beginning of something in it.
func (s *Selector) Candidates(prompt []int32, probs []float32) ([]Candidate, error) {
	if len(prompt) == 0 {
		return nil, errors.New("list candidates: the prompt is empty")
	}
	if err := s.rank(probs); err != nil {
		return nil, err
	}
	if len(s.ranked) == 0 || float64(s.ranked[0].prob) > s.params.MaxTop {
		return nil, ErrClosed
	}
	nucleus, mass := 0, 0.0
	for ; nucleus < len(s.ranked) && mass < s.params.Nucleus; nucleus++ {
		mass += float64(s.ranked[nucleus].prob)
	}
	if mass < s.params.Nucleus {
		return nil, ErrClosed
	}
	for nucleus < len(s.ranked) && float64(s.ranked[nucleus].prob) > s.params.Cap {
		nucleus++
	}
	var list []Candidate
	end := endOf(s.codec, prompt)
	for _, r := range s.ranked[nucleus:] {
		text, ok := word(s.codec, end, r.id)
		if !ok || collides(text, list) || s.begins(text, s.ranked[:nucleus]) {
			continue
		}
		list = append(list, Candidate{Tokens: []int32{r.id}, Text: text, Prob: tidy(r.prob)})
		if len(list) == s.params.Width {
			return list, nil
		}
	}
	return nil, ErrFewCandidates
}

// rank sorts the tokens that matter, those at least as probable as the least
// candidate, into s.ranked.
func (s *Selector) rank(probs []float32) error {
	s.ranked = s.ranked[:0]
	least := float32(s.params.MinCandidate)
	for id, p := range probs {
		if p >= least && p > 0 {
			s.ranked = append(s.ranked, rankedToken{int32(id), p})
		}
		if !(p >= 0 && p <= 1.001) { // rounding aside
			return fmt.Errorf("list candidates: token %d has probability %v", id, p)
		}
	}
	slices.SortFunc(s.ranked, func(a, b rankedToken) int {
		if c := cmp.Compare(b.prob, a.prob); c != 0 {
			return c
		}
		return cmp.Compare(a.id, b.id)
	})
	return nil
}

// collides reports whether a text and a listed candidate begin with each other.
func collides(text string, list []Candidate) bool {
	text = fold(text)
	for i := range list {
		if other := fold(list[i].Text); strings.HasPrefix(text, other) || strings.HasPrefix(other, text) {
			return true
		}
	}
	return false
}

// begins reports whether a token's text begins with a text.
func (s *Selector) begins(text string, tokens []rankedToken) bool {
	text = fold(text)
	for _, t := range tokens {
		if strings.HasPrefix(s.foldedText(t.id), text) {
			return true
		}
	}
	return false
}

func (s *Selector) foldedText(id int32) string {
	text, ok := s.folded[id]
	if !ok && int(id) < s.codec.VocabSize() {
		text = fold(s.codec.Decode([]int32{id}, false))
		s.folded[id] = text
	}
	return text
}

// promptEnd is what matters of a prompt for the word after it.
type promptEnd struct {
	last int32
	text string
	// fresh: the prompt ends with a special token or with white space, so the
	// next word starts without a space of its own.
	fresh bool
}

func endOf(codec Codec, prompt []int32) promptEnd {
	e := promptEnd{last: prompt[len(prompt)-1]}
	e.text = codec.Decode([]int32{e.last}, false)
	r, _ := utf8.DecodeLastRuneInString(e.text)
	e.fresh = codec.IsSpecial(e.last) || unicode.IsSpace(r)
	return e
}

// word returns the text that a token adds after a prompt, without its leading
// space, if the token is eligible to be an answer: it is an ordinary token; its
// text is letters only, at least two; it begins a word rather than continuing
// one; and it survives the way through text (encoding its text gives the token
// back).
func word(codec Codec, end promptEnd, id int32) (string, bool) {
	if int(id) >= codec.VocabSize() || codec.IsSpecial(id) {
		return "", false
	}
	alone := codec.Decode([]int32{id}, false)
	added := alone
	// In place, because some decoders drop the leading space of a text's first token.
	if both := codec.Decode([]int32{end.last, id}, false); strings.HasPrefix(both, end.text) {
		added = both[len(end.text):]
	}
	text, spaced := strings.CutPrefix(added, " ")
	if !wordText(text) {
		return "", false
	}
	first, _ := utf8.DecodeRuneInString(text)
	switch {
	case spaced || unspaced(first):
	case !end.fresh:
		return "", false // continues the last word
	case unicode.IsLower(first):
		return "", false // at the start of an answer such tokens are pieces: "ing", "tion"
	}
	if !roundTrips(codec, alone, id) && !roundTrips(codec, added, id) {
		return "", false
	}
	return text, true
}

func roundTrips(codec Codec, text string, id int32) bool {
	ids := codec.Encode(text, false)
	return len(ids) == 1 && ids[0] == id
}

// wordText reports whether a text is letters (and their marks) only, at least
// minLetters.
func wordText(text string) bool {
	letters := 0
	for _, r := range text {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsMark(r) && letters > 0:
		default:
			return false // U+FFFD, which invalid UTF-8 decodes to, is neither
		}
	}
	return letters >= minLetters
}

// unspaced reports whether a letter belongs to a script that puts no spaces
// between words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// tidy is the shortest decimal number that is p in 32 bits: the file need not
// carry digits that the engine did not compute.
func tidy(p float32) float64 {
	if math.IsNaN(float64(p)) || p < 0 {
		return 0
	}
	v, err := strconv.ParseFloat(strconv.FormatFloat(float64(p), 'g', -1, 32), 64)
	if err != nil {
		return float64(p)
	}
	return min(v, 1)
}
