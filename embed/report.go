package embed

import "time"

// Report says what a run did and what it cost. It holds no key and no answer.
type Report struct {
	Config Config   `json:"config"`
	Before Measures `json:"before"`
	After  Measures `json:"after"`
	Steps  []Step   `json:"steps"`
	Stages []Stage  `json:"stages"`
}

// Stage is the time of one part of a run.
type Stage struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

func (r *run) report() Report {
	return Report{Config: r.Config, Before: r.before, After: r.trained, Steps: r.steps, Stages: r.clock.stages}
}

// clock times stages.
type clock struct {
	last   time.Time
	stages []Stage
}

func newClock() *clock { return &clock{last: time.Now()} }

func (c *clock) lap(name string) {
	now := time.Now()
	c.stages = append(c.stages, Stage{name, now.Sub(c.last).Seconds()})
	c.last = now
}
