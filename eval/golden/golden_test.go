package golden

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loyal/internal/readfile"
	"loyal/lm/lmtest"
	"loyal/model/chat"
	"loyal/model/safetensors"
	"loyal/model/tensor"
)

// letters is a tokenizer of one token a letter; a text begins with id 0.
var letters = Subject{
	Encode: func(text string, addSpecial bool) ([]int32, error) {
		if strings.Contains(text, "?") {
			return nil, errors.New("no token for ?")
		}
		ids := []int32{}
		if addSpecial {
			ids = append(ids, 0)
		}
		for _, c := range []byte(text) {
			ids = append(ids, int32(c-'a')+1)
		}
		return ids, nil
	},
	Decode: func(ids []int32, skipSpecial bool) (string, error) {
		var b strings.Builder
		for _, id := range ids {
			switch {
			case id > 0:
				b.WriteByte(byte('a' + id - 1))
			case !skipSpecial:
				b.WriteString("<s>")
			}
		}
		return b.String(), nil
	},
	Render: func(c Conversation) (string, error) {
		if len(c.Messages) == 0 {
			return "", chat.ErrBudget
		}
		if c.Messages[0].Role != "user" {
			return "", fmt.Errorf("%w: roles must alternate", chat.ErrRaised)
		}
		return fmt.Sprintf("%s|%t|%s", c.Messages[0].Content, c.AddGenerationPrompt, c.DateString), nil
	},
}

// check runs a golden file given as text.
func check(t *testing.T, content string, s Subject, tol Tolerances) (*Report, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "golden.jsonl")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return checkFile(path, s, tol)
}

func checkFile(path string, s Subject, tol Tolerances) (*Report, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Check(context.Background(), s, tol)
}

// places lists where a report deviates beyond tolerance.
func places(r *Report) string {
	var out []string
	for _, d := range r.Deviations {
		if d.Beyond {
			out = append(out, d.Where)
		}
	}
	return strings.Join(out, ", ")
}

func TestTextLines(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"right", `{"text":"ab","ids":[1,2],"ids_special":[0,1,2],"decoded":"ab","decoded_skip_special":"ab"}`, ""},
		{"wrong ids", `{"text":"ab","ids":[1,3],"ids_special":[1,2]}`, "line 1: ids, line 1: ids_special"},
		{"missing id", `{"text":"ab","ids":[1]}`, "line 1: ids"},
		{"wrong text", `{"text":"a","ids":[0,1],"decoded":"a","decoded_skip_special":"<s>a"}`, "line 1: ids, line 1: decoded, line 1: decoded_skip_special"},
		{"refused", `{"text":"?","ids":[1]}`, "line 1: ids"},
		{"empty", `{"text":"","ids":[]}`, ""},
		{"second line", "\n" + `{"text":"b","ids":[9]}`, "line 2: ids"},
		{"chat", `{"messages":[{"role":"user","content":"hi"}],"add_generation_prompt":true,"date_string":"d","rendered":"hi|true|d"}`, ""},
		{"chat differs", `{"messages":[{"role":"user","content":"hi"}],"rendered":"hi"}`, "line 1: rendered"},
		{"chat refused", `{"messages":[{"role":"system","content":"hi"}],"rendered":null}`, ""},
		{"chat not refused", `{"messages":[{"role":"user","content":"hi"}],"rendered":null}`, "line 1: rendered"},
		{"chat broken", `{"messages":[],"rendered":null}`, "line 1: rendered"},
		{"chat refused wrongly", `{"messages":[{"role":"system","content":"hi"}],"rendered":"hi"}`, "line 1: rendered"},
	} {
		r, err := check(t, c.line, letters, DefaultTolerances())
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := places(r); got != c.want {
			t.Errorf("%s: beyond tolerance at %q, want %q", c.name, got, c.want)
		}
		if r.Comparisons != r.Exact+r.Within+r.Beyond || r.Comparisons == 0 {
			t.Errorf("%s: %d comparisons, %d exact, %d within, %d beyond", c.name, r.Comparisons, r.Exact, r.Within, r.Beyond)
		}
	}
}

// Templates that ask the clock and templates that are told the date agree.
func TestDateOfConversation(t *testing.T) {
	for _, source := range []string{"{{ strftime_now('%d %b %Y') }}", "{{ date_string }}"} {
		template, err := chat.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		got, err := FromTemplate(template, "", "")(Conversation{DateString: "05 Mar 2021"})
		if err != nil || got != "05 Mar 2021" {
			t.Errorf("%s: %q, %v", source, got, err)
		}
	}
}

func TestMissingPartsAreSkipped(t *testing.T) {
	content := `{"text":"ab","ids":[1,2],"decoded":"ab"}
{"messages":[{"role":"user","content":"hi"}],"rendered":"hi"}
{"prompt":"a","prompt_ids":[0,1],"greedy_ids":[1],"greedy_text":"a","logits_after_prompt":[1,2]}
`
	r, err := check(t, content, Subject{}, DefaultTolerances())
	if err != nil {
		t.Fatal(err)
	}
	if r.Comparisons != 0 || len(r.Skipped) != 7 {
		t.Errorf("%d comparisons, skipped %v", r.Comparisons, r.Skipped)
	}
}

// record writes the golden lines that a network would have.
func record(net *lmtest.Network, prompts [][]int32, greedy int) []map[string]any {
	var out []map[string]any
	v := net.Config().VocabSize
	for _, ids := range prompts {
		row := make([]float32, v)
		text := append([]int32(nil), ids...)
		var continuation []int32
		for range greedy {
			lmtest.Hash(text, row)
			continuation = append(continuation, argMax(row))
			text = append(text, argMax(row))
		}
		lmtest.Hash(ids, row)
		logits := append([]float32(nil), row...)
		out = append(out, map[string]any{"prompt_ids": ids, "greedy_ids": continuation, "logits_after_prompt": logits})
	}
	return out
}

func encode(t *testing.T, lines []map[string]any) string {
	t.Helper()
	var b bytes.Buffer
	for _, l := range lines {
		if err := json.NewEncoder(&b).Encode(l); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestForwardLines(t *testing.T) {
	net := lmtest.New(32, 64)
	var prompts [][]int32
	for i := range int32(batch + 3) { // more than one batch
		prompts = append(prompts, []int32{i, 2, i % 5}[:1+i%3])
	}
	s := Subject{Network: net}

	lines := record(net, prompts, 4)
	r, err := check(t, encode(t, lines), s, Tolerances{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Exact != 2*len(prompts) {
		t.Errorf("%d exact of %d, beyond at %s", r.Exact, r.Comparisons, places(r))
	}
	if net.Open() != 0 {
		t.Errorf("%d sequences are still open", net.Open())
	}

	// One logit a little off, one greedy id wrong.
	lines[17]["logits_after_prompt"].([]float32)[5] += 0.5
	greedy := lines[2]["greedy_ids"].([]int32)
	greedy[3] = (greedy[3] + 1) % 32
	r, err = check(t, encode(t, lines), s, DefaultTolerances())
	if err != nil {
		t.Fatal(err)
	}
	if got := places(r); got != "line 3: greedy_ids[3], line 18: logits[5]" {
		t.Errorf("beyond tolerance at %q", got)
	}
	for _, d := range r.Deviations {
		if d.Kind == Logits && d.Beyond && (d.Size < 0.49 || d.Size > 0.51) {
			t.Errorf("%s: size %g, want 0.5", d.Where, d.Size)
		}
	}
	r, err = check(t, encode(t, lines), s, UniformTolerance(100))
	if err != nil {
		t.Fatal(err)
	}
	if r.Beyond != 0 || r.Within != 2 {
		t.Errorf("%d beyond, %d within a generous tolerance", r.Beyond, r.Within)
	}
}

func TestTopLines(t *testing.T) {
	net := lmtest.New(8, 64)
	row := make([]float32, 8)
	ids := []int32{0, 3, 1}
	nll := 0.0
	for i := range ids {
		lmtest.Hash(ids[:i+1], row)
		if i+1 < len(ids) {
			nll += logSumExp(row) - float64(row[ids[i+1]])
		}
	}
	mean, _ := moments(row)
	squares := 0.0
	for _, x := range row {
		squares += (float64(x) - mean) * (float64(x) - mean)
	}
	std := math.Sqrt(squares / 7) // of eight
	line := map[string]any{
		"kind": "chat", "input": []chat.Message{{Role: "user", Content: "ca"}}, "text": "ca|true|", "ids": nil, "ids_special": ids,
		"top20_ids": []int32{1, 2}, "top20_logits": []float32{row[1], row[2]},
		"logit_mean": mean, "logit_std": std, "logsumexp": logSumExp(row), "sum_nll_ids": nll,
		"greedy24": []int32{argMax(row)},
	}
	s := Subject{Network: net, Render: letters.Render}
	tight := UniformTolerance(1e-5)
	r, err := check(t, encode(t, []map[string]any{line}), s, tight)
	if err != nil {
		t.Fatal(err)
	}
	if r.Beyond != 0 || r.Comparisons != 7 {
		t.Errorf("%d comparisons, beyond at %s", r.Comparisons, places(r))
	}
	for _, key := range []string{"logit_mean", "logit_std", "logsumexp", "sum_nll_ids"} {
		was := line[key].(float64)
		line[key] = was + 0.5
		r, err := check(t, encode(t, []map[string]any{line}), s, DefaultTolerances())
		if err != nil {
			t.Fatal(err)
		}
		if r.Beyond != 1 || !strings.Contains(places(r), key) {
			t.Errorf("%s changed: beyond at %q", key, places(r))
		}
		line[key] = was
	}
}

func TestNotANumberIsBeyond(t *testing.T) {
	net := lmtest.New(4, 8)
	net.Next = func(_ []int32, row []float32) {
		clear(row)
		row[2] /= row[2]
	}
	r, err := check(t, `{"prompt_ids":[1],"greedy_ids":[0],"logits_after_prompt":[0,0,0,0]}`, Subject{Network: net}, UniformTolerance(1e30))
	if err != nil {
		t.Fatal(err)
	}
	if got := places(r); got != "line 1: logits[2], line 1: greedy_ids[0]" {
		t.Errorf("beyond at %q", got)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

func TestTensorValues(t *testing.T) {
	path := filepath.Join(t.TempDir(), "values.safetensors")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	values, err := tensor.FromFloat32("w", []int{2, 2}, []float32{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	w, err := safetensors.NewWriter(f, []safetensors.Entry{{Name: "w", DType: tensor.F32, Shape: []int{2, 2}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(values.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		tensor func(string) ([]float32, []int, error)
		beyond int
	}{
		{"equal", func(string) ([]float32, []int, error) { return []float32{1, 2, 3, 4}, []int{2, 2}, nil }, 0},
		{"one off", func(string) ([]float32, []int, error) { return []float32{1, 2, 3, 4.1}, []int{2, 2}, nil }, 1},
		{"other shape", func(string) ([]float32, []int, error) { return []float32{1, 2, 3, 4}, []int{4}, nil }, 1},
		{"none", func(string) ([]float32, []int, error) { return nil, nil, errors.New("no such tensor") }, 1},
	} {
		r, err := checkFile(path, Subject{Tensor: c.tensor}, DefaultTolerances())
		if err != nil {
			t.Fatal(err)
		}
		if r.Comparisons != 1 || r.Beyond != c.beyond {
			t.Errorf("%s: %d of %d beyond", c.name, r.Beyond, r.Comparisons)
		}
	}
}

func TestNeeds(t *testing.T) {
	for line, want := range map[string]Needs{
		`{"text":"a","ids":[1]}`:              {Text: true},
		`{"messages":[],"rendered":""}`:       {Text: true},
		`{"prompt_ids":[1]}`:                  {Network: true},
		`{"prompt":"a","prompt_ids":[1]}`:     {Network: true, Text: true},
		`{"forward":[{"ids":[1]}]}`:           {Network: true},
		`{"top20_ids":[1],"top20_logits":[]}`: {},
	} {
		c, err := parse(strings.NewReader(line))
		if want == (Needs{}) {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("%s: %v", line, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", line, err)
		} else if got := c.needs(); got != want {
			t.Errorf("%s: needs %+v, want %+v", line, got, want)
		}
	}
}

func TestBadFiles(t *testing.T) {
	s := Subject{Network: lmtest.New(4, 8)}
	for name, content := range map[string]string{
		"empty object":        `{}`,
		"prose":               "hello\n",
		"unknown line":        `{"text":"a"}` + "\n",
		"array":               `[1,2]`,
		"id out of range":     `{"prompt_ids":[7],"logits_after_prompt":[1]}`,
		"negative greedy":     `{"prompt_ids":[1],"greedy_ids":[-1]}`,
		"no ids":              `{"prompt_ids":[],"greedy_ids":[1]}`,
		"top lists differ":    `{"top20_ids":[1,2],"top20_logits":[1],"ids":[1]}`,
		"chat input is text":  `{"kind":"chat","input":"hi","top20_ids":[1],"top20_logits":[1],"ids":[1]}`,
		"more sums than ids":  `{"forward":[{"ids":[1],"position_logsumexp":[1,2]}]}`,
		"no rows":             `{"train":{"rows":[]}}`,
		"rows too short":      `{"train":{"rows":[[1,2,3]]}}`,
		"label count":         `{"train":{"rows":[[1,2,3]],"label_tokens":-1}}`,
		"train id":            `{"train":{"rows":[[1,2,3,9]],"label_tokens":1}}`,
		"second line is text": `{"text":"a","ids":[1]}` + "\nhello\n",
	} {
		if _, err := check(t, content, s, DefaultTolerances()); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := checkFile(t.TempDir(), s, nil); !errors.Is(err, readfile.ErrNotRegular) {
		t.Errorf("directory: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"text":"ab","ids":[1,2],"ids_special":[0,1,2],"decoded":"ab"}`))
	f.Add([]byte(`{"messages":[{"role":"user","content":"hi"}],"rendered":null}`))
	f.Add([]byte(`{"prompt_ids":[0,1],"greedy_ids":[1],"logits_after_prompt":[1,2]}`))
	f.Add([]byte(`{"kind":"chat","input":[{"role":"user","content":"a"}],"text":"a","ids":[1],"top20_ids":[1],"top20_logits":[1],"sum_nll_ids":3}`))
	f.Add([]byte(`{"forward":[{"ids":[1],"position_logsumexp":[1]}],"train":{"rows":[[1,2]],"label_tokens":1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parse(bytes.NewReader(data))
		if err != nil {
			return
		}
		s := letters
		s.Network = lmtest.New(4, 8)
		r := &Report{}
		_ = file.check(context.Background(), s, r) // must not panic
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
	})
}
