package inference

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"loyal/lm"
)

// Errors that callers can tell apart.
var (
	// ErrBusy reports a full queue: try again later.
	ErrBusy = errors.New("the queue is full")
	// ErrClosed reports a scheduler that takes no more requests.
	ErrClosed = errors.New("the server is shutting down")
)

// Finish is why a text ended.
type Finish int

const (
	// FinishStop is a stop token, or OnToken's wish.
	FinishStop Finish = iota + 1
	// FinishLength is MaxTokens or the end of the model's context.
	FinishLength
)

// Request is a text to continue.
type Request struct {
	Prompt    []int32
	MaxTokens int // at least 1
	Sampling  lm.Sampling
	Stream    uint64  // number of the random stream: differs among answers to one prompt
	StopIDs   []int32 // tokens that end the text
	LogProbs  int     // how many alternatives to report with each token; −1: no log-probabilities at all

	// OnToken sees each token as it is chosen and ends the text by returning
	// false. It runs on the scheduler's goroutine: it must not block.
	OnToken func(Token) bool
}

// Token is one token of a continuation.
type Token struct {
	ID      int32
	Stop    bool // one of StopIDs: the text ended before it
	LogProb lm.TokenLogProb
	Top     []lm.TokenLogProb // best first
}

// Result is how a text ended.
type Result struct {
	Finish       Finish
	CachedTokens int           // tokens of the prompt that were not computed again
	Wait         time.Duration // from Submit to the first pass
	FirstToken   time.Duration // from Submit; 0 if there was none
}

// Job is a submitted request.
type Job struct {
	done   chan struct{}
	result Result
	err    error
}

// Done is closed when the text has ended.
func (j *Job) Done() <-chan struct{} { return j.done }

// Result waits for the end of the text. The error is the request's context's,
// ErrClosed, or the network's.
func (j *Job) Result() (Result, error) {
	<-j.done
	return j.result, j.err
}

// SchedulerOptions bounds what a scheduler takes on. Zero values are defaults.
type SchedulerOptions struct {
	MaxSequences int // texts computed together; 16
	MaxQueue     int // texts that wait; 256

	// PrefillChunk is the number of prompt tokens that one pass takes in while
	// other texts are being written; 128. A pass without any takes four times as many.
	PrefillChunk int

	// CacheTokens bounds the tokens in key/value caches, of texts being computed
	// and of those kept for reuse. The default is what 1 GiB holds, at least one context
	// and at most one for each of MaxSequences.
	CacheTokens int
}

func (o SchedulerOptions) withDefaults(net lm.Network) SchedulerOptions {
	set := func(p *int, value int) {
		if *p <= 0 {
			*p = value
		}
	}
	set(&o.MaxSequences, 16)
	set(&o.MaxQueue, 256)
	set(&o.PrefillChunk, 128)
	c := net.Config()
	tokenBytes := max(1, c.NumLayers*2*c.NumKVHeads*c.HeadDim*4) // keys and values, float32
	set(&o.CacheTokens, min(1<<30/tokenBytes, o.MaxSequences*c.MaxPositions))
	o.CacheTokens = max(o.CacheTokens, c.MaxPositions)
	return o
}

// Scheduler computes many texts with one network by continuous batching: each
// pass advances every text that runs by one token and takes in a piece of the
// prompts that have just come, and a text that ends makes room at once.
type Scheduler struct {
	net     lm.Network
	opts    SchedulerOptions
	metrics *metrics
	stop    context.CancelFunc
	stopped chan struct{}

	mu      sync.Mutex
	wake    chan struct{} // holds one element when there is something new to see
	waiting []*row        // in order of arrival, preempted ones first
	live    int           // texts that wait or run
	closed  bool

	// Of the loop's goroutine alone:
	running []*row
	idle    *prefixCache
}

// row is a text at work.
type row struct {
	Request
	ctx       context.Context
	job       *Job
	sampler   *lm.Sampler
	submitted time.Time
	started   bool

	text  []int32     // prompt and what was written
	seq   lm.Sequence // nil while it waits
	fed   int         // tokens that the current pass takes in
	err   error       // of sampling, set in the pass
	next  Token       // chosen in the pass
	ended bool
}

// pending is what the cache has still to take in.
func (r *row) pending() []int32 { return r.text[r.seq.Len():] }

// decoding reports whether only the token just written is pending.
func (r *row) decoding() bool { return len(r.text) > len(r.Prompt) && len(r.pending()) == 1 }

// NewScheduler starts a scheduler. The network stays the caller's to close, after
// the scheduler.
func NewScheduler(net lm.Network, opts SchedulerOptions) *Scheduler {
	return newScheduler(net, opts, newMetrics())
}

func newScheduler(net lm.Network, opts SchedulerOptions, m *metrics) *Scheduler {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Scheduler{
		net: net, opts: opts.withDefaults(net), metrics: m,
		stop: cancel, stopped: make(chan struct{}), wake: make(chan struct{}, 1),
		idle: &prefixCache{},
	}
	go s.loop(ctx)
	return s
}

// Submit puts requests in the queue, all or none. Each ends early when ctx does.
func (s *Scheduler) Submit(ctx context.Context, requests ...Request) ([]*Job, error) {
	rows := make([]*row, len(requests))
	jobs := make([]*Job, len(requests))
	for i, r := range requests {
		if err := s.check(r); err != nil {
			return nil, err
		}
		jobs[i] = &Job{done: make(chan struct{})}
		rows[i] = &row{
			Request: r, ctx: ctx, job: jobs[i], submitted: time.Now(),
			sampler: lm.NewSampler(r.Sampling, r.Stream),
			text:    slices.Clone(r.Prompt),
		}
		rows[i].sampler.Prompt(r.Prompt)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	// What finds a free place at once does not count as waiting.
	if s.live+len(rows) > s.opts.MaxSequences+s.opts.MaxQueue {
		return nil, ErrBusy
	}
	s.live += len(rows)
	s.waiting = append(s.waiting, rows...)
	s.metrics.waiting.Set(float64(len(s.waiting)))
	s.notify()
	return jobs, nil
}

func (s *Scheduler) check(r Request) error {
	limit := s.net.Config().MaxPositions
	switch {
	case len(r.Prompt) == 0:
		return errors.New("prompt is empty")
	case len(r.Prompt) > limit:
		return fmt.Errorf("prompt of %d tokens, context of %d: %w", len(r.Prompt), limit, lm.ErrTooLong)
	case r.MaxTokens < 1:
		return fmt.Errorf("max tokens is %d, must be at least 1", r.MaxTokens)
	}
	return r.Sampling.Validate()
}

// Close ends all texts with ErrClosed and waits for the loop to end.
func (s *Scheduler) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	<-s.stopped
}

// notify wakes the loop; s.mu need not be held.
func (s *Scheduler) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Scheduler) loop(ctx context.Context) {
	defer close(s.stopped)
	for ctx.Err() == nil {
		s.dropCanceled()
		s.admit()
		if len(s.running) == 0 {
			select {
			case <-s.wake:
			case <-ctx.Done():
			}
			continue
		}
		s.pass(ctx)
	}
	s.mu.Lock()
	rows := append(s.running, s.waiting...)
	s.running, s.waiting = nil, nil
	s.mu.Unlock()
	for _, r := range rows {
		s.end(r, 0, ErrClosed)
	}
	s.idle.shrink(0)
}

// dropCanceled ends the texts that nobody waits for any more.
func (s *Scheduler) dropCanceled() {
	var gone []*row
	drop := func(r *row) bool {
		if r.ctx.Err() == nil {
			return false
		}
		gone = append(gone, r)
		return true
	}
	s.running = slices.DeleteFunc(s.running, drop)
	s.mu.Lock()
	s.waiting = slices.DeleteFunc(s.waiting, drop)
	s.mu.Unlock()
	for _, r := range gone {
		s.end(r, 0, context.Cause(r.ctx))
	}
}

// end reports a text's end and keeps its cache for texts that begin alike. The
// caller has taken the row out of running or waiting.
func (s *Scheduler) end(r *row, f Finish, err error) {
	if r.seq != nil {
		s.idle.put(r.text[:r.seq.Len()], r.seq)
		r.seq = nil
	}
	r.job.result.Finish, r.job.err = f, err
	close(r.job.done)
	s.mu.Lock()
	s.live--
	s.mu.Unlock()
}

// admit starts waiting texts, in order, while there is a place.
func (s *Scheduler) admit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.waiting) > 0 && len(s.running) < s.opts.MaxSequences {
		r := s.waiting[0]
		if !s.start(r) {
			break
		}
		s.waiting = s.waiting[1:]
		s.running = append(s.running, r)
	}
	s.metrics.waiting.Set(float64(len(s.waiting)))
	s.metrics.running.Set(float64(len(s.running)))
}

// start gives a text its cache, with as much of the text as another cache
// already holds. It returns false if the text should wait: because the caches are
// full, or because a running text is just about to hold more of its beginning.
func (s *Scheduler) start(r *row) bool {
	used := 0
	var donor *row
	have, soon := 0, 0
	for _, other := range s.running {
		used += other.seq.Len()
		n := lm.CommonPrefix(other.text, r.text)
		if now := min(n, other.seq.Len()); now > have {
			have, donor = now, other
		}
		soon = max(soon, n)
	}
	// Texts grow: without some slack the one let in would soon be put out again.
	slack := 64 * (len(s.running) + 1)
	if len(s.running) > 0 && used+len(r.text)+slack > s.opts.CacheTokens {
		return false
	}
	last := len(r.text) - 1 // at least one token remains, whose logits go on
	have, soon = min(have, last), min(soon, last)
	entry, kept := s.idle.find(r.text)
	kept = min(kept, last)
	if soon >= max(have, kept)+minReuse {
		return false
	}
	switch {
	case max(have, kept) < minReuse:
		r.seq = s.net.NewSequence()
	case kept >= have:
		r.seq = s.idle.take(entry, kept)
	default:
		r.seq = donor.seq.Fork()
		r.seq.Truncate(have)
	}
	if !r.started {
		r.started = true
		r.job.result.CachedTokens = min(r.seq.Len(), len(r.Prompt))
		r.job.result.Wait = time.Since(r.submitted)
		s.metrics.promptTokens.WithLabelValues("cached").Add(float64(r.job.result.CachedTokens))
		s.metrics.promptTokens.WithLabelValues("computed").Add(float64(len(r.Prompt) - r.job.result.CachedTokens))
		s.metrics.queueSeconds.Observe(r.job.result.Wait.Seconds())
	}
	return true
}

// pass runs the network once.
func (s *Scheduler) pass(ctx context.Context) {
	rows := s.plan()
	feeds := make([]lm.Feed, len(rows))
	for i, r := range rows {
		feeds[i] = lm.Feed{Sequence: r.seq, Tokens: r.pending()[:r.fed]}
	}
	began := time.Now()
	logits, err := s.net.Extend(ctx, feeds)
	if ctx.Err() != nil {
		return // closing: the loop ends all texts
	}
	if err != nil {
		for _, r := range rows {
			r.ended = true
			s.end(r, 0, fmt.Errorf("compute: %w", err))
		}
		s.sweep()
		return
	}
	s.metrics.passSeconds.Observe(time.Since(began).Seconds())
	s.metrics.batchSize.Observe(float64(len(rows)))
	s.choose(rows, logits)
	for _, r := range rows {
		if len(r.pending()) == 0 {
			s.take(r)
		}
	}
	s.sweep()
}

// plan says what the next pass takes in: the pending token of every text that is
// being written, then prompts, in order, up to the chunk. It first sees to it
// that the caches hold it.
func (s *Scheduler) plan() []*row {
	chunk := 4 * s.opts.PrefillChunk
	if slices.ContainsFunc(s.running, (*row).decoding) {
		chunk = s.opts.PrefillChunk
	}
	var rows []*row
	for _, r := range s.running {
		r.fed = 1
		if !r.decoding() {
			r.fed = min(chunk, len(r.pending()))
			chunk -= r.fed
		}
		if r.fed > 0 {
			rows = append(rows, r)
		}
	}
	return s.makeRoom(rows)
}

// makeRoom frees caches until those of the pass fit: first those kept for reuse,
// then those of the texts that came last, which go back to the head of the queue
// and are computed again later.
func (s *Scheduler) makeRoom(rows []*row) []*row {
	for {
		need := 0
		for _, r := range s.running {
			need += r.seq.Len()
		}
		for _, r := range rows {
			need += r.fed
		}
		s.idle.shrink(max(0, s.opts.CacheTokens-need))
		if need <= s.opts.CacheTokens || len(s.running) == 1 {
			s.metrics.cacheTokens.Set(float64(need + s.idle.tokens))
			return rows
		}
		last := s.running[len(s.running)-1]
		s.running = s.running[:len(s.running)-1]
		rows = slices.DeleteFunc(rows, func(r *row) bool { return r == last })
		last.seq.Close()
		last.seq = nil
		s.metrics.preemptions.Inc()
		s.mu.Lock()
		s.waiting = slices.Insert(s.waiting, 0, last)
		s.mu.Unlock()
	}
}

// choose samples the next token of each row that has taken in all its text.
func (s *Scheduler) choose(rows []*row, logits []float32) {
	v := len(logits) / len(rows)
	var group errgroup.Group
	for i, r := range rows {
		if len(r.pending()) > 0 {
			continue
		}
		group.Go(func() error {
			r.next, r.err = r.sample(logits[i*v : (i+1)*v])
			return nil
		})
	}
	_ = group.Wait() // errors are the rows' own
}

func (r *row) sample(logits []float32) (Token, error) {
	id, err := r.sampler.Next(logits)
	if err != nil {
		return Token{}, fmt.Errorf("sample: %w", err)
	}
	t := Token{ID: id, Stop: slices.Contains(r.StopIDs, id)}
	if r.LogProbs >= 0 {
		t.LogProb, t.Top, err = lm.RankLogProbs(logits, id, r.LogProbs)
	}
	return t, err
}

// take gives a row the token that was chosen for it.
func (s *Scheduler) take(r *row) {
	if r.err != nil {
		r.ended = true
		s.end(r, 0, r.err)
		return
	}
	if r.job.result.FirstToken == 0 {
		r.job.result.FirstToken = max(1, time.Since(r.submitted))
		s.metrics.firstTokenSeconds.Observe(r.job.result.FirstToken.Seconds())
	}
	s.metrics.generatedTokens.Inc()
	more := r.OnToken == nil || r.OnToken(r.next)
	if r.next.Stop || !more {
		r.ended = true
		s.end(r, FinishStop, nil)
		return
	}
	r.text = append(r.text, r.next.ID)
	if len(r.text)-len(r.Prompt) >= r.MaxTokens || len(r.text) > s.net.Config().MaxPositions {
		r.ended = true
		s.end(r, FinishLength, nil)
	}
}

// sweep takes the texts that have ended out of the batch.
func (s *Scheduler) sweep() {
	s.running = slices.DeleteFunc(s.running, func(r *row) bool { return r.ended })
}
