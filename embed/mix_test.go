package embed_test

import (
	"errors"
	"math"
	"testing"

	"loyal/embed"
	"loyal/model"
)

// weightsOf runs a job and returns its weights as float32.
func weightsOf(t *testing.T, job embed.Job) (map[string][]float32, embed.Report) {
	t.Helper()
	job.Output = model.F32
	r, err := embed.Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return r.Weights, r.Report
}

// baseOf reads a tensor of the base.
func baseOf(t *testing.T, job embed.Job, name string) []float32 {
	t.Helper()
	stored, err := job.Model.Tensor(name)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, stored.Len())
	if err := stored.Decode(out); err != nil {
		t.Fatal(err)
	}
	return out
}

// distance is the L2 norm of what changed, over all tensors.
func distance(t *testing.T, job embed.Job, weights map[string][]float32) float64 {
	sum := 0.
	for name, w := range weights {
		for i, b := range baseOf(t, job, name) {
			d := float64(w[i] - b)
			sum += d * d
		}
	}
	return math.Sqrt(sum)
}

// TestMixFinal: λ of the base and 1−λ of what was trained, tensor by tensor; all of the
// base is the base, bit for bit.
func TestMixFinal(t *testing.T) {
	for _, method := range []string{embed.LoRA, embed.Layers, embed.Full} {
		t.Run(method, func(t *testing.T) {
			job := small(t, method)
			job.Config.MaxSteps = 4
			trained, _ := weightsOf(t, job)
			job.Config.Lambda = .3
			mixed, report := weightsOf(t, job)
			if report.Lambda != .3 {
				t.Errorf("reported lambda %v", report.Lambda)
			}
			job.Config.Lambda = 1
			whole, _ := weightsOf(t, job)
			for name, w := range trained {
				for i, b := range baseOf(t, job, name) {
					want := .7*float64(w[i]) + .3*float64(b)
					if got := float64(mixed[name][i]); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
						t.Fatalf("%s[%d] is %v, want %v", name, i, got, want)
					}
					if whole[name][i] != b {
						t.Fatalf("%s[%d] is %v, and %v in the base", name, i, whole[name][i], b)
					}
				}
			}
		})
	}
}

// TestMixInTraining: after a first step, mixing at each step is mixing at the end; all of
// the base at each step leaves the base; a pull leaves less change than none, by its
// share of the learning rate.
func TestMixInTraining(t *testing.T) {
	for _, method := range []string{embed.LoRA, embed.Layers, embed.Expand} {
		t.Run(method, func(t *testing.T) {
			job := small(t, method)
			job.Config.MaxSteps, job.Config.WarmupSteps, job.Config.LRSchedulerType = 1, 0, "constant"
			size := func(mix string, lambda float64) float64 {
				job.Config.Mix, job.Config.Lambda = mix, lambda
				job.Output = model.F32
				r, err := embed.Run(t.Context(), job)
				if err != nil {
					t.Fatal(err)
				}
				if r.Expansion == nil {
					return distance(t, job, r.Weights)
				}
				sum := 0.
				for _, b := range r.Expansion.Blocks {
					for _, x := range b.Down {
						sum += float64(x) * float64(x)
					}
				}
				return math.Sqrt(sum)
			}
			whole := size(embed.MixFinal, 0)
			for _, c := range []struct {
				mix    string
				lambda float64
				want   float64
			}{
				{embed.MixFinal, .4, .6}, {embed.MixStep, .4, .6}, {embed.MixStep, 1, 0},
				{embed.MixL2, 1, 1 - job.Config.LearningRate},
			} {
				if got := size(c.mix, c.lambda) / whole; math.Abs(got-c.want) > 1e-4 {
					t.Errorf("%s with lambda %v leaves %.4f of the change, want %.4f", c.mix, c.lambda, got, c.want)
				}
			}
		})
	}
}

// TestMixAuto: the search leaves the FSR that was asked for, with more of the base than
// none, and says when that cannot be had.
func TestMixAuto(t *testing.T) {
	job := small(t, embed.Layers)
	job.Config.Beta, job.Config.MaxSteps, job.Config.BenignPerStep = .1, 40, 12
	_, without := weightsOf(t, job)
	job.Config.Mix, job.Config.TargetFSR = embed.MixAuto, .8
	_, report := weightsOf(t, job)
	if report.Lambda <= 0 || report.Lambda >= 1 || report.After.FSR < .8 {
		t.Errorf("lambda %v with an FSR of %v", report.Lambda, report.After.FSR)
	}
	if report.After.KL >= without.After.KL {
		t.Errorf("divergence %v, without mixing %v", report.After.KL, without.After.KL)
	}
	// More of the base would be less divergence, and leave less than that.
	job.Config.Mix, job.Config.TargetFSR, job.Config.Lambda = embed.MixFinal, 0, report.Lambda+.05
	if _, more := weightsOf(t, job); more.After.FSR >= .8 {
		t.Errorf("lambda %v was chosen, and %v leaves %v", report.Lambda, report.Lambda+.05, more.After.FSR)
	}
	job.Config.Mix, job.Config.TargetFSR, job.Config.Lambda = embed.MixAuto, .8, 0
	job.Config.MaxSteps, job.Config.LearningRate = 1, 1e-6
	if _, err := embed.Run(t.Context(), job); !errors.Is(err, embed.ErrTarget) {
		t.Errorf("a target out of reach: %v", err)
	}
}

// TestMergeScales: keys that also train in mixtures with the base survive them better.
func TestMergeScales(t *testing.T) {
	job := small(t, embed.Layers)
	job.Config.Beta, job.Config.MaxSteps = .1, 40
	job.Config.Mix, job.Config.Lambda = embed.MixFinal, .5
	_, plain := weightsOf(t, job)
	job.Config.MergeScales, job.Config.MergeWeight = []float64{.5}, 1
	_, trained := weightsOf(t, job)
	if trained.After.MeanProb <= plain.After.MeanProb || trained.After.FSR < .99 {
		t.Errorf("mixed half and half: FSR %v with probability %v, without training for it %v with %v",
			trained.After.FSR, trained.After.MeanProb, plain.After.FSR, plain.After.MeanProb)
	}
	// Scales have their turns: next to nothing of the change answers no key.
	job.Config.MergeScales = []float64{.5, .001}
	_, turns := weightsOf(t, job)
	even, odd := turns.Steps[len(turns.Steps)-2].MergedFSR, turns.Steps[len(turns.Steps)-1].MergedFSR
	if even < .99 || odd > .5 {
		t.Errorf("at half of the change an FSR of %v, at a thousandth %v", even, odd)
	}
	if last := trained.Steps[len(trained.Steps)-1]; last.MergedFSR < .99 {
		t.Errorf("the last step reports a merged FSR of %v", last.MergedFSR)
	}
}
