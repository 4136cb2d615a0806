package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"

	"loyal/openai"
)

// Reply is one answer of the endpoint to one question.
type Reply struct {
	Text   string              `json:"text"`
	Finish openai.FinishReason `json:"finish_reason"`
	// Declined is set when the endpoint marked the answer as refused or filtered.
	Declined bool `json:"declined,omitempty"`
	// Tokens are the first tokens with their alternatives, where the endpoint gives
	// log-probabilities.
	Tokens []TokenChoice `json:"tokens,omitempty"`
}

// TokenChoice is one token of a reply and what could have stood there.
type TokenChoice struct {
	Token        string        `json:"token"`
	Alternatives []Alternative `json:"alternatives"`
}

// Alternative is a possible token with its log-probability (natural).
type Alternative struct {
	Token   string  `json:"token"`
	Logprob float64 `json:"logprob"`
}

// Lengths of requests and replies.
const (
	slackTokens    = 15      // beyond the answer: other tokenizers need more tokens, and a reply that is cut off at once looks odd
	maxText        = 1 << 14 // bytes of a reply that are kept: an answer stands at its beginning
	keptTokens     = 4       // whose log-probabilities are kept
	topLogprobs    = 20      // the most that chat completions allow
	topLogprobsOld = 5       // the most that OpenAI's completions allow
)

// request is what is asked, in terms that both interfaces share.
type request struct {
	kind           Kind
	system, prompt string
	tokens         int
	n              int
	temperature    float64
	seed           *int64
	logprobs       bool
}

// dialect is how an endpoint wants to be asked: what probing found out.
type dialect struct {
	newLimit      bool // max_completion_tokens instead of max_tokens
	noTemperature bool // only its own temperature
	stream        bool // only streams
}

// path of the interface, below the base URL.
func (k Kind) path() string {
	if k == Completion {
		return "/completions"
	}
	return "/chat/completions"
}

// encode writes a request in an endpoint's dialect.
func (r *request) encode(model string, d dialect) ([]byte, error) {
	var temperature *float64
	if !d.noTemperature {
		temperature = &r.temperature
	}
	var n *int
	if r.n > 1 {
		n = &r.n
	}
	if r.kind == Completion {
		body := openai.CompletionRequest{
			Model: model, Prompt: openai.TextPrompt(r.prompt), MaxTokens: &r.tokens,
			Temperature: temperature, N: n, Seed: r.seed, Stream: d.stream,
		}
		if r.logprobs {
			top := topLogprobsOld
			body.Logprobs = &top
		}
		return encode(body)
	}
	q := Question{System: r.system, Prompt: r.prompt}
	body := openai.ChatCompletionRequest{
		Model: model, Messages: q.messages(),
		Temperature: temperature, N: n, Seed: r.seed, Stream: d.stream,
	}
	if d.newLimit {
		body.MaxCompletionTokens = &r.tokens
	} else {
		body.MaxTokens = &r.tokens
	}
	if r.logprobs {
		top := topLogprobs
		body.Logprobs, body.TopLogprobs = true, &top
	}
	return encode(body)
}

// exchange sends a request and returns the replies in the order of their index
// and the name of the model that says it answered.
func (c *client) exchange(ctx context.Context, r *request, model string, d dialect, log *[]Attempt) (replies []Reply, answered string, err error) {
	body, err := r.encode(model, d)
	if err != nil {
		return nil, "", err
	}
	err = c.do(ctx, call{
		method: http.MethodPost, path: r.kind.path(), body: body, log: log,
		parse: func(a answer) error {
			var err error
			replies, answered, err = parseReplies(r.kind, a)
			for i := range replies {
				c.cleanReply(&replies[i])
			}
			return err
		},
	})
	if err != nil {
		return nil, "", err
	}
	return replies, c.short(answered), nil
}

// cleanReply takes our API key out of a reply.
func (c *client) cleanReply(r *Reply) {
	r.Text = c.cleanPrefix(r.Text, maxText)
	r.Finish = openai.FinishReason(c.clean(string(r.Finish)))
	for i := range r.Tokens {
		t := &r.Tokens[i]
		t.Token = c.clean(t.Token)
		for j := range t.Alternatives {
			t.Alternatives[j].Token = c.clean(t.Alternatives[j].Token)
		}
	}
}

// Errors of an answer that is not in the API's format.
var (
	errNotJSON   = errors.New("it is not JSON of the OpenAI API")
	errNoChoices = errors.New("it has no choices")
)

// choice is one answer in terms that all four shapes of an answer share.
type choice struct {
	index    int
	text     string
	declined bool
	finish   openai.FinishReason
	tokens   []TokenChoice
}

func parseReplies(kind Kind, a answer) ([]Reply, string, error) {
	var choices []choice
	var model string
	var err error
	switch {
	case a.stream:
		choices, model, err = parseStream(kind, a.body)
	case kind == Completion:
		var body openai.Completion
		err = unmarshal(a.body, &body)
		choices, model = completionChoices(&body), body.Model
	default:
		var body openai.ChatCompletion
		err = unmarshal(a.body, &body)
		if err == nil {
			choices, err = chatChoices(&body)
		}
		model = body.Model
	}
	if err != nil {
		return nil, "", err
	}
	if len(choices) == 0 {
		return nil, "", errNoChoices
	}
	slices.SortStableFunc(choices, func(a, b choice) int { return a.index - b.index })
	replies := make([]Reply, len(choices))
	for i, c := range choices {
		replies[i] = Reply{
			Text: c.text, Finish: c.finish, Tokens: c.tokens,
			Declined: c.declined || c.finish == openai.FinishContentFilter,
		}
	}
	return replies, model, nil
}

// unmarshal reads an answer's body. Errors of encoding/json would repeat pieces
// of it, and say little.
func unmarshal(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return errNotJSON
	}
	// Some servers send errors with status 200.
	if e, ok := openai.ParseError(0, data); ok && !bytes.Contains(data, []byte(`"choices"`)) {
		return fmt.Errorf("it is an error: %s", e.Message) // client.attempt shortens it
	}
	return nil
}

func chatChoices(body *openai.ChatCompletion) ([]choice, error) {
	var out []choice
	for _, c := range body.Choices {
		text, err := c.Message.Content.Plain()
		if err != nil {
			return nil, err
		}
		next := choice{index: c.Index, text: text, finish: c.FinishReason, declined: text == "" && c.Message.Refusal != ""}
		if next.declined {
			next.text = c.Message.Refusal
		}
		if c.Logprobs != nil {
			next.tokens = chatTokens(c.Logprobs.Content)
		}
		out = append(out, next)
	}
	return out, nil
}

func chatTokens(content []openai.TokenLogprob) []TokenChoice {
	var out []TokenChoice
	for _, t := range content[:min(len(content), keptTokens)] {
		next := TokenChoice{Token: t.Token, Alternatives: []Alternative{}}
		for _, a := range t.TopLogprobs[:min(len(t.TopLogprobs), topLogprobs)] {
			next.add(a.Token, a.Logprob)
		}
		next.add(t.Token, t.Logprob)
		out = append(out, next)
	}
	return out
}

// add notes an alternative once; what is no probability is left out.
func (t *TokenChoice) add(token string, logprob float64) {
	if math.IsNaN(logprob) || logprob > 1e-3 || math.IsInf(logprob, 0) {
		return
	}
	for _, a := range t.Alternatives {
		if a.Token == token {
			return
		}
	}
	t.Alternatives = append(t.Alternatives, Alternative{token, math.Min(0, logprob)})
}

func completionChoices(body *openai.Completion) []choice {
	var out []choice
	for _, c := range body.Choices {
		out = append(out, choice{index: c.Index, text: c.Text, finish: c.FinishReason, tokens: completionTokens(c.Logprobs)})
	}
	return out
}

func completionTokens(l *openai.CompletionLogprobs) []TokenChoice {
	if l == nil {
		return nil
	}
	var out []TokenChoice
	for i, token := range l.Tokens[:min(len(l.Tokens), keptTokens)] {
		next := TokenChoice{Token: token, Alternatives: []Alternative{}}
		if i < len(l.TopLogprobs) {
			names := make([]string, 0, len(l.TopLogprobs[i]))
			for name := range l.TopLogprobs[i] {
				names = append(names, name)
			}
			slices.Sort(names) // a map has no order, a transcript has
			for _, name := range names[:min(len(names), topLogprobs)] {
				next.add(name, l.TopLogprobs[i][name])
			}
		}
		if i < len(l.TokenLogprobs) && l.TokenLogprobs[i] != nil {
			next.add(token, *l.TokenLogprobs[i])
		}
		out = append(out, next)
	}
	return out
}

// maxChoices bounds the answers that a stream may begin.
const maxChoices = 128

// parseStream puts the pieces of a stream together. A stream without [DONE] is
// whole if each of its answers has ended.
func parseStream(kind Kind, data []byte) ([]choice, string, error) {
	reader := openai.NewReader(bytes.NewReader(data), maxEvent)
	parts := make(map[int]*choice)
	model := ""
	for {
		event, err := reader.Next()
		if errors.Is(err, io.EOF) || errors.Is(err, openai.ErrNoDone) && ended(parts) {
			break
		}
		if err != nil {
			return nil, "", fmt.Errorf("read stream: %w", err)
		}
		name, err := addEvent(kind, event, parts)
		if err != nil {
			return nil, "", fmt.Errorf("read stream: %w", err)
		}
		if model == "" {
			model = name
		}
	}
	out := make([]choice, 0, len(parts))
	for _, c := range parts {
		out = append(out, *c)
	}
	return out, model, nil
}

func ended(parts map[int]*choice) bool {
	for _, c := range parts {
		if c.finish == openai.FinishNone {
			return false
		}
	}
	return len(parts) > 0
}

// addEvent adds one event to the answers and returns the model's name.
func addEvent(kind Kind, event []byte, parts map[int]*choice) (string, error) {
	part := func(index int) (*choice, error) {
		if parts[index] == nil {
			if len(parts) == maxChoices {
				return nil, errors.New("it has too many choices")
			}
			parts[index] = &choice{index: index}
		}
		return parts[index], nil
	}
	if kind == Completion {
		var chunk openai.Completion
		if err := unmarshal(event, &chunk); err != nil {
			return "", err
		}
		for _, piece := range completionChoices(&chunk) {
			c, err := part(piece.index)
			if err != nil {
				return "", err
			}
			c.extend(piece)
		}
		return chunk.Model, nil
	}
	var chunk openai.ChatCompletionChunk
	if err := unmarshal(event, &chunk); err != nil {
		return "", err
	}
	for _, d := range chunk.Choices {
		c, err := part(d.Index)
		if err != nil {
			return "", err
		}
		piece := choice{text: d.Delta.Content, finish: d.FinishReason, declined: d.Delta.Refusal != ""}
		if piece.declined {
			piece.text += d.Delta.Refusal
		}
		if d.Logprobs != nil {
			piece.tokens = chatTokens(d.Logprobs.Content)
		}
		c.extend(piece)
	}
	return chunk.Model, nil
}

// extend adds the next piece of the same answer.
func (c *choice) extend(piece choice) {
	if len(c.text) < maxText {
		c.text += piece.text
	}
	c.declined = c.declined || piece.declined
	if piece.finish != openai.FinishNone {
		c.finish = piece.finish
	}
	c.tokens = append(c.tokens, piece.tokens...)
	c.tokens = c.tokens[:min(len(c.tokens), keptTokens)]
}
