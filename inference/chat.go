package inference

import (
	"context"
	"errors"
	"net/http"
	"time"

	"loyal/openai"
)

// chat answers POST /v1/chat/completions.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var request openai.ChatCompletionRequest
	if err := s.readBody(w, r, &request); err != nil {
		s.fail(w, r, err)
		return
	}
	g, err := s.startChat(r.Context(), &request)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	head := openai.ChatCompletion{
		ID: "chatcmpl-" + randomID(), Object: openai.ObjectChatCompletion, Created: time.Now().Unix(),
		Model: s.model.Name, SystemFingerprint: s.systemFingerprint(),
	}
	defer s.note(r, g)
	if g.params.stream {
		out := newEventWriter(w)
		s.finish(w, r, out, s.streamChat(r.Context(), out, g, head))
		return
	}
	answers, err := g.all(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for i, a := range answers {
		head.Choices = append(head.Choices, openai.ChatChoice{
			Index: i, Message: openai.Text(openai.RoleAssistant, a.text),
			Logprobs: s.chatLogprobs(g, a.tokens), FinishReason: a.finish,
		})
	}
	head.Usage = &g.usage
	s.answer(w, r, head)
}

// startChat checks a chat request and starts its answers.
func (s *Server) startChat(ctx context.Context, request *openai.ChatCompletionRequest) (*generation, error) {
	if err := s.checkName(request.Model); err != nil {
		return nil, err
	}
	p, err := s.chatParams(request)
	if err != nil {
		return nil, err
	}
	prompt, err := s.chatPrompt(request.Messages)
	if err != nil {
		return nil, err
	}
	return s.generate(ctx, [][]int32{prompt}, p, false)
}

// chatPrompt is a conversation in the model's own template, as tokens.
func (s *Server) chatPrompt(messages []openai.Message) ([]int32, error) {
	if s.model.Render == nil {
		return nil, invalid("messages", "this model has no chat template: use /v1/completions")
	}
	if len(messages) == 0 {
		return nil, invalid("messages", "messages is empty")
	}
	turns := make([]Message, len(messages))
	for i, m := range messages {
		content, err := m.Content.Plain()
		if err != nil {
			return nil, invalid("messages", "message %d: %v", i, err)
		}
		switch m.Role {
		case openai.RoleSystem, openai.RoleUser, openai.RoleAssistant, openai.RoleTool:
		case openai.RoleDeveloper:
			m.Role = openai.RoleSystem
		default:
			return nil, invalid("messages", "message %d: unknown role %q", i, m.Role)
		}
		turns[i] = Message{Role: m.Role, Content: content}
	}
	text, err := s.model.Render(turns)
	if errors.Is(err, ErrConversation) {
		return nil, invalid("messages", "%v", err)
	}
	if err != nil {
		return nil, err
	}
	return s.model.Tokenizer.Encode(text, false), nil
}

// streamChat sends the answers as events.
func (s *Server) streamChat(ctx context.Context, out *eventWriter, g *generation, head openai.ChatCompletion) error {
	chunk := func(choices ...openai.ChatChunkChoice) openai.ChatCompletionChunk {
		return openai.ChatCompletionChunk{
			ID: head.ID, Object: openai.ObjectChatCompletionChunk, Created: head.Created, Model: head.Model,
			SystemFingerprint: head.SystemFingerprint, Choices: choices,
		}
	}
	opened := make([]bool, len(g.choices))
	err := g.stream(ctx, out, func(e event) error {
		if !opened[e.choice] {
			opened[e.choice] = true
			first := openai.ChatChunkChoice{Index: e.choice, Delta: openai.ChatDelta{Role: openai.RoleAssistant}}
			if err := out.send(chunk(first)); err != nil {
				return err
			}
		}
		if e.text != "" || len(e.tokens) > 0 {
			piece := openai.ChatChunkChoice{Index: e.choice, Delta: openai.ChatDelta{Content: e.text}, Logprobs: s.chatLogprobs(g, e.tokens)}
			if err := out.send(chunk(piece)); err != nil {
				return err
			}
		}
		if e.finish == openai.FinishNone {
			return nil
		}
		return out.send(chunk(openai.ChatChunkChoice{Index: e.choice, FinishReason: e.finish}))
	})
	if err != nil || !g.params.usage {
		return err
	}
	last := chunk()
	last.Choices, last.Usage = []openai.ChatChunkChoice{}, &g.usage
	return out.send(last)
}

func (s *Server) systemFingerprint() string {
	if name := s.fingerprint.Load(); name != nil {
		return *name
	}
	return ""
}

// note tells the log how much a generation was. The choices may still be at work
// if the client has gone: then their tokens are not counted.
func (s *Server) note(r *http.Request, g *generation) {
	info := infoOf(r)
	info.stream, info.choices = g.params.stream, len(g.choices)
	info.prompt, info.completion = g.usage.PromptTokens, g.usage.CompletionTokens
}
