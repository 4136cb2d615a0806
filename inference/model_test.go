package inference

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm/cpu"
	"loyal/model"
	"loyal/openai"
)

// serveModel serves a model of the shared test data with the real engine.
func serveModel(t *testing.T, path string, opts Options) (*testServer, *model.Model) {
	t.Helper()
	files, err := model.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	net, err := cpu.New(files, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := FromModel("m", files, net)
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(m, opts)
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		s.Close()
		http.DefaultClient.CloseIdleConnections()
		if err := net.Close(); err != nil {
			t.Error(err)
		}
		if err := files.Close(); err != nil {
			t.Error(err)
		}
	})
	return &testServer{Server: s, url: web.URL}, files
}

// goldenLines reads recorded outputs of an independent implementation.
func goldenLines[T any](t *testing.T, path string) (out []T) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	if len(out) == 0 || lines.Err() != nil {
		t.Fatalf("no golden lines: %v", lines.Err())
	}
	return out
}

func body(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Requests that come at once, and are computed together, give the texts that
// another implementation wrote one by one.
func TestServedTextsEqualGolden(t *testing.T) {
	dir := testdata.Dir(t, "models", "stories260K")
	s, files := serveModel(t, dir, Options{})
	type line struct {
		Prompt    string  `json:"prompt"`
		GreedyIDs []int32 `json:"greedy_ids"`
	}
	var group sync.WaitGroup
	for _, l := range goldenLines[line](t, testdata.Dir(t, "models", "stories260K", "golden.jsonl")) {
		want := decodeAll(files.Tokenizer.NewContinuation(true), l.GreedyIDs)
		for range 2 {
			group.Go(func() {
				got := ask[openai.Completion](t, s, completionPath, body(t, map[string]any{
					"model": "m", "prompt": l.Prompt, "temperature": 0, "max_tokens": len(l.GreedyIDs),
				}))
				if c := got.Choices[0]; c.Text != want || c.FinishReason != openai.FinishLength {
					t.Errorf("%q is continued %q (%s), want %q", l.Prompt, c.Text, c.FinishReason, want)
				}
			})
		}
	}
	group.Wait()
	if e, _ := failure(t, s, chatPath, `{"model":"m","messages":[{"role":"user","content":"x"}]}`); e.Status != 400 {
		t.Errorf("a model without a chat template gives %+v", e)
	}
}

func TestServedAnswersEqualGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	golden := testdata.Dir(t, "models", "smollm2-135m-instruct", "golden.jsonl")
	s, files := serveModel(t, testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf"), Options{})
	type line struct {
		Kind     string          `json:"kind"`
		Input    json.RawMessage `json:"input"`
		Greedy24 []int32         `json:"greedy24"`
	}
	var group sync.WaitGroup
	for _, l := range goldenLines[line](t, golden) {
		ids := l.Greedy24
		if end := slices.IndexFunc(ids, files.Config.IsEOS); end >= 0 {
			ids = ids[:end]
		}
		request := map[string]any{"model": "m", "temperature": 0, "max_tokens": len(l.Greedy24), "stream": true}
		path, want := completionPath, decodeAll(files.Tokenizer.NewContinuation(true), ids)
		request["prompt"] = l.Input
		if l.Kind == "chat" {
			path, want = chatPath, decodeAll(files.Tokenizer.NewStream(true), ids)
			request["messages"] = l.Input
		}
		group.Go(func() {
			var got strings.Builder
			if l.Kind == "chat" {
				for _, e := range askStream[openai.ChatCompletionChunk](t, s, path, body(t, request)) {
					got.WriteString(e.Choices[0].Delta.Content)
				}
			} else {
				for _, e := range askStream[openai.Completion](t, s, path, body(t, request)) {
					got.WriteString(e.Choices[0].Text)
				}
			}
			if got.String() != want {
				t.Errorf("%s gives %q, want %q", l.Input, got.String(), want)
			}
		})
	}
	group.Wait()
}
