package embed

import (
	_ "embed"
	"time"

	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// HeldOut is English prose written for this package, to measure perplexity on where
// the user gives no text.
//
//go:embed heldout.txt
var HeldOut string

// Prediction is what a run will cost.
type Prediction struct {
	Method      string  `json:"method"`
	Seconds     float64 `json:"seconds"` // if all steps are needed
	Stages      []Stage `json:"stages"`
	MemoryBytes int64   `json:"memory_bytes"` // at its peak, the mapped model included
	Steps       int     `json:"steps"`
	StepTokens  int     `json:"step_tokens"`
	AllTokens   int     `json:"all_tokens"` // of everything looked at
	Parameters  int64   `json:"trained_parameters"`
}

// Predict estimates time and memory of a job, with the speed of this machine, which
// it measures for a moment.
func Predict(job Job, threads int, precision kernel.Precision) (Prediction, error) {
	if err := job.Config.Validate(job.Net.Config().NumLayers); err != nil {
		return Prediction{}, err
	}
	l, err := measure(job)
	if err != nil {
		return Prediction{}, err
	}
	s := sizesOf(job.Net.Config(), job.Config)
	p := Prediction{
		Method: job.Config.Method, Steps: job.Config.MaxSteps, StepTokens: l.stepTokens, AllTokens: l.forest,
		Parameters: s.parameters(job.Config), MemoryBytes: s.memory(job.Config, l, weightBytes(job.Model)),
	}
	speed := calibrate(s.Config, threads, precision)
	for _, stage := range s.stages(job.Config, l, speed) {
		p.Stages = append(p.Stages, stage)
		p.Seconds += stage.Seconds
	}
	return p, nil
}

// rates are how fast this machine is.
type rates struct {
	flops float64 // of matrix products, operations a second
	bytes float64 // of the optimizer, bytes a second
}

// Shares of the products' speed that stages reach, measured on SmolLM2-135M: products are
// not all there is, and those of few rows are slower.
const (
	writeShare = .36
	passShare  = .68
	trainShare = .62
)

func (s sizes) stages(c Config, l load, r rates) []Stage {
	frozen, upper := 2*s.block*float64(s.NumLayers-s.passed), 2*s.block*float64(s.passed)
	head := 2 * s.head
	// Passes over the blocks from the lowest that trains on, as products of their
	// weights: one up, one down, and what training takes besides.
	own := float64(s.parameters(c)) / (s.block * float64(s.passed))
	forward, backward := 1., 1+min(1, own)
	switch c.Method {
	case LoRA:
		forward, backward = 1+own, 1+3*own
	case Expand:
		forward, backward = 1+own, 1+2*own
	}
	write := float64(l.written)*(frozen+upper+head) + float64(l.prompts)*(frozen+upper)
	measured := float64(l.measured)*upper*forward + float64(l.logits)*head
	cache := float64(l.forest)*(frozen+upper) + float64(l.references+l.logits)*head
	variants := float64(len(c.Quantizations))
	cache += variants * (float64(l.forest-l.evals)*(frozen+upper) + float64(l.references)*head)
	refresh := 0.
	if c.HoldContext {
		refresh = (1 + variants) * float64(l.context*((c.MaxSteps-1)/c.RefreshSteps)) * upper
	}
	step := float64(l.stepTokens)*upper*(forward+backward) + float64(l.stepLogits)*2*head
	step *= 1 + min(1, variants) // above the base, and above one of them
	seconds := func(operations, share float64) float64 { return operations / share / r.flops }
	return []Stage{
		{Name: "data", Seconds: seconds(write, writeShare)},
		{Name: "cache", Seconds: seconds(cache, passShare)},
		{Name: "train", Seconds: float64(c.MaxSteps)*(seconds(step, trainShare)+float64(s.parameters(c))*28/r.bytes) + seconds(refresh, passShare)},
		{Name: "mix"},
		{Name: "measure", Seconds: seconds(measured, passShare)},
	}
}

// calibrate times products of the model's shape for a third of a second.
func calibrate(c model.Config, threads int, precision kernel.Precision) rates {
	p := kernel.NewPool(threads)
	defer p.Close()
	const rows = 512
	d, f := c.HiddenSize, c.IntermediateSize
	x, w, y := make([]float32, rows*d), make([]float32, f*d), make([]float32, rows*f)
	for i := range x {
		x[i] = float32(i%7) - 3
	}
	for i := range w {
		w[i] = float32(i%5) - 2
	}
	g := kernel.Gemm{
		C: kernel.F32(y, rows, f), A: kernel.F32(x, rows, d), B: kernel.F32(w, f, d), TransB: true, Precision: precision,
	}
	p.Gemm(g)
	const moments, moment = 30, 10 * time.Millisecond
	best := 0. // of several: a collector or a neighbor at work only slows
	for range moments {
		n, start := 0, time.Now()
		for time.Since(start) < moment {
			p.Gemm(g)
			n++
		}
		best = max(best, float64(n)*2*rows*float64(d)*float64(f)/time.Since(start).Seconds())
	}
	return rates{flops: best, bytes: 12e9}
}
