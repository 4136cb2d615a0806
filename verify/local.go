package verify

import (
	"context"
	"fmt"
)

// Answerer gives the answers to a question, as many as samples are wanted, or an
// error if no answer came. It is told nothing of which answer is planted, nor of the
// list.
type Answerer func(ctx context.Context, id, system, prompt string) ([]Reply, error)

// RunLocal is [Run] for a model at hand: a function answers instead of an endpoint.
// Order, classification, processes and rules of when to stop are the same. Of the
// options those that say how an endpoint is asked, and the transcript, do not apply.
func RunLocal(ctx context.Context, plan *Plan, o Options, answer Answerer) (*Report, error) {
	if err := o.checkDecision(); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	a := newAudit(plan, o)
	a.replies = func(ctx context.Context, q *Question, _ *[]Attempt) ([]Reply, error) {
		replies, err := answer(ctx, q.ID, q.System, q.Prompt)
		if err == nil && len(replies) != o.Samples {
			err = fmt.Errorf("%d answers instead of %d", len(replies), o.Samples)
		}
		return replies, err
	}
	verdict, reason, err := a.ask(ctx)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	return a.finish(verdict, reason)
}

// ReplyTokens is how many tokens of each answer an audit asks for: the longest answer's,
// and a few more.
func (p *Plan) ReplyTokens() int { return p.AnswerTokens + slackTokens }
