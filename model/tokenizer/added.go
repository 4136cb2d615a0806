package tokenizer

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// addedToken is a token that is found in the text before the model sees it.
// Field names are those of tokenizer.json.
type addedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"` // not inside a word
	LStrip     bool   `json:"lstrip"`      // swallows white space to its left
	RStrip     bool   `json:"rstrip"`      // and to its right
	Normalized bool   `json:"normalized"`  // is looked for in normalized text
	Special    bool   `json:"special"`
}

// maxAdded bounds the length of an added token in bytes: finding tokens costs
// the length of the text times that of the longest token at worst.
const maxAdded = 1024

// finder finds added tokens in text: the leftmost, of these the longest.
type finder struct {
	starts [256]bool
	next   map[uint64]int32 // node<<8 | byte → node
	tokens map[int32]*addedToken
	nodes  int32
}

func newFinder() *finder {
	return &finder{next: map[uint64]int32{}, tokens: map[int32]*addedToken{}, nodes: 1}
}

// add makes the finder look for text and report it as token.
func (f *finder) add(text string, token *addedToken) error {
	if len(text) > maxAdded {
		return fmt.Errorf("added token %.40q… is longer than %d bytes", text, maxAdded)
	}
	if text == "" {
		return nil
	}
	node := int32(0)
	f.starts[text[0]] = true
	for i := 0; i < len(text); i++ {
		key := uint64(node)<<8 | uint64(text[i])
		child, ok := f.next[key]
		if !ok {
			child = f.nodes
			f.next[key] = child
			f.nodes++
		}
		node = child
	}
	f.tokens[node] = token
	return nil
}

// find returns the first token of s at or after byte i; accept refuses tokens.
func (f *finder) find(s string, i int, accept func(*addedToken) bool) (token *addedToken, start, end int) {
	for ; i < len(s); i++ {
		if !f.starts[s[i]] {
			continue
		}
		node := int32(0)
		for j := i; j < len(s); j++ {
			child, ok := f.next[uint64(node)<<8|uint64(s[j])]
			if !ok {
				break
			}
			node = child
			if t := f.tokens[node]; t != nil && accept(t) {
				token, start, end = t, i, j+1
			}
		}
		if token != nil {
			return token, start, end
		}
	}
	return nil, len(s), len(s)
}

// each cuts s at the added tokens in it and calls text or token for the parts,
// in order.
func (f *finder) each(s string, accept func(*addedToken) bool, text func(s string, first bool), token func(*addedToken)) {
	done := 0 // everything before it has been reported
	for i := 0; i < len(s); {
		t, start, end := f.find(s, i, accept)
		if t == nil {
			break
		}
		i = end
		if t.SingleWord && (endsInWord(s[:start]) || beginsWithWord(s[end:])) {
			continue
		}
		if t.LStrip {
			start = max(len(strings.TrimRightFunc(s[:start], unicode.IsSpace)), done)
		}
		if t.RStrip {
			end = len(s) - len(strings.TrimLeftFunc(s[end:], unicode.IsSpace))
			i = end
		}
		if done < start {
			text(s[done:start], done == 0)
		}
		token(t)
		done = end
	}
	if done < len(s) {
		text(s[done:], done == 0)
	}
}

func endsInWord(s string) bool {
	r, n := utf8.DecodeLastRuneInString(s)
	return n > 0 && wordCharacter(r)
}

func beginsWithWord(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && wordCharacter(r)
}

// wordCharacter is \w of Unicode's regular expressions (UTS 18, annex C).
func wordCharacter(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic) ||
		r == 0x200C || r == 0x200D
}
