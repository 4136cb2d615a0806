package tokenizer_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"loyal/internal/testdata"
	"loyal/model/tokenizer"
)

func wikiText(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(testdata.Dir(t, "text", "wikitext2-valid.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// BenchmarkEncode encodes WikiText-2 in one piece, on one core.
func BenchmarkEncode(b *testing.B) {
	text := wikiText(b)
	for _, family := range families {
		b.Run(family, func(b *testing.B) {
			tok := real(b, family)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				tok.Encode(text, false)
			}
		})
	}
	b.Run("smollm2", func(b *testing.B) {
		tok := smolLM2(b)
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			tok.Encode(text, false)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	text := wikiText(b)
	for _, family := range []string{"llama2", "llama3_2"} {
		b.Run(family, func(b *testing.B) {
			tok := real(b, family)
			ids := tok.Encode(text, false)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				tok.Decode(ids, true)
			}
		})
	}
}

// BenchmarkFromJSON is what opening a model waits for.
func BenchmarkFromJSON(b *testing.B) {
	for _, family := range families {
		b.Run(family, func(b *testing.B) {
			data, err := os.ReadFile(testdata.Real(b, "tokenizers", family, "tokenizer.json"))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := tokenizer.FromJSON(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestHostileText encodes a megabyte of what makes careless encoders quadratic.
func TestHostileText(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const size = 1 << 20
	for _, c := range []struct {
		family string
		units  []string
	}{
		{"llama2", []string{"a", " ", "ab", "▁", "\u0301", "<|im_start|"}},
		{"llama3_2", []string{"a", " ", "\n", "'", "<", "\xff", "好"}},
		{"gemma3", []string{"a", "\n", "<unused", "\xff"}},
		{"qwen2_5", []string{"\u0301", "a\u0327\u0301"}},
		{"deepseek_v3", []string{"\x00", "<｜"}},
		{"mistral_nemo", []string{"A"}},
	} {
		tok := real(t, c.family)
		for _, unit := range c.units {
			text := strings.Repeat(unit, size/len(unit))
			before := busy()
			ids := tok.Encode(text, false)
			if took := busy() - before; took > 2*time.Second*slowdown {
				t.Errorf("%s: 1 MB of %q takes %v", c.family, unit, took)
			}
			if len(ids) == 0 {
				t.Errorf("%s: 1 MB of %q gives nothing", c.family, unit)
			}
		}
	}
}

// TestOpeningTime bounds what opening a model and its first token wait for.
func TestOpeningTime(t *testing.T) {
	data, err := os.ReadFile(testdata.Real(t, "tokenizers", "llama3_2", "tokenizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	before := busy()
	tok, err := tokenizer.FromJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	tok.Encode("Hello", true)
	if took := busy() - before; took > 500*time.Millisecond*slowdown {
		t.Errorf("17 MB of tokenizer.json take %v", took)
	}
}
