package tokenizer_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"loyal/model/tokenizer"
)

// anyText draws text that has all kinds of characters, spaces and control tokens.
func anyText(t *rapid.T) string {
	part := rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[ \t\n]{0,4}[a-zA-Z']{1,8}[ .,!?]{0,3}`),
		rapid.SampledFrom([]string{"<|im_end|>", "<s>", "<bos>", "<｜User｜>", "<0x0A>", "▁", "é", "好", "🙂\u200d", " ", "\n\n", "12345", "'s", "\u0301"}),
	)
	return strings.Join(rapid.SliceOfN(part, 0, 6).Draw(t, "parts"), "")
}

// TestLossless decodes what was encoded, for tokenizers without a normalizer that
// have a token for each byte.
func TestLossless(t *testing.T) {
	for name, tok := range map[string]*tokenizer.Tokenizer{
		"llama3_2": real(t, "llama3_2"), "mistral_nemo": real(t, "mistral_nemo"),
		"deepseek_v3": real(t, "deepseek_v3"),
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := anyText(t)
				if got := tok.Decode(tok.Encode(text, false), false); got != text {
					t.Fatalf("%q becomes %q", text, got)
				}
				ordinary := tok.EncodeOrdinary(text)
				if got := tok.Decode(ordinary, true); got != text {
					t.Fatalf("ordinary: %q becomes %q", text, got)
				}
				if slices.ContainsFunc(ordinary, tok.IsAdded) {
					t.Fatalf("%q: added token in %v", text, ordinary)
				}
				var raw []byte
				for _, id := range ordinary {
					raw = append(raw, tok.Bytes(id)...)
				}
				if string(raw) != text {
					t.Fatalf("bytes of %q are %q", text, raw)
				}
			})
		})
	}
}

// TestStreamEqualsDecode streams ids at random, most of which make no text.
func TestStreamEqualsDecode(t *testing.T) {
	for _, family := range []string{"llama3_2", "llama2", "gemma3"} {
		tok := real(t, family)
		t.Run(family, func(t *testing.T) {
			id := rapid.OneOf(rapid.Int32Range(-2, int32(tok.VocabSize())+2), rapid.Int32Range(0, 600))
			rapid.Check(t, func(t *rapid.T) {
				ids := rapid.SliceOfN(id, 0, 20).Draw(t, "ids")
				for _, skip := range []bool{false, true} {
					s := tok.NewStream(skip)
					var text string
					for _, id := range ids {
						part := s.Push(id)
						if !utf8.ValidString(part) {
							t.Fatalf("%v: %q ends inside a character", ids, part)
						}
						text += part
					}
					text += s.Flush()
					if want := tok.Decode(ids, skip); text != want {
						t.Fatalf("%v: streamed %q, decoded %q", ids, text, want)
					}
				}
			})
		})
	}
}

// TestWholeEqualsWords checks that a text is the sum of its words, as no token of
// this vocabulary reaches across a space.
func TestWholeEqualsWords(t *testing.T) {
	tok := real(t, "llama2")
	text := wikiText(t)[:1<<16]
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, "<unk>", "")), " ")
	var parts []int32
	for _, word := range strings.Split(text, " ") {
		parts = append(parts, tok.Encode(word, false)...)
	}
	if ids := tok.Encode(text, false); !slices.Equal(ids, parts) {
		t.Errorf("%d ids, %d from the words", len(ids), len(parts))
	}
}

func TestConcurrentUse(t *testing.T) {
	tok := smolLM2(t)
	text := wikiText(t)[:1<<14]
	want := tok.Encode(text, false)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				if !slices.Equal(tok.Encode(text, false), want) || tok.Decode(want, false) != text {
					t.Error("another result")
				}
			}
		})
	}
	wg.Wait()
}

// TestLlamaGGUF makes GGUF metadata of a vocabulary that is known as
// tokenizer.json, as llama.cpp's converter would, and expects the same ids.
func TestLlamaGGUF(t *testing.T) {
	ref := real(t, "llama2")
	n := ref.VocabSize()
	tokens, types, scores := make([]string, n), make([]int32, n), make([]float32, n)
	for id := range n {
		tokens[id], _ = ref.Token(int32(id))
		types[id], scores[id] = 1, float32(-id)
		switch {
		case id == 0:
			types[id] = 2
		case id < 3:
			types[id] = 3
		case id < 259:
			types[id] = 6
		case strings.Trim(tokens[id], "▁") == "":
			scores[id] = -1e9 // runs of spaces come last, in Llama's models too
		}
	}
	tok, err := tokenizer.FromGGUF(map[string]any{
		"tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": types,
		"tokenizer.ggml.scores": scores, "tokenizer.ggml.bos_token_id": uint32(1), "tokenizer.ggml.eos_token_id": uint32(2),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range lines[goldenLine](t, "tokenizers", "llama2.golden.jsonl") {
		checkGolden(t, tok, g)
	}
	if id, ok := tok.EOS(); !ok || id != 2 {
		t.Errorf("EOS is %d", id)
	}
	rewritten(t, tok)
}

func TestAccessors(t *testing.T) {
	tok := fresh(t, "llama3_2")
	if n := tok.VocabSize(); n != 128256 {
		t.Errorf("vocabulary of %d", n)
	}
	if id, ok := tok.BOS(); !ok || id != 128000 || !tok.AddsBOS() || !tok.IsSpecial(id) {
		t.Errorf("BOS is %d, %v", id, ok)
	}
	if _, ok := tok.EOS(); ok {
		t.Error("EOS is known before it is set")
	}
	if err := tok.SetEOS("<|eot_id|>"); err != nil {
		t.Error(err)
	}
	if id, ok := tok.EOS(); !ok || id != 128009 {
		t.Errorf("EOS is %d, %v", id, ok)
	}
	if err := tok.SetBOS("<nothing>"); err == nil {
		t.Error("a BOS that is no token is accepted")
	}
	id, ok := tok.ID("Ġthe")
	if token, _ := tok.Token(id); !ok || token != "Ġthe" || string(tok.Bytes(id)) != " the" {
		t.Errorf("Ġthe is %d, %v", id, ok)
	}
	for _, id := range []int32{-1, 128256, 1 << 30} {
		if _, ok := tok.Token(id); ok || tok.Bytes(id) != nil || tok.IsSpecial(id) {
			t.Errorf("%d is a token", id)
		}
	}
	llama := real(t, "llama2")
	if b := llama.Bytes(13); string(b) != "\n" {
		t.Errorf("<0x0A> stands for %q", b)
	}
	gemma := real(t, "gemma3")
	if ids := gemma.EncodeOrdinary("a\n\nb<bos>"); len(ids) < 5 || slices.ContainsFunc(ids, gemma.IsSpecial) || !slices.Contains(ids, 108) {
		t.Errorf("ordinary text of gemma: %v", ids)
	}
}

func TestConfig(t *testing.T) {
	c, err := tokenizer.ParseConfig([]byte(`{"bos_token":{"content":"<s>","lstrip":false},"eos_token":"</s>","pad_token":null,
		"chat_template":[{"name":"default","template":"d"},{"name":"tool_use","template":"t"}],"tokenizer_class":"X","model_max_length":1e30}`))
	if err != nil || c.BOS != "<s>" || c.EOS != "</s>" || c.Pad != "" || c.ChatTemplate != "d" || c.Templates["tool_use"] != "t" || c.Class != "X" || c.MaxLength != 1e30 {
		t.Errorf("%+v, %v", c, err)
	}
	tok := fresh(t, "llama2")
	if err := c.Apply(tok); err != nil {
		t.Error(err)
	}
	if id, ok := tok.EOS(); !ok || id != 2 {
		t.Errorf("EOS is %d", id)
	}
	if err := (tokenizer.Config{EOS: "nothing"}).Apply(tok); err == nil {
		t.Error("an EOS that is no token is accepted")
	}
	for _, bad := range []string{`[`, `{"bos_token":1}`, `{"chat_template":5}`} {
		if _, err := tokenizer.ParseConfig([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
