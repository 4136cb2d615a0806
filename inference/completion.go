package inference

import (
	"context"
	"net/http"
	"time"

	"loyal/openai"
)

// completion is a request to /v1/completions at work.
type completion struct {
	*generation
	server  *Server
	head    openai.Completion
	echoes  []echo    // by prompt; empty without echo
	columns []columns // by choice
}

// echo is a prompt that is given back before its answers.
type echo struct {
	text   string
	tokens []Token // with log-probabilities, if they were asked for
}

// complete answers POST /v1/completions.
func (s *Server) complete(w http.ResponseWriter, r *http.Request) {
	var request openai.CompletionRequest
	if err := s.readBody(w, r, &request); err != nil {
		s.fail(w, r, err)
		return
	}
	c, err := s.startCompletion(r.Context(), &request)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer s.note(r, c.generation)
	if c.params.stream {
		out := newEventWriter(w)
		s.finish(w, r, out, c.streamAll(r.Context(), out))
		return
	}
	answers, err := c.all(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for i, a := range answers {
		choice := c.opening(i)
		choice.Text += a.text
		c.addTokens(&choice, a.tokens)
		choice.FinishReason = a.finish
		c.head.Choices = append(c.head.Choices, choice)
	}
	c.head.Usage = &c.usage
	s.answer(w, r, c.head)
}

// startCompletion checks a request and starts its answers.
func (s *Server) startCompletion(ctx context.Context, request *openai.CompletionRequest) (*completion, error) {
	if err := s.checkName(request.Model); err != nil {
		return nil, err
	}
	p, err := s.completionParams(request)
	if err != nil {
		return nil, err
	}
	prompts, texts, err := s.completionPrompts(request.Prompt)
	if err != nil {
		return nil, err
	}
	g, err := s.generate(ctx, prompts, p, true)
	if err != nil {
		return nil, err
	}
	c := &completion{generation: g, server: s, columns: make([]columns, len(g.choices))}
	for i := range c.columns {
		c.columns[i].server = s
	}
	c.head = openai.Completion{
		ID: "cmpl-" + randomID(), Object: openai.ObjectTextCompletion, Created: time.Now().Unix(),
		Model: s.model.Name, SystemFingerprint: s.systemFingerprint(),
	}
	if request.Echo {
		err = c.echo(ctx, texts)
	}
	return c, err
}

// completionPrompts returns the prompts as tokens and as texts.
func (s *Server) completionPrompts(prompt openai.Prompt) (prompts [][]int32, texts []string, err error) {
	prompts, texts = prompt.Tokens, prompt.Texts
	for _, text := range texts {
		prompts = append(prompts, s.model.Tokenizer.Encode(text, true))
	}
	if len(prompts) == 0 {
		return nil, nil, invalid("prompt", "prompt is missing")
	}
	for _, ids := range prompts {
		if len(ids) == 0 {
			return nil, nil, invalid("prompt", "prompt is empty")
		}
		for _, id := range ids {
			if id < 0 || int(id) >= s.model.Network.Config().VocabSize {
				return nil, nil, invalid("prompt", "%d is not a token of this model", id)
			}
		}
		if prompt.Texts == nil {
			texts = append(texts, decodeAll(s.model.Tokenizer.NewDecoder(false), ids))
		}
	}
	return prompts, texts, nil
}

func decodeAll(d Decoder, ids []int32) (text string) {
	for _, id := range ids {
		text += d.Push(id)
	}
	return text + d.Flush()
}

// echo prepares the prompts to be given back, scored if log-probabilities are wanted.
func (c *completion) echo(ctx context.Context, texts []string) error {
	for i, prompt := range c.prompts {
		e := echo{text: texts[i]}
		if c.params.logprobs >= 0 {
			var err error
			if e.tokens, err = c.server.scorePrompt(ctx, prompt, c.params.logprobs); err != nil {
				return err
			}
		}
		c.echoes = append(c.echoes, e)
	}
	return nil
}

// opening is what a choice begins with: nothing, or its prompt.
func (c *completion) opening(index int) openai.CompletionChoice {
	choice := openai.CompletionChoice{Index: index}
	if c.params.logprobs >= 0 {
		choice.Logprobs = c.columns[index].empty()
	}
	if len(c.echoes) == 0 {
		return choice
	}
	e := c.echoes[index/c.params.n]
	choice.Text = e.text
	for i, t := range e.tokens {
		c.columns[index].add(choice.Logprobs, t, i > 0)
	}
	return choice
}

func (c *completion) addTokens(choice *openai.CompletionChoice, tokens []Token) {
	for _, t := range tokens {
		c.columns[choice.Index].add(choice.Logprobs, t, true)
	}
}

// streamAll sends the answers as events.
func (c *completion) streamAll(ctx context.Context, out *eventWriter) error {
	send := func(usage *openai.Usage, choices ...openai.CompletionChoice) error {
		chunk := c.head
		chunk.Choices, chunk.Usage = choices, usage
		return out.send(chunk)
	}
	opened := make([]bool, len(c.choices))
	err := c.stream(ctx, out, func(e event) error {
		choice := openai.CompletionChoice{Index: e.choice}
		if !opened[e.choice] {
			opened[e.choice] = true
			choice = c.opening(e.choice)
		} else if c.params.logprobs >= 0 {
			choice.Logprobs = c.columns[e.choice].empty()
		}
		choice.Text += e.text
		c.addTokens(&choice, e.tokens)
		choice.FinishReason = e.finish
		return send(nil, choice)
	})
	if err != nil || !c.params.usage {
		return err
	}
	return send(&c.usage, []openai.CompletionChoice{}...)
}
