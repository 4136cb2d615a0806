package chat_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"loyal/internal/testdata"
	"loyal/model/chat"
	"loyal/model/gguf"
	"loyal/model/tokenizer"
)

type goldenLine struct {
	Messages   []chat.Message `json:"messages"`
	Generation bool           `json:"add_generation_prompt"`
	Date       string         `json:"date_string"`
	Rendered   *string        `json:"rendered"` // null: the template refuses
}

func TestGolden(t *testing.T) {
	for _, family := range []string{"llama3_2", "qwen2_5", "qwen3", "gemma3", "mistral_nemo", "deepseek_v3"} {
		t.Run(family, func(t *testing.T) {
			data, err := os.ReadFile(testdata.Real(t, "tokenizers", family, "tokenizer_config.json"))
			if err != nil {
				t.Fatal(err)
			}
			config, err := tokenizer.ParseConfig(data)
			if err != nil {
				t.Fatal(err)
			}
			template, err := chat.Parse(config.ChatTemplate)
			if err != nil {
				t.Fatal(err)
			}
			if template.Source() != config.ChatTemplate {
				t.Error("Source is not what was parsed")
			}
			f, err := os.Open(testdata.Dir(t, "tokenizers", family+".chat.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			n := 0
			for sc := bufio.NewScanner(f); sc.Scan(); n++ {
				var g goldenLine
				if err := json.Unmarshal(sc.Bytes(), &g); err != nil {
					t.Fatal(err)
				}
				checkGolden(t, template, config, g)
			}
			if n == 0 {
				t.Error("no lines")
			}
		})
	}
}

func checkGolden(t *testing.T, template *chat.Template, config tokenizer.Config, g goldenLine) {
	t.Helper()
	now, err := time.Parse("02 Jan 2006", g.Date)
	if err != nil {
		t.Fatal(err)
	}
	options := chat.Options{AddGenerationPrompt: g.Generation, BOS: config.BOS, EOS: config.EOS, Now: now}
	for _, extra := range []map[string]any{nil, {"date_string": g.Date}} {
		options.Extra = extra
		got, err := template.Render(g.Messages, options)
		if g.Rendered == nil {
			if !errors.Is(err, chat.ErrRaised) {
				t.Errorf("%v: %q, %v, want a refusal", g.Messages, got, err)
			}
			continue
		}
		if err != nil || got != *g.Rendered {
			t.Errorf("%v:\n got %q, %v\nwant %q", g.Messages, got, err, *g.Rendered)
		}
	}
}

// TestSmolLM2 renders the prompts recorded for the real model with the template
// inside its GGUF file.
func TestSmolLM2(t *testing.T) {
	file, err := gguf.Open(testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	v, ok := file.Value("tokenizer.chat_template")
	if !ok {
		t.Fatal("no template")
	}
	source, err := v.Text()
	if err != nil {
		t.Fatal(err)
	}
	template, err := chat.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(testdata.Dir(t, "models", "smollm2-135m-instruct", "golden.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var g struct {
			Kind, Text string
			Input      json.RawMessage
		}
		if err := json.Unmarshal(sc.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		if g.Kind != "chat" {
			continue
		}
		n++
		var msgs []chat.Message
		if err := json.Unmarshal(g.Input, &msgs); err != nil {
			t.Fatal(err)
		}
		if got, err := template.Render(msgs, chat.Options{AddGenerationPrompt: true}); err != nil || got != g.Text {
			t.Errorf("%s: %q, %v, want %q", g.Input, got, err, g.Text)
		}
	}
	if n == 0 {
		t.Error("no chat lines")
	}
}
