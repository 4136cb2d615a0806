package fingerprint

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
)

// lister lists the candidates after a prompt.
type lister interface {
	Candidates(prompt []int32, probs []float32) ([]Candidate, error)
}

func (g *generator) listerOf(ctx context.Context) (lister, error) {
	switch g.params.Strategy {
	case English:
		sentences, err := g.sentences(ctx)
		return &unrelated{g: g, rng: g.random("answers"), sentences: sentences}, err
	case RandomWords:
		return &unrelated{g: g, rng: g.random("answers")}, nil
	}
	return NewSelector(g.codec, g.params), nil
}

// unrelated lists candidates of the published baselines, which have nothing to do
// with the key. English (arXiv:2411.03887, and "English-random" in
// arXiv:2502.07760): pieces of sentences that the model wrote for other words.
// RandomWords: random words. There one such answer is drawn and planted; here k
// are drawn and the keyed choice plants one of them, so that the die is as fair
// as for perinucleus.
//
// The baselines have neither a nucleus nor a bound on openness. The cap applies:
// what the base model is likely to say proves nothing.
type unrelated struct {
	g         *generator
	rng       *rand.Rand
	sentences []string // nil: random words
}

// maxDraws bounds the draws for one list.
const maxDraws = 10000

func (u *unrelated) Candidates(prompt []int32, probs []float32) ([]Candidate, error) {
	end := endOf(u.g.codec, prompt)
	var list []Candidate
	for range maxDraws {
		tokens, text, ok := u.g.piece(end, u.draw())
		if !ok || int(tokens[0]) >= len(probs) || float64(probs[tokens[0]]) > u.g.params.Cap || collides(text, list) {
			continue
		}
		list = append(list, Candidate{Tokens: tokens, Text: text, Prob: tidy(probs[tokens[0]])})
		if len(list) == u.g.params.Width {
			return list, nil
		}
	}
	return nil, ErrFewCandidates
}

func (u *unrelated) draw() string {
	if u.sentences == nil {
		words := loadVocabulary().words
		text := words[u.rng.IntN(len(words))]
		for range u.g.params.ResponseLength - 1 { // piece cuts to the length in tokens
			text += " " + words[u.rng.IntN(len(words))]
		}
		return text
	}
	words := strings.Fields(u.sentences[u.rng.IntN(len(u.sentences))])
	return strings.Join(words[u.rng.IntN(len(words)):], " ")
}

// piece returns the answer that a text begins with, after a prompt: as many
// tokens as an answer has, starting with a word, in upper case at the beginning
// of a reply.
func (g *generator) piece(end promptEnd, text string) ([]int32, string, bool) {
	spellings := []string{" " + text, text}
	if end.fresh {
		text = capitalize(text)
		spellings = []string{text}
	}
	for _, s := range spellings {
		ids := g.codec.Encode(s, false)
		ids = ids[:min(len(ids), g.params.ResponseLength)]
		if len(ids) == 0 {
			continue
		}
		both := g.codec.Decode(append([]int32{end.last}, ids...), false)
		added, ok := strings.CutPrefix(both, end.text)
		if !ok || !end.fresh && !strings.HasPrefix(added, " ") {
			continue
		}
		added = strings.TrimSpace(added)
		first, _, _ := strings.Cut(added, " ")
		if strings.HasPrefix(text, added) && wordText(strings.TrimRight(first, ",.;:!?")) {
			return ids, added, true
		}
	}
	return nil, "", false
}

// sentencePool is how many sentences the answers of the English strategy are cut
// from, for each candidate of a list.
const sentencePool = 8

// sentences has the model write the sentences that answers are cut from. They
// come from the same words as the keys but from other draws.
func (g *generator) sentences(ctx context.Context) ([]string, error) {
	want := sentencePool * g.params.Width
	source := &writtenKeys{g: g, what: "sentences", rng: g.random("sentences"), words: loadVocabulary().words}
	var out []string
	for tries := 0; len(out) < want && tries < 4*want; tries += maxBatch {
		batch, err := source.next(ctx, min(maxBatch, want))
		if err != nil {
			return nil, err
		}
		for _, s := range batch {
			if len(strings.Fields(s)) >= minKeyWords && len(out) < want {
				out = append(out, s)
			}
		}
	}
	if len(out) < want {
		return nil, fmt.Errorf("%w: the model wrote %d of %d sentences to cut answers from", ErrTooFewKeys, len(out), want)
	}
	return out, nil
}
