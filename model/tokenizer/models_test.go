package tokenizer_test

import (
	"os"
	"slices"
	"testing"

	"loyal/internal/testdata"
	"loyal/model/gguf"
	"loyal/model/tokenizer"
)

// smolLM2 reads the tokenizer of the real GGUF model.
func smolLM2(t testing.TB) *tokenizer.Tokenizer {
	t.Helper()
	f, err := gguf.Open(testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tok, err := tokenizer.FromGGUF(metadata(t, f))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// metadata decodes the tokenizer's keys of a GGUF file.
func metadata(t testing.TB, f *gguf.File) map[string]any {
	t.Helper()
	meta := map[string]any{}
	for _, key := range f.Keys() {
		v, _ := f.Value(key)
		if texts, err := v.Texts(); err == nil {
			meta[key] = slices.Clone(texts)
		} else if ints, err := v.Ints(); err == nil {
			meta[key] = ints
		} else if floats, err := v.Floats(); err == nil {
			meta[key] = floats
		} else if text, err := v.Text(); err == nil {
			meta[key] = text
		} else if b, err := v.Bool(); err == nil {
			meta[key] = b
		} else if i, err := v.Int(); err == nil {
			meta[key] = i
		}
	}
	return meta
}

func TestSmolLM2(t *testing.T) {
	type line struct {
		Text       string  `json:"text"`
		IDs        []int32 `json:"ids"`
		IDsSpecial []int32 `json:"ids_special"`
		Greedy     []int32 `json:"greedy24"`
		GreedyText string  `json:"greedy24_text"`
	}
	tok := smolLM2(t)
	again := rewritten(t, tok)
	for _, tok := range []*tokenizer.Tokenizer{tok, again} {
		for _, g := range lines[line](t, "models", "smollm2-135m-instruct", "golden.jsonl") {
			if ids := tok.Encode(g.Text, false); !slices.Equal(ids, g.IDs) {
				t.Errorf("%q: %v, want %v", g.Text, ids, g.IDs)
			}
			if ids := tok.Encode(g.Text, true); !slices.Equal(ids, g.IDsSpecial) {
				t.Errorf("%q: %v with special, want %v", g.Text, ids, g.IDsSpecial)
			}
			if text := tok.Decode(g.Greedy, false); text != g.GreedyText {
				t.Errorf("%v: %q, want %q", g.Greedy, text, g.GreedyText)
			}
		}
	}
	// Six control characters have no token in this vocabulary, and no unknown token
	// stands in for them: they vanish, as in the reference.
	if ids := tok.Encode("a\x04b", false); !slices.Equal(ids, append(tok.Encode("a", false), tok.Encode("b", false)...)) {
		t.Errorf("U+0004 becomes %v", ids)
	}
	if bos, ok := tok.BOS(); !ok || bos != 1 {
		t.Errorf("BOS is %d, %v", bos, ok)
	}
	if eos, ok := tok.EOS(); !ok || eos != 2 {
		t.Errorf("EOS is %d, %v", eos, ok)
	}
}

// rewritten is the tokenizer after a passage through tokenizer.json.
func rewritten(t testing.TB, tok *tokenizer.Tokenizer) *tokenizer.Tokenizer {
	t.Helper()
	data, err := tok.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := tokenizer.FromJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func sentencePiece(t testing.TB, elem ...string) *tokenizer.Tokenizer {
	t.Helper()
	data, err := os.ReadFile(testdata.Dir(t, elem...))
	if err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.FromSentencePiece(data)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// TestSentencePiece compares with the recorded prompts and texts of a C
// implementation.
func TestSentencePiece(t *testing.T) {
	type line struct {
		Prompt     string  `json:"prompt"`
		PromptIDs  []int32 `json:"prompt_ids"`
		GreedyIDs  []int32 `json:"greedy_ids"`
		GreedyText string  `json:"greedy_text"`
	}
	for dir, file := range map[string]string{
		"stories260K":         "tok512.model",
		"babyllama-0.9M-char": "tok105.model",
	} {
		tok := sentencePiece(t, "models", dir, file)
		for _, tok := range []*tokenizer.Tokenizer{tok, rewritten(t, tok)} {
			for _, g := range lines[line](t, "models", dir, "golden.jsonl") {
				if ids := tok.Encode(g.Prompt, true); !slices.Equal(ids, g.PromptIDs) {
					t.Errorf("%s: %q: %v, want %v", dir, g.Prompt, ids, g.PromptIDs)
				}
				s := tok.NewContinuation(false)
				if g.Prompt == "" {
					s = tok.NewStream(false)
				}
				var text string
				for _, id := range g.GreedyIDs {
					text += s.Push(id)
				}
				if text += s.Flush(); text != g.GreedyText {
					t.Errorf("%s: %q continues %q, want %q", dir, g.Prompt, text, g.GreedyText)
				}
			}
		}
	}
}

// TestSentencePieceTexts holds ids that the sentencepiece library gives.
func TestSentencePieceTexts(t *testing.T) {
	stories := sentencePiece(t, "models", "stories260K", "tok512.model")
	letters := sentencePiece(t, "models", "babyllama-0.9M-char", "tok105.model")
	for _, c := range []struct {
		tok  *tokenizer.Tokenizer
		text string
		ids  []int32
	}{
		{stories, " ", []int32{}},
		{stories, "  a  b ", []int32{261, 268}},
		{stories, "a\n\nb", []int32{261, 13, 13, 430}},
		{stories, "日本", []int32{410, 233, 154, 168, 233, 159, 175}},
		{stories, "▁a", []int32{410, 261}},
		{stories, "a▁▁b", []int32{261, 410, 268}},
		{letters, "  a  b ", []int32{3, 5, 3, 23}},
		{letters, "a\n\nb", []int32{3, 5, 0, 23}},
		{letters, "日本", []int32{3, 0}},
	} {
		if ids := c.tok.Encode(c.text, false); !slices.Equal(ids, c.ids) {
			t.Errorf("%q: %v, want %v", c.text, ids, c.ids)
		}
	}
	if ids := stories.EncodeOrdinary("a<s>b"); !slices.Equal(ids, []int32{261, 504, 419, 505, 430}) {
		t.Errorf("ordinary: %v", ids)
	}
	if ids := stories.Encode("a<s>b", false); !slices.Contains(ids, 1) {
		t.Errorf("<s> is not recognized: %v", ids)
	}
}
