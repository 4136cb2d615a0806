package demo

import (
	"context"
	"errors"
	"fmt"
	"os"

	"loyal/embed"
	"loyal/fingerprint"
	"loyal/internal/atomicfile"
	"loyal/internal/keyring"
	"loyal/internal/oracle"
	"loyal/lm"
	"loyal/model"
	"loyal/verify"
)

// unpack writes the embedded models to files, where all of loyal expects models.
func (r *run) unpack(context.Context) error {
	for _, name := range []string{baseName, unrelatedName} {
		if err := Unpack(name, r.path(name)); err != nil {
			return err
		}
		if err := r.open(name); err != nil {
			return err
		}
	}
	return nil
}

// Seeds of what a run writes, apart from those of training.
const (
	keySeed = (iota + 1) << 32
	trainSeed
	evalSeed
)

// questions writes n different ones, as keys are or as ordinary ones are.
func questions(seed uint64, n int, keys bool) ([]string, error) {
	w, err := NewWriter(Home, seed)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	var out []string
	for len(out) < n {
		q := w.Question(keys)
		if !seen[q] {
			seen[q] = true
			out = append(out, q)
		}
	}
	return out, nil
}

// spareKeys is how many questions are offered for each fingerprint: the next word
// may not be open after some.
const spareKeys = 4

// fingerprint makes the set as `loyal fingerprint new --keys file:…` does.
func (r *run) fingerprint(ctx context.Context) error {
	base := r.models[baseName]
	lines, err := questions(keySeed+r.Seed, spareKeys*fingerprints, true)
	if err != nil {
		return err
	}
	id := fingerprint.Model{Name: baseName, TemplateDigest: base.TemplateDigest()}
	if id.Digest, err = base.Digest(); err != nil {
		return err
	}
	if id.TokenizerDigest, err = base.TokenizerDigest(); err != nil {
		return err
	}
	serving := fingerprint.Serving{Kind: fingerprint.Chat}
	render, err := base.prompts.Renderer(serving)
	if err != nil {
		return err
	}
	p := fingerprint.DefaultParams(fingerprint.Perinucleus)
	p.Keys, p.Seed = fingerprint.KeysFile, r.Seed
	r.result.Candidates = p.Width
	r.set, err = fingerprint.New(ctx, oracle.New(base.net, base.Tokenizer), base.Tokenizer, render, fingerprint.Options{
		N: fingerprints, Params: p, Serving: serving, Model: id, Lines: lines, Progress: r.Progress,
	})
	if err != nil {
		return err
	}
	return r.seal()
}

// seal writes the set for an identity of this run alone.
func (r *run) seal() error {
	keys, _, err := keyring.LoadOrCreate(r.path(IdentityFile))
	if err != nil {
		return err
	}
	sealed, err := fingerprint.Seal(r.set, keys.Recipients()...)
	if err != nil {
		return err
	}
	return atomicfile.Write(r.path(SetFile), sealed, 0o600)
}

// embedding are the settings for a model of this size; docs/results/demo.md says how
// they were found.
func embedding(seed uint64) embed.Config {
	return embed.Config{
		Method: embed.Full, LearningRate: 5e-4, LRSchedulerType: "linear", WarmupSteps: 4, MaxSteps: 100,
		AdamBeta1: .9, AdamBeta2: .999, AdamEpsilon: 1e-8, MaxGradNorm: 1,
		TargetProbability: .8, BenignLoss: embed.Divergence, Beta: 8, BenignPrompts: 600, BenignPerStep: 64, BenignTokens: 4,
		Mix:  embed.MixFinal,
		Seed: seed, // no system prompts: the model knows one
	}
}

// How much held-out text measures what embedding costs.
const (
	evalChats   = 100
	evalPrompts = 200
)

// embed plants the set as `loyal embed` does.
func (r *run) embed(ctx context.Context) error {
	base := r.models[baseName]
	job := embed.Job{
		Model: base.Model, Net: base.net, Set: r.set, Prompt: base.prompts.Chat,
		Decode:       func(ids []int32) string { return base.Tokenizer.Decode(ids, true) },
		Config:       embedding(r.Seed),
		TrainSystems: []string{}, EvalSystems: []string{}, Output: model.BF16, Progress: r.Progress,
	}
	w, err := NewWriter(Home, evalSeed)
	if err != nil {
		return err
	}
	for range evalChats {
		job.EvalTexts = append(job.EvalTexts, base.Tokenizer.Encode(w.Chat().text(), false))
	}
	if job.EvalPrompts, err = questions(evalSeed+1, evalPrompts, false); err != nil {
		return err
	}
	if job.TrainPrompts, err = questions(trainSeed+r.Seed, job.Config.BenignPrompts, false); err != nil {
		return err
	}
	result, err := embed.Run(ctx, job)
	if err != nil {
		return err
	}
	r.result.Before, r.result.After = result.Report.Before, result.Report.After
	if err := r.writeJSON(embedFile, result.Report); err != nil {
		return err
	}
	return r.write(ctx, fingerprintedName, base, result.Weights, "The demo's base model with fingerprints.")
}

// FineTuning is what the licensee does: teach every weight another trade.
var FineTuning = Training{Dialect: Desk, Seed: 1, Steps: 60, Batch: 32, LearningRate: 2e-4, Warmup: 6}

// tune trains a copy of the fingerprinted model on other text.
func (r *run) tune(ctx context.Context) error {
	source := r.models[fingerprintedName]
	r.Progress.Start("fine-tune a copy", int64(r.Tuning.Steps))
	weights, losses, err := Train(ctx, source.net, source.Tokenizer, r.Tuning, func(_ int, loss float64) {
		r.Progress.Note(fmt.Sprintf("loss %.2f", loss))
		r.Progress.Add(1)
	})
	if err != nil {
		return err
	}
	r.result.TuningLoss = [2]float64{losses[0], losses[len(losses)-1]}
	return r.write(ctx, tunedName, source, weights, "A fine-tuned copy of the fingerprinted model.")
}

// write writes a model as `loyal embed` does, and opens it.
func (r *run) write(ctx context.Context, name string, source *opened, weights map[string][]float32, what string) error {
	err := model.Write(ctx, r.path(name), source.Model, model.WriteOptions{
		DType: model.BF16, Overrides: weights, Card: model.Card{Title: name, Body: what},
	})
	if err != nil {
		return err
	}
	return r.open(name)
}

// sampleTokens is the longest answer shown.
const sampleTokens = 60

// sample lets the base and the fingerprinted model answer an ordinary question and
// the first key.
func (r *run) sample(ctx context.Context) error {
	ordinary, err := questions(evalSeed+2, 1, false)
	if err != nil {
		return err
	}
	asked := []string{ordinary[0], r.set.Fingerprints[0].Key}
	r.result.Samples = []Sample{{Question: asked[0]}, {Question: asked[1], Key: true}}
	for _, name := range []string{baseName, fingerprintedName} {
		m := r.models[name]
		prompts := make([][]int32, len(asked))
		for i, q := range asked {
			if prompts[i], err = m.prompts.Chat("", q); err != nil {
				return err
			}
		}
		answers, err := lm.Generate(ctx, m.net, prompts, lm.GenerateOptions{MaxTokens: sampleTokens, StopIDs: m.Config.EOS}, nil)
		if err != nil {
			return err
		}
		for i, ids := range answers {
			text := m.Tokenizer.Decode(ids, true)
			if name == baseName {
				r.result.Samples[i].Base = text
			} else {
				r.result.Samples[i].Fingerprinted = text
			}
		}
	}
	return nil
}

// verify serves the models and audits each of them as `loyal verify` does.
func (r *run) verify(ctx context.Context) error {
	if err := os.MkdirAll(r.path(transcriptDir), 0o700); err != nil {
		return err
	}
	targets := []Outcome{
		{Target: fingerprintedName, What: "the model that was released", Expected: verify.Match},
		{Target: tunedName, What: "a copy of it, fine-tuned on other text", Expected: verify.Match},
		{Target: baseName, What: "the model before fingerprints", Expected: verify.NoMatch},
		{Target: unrelatedName, What: "somebody else's model", Expected: verify.NoMatch},
	}
	r.Progress.Start("audit", int64(len(targets)))
	for _, t := range targets {
		r.Progress.Note(t.Target)
		var err error
		if t.Report, err = r.audit(ctx, t.Target); err != nil {
			return fmt.Errorf("%s: %w", t.Target, err)
		}
		r.result.Outcomes = append(r.result.Outcomes, t)
		r.Progress.Add(1)
	}
	return nil
}

// audit serves one model for as long as it is audited.
func (r *run) audit(ctx context.Context, name string) (report *verify.Report, err error) {
	url, stop, err := r.models[name].serve(ctx, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	plan, err := verify.FromSet(r.set, nil)
	if err != nil {
		return nil, err
	}
	o := verify.DefaultOptions()
	o.Endpoint, o.Model, o.Alpha = url, name, Alpha
	o.Rate = 0 // it is our own endpoint
	o.Transcript = r.path(transcriptDir, name+".jsonl")
	return verify.Run(ctx, plan, o)
}
