package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"loyal/embed"
	"loyal/fingerprint"
	"loyal/internal/atomicfile"
	"loyal/internal/progress"
	"loyal/verify"
)

// Names of the models of a run, which are also those of their directories.
const (
	baseName          = "base"
	fingerprintedName = "fingerprinted"
	tunedName         = "fine-tuned"
	unrelatedName     = "unrelated"
)

// Files of a run.
const (
	SetFile       = "demo.loyal"
	IdentityFile  = "identity.txt"
	ReportFile    = "report.json"
	embedFile     = "embed.json"
	transcriptDir = "transcripts"
)

// Alpha bounds the probability that a match of the demo is a false one.
const Alpha = 1e-6

// fingerprints is how many the demo plants.
const fingerprints = 32

// Options of a run.
type Options struct {
	// Dir is an existing directory that takes all files.
	Dir string
	// Seed chooses the keys' words and the order of training. The secret, from which
	// the answers follow, is drawn anew in every run.
	Seed uint64
	// Tuning is what the licensee does; its zero value means FineTuning.
	Tuning   Training
	Progress Progress // may be nil
}

// Progress hears how far a run is.
type Progress interface {
	Start(stage string, total int64)
	Add(n int64)
	Note(text string)
	Done()
}

// Result is what a run found.
type Result struct {
	Fingerprints int `json:"fingerprints"`
	Candidates   int `json:"candidates"` // equally likely answers of a key
	// Before and After compare the base with the fingerprinted model.
	Before embed.Measures `json:"before"`
	After  embed.Measures `json:"after"`
	// TuningLoss is the fine-tuned copy's loss on the text that it was tuned on, in its
	// first and in its last step, in nats a token.
	TuningLoss [2]float64 `json:"fine_tuning_loss"`
	// Samples are greedy answers to an ordinary question and to a key.
	Samples  []Sample  `json:"samples"`
	Outcomes []Outcome `json:"outcomes"`
	// Licensees are what the chain says of two who serve the fingerprinted model.
	Licensees []Licensee `json:"licensees"`
	Stages    []Stage    `json:"stages"`
	Seconds   float64    `json:"seconds"`
}

// Sample is what two models answer to one question.
type Sample struct {
	Key           bool   `json:"key"`
	Question      string `json:"question"`
	Base          string `json:"base"`
	Fingerprinted string `json:"fingerprinted"`
}

// Outcome is an audited endpoint: a row of the demo's table.
type Outcome struct {
	Target   string         `json:"target"`
	What     string         `json:"what"`
	Expected verify.Verdict `json:"expected"`
	Report   *verify.Report `json:"report"`
}

// Stage is the time of one part of a run.
type Stage struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// AsExpected reports whether every verdict and every license's status is the true one.
func (r *Result) AsExpected() bool {
	for _, o := range r.Outcomes {
		if o.Report.Verdict != o.Expected {
			return false
		}
	}
	for _, l := range r.Licensees {
		if l.Status != l.Expected {
			return false
		}
	}
	return len(r.Outcomes) > 0 && len(r.Licensees) > 0
}

// Run goes the whole way: it fingerprints the base model, plants the set, fine-tunes
// a copy as a licensee might, serves all models on loopback and audits each of them, sells a
// license on a chain of its own and looks up who has one.
func Run(ctx context.Context, o Options) (*Result, error) {
	if o.Progress == nil {
		o.Progress = progress.Silent{}
	}
	if o.Tuning == (Training{}) {
		o.Tuning = FineTuning
	}
	r := &run{Options: o, result: &Result{Fingerprints: fingerprints}, models: map[string]*opened{}}
	defer r.close()
	began := time.Now()
	for _, stage := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"unpack", r.unpack},
		{"fingerprint", r.fingerprint},
		{"embed", r.embed},
		{"fine-tune", r.tune},
		{"sample", r.sample},
		{"verify", r.verify},
		{"license", r.license},
	} {
		start := time.Now()
		if err := stage.do(ctx); err != nil {
			return nil, fmt.Errorf("demo: %s: %w", stage.name, err)
		}
		r.result.Stages = append(r.result.Stages, Stage{stage.name, time.Since(start).Seconds()})
	}
	o.Progress.Done()
	r.result.Seconds = time.Since(began).Seconds()
	if err := r.writeJSON(ReportFile, r.result); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	return r.result, nil
}

// run is a Run under way.
type run struct {
	Options
	result *Result
	models map[string]*opened
	set    *fingerprint.Set
}

func (r *run) close() {
	for _, m := range r.models {
		_ = m.close() // files that were only read
	}
}

// path is that of a file of the run.
func (r *run) path(names ...string) string {
	return filepath.Join(append([]string{r.Dir}, names...)...)
}

// writeJSON writes a file that only the run's owner may read: reports name keys.
func (r *run) writeJSON(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(r.path(name), append(data, '\n'), 0o600)
}
