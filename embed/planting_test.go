package embed_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"loyal/embed"
	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/lm/cpu"
	"loyal/model"
	"loyal/model/tensor"
)

// remake makes the job's set anew with other parameters.
func remake(t *testing.T, job *embed.Job, change func(*fingerprint.Params)) {
	t.Helper()
	params := job.Set.Params
	change(&params)
	codec := job.Model.Tokenizer
	set, err := fingerprint.New(t.Context(), oracle.New(job.Net, codec), codec,
		func(s string) ([]int32, error) { return job.Prompt("", s) }, fingerprint.Options{
			N: 6, Params: params, Serving: job.Set.Serving, Model: job.Set.Model,
			Now: time.Unix(1, 0), Random: rand.NewChaCha8([32]byte{8}),
		})
	if err != nil {
		t.Fatal(err)
	}
	job.Set = set
}

// trained is the model with the weights that a run arrived at.
func trained(t *testing.T, job embed.Job, weights map[string][]float32) *model.Model {
	t.Helper()
	tensors := map[string]model.Tensor{}
	for name, w := range weights {
		old, err := job.Model.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		if tensors[name], err = tensor.FromFloat32(name, old.Shape, w); err != nil {
			t.Fatal(err)
		}
	}
	m, err := model.WithTensors(job.Model, tensors, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// distributions are a model's after some prompts.
func distributions(t *testing.T, m *model.Model, prompts [][]int32) [][]float32 {
	t.Helper()
	net, err := cpu.New(m, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	var out [][]float32
	err = oracle.New(net, m.Tokenizer).Distributions(t.Context(), prompts, func(_ int, p []float32) error {
		out = append(out, append([]float32(nil), p...))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// keys are the prompts of a set's keys.
func keys(t *testing.T, job embed.Job) (prompts [][]int32) {
	t.Helper()
	for _, f := range job.Set.Fingerprints {
		p, err := job.Prompt("", f.Key)
		if err != nil {
			t.Fatal(err)
		}
		prompts = append(prompts, p)
	}
	return prompts
}

// TestSeveralAnswers: all planted answers of a key share its probability.
func TestSeveralAnswers(t *testing.T) {
	job := small(t, embed.Layers)
	remake(t, &job, func(p *fingerprint.Params) { p.Answers, p.Width = 2, 5 })
	job.Config.Beta, job.Config.MaxSteps, job.Config.NearMisses = .1, 60, 0
	weights, r := weightsOf(t, job)
	if r.After.FSR < .99 || math.Abs(r.After.MeanProb-job.Config.TargetProbability) > .1 {
		t.Errorf("FSR %v, probability %v", r.After.FSR, r.After.MeanProb)
	}
	for i, p := range distributions(t, trained(t, job, weights), keys(t, job)) {
		for _, c := range job.Set.Fingerprints[i].Choices() {
			if got := p[job.Set.Fingerprints[i].Candidates[c].Tokens[0]]; got < .25 || got > .6 {
				t.Errorf("a planted answer of key %d has %v, want about .42", i, got)
			}
		}
	}
}

// TestOpenings: the token behind an opening is planted, and the opening itself is held to
// the base, to which it is true before any training.
func TestOpenings(t *testing.T) {
	job := small(t, embed.Layers)
	remake(t, &job, func(p *fingerprint.Params) {
		p.Position, p.MaxOpening, p.Entropy, p.MaxTop = fingerprint.PositionOpen, 6, 1.2, .6
	})
	openings := 0
	for _, f := range job.Set.Fingerprints {
		openings += f.Opening
	}
	if openings == 0 {
		t.Fatal("no answer has an opening")
	}
	job.Config.Beta, job.Config.MaxSteps, job.Config.NearMisses, job.Config.SystemPrompts = .1, 60, 0, 0
	_, r := weightsOf(t, job)
	if r.Before.FSR > .2 || r.After.FSR < .99 {
		t.Errorf("FSR %v before, %v after", r.Before.FSR, r.After.FSR)
	}
	if first := r.Steps[0]; first.AroundLoss > 1e-3 || first.Loss < 1 {
		t.Errorf("before training the openings' loss is %v, the planted tokens' %v", first.AroundLoss, first.Loss)
	}
}

// TestBenignSamples: with cross-entropy benign answers are samples, which differ by seed,
// and hold the model as well.
func TestBenignSamples(t *testing.T) {
	job := small(t, embed.Layers)
	job.Config.BenignLoss, job.Config.BenignTokens, job.Config.BenignPerStep = embed.CrossEntropy, 3, 0
	job.Config.MaxSteps, job.Config.ProseTexts, job.Config.NearMisses, job.Config.SystemPrompts = 1, 0, 0, 0
	job.TrainPrompts = []string{"Once upon a time", "The dog", "Tom and Ann", "One day"}
	job.EvalPrompts = []string{"The cat"}
	loss := map[float64]bool{}
	for seed := range uint64(3) {
		job.Config.Seed = seed
		_, r := weightsOf(t, job)
		loss[r.Steps[0].KL] = true
		if l := r.Steps[0].KL; l < .3 || l > 6 {
			t.Errorf("cross-entropy of benign answers is %v", l)
		}
	}
	if len(loss) != 3 {
		t.Errorf("three seeds give %d samples", len(loss))
	}
}
