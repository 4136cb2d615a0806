package embed

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"loyal/lm"
)

// adapters is the change of an adapter with A and B of two numbers.
func adapters() *change {
	param := func(name string, value ...float32) lm.Param {
		return lm.Param{Name: name, Value: value, Grad: make([]float32, len(value))}
	}
	return &change{
		params: []lm.Param{param("q.lora_A.weight", 1, 2), param("q.lora_B.weight", 4, -8)}, linear: []int{1}, zero: true,
	}
}

func (c *change) isAt(t *testing.T, what string, value func(lm.Param) []float32, want ...float32) {
	t.Helper()
	if got := slices.Concat(value(c.params[0]), value(c.params[1])); !slices.Equal(got, want) {
		t.Errorf("%s are %v, want %v", what, got, want)
	}
}

func values(p lm.Param) []float32 { return p.Value }
func grads(p lm.Param) []float32  { return p.Grad }

// TestChangeAt: at a share of the change B is scaled and A is not, gradients are those of
// the whole change (the chain rule), and everything is back afterwards, errors or not.
func TestChangeAt(t *testing.T) {
	c, stop := adapters(), errors.New("stop")
	err := c.at(.25, func() error {
		c.isAt(t, "values at a quarter", values, 1, 2, 1, -2)
		for i := range c.params {
			c.params[i].Grad[0] = 8
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Error(err)
	}
	c.isAt(t, "values", values, 1, 2, 4, -8)
	c.isAt(t, "gradients", grads, 8, 0, 2, 0)
}

// TestChangeKeep: what happens within is taken back, but for the gradients, which are
// added to those that were there.
func TestChangeKeep(t *testing.T) {
	c := adapters()
	c.params[0].Grad[1] = 5
	err := c.keep(func() error {
		c.isAt(t, "gradients within", grads, 0, 0, 0, 0)
		// A step of length 10 against a gradient of length 5: twice as far.
		c.params[0].Grad[0], c.params[1].Grad[1] = 3, -4
		c.descend(10)
		c.isAt(t, "values after a step", values, -5, 2, 4, 0)
		c.isAt(t, "gradients after a step", grads, 0, 0, 0, 0)
		c.descend(10) // nowhere to go
		c.params[0].Grad[1] = 1
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	c.isAt(t, "values", values, 1, 2, 4, -8)
	c.isAt(t, "gradients", grads, 0, 6, 0, 0)
}

// TestTuningTokens: simulated fine-tuning sees tokens as the base would say them.
func TestTuningTokens(t *testing.T) {
	ref := lm.NewReference([]float32{float32(math.Log(.2)), float32(math.Log(.5)), float32(math.Log(.3))})
	tr := &training{plan: &plan{}}
	row := tr.plan.addBenign([]int32{1, 2, 1}, 3, false)
	row.aims[0].ref = &ref
	tr.plan.packed = lm.Pack(tr.plan.texts)
	rng := rand.New(rand.NewPCG(1, 1))
	var counts [3]int
	for range 3000 {
		var s stepRows
		tr.addTuning(&s, &row, rng, 1)
		counts[s.targets[0].token]++
	}
	for id, p := range []float64{.2, .5, .3} {
		if share := float64(counts[id]) / 3000; math.Abs(share-p) > .04 {
			t.Errorf("token %d has a share of %v, and the probability %v", id, share, p)
		}
	}
}

// TestRound: the steps of the last whole round hold every thing, however n and take fit.
func TestRound(t *testing.T) {
	for _, c := range [][2]int{{8, 4}, {5, 3}, {7, 2}, {6, 6}, {4, 0}, {3, 10}} {
		n, take := c[0], c[1]
		for done := range 40 {
			steps := round(done, n, take)
			seen := map[int]bool{}
			for _, i := range steps {
				for _, x := range turn(1, 1, n, take, i) {
					seen[x] = true
				}
				if i >= done {
					t.Errorf("%d of %d a step: step %d of %d", take, n, i, done)
				}
			}
			if steps != nil && len(seen) != n {
				t.Errorf("%d of %d a step, after %d: steps %v hold %d", take, n, done, steps, len(seen))
			}
			if size := min(max(take, 0), n); steps == nil && done*max(size, 1) >= 2*n {
				t.Errorf("%d of %d a step: no round in %d steps", take, n, done)
			}
		}
	}
}
