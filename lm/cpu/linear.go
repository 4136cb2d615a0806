package cpu

import (
	"strings"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

// linear is y = x Wᵀ with W (out, in), frozen or trained, or frozen with a trained
// low-rank adapter beside it.
type linear struct {
	name    string
	in, out int
	w       kernel.Mat
	train   *lm.Param // set when W itself trains; w is then a view of its value
	lora    *adapter
}

// module is the last part of the name, of lm.Modules.
func (l *linear) module() string { return l.name[strings.LastIndexByte(l.name, '.')+1:] }

// adapter is PEFT's LoRA: y += s (x Aᵀ) Bᵀ with A (r, in), B (out, r).
type adapter struct {
	reader
	b     *lm.Param
	scale float32 // lora_alpha / r
	xa    []float32
	dxa   []float32
}

// forward computes y (rows, out) = x (rows, in) Wᵀ, added to y when acc.
func (l *linear) forward(p *kernel.Pool, prec kernel.Precision, y, x []float32, rows int, acc bool) {
	xm := kernel.F32(x[:rows*l.in], rows, l.in)
	ym := kernel.F32(y[:rows*l.out], rows, l.out)
	p.Gemm(kernel.Gemm{C: ym, A: xm, B: l.w, TransB: true, Acc: acc, Precision: prec})
	if a := l.lora; a != nil {
		a.xa = grow(a.xa, rows*a.r)
		xa := kernel.F32(a.xa, rows, a.r)
		p.Gemm(kernel.Gemm{C: xa, A: xm, B: a.mat(), TransB: true, Precision: prec})
		p.Gemm(kernel.Gemm{C: ym, A: xa, B: kernel.F32(a.b.Value, l.out, a.r), TransB: true, Acc: true, Alpha: a.scale, Precision: prec})
	}
}

// backward adds to the gradients of what trains, and computes dx (rows, in) = dy W,
// added to dx when acc. x is what forward was given. A nil dx is not computed.
func (l *linear) backward(p *kernel.Pool, prec kernel.Precision, dx, dy, x []float32, rows int, acc bool) {
	xm := kernel.F32(x[:rows*l.in], rows, l.in)
	dym := kernel.F32(dy[:rows*l.out], rows, l.out)
	if l.train != nil {
		p.Gemm(kernel.Gemm{C: kernel.F32(l.train.Grad, l.out, l.in), A: dym, TransA: true, B: xm, Acc: true, Precision: prec})
	}
	var dxm kernel.Mat
	if dx != nil {
		dxm = kernel.F32(dx[:rows*l.in], rows, l.in)
		p.Gemm(kernel.Gemm{C: dxm, A: dym, B: l.w, Acc: acc, Precision: prec})
	}
	if a := l.lora; a != nil {
		a.xa, a.dxa = grow(a.xa, rows*a.r), grow(a.dxa, rows*a.r)
		am, bm := a.mat(), kernel.F32(a.b.Value, l.out, a.r)
		xa, dxa := kernel.F32(a.xa, rows, a.r), kernel.F32(a.dxa, rows, a.r)
		p.Gemm(kernel.Gemm{C: xa, A: xm, B: am, TransB: true, Precision: prec})
		p.Gemm(kernel.Gemm{C: dxa, A: dym, B: bm, Alpha: a.scale, Precision: prec})
		p.Gemm(kernel.Gemm{C: kernel.F32(a.b.Grad, l.out, a.r), A: dym, TransA: true, B: xa, Acc: true, Alpha: a.scale, Precision: prec})
		a.addGrad(p, prec, dxa, xm)
		if dx != nil {
			p.Gemm(kernel.Gemm{C: dxm, A: dxa, B: am, Acc: true, Precision: prec})
		}
	}
}

// norm is RMSNorm (Zhang & Sennrich 2019, arXiv:1910.07467): y = x/rms(x) · w.
type norm struct {
	name  string
	w     []float32 // (dim)
	eps   float32
	train *lm.Param
}

// rowGrain is how many rows of element-wise work make a task.
const rowGrain = 32

// forward computes y (rows, dim); rstd (rows), when given, gets 1/rms of each row.
func (o *norm) forward(p *kernel.Pool, y, rstd, x []float32, rows int) {
	d := len(o.w)
	p.Range(rows, rowGrain, func(_ *kernel.Worker, lo, hi int) {
		for t := lo; t < hi; t++ {
			r := kernel.RMSNorm(y[t*d:(t+1)*d], x[t*d:(t+1)*d], o.w, o.eps)
			if rstd != nil {
				rstd[t] = r
			}
		}
	})
}

// backward adds to dx the gradient through the norm, and to that of its weight.
func (o *norm) backward(p *kernel.Pool, dx, dy, x, rstd []float32, rows int, partial *[]float32) {
	d := len(o.w)
	chunks := (rows + rowGrain - 1) / rowGrain
	if o.train != nil {
		*partial = grow(*partial, chunks*d)
		clear((*partial)[:chunks*d])
	}
	p.Range(rows, rowGrain, func(_ *kernel.Worker, lo, hi int) {
		var dw []float32
		if o.train != nil {
			c := lo / rowGrain
			dw = (*partial)[c*d : (c+1)*d]
		}
		for t := lo; t < hi; t++ {
			kernel.RMSNormBackward(dx[t*d:(t+1)*d], dw, dy[t*d:(t+1)*d], x[t*d:(t+1)*d], o.w, rstd[t])
		}
	})
	if o.train != nil {
		for c := range chunks {
			kernel.Add(o.train.Grad, (*partial)[c*d:(c+1)*d])
		}
	}
}
