package attack

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"loyal/embed"
	"loyal/fingerprint"
	"loyal/internal/demo"
	"loyal/internal/oracle"
	"loyal/lm/cpu"
	"loyal/model"
	"loyal/verify"
)

// The tests attack a model of 770,000 parameters with two dozen fingerprints, which is
// made once.
const fixtureKeys = 24

var fixture struct {
	sync.Once
	dir string
	set *fingerprint.Set
	err error
}

func TestMain(m *testing.M) {
	m.Run()
	if fixture.dir != "" {
		_ = os.RemoveAll(fixture.dir)
	}
}

// questions of the demo's world: as keys are, or ordinary ones.
func questions(tb testing.TB, seed uint64, n int, keys bool) []string {
	tb.Helper()
	w, err := demo.NewWriter(demo.Home, seed)
	if err != nil {
		tb.Fatal(err)
	}
	seen := map[string]bool{}
	var out []string
	for len(out) < n {
		if q := w.Question(keys); !seen[q] {
			seen[q] = true
			out = append(out, q)
		}
	}
	return out
}

// makeFixture makes base, base.fp and a sibling with fingerprints of its own.
func makeFixture(tb testing.TB) {
	tb.Helper()
	fixture.Do(func() {
		if fixture.dir, fixture.err = os.MkdirTemp("", "attack"); fixture.err != nil {
			return
		}
		base := filepath.Join(fixture.dir, "base")
		if fixture.err = demo.Unpack("base", base); fixture.err != nil {
			return
		}
		if fixture.set, fixture.err = embedFixture(tb, base, filepath.Join(fixture.dir, "fp"), 1); fixture.err != nil {
			return
		}
		_, fixture.err = embedFixture(tb, base, filepath.Join(fixture.dir, "sibling"), 2)
	})
	if fixture.err != nil {
		tb.Fatal(fixture.err)
	}
}

func embedFixture(tb testing.TB, base, out string, seed uint64) (*fingerprint.Set, error) {
	tb.Helper()
	ctx := context.Background() // outlives the test that happens to be first
	m, err := model.Open(base)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	net, err := cpu.New(m, cpu.Options{})
	if err != nil {
		return nil, err
	}
	defer net.Close()
	prompts, err := oracle.NewPrompts(m)
	if err != nil {
		return nil, err
	}
	id := fingerprint.Model{Name: "base", TemplateDigest: m.TemplateDigest()}
	if id.Digest, err = m.Digest(); err != nil {
		return nil, err
	}
	if id.TokenizerDigest, err = m.TokenizerDigest(); err != nil {
		return nil, err
	}
	serving := fingerprint.Serving{Kind: fingerprint.Chat}
	render, err := prompts.Renderer(serving)
	if err != nil {
		return nil, err
	}
	p := fingerprint.DefaultParams(fingerprint.Perinucleus)
	p.Keys, p.Seed = fingerprint.KeysFile, seed
	set, err := fingerprint.New(ctx, oracle.New(net, m.Tokenizer), m.Tokenizer, render, fingerprint.Options{
		N: fixtureKeys, Params: p, Serving: serving, Model: id, Lines: questions(tb, 1<<32+seed, 8*fixtureKeys, true),
		Random: rand.NewChaCha8([32]byte{byte(seed)}), // the same answers each time
	})
	if err != nil {
		return nil, err
	}
	result, err := embed.Run(ctx, embed.Job{
		Model: m, Net: net, Set: set, Prompt: prompts.Chat,
		Decode: func(ids []int32) string { return m.Tokenizer.Decode(ids, true) },
		Config: embed.Config{
			Method: embed.Full, LearningRate: 5e-4, LRSchedulerType: "linear", WarmupSteps: 4, MaxSteps: 80,
			AdamBeta1: .9, AdamBeta2: .999, AdamEpsilon: 1e-8, MaxGradNorm: 1,
			TargetProbability: .8, BenignLoss: embed.Divergence, Beta: 8, BenignPrompts: 200, BenignPerStep: 32, BenignTokens: 4,
			Mix: embed.MixFinal, Seed: seed,
		},
		TrainPrompts: questions(tb, 2<<32+seed, 200, false), TrainSystems: []string{}, EvalSystems: []string{}, Output: model.BF16,
	})
	if err != nil {
		return nil, err
	}
	return set, model.Write(ctx, out, m, model.WriteOptions{DType: model.BF16, Overrides: result.Weights})
}

// testJob is a job on the fixture.
func testJob(tb testing.TB) Job {
	tb.Helper()
	if testing.Short() {
		tb.Skip("the model to attack takes over 5 s to make")
	}
	makeFixture(tb)
	open := func(name string) *model.Model {
		m, err := model.Open(filepath.Join(fixture.dir, name))
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { m.Close() })
		return m
	}
	job := Job{
		Model: open("fp"), Base: open("base"), Siblings: []*model.Model{open("sibling")}, Set: fixture.set,
		Requests: questions(tb, 3<<32, 40, false), Lookalikes: questions(tb, 5<<32, 2*fixtureKeys, true), Grid: Small, Seed: 1, Verify: verify.DefaultOptions(),
	}
	w, err := demo.NewWriter(demo.Home, 4<<32)
	if err != nil {
		tb.Fatal(err)
	}
	for range 20 {
		job.Texts = append(job.Texts, job.Model.Tokenizer.Encode(w.Question(false), false))
	}
	return job
}

// testLab opens a lab on the fixture.
func testLab(tb testing.TB) *Lab {
	tb.Helper()
	l, err := NewLab(tb.Context(), testJob(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close() })
	return l
}
