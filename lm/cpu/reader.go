package cpu

import (
	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// reader is a trained matrix A (r, in) that reads the inputs of a module: LoRA's A, or
// new rows of gate_proj or up_proj. With whitening, it reads P x instead of x.
type reader struct {
	module string
	a      *lm.Param
	r, in  int
	length float64 // of a random row, in the root mean square

	whiten  []float32 // P (in, in), nil without whitening
	product []float32 // A P (r, in)
	dA      []float32 // gradient of A P
}

// ready computes A P of the present A. Every pass of a trainer begins with it.
func (a *reader) ready(p *kernel.Pool, prec kernel.Precision) {
	if a.whiten == nil {
		return
	}
	a.product = grow(a.product, a.r*a.in)
	p.Gemm(kernel.Gemm{
		C: kernel.F32(a.product, a.r, a.in), A: kernel.F32(a.a.Value, a.r, a.in), B: kernel.F32(a.whiten, a.in, a.in), Precision: prec,
	})
}

// mat is what inputs are multiplied with: A, or A P.
func (a *reader) mat() kernel.Mat {
	if a.whiten == nil {
		return kernel.F32(a.a.Value, a.r, a.in)
	}
	return kernel.F32(a.product, a.r, a.in)
}

// addGrad adds dyᵀ x to the gradient of A, through P.
func (a *reader) addGrad(p *kernel.Pool, prec kernel.Precision, dy, x kernel.Mat) {
	g := kernel.F32(a.a.Grad, a.r, a.in)
	if a.whiten == nil {
		p.Gemm(kernel.Gemm{C: g, A: dy, TransA: true, B: x, Acc: true, Precision: prec})
		return
	}
	a.dA = grow(a.dA, a.r*a.in)
	d := kernel.F32(a.dA, a.r, a.in)
	p.Gemm(kernel.Gemm{C: d, A: dy, TransA: true, B: x, Precision: prec})
	p.Gemm(kernel.Gemm{C: g, A: d, B: kernel.F32(a.whiten, a.in, a.in), TransB: true, Acc: true, Precision: prec})
}

// merged returns A P of the present A in float32, in memory of its own.
func (a *reader) merged(p *kernel.Pool) []float32 {
	a.ready(p, kernel.PrecF32)
	return copyOf(a.mat())
}

// readers lists those of a block, each group with one input: of attention, of its
// output, of the MLP, of the MLP's output.
func (b *blockWeights) readers() [4][]*reader {
	var groups [4][]*reader
	add := func(group int, linears ...*linear) {
		for _, l := range linears {
			if l.lora != nil {
				groups[group] = append(groups[group], &l.lora.reader)
			}
		}
	}
	add(0, &b.q, &b.k, &b.v)
	add(1, &b.o)
	add(2, &b.gate, &b.up)
	if b.more != nil {
		groups[2] = append(groups[2], &b.more.gate, &b.more.up)
	}
	add(3, &b.down)
	return groups
}

// ready readies all readers for a pass with the parameters as they are.
func (t *trainer) ready() {
	for i := t.first; i < len(t.w.blocks); i++ {
		for _, group := range t.w.blocks[i].readers() {
			for _, r := range group {
				r.ready(t.n.pool, t.n.prec)
			}
		}
	}
}
