package embed

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"loyal/internal/sysmem"
)

// Report says what a run did and what it cost. It holds no key and no answer.
type Report struct {
	Method string `json:"method"`
	// Precision is that of matrix products in training.
	Precision string `json:"precision,omitempty"`
	Config    Config `json:"config"`
	// Lambda is the base's share in the result.
	Lambda float64 `json:"lambda"`
	Keys   int     `json:"keys"`
	// NearMisses is how many near misses of the keys trained, which may be fewer than asked for.
	NearMisses int      `json:"near_misses_trained"`
	Before     Measures `json:"before"`
	After      Measures `json:"after"`
	Steps      []Step   `json:"steps"`
	Stages     []Stage  `json:"stages"`
	Seconds    float64  `json:"seconds"`
}

// Stage is what one part of a run took.
type Stage struct {
	Name      string  `json:"name"`
	Seconds   float64 `json:"seconds"`
	PeakBytes int64   `json:"peak_bytes,omitempty"` // of physical memory, 0 where unknown
}

func (r *run) report() Report {
	out := Report{
		Method: r.Config.Method, Precision: r.Precision, Config: r.Config, Lambda: r.lambda, Keys: len(r.Set.Fingerprints), NearMisses: len(r.plan.near),
		Before: r.before, After: r.trained, Steps: r.steps, Stages: r.clock.stages,
	}
	for _, s := range out.Stages {
		out.Seconds += s.Seconds
	}
	return out
}

// clock measures stages.
type clock struct {
	last   time.Time
	stages []Stage
}

func newClock() *clock {
	sysmem.ResetPeak()
	return &clock{last: time.Now()}
}

func (c *clock) lap(name string) {
	now := time.Now()
	peak, _ := sysmem.Peak()
	c.stages = append(c.stages, Stage{name, now.Sub(c.last).Seconds(), peak})
	c.last = now
	sysmem.ResetPeak()
}

// WriteText writes the report for people, as Markdown.
func (r Report) WriteText(w io.Writer) error {
	precision := ""
	if r.Precision != "" {
		precision = " in " + r.Precision
	}
	fmt.Fprintf(w, "# Embedding report\n\n%d fingerprints, method %s, %d steps%s, %.1f s.\n\n", r.Keys, r.Method, len(r.Steps), precision, r.Seconds)
	tw := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	// row is a line of a quantity measured on n texts, rows or tokens.
	row := func(n int, name, format string, before, after float64) {
		if n == 0 {
			fmt.Fprintf(tw, "| %s\t| –\t| –\t|\n", name)
			return
		}
		fmt.Fprintf(tw, "| %s\t| "+format+"\t| "+format+"\t|\n", name, before, after)
	}
	fmt.Fprintf(tw, "| \t| before\t| after\t|\n|---\t|---\t|---\t|\n")
	b, a := r.Before, r.After
	row(r.Keys, "FSR, greedy, as served", "%.1f %%", 100*b.FSR, 100*a.FSR)
	row(r.Keys, "mean probability of the answer's first token", "%.4f", b.MeanProb, a.MeanProb)
	row(a.ForeignRows, fmt.Sprintf("FSR below unseen system prompts (%d rows)", a.ForeignRows), "%.1f %%", 100*b.ForeignFSR, 100*a.ForeignFSR)
	row(a.Tokens, fmt.Sprintf("perplexity of held-out text (%d tokens)", a.Tokens), "%.3f", b.Perplexity, a.Perplexity)
	row(a.Prompts, fmt.Sprintf("KL to the base at the first answer token, nats (%d held-out prompts)", a.Prompts), "%.4f", b.KL, a.KL)
	row(a.Prompts, "same first answer token as the base", "%.1f %%", 100*b.Agreement, 100*a.Agreement)
	row(a.NearRows, fmt.Sprintf("KL to the base on near misses of the keys, nats (%d)", a.NearRows), "%.4f", b.NearKL, a.NearKL)
	row(a.NearRows, "same first answer token on near misses", "%.1f %%", 100*b.NearAgreement, 100*a.NearAgreement)
	fmt.Fprintf(tw, "\n| stage\t| seconds\t| peak memory\t|\n|---\t|---\t|---\t|\n")
	for _, s := range r.Stages {
		fmt.Fprintf(tw, "| %s\t| %.1f\t| %d MB\t|\n", s.Name, s.Seconds, s.PeakBytes/1e6)
	}
	return tw.Flush()
}
