package oracle

import (
	"errors"
	"fmt"

	"loyal/fingerprint"
	"loyal/model"
	"loyal/model/chat"
)

// Errors of prompts.
var (
	// ErrNoTokenizer reports a model without tokenizer.
	ErrNoTokenizer = errors.New("the model has no tokenizer")
	// ErrNoTemplate reports a model that cannot chat.
	ErrNoTemplate = errors.New("the model has no chat template")
)

// Prompts writes prompts as a server of the model does.
type Prompts struct {
	model   *model.Model
	options chat.Options
}

// NewPrompts returns the prompts of a model.
func NewPrompts(m *model.Model) (*Prompts, error) {
	if m.Tokenizer == nil {
		return nil, fmt.Errorf("%s: %w", m.Path, ErrNoTokenizer)
	}
	p := &Prompts{model: m, options: chat.Options{AddGenerationPrompt: true}}
	if id, ok := m.Tokenizer.BOS(); ok {
		p.options.BOS, _ = m.Tokenizer.Token(id)
	}
	if id, ok := m.Tokenizer.EOS(); ok {
		p.options.EOS, _ = m.Tokenizer.Token(id)
	}
	return p, nil
}

// Kind is how the model is meant to be asked.
func (p *Prompts) Kind() fingerprint.KeyKind {
	if p.model.Template == nil {
		return fingerprint.Completion
	}
	return fingerprint.Chat
}

// Chat is a user's message in the chat template, up to where the answer begins.
// An empty system prompt sends no system message.
func (p *Prompts) Chat(system, user string) ([]int32, error) {
	messages := []chat.Message{{Role: "user", Content: user}}
	if system != "" {
		messages = append([]chat.Message{{Role: "system", Content: system}}, messages...)
	}
	return p.Conversation(messages)
}

// Conversation is some messages in the chat template, up to where the next answer begins.
func (p *Prompts) Conversation(messages []chat.Message) ([]int32, error) {
	if p.model.Template == nil {
		return nil, ErrNoTemplate
	}
	text, err := p.model.Template.Render(messages, p.options)
	if err != nil {
		return nil, err
	}
	return p.model.Tokenizer.Encode(text, false), nil // the template wrote what goes around
}

// Raw is text to continue.
func (p *Prompts) Raw(text string) ([]int32, error) {
	return p.model.Tokenizer.Encode(text, true), nil
}

// Renderer returns the prompts of keys that are served so.
func (p *Prompts) Renderer(s fingerprint.Serving) (fingerprint.Renderer, error) {
	if s.Kind == fingerprint.Completion {
		return p.Raw, nil
	}
	if p.model.Template == nil {
		return nil, fmt.Errorf("%s: %w", p.model.Path, ErrNoTemplate)
	}
	return func(user string) ([]int32, error) { return p.Chat(s.System, user) }, nil
}
