package eval

import (
	"context"
	"fmt"
	"math"
	"time"
)

const (
	// defaultBootstrap is how often figures are resampled for their intervals.
	defaultBootstrap = 2000
	// MaxBootstrap is how often at most: each resample's figure is kept.
	MaxBootstrap = 1_000_000
	// defaultMaxLength bounds what the model reads at once, where its context is longer:
	// time and memory of a window grow with it, and the figures hardly change.
	defaultMaxLength = 2048
	// blockTokens is the unit in which a text is resampled: neighboring tokens are
	// surprising together, blocks of this length nearly independently.
	blockTokens = 128
)

// Options of a run; the zero value is good.
type Options struct {
	// Limit takes the first documents of each task only: so many, or below 1 this share
	// of them. 0 takes all.
	Limit float64
	// MaxLength is how many tokens the model reads at most; longer texts are cut from the
	// left. 0 is the model's context, 2048 at most.
	MaxLength int
	// Bootstrap is how often figures are resampled; 0 is 2000, below 0 is never.
	Bootstrap int
	Seed      uint64
	Cache     *Cache
	Progress  Progress
}

// withDefaults checks and completes options for a subject.
func (o Options) withDefaults(s Subject) (Options, error) {
	longest := s.Net.Config().MaxPositions
	switch {
	case !(o.Limit >= 0) || math.IsInf(o.Limit, 1):
		return o, fmt.Errorf("%w: a limit of %v documents", ErrOptions, o.Limit)
	case o.MaxLength < 0 || o.MaxLength > longest:
		return o, fmt.Errorf("%w: a length of %d tokens, and the model takes %d", ErrOptions, o.MaxLength, longest)
	case o.Bootstrap > MaxBootstrap:
		return o, fmt.Errorf("%w: %d resamples, at most %d", ErrOptions, o.Bootstrap, MaxBootstrap)
	}
	if o.MaxLength == 0 {
		o.MaxLength = min(longest, defaultMaxLength)
	}
	switch {
	case o.Bootstrap == 0:
		o.Bootstrap = defaultBootstrap
	case o.Bootstrap < 0:
		o.Bootstrap = 0
	}
	if s.Digest == "" {
		o.Cache = nil // answers could not be told from another model's
	}
	return o, nil
}

// Take is how many of n documents Limit leaves.
func (o Options) Take(n int) int {
	switch {
	case o.Limit == 0:
		return n
	case o.Limit < 1:
		return min(n, int(math.Ceil(float64(n)*o.Limit)))
	}
	return int(min(float64(n), o.Limit)) // in this order: no int holds 1e300
}

// Result is what a run measured.
type Result struct {
	Model     string
	Digest    string
	Precision string
	MaxLength int
	Limit     float64
	Seed      uint64
	Bootstrap int
	Tasks     []TaskResult
	Groups    []GroupResult
	Began     time.Time
	Seconds   float64
}

// TaskResult is a task with what came out.
type TaskResult struct {
	Task
	// Original and Effective count documents in the file and those measured.
	Original, Effective int
	Metrics             []MetricResult
	Samples             []Sample
	series              []series
}

// MetricResult is one figure.
type MetricResult struct {
	Name, Filter   string
	HigherIsBetter bool
	Value          float64
	StdErr         float64   // NaN where there is none
	Interval       *Interval // nil where there is none
}

// Sample is what a model made of a document.
type Sample struct {
	Doc int
	// LogProbs of the choices, in nats, and whether each is what the model would have
	// written (MultipleChoice, Loglikelihood, LoglikelihoodRolling).
	LogProbs []float64
	Greedy   []bool
	// Reply is what it wrote (GenerateUntil).
	Reply string
}

// GroupResult is the mean of the tasks of a group, each with the same weight.
type GroupResult struct {
	Name    string
	Version float64
	Tasks   []string
	Metrics []MetricResult
}

// plan is a task with where its requests are.
type plan struct {
	task     Task
	original int   // documents before Limit
	first    int   // its first request, or generation
	counts   []int // requests of each document
}

// workload is all that a run asks of a model.
type workload struct {
	plans       []plan
	requests    []request
	generations []generationRequest
}

// Run measures a subject on tasks.
func Run(ctx context.Context, s Subject, tasks []Task, o Options) (*Result, error) {
	o, err := o.withDefaults(s)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if _, err := s.prefix(); err != nil {
		return nil, err
	}
	var work workload
	named := make(map[string]bool, len(tasks))
	for _, t := range tasks {
		if named[t.Name] {
			return nil, fmt.Errorf("%w: two tasks are named %q", ErrOptions, t.Name) // results are told apart by names
		}
		named[t.Name] = true
		if err := work.add(ctx, s, t, o); err != nil {
			return nil, fmt.Errorf("task %s: %w", t.Name, err)
		}
	}
	sc := &scorer{subject: s, cache: o.Cache, progress: o.Progress}
	answers, err := sc.score(ctx, work.requests)
	if err != nil {
		return nil, err
	}
	replies, err := sc.generate(ctx, work.generations)
	if err != nil {
		return nil, err
	}
	result := &Result{
		Model: s.Name, Digest: s.Digest, Precision: s.Precision, MaxLength: o.MaxLength,
		Limit: o.Limit, Seed: o.Seed, Bootstrap: o.Bootstrap, Began: began,
	}
	r := resampling{o.Seed, o.Bootstrap}
	for _, p := range work.plans {
		t := TaskResult{Task: p.task, Original: p.original, Effective: len(p.task.Docs)}
		if p.task.OutputType == GenerateUntil {
			t.takeReplies(replies[p.first:])
		} else {
			t.takeAnswers(s, answers[p.first:], p.counts)
		}
		t.measure(r)
		result.Tasks = append(result.Tasks, t)
	}
	result.group(r)
	result.Seconds = time.Since(began).Seconds()
	return result, nil
}

// add plans a task's requests.
func (w *workload) add(ctx context.Context, s Subject, t Task, o Options) error {
	p := plan{task: t, original: len(t.Docs), first: len(w.requests)}
	if t.OutputType == GenerateUntil {
		p.first = len(w.generations)
	}
	p.task.Docs = t.Docs[:o.Take(len(t.Docs))]
	if len(p.task.Docs) == 0 {
		return fmt.Errorf("%w: the task has no documents", ErrDoc)
	}
	for i, doc := range p.task.Docs {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := w.addDoc(s, t, doc, o)
		if err != nil {
			return fmt.Errorf("document %d of %s: %w", i+1, t.Source, err)
		}
		p.counts = append(p.counts, n)
	}
	w.plans = append(w.plans, p)
	return nil
}

// addDoc plans the requests of a document and returns how many they are.
func (w *workload) addDoc(s Subject, t Task, doc Doc, o Options) (int, error) {
	if err := doc.check(t); err != nil {
		return 0, err
	}
	if t.OutputType == GenerateUntil {
		g, err := s.newGeneration(doc.Context, t, o.MaxLength)
		if err != nil {
			return 0, err
		}
		w.generations = append(w.generations, g)
		return 1, nil
	}
	more, err := s.docRequests(doc, t.OutputType, o.MaxLength)
	if err != nil {
		return 0, err
	}
	w.requests = append(w.requests, more...)
	return len(more), nil
}

// check sees that a document has what its task asks about.
func (d Doc) check(t Task) error {
	switch t.OutputType {
	case MultipleChoice:
		if len(d.Choices) < 2 {
			return fmt.Errorf("%w: it has %d choices", ErrDoc, len(d.Choices))
		}
		if len(d.Gold) == 0 {
			return fmt.Errorf("%w: no choice is the right one", ErrDoc)
		}
		for i, c := range d.Choices {
			if c == "" {
				return fmt.Errorf("%w: choice %d is empty", ErrDoc, i+1)
			}
		}
		for _, g := range d.Gold {
			if g < 0 || g >= len(d.Choices) {
				return fmt.Errorf("%w: the right choice is number %d of %d", ErrDoc, g, len(d.Choices))
			}
		}
	case Loglikelihood, LoglikelihoodRolling:
		if len(d.Choices) != 1 || d.Choices[0] == "" {
			return fmt.Errorf("%w: it has no text", ErrDoc)
		}
	case GenerateUntil:
	default:
		return fmt.Errorf("%w: tasks of type %q are not known", ErrDoc, t.OutputType)
	}
	return nil
}

// docRequests are the requests of a document.
func (s Subject) docRequests(doc Doc, kind OutputType, maxLength int) ([]request, error) {
	if kind == LoglikelihoodRolling {
		prefix, err := s.prefix()
		if err != nil {
			return nil, err
		}
		out := windows(s.encode(doc.Choices[0], prefix), prefix, maxLength)
		if len(out) == 0 {
			return nil, fmt.Errorf("%w: it has no tokens", ErrDoc)
		}
		return out, nil
	}
	out := make([]request, len(doc.Choices))
	for i, c := range doc.Choices {
		before, scored, err := s.encodePair(doc.Context, doc.Delimiter+c)
		if err != nil {
			return nil, err
		}
		if out[i], err = newRequest(before, scored, maxLength); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// takeAnswers fills in what came out, given answers that begin with the task's own and
// how many each document has.
func (t *TaskResult) takeAnswers(s Subject, answers []answer, counts []int) {
	rolling := &rollingSeries{}
	var choices [][]float64
	for i, n := range counts {
		own := answers[:n]
		answers = answers[n:]
		sample := Sample{Doc: i}
		if t.OutputType == LoglikelihoodRolling {
			sample.LogProbs = []float64{rolling.add(s, t.Docs[i].Choices[0], own)}
		} else {
			for _, a := range own {
				sample.LogProbs, sample.Greedy = append(sample.LogProbs, a.sum()), append(sample.Greedy, a.greedy)
			}
			choices = append(choices, sample.LogProbs)
		}
		t.Samples = append(t.Samples, sample)
	}
	switch t.OutputType {
	case MultipleChoice:
		t.series = choiceSeries(t.Task.Metrics, t.Docs, choices)
	case Loglikelihood:
		t.series = clozeSeries(t.Samples)
	default:
		t.series = rolling.series()
	}
}

// takeReplies fills in what was written, given replies that begin with the task's own.
func (t *TaskResult) takeReplies(replies []string) {
	replies = replies[:len(t.Docs)]
	for i, reply := range replies {
		t.Samples = append(t.Samples, Sample{Doc: i, Reply: reply})
	}
	t.series = generationSeries(t.Docs, replies)
}

// measure computes the figures of a task.
func (t *TaskResult) measure(r resampling) {
	for i := range t.series {
		s := &t.series[i]
		t.Metrics = append(t.Metrics, MetricResult{
			Name: s.name, Filter: s.filter, HigherIsBetter: s.higherIsBetter,
			Value: s.value(), StdErr: r.stdErr(s), Interval: r.interval(s),
		})
	}
}

// Metric returns a task's figure by its name; the filter may be empty where there is
// one only.
func (r *Result) Metric(task, name, filter string) (MetricResult, bool) {
	for _, t := range r.Tasks {
		if t.Name == task {
			return findMetric(t.Metrics, name, filter)
		}
	}
	for _, g := range r.Groups {
		if g.Name == task {
			return findMetric(g.Metrics, name, filter)
		}
	}
	return MetricResult{}, false
}

func findMetric(metrics []MetricResult, name, filter string) (MetricResult, bool) {
	for _, m := range metrics {
		if m.Name == name && (m.Filter == filter || filter == "") {
			return m, true
		}
	}
	return MetricResult{}, false
}
