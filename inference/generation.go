package inference

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"loyal/lm"
	"loyal/openai"
)

// generation is the work of one request: its choices, and what they have written
// that has not been sent yet.
type generation struct {
	params  params
	choices []*choice
	jobs    []*Job // of the choices; none if no tokens were asked for
	prompts [][]int32
	events  mailbox
	open    int   // choices that have not ended
	failed  error // of a choice
	usage   openai.Usage
}

// choice is one answer. Its fields belong to the scheduler's goroutine until the
// job is done.
type choice struct {
	index     int
	assembler assembler
	tokens    []writtenToken // not reported yet
	events    *mailbox
	generated int
	stopped   bool // by a stop string
	wantsLogs bool
}

// writtenToken is a token with the place of its text in the answer.
type writtenToken struct {
	Token
	start int // in bytes
}

// event is the next piece of a choice.
type event struct {
	choice int
	text   string
	tokens []Token // with log-probabilities, if they were asked for
	finish openai.FinishReason
	err    error
}

// take sees each token of the choice (Request.OnToken).
func (c *choice) take(t Token) bool {
	c.generated++
	if t.Stop {
		return false
	}
	start := c.assembler.decoded
	piece, stopped := c.assembler.push(t.ID)
	if c.wantsLogs {
		c.tokens = append(c.tokens, writtenToken{t, start})
	}
	c.stopped = stopped
	if piece != "" {
		c.events.put(event{choice: c.index, text: piece, tokens: c.report()})
	}
	return !stopped
}

// report returns the tokens whose text has been sent, at least in part.
func (c *choice) report() []Token {
	n := 0
	for n < len(c.tokens) && c.tokens[n].start < c.assembler.emitted {
		n++
	}
	return c.drain(n)
}

func (c *choice) drain(n int) []Token {
	var out []Token
	for _, t := range c.tokens[:n] {
		out = append(out, t.Token)
	}
	c.tokens = c.tokens[n:]
	return out
}

// end is the choice's last event.
func (c *choice) end(r Result, err error) event {
	e := event{choice: c.index, err: err, finish: openai.FinishStop}
	if err != nil {
		return e
	}
	if r.Finish == FinishLength {
		e.finish = openai.FinishLength
	}
	if !c.stopped {
		e.text = c.assembler.finish()
		e.tokens = c.drain(len(c.tokens))
	}
	return e
}

// generate starts n answers to each prompt. continues is whether the answers are
// read as the prompts' continuation.
func (s *Server) generate(ctx context.Context, prompts [][]int32, p params, continues bool) (*generation, error) {
	g := &generation{params: p, prompts: prompts, events: mailbox{ready: make(chan struct{}, 1)}}
	if n := len(prompts) * p.n; n > s.opts.MaxChoices {
		return nil, invalid("n", "%d prompts with n = %d make %d answers, at most %d are allowed", len(prompts), p.n, n, s.opts.MaxChoices)
	}
	var requests []Request
	for i, prompt := range prompts {
		limit, err := s.tokenLimit(prompt, p.maxTokens)
		if err != nil {
			return nil, err
		}
		g.usage.PromptTokens += len(prompt)
		for range p.n {
			c := &choice{index: len(g.choices), events: &g.events, wantsLogs: p.logprobs >= 0}
			c.assembler = assembler{decoder: s.model.Tokenizer.NewDecoder(continues), stops: p.stops}
			g.choices = append(g.choices, c)
			requests = append(requests, Request{
				Prompt: prompts[i], MaxTokens: limit, Sampling: p.sampling, Stream: uint64(c.index),
				StopIDs: s.model.StopIDs, LogProbs: p.logprobs, OnToken: c.take,
			})
		}
	}
	g.open = len(g.choices)
	if p.maxTokens == 0 {
		for i := range g.choices {
			g.events.put(event{choice: i, finish: openai.FinishLength})
		}
		return g, nil
	}
	jobs, err := s.scheduler.Submit(ctx, requests...)
	if err != nil {
		return nil, err
	}
	g.jobs = jobs
	for i, job := range jobs {
		go func() {
			r, err := job.Result()
			g.events.put(g.choices[i].end(r, err))
		}()
	}
	return g, nil
}

// tokenLimit is how many tokens an answer may have: what was asked for, what the
// server allows, and what the context has left, whichever is least. The last token of an
// answer need not fit.
func (s *Server) tokenLimit(prompt []int32, asked int) (int, error) {
	positions := s.model.Network.Config().MaxPositions
	if len(prompt) > positions {
		return 0, fmt.Errorf("this model's context is %d tokens, the prompt has %d: %w", positions, len(prompt), lm.ErrTooLong)
	}
	limit := positions - len(prompt) + 1
	if asked >= 0 {
		limit = min(limit, asked)
	}
	if s.opts.MaxTokens > 0 {
		limit = min(limit, s.opts.MaxTokens)
	}
	return limit, nil
}

// next waits for events; none are left when done. The error is that of the
// first choice that failed, after the events before it, or of the context.
func (g *generation) next(ctx context.Context) (events []event, done bool, err error) {
	if g.open == 0 || g.failed != nil {
		return nil, true, g.failed
	}
	for {
		events = g.events.take()
		if len(events) > 0 {
			break
		}
		select {
		case <-g.events.ready:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
	for i, e := range events {
		if e.err != nil {
			g.failed = e.err
			return events[:i], false, nil
		}
		if e.finish != openai.FinishNone {
			g.open--
		}
	}
	if g.open == 0 {
		g.count()
	}
	return events, false, nil
}

// count adds up the usage of a generation whose choices have all ended.
func (g *generation) count() {
	for _, c := range g.choices {
		g.usage.CompletionTokens += c.generated
	}
	g.usage.TotalTokens = g.usage.PromptTokens + g.usage.CompletionTokens
	cached := 0
	for i, job := range g.jobs {
		if i%g.params.n == 0 { // the others share the first one's prompt
			r, _ := job.Result()
			cached += r.CachedTokens
		}
	}
	g.usage.PromptTokensDetails = &openai.PromptTokensDetails{CachedTokens: cached}
}

// answer is all that a choice has written.
type answer struct {
	text   string
	tokens []Token
	finish openai.FinishReason
}

// all waits for all answers.
func (g *generation) all(ctx context.Context) ([]answer, error) {
	answers := make([]answer, len(g.choices))
	texts := make([]strings.Builder, len(g.choices))
	for {
		events, done, err := g.next(ctx)
		if err != nil {
			return nil, err
		}
		if done {
			break
		}
		for _, e := range events {
			texts[e.choice].WriteString(e.text)
			a := &answers[e.choice]
			a.tokens = append(a.tokens, e.tokens...)
			a.finish = e.finish
		}
	}
	for i := range answers {
		answers[i].text = texts[i].String()
	}
	return answers, nil
}

// keepAlive is how long a stream may be silent before a comment is sent.
const keepAlive = 15 * time.Second

// stream sends the events of a generation as they come. The answer's status goes out with the
// first of them, so that what fails before is an ordinary error.
func (g *generation) stream(ctx context.Context, out *eventWriter, send func(event) error) error {
	for {
		var events []event
		var done bool
		var err error
		for {
			wait, cancel := context.WithTimeout(ctx, keepAlive)
			events, done, err = g.next(wait)
			quiet := wait.Err() != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded)
			cancel()
			if !quiet {
				break
			}
			if err := out.keepAlive(); err != nil {
				return err
			}
		}
		if err != nil || done {
			return err
		}
		for _, e := range events {
			if err := send(e); err != nil {
				return err
			}
		}
	}
}

// mailbox holds events until the request's goroutine comes for them: the
// scheduler never waits for a slow client. What it can hold is bounded by the
// tokens of the answers.
type mailbox struct {
	mu     sync.Mutex
	events []event
	ready  chan struct{} // holds one element when events may be there
}

func (m *mailbox) put(e event) {
	m.mu.Lock()
	m.events = append(m.events, e)
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []event {
	m.mu.Lock()
	defer m.mu.Unlock()
	events := m.events
	m.events = nil
	return events
}
