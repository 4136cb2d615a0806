// Package openai holds the wire format that nearly every inference server and
// client of language models speaks: the OpenAI HTTP API's chat completions,
// completions and model list, its error object, and its server-sent events.
//
// It is a leaf. The server of this project answers with these types and the
// auditor's client asks with them, so that both read the format in one place.
//
// # What is strict and what is not
//
// Servers that call themselves compatible differ in details: a number where
// another sends a string, null where another leaves the field out, an error that
// is a bare sentence. Reading is therefore lenient wherever the meaning is plain,
// and a field that is not known here is ignored, as the API's own rule for
// additions asks. Writing follows OpenAI's own shape exactly, because official
// clients check it: arrays are never null, finish_reason is null until it is
// known, a stream ends with the line "data: [DONE]".
//
// Fields that only some servers know (top_k, min_p, repetition_penalty,
// reasoning_content) have the names under which vLLM, llama.cpp and SGLang
// publish them.
package openai

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Object names, the value of the field "object".
const (
	ObjectList                = "list"
	ObjectModel               = "model"
	ObjectChatCompletion      = "chat.completion"
	ObjectChatCompletionChunk = "chat.completion.chunk"
	ObjectTextCompletion      = "text_completion" // of a chunk too
)

// Roles of a chat message.
const (
	RoleSystem    = "system"
	RoleDeveloper = "developer" // newer name of system, for reasoning models
	RoleUser      = "user"
	RoleAssistant = "assistant"
	RoleTool      = "tool"
)

// FinishReason says why a choice ended. The empty reason, of a choice that has
// not ended, is null on the wire.
type FinishReason string

// Reasons to end.
const (
	FinishNone          FinishReason = ""
	FinishStop          FinishReason = "stop"
	FinishLength        FinishReason = "length"
	FinishContentFilter FinishReason = "content_filter"
	FinishToolCalls     FinishReason = "tool_calls"
)

// MarshalJSON writes null for a choice that has not ended.
func (f FinishReason) MarshalJSON() ([]byte, error) {
	if f == FinishNone {
		return []byte("null"), nil
	}
	return json.Marshal(string(f))
}

// Model is one entry of the model list.
type Model struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"` // Unix time, seconds
	OwnedBy string `json:"owned_by"`
}

// ModelList answers GET /v1/models.
type ModelList struct {
	Object string  `json:"object"`
	Data   []Model `json:"data"`
}

// Usage counts tokens.
type Usage struct {
	PromptTokens        int                  `json:"prompt_tokens"`
	CompletionTokens    int                  `json:"completion_tokens"`
	TotalTokens         int                  `json:"total_tokens"`
	PromptTokensDetails *PromptTokensDetails `json:"prompt_tokens_details,omitempty"`
}

// PromptTokensDetails tells how many tokens of a prompt came from a cache.
type PromptTokensDetails struct {
	CachedTokens int `json:"cached_tokens"`
}

// StreamOptions are options of a streamed answer.
type StreamOptions struct {
	// IncludeUsage asks for one more chunk before [DONE], with empty choices and
	// the usage of the whole request.
	IncludeUsage bool `json:"include_usage,omitempty"`
}

// Stop is where generation ends: the API takes one string or a list of them.
type Stop []string

// UnmarshalJSON reads null, a string or a list of strings.
func (s *Stop) UnmarshalJSON(data []byte) error {
	list, err := oneOrMany(data)
	if err != nil {
		return fmt.Errorf("read stop: %w", err)
	}
	*s = list
	return nil
}

// oneOrMany reads null, a string or a list of strings.
func oneOrMany(data []byte) ([]string, error) {
	switch firstByte(data) {
	case 'n':
		return nil, nil
	case '"':
		var one string
		if err := json.Unmarshal(data, &one); err != nil {
			return nil, err
		}
		return []string{one}, nil
	case '[':
		var many []string
		if err := json.Unmarshal(data, &many); err != nil {
			return nil, err
		}
		return many, nil
	}
	return nil, fmt.Errorf("want a string or a list of strings, have %s", excerpt(data))
}

// firstByte is the first byte of a JSON value that says of which type it is.
func firstByte(data []byte) byte {
	for _, c := range data {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// excerpt is the beginning of foreign bytes, fit for an error message.
func excerpt(data []byte) string {
	const limit = 40
	s := strings.ToValidUTF8(string(data[:min(len(data), limit)]), "�")
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if len(data) > limit {
		s += "…"
	}
	return s
}
