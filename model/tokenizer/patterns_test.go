package tokenizer

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// TestPatterns compares the scanners with the pieces into which the patterns cut
// text in Hugging Face tokenizers 0.23.3 (Oniguruma).
func TestPatterns(t *testing.T) {
	data, err := os.ReadFile("testdata/splits.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Texts    []string `json:"texts"`
		Patterns []struct {
			Pattern string     `json:"pattern"`
			Pieces  [][]string `json:"pieces"`
		} `json:"patterns"`
	}
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Patterns) < 9 {
		t.Errorf("only %d patterns", len(ref.Patterns))
	}
	for _, p := range ref.Patterns {
		m, ok := lookupPattern(p.Pattern)
		if !ok {
			t.Errorf("pattern %s is unknown", p.Pattern)
			continue
		}
		st := step{kind: isolate, matcher: m, behavior: "Isolated"}
		for i, text := range ref.Texts {
			var pieces []string
			for _, part := range st.parts(text) {
				pieces = append(pieces, text[part.start:part.end])
			}
			if !slices.Equal(pieces, p.Pieces[i]) {
				t.Errorf("%s\n%q: %q, want %q", p.Pattern, text, pieces, p.Pieces[i])
			}
		}
	}
}

// TestNormalForms compares with the normalizers of Hugging Face tokenizers
// 0.23.3: text, NFC, NFD, NFKC, NFKD.
func TestNormalForms(t *testing.T) {
	data, err := os.ReadFile("testdata/normal.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][5]string
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for i, form := range []func(string) string{nfc, nfd, nfkc, nfkd} {
			if got := form(row[0]); got != row[i+1] {
				t.Errorf("form %d of %+q: %+q, want %+q", i, row[0], got, row[i+1])
			}
		}
	}
}
