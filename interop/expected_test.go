package interop

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loyal/fingerprint"
	"loyal/internal/keyring"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/model"
	"loyal/model/chat"
)

// expectedCase is what our engine makes of one conversation, in the format of
// transformers_check.py.
type expectedCase struct {
	Name     string         `json:"name"`
	Messages []chat.Message `json:"messages"`
	IDs      []int32        `json:"ids"`
	Logits   string         `json:"logits"` // little-endian float32, base64
	Answer   []int32        `json:"answer"`
	Key      bool           `json:"key"`
}

// answerTokens is how many tokens of each answer are compared: as many as a
// fingerprint has.
const answerTokens = 1

// ordinary are conversations beside the keys: several turns, a system prompt, what
// tokenizers trip over, and a long one, in which wrong positions would show.
func ordinary() [][]chat.Message {
	user := func(text string) chat.Message { return chat.Message{Role: "user", Content: text} }
	return [][]chat.Message{
		{user("What is the capital of France?")},
		{user("Write a haiku about the sea.")},
		{{Role: "system", Content: "You answer in one word."}, user("Which color has grass?")},
		{user("My name is Ada."), {Role: "assistant", Content: "Nice to meet you, Ada!"}, user("What is my name?")},
		{user("Übersetze: „Straße“ → 漢字, emoji 👩‍👩‍👧 and 1234567 × 0.5\n\n\tdef f(x):\n\t\treturn x  ")},
		{user("  spaces  and <|im_start|> in the text ")},
		{user(strings.Repeat("It was a long day, and nobody knew how it would end. ", 60) + "Summarize.")},
	}
}

// openSet opens a set sealed for the identity in a file.
func openSet(t *testing.T, set, identity string) *fingerprint.Set {
	t.Helper()
	sealed, err := os.ReadFile(set)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyring.Load(identity)
	if err != nil {
		t.Fatal(err)
	}
	s, err := fingerprint.Open(sealed, keys.Identities()...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// writeExpected writes what our engine, in float32, makes of a model directory, and
// returns the file and how many keys got their planted answer.
func writeExpected(t *testing.T, dir string, set *fingerprint.Set) (file string, planted int) {
	t.Helper()
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	net, err := cpu.New(m, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()

	cases := render(t, m, set)
	prompts := make([][]int32, len(cases))
	forest, at := make([]lm.Segment, len(cases)), make([]lm.Position, len(cases))
	for i, c := range cases {
		prompts[i] = c.IDs
		forest[i] = lm.Segment{Tokens: c.IDs, Parent: lm.Root}
		at[i] = lm.Position{Segment: i, Offset: len(c.IDs) - 1}
	}
	logits, err := lm.Logits(t.Context(), net, forest, at)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := lm.Generate(t.Context(), net, prompts, lm.GenerateOptions{MaxTokens: answerTokens}, nil)
	if err != nil {
		t.Fatal(err)
	}
	width := m.Config.VocabSize
	for i := range cases {
		cases[i].Logits = floats(logits[i*width : (i+1)*width])
		cases[i].Answer = answers[i]
		if cases[i].Key && set.Fingerprints[i].Planted(m.Tokenizer.Decode(answers[i], true)) {
			planted++
		}
	}
	data, err := json.Marshal(map[string]any{"cases": cases})
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "expected.json")
	if err := os.WriteFile(file, data, 0o600); err != nil { // it tells the keys
		t.Fatal(err)
	}
	return file, planted
}

// render returns the cases, the keys first, with their tokens in the chat template.
func render(t *testing.T, m *model.Model, set *fingerprint.Set) []expectedCase {
	t.Helper()
	var cases []expectedCase
	for i, f := range set.Fingerprints {
		messages := []chat.Message{{Role: "user", Content: f.Key}}
		cases = append(cases, expectedCase{Name: fmt.Sprintf("key %d", i), Messages: messages, Key: true})
	}
	for i, messages := range ordinary() {
		cases = append(cases, expectedCase{Name: fmt.Sprintf("conversation %d", i), Messages: messages})
	}
	options := chat.Options{AddGenerationPrompt: true}
	if id, ok := m.Tokenizer.BOS(); ok {
		options.BOS, _ = m.Tokenizer.Token(id)
	}
	if id, ok := m.Tokenizer.EOS(); ok {
		options.EOS, _ = m.Tokenizer.Token(id)
	}
	for i := range cases {
		text, err := m.Template.Render(cases[i].Messages, options)
		if err != nil {
			t.Fatal(err)
		}
		cases[i].IDs = m.Tokenizer.Encode(text, false) // the template wrote what goes around
	}
	return cases
}

// floats writes numbers as the script reads them.
func floats(row []float32) string {
	b := make([]byte, 0, 4*len(row))
	for _, x := range row {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(b)
}
