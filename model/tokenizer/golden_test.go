package tokenizer_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"loyal/internal/testdata"
	"loyal/model/tokenizer"
)

// families are the real tokenizers for which golden data is recorded.
var families = []string{"llama2", "llama3_2", "qwen2_5", "qwen3", "gemma3", "mistral_nemo", "deepseek_v3"}

var loaded sync.Map // by family, for the whole test run

// real reads one of them, once. Tests must not change it.
func real(t testing.TB, family string) *tokenizer.Tokenizer {
	t.Helper()
	if tok, ok := loaded.Load(family); ok {
		return tok.(*tokenizer.Tokenizer)
	}
	tok := fresh(t, family)
	loaded.Store(family, tok)
	return tok
}

func fresh(t testing.TB, family string) *tokenizer.Tokenizer {
	t.Helper()
	data, err := os.ReadFile(testdata.Real(t, "tokenizers", family, "tokenizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.FromJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// lines decodes a file of one JSON value a line.
func lines[T any](t testing.TB, elem ...string) []T {
	t.Helper()
	f, err := os.Open(testdata.Dir(t, filepath.Join(elem...)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []T
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 64<<20)
	for sc.Scan() {
		var v T
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("empty file")
	}
	return all
}

type goldenLine struct {
	Text        string  `json:"text"`
	IDs         []int32 `json:"ids"`
	IDsSpecial  []int32 `json:"ids_special"`
	Decoded     string  `json:"decoded"`
	DecodedSkip string  `json:"decoded_skip_special"`
}

func TestGolden(t *testing.T) {
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			tok := real(t, family)
			for _, g := range lines[goldenLine](t, "tokenizers", family+".golden.jsonl") {
				checkGolden(t, tok, g)
			}
		})
	}
}

func checkGolden(t *testing.T, tok *tokenizer.Tokenizer, g goldenLine) {
	t.Helper()
	if ids := tok.Encode(g.Text, false); !slices.Equal(ids, g.IDs) {
		t.Errorf("%q: ids %v, want %v", g.Text, ids, g.IDs)
	}
	if ids := tok.Encode(g.Text, true); !slices.Equal(ids, g.IDsSpecial) {
		t.Errorf("%q: with special %v, want %v", g.Text, ids, g.IDsSpecial)
	}
	// The recorded texts are those of ids_special or of ids, which differ by BOS.
	if text := tok.Decode(g.IDs, false); text != g.Decoded {
		t.Errorf("%q: decoded %q, want %q", g.Text, text, g.Decoded)
	}
	if text := tok.Decode(g.IDs, true); text != g.DecodedSkip {
		t.Errorf("%q: without special %q, want %q", g.Text, text, g.DecodedSkip)
	}
	for _, skip := range []bool{false, true} {
		s := tok.NewStream(skip)
		var text string
		for _, id := range g.IDs {
			text += s.Push(id)
		}
		if text += s.Flush(); text != tok.Decode(g.IDs, skip) {
			t.Errorf("%q: streamed %q", g.Text, text)
		}
	}
}
