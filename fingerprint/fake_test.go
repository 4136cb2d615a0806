package fingerprint

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// fakeCodec is a tokenizer with single characters, pieces, and many words with
// and without leading space. It encodes by the longest match.
type fakeCodec struct {
	tokens  []string
	ids     map[string]int32
	longest int
}

const (
	fakeBOS  = int32(0) // "<s>"
	fakeTurn = int32(1) // "<turn>"
)

var newFakeCodec = sync.OnceValue(func() *fakeCodec {
	c := &fakeCodec{ids: make(map[string]int32)}
	add := func(t string) {
		if _, ok := c.ids[t]; !ok {
			c.ids[t] = int32(len(c.tokens))
			c.tokens = append(c.tokens, t)
			c.longest = max(c.longest, len(t))
		}
	}
	add("<s>")
	add("<turn>")
	add("\n")
	for r := rune(' '); r < 127; r++ {
		add(string(r))
	}
	for _, piece := range []string{"ing", "tion", "ness", "The", " the", "There", "Th", "\xf0\x9f", "123", "?!"} {
		add(piece)
	}
	for _, w := range loadVocabulary().words {
		add(" " + w)
		add(capitalize(w))
	}
	c.tokens = append(c.tokens, "Wolf") // a second one, which encoding never gives
	return c
})

func (c *fakeCodec) Encode(text string, addSpecial bool) []int32 {
	var ids []int32
	if addSpecial {
		ids = append(ids, fakeBOS)
	}
	for len(text) > 0 {
		n := min(c.longest, len(text))
		id, ok := c.ids[text[:n]]
		for ; n > 1 && !ok; id, ok = c.ids[text[:n]] {
			n--
		}
		if !ok {
			id = c.ids["?"]
		}
		ids = append(ids, id)
		text = text[n:]
	}
	return ids
}

func (c *fakeCodec) Decode(ids []int32, skipSpecial bool) string {
	var b strings.Builder
	for _, id := range ids {
		if !skipSpecial || !c.IsSpecial(id) {
			b.WriteString(c.tokens[id])
		}
	}
	return strings.ToValidUTF8(b.String(), string(utf8.RuneError))
}

func (c *fakeCodec) IsSpecial(id int32) bool { return id == fakeBOS || id == fakeTurn }
func (c *fakeCodec) VocabSize() int          { return len(c.tokens) }

// fakeOracle is a model whose distributions are random but fixed by the prompt.
type fakeOracle struct {
	codec *fakeCodec
	// width of the distributions: softmax of normal logits times this.
	spread float64
	mute   bool // writes nothing
}

func (o *fakeOracle) rng(prompt []int32, salt uint64) *rand.Rand {
	h := sha256.New()
	for _, id := range prompt {
		_ = binary.Write(h, binary.LittleEndian, id)
	}
	_ = binary.Write(h, binary.LittleEndian, salt)
	return rand.New(rand.NewChaCha8([32]byte(h.Sum(nil))))
}

func (o *fakeOracle) Distributions(ctx context.Context, prompts [][]int32, yield func(int, []float32) error) error {
	for i, p := range prompts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := yield(i, o.distribution(p)); err != nil {
			return err
		}
	}
	return nil
}

// known are distributions that were computed before.
var known = make(map[string][]float32)

func (o *fakeOracle) distribution(prompt []int32) []float32 {
	name := fmt.Sprint(o.spread, prompt)
	if probs, ok := known[name]; ok {
		return probs
	}
	rng := o.rng(prompt, 0)
	probs, sum := make([]float32, o.codec.VocabSize()+3), 0.0 // padded, as models are
	for j := range probs {
		probs[j] = float32(math.Exp(o.spread * rng.NormFloat64()))
		sum += float64(probs[j])
	}
	for j := range probs {
		probs[j] /= float32(sum)
	}
	known[name] = probs
	return probs
}

// Surprisals of the fake are those of single tokens: rare ones surprise.
func (o *fakeOracle) Surprisals(_ context.Context, prompts [][]int32, spans [][2]int) ([]float64, error) {
	out := make([]float64, len(prompts))
	for i, p := range prompts {
		for _, id := range p[spans[i][0]:spans[i][1]] {
			out[i] += math.Log(float64(id + 2))
		}
		out[i] /= float64(spans[i][1] - spans[i][0])
	}
	return out, nil
}

func (o *fakeOracle) Continue(ctx context.Context, prompts [][]int32, opts ContinueOptions) ([][]int32, error) {
	out := make([][]int32, len(prompts))
	if o.mute {
		return out, ctx.Err()
	}
	for i := range prompts {
		rng := o.rng([]int32{int32(i)}, opts.Seed)
		for range opts.MaxTokens {
			words := loadVocabulary().words
			word := words[rng.IntN(len(words))]
			id := o.codec.ids[" "+word]
			if prompts[i][len(prompts[i])-1] == fakeTurn && len(out[i]) == 0 {
				id = o.codec.ids[capitalize(word)]
			}
			out[i] = append(out[i], id)
		}
		if opts.Progress != nil {
			opts.Progress(len(out[i]))
		}
	}
	return out, ctx.Err()
}

func fakeChat(message string) ([]int32, error) {
	c := newFakeCodec()
	ids := append([]int32{fakeBOS}, c.Encode(message, false)...)
	return append(ids, fakeTurn), nil
}

func fakeRaw(message string) ([]int32, error) { return newFakeCodec().Encode(message, true), nil }

// seeded is a deterministic stand-in for the system's random generator.
func seeded(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func fakeOptions(strategy Strategy, n int) Options {
	p := DefaultParams(strategy)
	p.Seed = 7
	return Options{
		N: n, Params: p, Serving: Serving{Kind: Chat},
		Model:  Model{Name: "fake", Digest: "sha256:aa", TemplateDigest: "sha256:bb", TokenizerDigest: "sha256:cc"},
		Random: seeded(1),
	}
}

func fakeModel() *fakeOracle { return &fakeOracle{codec: newFakeCodec(), spread: 2.5} }

func makeFake(o Options) (*Set, error) {
	render := fakeChat
	if o.Serving.Kind == Completion {
		render = fakeRaw
	}
	return New(context.Background(), fakeModel(), newFakeCodec(), render, o)
}

// keysOf lists the keys of a set.
func keysOf(s *Set) []string {
	var keys []string
	for _, f := range s.Fingerprints {
		keys = append(keys, f.Key)
	}
	return slices.Clip(keys)
}
