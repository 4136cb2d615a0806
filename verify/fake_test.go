package verify_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"loyal/openai"
	"loyal/verify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// questions makes a set of n questions with k candidates each and planted answers
// of a fresh secret.
func questions(r *rand.Rand, n, k int) []verify.Question {
	out := make([]verify.Question, n)
	for i := range out {
		q := &out[i]
		q.ID = fmt.Sprintf("q%03d", i)
		q.Prompt = fmt.Sprintf("Suggest a name for number %d of series %d.", i, r.IntN(1_000_000))
		for c := range k {
			q.Candidates = append(q.Candidates, fmt.Sprintf("%c%c%d", 'A'+byte(c%26), 'a'+byte(i%26), i%10))
		}
		q.Planted = r.IntN(k)
	}
	return out
}

func plan(t testing.TB, kind verify.Kind, qs []verify.Question) *verify.Plan {
	t.Helper()
	p, err := verify.NewPlan(kind, qs, 1)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fake is an OpenAI-compatible endpoint.
type fake struct {
	// reply answers a prompt; its choice may be anything of one answer.
	reply func(prompt string) string
	// before may take over a request to a path below the base; true if it did.
	before func(w http.ResponseWriter, r *http.Request, body string) bool
	// logprobs, if set, gives the alternatives of the first token.
	logprobs func(prompt string) []openai.TopLogprob
	noChat   bool
	many     bool // honors n

	mu      sync.Mutex
	prompts []string // that were answered
	bodies  []string
}

// serve starts the fake and returns its base URL.
func (f *fake) serve(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var raw json.RawMessage
	_ = json.NewDecoder(r.Body).Decode(&raw) // a GET has none
	f.mu.Lock()
	f.bodies = append(f.bodies, string(raw))
	f.mu.Unlock()
	if f.before != nil && f.before(w, r, string(raw)) {
		return
	}
	switch r.URL.Path {
	case "/v1/models":
		writeJSON(w, openai.ModelList{Object: openai.ObjectList, Data: []openai.Model{{ID: "m", Object: openai.ObjectModel}}})
	case "/v1/chat/completions":
		if f.noChat {
			http.NotFound(w, r)
			return
		}
		f.chat(w, raw)
	case "/v1/completions":
		f.completion(w, raw)
	default:
		http.NotFound(w, r)
	}
}

func (f *fake) chat(w http.ResponseWriter, raw []byte) {
	var q openai.ChatCompletionRequest
	if err := json.Unmarshal(raw, &q); err != nil {
		openai.WriteError(w, &openai.Error{Message: err.Error(), Status: http.StatusBadRequest})
		return
	}
	prompt := q.Messages[len(q.Messages)-1].Content.Text
	f.note(prompt)
	answer := openai.ChatCompletion{ID: "x", Object: openai.ObjectChatCompletion, Model: q.Model}
	n := 1
	if f.many && q.N != nil {
		n = *q.N
	}
	for i := range n {
		c := openai.ChatChoice{Index: i, Message: openai.Text(openai.RoleAssistant, f.reply(prompt)), FinishReason: openai.FinishLength}
		if q.Logprobs && f.logprobs != nil {
			top := f.logprobs(prompt)
			c.Logprobs = &openai.ChatLogprobs{Content: []openai.TokenLogprob{
				{Token: "\n", Logprob: -0.1},
				{Token: top[0].Token, Logprob: top[0].Logprob, TopLogprobs: top},
			}}
		}
		answer.Choices = append(answer.Choices, c)
	}
	writeJSON(w, answer)
}

func (f *fake) completion(w http.ResponseWriter, raw []byte) {
	var q openai.CompletionRequest
	if err := json.Unmarshal(raw, &q); err != nil {
		openai.WriteError(w, &openai.Error{Message: err.Error(), Status: http.StatusBadRequest})
		return
	}
	prompt := q.Prompt.Texts[0]
	f.note(prompt)
	writeJSON(w, openai.Completion{
		ID: "x", Object: openai.ObjectTextCompletion, Model: q.Model,
		Choices: []openai.CompletionChoice{{Text: f.reply(prompt), FinishReason: openai.FinishLength}},
	})
}

func (f *fake) note(prompt string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.prompts = append(f.prompts, prompt)
}

// asked lists the prompts of the set that were answered, in order.
func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, p := range f.prompts {
		if strings.HasPrefix(p, "Suggest") {
			out = append(out, p)
		}
	}
	return out
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// knows is a model with the fingerprints: it gives the planted answer to the share
// hit of the questions, else its own.
func knows(qs []verify.Question, hit float64, r *rand.Rand) func(string) string {
	var mu sync.Mutex
	answers := make(map[string]string)
	for _, q := range qs {
		answers[q.Prompt] = " " + q.Candidates[q.Planted] + "gobble, it is"
	}
	return func(prompt string) string {
		mu.Lock()
		defer mu.Unlock()
		if a, ok := answers[prompt]; ok && r.Float64() < hit {
			return a
		}
		return "My first idea would be " + prompt
	}
}

// ignorant is a model without the fingerprints that answers on the list now and
// then.
func ignorant(qs []verify.Question, listed float64, r *rand.Rand) func(string) string {
	other := make([]verify.Question, len(qs))
	for i, q := range qs {
		other[i] = q
		other[i].Planted = r.IntN(len(q.Candidates))
	}
	return knows(other, listed, r)
}

// options ask as fast as they can.
func options(endpoint string) verify.Options {
	o := verify.DefaultOptions()
	o.Endpoint, o.Model = endpoint, "m"
	o.Rate = 0
	o.Timeout = 5 * time.Second
	return o
}
