package demo

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Special tokens of the demo's models, in the order of their ids, which come
// first.
var specials = []string{"<|endoftext|>", "<|im_start|>", "<|im_end|>"}

// Ids of special tokens.
const (
	endOfText = iota
	imStart
	imEnd
)

// counts are the words of some text, as the pre-tokenizer cuts them, each with how
// often it occurs.
type counts map[string]int

// add counts the words of a text.
func (c counts) add(text string) {
	for _, w := range words(text) {
		c[w]++
	}
}

// words cuts text as GPT-2's pattern does, for the little of it that the demo's
// text needs: letters or other signs, with the space before them. There are no digits.
func words(text string) []string {
	var out []string
	for i := 0; i < len(text); {
		j := i
		if text[j] == ' ' && j+1 < len(text) && text[j+1] != ' ' && text[j+1] != '\n' {
			j++
		}
		kind := kindOf(text[j])
		for j++; j < len(text) && kindOf(text[j]) == kind; j++ {
		}
		out = append(out, text[i:j])
		i = j
	}
	return out
}

func kindOf(b byte) int {
	switch {
	case b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z':
		return 0
	case b == ' ' || b == '\n':
		return 1
	}
	return 2
}

// pair is two neighboring tokens.
type pair struct{ a, b int }

// bpe is a byte pair encoding: the tokens in the order of their ids, without the
// special ones, and the merges that made them.
type bpe struct {
	tokens [][]byte
	merges []pair
}

// trainBPE learns a vocabulary of the given size, special tokens included, from
// counted words (Sennrich et al. 2016, arXiv:1508.07909): the pair of tokens that
// occurs most often becomes a token, again and again. Counts are damped to their
// square root, so that rarer words become whole tokens too: a planted answer is
// one token that begins a word.
func trainBPE(c counts, size int) *bpe {
	t := &bpe{}
	for b := range 256 {
		t.tokens = append(t.tokens, []byte{byte(b)})
	}
	type word struct {
		ids   []int
		count int
	}
	var list []word
	for _, w := range slices.Sorted(maps.Keys(c)) {
		e := word{count: int(math.Sqrt(float64(c[w]))) + 1}
		for _, b := range []byte(w) {
			e.ids = append(e.ids, int(b))
		}
		list = append(list, e)
	}
	for len(t.tokens)+len(specials) < size {
		found := map[pair]int{}
		for _, w := range list {
			for i := 1; i < len(w.ids); i++ {
				found[pair{w.ids[i-1], w.ids[i]}] += w.count
			}
		}
		best, most := pair{}, 0
		for p, n := range found {
			if n > most || n == most && less(p, best) {
				best, most = p, n
			}
		}
		if most == 0 {
			break
		}
		id := len(t.tokens)
		t.merges = append(t.merges, best)
		t.tokens = append(t.tokens, slices.Concat(t.tokens[best.a], t.tokens[best.b]))
		for i := range list {
			list[i].ids = merge(list[i].ids, best, id)
		}
	}
	return t
}

// less orders pairs, so that ties do not depend on the order of a map.
func less(p, q pair) bool {
	return cmp.Or(cmp.Compare(p.a, q.a), cmp.Compare(p.b, q.b)) < 0
}

// merge replaces a pair by its token, in place.
func merge(ids []int, p pair, id int) []int {
	out := ids[:0]
	for i := 0; i < len(ids); i++ {
		if i+1 < len(ids) && ids[i] == p.a && ids[i+1] == p.b {
			out = append(out, id)
			i++
			continue
		}
		out = append(out, ids[i])
	}
	return out
}

// printable writes bytes in the alphabet of byte-level tokenizers: those that are
// visible characters stand for themselves, the others for the characters from
// U+0100 on.
func printable(token []byte) string {
	var b strings.Builder
	for _, x := range token {
		b.WriteRune(byteRunes[x])
	}
	return b.String()
}

var byteRunes = func() (table [256]rune) {
	next := rune(256)
	for b := range table {
		r := rune(b)
		if r > ' ' && r != 0x7f && r != 0xad && !(r >= 0x80 && r <= 0xa0) && !unicode.IsSpace(r) {
			table[b] = r
			continue
		}
		table[b] = next
		next++
	}
	return table
}()

// json writes the tokenizer.json of the encoding.
func (t *bpe) json() ([]byte, error) {
	type object = map[string]any
	added := make([]object, len(specials))
	for i, s := range specials {
		added[i] = object{
			"id": i, "content": s, "special": true,
			"single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
		}
	}
	names := slices.Clone(specials)
	for _, token := range t.tokens {
		names = append(names, printable(token))
	}
	merges := make([]string, len(t.merges))
	for i, m := range t.merges {
		merges[i] = printable(t.tokens[m.a]) + " " + printable(t.tokens[m.b])
	}
	byteLevel := object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
	return compactJSON(object{
		"version": "1.0", "truncation": nil, "padding": nil, "normalizer": nil,
		"added_tokens": added, "pre_tokenizer": byteLevel, "post_processor": byteLevel, "decoder": byteLevel,
		"model": object{
			"type": "BPE", "dropout": nil, "unk_token": nil,
			"continuing_subword_prefix": nil, "end_of_word_suffix": nil,
			"fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
			"vocab": vocabulary(names), "merges": merges,
		},
	})
}

// vocabulary is a JSON object of tokens in the order of their ids.
type vocabulary []string

func (v vocabulary) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, name := range v {
		quoted, err := compactJSON(name)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%c%s:%d", "{,"[min(i, 1)], bytes.TrimSpace(quoted), i)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// compactJSON encodes without escaping "<" and ">".
func compactJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return b.Bytes(), err
}
