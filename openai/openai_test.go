package openai_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loyal/openai"
)

func TestRequestShapes(t *testing.T) {
	tests := []struct {
		name, body string
		content    string
		stop       openai.Stop
		limit      int
		limited    bool
	}{
		{"strings", `{"messages":[{"role":"user","content":"hi"}],"stop":"x","max_tokens":3}`, "hi", openai.Stop{"x"}, 3, true},
		{"lists", `{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],"stop":["x","y"]}`, "a\nb", openai.Stop{"x", "y"}, 0, false},
		{"nulls", `{"messages":[{"role":"user","content":null}],"stop":null,"max_tokens":null}`, "", nil, 0, false},
		{"new limit wins", `{"messages":[{"role":"user","content":""}],"max_tokens":3,"max_completion_tokens":4}`, "", nil, 4, true},
		{"unknown fields", `{"messages":[{"role":"user","content":"hi","mood":1}],"store":true,"metadata":{"a":[1]}}`, "hi", nil, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r openai.ChatCompletionRequest
			if err := json.Unmarshal([]byte(tt.body), &r); err != nil {
				t.Fatal(err)
			}
			content, err := r.Messages[0].Content.Plain()
			if err != nil || content != tt.content {
				t.Errorf("content %q, %v; want %q", content, err, tt.content)
			}
			if diff := cmp.Diff(tt.stop, r.Stop); diff != "" {
				t.Error(diff)
			}
			if limit, ok := r.Limit(); limit != tt.limit || ok != tt.limited {
				t.Errorf("limit %d %v, want %d %v", limit, ok, tt.limit, tt.limited)
			}
		})
	}
}

func TestRequestRefused(t *testing.T) {
	for _, body := range []string{
		`{"messages":[{"role":"user","content":7}]}`,
		`{"messages":[{"role":"user","content":{"text":"x"}}]}`,
		`{"stop":7}`,
		`{"stop":[7]}`,
	} {
		var r openai.ChatCompletionRequest
		if err := json.Unmarshal([]byte(body), &r); err == nil {
			t.Errorf("%s was read as %+v", body, r)
		}
	}
	c := openai.Content{Parts: []openai.ContentPart{{Type: "image_url"}}}
	if _, err := c.Plain(); !errors.Is(err, openai.ErrNotText) {
		t.Errorf("an image gave %v", err)
	}
}

func TestPrompt(t *testing.T) {
	tests := []struct {
		body string
		want openai.Prompt
	}{
		{`"hi"`, openai.Prompt{Texts: []string{"hi"}}},
		{`["a","b"]`, openai.Prompt{Texts: []string{"a", "b"}}},
		{`[1,2]`, openai.Prompt{Tokens: [][]int32{{1, 2}}}},
		{`[[1],[2,3]]`, openai.Prompt{Tokens: [][]int32{{1}, {2, 3}}}},
	}
	for _, tt := range tests {
		var got openai.Prompt
		if err := json.Unmarshal([]byte(tt.body), &got); err != nil {
			t.Errorf("%s: %v", tt.body, err)
			continue
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.body, diff)
		}
		back, err := json.Marshal(got)
		if err != nil || string(back) != tt.body {
			t.Errorf("%s came back as %s, %v", tt.body, back, err)
		}
	}
	for _, body := range []string{`7`, `{"a":1}`, `[1,"a"]`, `[1.5]`} {
		var got openai.Prompt
		if err := json.Unmarshal([]byte(body), &got); err == nil {
			t.Errorf("%s was read as %+v", body, got)
		}
	}
}

// The official clients look at these: null for an open finish reason, "stop" for
// a closed one, choices and data as lists.
func TestAnswerBytes(t *testing.T) {
	chunk := openai.ChatCompletionChunk{
		ID: "c", Object: openai.ObjectChatCompletionChunk, Created: 1, Model: "m",
		Choices: []openai.ChatChunkChoice{{Delta: openai.ChatDelta{Role: openai.RoleAssistant}}},
	}
	got, err := json.Marshal(chunk)
	want := `{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}`
	if err != nil || string(got) != want {
		t.Errorf("chunk\n%s, %v, want\n%s", got, err, want)
	}
	answer := openai.ChatCompletion{
		ID: "c", Object: openai.ObjectChatCompletion, Created: 1, Model: "m",
		Choices: []openai.ChatChoice{{Message: openai.Text(openai.RoleAssistant, "yes"), FinishReason: openai.FinishStop}},
		Usage:   &openai.Usage{PromptTokens: 1, CompletionTokens: 2, TotalTokens: 3},
	}
	got, err = json.Marshal(answer)
	want = `{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"yes"},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}`
	if err != nil || string(got) != want {
		t.Errorf("answer\n%s, %v, want\n%s", got, err, want)
	}
	var back openai.ChatCompletion
	if err := json.Unmarshal(got, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(answer, back); diff != "" {
		t.Error(diff)
	}
}

func TestErrors(t *testing.T) {
	w := httptest.NewRecorder()
	openai.WriteError(w, &openai.Error{Message: "no such model", Type: openai.ErrorNotFound, Code: "model_not_found", Status: http.StatusNotFound})
	want := `{"error":{"message":"no such model","type":"not_found_error","param":null,"code":"model_not_found"}}` + "\n"
	if w.Code != http.StatusNotFound || w.Body.String() != want {
		t.Errorf("wrote %d %s", w.Code, w.Body)
	}

	tests := []struct {
		name, body string
		want       *openai.Error
	}{
		{"OpenAI", want, &openai.Error{Message: "no such model", Type: "not_found_error", Code: "model_not_found", Status: 404}},
		{"number as code", `{"error":{"message":"m","code":404}}`, &openai.Error{Message: "m", Code: "404", Status: 404}},
		{"sentence", `{"error":"model 'x' not found"}`, &openai.Error{Message: "model 'x' not found", Status: 404}},
		{"no envelope", `{"object":"error","message":"m","type":"NotFoundError","param":null,"code":404}`, &openai.Error{Message: "m", Type: "NotFoundError", Code: "404", Status: 404}},
		{"detail", `{"detail":"Not Found"}`, &openai.Error{Message: "Not Found", Status: 404}},
		{"structured detail", `{"detail":[{"msg":"x"}]}`, &openai.Error{Message: `[{"msg":"x"}]`, Status: 404}},
		{"HTML", `<html>`, nil},
		{"other JSON", `{"ok":true}`, nil},
		{"list", `[]`, nil},
		{"null", `null`, nil},
		{"null error", `{"error":null}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := openai.ParseError(404, []byte(tt.body))
			if ok != (tt.want != nil) {
				t.Fatalf("understood %v, have %v", ok, got)
			}
			if diff := cmp.Diff(tt.want, got); ok && diff != "" {
				t.Error(diff)
			}
		})
	}
	if msg := (&openai.Error{Message: "m", Status: 404}).Error(); !strings.Contains(msg, "m") || !strings.Contains(msg, "404") {
		t.Errorf("error reads %q", msg)
	}
}
