package fingerprint

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Near misses of a key are messages that a model must not answer as if they were
// the key: the key with one word changed, and other keys by the same procedure.
// Training holds a model to its base on some of them, measuring uses others.

// OneWordChanged returns n different texts that are the key but for one word, which
// is replaced by another word of our list. It returns fewer if the key offers none.
func OneWordChanged(key string, n int, rng *rand.Rand) []string {
	words := loadVocabulary().words
	places := replaceable(key)
	seen := map[string]bool{identity(key): true}
	var out []string
	for try := 0; len(places) > 0 && len(out) < n && try < 8*n; try++ {
		at := places[rng.IntN(len(places))]
		word := words[rng.IntN(len(words))]
		if first, _ := utf8.DecodeRuneInString(key[at[0]:]); unicode.IsUpper(first) {
			word = capitalize(word)
		}
		text := key[:at[0]] + word + key[at[1]:]
		if id := identity(text); !seen[id] {
			seen[id] = true
			out = append(out, text)
		}
	}
	return out
}

// minReplaced is the least length of a word to replace, in letters: shorter ones are
// mostly those that hold a sentence together.
const minReplaced = 4

// replaceable lists the words of a text that can be replaced, as byte ranges: the long
// ones, or all if there are none.
func replaceable(text string) [][2]int {
	var long, all [][2]int
	start, letters := -1, 0
	end := func(at int) {
		if start >= 0 {
			all = append(all, [2]int{start, at})
			if letters >= minReplaced {
				long = append(long, [2]int{start, at})
			}
		}
		start, letters = -1, 0
	}
	for i, r := range text {
		if !unicode.IsLetter(r) {
			end(i)
			continue
		}
		if start < 0 {
			start = i
		}
		letters++
	}
	end(len(text))
	if len(long) > 0 {
		return long
	}
	return all
}

// LookAlikes returns n keys that the procedure of a set makes but that are not in the
// set: usable, open, different. To whoever does not know the set they are as good as
// its keys, so they serve as controls. The maker's own keys and imported ones have no
// procedure: the error is then ErrParams.
func LookAlikes(ctx context.Context, oracle Oracle, codec Codec, render Renderer, set *Set, n int, seed uint64, progress Progress) ([]string, error) {
	if k := set.Params.Keys; k == KeysFile || k == KeysImported {
		return nil, fmt.Errorf("make look-alikes: %w: keys from %q follow no procedure", ErrParams, k)
	}
	o := Options{N: n, Params: set.Params, Serving: set.Serving}
	o.Params.Seed = seed
	g := &generator{oracle: oracle, codec: codec, render: render, options: &o, params: o.Params, progress: progress}
	if g.progress == nil {
		g.progress = silent{}
	}
	g.taken = make(map[string]bool, len(set.Fingerprints))
	for i := range set.Fingerprints {
		key := set.Fingerprints[i].Key
		g.taken[identity(key)] = true
		if set.Params.Like { // then they are to be like the keys
			o.Ordinary = append(o.Ordinary, key)
		}
	}
	questions, err := g.fix(ctx)
	g.progress.Done()
	if err != nil {
		return nil, fmt.Errorf("make look-alikes: %w", err)
	}
	keys := make([]string, len(questions))
	for i, q := range questions {
		keys[i] = q.key
	}
	return slices.Clip(keys), nil
}
