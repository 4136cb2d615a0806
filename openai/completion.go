package openai

import (
	"encoding/json"
	"fmt"
)

// CompletionRequest is the body of POST /v1/completions.
type CompletionRequest struct {
	Model     string `json:"model"`
	Prompt    Prompt `json:"prompt"`
	Suffix    string `json:"suffix,omitempty"`
	MaxTokens *int   `json:"max_tokens,omitempty"` // the API's default is 16

	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"top_p,omitempty"`
	N           *int     `json:"n,omitempty"`
	BestOf      *int     `json:"best_of,omitempty"`
	Seed        *int64   `json:"seed,omitempty"`
	Stop        Stop     `json:"stop,omitempty"`
	Echo        bool     `json:"echo,omitempty"`

	Stream        bool           `json:"stream,omitempty"`
	StreamOptions *StreamOptions `json:"stream_options,omitempty"`

	Logprobs *int `json:"logprobs,omitempty"` // how many alternatives, 0 to 5 at OpenAI

	FrequencyPenalty *float64           `json:"frequency_penalty,omitempty"`
	PresencePenalty  *float64           `json:"presence_penalty,omitempty"`
	LogitBias        map[string]float64 `json:"logit_bias,omitempty"`
	User             string             `json:"user,omitempty"`

	// Extensions of open servers.
	TopK              *int     `json:"top_k,omitempty"`
	MinP              *float64 `json:"min_p,omitempty"`
	RepetitionPenalty *float64 `json:"repetition_penalty,omitempty"`
}

// Prompt is one or more prompts, as text or as token ids: the API takes a string,
// a list of strings, a list of ids or a list of such lists. One of the two is set.
type Prompt struct {
	Texts  []string
	Tokens [][]int32
}

// TextPrompt is a single prompt of text.
func TextPrompt(text string) Prompt { return Prompt{Texts: []string{text}} }

// MarshalJSON writes the shortest of the four shapes.
func (p Prompt) MarshalJSON() ([]byte, error) {
	switch {
	case len(p.Tokens) == 1:
		return json.Marshal(p.Tokens[0])
	case len(p.Tokens) > 1:
		return json.Marshal(p.Tokens)
	case len(p.Texts) == 1:
		return json.Marshal(p.Texts[0])
	case len(p.Texts) > 1:
		return json.Marshal(p.Texts)
	}
	return json.Marshal("")
}

// UnmarshalJSON reads any of the four shapes.
func (p *Prompt) UnmarshalJSON(data []byte) error {
	*p = Prompt{}
	if firstByte(data) == '"' {
		p.Texts = []string{""}
		return json.Unmarshal(data, &p.Texts[0])
	}
	if json.Unmarshal(data, &p.Texts) == nil {
		return nil
	}
	p.Texts = nil
	var ids []int32
	if json.Unmarshal(data, &ids) == nil {
		p.Tokens = [][]int32{ids}
		return nil
	}
	if json.Unmarshal(data, &p.Tokens) == nil {
		return nil
	}
	return fmt.Errorf("read prompt: want text, a list of texts, token ids or a list of those, have %s", excerpt(data))
}

// Completion answers POST /v1/completions, and is also one event of the stream.
type Completion struct {
	ID                string             `json:"id"`
	Object            string             `json:"object"`
	Created           int64              `json:"created"`
	Model             string             `json:"model"`
	SystemFingerprint string             `json:"system_fingerprint,omitempty"`
	Choices           []CompletionChoice `json:"choices"`
	Usage             *Usage             `json:"usage,omitempty"`
}

// CompletionChoice is one of the n answers to one of the prompts.
type CompletionChoice struct {
	Index        int                 `json:"index"`
	Text         string              `json:"text"`
	Logprobs     *CompletionLogprobs `json:"logprobs"`
	FinishReason FinishReason        `json:"finish_reason"`
}

// CompletionLogprobs are log-probabilities in the older, columnar shape: entry i
// of each list is about token i.
type CompletionLogprobs struct {
	Tokens        []string             `json:"tokens"`
	TokenLogprobs []*float64           `json:"token_logprobs"` // null for an echoed first token
	TopLogprobs   []map[string]float64 `json:"top_logprobs"`
	TextOffset    []int                `json:"text_offset"` // in characters
}
