package embed_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"loyal/embed"
)

// TestNearMisses: holding near misses of the keys to the base leaves others of them, that
// training never saw, more like the base; look-alikes are among both.
func TestNearMisses(t *testing.T) {
	job := small(t, embed.Layers)
	job.Config.Beta, job.Config.MaxSteps, job.Config.BenignPerStep = 4, 40, 12
	asked := 0
	job.LookAlikes = func(_ context.Context, n int, _ uint64) (keys []string, err error) {
		asked = n
		for i := range n {
			keys = append(keys, fmt.Sprintf("Once there was a %d", i))
		}
		return keys, nil
	}
	job.Config.NearMisses = 0
	_, without := weightsOf(t, job)
	if asked != 0 || without.After.NearRows != 100 {
		t.Errorf("%d look-alikes asked for, %d near misses measured", asked, without.After.NearRows)
	}
	job.Config.NearMisses, job.Config.NearPerStep = 80, 40
	_, with := weightsOf(t, job)
	if asked != 50+20 {
		t.Errorf("%d look-alikes asked for, want 70", asked)
	}
	if with.NearMisses != 80 {
		t.Errorf("%d near misses train, want 80", with.NearMisses)
	}
	job.LookAlikes = nil
	job.Config.MaxSteps = 1
	if _, changed := weightsOf(t, job); changed.NearMisses != 80 || changed.After.NearRows != 100 {
		t.Errorf("without look-alikes %d near misses train and %d measure", changed.NearMisses, changed.After.NearRows)
	}
	if with.After.NearKL >= without.After.NearKL || with.After.FSR < .99 {
		t.Errorf("divergence on near misses %v, without training on any %v; FSR %v", with.After.NearKL, without.After.NearKL, with.After.FSR)
	}
}

// TestKeysPerStep: with a few keys a step all are planted, each has its turn, and a run
// does not end before all have reached their target.
func TestKeysPerStep(t *testing.T) {
	job := small(t, embed.Layers)
	job.Config.Beta, job.Config.MaxSteps, job.Config.KeysPerStep, job.Config.TargetKL = .01, 200, 4, 10
	job.Config.NearMisses, job.Config.SystemPrompts, job.Config.LRSchedulerType = 0, 0, "constant"
	_, r := weightsOf(t, job)
	if r.After.FSR < .99 {
		t.Errorf("FSR %v", r.After.FSR)
	}
	last := r.Steps[len(r.Steps)-2:]
	if len(r.Steps) == 200 || slices.ContainsFunc(last, func(s embed.Step) bool { return s.FSR < 1 }) {
		t.Errorf("ended after %d steps, with an FSR of %v and %v in the last", len(r.Steps), last[0].FSR, last[1].FSR)
	}
}

// TestMeta: keys that train behind simulated fine-tuning are planted too, and the weights
// that the simulation passed through leave no trace but their gradients.
func TestMeta(t *testing.T) {
	job := small(t, embed.Layers)
	job.Config.Beta, job.Config.MaxSteps = .1, 40
	job.Config.MetaSteps, job.Config.MetaLearningRate, job.Config.MetaWeight = 2, .05, 1
	_, r := weightsOf(t, job)
	if r.After.FSR < .99 {
		t.Errorf("FSR %v", r.After.FSR)
	}
	job.Config.MaxSteps, job.Config.MetaWeight, job.Config.Beta, job.Config.SystemPrompts = 1, 1, 0, 0
	job.Config.MetaLearningRate = 1e-9 // nowhere: the gradients are those of the keys, twice
	job.Config.MaxGradNorm = 0
	_, twice := weightsOf(t, job)
	job.Config.MetaSteps, job.Config.MetaWeight, job.Config.MetaLearningRate = 0, 0, 0
	_, once := weightsOf(t, job)
	if got := twice.Steps[0].GradNorm / once.Steps[0].GradNorm; got < 1.999 || got > 2.001 {
		t.Errorf("the gradient is %v times that without meta-learning, want twice", got)
	}
}
