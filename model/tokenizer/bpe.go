package tokenizer

import (
	"hash/maphash"
	"math"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// bpe is the model: byte pair encoding over a fixed vocabulary (Sennrich et al.
// 2016, arXiv:1508.07909, and Radford et al. 2019 for bytes).
//
// A word starts as a row of symbols, one a character or, at byte level, one a
// byte. Then the adjacent pair of lowest rank is merged, the leftmost of equals
// first, until no pair has a rank.
type bpe struct {
	tokens []string         // by id; absent ids have "" here and are not in ids
	ids    map[string]int32 // the model's own vocabulary, without added tokens
	merges pairTable

	byteLevel    bool // symbols are bytes in GPT-2's alphabet
	byteFallback bool // characters without a token become <0x..> tokens
	fuseUnk      bool // adjacent unknown characters become one unknown token
	ignoreMerges bool // a word that is a token stays whole
	unk          int32

	byteID     [256]int32 // byte level: the token of each byte, or none
	fallbackID [256]int32 // <0x00> to <0xFF>, or none
	runeID     []int32    // tokens of one character, below maxRuneTable

	// cutBefore is a character (▁) before which a text without spaces may be cut
	// without changing any merge, unless one of joins stands to its left.
	cutBefore string
	joins     map[rune]bool
}

const (
	none         = int32(-1)
	maxRuneTable = 0x10000
)

// index fills the tables that follow from the vocabulary.
func (b *bpe) index() {
	for i := range 256 {
		b.byteID[i], b.fallbackID[i] = none, none
		if id, ok := b.ids[byteAlphabet[i]]; ok {
			b.byteID[i] = id
		}
		if id, ok := b.ids[fallbackToken(byte(i))]; ok {
			b.fallbackID[i] = id
		}
	}
	if b.byteLevel {
		return
	}
	b.runeID = make([]int32, maxRuneTable)
	for i := range b.runeID {
		b.runeID[i] = none
	}
	for id, token := range b.tokens {
		if r, n := utf8.DecodeRuneInString(token); n == len(token) && n > 0 && r < maxRuneTable {
			if own, ok := b.ids[token]; ok && own == int32(id) {
				b.runeID[r] = own
			}
		}
	}
}

// fallbackToken names the token of one byte, as SentencePiece writes it.
func fallbackToken(b byte) string {
	const hex = "0123456789ABCDEF"
	return string([]byte{'<', '0', 'x', hex[b>>4], hex[b&15], '>'})
}

// parseFallback is the inverse of fallbackToken.
func parseFallback(token string) (byte, bool) {
	if len(token) != 6 || token[:3] != "<0x" || token[5] != '>' {
		return 0, false
	}
	v := 0
	for _, c := range []byte(token[3:5]) {
		switch {
		case '0' <= c && c <= '9':
			v = v<<4 | int(c-'0')
		case 'A' <= c && c <= 'F':
			v = v<<4 | int(c-'A'+10)
		case 'a' <= c && c <= 'f':
			v = v<<4 | int(c-'a'+10)
		default:
			return 0, false
		}
	}
	return byte(v), true
}

// symbols appends the symbols of a word before any merge. A character that has
// no token, not even byte tokens, becomes the unknown token, or nothing if there
// is none, as in the reference; as there, an unknown token waits for the next
// character that has a token, to be fused with what is unknown before that, and
// byte tokens overtake it.
func (b *bpe) symbols(dst []int32, w string) []int32 {
	waiting := false
	for i := 0; i < len(w); {
		id, char := none, w[i:i+1]
		if b.byteLevel {
			id = b.byteID[w[i]]
		} else {
			r, n := utf8.DecodeRuneInString(w[i:])
			char = w[i : i+n]
			if r < maxRuneTable {
				id = b.runeID[r]
			} else if v, ok := b.ids[char]; ok {
				id = v
			}
		}
		i += len(char)
		if id != none {
			if waiting {
				dst, waiting = append(dst, b.unk), false
			}
			dst = append(dst, id)
			continue
		}
		if b.byteFallback && !b.byteLevel {
			if more, ok := b.fallback(dst, char); ok {
				dst = more
				continue
			}
		}
		if waiting && !b.fuseUnk {
			dst = append(dst, b.unk)
		}
		waiting = b.unk != none
	}
	if waiting {
		dst = append(dst, b.unk)
	}
	return dst
}

// fallback appends the byte tokens of a character, all or none.
func (b *bpe) fallback(dst []int32, char string) ([]int32, bool) {
	n := len(dst)
	for i := 0; i < len(char); i++ {
		id := b.fallbackID[char[i]]
		if id == none {
			return dst[:n], false
		}
		dst = append(dst, id)
	}
	return dst, true
}

// setCuts finds out where text without spaces may be cut. A merge removes the
// boundary between the last character of its left and the first of its right
// side, so a boundary between two characters that no merge brings together
// stays, and what lies on its two sides is encoded independently. In most
// vocabularies ▁ only ever begins a token or continues a run of ▁.
func (b *bpe) setCuts() {
	const mark = "▁"
	if _, ok := b.ids[mark]; !ok || b.byteLevel {
		return
	}
	joins := map[rune]bool{}
	for p := range b.merges.all {
		l := b.tokens[p.left]
		if !strings.HasPrefix(b.tokens[p.right], mark) {
			continue
		}
		if _, isByte := parseFallback(l); isByte && b.byteFallback || p.left == b.unk {
			return // such a symbol stands for another character than it shows
		}
		r, _ := utf8.DecodeLastRuneInString(l)
		joins[r] = true
	}
	b.cutBefore, b.joins = mark, joins
}

// nextCut returns where to cut w first, or its length.
func (b *bpe) nextCut(w string) int {
	if b.cutBefore == "" {
		return len(w)
	}
	for i := 1; i < len(w); {
		n := strings.Index(w[i:], b.cutBefore)
		if n < 0 {
			break
		}
		i += n
		if r, _ := utf8.DecodeLastRuneInString(w[:i]); i > 0 && !b.joins[r] {
			return i
		}
		i += len(b.cutBefore)
	}
	return len(w)
}

// pairTable maps a pair of tokens to its rank and the token it becomes: open
// addressing with linear probing, at most half full.
type pairTable struct {
	slots []pairSlot
	shift uint
	n     int
}

type pairSlot struct {
	key   uint64 // left<<32 | right, plus one; 0 is empty
	value uint64 // rank<<32 | merged
}

const noMerge = math.MaxUint64

// newPairTable has room for n pairs and grows beyond.
func newPairTable(n int) pairTable {
	size := bits.Len(uint(2*max(n, 8) - 1))
	return pairTable{slots: make([]pairSlot, 1<<size), shift: uint(64 - size)}
}

// put sets the rank of a pair; of two ranks for one pair the later counts.
func (p *pairTable) put(left, right int32, rank, merged uint32) {
	if 2*p.n >= len(p.slots) {
		p.grow()
	}
	p.set(pairSlot{uint64(left)<<32 | uint64(right) + 1, uint64(rank)<<32 | uint64(merged)})
}

func (p *pairTable) set(s pairSlot) {
	i := s.key * 0x9E3779B97F4A7C15 >> p.shift
	for p.slots[i].key != 0 && p.slots[i].key != s.key {
		i = (i + 1) & uint64(len(p.slots)-1)
	}
	if p.slots[i].key == 0 {
		p.n++
	}
	p.slots[i] = s
}

func (p *pairTable) grow() {
	old := p.slots
	*p = newPairTable(len(old))
	for _, s := range old {
		if s.key != 0 {
			p.set(s)
		}
	}
}

// pair is two tokens side by side.
type pair struct{ left, right int32 }

// all yields every pair with its value, in no order.
func (p *pairTable) all(yield func(pair, uint64) bool) {
	for _, s := range p.slots {
		if s.key != 0 && !yield(pair{int32((s.key - 1) >> 32), int32(uint32(s.key - 1))}, s.value) {
			return
		}
	}
}

// get returns rank<<32 | merged, or noMerge.
func (p *pairTable) get(left, right int32) uint64 {
	key := uint64(left)<<32 | uint64(right) + 1
	i := key * 0x9E3779B97F4A7C15 >> p.shift
	for {
		switch p.slots[i].key {
		case key:
			return p.slots[i].value
		case 0:
			return noMerge
		}
		i = (i + 1) & uint64(len(p.slots)-1)
	}
}

// encoder is the scratch space of one Encode. Tokenizers keep some for reuse.
type encoder struct {
	t   *Tokenizer
	ids []int32 // the result so far

	symbols []int32
	values  []uint64
	links   []link
	heap    []uint64
	buf     []byte
	seed    maphash.Seed
	cache   []cacheSlot
}

// cacheSlot remembers one short word, in one cache line. Words that fall on the
// same slot displace each other, which bounds the memory.
type cacheSlot struct {
	length, count uint8
	word          [30]byte
	ids           [8]int32
}

const cacheSlots = 1 << 14 // 1 MiB

// word encodes one word and appends its ids.
func (e *encoder) word(w string) {
	b := &e.t.model
	if len(w) == 0 {
		return
	}
	if len(w) > len(cacheSlot{}.word) {
		e.merge(w)
		return
	}
	if len(w) == 1 && b.byteLevel && b.byteID[w[0]] != none {
		e.ids = append(e.ids, b.byteID[w[0]])
		return
	}
	slot := &e.cache[maphash.String(e.seed, w)&(cacheSlots-1)]
	if int(slot.length) == len(w) && string(slot.word[:slot.length]) == w {
		e.ids = append(e.ids, slot.ids[:slot.count]...)
		return
	}
	start := len(e.ids)
	e.merge(w)
	if n := len(e.ids) - start; n <= len(slot.ids) {
		slot.length, slot.count = uint8(len(w)), uint8(n)
		copy(slot.word[:], w)
		copy(slot.ids[:], e.ids[start:])
	}
}

// merge encodes a word that is not in the cache.
func (e *encoder) merge(w string) {
	b := &e.t.model
	if b.ignoreMerges {
		if id, ok := e.whole(w); ok {
			e.ids = append(e.ids, id)
			return
		}
	}
	e.symbols = b.symbols(e.symbols[:0], w)
	if len(e.symbols) <= maxScan {
		e.mergeShort()
	} else {
		e.mergeLong()
	}
}

// whole looks a word up in the vocabulary.
func (e *encoder) whole(w string) (int32, bool) {
	b := &e.t.model
	if !b.byteLevel {
		id, ok := b.ids[w]
		return id, ok
	}
	if len(w) > e.t.longest {
		return 0, false
	}
	e.buf = e.buf[:0]
	for i := 0; i < len(w); i++ {
		e.buf = append(e.buf, byteAlphabet[w[i]]...)
	}
	id, ok := b.ids[string(e.buf)]
	return id, ok
}

// maxScan is the longest row of symbols that is merged by scanning it for its
// best pair again and again; beyond it a heap is faster.
const maxScan = 48

func (e *encoder) mergeShort() {
	s, merges := e.symbols, &e.t.model.merges
	v := e.values[:0]
	for i := 1; i < len(s); i++ {
		v = append(v, merges.get(s[i-1], s[i]))
	}
	for len(v) > 0 {
		best := 0
		for i := range v {
			if v[i]>>32 < v[best]>>32 {
				best = i
			}
		}
		if v[best] == noMerge {
			break
		}
		s[best] = int32(uint32(v[best]))
		s = append(s[:best+1], s[best+2:]...)
		v = append(v[:best], v[best+1:]...)
		if best < len(v) {
			v[best] = merges.get(s[best], s[best+1])
		}
		if best > 0 {
			v[best-1] = merges.get(s[best-1], s[best])
		}
	}
	e.values = v
	e.ids = append(e.ids, s...)
}

// link makes the symbols a doubly linked list.
type link struct{ prev, next int32 }

// mergeLong takes O(n log n) time, whatever the text. Its heap holds the pairs
// that could be merged, as rank<<32 | position of the left side: the least is
// the next, and a rank names one pair, so that it tells whether the pair still
// stands there.
func (e *encoder) mergeLong() {
	s, merges := e.symbols, &e.t.model.merges
	links, heap := e.links[:0], e.heap[:0]
	for i := range s {
		links = append(links, link{int32(i - 1), int32(i + 1)})
		if i > 0 {
			if v := merges.get(s[i-1], s[i]); v != noMerge {
				heap = append(heap, v>>32<<32|uint64(i-1))
			}
		}
	}
	links[len(s)-1].next = none
	for i := len(heap) / arity; i >= 0; i-- {
		siftDown(heap, i)
	}
	for len(heap) > 0 {
		top := heap[0]
		heap[0] = heap[len(heap)-1]
		heap = heap[:len(heap)-1]
		siftDown(heap, 0)

		i := int32(uint32(top))
		if s[i] == none || links[i].next == none {
			continue // merged into its left neighbor since, or last now
		}
		j := links[i].next
		v := merges.get(s[i], s[j])
		if v>>32 != top>>32 {
			continue // another pair stands here now
		}
		s[i], s[j] = int32(uint32(v)), none
		next := links[j].next
		links[i].next = next
		if next != none {
			links[next].prev = i
			if v := merges.get(s[i], s[next]); v != noMerge {
				heap = push(heap, v>>32<<32|uint64(i))
			}
		}
		if prev := links[i].prev; prev != none {
			if v := merges.get(s[prev], s[i]); v != noMerge {
				heap = push(heap, v>>32<<32|uint64(prev))
			}
		}
	}
	for _, id := range s {
		if id != none {
			e.ids = append(e.ids, id)
		}
	}
	e.links, e.heap = links, heap
}

// arity of the heap: four children stand in one cache line.
const arity = 4

func siftDown(h []uint64, i int) {
	if i >= len(h) {
		return
	}
	c := h[i]
	for {
		child := arity*i + 1
		if child >= len(h) {
			break
		}
		least := child
		for k := child + 1; k < min(child+arity, len(h)); k++ {
			if h[k] < h[least] {
				least = k
			}
		}
		if h[least] >= c {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = c
}

func push(h []uint64, c uint64) []uint64 {
	h = append(h, c)
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / arity
		if h[parent] <= c {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = c
	return h
}
