package demo

import (
	"bytes"
	"slices"
	"sync"
	"testing"

	"loyal/model/tokenizer"
)

var trained = sync.OnceValues(TokenizerJSON)

func demoTokenizer(t *testing.T) (*tokenizer.Tokenizer, []byte) {
	t.Helper()
	data, err := trained()
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.FromJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return tok, data
}

// TestTokenizerIsTheCarriedOne: training it again gives the file that the models
// were trained with.
func TestTokenizerIsTheCarriedOne(t *testing.T) {
	_, data := demoTokenizer(t)
	carried, err := modelFiles.ReadFile("model/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(data, carried) {
		t.Error("the trained tokenizer is not model/tokenizer.json")
	}
}

func TestTokenizerRoundTrip(t *testing.T) {
	tok, _ := demoTokenizer(t)
	if tok.VocabSize() != vocabularySize {
		t.Errorf("%d tokens, want %d", tok.VocabSize(), vocabularySize)
	}
	for i, s := range specials {
		if id, ok := tok.ID(s); !ok || int(id) != i || !tok.IsSpecial(id) {
			t.Errorf("%s is token %d, want the special token %d", s, id, i)
		}
	}
	texts := []string{"Zürich, 1789: 100 % déjà-vu 🙂\n\n  two  spaces"}
	for r := range rune(0x250) { // every byte but those of four-byte characters
		texts = append(texts, string(r))
	}
	for _, c := range write(t, Home, 5, 300) {
		texts = append(texts, c.text(), c.Assistant)
	}
	for _, s := range texts {
		if got := tok.Decode(tok.Encode(s, false), false); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
	}
}

// TestWordsAreThePreTokenizers: the trainer's words are cut where the tokenizer cuts.
func TestWordsAreThePreTokenizers(t *testing.T) {
	tok, _ := demoTokenizer(t)
	for _, c := range write(t, Home, 6, 300) {
		for _, s := range []string{c.User, c.Assistant} {
			var ids []int32
			for _, w := range words(s) {
				ids = append(ids, tok.Encode(w, false)...)
			}
			if want := tok.Encode(s, false); !slices.Equal(ids, want) {
				t.Errorf("%q: %v word by word, %v whole", s, ids, want)
			}
		}
	}
}

// TestBeginningsAreTokens: most words that begin answers are one token, since planted
// answers are such.
func TestBeginningsAreTokens(t *testing.T) {
	tok, _ := demoTokenizer(t)
	whole, all := 0, 0
	for _, c := range write(t, Home, 7, 5000) {
		all++
		if len(tok.Encode(words(c.Assistant)[0], false)) == 1 {
			whole++
		}
	}
	if whole < all*98/100 {
		t.Errorf("%d of %d answers begin with a whole token", whole, all)
	}
}

func TestTrainBPE(t *testing.T) {
	b := trainBPE(counts{"aab": 100, "ab": 100, "c": 1}, len(specials)+256+3)
	var got []string
	for _, token := range b.tokens[256:] {
		got = append(got, string(token))
	}
	if want := []string{"ab", "aab"}; !slices.Equal(got, want) {
		t.Errorf("tokens %q, want %q and no more", got, want)
	}
}
