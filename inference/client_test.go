package inference

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	openaigo "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// client is OpenAI's own Go client on a server of ours.
func client(t *testing.T, opts Options, text string) openaigo.Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte("sk-test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if opts.Keys, err = ReadKeys(path); err != nil {
		t.Fatal(err)
	}
	s := startServer(t, opts, says(text))
	return openaigo.NewClient(option.WithBaseURL(s.url+"/v1"), option.WithAPIKey("sk-test"), option.WithMaxRetries(0))
}

func question(text string) openaigo.ChatCompletionNewParams {
	return openaigo.ChatCompletionNewParams{
		Model: "org/fake",
		Messages: []openaigo.ChatCompletionMessageParamUnion{
			openaigo.SystemMessage("Be brief."), openaigo.UserMessage(text),
		},
	}
}

func TestOfficialClientChat(t *testing.T) {
	c := client(t, Options{}, "Où? Là.")
	params := question("x")
	params.Seed = openaigo.Int(7)
	params.Logprobs = openaigo.Bool(true)
	params.TopLogprobs = openaigo.Int(3)
	params.N = openaigo.Int(2)
	got, err := c.Chat.Completions.New(t.Context(), params)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Choices) != 2 || got.Choices[1].Message.Content != "Où? Là." || got.Choices[1].FinishReason != "stop" {
		t.Errorf("%+v", got.Choices)
	}
	if n := len(got.Choices[0].Logprobs.Content); n != len("Où? Là.") || len(got.Choices[0].Logprobs.Content[0].TopLogprobs) != 3 {
		t.Errorf("%d log-probabilities", n)
	}
	if got.Usage.TotalTokens != got.Usage.PromptTokens+got.Usage.CompletionTokens || got.Usage.CompletionTokens != 20 {
		t.Errorf("%+v", got.Usage)
	}
}

func TestOfficialClientChatStream(t *testing.T) {
	c := client(t, Options{}, "Où? Là.")
	params := question("x")
	params.StreamOptions.IncludeUsage = openaigo.Bool(true)
	stream := c.Chat.Completions.NewStreaming(t.Context(), params)
	defer stream.Close()
	var sum openaigo.ChatCompletionAccumulator
	finished := ""
	for stream.Next() {
		if !sum.AddChunk(stream.Current()) {
			t.Fatal("the chunk does not fit those before")
		}
		if text, ok := sum.JustFinishedContent(); ok {
			finished = text
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if sum.Choices[0].Message.Content != "Où? Là." || finished != "Où? Là." || sum.Choices[0].FinishReason != "stop" || sum.Usage.CompletionTokens != 10 {
		t.Errorf("%+v", sum.ChatCompletion)
	}
}

func TestOfficialClientCompletions(t *testing.T) {
	c := client(t, Options{}, "yes")
	params := openaigo.CompletionNewParams{
		Model: "org/fake", Prompt: openaigo.CompletionNewParamsPromptUnion{OfString: openaigo.String("a]")},
		Echo: openaigo.Bool(true), Logprobs: openaigo.Int(2),
	}
	got, err := c.Completions.New(t.Context(), params)
	if err != nil {
		t.Fatal(err)
	}
	if got.Choices[0].Text != "a]yes" || len(got.Choices[0].Logprobs.Tokens) != 6 {
		t.Errorf("%+v", got.Choices)
	}
	stream := c.Completions.NewStreaming(t.Context(), params)
	defer stream.Close()
	var text strings.Builder
	for stream.Next() {
		text.WriteString(stream.Current().Choices[0].Text)
	}
	if stream.Err() != nil || text.String() != "a]yes" {
		t.Errorf("%q, %v", text.String(), stream.Err())
	}
}

func TestOfficialClientModels(t *testing.T) {
	c := client(t, Options{}, "")
	list, err := c.Models.List(t.Context())
	if err != nil || len(list.Data) != 1 || list.Data[0].ID != "org/fake" {
		t.Errorf("%+v, %v", list, err)
	}
	if m, err := c.Models.Get(t.Context(), "org/fake"); err != nil || m.ID != "org/fake" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestOfficialClientErrors(t *testing.T) {
	c := client(t, Options{}, "x")
	refused := func(err error, status int, code string) {
		t.Helper()
		var e *openaigo.Error
		if !errors.As(err, &e) || e.StatusCode != status || e.Code != code || e.Message == "" {
			t.Errorf("error %v, want status %d and code %q", err, status, code)
		}
	}
	params := question("x")
	params.Model = "gpt-9"
	_, err := c.Chat.Completions.New(t.Context(), params)
	refused(err, 404, "model_not_found")
	params = question("x")
	params.Temperature = openaigo.Float(9)
	_, err = c.Chat.Completions.New(t.Context(), params)
	refused(err, 400, "invalid_value")
	_, err = c.Chat.Completions.New(t.Context(), question("x"), option.WithAPIKey("sk-wrong"))
	refused(err, 401, "invalid_api_key")
	stream := c.Chat.Completions.NewStreaming(t.Context(), params)
	stream.Next()
	refused(stream.Err(), 400, "invalid_value")
	stream.Close()
}
