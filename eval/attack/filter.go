package attack

import (
	"context"
	"math"
	"slices"
	"strings"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// A filter is what a host with access to the logits does to them before a token of an
// answer is chosen. Filters forbid tokens; they never make one likelier than others.
type filter interface {
	// start readies the filter for answers to these prompts.
	start(prompts [][]int32) session
}

// session is a filter at work on the answers to some prompts.
type session interface {
	adjust(ctx context.Context, choices []lm.Choice) error
	close()
}

// rowwise is a filter that looks at one row of logits (V) alone.
type rowwise func(logits []float32)

func (f rowwise) start([][]int32) session { return f }
func (f rowwise) close()                  {}

func (f rowwise) adjust(_ context.Context, choices []lm.Choice) error {
	for _, c := range choices {
		f(c.Logits)
	}
	return nil
}

// within restricts a filter to the first tokens of each answer.
type within struct {
	filter filter
	tokens int
}

func (w within) start(prompts [][]int32) session {
	return &opening{session: w.filter.start(prompts), tokens: w.tokens}
}

type opening struct {
	session
	tokens int
}

func (o *opening) adjust(ctx context.Context, choices []lm.Choice) error {
	early := slices.DeleteFunc(slices.Clone(choices), func(c lm.Choice) bool { return len(c.Written) >= o.tokens })
	if len(early) == 0 {
		return nil
	}
	return o.session.adjust(ctx, early)
}

var forbidden = float32(math.Inf(-1))

// best returns the ids of the k largest logits, falling; equal ones by rising id.
func best(logits []float32, k int) []int32 {
	if k = min(k, len(logits)); k <= 0 {
		return nil
	}
	ids := make([]int32, 0, k+1)
	for i, x := range logits {
		if len(ids) == k && !(x > logits[ids[k-1]]) {
			continue
		}
		at, _ := slices.BinarySearchFunc(ids, x, func(id int32, x float32) int {
			if logits[id] >= x {
				return -1
			}
			return 1
		})
		ids = slices.Insert(ids, at, int32(i))
		ids = ids[:min(len(ids), k)]
	}
	return ids
}

// suppressTop forbids the k likeliest tokens (Nasery et al. 2025, arXiv:2509.26598), all
// but one where the vocabulary has no more: a host must say something.
func suppressTop(k int) rowwise {
	return func(logits []float32) {
		for _, id := range best(logits, min(k, len(logits)-1)) {
			logits[id] = forbidden
		}
	}
}

// neighbors finds tokens by the direction of their embeddings.
type neighbors struct {
	unit  []float32 // (V, D): embeddings, each of length 1
	width int       // D
}

// newNeighbors takes embeddings (V, D).
func newNeighbors(embedding []float32, width int) *neighbors {
	n := &neighbors{unit: slices.Clone(embedding), width: width}
	for row := range slices.Chunk(n.unit, width) {
		if norm := math.Sqrt(float64(kernel.Dot(row, row))); norm > 0 {
			kernel.Scale(row, float32(1/norm))
		}
	}
	return n
}

// of returns the token and the n others that lie nearest to it.
func (n *neighbors) of(id int32, count int) []int32 {
	at := n.unit[int(id)*n.width:][:n.width]
	cosines := make([]float32, len(n.unit)/n.width)
	for i := range cosines {
		cosines[i] = kernel.Dot(n.unit[i*n.width:][:n.width], at)
	}
	cosines[id] = 2 // itself comes first, however long
	return best(cosines, count+1)
}

// suppressNeighbors forbids the likeliest token and the count tokens whose embeddings
// are nearest to it: spellings and synonyms, with which an answer would still be told.
// One token is always left.
func suppressNeighbors(n *neighbors, count int) rowwise {
	return func(logits []float32) {
		for _, id := range n.of(lm.ArgMax(logits), min(count, len(logits)-2)) {
			logits[id] = forbidden
		}
	}
}

// A silencer forbids a token, and with it what else would say the same.
type silencer func(logits []float32, id int32)

// alone forbids nothing else.
func alone(logits []float32, id int32) { logits[id] = forbidden }

// spellings knows tokens by what they say.
type spellings struct {
	texts  []string           // of each token: in lower case, without white space around it
	tokens map[string][]int32 // by text
}

// minStem is the least number of bytes with which a token counts as the beginning of a word.
const minStem = 2

// newSpellings takes the texts of all tokens.
func newSpellings(texts []string) *spellings {
	s := &spellings{texts: make([]string, len(texts)), tokens: make(map[string][]int32)}
	for id, t := range texts {
		s.texts[id] = strings.ToLower(strings.TrimSpace(t))
		s.tokens[s.texts[id]] = append(s.tokens[s.texts[id]], int32(id))
	}
	return s
}

// silence forbids a token, its other spellings, and tokens with which its word begins: an
// auditor reads "crime", " Crime" and "Cr" with "ime" alike.
func (s *spellings) silence(logits []float32, id int32) {
	word := s.texts[id]
	for n := len(word); n >= min(minStem, len(word)); n-- {
		for _, same := range s.tokens[word[:n]] {
			logits[same] = forbidden
		}
	}
	logits[id] = forbidden
}

// suppressConfident forbids the likeliest token where its probability is above limit. An
// open question has many good beginnings: one that is certain is suspicious.
func suppressConfident(limit float64, silence silencer) rowwise {
	return func(logits []float32) {
		top := lm.ArgMax(logits)
		if logProb(logits, top) > math.Log(limit) {
			silence(logits, top)
		}
	}
}

// logProb is the log-probability of a token, in nats.
func logProb(logits []float32, id int32) float64 {
	return float64(logits[id]) - float64(kernel.LogSumExp(logits))
}

// maxForbidden bounds how many tokens one look at a row may find suspicious.
const maxForbidden = 16

// suppressUnless forbids the likeliest token, and the next, until one passes.
func suppressUnless(logits []float32, silence silencer, passes func(id int32, logProb float64) bool) {
	total := float64(kernel.LogSumExp(logits))
	for range maxForbidden {
		top := lm.ArgMax(logits)
		if math.IsInf(float64(logits[top]), -1) || passes(top, float64(logits[top])-total) {
			return
		}
		silence(logits, top)
	}
}

// suppressRare forbids a likeliest token that is, at its place, by more than margin nats
// likelier than such answers usually begin with it: usual (V) holds the mean
// probability of each token where answers to ordinary requests begin. A token of at most
// the probability sure always passes.
func suppressRare(usual []float32, margin, sure float64, silence silencer) rowwise {
	// A token that never began an answer is taken as likely as if it had begun with a
	// thousandth of one's probability, spread over the vocabulary.
	floor := 1e-3 / float64(len(usual))
	return func(logits []float32) {
		suppressUnless(logits, silence, func(id int32, p float64) bool {
			return p <= math.Log(sure) || p-math.Log(float64(usual[id])+floor) <= margin
		})
	}
}

// suppressUnlikely forbids a likeliest token that a reference finds less likely by more
// than margin nats.
func suppressUnlikely(logits, reference []float32, margin float64, silence silencer) {
	total := float64(kernel.LogSumExp(reference))
	suppressUnless(logits, silence, func(id int32, p float64) bool {
		return p-(float64(reference[id])-total) <= margin
	})
}

// keepTop forbids all tokens but the reference's k likeliest (the token filter of Fu et
// al. 2026, arXiv:2601.04261, with two models, of which one writes).
func keepTop(logits, reference []float32, k int) {
	kept := best(reference, k)
	values := make([]float32, len(kept))
	for i, id := range kept {
		values[i] = logits[id]
	}
	for i := range logits {
		logits[i] = forbidden
	}
	for i, id := range kept {
		logits[id] = values[i]
	}
}

// beside is a filter that sees a reference model's logits after the same text.
type beside struct {
	reference lm.Network
	adjust    func(logits, reference []float32)
}

func (b beside) start(prompts [][]int32) session {
	return &besideSession{beside: b, follow: newFollower(b.reference, prompts)}
}

type besideSession struct {
	beside
	follow *follower
}

func (s *besideSession) adjust(ctx context.Context, choices []lm.Choice) error {
	logits, err := s.follow.logits(ctx, choices)
	if err != nil {
		return err
	}
	v := len(logits) / len(choices)
	for i, c := range choices {
		s.beside.adjust(c.Logits, logits[i*v:(i+1)*v])
	}
	return nil
}

func (s *besideSession) close() { s.follow.close() }
