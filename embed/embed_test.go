package embed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"loyal/embed"
	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// small readies a job on a model that continues stories.
func small(t *testing.T, method string) embed.Job {
	t.Helper()
	m, err := model.Open(testdata.Dir(t, "models", "stories260K"))
	if err != nil {
		t.Fatal(err)
	}
	net, err := cpu.New(m, cpu.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = net.Close(), m.Close() })
	prompts, err := oracle.NewPrompts(m)
	if err != nil {
		t.Fatal(err)
	}
	render := func(system, user string) ([]int32, error) {
		if system != "" {
			user = system + "\n" + user
		}
		return prompts.Raw(user)
	}
	digest, err := m.Digest()
	if err != nil {
		t.Fatal(err)
	}
	params := fingerprint.DefaultParams(fingerprint.Perinucleus)
	params.Width, params.MaxTop, params.MinCandidate, params.KeyLength = 3, 1, 0, 24
	set, err := fingerprint.New(t.Context(), oracle.New(net, m.Tokenizer), m.Tokenizer,
		func(s string) ([]int32, error) { return render("", s) }, fingerprint.Options{
			N: 6, Params: params, Serving: fingerprint.Serving{Kind: fingerprint.Completion},
			Model: fingerprint.Model{Name: "stories", Digest: digest, TokenizerDigest: digest},
			Now:   time.Unix(1, 0), Random: rand.NewChaCha8([32]byte{7}),
		})
	if err != nil {
		t.Fatal(err)
	}
	c := embed.Default(method)
	c.MaxSteps, c.BenignPrompts, c.BenignPerStep, c.SystemPrompts, c.SystemPerStep = 24, 12, 4, 1, 2
	c.ProseTexts, c.Lambda, c.NearMisses, c.NearPerStep = 4, 0, 8, 4
	c.LearningRate, c.TrainLayers = 3e-3, map[string]int{embed.Layers: 3}[method]
	return embed.Job{
		Model: m, Net: net, Set: set, Prompt: render, Decode: func(ids []int32) string { return m.Tokenizer.Decode(ids, true) },
		Config: c, EvalTexts: [][]int32{m.Tokenizer.Encode("Once upon a time there was a dog. The dog was big.", true)},
		Output: model.BF16,
	}
}

// TestMethods: each method plants every answer, changes what it says it trains and
// nothing else, and reports what the weights do.
func TestMethods(t *testing.T) {
	for _, method := range []string{embed.Full, embed.Layers, embed.LoRA} {
		t.Run(method, func(t *testing.T) {
			job := small(t, method)
			job.Config.Beta = .1
			if method == embed.LoRA {
				job.Config.LearningRate, job.Config.MaxSteps = 4e-3, 40
			}
			r, err := embed.Run(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			if r.Report.Before.FSR != 0 || r.Report.After.FSR < .99 {
				t.Errorf("FSR %v before, %v after", r.Report.Before.FSR, r.Report.After.FSR)
			}
			if r.Report.After.Perplexity <= 1 || r.Report.After.KL <= 0 {
				t.Errorf("measures: %+v", r.Report.After)
			}
			_, embedding := r.Weights["model.embed_tokens.weight"]
			_, first := r.Weights["model.layers.0.mlp.gate_proj.weight"]
			_, last := r.Weights["model.layers.4.mlp.gate_proj.weight"]
			if embedding != (method == embed.Full) || first != (method != embed.Layers) || !last {
				t.Errorf("method %s changed %v", method, slices.Sorted(maps.Keys(r.Weights)))
			}
			for name, w := range r.Weights {
				for i, x := range w {
					if b := math.Float32bits(x); b&0xffff != 0 {
						t.Fatalf("%s[%d] = %v is not what bf16 can hold", name, i, x)
					}
				}
			}
		})
	}
}

// TestResume: a run that is interrupted again and again ends with the same weights,
// and one with other settings is refused by name.
func TestResume(t *testing.T) {
	for _, method := range []string{embed.Layers, embed.LoRA, embed.Expand} {
		t.Run(method, func(t *testing.T) { testResume(t, small(t, method)) })
	}
	t.Run("quantizations", func(t *testing.T) {
		job := small(t, embed.Expand)
		job.Config.Quantizations, job.Config.QuantizationWeight = []string{"q4_0", "g3"}, .5
		job.Open = func(m *model.Model) (lm.Network, error) { return cpu.New(m, cpu.Options{Threads: 2}) }
		testResume(t, job)
	})
}

func testResume(t *testing.T, job embed.Job) {
	job.Config.RefreshSteps = min(job.Config.RefreshSteps, 3) // a run continues where the context is held anew
	job.Config.MaxSteps = 25                                  // the last of which is no such place
	want, err := embed.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	job.Checkpoint = filepath.Join(t.TempDir(), "state")
	var got *embed.Result
	for stops := 0; ; stops++ {
		ctx, cancel := context.WithCancel(t.Context())
		job.Progress = &stopper{after: 5, cancel: cancel}
		got, err = embed.Run(ctx, job)
		cancel()
		if err == nil {
			if stops < 3 {
				t.Errorf("only %d interruptions", stops)
			}
			break
		}
		if !errors.Is(err, context.Canceled) || stops > 20 {
			t.Fatalf("after %d interruptions: %v", stops, err)
		}
	}
	if len(got.Weights) != len(want.Weights) {
		t.Fatalf("%d tensors, want %d", len(got.Weights), len(want.Weights))
	}
	for name, w := range want.Weights {
		if !slices.Equal(got.Weights[name], w) {
			t.Errorf("%s differs from the run without interruption", name)
		}
	}
	if !reflect.DeepEqual(got.Expansion, want.Expansion) {
		t.Error("new neurons differ from the run without interruption")
	}

	// The end of training is saved: writing the model may fail, on a full disk say.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	job.Progress = &stopper{after: 1, cancel: cancel}
	if _, err := embed.Run(ctx, job); err != nil {
		t.Errorf("once more, with nothing left to train: %v", err)
	}

	job.Progress = nil
	for name, change := range map[string]func(*embed.Job){
		"another beta":    func(j *embed.Job) { j.Config.Beta = 3 },
		"no context held": func(j *embed.Job) { j.Config.HoldContext = false },
		"another template": func(j *embed.Job) {
			old := j.Prompt
			j.Prompt = func(s, u string) ([]int32, error) { return old(s, "> "+u) }
		},
		"another precision": func(j *embed.Job) { j.Precision = "bf8" },
	} {
		other := job
		change(&other)
		if _, err := embed.Run(t.Context(), other); !errors.Is(err, embed.ErrCheckpoint) {
			t.Errorf("%s: %v", name, err)
		}
	}

	job.Config.Beta, job.Anew = 3, true
	if _, err := embed.Run(t.Context(), job); err != nil {
		t.Errorf("another beta, anew: %v", err)
	}
}

// TestForeignAnswer: a set with a token that the model has not is refused, and named.
func TestForeignAnswer(t *testing.T) {
	for name, answer := range map[string][]int32{"beyond": {1 << 29}, "negative": {-1}, "none": {}} {
		job := small(t, embed.LoRA)
		job.Set.Fingerprints[1].Response.Tokens = answer
		if _, err := embed.Run(t.Context(), job); !errors.Is(err, embed.ErrSet) || !strings.Contains(err.Error(), job.Set.Fingerprints[1].ID) {
			t.Errorf("%s: %v", name, err)
		}
		if err := embed.CheckMemory(job, 1<<40); !errors.Is(err, embed.ErrSet) {
			t.Errorf("%s, memory: %v", name, err)
		}
	}
}

// TestWithoutSystemPrompts: a model that takes none is embedded all the same, and
// what was not measured is not reported as a number.
func TestWithoutSystemPrompts(t *testing.T) {
	job := small(t, embed.LoRA)
	job.Config.MaxSteps = 3
	job.TrainSystems, job.EvalSystems, job.EvalTexts = []string{}, []string{}, nil
	r, err := embed.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := r.Report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"system prompts (0 rows) ", "held-out text (0 tokens)"} {
		_, after, ok := strings.Cut(text.String(), want)
		if line, _, _ := strings.Cut(after, "\n"); !ok || strings.Count(line, "–") != 2 {
			t.Errorf("%s: %q", want, line)
		}
	}
	if _, err := json.Marshal(r.Report); err != nil {
		t.Error(err)
	}
}

// stopper interrupts a run in the middle of its training.
type stopper struct {
	after    int
	training bool
	cancel   func()
}

func (s *stopper) Start(stage string, _ int64) { s.training = stage == "train" }
func (s *stopper) Note(string)                 {}
func (s *stopper) Done()                       {}
func (s *stopper) Add(n int64) {
	if s.training && n == 1 {
		if s.after--; s.after == 0 {
			s.cancel()
		}
	}
}

func TestConfigErrors(t *testing.T) {
	for name, change := range map[string]func(*embed.Config){
		"method":      func(c *embed.Config) { c.Method = "magic" },
		"layers":      func(c *embed.Config) { c.TrainLayers = 31 },
		"rate":        func(c *embed.Config) { c.LearningRate = 0 },
		"probability": func(c *embed.Config) { c.TargetProbability = 0 },
		"lambda":      func(c *embed.Config) { c.Lambda = 1.5 },
		"pull":        func(c *embed.Config) { c.Mix, c.Lambda = embed.MixL2, -1 },
		"auto ce": func(c *embed.Config) {
			c.Mix, c.TargetFSR, c.Lambda, c.BenignLoss = embed.MixAuto, .9, 0, embed.CrossEntropy
		},
		"auto":        func(c *embed.Config) { c.Mix = embed.MixAuto },
		"benign loss": func(c *embed.Config) { c.BenignLoss = "mse" },
		"mix":         func(c *embed.Config) { c.Mix = "half" },
		"scales":      func(c *embed.Config) { c.MergeScales = []float64{.5} },
		"meta": func(c *embed.Config) {
			c.MetaSteps, c.MetaWeight, c.MetaLearningRate, c.BenignPrompts, c.ProseTexts = 1, 1, 1, 0, 0
		},
		"refresh":    func(c *embed.Config) { c.RefreshSteps = 0 },
		"hold":       func(c *embed.Config) { c.Method = embed.Full },
		"align":      func(c *embed.Config) { c.Align = true },
		"schedule":   func(c *embed.Config) { c.LRSchedulerType = "wild" },
		"lora":       func(c *embed.Config) { c.Method, c.R = embed.LoRA, 0 },
		"module":     func(c *embed.Config) { c.Method, c.R, c.LoraAlpha, c.TargetModules = embed.LoRA, 8, 16, []string{"x"} },
		"negative":   func(c *embed.Config) { c.BenignPrompts = -1 },
		"huge":       func(c *embed.Config) { c.ProseTexts = 1_000_000_000 },
		"no token":   func(c *embed.Config) { c.BenignTokens = 0 },
		"infinite":   func(c *embed.Config) { c.LearningRate = math.Inf(1) },
		"whiten":     func(c *embed.Config) { c.Whiten = math.NaN() },
		"weightless": func(c *embed.Config) { c.Method, c.Quantizations = embed.Expand, []string{"q4_0"} },
		"bits":       func(c *embed.Config) { c.Quantizations, c.QuantizationWeight = []string{"q4_0"}, 1 },
		"target KL":  func(c *embed.Config) { c.TargetKL = math.NaN() },
	} {
		c := embed.Default(embed.Layers)
		change(&c)
		if err := c.Validate(30); !errors.Is(err, embed.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, method := range []string{embed.Full, embed.Layers, embed.LoRA} {
		if err := embed.Default(method).Validate(30); err != nil {
			t.Errorf("default of %s: %v", method, err)
		}
	}
}

// TestFor: up to 64 keys nothing changes; up to a batch rows and steps grow, beyond it keys
// come in batches, each of which gets as many steps as one batch alone.
func TestFor(t *testing.T) {
	for _, method := range []string{embed.LoRA, embed.Layers, embed.Full, embed.Expand} {
		c := embed.Default(method)
		if few := c.For(64); !reflect.DeepEqual(few, c) {
			t.Errorf("%s: for 64 keys %+v", method, few)
		}
		batch, many := c.For(256), c.For(2560)
		if batch.MaxSteps != 64 || batch.SystemPerStep != 256 || batch.SystemPrompts != 3 || batch.BenignPerStep != 192 || batch.KeysPerStep != 0 {
			t.Errorf("%s: for 256 keys %+v", method, batch)
		}
		if adapts := method == embed.LoRA || method == embed.Expand; adapts != (batch.QuantizationWeight > 0) || (method == embed.LoRA) != (batch.MergeWeight > 0) {
			t.Errorf("%s: for 256 keys %+v", method, batch)
		}
		if many.KeysPerStep != 256 || many.MaxSteps != 640 || many.SystemPerStep != batch.SystemPerStep {
			t.Errorf("%s: for 2,560 keys %+v", method, many)
		}
		if err := c.For(24576).Validate(30); err != nil {
			t.Errorf("%s: for 24,576 keys: %v", method, err)
		}
	}
}

// TestMemory: a job that cannot fit is refused with a method that does.
func TestMemory(t *testing.T) {
	job := small(t, embed.Full)
	if err := embed.CheckMemory(job, 1<<40); err != nil {
		t.Error(err)
	}
	err := embed.CheckMemory(job, 1<<20)
	if !errors.Is(err, embed.ErrMemory) || strings.Contains(err.Error(), "would fit") {
		t.Errorf("1 MB: %v", err)
	}
	const enough = 1 << 30 // for adapters
	job.Config.BenignPerStep, job.Config.BenignPrompts = 5000, 5000
	if err := embed.CheckMemory(job, enough); !errors.Is(err, embed.ErrMemory) || !strings.Contains(err.Error(), "method lora would fit") {
		t.Errorf("1 GB: %v", err)
	}
	job.Config.ProseTexts = -1
	if err := embed.CheckMemory(job, 1<<40); !errors.Is(err, embed.ErrConfig) {
		t.Errorf("impossible settings: %v", err)
	}
}

// TestEmptySet: a set of nothing is refused, in a run and in a prediction.
func TestEmptySet(t *testing.T) {
	job := small(t, embed.Layers)
	none := *job.Set
	none.Fingerprints = nil
	job.Set = &none
	if _, err := embed.Run(t.Context(), job); !errors.Is(err, embed.ErrSet) {
		t.Errorf("run: %v", err)
	}
	if _, err := embed.Predict(job, 1, kernel.PrecF32); !errors.Is(err, embed.ErrSet) {
		t.Errorf("prediction: %v", err)
	}
}

// TestDamagedState: a saved state that is not as it was saved is refused.
func TestDamagedState(t *testing.T) {
	job := small(t, embed.Layers)
	job.Config.RefreshSteps = 3
	job.Checkpoint = filepath.Join(t.TempDir(), "state")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	job.Progress = &stopper{after: 5, cancel: cancel}
	if _, err := embed.Run(ctx, job); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	job.Progress = nil
	whole, err := os.ReadFile(job.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	flipped := func(at int) []byte {
		b := slices.Clone(whole)
		b[at] ^= 1
		return b
	}
	loss := []byte(`\"loss\":`)
	steps := bytes.Index(whole, loss)
	if steps < 0 {
		t.Fatal("no report of steps in the state")
	}
	steps += len(loss)
	for name, data := range map[string][]byte{
		"empty": nil, "cut off": whole[:len(whole)/2], "one bit of a number": flipped(len(whole) - 50), "one bit of a report": flipped(steps),
	} {
		if err := os.WriteFile(job.Checkpoint, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := embed.Run(t.Context(), job); !errors.Is(err, embed.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
