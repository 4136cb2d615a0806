package inference

import (
	"context"
	"errors"

	"loyal/lm"
)

// ErrNoTemplate reports a model without a chat template.
var ErrNoTemplate = errors.New("the model has no chat template")

// WriteOptions says how Write writes.
type WriteOptions struct {
	Sampling  lm.Sampling
	MaxTokens int // 0: until the context is full
	Stops     []string
}

// Text is what Write wrote.
type Text struct {
	Text             string
	Length           bool // it ended because of MaxTokens or the context
	PromptTokens     int
	CompletionTokens int // the one that ended the text included
}

// Write continues a text without a server. emit, unless nil, sees the pieces of the
// text as they are settled: whole characters, nothing of a stop string.
func Write(ctx context.Context, m Model, prompt string, o WriteOptions, emit func(string)) (Text, error) {
	return m.write(ctx, m.Tokenizer.Encode(prompt, true), true, o, emit)
}

// Answer is Write for the answer to a conversation.
func Answer(ctx context.Context, m Model, messages []Message, o WriteOptions, emit func(string)) (Text, error) {
	if m.Render == nil {
		return Text{}, ErrNoTemplate
	}
	prompt, err := m.Render(messages)
	if err != nil {
		return Text{}, err
	}
	return m.write(ctx, m.Tokenizer.Encode(prompt, false), false, o, emit)
}

func (m Model) write(ctx context.Context, prompt []int32, continues bool, o WriteOptions, emit func(string)) (Text, error) {
	a := assembler{decoder: m.Tokenizer.NewDecoder(continues), stops: o.Stops}
	out := Text{PromptTokens: len(prompt)}
	add := func(piece string) {
		out.Text += piece
		if emit != nil && piece != "" {
			emit(piece)
		}
	}
	limit := m.Network.Config().MaxPositions - len(prompt) + 1
	if o.MaxTokens > 0 {
		limit = min(limit, o.MaxTokens)
	}
	options := lm.GenerateOptions{Sampling: o.Sampling, MaxTokens: limit, StopIDs: m.StopIDs}
	stopped := false
	rows, err := lm.Generate(ctx, m.Network, [][]int32{prompt}, options, func(_ int, id int32) bool {
		var piece string
		piece, stopped = a.push(id)
		add(piece)
		return !stopped
	})
	out.CompletionTokens = len(rows[0])
	if err != nil {
		return out, err
	}
	if stopped {
		return out, nil
	}
	out.Length = len(rows[0]) >= limit
	if !out.Length {
		out.CompletionTokens++ // the stop token
	}
	add(a.finish())
	return out, nil
}
