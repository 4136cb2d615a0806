package fingerprint

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sources of keys: the values of Params.Keys.
const (
	KeysWords       = "words"        // written by the model, each from a common word
	KeysQuestions   = "questions"    // everyday questions of our patterns
	KeysRequests    = "requests"     // written by the model, as its users would
	KeysFile        = "file"         // the maker's own
	KeysRandomWords = "random-words" // of the strategy of that name
	KeysImported    = "imported"
)

// keySource offers keys. It may return fewer than asked, none at its end, and
// also unusable or repeated ones, which the caller drops.
type keySource interface {
	next(ctx context.Context, n int) ([]string, error)
}

// sourceOf returns the source that the parameters name.
func (g *generator) sourceOf(rng *rand.Rand) (keySource, error) {
	v := loadVocabulary()
	switch g.params.Keys {
	case KeysWords:
		return &writtenKeys{g: g, what: "keys", rng: rng, words: v.words}, nil
	case KeysQuestions:
		return &questionKeys{v: &v, rng: rng, left: 4 * v.questions()}, nil
	case KeysRequests:
		return g.newRequestKeys(rng)
	case KeysFile:
		return &givenKeys{keys: g.options.Lines}, nil
	case KeysRandomWords:
		return &randomKeys{g: g, rng: rng, words: v.words}, nil
	}
	return nil, fmt.Errorf("%w: unknown source of keys %q", ErrParams, g.params.Keys)
}

// writtenKeys are sentences that the model writes, each from one common word, as
// in the published recipe (arXiv:2502.07760: "Generate a sentence starting with
// the word …" at temperature .5). A model without chat template continues the
// bare word.
type writtenKeys struct {
	g     *generator
	what  string // is written, for the progress
	rng   *rand.Rand
	words []string
	deck  []string // words of this round that were not used yet
}

func (k *writtenKeys) next(ctx context.Context, n int) ([]string, error) {
	picked := make([]string, n)
	prompts := make([][]int32, n)
	for i := range picked {
		if len(k.deck) == 0 {
			k.deck = slices.Clone(k.words)
			k.rng.Shuffle(len(k.deck), func(a, b int) { k.deck[a], k.deck[b] = k.deck[b], k.deck[a] })
		}
		picked[i], k.deck = k.deck[0], k.deck[1:]
		prompt, err := k.g.render(k.instruction(picked[i]))
		if err != nil {
			return nil, err
		}
		prompts[i] = prompt
	}
	written, err := k.g.write(ctx, k.what, prompts, k.rng.Uint64())
	if err != nil {
		return nil, err
	}
	keys := make([]string, n)
	for i, ids := range written {
		if k.g.options.Serving.Kind == Completion {
			ids = slices.Concat(prompts[i], ids) // the word belongs to the sentence
		}
		keys[i] = sentence(k.g.codec.Decode(ids, true))
	}
	return keys, nil
}

// write lets the model go on with prompts, by the length and at the temperature of keys.
func (g *generator) write(ctx context.Context, what string, prompts [][]int32, seed uint64) ([][]int32, error) {
	p := g.params
	g.progress.Start("write "+what, int64(len(prompts)*p.KeyLength))
	written, err := g.oracle.Continue(ctx, prompts, ContinueOptions{
		MaxTokens: p.KeyLength, Temperature: p.Temperature, Seed: seed, StopAtNewline: true,
		Progress: func(tokens int) { g.progress.Add(int64(tokens)) },
	})
	if err != nil {
		return nil, fmt.Errorf("write keys: %w", err)
	}
	return written, nil
}

func (k *writtenKeys) instruction(word string) string {
	if k.g.options.Serving.Kind == Completion {
		return capitalize(word)
	}
	return fmt.Sprintf("Generate a sentence starting with the word %q.", capitalize(word))
}

func capitalize(word string) string {
	r, size := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + word[size:]
}

// sentence cuts what a model wrote to one line, without quotation marks and
// markup around it, and to its first sentence if one ends; else, since the
// budget of tokens cuts anywhere, to its last whole word.
func sentence(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	text = strings.Trim(text, " \t\"“”*_#>")
	for i, r := range text {
		end := i + utf8.RuneLen(r)
		if strings.ContainsRune(".!?", r) && (end == len(text) || text[end] == ' ' || text[end] == '"') &&
			len(strings.Fields(text[:end])) >= minKeyWords {
			return strings.TrimSpace(text[:end])
		}
	}
	if i := strings.LastIndexByte(text, ' '); i > 0 {
		text = text[:i]
	}
	return strings.TrimRight(text, " ,;:-–—\"“”*_")
}

// requestKeys are what the model writes when it is given its template up to where the
// user speaks: requests as it was tuned on (Magpie, Xu et al. 2024, arXiv:2406.08464,
// section 2).
type requestKeys struct {
	g      *generator
	rng    *rand.Rand
	before []int32 // the template up to where the user speaks
}

func (g *generator) newRequestKeys(rng *rand.Rand) (*requestKeys, error) {
	if g.options.Serving.Kind != Chat {
		return nil, fmt.Errorf("%w: keys from %q want a chat template", ErrParams, KeysRequests)
	}
	n, _, err := g.around()
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fmt.Errorf("%w: keys from %q want a template that says where the user speaks", ErrParams, KeysRequests)
	}
	prompt, err := g.render("A")
	if err != nil {
		return nil, fmt.Errorf("render key: %w", err)
	}
	return &requestKeys{g: g, rng: rng, before: prompt[:n]}, nil
}

func (k *requestKeys) next(ctx context.Context, n int) ([]string, error) {
	written, err := k.g.write(ctx, "requests", slices.Repeat([][]int32{k.before}, n), k.rng.Uint64())
	if err != nil {
		return nil, err
	}
	keys := make([]string, n)
	for i, ids := range written {
		keys[i] = request(k.g.codec.Decode(ids, true))
	}
	return keys, nil
}

// request cuts what a model wrote as a user to its whole sentences; nothing is left if
// there is none.
func request(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	for end := len(text); ; {
		if end = strings.LastIndexAny(text[:end], ".!?"); end < 0 {
			return ""
		}
		if end+1 == len(text) || text[end+1] == ' ' {
			return text[:end+1]
		}
	}
}

// questionKeys are patterns of everyday questions filled with words.
type questionKeys struct {
	v    *vocabulary
	rng  *rand.Rand
	left int
}

func (k *questionKeys) next(_ context.Context, n int) ([]string, error) {
	n = min(n, k.left)
	k.left -= n
	keys := make([]string, n)
	for i := range keys {
		keys[i] = k.v.question(k.rng)
	}
	return keys, nil
}

// givenKeys are the maker's own, in the given order.
type givenKeys struct{ keys []string }

func (k *givenKeys) next(_ context.Context, n int) ([]string, error) {
	n = min(n, len(k.keys))
	out := k.keys[:n]
	k.keys = k.keys[n:]
	return out, nil
}

// randomKeys are random words, up to the key's length in tokens.
type randomKeys struct {
	g     *generator
	rng   *rand.Rand
	words []string
}

func (k *randomKeys) next(_ context.Context, n int) ([]string, error) {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = k.g.randomWords(k.rng, k.words, k.g.params.KeyLength)
	}
	return keys, nil
}

// randomWords joins random words as long as they fit into a number of tokens.
func (g *generator) randomWords(rng *rand.Rand, words []string, tokens int) string {
	var text string
	for range tokens {
		longer := strings.TrimSpace(text + " " + words[rng.IntN(len(words))])
		if len(g.codec.Encode(longer, false)) > tokens {
			break
		}
		text = longer
	}
	return text
}

// Bounds of a usable key.
const (
	minKeyWords = 3
	maxKeyText  = 2000 // bytes
)

// usable reports whether a text can serve as a key: one line of printable
// characters, some words, not longer than asked, no special tokens.
func (g *generator) usable(key string) bool {
	if len(key) > maxKeyText || !utf8.ValidString(key) || key != strings.TrimSpace(key) {
		return false
	}
	for _, r := range key {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	own := g.params.Keys == KeysFile // the maker's own keys keep their length
	if !own && len(strings.Fields(key)) < minKeyWords {
		return false
	}
	ids := g.codec.Encode(key, false)
	if len(ids) == 0 || !own && len(ids) > g.params.KeyLength {
		return false
	}
	return !slices.ContainsFunc(ids, g.codec.IsSpecial)
}

// identity is the form in which two keys count as the same: letters and digits
// only, in lower case, single spaces.
func identity(key string) string {
	fields := strings.FieldsFunc(strings.ToLower(key), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if len(fields) == 0 {
		return key
	}
	return strings.Join(fields, " ")
}
