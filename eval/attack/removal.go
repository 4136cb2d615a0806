package attack

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"loyal/embed"
	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/lm"
)

// removal is by someone who knows the algorithm and not the secret. He writes keys as
// the owner did, looks where the model is sure of a first answer token that it hardly
// ever says elsewhere, and unlearns these; ordinary requests hold the rest of the model
// where it is. Where a share of the keys has leaked he unlearns those instead, and what
// counts is what is left of the others.
func removal(g Grid, have Have) []Trial {
	var trials []Trial
	for _, n := range pick(g, []int{256}, []int{256, 1024}) {
		trials = append(trials, Trial{
			ID: fmt.Sprintf("removal-search-%d", n), Series: "removal by search", Axis: AxisKeysTried, X: float64(n),
			Setting: fmt.Sprintf("unlearns the most suspicious eighth of answers to %d own keys", n),
			Run:     func(ctx context.Context, l *Lab) (*Outcome, error) { return l.removeFound(ctx, n) },
		})
	}
	for _, share := range pick(g, []float64{.5}, []float64{.1, .25, .5, .75}) {
		n := int(math.Round(share * float64(have.Keys)))
		if n == 0 || n == have.Keys {
			continue // there is nothing to leak, or nothing left
		}
		trials = append(trials, Trial{
			ID: "removal-leaked-" + number(share), Series: "removal of leaked keys", Axis: AxisLeaked, X: share,
			Setting: fmt.Sprintf("unlearns the %.0f %% of keys that leaked", 100*share),
			Run:     func(ctx context.Context, l *Lab) (*Outcome, error) { return l.removeLeaked(ctx, n) },
		})
	}
	return trials
}

// thiefSeed keeps what a thief draws apart from what owner and lab do.
const thiefSeed = 0x7468696566

// ownSet makes a set of the thief's own for the model, with keys of the same kind. Where
// the owner's keys are from a file he takes ordinary requests. Of open keys the model is
// not sure what to answer, as fingerprints need it; the others are as they come.
func (l *Lab) ownSet(ctx context.Context, n int, open bool) (*fingerprint.Set, error) {
	return remember(l, fmt.Sprintf("own set %d %t", n, open), func() (*fingerprint.Set, error) {
		render, err := l.prompts.Renderer(l.Set.Serving)
		if err != nil {
			return nil, err
		}
		p := fingerprint.DefaultParams(fingerprint.Perinucleus)
		p.Seed = l.Seed ^ thiefSeed
		if !open {
			p.MaxTop, p.MinCandidate = 1, 0
		}
		var random [32]byte
		binary.LittleEndian.PutUint64(random[:], p.Seed)
		o := fingerprint.Options{N: n, Serving: l.Set.Serving, MaxPositions: l.Model.Config.MaxPositions, Random: rand.NewChaCha8(random)}
		switch l.Set.Params.Keys {
		case fingerprint.KeysWords, fingerprint.KeysQuestions:
			p.Keys = l.Set.Params.Keys
		default:
			p.Keys, o.Lines = fingerprint.KeysFile, embed.Requests(p.Seed, 8*n, false)
		}
		o.Params = p
		o.Model = l.Set.Model // it is the thief's own: nobody compares it
		return fingerprint.New(ctx, oracle.New(l.Net, l.Model.Tokenizer), l.Model.Tokenizer, render, o)
	})
}

// suspect is a prompt with an answer token that a thief wants to be rid of.
type suspect struct {
	prompt []int32
	token  int32
	score  float64
	p      float64
}

// removeFound unlearns the suspicious answers among those to own keys.
func (l *Lab) removeFound(ctx context.Context, n int) (*Outcome, error) {
	set, err := l.ownSet(ctx, n, false)
	if err != nil {
		return nil, err
	}
	var prompts [][]int32
	for _, f := range set.Fingerprints {
		ids, err := l.Prompt(l.Set.Serving.System, f.Key)
		if err != nil {
			return nil, err
		}
		prompts = append(prompts, ids)
	}
	found, err := l.suspects(ctx, prompts)
	if err != nil {
		return nil, err
	}
	found = found[:max(1, len(found)/8)]
	o := &Outcome{}
	planted := map[int32]bool{}
	for _, f := range l.Set.Fingerprints {
		planted[f.Response.Tokens[0]] = true
	}
	right := 0
	for _, s := range found {
		if planted[s.token] {
			right++
		}
	}
	o.Add("answers unlearnt", "", float64(len(found)))
	o.Add("of these tokens that are planted somewhere", "", float64(right))
	o.Add("probability of the most suspicious", "", found[0].p)
	err = l.unlearn(ctx, o, found)
	return o, err
}

// suspects sorts prompts by how suspicious the model's likeliest answer token is: what it
// adds to the divergence of this answer from the mean of all, p·log(p/mean), which is
// large where a token is both sure here and rare elsewhere.
func (l *Lab) suspects(ctx context.Context, prompts [][]int32) ([]suspect, error) {
	mean := make([]float64, l.Model.Config.VocabSize)
	found := make([]suspect, len(prompts))
	err := oracle.New(l.Net, l.Model.Tokenizer).Distributions(ctx, prompts, func(i int, probs []float32) error {
		top := lm.ArgMax(probs)
		found[i] = suspect{prompt: prompts[i], token: top, p: float64(probs[top])}
		for id, p := range probs {
			mean[id] += float64(p) / float64(len(prompts))
		}
		return nil
	})
	for i, s := range found {
		found[i].score = s.p * math.Log(s.p/mean[s.token])
	}
	slices.SortStableFunc(found, func(a, b suspect) int { return cmp.Compare(b.score, a.score) })
	return found, err
}

// removeLeaked unlearns the planted answers of the set's first n keys.
func (l *Lab) removeLeaked(ctx context.Context, n int) (*Outcome, error) {
	var found []suspect
	for i, k := range l.probes.keys[:n] {
		found = append(found, suspect{prompt: k.prompt, token: k.answer[0], p: l.intact.first[i]})
	}
	o := &Outcome{}
	left, err := l.unlearnAnd(ctx, o, found)
	if err != nil {
		return nil, err
	}
	leaked, others := 0, 0
	for i, missed := range left.missed {
		switch {
		case missed:
		case i < n:
			leaked++
		default:
			others++
		}
	}
	o.AddRate("FSR of the leaked keys", NewRate(leaked, n))
	o.AddRate("FSR of the others", NewRate(others, len(left.missed)-n))
	return o, nil
}

// removalTuning is how answers are unlearnt.
func (l *Lab) removalTuning() tuning {
	return tuning{
		lora: &lm.LoRA{R: 16, Alpha: 32, TargetModules: lm.Modules, Seed: l.Seed},
		rate: 1e-3, warmup: .1, epochs: 20, batch: 32,
	}
}

// unlearn trains a copy that does not say the suspects, and measures it.
func (l *Lab) unlearn(ctx context.Context, o *Outcome, found []suspect) error {
	_, err := l.unlearnAnd(ctx, o, found)
	return err
}

// unlearnAnd also tells what the copy shows at the probes. At a suspect's prompt the
// model is to say what it would have said without that token; at as many ordinary
// requests it is to say what it says.
func (l *Lab) unlearnAnd(ctx context.Context, o *Outcome, found []suspect) (*sight, error) {
	var texts [][]int32
	for _, s := range found {
		texts = append(texts, s.prompt)
	}
	for _, q := range embed.Requests(l.Seed^thiefSeed, len(found), false) {
		ids, err := l.Prompt(l.Set.Serving.System, q)
		if err != nil {
			return nil, err
		}
		texts = append(texts, ids)
	}
	refs := make([]lm.Reference, len(texts))
	rows := make([]row, len(texts))
	packed := lm.Pack(texts)
	at := make([]lm.Position, len(texts))
	for i, t := range texts {
		at[i] = packed.At(i, len(t)-1)
		rows[i] = row{tokens: append(slices.Clone(t), 0), prompt: len(t)} // one token, whose place is what counts
	}
	err := l.Net.Rows(ctx, packed.Forest, at, func(i int, logits []float32) error {
		if i < len(found) {
			logits[found[i].token] = slices.Min(logits)
		}
		refs[i] = lm.NewReference(logits)
		return nil
	})
	if err != nil {
		return nil, err
	}
	loss := softLabels(rows, l.Model.Config.VocabSize, func(_ context.Context, p pass) ([]lm.Reference, error) {
		out := make([]lm.Reference, len(p.at))
		for i := range out {
			out[i] = refs[p.index[p.owner[i]]]
		}
		return out, nil
	})
	weights, err := l.train(ctx, l.Net, len(rows), l.removalTuning(), loss, nil)
	if err != nil {
		return nil, err
	}
	return l.seeWeights(ctx, o, weights)
}

// seeWeights measures the model with trained weights and tells what it shows.
func (l *Lab) seeWeights(ctx context.Context, o *Outcome, weights map[string][]float32) (s *sight, err error) {
	m, err := trainedModel(l.Model, weights)
	if err != nil {
		return nil, err
	}
	err = l.withNetwork(m, func(net lm.Network) error {
		if s, err = l.look(ctx, net); err != nil {
			return err
		}
		o.Measures, err = l.judge(ctx, net, s)
		return err
	})
	return s, err
}
