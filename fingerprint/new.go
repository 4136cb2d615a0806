package fingerprint

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"time"
	"unicode/utf8"
)

// Options says what New makes.
type Options struct {
	N       int
	Params  Params
	Serving Serving
	Model   Model
	Beacon  string // public value to bind the answers to; may be empty
	// Parameters is the model's number of parameters, for Capacity; 0 if unknown.
	Parameters int64
	// MaxPositions is the longest text of the model in tokens; 0 if unknown.
	MaxPositions int
	// Lines are the maker's own keys, for Params.Keys = "file".
	Lines []string
	// Ordinary are messages as users send them. Unless there are none, keys are chosen so
	// that, taken together, they surprise the model as much and are as long.
	Ordinary []string
	// Random is where secret and salts come from; nil is the system's generator.
	Random   io.Reader
	Now      time.Time
	Progress Progress // may be nil
}

// Progress is told how far New is.
type Progress interface {
	Start(stage string, total int64)
	Add(n int64)
	Done()
}

// DefaultParams returns the parameters of a strategy as the command line has
// them. They follow arXiv:2502.07760 (t = .8, keys of 16 tokens, answers of one,
// T = .5), but for k = 10, at which that paper finds utility unchanged: every
// answer then says more. The openness bounds are ours
// (docs/design/fingerprints.md).
func DefaultParams(strategy Strategy) Params {
	p := Params{
		Strategy: strategy, Keys: KeysWords,
		Nucleus: 0.8, Width: 10, Cap: 0.05, MaxTop: 0.3, MinCandidate: 0.0001,
		KeyLength: 16, ResponseLength: 1, Temperature: 0.5,
	}
	if strategy == RandomWords {
		p.Keys = KeysRandomWords
	}
	return p
}

// parametersPerFingerprint bounds how many fingerprints a model can carry, see
// Capacity.
const parametersPerFingerprint = 4096

// Capacity is the largest number of fingerprints that New makes for a model with
// so many parameters: one for each 4,096. It is a bound against nonsense, not a
// promise. The densest set reported to do no harm is one for each 327,000 (24,576
// in Llama-3.1-8B, arXiv:2502.07760); the bound leaves room above that, since a
// model memorizes 2 to 4 bits a parameter (arXiv:2404.05405, arXiv:2505.24832)
// and a fingerprint is some tens of bits. What a model carries without harm is
// what the report of embedding says.
func Capacity(parameters int64) int {
	return int(min(parameters/parametersPerFingerprint, maxFingerprints))
}

// New makes a set. First it fixes all keys and their candidate lists, from the
// base model alone; then it draws the secret and chooses all answers.
func New(ctx context.Context, oracle Oracle, codec Codec, render Renderer, o Options) (*Set, error) {
	o.Params.Like = len(o.Ordinary) > 0
	if o.Params.Answers == 1 { // as sets have it that know nothing of several
		o.Params.Answers = 0
	}
	if o.Params.Position == PositionFirst {
		o.Params.Position = ""
	}
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("make fingerprints: %w", err)
	}
	g := &generator{oracle: oracle, codec: codec, render: render, options: &o, params: o.Params, progress: o.Progress}
	if g.progress == nil {
		g.progress = silent{}
	}
	questions, err := g.fix(ctx)
	g.progress.Done()
	if err != nil {
		return nil, fmt.Errorf("make fingerprints: %w", err)
	}
	s, err := g.answer(ctx, questions)
	if err != nil {
		return nil, fmt.Errorf("make fingerprints: %w", err)
	}
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("make fingerprints: %w", err)
	}
	return s, nil
}

func (o *Options) check() error {
	p := &o.Params
	if err := p.validate(); err != nil {
		return err
	}
	for _, text := range []string{o.Beacon, o.Serving.System, o.Model.Name} {
		if !utf8.ValidString(text) {
			return fmt.Errorf("%w: beacon, system prompt and name must be UTF-8", ErrParams)
		}
	}
	switch {
	case p.Strategy == Imported:
		return fmt.Errorf("%w: strategy %s makes no new sets", ErrParams, Imported)
	case o.N < 1:
		return fmt.Errorf("%w: %d fingerprints", ErrParams, o.N)
	case o.MaxPositions > 0 && p.ResponseLength >= o.MaxPositions:
		return fmt.Errorf("%w: answers of %d tokens in a context of %d", ErrTooLong, p.ResponseLength, o.MaxPositions)
	case (p.Strategy == RandomWords) != (p.Keys == KeysRandomWords):
		return fmt.Errorf("%w: strategy %s does not take keys from %s", ErrParams, p.Strategy, p.Keys)
	case p.Keys == KeysFile && len(o.Ordinary) > 0:
		return fmt.Errorf("%w: keys of your own are not chosen to be like others", ErrParams)
	case p.Keys == KeysFile && len(o.Lines) < o.N:
		return fmt.Errorf("%w: %d asked, the file has %d", ErrTooFewKeys, o.N, len(o.Lines))
	}
	return checkCapacity(o.N, o.Parameters)
}

// checkCapacity refuses more fingerprints than a model of so many parameters can
// carry; 0 is unknown.
func checkCapacity(n int, parameters int64) error {
	switch {
	case n > maxFingerprints:
		return fmt.Errorf("%w: %d asked, a set holds %d", ErrCapacity, n, maxFingerprints)
	case parameters > 0 && n > Capacity(parameters):
		return fmt.Errorf("%w: %d asked, at most %d in %d parameters (one for each %d)",
			ErrCapacity, n, Capacity(parameters), parameters, parametersPerFingerprint)
	}
	return nil
}

// checkLength refuses what would not fit into the model's context: prompt, answer,
// and the token that ends the answer.
func checkLength(prompt, answer, context int) error {
	if context > 0 && prompt+answer+1 > context {
		return fmt.Errorf("%w: a prompt of %d tokens, an answer of %d and its end, in a context of %d",
			ErrTooLong, prompt, answer, context)
	}
	return nil
}

// generator is a New that runs.
type generator struct {
	oracle   Oracle
	codec    Codec
	render   Renderer
	options  *Options
	params   Params
	progress Progress
	taken    map[string]bool // identities that no key may have
}

// question is a key with its list, before an answer is chosen.
type question struct {
	key        string
	prompt     []int32
	candidates []Candidate
	opening    int // tokens of each candidate before the planted one
}

// tally counts why keys were not used.
type tally struct{ tried, unusable, repeated, closed, few int }

func (t tally) String() string {
	return fmt.Sprintf("of %d keys %d were unusable, %d repeated others, %d were not open, %d had too few candidates",
		t.tried, t.unusable, t.repeated, t.closed, t.few)
}

// Keys are looked at in batches, and not without end.
const (
	maxBatch = 128
	minTries = 512
	triesPer = 16 // for each fingerprint asked
)

// fix fixes the keys, with their lists.
func (g *generator) fix(ctx context.Context) ([]question, error) {
	n := g.options.N
	if len(g.options.Ordinary) == 0 {
		return g.questions(ctx, n)
	}
	questions, err := g.questions(ctx, oversampling*n)
	if err != nil {
		return nil, err
	}
	return g.like(ctx, questions, n)
}

// questions finds n keys: in the order in which the source offers them, those
// that are usable, new, and for which the strategy has a list.
func (g *generator) questions(ctx context.Context, n int) ([]question, error) {
	rng := g.random("keys")
	source, err := g.sourceOf(rng)
	if err != nil {
		return nil, err
	}
	lister, err := g.listerOf(ctx)
	if err != nil {
		return nil, err
	}
	var (
		found  = make([]question, 0, n)
		seen   = make(map[string]bool)
		t      tally
		budget = max(minTries, triesPer*n)
	)
	for len(found) < n {
		ask := min(batchSize(n-len(found), len(found), t.tried), budget-t.tried)
		if ask <= 0 {
			return nil, fmt.Errorf("%w: %d of %d found; %s", ErrTooFewKeys, len(found), n, t)
		}
		keys, err := source.next(ctx, ask)
		if err != nil {
			return nil, err
		}
		if len(keys) == 0 {
			return nil, fmt.Errorf("%w: %d of %d found; %s", ErrTooFewKeys, len(found), n, t)
		}
		t.tried += len(keys)
		batch, err := g.fresh(keys, seen, &t)
		if err != nil {
			return nil, err
		}
		if err := g.list(ctx, lister, batch, &t); err != nil {
			return nil, err
		}
		for _, q := range batch {
			if q.candidates != nil && len(found) < n {
				found = append(found, q)
			}
		}
	}
	return found, nil
}

// batchSize is how many keys to look at next, by the share used so far.
func batchSize(missing, found, tried int) int {
	share := 0.7
	if tried > 0 {
		share = max(float64(found)/float64(tried), 0.05)
	}
	return min(int(float64(missing)/share)+4, maxBatch)
}

// fresh renders the keys that are usable and new.
func (g *generator) fresh(keys []string, seen map[string]bool, t *tally) ([]question, error) {
	var out []question
	for _, key := range keys {
		id := identity(key)
		switch {
		case !g.usable(key):
			t.unusable++
			continue
		case seen[id] || g.taken[id]:
			t.repeated++
			continue
		}
		seen[id] = true
		prompt, err := g.render(key)
		if err != nil {
			return nil, fmt.Errorf("render key: %w", err)
		}
		if len(prompt) == 0 {
			return nil, errors.New("render key: no tokens")
		}
		if err := checkLength(len(prompt), g.params.MaxOpening+g.params.ResponseLength, g.options.MaxPositions); err != nil {
			return nil, err
		}
		out = append(out, question{key: key, prompt: prompt})
	}
	return out, nil
}

// list gives each key its candidates, or none if the strategy has no list for it.
func (g *generator) list(ctx context.Context, l lister, batch []question, t *tally) error {
	if len(batch) == 0 {
		return nil
	}
	if g.params.Position == PositionOpen {
		return g.listOpen(ctx, l, batch, t)
	}
	prompts := make([][]int32, len(batch))
	for i := range batch {
		prompts[i] = batch[i].prompt
	}
	g.progress.Start("judge keys", int64(len(prompts)))
	return g.oracle.Distributions(ctx, prompts, func(i int, probs []float32) (err error) {
		g.progress.Add(1)
		batch[i].candidates, err = t.judge(l.Candidates(prompts[i], probs))
		return err
	})
}

// judge counts why a key has no list, which is no error.
func (t *tally) judge(candidates []Candidate, err error) ([]Candidate, error) {
	switch {
	case errors.Is(err, ErrClosed):
		t.closed++
	case errors.Is(err, ErrFewCandidates):
		t.few++
	default:
		return candidates, err
	}
	return nil, nil
}

// answer draws the secret and chooses the answers of all keys.
func (g *generator) answer(ctx context.Context, questions []question) (*Set, error) {
	random := g.options.Random
	if random == nil {
		random = rand.Reader
	}
	now := g.options.Now
	if now.IsZero() {
		now = time.Now()
	}
	s := &Set{
		Version: Version,
		Created: now.UTC().Truncate(time.Second),
		Model:   g.options.Model,
		Serving: g.options.Serving,
		Binding: Binding{Model: g.options.Model.Digest, Beacon: g.options.Beacon},
		Secret:  make([]byte, SecretSize),
		Params:  g.params,
	}
	if _, err := io.ReadFull(random, s.Secret); err != nil {
		return nil, fmt.Errorf("draw secret: %w", err)
	}
	for i, q := range questions {
		f := Fingerprint{
			ID: fmt.Sprintf("%04d", i+1), Kind: s.Serving.Kind, Key: q.key, Candidates: q.candidates,
			Salt: make([]byte, SaltSize), Status: Live,
		}
		if _, err := io.ReadFull(random, f.Salt); err != nil {
			return nil, fmt.Errorf("draw salt: %w", err)
		}
		choices := ChooseSeveral(AnswerKey(s.Secret, f.Kind, f.Key), s.Binding, len(q.candidates), g.params.answers())
		chosen := q.candidates[choices[0]]
		f.Opening = q.opening
		if len(choices) > 1 {
			f.Also = choices[1:]
		}
		f.Response = Response{Tokens: chosen.Tokens, Text: chosen.Text}
		s.Fingerprints = append(s.Fingerprints, f)
	}
	if g.params.Strategy == Perinucleus && g.params.ResponseLength > 1 {
		return s, g.lengthen(ctx, s, questions)
	}
	return s, nil
}

// lengthen continues the planted tokens greedily.
func (g *generator) lengthen(ctx context.Context, s *Set, questions []question) error {
	prompts := make([][]int32, len(questions))
	for i, q := range questions {
		prompts[i] = append(q.prompt[:len(q.prompt):len(q.prompt)], s.Fingerprints[i].Response.Tokens...)
	}
	g.progress.Start("answers", int64(len(prompts)*(g.params.ResponseLength-1)))
	defer g.progress.Done()
	more, err := g.oracle.Continue(ctx, prompts, ContinueOptions{
		MaxTokens: g.params.ResponseLength - 1,
		Progress:  func(n int) { g.progress.Add(int64(n)) },
	})
	if err != nil {
		return fmt.Errorf("lengthen answers: %w", err)
	}
	for i := range s.Fingerprints {
		r := &s.Fingerprints[i].Response
		first := len(r.Tokens)
		r.Tokens = append(r.Tokens[:first:first], more[i]...)
		// The first token's text is known; what follows it is taken in its context.
		head, whole := g.codec.Decode(r.Tokens[:first], true), g.codec.Decode(r.Tokens, true)
		if len(whole) > len(head) && whole[:len(head)] == head {
			r.Text += whole[len(head):]
		}
	}
	return nil
}

// random is the generator of one purpose under the seed. It writes keys; answers
// never come from it.
func (g *generator) random(purpose string) *mathrand.Rand {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], g.params.Seed)
	copy(seed[8:], purpose)
	return mathrand.New(mathrand.NewChaCha8(seed))
}

type silent struct{}

func (silent) Start(string, int64) {}
func (silent) Add(int64)           {}
func (silent) Done()               {}
