package inference

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"loyal/lm/lmtest"
	"loyal/openai"
)

const (
	chatPath       = "/v1/chat/completions"
	completionPath = "/v1/completions"
)

func says(text string) func(*lmtest.Network, *Model) {
	return func(n *lmtest.Network, _ *Model) { n.Next = reply(text) }
}

func TestChat(t *testing.T) {
	s := startServer(t, Options{}, says("Paris, bien sûr."))
	s.SetFingerprint("fp_test")
	got := ask[openai.ChatCompletion](t, s, chatPath, `{"model":"org/fake","unknown_field":{"x":1},"messages":[
		{"role":"developer","content":"Be brief."},
		{"role":"user","content":[{"type":"text","text":"Capital of France?"}]}]}`)
	prompt := "[system]Be brief.[user]Capital of France?[assistant]"
	if len(got.Choices) != 1 || !strings.HasPrefix(got.ID, "chatcmpl-") || got.Object != "chat.completion" ||
		got.Model != "org/fake" || got.SystemFingerprint != "fp_test" || got.Created == 0 {
		t.Fatalf("%+v", got)
	}
	c := got.Choices[0]
	if c.Message.Content.Text != "Paris, bien sûr." || c.Message.Role != "assistant" || c.FinishReason != openai.FinishStop || c.Logprobs != nil {
		t.Errorf("%+v", c)
	}
	// The end token is counted, as vLLM counts it.
	if u := got.Usage; u.PromptTokens != len(prompt) || u.CompletionTokens != len("Paris, bien sûr.")+1 || u.TotalTokens != u.PromptTokens+u.CompletionTokens {
		t.Errorf("usage %+v", u)
	}
}

func TestChatStream(t *testing.T) {
	s := startServer(t, Options{}, says("Où?"))
	events := askStream[openai.ChatCompletionChunk](t, s, chatPath,
		`{"model":"org/fake","messages":[{"role":"user","content":"x"}],"stream":true,"stream_options":{"include_usage":true}}`)
	var text []string
	for i, e := range events[:len(events)-1] {
		if e.ID != events[0].ID || e.Object != "chat.completion.chunk" || len(e.Choices) != 1 || e.Usage != nil {
			t.Errorf("event %d: %+v", i, e)
		}
		text = append(text, e.Choices[0].Delta.Content)
	}
	// The role, then the pieces, the two bytes of ù together, then the reason.
	if want := []string{"", "O", "ù", "?", ""}; !slices.Equal(text, want) {
		t.Errorf("pieces %q, want %q", text, want)
	}
	if events[0].Choices[0].Delta.Role != "assistant" || events[len(events)-2].Choices[0].FinishReason != openai.FinishStop {
		t.Error("the first event has no role, or the last no reason")
	}
	last := events[len(events)-1]
	if len(last.Choices) != 0 || last.Usage == nil || last.Usage.CompletionTokens != 5 {
		t.Errorf("last event %+v", last)
	}
}

func TestFinishReasons(t *testing.T) {
	s := startServer(t, Options{MaxTokens: 9}, says("one two three four"))
	for body, want := range map[string]struct {
		text   string
		reason openai.FinishReason
		tokens int
	}{
		`"max_tokens":3`: {"one", openai.FinishLength, 3},
		`"max_tokens":5,"max_completion_tokens":3`: {"one", openai.FinishLength, 3},
		`"max_tokens":100`:                         {"one two t", openai.FinishLength, 9}, // what the server allows
		`"stop":"two"`:                             {"one ", openai.FinishStop, 7},
		`"stop":["xyz"," t"]`:                      {"one", openai.FinishStop, 5},
		`"stop":"e t","max_tokens":4`:              {"one ", openai.FinishLength, 4}, // held back, then let go
	} {
		got := ask[openai.ChatCompletion](t, s, chatPath, `{"model":"org/fake","messages":[{"role":"user","content":"x"}],`+body+`}`)
		c := got.Choices[0]
		if c.Message.Content.Text != want.text || c.FinishReason != want.reason || got.Usage.CompletionTokens != want.tokens {
			t.Errorf("%s: %q, %s, %d tokens; want %+v", body, c.Message.Content.Text, c.FinishReason, got.Usage.CompletionTokens, want)
		}
	}
}

// What a stream's pieces add up to is what the answer says that is not streamed,
// log-probabilities included, and no piece splits a character or shows part of a stop string.
func TestStreamEqualsAnswer(t *testing.T) {
	s := startServer(t, Options{}, nil)
	rapid.Check(t, func(rt *rapid.T) {
		request := map[string]any{
			"model": "org/fake", "messages": []map[string]string{{"role": "user", "content": "x"}},
			"prompt": "x]", "seed": rapid.IntRange(0, 1000).Draw(rt, "seed"),
			"max_tokens": rapid.IntRange(1, 60).Draw(rt, "max_tokens"), "n": rapid.IntRange(1, 3).Draw(rt, "n"),
			"stop": rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"ab", "é", "cé", "\n\n", "b b", "aa"}), 0, 3, rapid.ID).Draw(rt, "stop"),
		}
		chat := rapid.Bool().Draw(rt, "chat")
		if logprobs := rapid.Bool().Draw(rt, "logprobs"); logprobs && chat {
			request["logprobs"], request["top_logprobs"] = true, 2
		} else if logprobs {
			request["logprobs"] = 2
		}
		whole, _ := json.Marshal(request)
		request["stream"] = true
		streamed, _ := json.Marshal(request)
		var want, got, texts []string
		if chat {
			want, got, texts = chatBothWays(t, s, string(whole), string(streamed), request["n"].(int))
		} else {
			want, got, texts = completionBothWays(t, s, string(whole), string(streamed), request["n"].(int))
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("stream %q, answer %q", got, want)
		}
		for i, text := range texts {
			// max_tokens may cut a character in two, at the very end.
			if strings.ContainsRune(strings.TrimSuffix(text, "\uFFFD"), '\uFFFD') {
				rt.Fatalf("a piece of %q splits a character", want[i])
			}
			for _, stop := range request["stop"].([]string) {
				if strings.Contains(text, stop) {
					rt.Fatalf("%q holds stop string %q", text, stop)
				}
			}
		}
	})
}

// chatBothWays describes each choice of an answer, and of the stream for the same
// request; texts are the stream's.
func chatBothWays(t *testing.T, s *testServer, whole, streamed string, n int) (want, got, texts []string) {
	for _, c := range ask[openai.ChatCompletion](t, s, chatPath, whole).Choices {
		want = append(want, describe(c.Message.Content.Text, c.FinishReason, c.Logprobs))
	}
	texts = make([]string, n)
	reasons := make([]openai.FinishReason, n)
	logs := make([]*openai.ChatLogprobs, n)
	for _, e := range askStream[openai.ChatCompletionChunk](t, s, chatPath, streamed) {
		c := e.Choices[0]
		texts[c.Index] += c.Delta.Content
		if c.FinishReason != "" {
			reasons[c.Index] = c.FinishReason
		}
		if c.Logprobs != nil {
			if logs[c.Index] == nil {
				logs[c.Index] = &openai.ChatLogprobs{Content: []openai.TokenLogprob{}}
			}
			logs[c.Index].Content = append(logs[c.Index].Content, c.Logprobs.Content...)
		}
	}
	for i := range texts {
		if logs[i] == nil && strings.Contains(whole, `"logprobs":true`) {
			logs[i] = &openai.ChatLogprobs{Content: []openai.TokenLogprob{}}
		}
		got = append(got, describe(texts[i], reasons[i], logs[i]))
	}
	return want, got, texts
}

func completionBothWays(t *testing.T, s *testServer, whole, streamed string, n int) (want, got, texts []string) {
	for _, c := range ask[openai.Completion](t, s, completionPath, whole).Choices {
		want = append(want, describe(c.Text, c.FinishReason, c.Logprobs))
	}
	texts = make([]string, n)
	reasons := make([]openai.FinishReason, n)
	logs := make([]*openai.CompletionLogprobs, n)
	for _, e := range askStream[openai.Completion](t, s, completionPath, streamed) {
		c := e.Choices[0]
		texts[c.Index] += c.Text
		if c.FinishReason != "" {
			reasons[c.Index] = c.FinishReason
		}
		if l := c.Logprobs; l != nil {
			if logs[c.Index] == nil {
				logs[c.Index] = (&columns{}).empty()
			}
			sum := logs[c.Index]
			sum.Tokens = append(sum.Tokens, l.Tokens...)
			sum.TextOffset = append(sum.TextOffset, l.TextOffset...)
			sum.TokenLogprobs = append(sum.TokenLogprobs, l.TokenLogprobs...)
			sum.TopLogprobs = append(sum.TopLogprobs, l.TopLogprobs...)
		}
	}
	for i := range texts {
		got = append(got, describe(texts[i], reasons[i], logs[i]))
	}
	return want, got, texts
}

func describe(text string, reason openai.FinishReason, logprobs any) string {
	data, err := json.Marshal(logprobs)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%q %s %s", text, reason, data)
}

func TestSeedDecides(t *testing.T) {
	s := startServer(t, Options{}, nil)
	text := func(extra string) (out []string) {
		body := `{"model":"org/fake","messages":[{"role":"user","content":"x"}],"max_tokens":30,"n":3,"logit_bias":{"257":-100}` + extra + `}`
		for _, c := range ask[openai.ChatCompletion](t, s, chatPath, body).Choices {
			out = append(out, c.Message.Content.Text)
		}
		return out
	}
	first := text(`,"seed":1`)
	if again := text(`,"seed":1`); !slices.Equal(first, again) {
		t.Errorf("same seed: %q, then %q", first, again)
	}
	if first[0] == first[1] || slices.Equal(first, text(`,"seed":2`)) || slices.Equal(text(""), text("")) {
		t.Error("choices, seeds or requests without a seed do not differ")
	}
	greedy := text(`,"temperature":0`)
	if greedy[0] != greedy[2] || greedy[0] != text(`,"top_k":1`)[1] || greedy[0] != text(`,"top_p":0`)[1] || greedy[0] != text(`,"min_p":1`)[1] {
		t.Error("temperature 0, top_k 1, top_p 0 and min_p 1 do not agree")
	}
	if greedy[0] == text(`,"temperature":0,"repetition_penalty":1.5,"frequency_penalty":1,"presence_penalty":-1`)[0] {
		t.Error("penalties change nothing")
	}
}

func TestChatLogprobs(t *testing.T) {
	s := startServer(t, Options{}, says("é!"))
	got := ask[openai.ChatCompletion](t, s, chatPath, `{"model":"org/fake","messages":[{"role":"user","content":"x"}],"logprobs":true,"top_logprobs":2}`)
	content := got.Choices[0].Logprobs.Content
	var tokens []string
	for _, c := range content {
		tokens = append(tokens, c.Token)
		if len(c.TopLogprobs) != 2 || c.TopLogprobs[0].Token != c.Token || c.Logprob > 0 || c.Logprob < -1e-6 || c.TopLogprobs[1].Logprob > -29 {
			t.Errorf("%+v", c)
		}
	}
	if want := []string{`bytes:\xc3`, `bytes:\xa9`, "!"}; !slices.Equal(tokens, want) {
		t.Errorf("tokens %q, want %q", tokens, want)
	}
	if !slices.Equal(content[0].Bytes, []int{0xc3}) {
		t.Errorf("bytes %v", content[0].Bytes)
	}
	// A token that is held back while others are sent is reported with its own text, if that comes.
	held := startServer(t, Options{}, says("abbc"))
	got = ask[openai.ChatCompletion](t, held, chatPath, with(`"logprobs":true,"stop":"bc"`))
	if n := len(got.Choices[0].Logprobs.Content); n != 2 || got.Choices[0].Message.Content.Text != "ab" {
		t.Errorf("%d tokens for %q, want 2 for ab", n, got.Choices[0].Message.Content.Text)
	}
	// Tokens of a stop string that is not part of the text are not reported either.
	got = ask[openai.ChatCompletion](t, s, chatPath, `{"model":"org/fake","messages":[{"role":"user","content":"x"}],"logprobs":true,"stop":"!"}`)
	if n := len(got.Choices[0].Logprobs.Content); n != 2 || got.Choices[0].Logprobs.Content[0].TopLogprobs == nil {
		t.Errorf("%d tokens before the stop string, want 2", n)
	}
}

func TestCompletion(t *testing.T) {
	s := startServer(t, Options{}, says("yes"))
	got := ask[openai.Completion](t, s, completionPath, `{"model":"org/fake","prompt":["a]","b]"],"n":2,"echo":true}`)
	var texts []string
	for i, c := range got.Choices {
		if c.Index != i {
			t.Errorf("choice %d has index %d", i, c.Index)
		}
		texts = append(texts, c.Text)
	}
	if want := []string{"a]yes", "a]yes", "b]yes", "b]yes"}; !slices.Equal(texts, want) {
		t.Errorf("texts %q, want %q", texts, want)
	}
	if got.Usage.PromptTokens != 6 || got.Usage.CompletionTokens != 16 || got.Object != "text_completion" {
		t.Errorf("%+v", got)
	}
	ids := ask[openai.Completion](t, s, completionPath, `{"model":"org/fake","prompt":[97,93],"echo":true}`)
	if ids.Choices[0].Text != "a]yes" {
		t.Errorf("prompt of tokens: %q", ids.Choices[0].Text)
	}
	long := startServer(t, Options{}, says(strings.Repeat("x", 40)))
	if n := ask[openai.Completion](t, long, completionPath, `{"model":"org/fake","prompt":"]"}`).Usage.CompletionTokens; n != 16 {
		t.Errorf("%d tokens by default, want 16", n)
	}
}

// echo with logprobs and no new tokens scores a text: what evaluation harnesses do.
func TestCompletionScoresPrompt(t *testing.T) {
	s := startServer(t, Options{}, nil)
	for _, extra := range []string{`"max_tokens":0`, `"max_tokens":1`, `"max_tokens":0,"stream":true`} {
		var l *openai.CompletionLogprobs
		body := `{"model":"org/fake","prompt":"abé","echo":true,"logprobs":1,"temperature":0,` + extra + `}`
		if strings.Contains(extra, "stream") {
			l = askStream[openai.Completion](t, s, completionPath, body)[0].Choices[0].Logprobs
		} else {
			l = ask[openai.Completion](t, s, completionPath, body).Choices[0].Logprobs
		}
		tokens := []string{"", "a", "b", `bytes:\xc3`, `bytes:\xa9`}
		if !slices.Equal(l.Tokens[:5], tokens) || l.TokenLogprobs[0] != nil || l.TopLogprobs[0] != nil {
			t.Fatalf("%s: %+v", extra, l)
		}
		if want := []int{0, 0, 1, 2, 2}; !slices.Equal(l.TextOffset[:5], want) {
			t.Errorf("%s: offsets %v, want %v", extra, l.TextOffset, want)
		}
		row := make([]float32, vocabSize)
		text := []int32{bos, 'a', 'b', 0xc3, 0xa9}
		for i := 1; i < 5; i++ {
			babble(text[:i], row)
			sum := 0.0
			for _, x := range row {
				sum += math.Exp(float64(x))
			}
			want := float64(row[text[i]]) - math.Log(sum)
			if got := *l.TokenLogprobs[i]; math.Abs(got-want) > 1e-5 || l.TopLogprobs[i][tokens[i]] != got {
				t.Errorf("%s: token %d has log-probability %g, want %g; top %v", extra, i, got, want, maps.Collect(maps.All(l.TopLogprobs[i])))
			}
		}
	}
}

func TestUsageTellsCachedTokens(t *testing.T) {
	s := startServer(t, Options{}, says("hi"))
	for _, want := range []int{0, 17} { // of 18: the last one is always computed
		got := ask[openai.ChatCompletion](t, s, chatPath, with(`"n":3`))
		if cached := got.Usage.PromptTokensDetails.CachedTokens; cached != want || got.Usage.PromptTokens != 18 {
			t.Errorf("%d tokens from the cache, want %d; usage %+v", cached, want, got.Usage)
		}
	}
}

func TestModels(t *testing.T) {
	s := startServer(t, Options{}, nil)
	_, _, body := s.call(t, http.MethodGet, "/v1/models", "")
	if want := `{"object":"list","data":[{"id":"org/fake","object":"model","created":1700000000,"owned_by":"loyal"}]}`; strings.TrimSpace(body) != want {
		t.Errorf("%s, want %s", body, want)
	}
	if status, _, body := s.call(t, http.MethodGet, "/v1/models/org/fake", ""); status != 200 || !strings.Contains(body, `"id":"org/fake"`) {
		t.Errorf("status %d: %s", status, body)
	}
	status, _, body := s.call(t, http.MethodGet, "/v1/models/other", "")
	if e, ok := openai.ParseError(status, []byte(body)); !ok || status != 404 || e.Code != "model_not_found" {
		t.Errorf("status %d: %s", status, body)
	}
}
