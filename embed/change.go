package embed

import (
	"math"
	"slices"
	"strings"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// change is what training has changed of the base: θ − θ_base, as a function of the
// trainable tensors. It can be taken in part, which is what mixing weights does,
// (1−λ)θ + λθ_base = θ_base + (1−λ)(θ − θ_base), and the model returned to where it was.
//
// Of adapters B A and of new neurons the change is linear in B, and in what the neurons
// write, so these alone are scaled; they are zero in the base.
type change struct {
	params []lm.Param
	linear []int // indexes of the parameters that the change is linear in
	model  *model.Model
	zero   bool // the base has zeros there, and not its own weights
}

func newChange(method string, tr lm.Trainer, base *model.Model) *change {
	c := &change{params: tr.Params(), model: base, zero: method == LoRA || method == Expand}
	for i, p := range c.params {
		if !c.zero || strings.HasSuffix(p.Name, ".lora_B.weight") || strings.Contains(p.Name, ".down_proj.") && method == Expand {
			c.linear = append(c.linear, i)
		}
	}
	return c
}

// shrink leaves the share of the change.
func (c *change) shrink(share float64) error {
	if share == 1 {
		return nil
	}
	for _, i := range c.linear {
		p := c.params[i]
		kernel.Scale(p.Value, float32(share))
		if c.zero {
			continue
		}
		base, err := c.base(p)
		if err != nil {
			return err
		}
		kernel.Axpy(p.Value, float32(1-share), base)
	}
	return nil
}

// base reads what a tensor was before training.
func (c *change) base(p lm.Param) ([]float32, error) {
	stored, err := c.model.Tensor(p.Name)
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(p.Value))
	return out, stored.Decode(out)
}

// at runs f with a share of the change, and scales the gradients that f adds to those of
// the whole change. There must be none before.
func (c *change) at(share float64, f func() error) error {
	whole := make([][]float32, len(c.linear))
	for j, i := range c.linear {
		whole[j] = slices.Clone(c.params[i].Value)
	}
	if err := c.shrink(share); err != nil {
		return err
	}
	err := f()
	for j, i := range c.linear {
		copy(c.params[i].Value, whole[j])
		kernel.Scale(c.params[i].Grad, float32(share))
	}
	return err
}

// keep runs f, which may change the tensors, and takes back all of it but the gradients
// that f leaves, which it adds to those that were there.
func (c *change) keep(f func() error) error {
	values := c.copies(func(p lm.Param) []float32 { return p.Value })
	grads := c.copies(func(p lm.Param) []float32 { return p.Grad })
	for _, p := range c.params {
		clear(p.Grad)
	}
	err := f()
	for i, p := range c.params {
		copy(p.Value, values[i])
		kernel.Add(p.Grad, grads[i])
	}
	return err
}

func (c *change) copies(of func(lm.Param) []float32) [][]float32 {
	out := make([][]float32, len(c.params))
	for i, p := range c.params {
		out[i] = slices.Clone(of(p))
	}
	return out
}

// descend moves the tensors against their gradients, so far in all (L2), and clears these.
func (c *change) descend(distance float64) {
	sum := 0.
	for _, p := range c.params {
		sum += kernel.SumSquares(p.Grad)
	}
	step := distance / math.Sqrt(max(sum, math.SmallestNonzeroFloat32))
	for _, p := range c.params {
		if sum > 0 {
			kernel.Axpy(p.Value, float32(-step), p.Grad)
		}
		clear(p.Grad)
	}
}
