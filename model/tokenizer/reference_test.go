package tokenizer_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"loyal/model/tokenizer"
)

// TestSmallReference compares small tokenizers that use one feature each with
// what Hugging Face tokenizers 0.23.3 gave.
func TestSmallReference(t *testing.T) {
	data, err := os.ReadFile("testdata/small.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]struct {
		Tokenizer json.RawMessage `json:"tokenizer"`
		Lines     []struct {
			goldenLine
			Decode []int32 `json:"decode"`
		} `json:"lines"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			tok, err := tokenizer.FromJSON(c.Tokenizer)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range c.Lines {
				if ids := tok.Encode(g.Text, false); !slices.Equal(ids, g.IDs) {
					t.Errorf("%q: ids %v, want %v", g.Text, ids, g.IDs)
				}
				if ids := tok.Encode(g.Text, true); !slices.Equal(ids, g.IDsSpecial) {
					t.Errorf("%q: with special %v, want %v", g.Text, ids, g.IDsSpecial)
				}
				for skip, want := range map[bool]string{false: g.Decoded, true: g.DecodedSkip} {
					if text := tok.Decode(g.Decode, skip); text != want {
						t.Errorf("%v: decoded %q, want %q", g.Decode, text, want)
					}
					if text := stream(tok, g.Decode, skip); text != want {
						t.Errorf("%v: streamed %q, want %q", g.Decode, text, want)
					}
				}
			}
		})
	}
}

func stream(tok *tokenizer.Tokenizer, ids []int32, skip bool) string {
	s := tok.NewStream(skip)
	var text string
	for _, id := range ids {
		text += s.Push(id)
	}
	return text + s.Flush()
}
