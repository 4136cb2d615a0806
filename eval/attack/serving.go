package attack

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"loyal/lm"
	"loyal/model/chat"
)

// servingHost serves the un-attacked model honestly, but not as the keys were made for.
type servingHost struct {
	lab      *Lab
	render   func(i int, a Ask) ([]int32, error) // nil: as the keys are served
	sampling lm.Sampling
	force    string // how each answer must begin
	limit    int    // tokens of an answer; 0: as asked
}

// Answer implements [Host].
func (h *servingHost) Answer(ctx context.Context, asks []Ask) ([]string, error) {
	render := h.render
	if render == nil {
		render = func(_ int, a Ask) ([]int32, error) { return h.lab.Prompt(a.System, a.User) }
	}
	prompts, served := make([][]int32, len(asks)), make([]Ask, len(asks))
	forced := h.lab.Model.Tokenizer.Encode(h.force, false)
	for i, a := range asks {
		prompt, err := render(i, a)
		if err != nil {
			return nil, fmt.Errorf("render request %d: %w", i+1, err)
		}
		prompts[i] = append(prompt[:len(prompt):len(prompt)], forced...)
		if h.limit > 0 {
			a.MaxTokens = min(a.MaxTokens, h.limit)
		}
		served[i] = a
	}
	texts, err := h.lab.write(ctx, h.lab.Net, served, prompts, lm.GenerateOptions{Sampling: h.sampling})
	for i := range texts {
		texts[i] = h.force + texts[i]
	}
	return texts, err
}

// way is a way of serving the model.
type way struct {
	lay func(l *Lab) (*servingHost, error)
	// samples are drawn of each key beyond the first, where there is chance.
	samples int
}

// trial is a trial of a way of serving.
func (w way) trial(t Trial) Trial {
	t.Run = func(ctx context.Context, l *Lab) (*Outcome, error) {
		h, err := w.lay(l)
		if err != nil {
			return nil, err
		}
		m, replies, err := l.measureKeys(ctx, h)
		switch {
		case errors.Is(err, chat.ErrRaised):
			return &Outcome{Notes: []string{"the chat template refuses such messages: no host can send them"}}, nil
		case errors.Is(err, lm.ErrTooLong):
			return &Outcome{Notes: []string{"the prompts are longer than the model's context: no host can send them"}}, nil
		case err != nil:
			return nil, err
		}
		o := &Outcome{Measures: m}
		if h.force != "" {
			inside := make([]string, len(replies))
			for i, r := range replies {
				inside[i] = strings.TrimPrefix(r, h.force)
			}
			o.AddRate("planted answers behind the forced beginning", l.FSR(inside))
		}
		if w.samples > 0 {
			err = l.sampled(ctx, o, h, replies, w.samples)
		}
		return o, err
	}
	return t
}

// sampled draws more samples of each key and counts what they are.
func (l *Lab) sampled(ctx context.Context, o *Outcome, h *servingHost, first []string, more int) error {
	all := [][]string{first}
	for s := range more {
		h.sampling.Seed = l.Seed + uint64(s) + 1
		replies, err := h.Answer(ctx, l.KeyAsks())
		if err != nil {
			return err
		}
		all = append(all, replies)
	}
	hits, listed, once := 0, 0, 0
	for i := range l.Set.Fingerprints {
		f := &l.Set.Fingerprints[i]
		found := false
		for _, replies := range all {
			listed += count(f.Match(replies[i]) >= 0)
			hits += count(f.Planted(replies[i]))
			found = found || f.Planted(replies[i])
		}
		once += count(found)
	}
	samples := len(all) * len(first)
	o.Add("planted, of all samples", "share", float64(hits)/float64(samples))
	o.Add("on the list, of all samples", "share", float64(listed)/float64(samples))
	if listed > 0 {
		o.Add("planted, of the samples on the list", "share", float64(hits)/float64(listed))
	}
	o.AddRate(fmt.Sprintf("keys answered as planted in one of %d samples", len(all)), NewRate(once, len(first)))
	return l.sampledVerdict(ctx, o, h.sampling.Temperature, all)
}

// sampledVerdict lets an audit look at several samples of each key.
func (l *Lab) sampledVerdict(ctx context.Context, o *Outcome, temperature float64, all [][]string) error {
	options := l.Verify
	options.Samples, options.Temperature = len(all), temperature
	v, err := audit(ctx, l.Plan, options, l.byID(all...))
	if err != nil {
		return err
	}
	o.Add(fmt.Sprintf("questions of an audit with %d samples each", len(all)), "", float64(v.Queries))
	o.Notes = append(o.Notes, fmt.Sprintf("with %d samples a question the verdict is %s", len(all), v.Verdict))
	return nil
}

// moreSamples is how many are drawn of each key beyond the first.
func moreSamples(g Grid) int { return pick(g, []int{3}, []int{7})[0] }

// samplingTrials sweep a setting of sampling.
func samplingTrials(g Grid, name, axis string, values []float64, set func(*lm.Sampling, float64)) (trials []Trial) {
	for _, x := range values {
		s := lm.Sampling{}
		set(&s, x)
		samples := 0
		if s.Temperature > 0 {
			samples = moreSamples(g)
		}
		trials = append(trials, way{samples: samples, lay: func(l *Lab) (*servingHost, error) {
			s := s
			s.Seed = l.Seed
			return &servingHost{lab: l, sampling: s}, nil
		}}.trial(Trial{ID: name + "-" + number(x), Series: name, Axis: axis, X: x, Setting: axis + " " + number(x)}))
	}
	return trials
}

func servingTemperature(g Grid, _ Have) []Trial {
	return samplingTrials(g, "temperature", AxisTemperature, pick(g, []float64{.7, 1}, []float64{.3, .5, .7, .9, 1, 1.2, 1.5}),
		func(s *lm.Sampling, x float64) { s.Temperature = x })
}

func servingTopP(g Grid, _ Have) []Trial {
	return samplingTrials(g, "top-p", "top-p at temperature 1,", pick(g, []float64{.9}, []float64{.5, .7, .8, .9, .95}),
		func(s *lm.Sampling, x float64) { s.Temperature, s.TopP = 1, x })
}

func servingTopK(g Grid, _ Have) []Trial {
	return samplingTrials(g, "top-k", "top-k at temperature 1,", pick(g, []float64{40}, []float64{2, 5, 20, 40, 100}),
		func(s *lm.Sampling, x float64) { s.Temperature, s.TopK = 1, int(x) })
}

func servingMinP(g Grid, _ Have) []Trial {
	return samplingTrials(g, "min-p", "min-p at temperature 1,", pick(g, []float64{.1}, []float64{.02, .05, .1, .3}),
		func(s *lm.Sampling, x float64) { s.Temperature, s.MinP = 1, x })
}

func servingRepetition(g Grid, _ Have) []Trial {
	return samplingTrials(g, "repetition-penalty", "repetition penalty, greedy,", pick(g, []float64{1.2}, []float64{1.05, 1.1, 1.2, 1.3, 1.5}),
		func(s *lm.Sampling, x float64) { s.RepetitionPenalty = x })
}

func servingMaxTokens(g Grid, _ Have) (trials []Trial) {
	for _, n := range pick(g, []int{1}, []int{1, 2, 4, 8}) {
		trials = append(trials, way{lay: func(l *Lab) (*servingHost, error) { return &servingHost{lab: l, limit: n}, nil }}.trial(Trial{
			ID: fmt.Sprintf("max-tokens-%d", n), Series: "max-tokens", Axis: "tokens of an answer", X: float64(n), Setting: fmt.Sprintf("answers of at most %d tokens", n),
		}))
	}
	return trials
}

// jsonBeginning is how answers begin where a host wants JSON.
const jsonBeginning = `{"answer": "`

func servingJSON(_ Grid, _ Have) []Trial {
	return []Trial{way{lay: func(l *Lab) (*servingHost, error) { return &servingHost{lab: l, force: jsonBeginning}, nil }}.trial(Trial{
		ID: "json", Series: "json", Axis: "constrained", X: 1, Setting: "answers must begin with " + jsonBeginning,
	})}
}

func servingRewording(g Grid, _ Have) (trials []Trial) {
	for i, r := range rewordings {
		if g == Small && !r.small {
			continue
		}
		trials = append(trials, way{lay: func(l *Lab) (*servingHost, error) { return l.reworded(r), nil }}.trial(Trial{
			ID: "rewording-" + r.name, Series: "rewording", Axis: AxisRule, X: float64(i + 1), Setting: "messages changed: " + strings.ReplaceAll(r.name, "-", " "),
		}))
	}
	return trials
}

// reworded is a host that changes messages before the model reads them.
func (l *Lab) reworded(r rewording) *servingHost {
	return &servingHost{lab: l, render: func(_ int, a Ask) ([]int32, error) {
		return l.Prompt(a.System, r.do(a.User, rand.New(rand.NewPCG(l.Seed, stream(a.User)))))
	}}
}
