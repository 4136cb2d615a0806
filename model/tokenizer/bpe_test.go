package tokenizer

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// mergeReference is the definition: merge the pair of lowest rank, the leftmost
// of equals, until none is left.
func mergeReference(p *pairTable, s []int32) []int32 {
	s = slices.Clone(s)
	for {
		best, value := -1, uint64(noMerge)
		for i := 1; i < len(s); i++ {
			if v := p.get(s[i-1], s[i]); v != noMerge && (best < 0 || v>>32 < value>>32) {
				best, value = i-1, v
			}
		}
		if best < 0 {
			return s
		}
		s[best] = int32(uint32(value))
		s = slices.Delete(s, best+1, best+2)
	}
}

// TestMerges compares the two ways of merging with the definition, for
// vocabularies at random over few letters.
func TestMerges(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		letters := int32(rng.IntN(3) + 1)
		tokens := []string{}
		for i := range letters {
			tokens = append(tokens, string('a'+i))
		}
		ids := map[string]int32{}
		for i, token := range tokens {
			ids[token] = int32(i)
		}
		table := newPairTable(0)
		for rank := range uint32(rng.IntN(40)) {
			l, r := rng.IntN(len(tokens)), rng.IntN(len(tokens))
			joined := tokens[l] + tokens[r]
			id, ok := ids[joined]
			if !ok {
				id = int32(len(tokens))
				ids[joined] = id
				tokens = append(tokens, joined)
			}
			if table.get(int32(l), int32(r)) == noMerge {
				table.put(int32(l), int32(r), rank, uint32(id))
			}
		}
		e := &encoder{t: &Tokenizer{model: bpe{tokens: tokens, ids: ids, merges: table}}}
		for range 20 {
			word := make([]int32, rng.IntN(60)+1)
			for i := range word {
				word[i] = rng.Int32N(letters)
			}
			want := mergeReference(&table, word)
			for name, merge := range map[string]func(){"short": e.mergeShort, "long": e.mergeLong} {
				e.symbols, e.ids = slices.Clone(word), nil
				merge()
				if !slices.Equal(e.ids, want) {
					t.Fatalf("%s: %v becomes %v, want %v", name, word, e.ids, want)
				}
			}
		}
	}
}
