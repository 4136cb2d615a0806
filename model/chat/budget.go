package chat

import (
	"fmt"
	"time"
)

// What one rendering may cost. A long conversation of a thousand turns takes some
// 10⁵ steps, and makes ten times its length in texts.
const (
	maxSteps = 2_000_000
	maxBytes = 64 << 20
	maxTime  = 10 * time.Second

	maxCalls = 64      // macros within macros
	maxRange = 100_000 // Jinja's sandbox has the same bound
)

// budget counts down what is left.
type budget struct {
	steps    int
	bytes    int
	deadline time.Time
}

// startBudget grants what a conversation of this length may cost.
func (s *state) startBudget() {
	s.budget = budget{steps: maxSteps + s.input, bytes: maxBytes + 16*s.input, deadline: time.Now().Add(maxTime)}
}

// step takes n steps.
func (s *state) step(n int) error {
	before := s.budget.steps
	s.budget.steps -= n
	if s.budget.steps < 0 {
		return fmt.Errorf("%w: too many steps", ErrBudget)
	}
	if before>>12 != s.budget.steps>>12 && time.Now().After(s.budget.deadline) {
		return fmt.Errorf("%w: more than %v", ErrBudget, maxTime)
	}
	return nil
}

// spend accounts for a text or list of n bytes before it is made.
func (s *state) spend(n int) error {
	s.budget.bytes -= n
	if n < 0 || s.budget.bytes < 0 {
		return fmt.Errorf("%w: too much text", ErrBudget)
	}
	return s.step(n >> 6)
}

// write appends to the output.
func (s *state) write(text string) error {
	if err := s.spend(len(text)); err != nil {
		return err
	}
	s.out.WriteString(text)
	return nil
}
