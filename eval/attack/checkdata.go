package attack

import (
	"context"
	"errors"
	"fmt"

	"loyal/lm"
)

// ErrLookalikes reports a file of look-alikes that has none.
var ErrLookalikes = errors.New("no look-alikes of the keys")

// usedRows is how many rows of training data trials take at most.
const usedRows = 1000

// checkData refuses what the job brings and trials could not work with: before the first
// of them, since a sweep whose data were mended later would be another one.
func (l *Lab) checkData(ctx context.Context) error {
	if l.SFT != nil {
		if _, _, err := l.examples(ctx, usedRows); err != nil {
			return err
		}
	}
	if l.Pairs != nil {
		if _, _, err := l.pairs(ctx, usedRows); err != nil {
			return err
		}
	}
	if err := l.checkMessages("request", l.Requests); err != nil || l.Lookalikes == nil {
		return err
	}
	others := l.givenLookalikes()
	if len(others) == 0 {
		return fmt.Errorf("%w: each is a key of the set", ErrLookalikes)
	}
	return l.checkMessages("look-alike", others)
}

// checkMessages refuses messages that leave no room for an answer.
func (l *Lab) checkMessages(what string, messages []string) error {
	for i, m := range messages {
		ids, err := l.Prompt(l.Set.Serving.System, m)
		if err != nil {
			return fmt.Errorf("render %s %d: %w", what, i+1, err)
		}
		if limit := l.Model.Config.MaxPositions; len(ids) >= limit {
			return fmt.Errorf("%s %d: %w: %d tokens with the template, %d at most", what, i+1, lm.ErrTooLong, len(ids), limit-1)
		}
	}
	return nil
}
