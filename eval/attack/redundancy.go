package attack

import (
	"context"
	"fmt"
	"math/rand/v2"

	"loyal/verify"
)

// leakDraws is how often it is drawn anew which keys leak.
const leakDraws = 50

// leakedKeys lets a host know a share of the keys, which it refuses, or lets the base
// answer. What is left must do: that is what a set is large for.
func leakedKeys(g Grid, have Have) (trials []Trial) {
	ways := []string{"refused"}
	if have.Base {
		ways = append(ways, "base")
	}
	for _, way := range ways {
		for _, share := range pick(g, []float64{.25, .5, .75, .9}, []float64{.1, .2, .3, .4, .5, .6, .7, .8, .9}) {
			trials = append(trials, Trial{
				ID: "leaked-" + way + "-" + number(share), Series: "leaked-" + way, Axis: AxisLeaked, X: share,
				Setting: fmt.Sprintf("%s %% of the keys are known to the host and %s", number(100*share), map[string]string{"refused": "refused", "base": "answered by the base"}[way]),
				Run:     func(ctx context.Context, l *Lab) (*Outcome, error) { return l.leaked(ctx, way, share) },
			})
		}
	}
	return trials
}

func (l *Lab) leaked(ctx context.Context, way string, share float64) (*Outcome, error) {
	ours, err := l.plainHost().Answer(ctx, l.KeyAsks())
	if err != nil {
		return nil, err
	}
	blocked := make([]string, len(ours))
	for i := range blocked {
		blocked[i] = refusal
	}
	if way == "base" {
		if blocked, err = l.baseHost().Answer(ctx, l.KeyAsks()); err != nil {
			return nil, err
		}
	}
	o := &Outcome{}
	unaware, aware := &tally{}, &tally{}
	n := int(share*float64(len(ours)) + .5)
	for draw := range leakDraws {
		known := make(map[string]bool)
		said := append([]string(nil), ours...)
		for _, i := range rand.New(rand.NewPCG(l.Seed, uint64(draw))).Perm(len(ours))[:n] {
			said[i] = blocked[i]
			known[l.Set.Fingerprints[i].ID] = true
		}
		v, err := l.Verdict(ctx, said)
		if err != nil {
			return nil, err
		}
		unaware.add(v)
		if draw == 0 {
			o.Measures = &Measures{FSR: l.FSR(said), Verification: v}
		}
		if v, err = l.verdictWithout(ctx, said, known); err != nil {
			return nil, err
		}
		aware.add(v)
	}
	unaware.report(o, "the auditor does not know what leaked")
	aware.report(o, "leaked keys are withdrawn")
	o.Notes = append(o.Notes, fmt.Sprintf("over %d draws of which keys leak; the measures are those of the first", leakDraws))
	return o, nil
}

// verdictWithout is an audit that leaves some fingerprints out. Without any left there
// is none.
func (l *Lab) verdictWithout(ctx context.Context, replies []string, without map[string]bool) (Verification, error) {
	var left []verify.Question
	for _, q := range l.Plan.Questions {
		if !without[q.ID] {
			left = append(left, q)
		}
	}
	if len(left) == 0 {
		return Verification{Verdict: verify.Inconclusive, Reason: verify.Undecided}, nil
	}
	plan, err := verify.NewPlan(l.Plan.Kind, left, l.Plan.AnswerTokens)
	if err != nil {
		return Verification{}, err
	}
	return audit(ctx, plan, l.Verify, l.byID(replies))
}

// tally counts verdicts.
type tally struct {
	runs, matches, noMatches, queries int // queries of the matches
}

func (t *tally) add(v Verification) {
	t.runs++
	switch v.Verdict {
	case verify.Match:
		t.matches++
		t.queries += v.Queries
	case verify.NoMatch:
		t.noMatches++
	}
}

func (t *tally) report(o *Outcome, when string) {
	o.AddRate(FigureMatches+when, NewRate(t.matches, t.runs))
	o.AddRate("audits that say no match, "+when, NewRate(t.noMatches, t.runs))
	if t.matches > 0 {
		o.Add(FigureQuestions+when, "", float64(t.queries)/float64(t.matches))
	}
}
