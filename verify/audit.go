package verify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// Options say whom to ask and when to stop.
type Options struct {
	Endpoint string // base URL, such as https://host/v1
	Model    string // the name to ask for
	APIKey   string // sent as bearer token; empty sends none

	Alpha float64 // largest probability of a false match
	Beta  float64 // largest probability of a false no_match
	QMin  float64 // the share of planted answers that no_match rules out

	Score       Score
	Samples     int     // answers to each question
	Temperature float64 // 0 unless there are several samples

	MaxQueries int           // questions asked at most; 0: all that are live
	Rate       float64       // requests a second; 0: no limit
	Timeout    time.Duration // of one attempt
	MaxWait    time.Duration // the longest wait that the endpoint may ask for

	Transcript string // file of the record; empty keeps none

	// Progress, if set, is called after each question.
	Progress func(Progress)
}

// Progress is how far an audit is.
type Progress struct {
	Queries, MaxQueries int
	InList, Hits        int
	Log10EValue         float64
	Log10NoMatchEValue  float64
}

// DefaultOptions are the settings of an audit of which nothing special is known.
func DefaultOptions() Options {
	return Options{
		Alpha: 1e-6, Beta: 0.01, QMin: 0.25,
		Score: ByReply, Samples: 1,
		Rate: 4, Timeout: time.Minute, MaxWait: 2 * time.Minute,
	}
}

// Bounds of options.
const (
	// minError is the smallest α, β and q: 1/α is a number that JSON can hold.
	minError = 1e-300
	// minRate is a request a day: an audit that is slower looks like one that hangs.
	minRate = 1.0 / (24 * 60 * 60)
)

// ValidKey reports whether an API key can stand in an HTTP header: printable ASCII
// without spaces. Anything else would be refused by net/http or arrive as other
// bytes, which nothing could redact.
func ValidKey(key string) bool {
	return !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
}

// check refuses settings with which no endpoint can be asked, or nothing decided.
func (o *Options) check() error {
	switch {
	case o.Endpoint == "":
		return fmt.Errorf("%w: no endpoint", ErrOptions)
	case o.Model == "":
		return fmt.Errorf("%w: no model name", ErrOptions)
	case !ValidKey(o.APIKey):
		return fmt.Errorf("%w: the API key is not printable ASCII without spaces", ErrOptions)
	case o.Rate != 0 && !(o.Rate >= minRate && o.Rate <= math.MaxFloat64):
		return fmt.Errorf("%w: a rate of %g requests a second is not 0 (no limit) or at least one request a day", ErrOptions, o.Rate)
	case o.Timeout <= 0 || o.MaxWait < 0:
		return fmt.Errorf("%w: limits may not be negative, and the timeout not 0", ErrOptions)
	}
	return o.checkDecision()
}

// checkDecision checks what bears on the decision.
func (o *Options) checkDecision() error {
	open := func(p float64) bool { return p > 0 && p < 1 } // false for NaN
	switch {
	case !open(o.Alpha) || !open(o.Beta) || !open(o.QMin):
		return fmt.Errorf("%w: alpha, beta and q-min must lie between 0 and 1", ErrOptions)
	case min(o.Alpha, o.Beta, o.QMin) < minError:
		return fmt.Errorf("%w: alpha, beta and q-min must be at least %g", ErrOptions, minError)
	case o.Score != ByReply && o.Score != ByLogprobs:
		return fmt.Errorf("%w: score %q is neither reply nor logprobs", ErrOptions, o.Score)
	case o.Samples < 1 || o.Samples > 64:
		return fmt.Errorf("%w: %d samples are not in 1 … 64", ErrOptions, o.Samples)
	case !(o.Temperature >= 0 && o.Temperature <= 2):
		return fmt.Errorf("%w: temperature %v is not in 0 … 2", ErrOptions, o.Temperature)
	case o.Samples > 1 && o.Temperature == 0:
		return fmt.Errorf("%w: several samples need a temperature above 0, or they are all the same", ErrOptions)
	case o.Score == ByLogprobs && o.Samples > 1:
		return fmt.Errorf("%w: log-probabilities need no samples", ErrOptions)
	case o.MaxQueries < 0:
		return fmt.Errorf("%w: limits may not be negative", ErrOptions)
	}
	return nil
}

// Rules of when to give up.
const (
	maxFailures = 3  // questions in a row without an answer
	maxRefused  = 10 // refusals, if nothing else was said
)

// audit is one run.
type audit struct {
	plan    *Plan
	options Options
	// replies asks a question until there are as many answers as samples are wanted.
	replies    func(ctx context.Context, q *Question, log *[]Attempt) ([]Reply, error)
	client     *client     // nil where no endpoint is asked
	transcript *transcript // nil keeps none
	offer      *Offer
	substitute bool // a question was asked through another interface than it was made for

	match   *MatchProcess
	noMatch *NoMatchProcess
	// asked holds the class of each question's last outcome.
	asked  map[string]Class
	counts map[Class]int
	hits   int
	listed []*Question    // the questions answered on the list
	texts  map[string]int // how often each reply occurred

	failures int // questions in a row without an answer, in this run
	resumed  int
	started  time.Time
}

// Run asks the endpoint the questions of the plan until the matter is decided or
// the budget is spent. With a transcript every question is on record before the
// next is asked, and a run that was interrupted, or ended inconclusive, continues
// when it is run again with the same settings.
//
// The error is an [EndpointError] when the endpoint cannot be asked, the
// context's when it is canceled, or about options or transcript.
func Run(ctx context.Context, plan *Plan, o Options) (*Report, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	a := newAudit(plan, o)
	a.replies = a.endpointReplies
	var err error
	if a.client, err = newClient(&o); err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	defer a.client.close()
	if o.Transcript != "" {
		if a.transcript, err = openTranscript(o.Transcript, a.settings()); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
		defer a.transcript.close()
		if err := a.replay(); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
	}
	verdict, reason := a.decide()
	switch {
	case verdict == Match || verdict == NoMatch: // in an earlier run
	case !a.left():
		verdict, reason = Inconclusive, a.why()
	default:
		if verdict, reason, err = a.ask(ctx); err != nil {
			return nil, a.stopped(err)
		}
	}
	return a.finish(verdict, reason)
}

func newAudit(plan *Plan, o Options) *audit {
	return &audit{
		plan: plan, options: o,
		match:   NewMatchProcess(),
		noMatch: NewNoMatchProcess(o.QMin, len(plan.Questions)),
		asked:   make(map[string]Class), counts: make(map[Class]int), texts: make(map[string]int),
		started: time.Now().UTC().Truncate(time.Millisecond),
	}
}

// stopped notes in the transcript why a run ended without a verdict.
func (a *audit) stopped(cause error) error {
	if a.transcript == nil || a.transcript.broken {
		return fmt.Errorf("verify: %w", cause)
	}
	if err := a.transcript.write(&stopRecord{Type: recordStopped, Time: now(), Error: cause.Error()}); err != nil {
		return fmt.Errorf("verify: %w (and this is not on record: %w)", cause, err)
	}
	return fmt.Errorf("verify: %w", cause)
}

// ask probes the endpoint, if there is one, and asks what is still to be asked.
func (a *audit) ask(ctx context.Context) (Verdict, Reason, error) {
	if a.client != nil {
		if err := a.probe(ctx); err != nil {
			return "", "", err
		}
	}
	for i := range a.plan.Questions {
		q := &a.plan.Questions[i]
		before, known := a.asked[q.ID]
		if known && before != Unanswered {
			continue
		}
		if !known && a.spent() {
			continue // a question that failed in an earlier run may come later in the order
		}
		if err := a.one(ctx, i); err != nil {
			return "", "", err
		}
		if verdict, reason := a.decide(); verdict != "" {
			return verdict, reason, nil
		}
	}
	return Inconclusive, a.why(), nil
}

// left reports whether there is a question to ask.
func (a *audit) left() bool {
	return len(a.asked) < len(a.plan.Questions) && !a.spent() || a.counts[Unanswered] > 0
}

// spent reports whether no new question may be asked.
func (a *audit) spent() bool {
	return a.options.MaxQueries > 0 && len(a.asked) >= a.options.MaxQueries
}

// probe finds out how to ask, and whether what the settings need is there.
func (a *audit) probe(ctx context.Context) error {
	var log []Attempt
	p := prober{client: a.client, model: a.options.Model, kind: a.plan.Kind, temperature: a.options.Temperature, log: &log}
	offer, err := p.probe(ctx)
	if a.transcript != nil {
		r := &probeRecord{Type: recordProbe, Time: now(), Attempts: log, Offer: offer}
		if werr := a.transcript.write(r); werr != nil {
			return werr // what went wrong at the endpoint is found again
		}
	}
	if err != nil {
		return err
	}
	a.offer = offer
	a.substitute = a.substitute || offer.Substitute
	needsSystem := a.plan.Questions[0].System != ""
	switch {
	case a.options.Score == ByLogprobs && offer.Logprobs != Honored:
		return rejected("the endpoint gives no log-probabilities, which --score logprobs needs")
	case offer.Interface == Chat && needsSystem && offer.System == Refused:
		return rejected("the endpoint refuses system messages, with which the fingerprints were made")
	case a.options.Samples > 1 && offer.Temperature != Honored:
		return rejected("the endpoint does not let the temperature be set, which several samples need")
	}
	return nil
}

func rejected(message string) error {
	return &EndpointError{Trouble: Rejected, Err: errors.New(message), after: -1}
}

// one asks one question, records what came, and counts it.
func (a *audit) one(ctx context.Context, index int) error {
	q := &a.plan.Questions[index]
	r := &questionRecord{Type: recordQuestion, Time: now(), Order: index + 1, ID: q.ID, Leaf: q.Leaf}
	var err error
	r.Replies, err = a.replies(ctx, q, &r.Attempts)
	if err != nil {
		r.Failure = err.Error()
		if ctx.Err() != nil {
			r.Failure = "interrupted"
		}
	}
	o := judge(q, r.Replies, a.options.Score)
	a.count(q, o, r.Replies)
	r.describe(o, a)
	if a.transcript != nil {
		if werr := a.transcript.write(r); werr != nil {
			return werr
		}
	}
	if a.options.Progress != nil {
		a.options.Progress(a.progress())
	}
	return a.giveUp(ctx, err)
}

// giveUp decides whether a failed question ends the run.
func (a *audit) giveUp(ctx context.Context, err error) error {
	if err == nil {
		a.failures = 0
		return nil
	}
	a.failures++
	var trouble *EndpointError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case !errors.As(err, &trouble), trouble.fatal(), a.failures == maxFailures:
		return fmt.Errorf("ask question: %w", err)
	}
	return nil
}

// endpointReplies asks the endpoint. How often it asks does not depend on what the
// answers say.
func (a *audit) endpointReplies(ctx context.Context, q *Question, log *[]Attempt) ([]Reply, error) {
	var all []Reply
	for len(all) < a.options.Samples {
		r := &request{
			kind: a.offer.Interface, system: q.System, prompt: q.Prompt,
			tokens: a.plan.ReplyTokens(), n: a.options.Samples - len(all),
			temperature: a.options.Temperature, logprobs: a.options.Score == ByLogprobs,
		}
		if a.offer.N != Honored {
			r.n = 1
		}
		got, _, err := a.client.exchange(ctx, r, a.options.Model, a.offer.dialect, log)
		if isFilter(err) {
			got, err = []Reply{{Declined: true}}, nil
		}
		if err != nil {
			return nil, err // all samples or none: a part is not what was fixed beforehand
		}
		all = append(all, got[:min(len(got), r.n)]...)
	}
	return all, nil
}

// count takes an outcome into the statistics.
func (a *audit) count(q *Question, o outcome, replies []Reply) {
	before, again := a.asked[q.ID]
	a.asked[q.ID] = o.class
	if again {
		a.counts[before]--
	}
	a.counts[o.class]++
	if o.class == InList {
		a.listed = append(a.listed, q)
	}
	if o.hit {
		a.hits++
	}
	if len(replies) > 0 {
		a.texts[fold(replies[0].Text)]++
	}
	if o.scored {
		a.match.Add(q.chance(), o.share)
	}
	switch {
	case again && o.class == Unanswered:
	case again:
		a.noMatch.Resolved(o.unconditional)
	case o.class == Unanswered:
		a.noMatch.Unanswered()
	case o.refused:
		a.noMatch.Refused()
	default:
		a.noMatch.Add(o.unconditional)
	}
}

// decide returns the verdict if there is one yet.
func (a *audit) decide() (Verdict, Reason) {
	if a.match.LogE() >= -math.Log(a.options.Alpha) {
		return Match, ""
	}
	answered := a.answered()
	if a.counts[Refusal] >= maxRefused && a.counts[Refusal] == answered {
		return Inconclusive, MostlyRefused
	}
	if a.noMatch.LogE() >= -math.Log(a.options.Beta) && !a.mostlyRefused() {
		if a.substitute {
			return Inconclusive, OtherInterface
		}
		return NoMatch, ""
	}
	return "", ""
}

func (a *audit) answered() int { return len(a.asked) - a.counts[Unanswered] }

func (a *audit) mostlyRefused() bool { return 2*a.counts[Refusal] > a.answered() }

// why is the reason of a verdict that was not reached.
func (a *audit) why() Reason {
	switch {
	case a.answered() > 0 && a.mostlyRefused():
		return MostlyRefused
	case a.substitute:
		return OtherInterface
	}
	return Undecided
}

func (a *audit) progress() Progress {
	limit := len(a.plan.Questions)
	if a.options.MaxQueries > 0 {
		limit = min(limit, a.options.MaxQueries)
	}
	return Progress{
		Queries: len(a.asked), MaxQueries: limit, InList: a.counts[InList], Hits: a.hits,
		Log10EValue: log10(a.match.LogE()), Log10NoMatchEValue: log10(a.noMatch.LogE()),
	}
}

// finish writes the report.
func (a *audit) finish(verdict Verdict, reason Reason) (*Report, error) {
	o := &a.options
	tail := LogTail(chances(a.listed), a.hits)
	r := &Report{
		Verdict: verdict, Reason: reason,
		Model: o.Model, Plan: a.plan.Digest,
		Alpha: o.Alpha, Beta: o.Beta, QMin: o.QMin, Score: o.Score, Samples: o.Samples,
		Queries: len(a.asked), Live: len(a.plan.Questions),
		InList: a.counts[InList], Hits: a.hits, OffList: a.counts[OffList],
		Refusals: a.counts[Refusal], Unanswered: a.counts[Unanswered],
		EValue: finite(a.match.LogE()), EThreshold: 1 / o.Alpha,
		NoMatchEValue: finite(a.noMatch.LogE()), NoMatchThreshold: 1 / o.Beta,
		BinomialTail: math.Exp(tail),
		Log10EValue:  log10(a.match.LogE()), Log10NoMatchEValue: log10(a.noMatch.LogE()), Log10BinomialTail: log10(tail),
		Resumed: a.resumed, Offer: a.offer, Started: a.started, Finished: now(), Notes: a.notes(),
	}
	if a.client != nil {
		r.Endpoint, r.Requests, r.Retries = a.client.base.String(), a.client.requests, a.client.retries
	}
	r.Sentence = r.sentence(a.listed)
	if a.transcript != nil && r.Requests > 0 {
		if err := a.transcript.write(&verdictRecord{Type: recordVerdict, Time: now(), Report: r}); err != nil {
			return nil, fmt.Errorf("verify: %w", err)
		}
	}
	return r, nil
}

// notes are what a reader of the verdict should know beside it.
func (a *audit) notes() []string {
	notes := []string{}
	if o := a.offer; o != nil {
		if o.Substitute {
			notes = append(notes, fmt.Sprintf("the fingerprints are for %s, the endpoint offers only %s", a.plan.Kind, o.Interface))
		}
		if o.ModelListed == Ignored {
			notes = append(notes, "the endpoint's list of models does not have the one that was asked for")
		}
		if o.Answered != "" && o.Answered != a.options.Model {
			notes = append(notes, fmt.Sprintf("the endpoint says that model %q answered", o.Answered))
		}
		if o.Temperature == Refused {
			notes = append(notes, "the endpoint does not let the temperature be set; answers are random samples")
		}
	}
	if answered := a.answered(); answered >= maxFailures && len(a.texts) == 1 {
		notes = append(notes, fmt.Sprintf("all %d replies are the same text", answered))
	}
	return notes
}

// now is the time of a record: UTC, whole milliseconds.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }
