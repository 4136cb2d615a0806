package inference

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"loyal/lm"
	"loyal/model"
	"loyal/model/chat"
	"loyal/model/tokenizer"
)

// ErrNoTokenizer reports a model without a tokenizer, which can neither read nor write.
var ErrNoTokenizer = errors.New("the model has no tokenizer")

// FromModel describes an open model and its network for a server.
func FromModel(name string, m *model.Model, net lm.Network) (Model, error) {
	if m.Tokenizer == nil {
		return Model{}, ErrNoTokenizer
	}
	out := Model{
		Name: name, Created: time.Now(), Network: net,
		Tokenizer: modelTokenizer{m.Tokenizer}, StopIDs: slices.Clone(m.Config.EOS),
	}
	if info, err := os.Stat(m.Path); err == nil {
		out.Created = info.ModTime()
	}
	if id, ok := m.Tokenizer.EOS(); ok && !slices.Contains(out.StopIDs, id) {
		out.StopIDs = append(out.StopIDs, id)
	}
	if m.Template != nil {
		out.Render = renderer(m)
	}
	return out, nil
}

// renderer writes conversations in the model's own template.
func renderer(m *model.Model) func([]Message) (string, error) {
	text := func(id int32, ok bool) string {
		token, known := m.Tokenizer.Token(id)
		if !ok || !known {
			return ""
		}
		return token
	}
	options := chat.Options{AddGenerationPrompt: true, BOS: text(m.Tokenizer.BOS()), EOS: text(m.Tokenizer.EOS())}
	return func(messages []Message) (string, error) {
		turns := make([]chat.Message, len(messages))
		for i, msg := range messages {
			turns[i] = chat.Message{Role: msg.Role, Content: msg.Content}
		}
		prompt, err := m.Template.Render(turns, options)
		if errors.Is(err, chat.ErrRaised) || errors.Is(err, chat.ErrBudget) {
			return "", fmt.Errorf("%w: %w", ErrConversation, err)
		}
		return prompt, err
	}
}

// modelTokenizer is a model's tokenizer as the server needs it.
type modelTokenizer struct{ t *tokenizer.Tokenizer }

func (m modelTokenizer) Encode(text string, addSpecial bool) []int32 {
	return m.t.Encode(text, addSpecial)
}

func (m modelTokenizer) NewDecoder(continues bool) Decoder {
	if continues {
		return m.t.NewContinuation(true)
	}
	return m.t.NewStream(true)
}

func (m modelTokenizer) TokenBytes(id int32) []byte { return m.t.Bytes(id) }
