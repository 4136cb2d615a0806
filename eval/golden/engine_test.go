package golden

import (
	"path/filepath"
	"slices"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm/cpu"
	"loyal/model"
	"loyal/model/gguf"
)

// subjectOf opens a model with all that it has.
func subjectOf(t *testing.T, path string) Subject {
	t.Helper()
	m, err := model.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	net, err := cpu.New(m, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = net.Close() })
	s := FromText(m)
	s.Network = net
	return s
}

// mustAgree checks and wants agreement, in at least so many comparisons.
func mustAgree(t *testing.T, path string, s Subject, comparisons int) *Report {
	t.Helper()
	r, err := checkFile(path, s, DefaultTolerances())
	if err != nil {
		t.Fatal(err)
	}
	worst := map[Kind]float64{}
	for _, d := range r.Deviations {
		worst[d.Kind] = max(worst[d.Kind], d.Size)
		if d.Beyond {
			t.Errorf("%s: off by %g: got %.200s, want %.200s", d.Where, d.Size, d.Got, d.Want)
		}
	}
	t.Logf("%d comparisons, %d exact, %d within tolerance, %d skipped; largest: %v", r.Comparisons, r.Exact, r.Within, len(r.Skipped), worst)
	if r.Comparisons < comparisons {
		t.Errorf("%d comparisons, want at least %d", r.Comparisons, comparisons)
	}
	return r
}

// Logits and greedy continuations of real small models, from a C implementation.
func TestStories(t *testing.T) {
	for _, name := range []string{"stories260K", "babyllama-0.9M-char"} {
		t.Run(name, func(t *testing.T) {
			dir := testdata.Dir(t, "models", name)
			mustAgree(t, filepath.Join(dir, "golden.jsonl"), subjectOf(t, dir), 20)
		})
	}
}

// Ids of real tokenizers and prompts of their chat templates, from Hugging Face's
// libraries.
func TestTokenizers(t *testing.T) {
	for name, chats := range map[string]bool{
		"llama2": false, "llama3_2": true, "qwen2_5": true, "qwen3": true, "gemma3": true, "mistral_nemo": true, "deepseek_v3": true,
	} {
		t.Run(name, func(t *testing.T) {
			m, err := model.OpenTokenizer(testdata.Real(t, "tokenizers", name))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = m.Close() })
			s := FromText(m)
			mustAgree(t, testdata.Dir(t, "tokenizers", name+".golden.jsonl"), s, 464)
			if chats {
				mustAgree(t, testdata.Dir(t, "tokenizers", name+".chat.jsonl"), s, 8)
			}
		})
	}
}

// Logits, losses, every gradient and steps of AdamW, from torch.
func TestTinyModels(t *testing.T) {
	for _, name := range []string{"llama", "llama-3.2-scaled"} {
		t.Run(name, func(t *testing.T) {
			dir := testdata.Dir(t, "models", "tiny", name)
			mustAgree(t, filepath.Join(dir, "golden.json"), subjectOf(t, dir), 80)
		})
	}
}

// A real chat model from quantized weights.
func TestSmolLM2(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a model of 135 million parameters")
	}
	path := testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf")
	mustAgree(t, testdata.Dir(t, "models", "smollm2-135m-instruct", "golden.jsonl"), subjectOf(t, path), 130)
}

// What each type of quantized tensor stands for.
func TestQuantized(t *testing.T) {
	f, err := gguf.Open(testdata.Dir(t, "gguf", "quantized.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := mustAgree(t, testdata.Dir(t, "gguf", "quantized.golden.safetensors"), Subject{Tensor: FromGGUF(f)}, 11)
	for _, s := range r.Skipped {
		if !slices.Contains([]string{"t.iq4_nl", "t.iq4_xs", "t.q2_k", "t.q3_k"}, s.Where) {
			t.Errorf("%s was skipped: %s", s.Where, s.Reason)
		}
	}
}
