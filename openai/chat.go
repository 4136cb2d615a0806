package openai

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ChatCompletionRequest is the body of POST /v1/chat/completions. Pointers are
// fields for which leaving out and zero differ.
type ChatCompletionRequest struct {
	Model    string    `json:"model"`
	Messages []Message `json:"messages"`

	// MaxTokens is the old name, MaxCompletionTokens the new one; servers differ
	// in which they know. Limit reads both.
	MaxTokens           *int `json:"max_tokens,omitempty"`
	MaxCompletionTokens *int `json:"max_completion_tokens,omitempty"`

	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`
	N           *int     `json:"n,omitempty"`
	Seed        *int64   `json:"seed,omitempty"`
	Stop        Stop     `json:"stop,omitempty"`

	Stream        bool           `json:"stream,omitempty"`
	StreamOptions *StreamOptions `json:"stream_options,omitempty"`

	Logprobs    bool `json:"logprobs,omitempty"`
	TopLogprobs *int `json:"top_logprobs,omitempty"` // 0 to 20

	FrequencyPenalty *float64           `json:"frequency_penalty,omitempty"`
	PresencePenalty  *float64           `json:"presence_penalty,omitempty"`
	LogitBias        map[string]float64 `json:"logit_bias,omitempty"`
	User             string             `json:"user,omitempty"`

	// Fields that a server which cannot honor them should refuse by name.
	Tools          json.RawMessage `json:"tools,omitempty"`
	ToolChoice     json.RawMessage `json:"tool_choice,omitempty"`
	ResponseFormat json.RawMessage `json:"response_format,omitempty"`

	// Extensions of open servers.
	TopK              *int     `json:"top_k,omitempty"`
	MinP              *float64 `json:"min_p,omitempty"`
	RepetitionPenalty *float64 `json:"repetition_penalty,omitempty"`
}

// Limit is the largest number of tokens that the answer may have; false when the
// request sets none.
func (r *ChatCompletionRequest) Limit() (int, bool) {
	switch {
	case r.MaxCompletionTokens != nil:
		return *r.MaxCompletionTokens, true
	case r.MaxTokens != nil:
		return *r.MaxTokens, true
	}
	return 0, false
}

// Message is one turn of a conversation, asked or answered.
type Message struct {
	Role    string  `json:"role"`
	Content Content `json:"content"`
	Name    string  `json:"name,omitempty"`

	// Refusal holds the words of a model that declined, apart from Content.
	Refusal string `json:"refusal,omitempty"`
	// ReasoningContent is what a reasoning model thought before it answered.
	ReasoningContent string `json:"reasoning_content,omitempty"`

	ToolCalls  json.RawMessage `json:"tool_calls,omitempty"`
	ToolCallID string          `json:"tool_call_id,omitempty"`
}

// Text is a message of plain text.
func Text(role, content string) Message {
	return Message{Role: role, Content: Content{Text: content}}
}

// ErrNotText reports message content that is not text, an image say.
var ErrNotText = errors.New("content is not text")

// Content is what a message says: a string, or a list of typed parts. One of the
// two is set. Null and a missing field read as the empty string.
type Content struct {
	Text  string
	Parts []ContentPart
}

// ContentPart is one typed piece of a message. Only text is understood here;
// other parts keep their type and lose their data.
type ContentPart struct {
	Type string `json:"type"`
	Text string `json:"text,omitempty"`
}

// Plain is the content as one string: the parts' texts joined by line feeds, as
// inference servers hand them to a template that knows only strings.
func (c Content) Plain() (string, error) {
	if c.Parts == nil {
		return c.Text, nil
	}
	texts := make([]string, len(c.Parts))
	for i, part := range c.Parts {
		if part.Type != "text" {
			return "", fmt.Errorf("read message part of type %q: %w", part.Type, ErrNotText)
		}
		texts[i] = part.Text
	}
	return strings.Join(texts, "\n"), nil
}

// MarshalJSON writes a string, or the parts where there are any.
func (c Content) MarshalJSON() ([]byte, error) {
	if c.Parts != nil {
		return json.Marshal(c.Parts)
	}
	return json.Marshal(c.Text)
}

// UnmarshalJSON reads null, a string or a list of parts.
func (c *Content) UnmarshalJSON(data []byte) error {
	*c = Content{}
	switch firstByte(data) {
	case 'n':
		return nil
	case '"':
		return json.Unmarshal(data, &c.Text)
	case '[':
		c.Parts = []ContentPart{}
		return json.Unmarshal(data, &c.Parts)
	}
	return fmt.Errorf("read content: want a string or a list of parts, have %s", excerpt(data))
}

// ChatCompletion answers a request that is not streamed.
type ChatCompletion struct {
	ID                string       `json:"id"`
	Object            string       `json:"object"`
	Created           int64        `json:"created"` // Unix time, seconds
	Model             string       `json:"model"`
	SystemFingerprint string       `json:"system_fingerprint,omitempty"`
	Choices           []ChatChoice `json:"choices"`
	Usage             *Usage       `json:"usage,omitempty"`
}

// ChatChoice is one of the n answers.
type ChatChoice struct {
	Index        int           `json:"index"`
	Message      Message       `json:"message"`
	Logprobs     *ChatLogprobs `json:"logprobs"`
	FinishReason FinishReason  `json:"finish_reason"`
}

// ChatCompletionChunk is one event of a streamed answer.
type ChatCompletionChunk struct {
	ID                string            `json:"id"`
	Object            string            `json:"object"`
	Created           int64             `json:"created"`
	Model             string            `json:"model"`
	SystemFingerprint string            `json:"system_fingerprint,omitempty"`
	Choices           []ChatChunkChoice `json:"choices"`         // empty in the usage chunk
	Usage             *Usage            `json:"usage,omitempty"` // with include_usage, in the last chunk
}

// ChatChunkChoice is the next piece of one of the n answers.
type ChatChunkChoice struct {
	Index        int           `json:"index"`
	Delta        ChatDelta     `json:"delta"`
	Logprobs     *ChatLogprobs `json:"logprobs,omitempty"`
	FinishReason FinishReason  `json:"finish_reason"`
}

// ChatDelta is what a chunk adds: the role once, then content.
type ChatDelta struct {
	Role             string `json:"role,omitempty"`
	Content          string `json:"content,omitempty"`
	Refusal          string `json:"refusal,omitempty"`
	ReasoningContent string `json:"reasoning_content,omitempty"`
}

// ChatLogprobs are the log-probabilities of an answer's tokens.
type ChatLogprobs struct {
	Content []TokenLogprob `json:"content"`
}

// TokenLogprob is one token of an answer with the likeliest alternatives.
type TokenLogprob struct {
	Token       string       `json:"token"`
	Logprob     float64      `json:"logprob"` // natural logarithm
	Bytes       []int        `json:"bytes"`   // UTF-8 of the token; may be half a character
	TopLogprobs []TopLogprob `json:"top_logprobs"`
}

// TopLogprob is an alternative to a token, or the token itself.
type TopLogprob struct {
	Token   string  `json:"token"`
	Logprob float64 `json:"logprob"`
	Bytes   []int   `json:"bytes"`
}
