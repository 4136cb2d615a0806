package inference

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"loyal/lm"
	"loyal/openai"
)

// chatLogprobs are the log-probabilities of tokens in the chat endpoint's shape.
func (s *Server) chatLogprobs(g *generation, tokens []Token) *openai.ChatLogprobs {
	if g.params.logprobs < 0 {
		return nil
	}
	out := &openai.ChatLogprobs{Content: []openai.TokenLogprob{}}
	for _, t := range tokens {
		entry := openai.TokenLogprob{TopLogprobs: []openai.TopLogprob{}}
		chosen := s.topLogprob(t.LogProb)
		entry.Token, entry.Logprob, entry.Bytes = chosen.Token, chosen.Logprob, chosen.Bytes
		for _, alternative := range t.Top {
			entry.TopLogprobs = append(entry.TopLogprobs, s.topLogprob(alternative))
		}
		out.Content = append(out.Content, entry)
	}
	return out
}

func (s *Server) topLogprob(t lm.TokenLogProb) openai.TopLogprob {
	b := s.model.Tokenizer.TokenBytes(t.ID)
	out := openai.TopLogprob{Token: tokenText(b), Logprob: t.LogProb, Bytes: make([]int, len(b))}
	for i, c := range b {
		out.Bytes[i] = int(c)
	}
	return out
}

// tokenText is a token as text; one that is part of a character is written
// bytes:\xe2\x80, as OpenAI writes it.
func tokenText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	out.WriteString("bytes:")
	for _, c := range b {
		fmt.Fprintf(&out, `\x%02x`, c)
	}
	return out.String()
}

// columns collects log-probabilities in the completion endpoint's shape, over the
// events of one choice.
type columns struct {
	server *Server
	offset int    // complete characters of the choice's text so far
	held   []byte // of a character that is not complete
}

func (c *columns) empty() *openai.CompletionLogprobs {
	return &openai.CompletionLogprobs{
		Tokens: []string{}, TokenLogprobs: []*float64{}, TopLogprobs: []map[string]float64{}, TextOffset: []int{},
	}
}

// add appends a token. known is false for the first token of a prompt, which
// nothing predicts.
func (c *columns) add(out *openai.CompletionLogprobs, t Token, known bool) {
	b := c.server.model.Tokenizer.TokenBytes(t.ID)
	text := tokenText(b)
	out.Tokens = append(out.Tokens, text)
	out.TextOffset = append(out.TextOffset, c.offset)
	c.advance(b)
	if !known {
		out.TokenLogprobs = append(out.TokenLogprobs, nil)
		out.TopLogprobs = append(out.TopLogprobs, nil)
		return
	}
	top := make(map[string]float64, len(t.Top)+1)
	for _, alternative := range t.Top {
		top[tokenText(c.server.model.Tokenizer.TokenBytes(alternative.ID))] = alternative.LogProb
	}
	top[text] = t.LogProb.LogProb
	out.TokenLogprobs = append(out.TokenLogprobs, &t.LogProb.LogProb)
	out.TopLogprobs = append(out.TopLogprobs, top)
}

// advance counts the characters that a token completes.
func (c *columns) advance(b []byte) {
	c.held = append(c.held, b...)
	for utf8.FullRune(c.held) {
		_, size := utf8.DecodeRune(c.held)
		c.held = c.held[size:]
		c.offset++
	}
}

// scorePrompt returns the tokens of a prompt with the log-probabilities that the model
// gives them; the first has none.
func (s *Server) scorePrompt(ctx context.Context, prompt []int32, top int) ([]Token, error) {
	tokens := make([]Token, len(prompt))
	at := make([]lm.Position, len(prompt)-1)
	for i := range at {
		at[i].Offset = i
	}
	tokens[0].ID = prompt[0]
	forest := []lm.Segment{{Tokens: prompt, Parent: lm.Root}}
	err := s.model.Network.Rows(ctx, forest, at, func(i int, row []float32) (err error) {
		t := &tokens[i+1]
		t.ID = prompt[i+1]
		t.LogProb, t.Top, err = lm.RankLogProbs(row, t.ID, top)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("score prompt: %w", err)
	}
	return tokens, nil
}
