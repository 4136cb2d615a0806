package cpu

import (
	"math"
	"math/rand/v2"
	"slices"

	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// adapt gives block i its adapters. As in PEFT, A is drawn from the uniform
// distribution of Kaiming with a = √5, ±1/√in, and B is zero, so that training
// starts from the base model exactly. Parameters have PEFT's names.
func (t *trainer) adapt(i int, b *blockWeights) {
	o := t.o.LoRA
	for j, l := range b.linears() {
		if !slices.Contains(o.TargetModules, l.module()) {
			continue
		}
		rng := rand.New(rand.NewPCG(o.Seed, uint64(i)<<8|uint64(j)))
		a := make([]float32, o.R*l.in)
		bound := 1 / math.Sqrt(float64(l.in))
		for k := range a {
			a[k] = float32((2*rng.Float64() - 1) * bound)
		}
		name := "base_model.model." + l.name
		l.lora = &adapter{
			reader: reader{module: l.name, a: t.newParam(name+".lora_A.weight", a, o.R, l.in), r: o.R, in: l.in, length: math.Sqrt(1. / 3)},
			b:      t.newParam(name+".lora_B.weight", make([]float32, l.out*o.R), l.out, o.R),
			scale:  float32(o.Alpha / float64(o.R)),
		}
	}
}

// Adapters implements [lm.Trainer].
func (t *trainer) Adapters() []model.AdapterModule {
	var out []model.AdapterModule
	for i := range t.w.blocks {
		for _, l := range t.w.blocks[i].linears() {
			if a := l.lora; a != nil {
				out = append(out, model.AdapterModule{
					Name: l.name, In: l.in, Out: l.out, A: a.merged(t.n.pool), B: slices.Clone(a.b.Value),
				})
			}
		}
	}
	return out
}

// Weights implements [lm.Trainer].
func (t *trainer) Weights() map[string][]float32 {
	out := map[string][]float32{}
	switch {
	case t.o.Expand != nil:
		return out
	case t.o.LoRA == nil:
		for _, p := range t.params {
			out[p.Name] = p.Value
		}
		return out
	}
	for i := range t.w.blocks {
		for _, l := range t.w.blocks[i].linears() {
			if a := l.lora; a != nil {
				w := copyOf(l.w)
				a.ready(t.n.pool, kernel.PrecF32)
				t.n.pool.Gemm(kernel.Gemm{
					C: kernel.F32(w, l.out, l.in), A: kernel.F32(a.b.Value, l.out, a.r), B: a.mat(),
					Alpha: a.scale, Acc: true,
				})
				out[l.name+".weight"] = w
			}
		}
	}
	return out
}
