package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// adapt gives block i its adapters. As in PEFT, A is drawn from the uniform
// distribution of Kaiming with a = √5, ±1/√in, and B is zero, so that training
// starts from the base model exactly. Parameters have PEFT's names.
func (t *trainer) adapt(i int, b *blockWeights) error {
	o := t.o.LoRA
	if o.R <= 0 || o.Alpha <= 0 {
		return fmt.Errorf("lora: r %d and lora_alpha %g must be positive", o.R, o.Alpha)
	}
	found := map[string]bool{}
	for j, l := range b.linears() {
		short := l.name[strings.LastIndexByte(l.name, '.')+1:]
		if !slices.Contains(o.TargetModules, short) {
			continue
		}
		found[short] = true
		rng := rand.New(rand.NewPCG(o.Seed, uint64(i)<<8|uint64(j)))
		a := make([]float32, o.R*l.in)
		bound := 1 / math.Sqrt(float64(l.in))
		for k := range a {
			a[k] = float32((2*rng.Float64() - 1) * bound)
		}
		name := "base_model.model." + l.name
		l.lora = &adapter{
			a: t.newParam(name+".lora_A.weight", a, o.R, l.in),
			b: t.newParam(name+".lora_B.weight", make([]float32, l.out*o.R), l.out, o.R),
			r: o.R, scale: float32(o.Alpha / float64(o.R)),
		}
	}
	for _, m := range o.TargetModules {
		if !found[m] {
			return fmt.Errorf("lora: target module %q is none of %s", m, strings.Join(lm.Modules, ", "))
		}
	}
	return nil
}

// ready readies all adapters for a pass with the parameters as they are.
func (t *trainer) ready() {
	if t.o.LoRA == nil {
		return
	}
	for i := t.o.FirstLayer; i < t.n.cfg.NumLayers; i++ {
		for _, l := range t.w.blocks[i].linears() {
			if l.lora != nil {
				l.lora.ready(t.n.pool, t.n.prec, l.in)
			}
		}
	}
}

// Weights implements [lm.Trainer].
func (t *trainer) Weights() map[string][]float32 {
	out := map[string][]float32{}
	if t.o.LoRA == nil {
		for _, p := range t.params {
			out[p.Name] = p.Value
		}
		return out
	}
	for i := t.o.FirstLayer; i < t.n.cfg.NumLayers; i++ {
		for _, l := range t.w.blocks[i].linears() {
			if a := l.lora; a != nil {
				w := copyOf(l.w)
				a.ready(t.n.pool, kernel.PrecF32, l.in)
				t.n.pool.Gemm(kernel.Gemm{
					C: kernel.F32(w, l.out, l.in), A: kernel.F32(a.b.Value, l.out, a.r), B: a.down(l.in),
					Alpha: a.scale, Acc: true,
				})
				out[l.name+".weight"] = w
			}
		}
	}
	return out
}
