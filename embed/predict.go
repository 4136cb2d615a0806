package embed

import (
	_ "embed"
	"errors"
	"fmt"
	"time"

	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// HeldOut is English prose written for this package, to measure perplexity on where
// the user gives no text.
//
//go:embed heldout.txt
var HeldOut string

// ErrMemory reports a run that would need more memory than there is.
var ErrMemory = errors.New("not enough memory")

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

// requestMean is about how many tokens a benign request has that the model writes,
// patternMean one of our patterns; measured on SmolLM2.
const (
	requestMean = 30
	patternMean = 12
)

// sizes are the numbers that costs follow from.
type sizes struct {
	c          model.Config
	block      float64 // weights of a block's matrices
	head       float64 // weights of the output head
	layers     int
	trained    int
	stepTokens float64
	stepLogits float64
	cached     float64 // tokens of everything
	looked     float64 // logits of references and measures
	requests   float64 // tokens written for benign requests
}

// Predict estimates time and memory of a job, with the speed of this machine, which
// it measures for a moment.
func Predict(job Job, threads int, precision kernel.Precision) (Prediction, error) {
	if err := job.Config.Validate(job.Net.Config().NumLayers); err != nil {
		return Prediction{}, err
	}
	s, err := measureSizes(job)
	if err != nil {
		return Prediction{}, err
	}
	p := Prediction{
		Method: job.Config.Method, Steps: job.Config.MaxSteps,
		StepTokens: int(s.stepTokens), AllTokens: int(s.cached), Parameters: s.parameters(job.Config),
	}
	p.MemoryBytes = s.memory(job, p.Parameters)
	speed := calibrate(s.c, threads, precision)
	for _, stage := range s.stages(job.Config, speed, p.Parameters) {
		p.Stages = append(p.Stages, stage)
		p.Seconds += stage.Seconds
	}
	return p, nil
}

// measureSizes renders the prompts, and guesses what the model has still to write.
func measureSizes(job Job) (sizes, error) {
	c, net := job.Config, job.Net.Config()
	d, f := float64(net.HiddenSize), float64(net.IntermediateSize)
	q, kv := float64(net.NumHeads*net.HeadDim), float64(net.NumKVHeads*net.HeadDim)
	s := sizes{
		c: net, block: 2*d*q + 2*d*kv + 3*d*f, head: d * float64(net.VocabSize),
		layers: net.NumLayers, trained: net.NumLayers - c.firstLayer(net.NumLayers),
	}
	var own, answer float64
	prefix := 0.
	for i := range job.Set.Fingerprints {
		ids, err := job.Prompt(job.Set.Serving.System, job.Set.Fingerprints[i].Key)
		if err != nil {
			return s, err
		}
		own += float64(len(ids))
		answer += float64(len(job.Set.Fingerprints[i].Response.Tokens))
	}
	a, err := job.Prompt(job.Set.Serving.System, "A")
	if err != nil {
		return s, err
	}
	b, err := job.Prompt(job.Set.Serving.System, "Zero")
	if err != nil {
		return s, err
	}
	for prefix < float64(min(len(a), len(b))) && a[int(prefix)] == b[int(prefix)] {
		prefix++
	}
	n := float64(len(job.Set.Fingerprints))
	row := own/n - prefix // a key with its template's end
	ends := float64(len(a)) - prefix - 1
	train, test := systemPrompts()
	systems, foreign := float64(min(c.SystemPrompts, len(train))), float64(len(test))
	if job.TrainSystems != nil {
		systems = float64(min(c.SystemPrompts, len(job.TrainSystems)))
	}
	if job.EvalSystems != nil {
		foreign = float64(len(job.EvalSystems))
	}
	perStep := n * systems
	if c.SystemPerStep > 0 {
		perStep = min(perStep, float64(c.SystemPerStep))
	}
	const systemPrefix = 24 // tokens of a system prompt
	benignRow := ends + patternMean/3. + requestMean*2/3. + float64(c.BenignTokens-1)
	benign := min(float64(c.BenignPrompts), float64(c.BenignPerStep))
	if c.BenignPerStep == 0 {
		benign = float64(c.BenignPrompts)
	}
	if c.Beta == 0 {
		benign = 0
	}
	s.stepTokens = prefix + n*row + perStep*row + min(systems*8, 16)*systemPrefix + benign*benignRow
	s.stepLogits = answer + answer/n*perStep + benign*float64(c.BenignTokens)
	unseen := float64(unseenPrompts)
	if job.EvalPrompts != nil {
		unseen = float64(len(job.EvalPrompts))
	}
	evals := 0.
	for _, t := range job.EvalTexts {
		evals += float64(len(t))
	}
	s.cached = prefix + n*row*(1+systems+foreign) + 20*systemPrefix +
		float64(c.BenignPrompts)*benignRow + unseen*(ends+patternMean) + evals
	s.looked = 2*(answer*(1+systems+foreign)+unseen+evals) + unseen + float64(c.BenignPrompts*c.BenignTokens)
	if job.TrainPrompts == nil {
		s.requests = float64(c.BenignPrompts) * 2 / 3 * requestMean
	}
	return s, nil
}

// parameters is how many numbers train.
func (s sizes) parameters(c Config) int64 {
	d := float64(s.c.HiddenSize)
	switch c.Method {
	case Full:
		n := float64(s.layers)*(s.block+2*d) + s.head + d
		if !s.c.TieEmbeddings {
			n += s.head
		}
		return int64(n)
	case LoRA:
		q, kv, f := float64(s.c.NumHeads*s.c.HeadDim), float64(s.c.NumKVHeads*s.c.HeadDim), float64(s.c.IntermediateSize)
		in := map[string][2]float64{
			"q_proj": {d, q}, "k_proj": {d, kv}, "v_proj": {d, kv}, "o_proj": {q, d},
			"gate_proj": {d, f}, "up_proj": {d, f}, "down_proj": {f, d},
		}
		n := 0.
		for _, m := range c.TargetModules {
			n += (in[m][0] + in[m][1]) * float64(c.R)
		}
		return int64(n * float64(s.trained))
	}
	return int64(float64(s.trained) * (s.block + 2*d))
}

// memory is the peak in bytes: the model, what trains with gradient and moments,
// what a step keeps and needs besides, references and cached rows.
func (s sizes) memory(job Job, trained int64) int64 {
	c := s.c
	d, f, v := float64(c.HiddenSize), float64(c.IntermediateSize), float64(c.VocabSize)
	q, kv := float64(c.NumHeads*c.HeadDim), float64(c.NumKVHeads*c.HeadDim)
	model := 0.
	for _, name := range job.Model.Tensors() {
		if t, err := job.Model.Tensor(name); err == nil {
			if _, ok := t.BF16(); ok {
				model += 2 * float64(t.Len())
			} else {
				model += 4 * float64(t.Len())
			}
		}
	}
	kept := 4 * s.stepTokens * float64(s.trained) * (2*d + 2*q + 2*kv + 2*f)
	backward := 4 * s.stepTokens * (4*f + 4*d + 2*q + 2*kv)
	logits := 4 * s.stepLogits * v
	refs := 4 * v * (float64(job.Config.BenignPrompts*job.Config.BenignTokens) + unseenPrompts)
	rows := 4 * s.cached * (d + 2*q + 2*kv)
	adapters := 0.
	if job.Config.Method == LoRA {
		adapters = 4 * s.trainedWeights() // merged at the end
		if job.Config.Whiten > 0 {
			adapters += 4 * float64(s.trained) * (3*d*d + f*f)
		}
	}
	const program = 60e6 // code, tokenizer, packing buffers, the collector's slack
	return int64(model + 16*float64(trained) + kept + backward + logits + refs + rows + adapters + program)
}

func (s sizes) trainedWeights() float64 { return s.block * float64(s.trained) }

// rates are how fast this machine is.
type rates struct {
	flops float64 // of matrix products, operations a second
	bytes float64 // of the optimizer, bytes a second
}

// Shares of the products' speed that the stages reach, measured on SmolLM2-135M.
const (
	trainShare = .62
	passShare  = .62
	writeShare = .35
)

func (s sizes) stages(c Config, r rates, trained int64) []Stage {
	blocks, upper := 2*s.block*float64(s.layers), 2*s.block*float64(s.trained)
	write := s.requests*(blocks+2*s.head)/writeShare + float64(c.BenignPrompts)*float64(c.BenignTokens-1)*(requestMean*blocks+2*s.head)/writeShare
	cache := s.cached*(blocks-upper) + s.cached*upper + s.looked*s.head
	step := s.stepTokens*upper*3 + s.stepLogits*2*s.head*2
	if c.Method == LoRA {
		step = s.stepTokens*upper*2.2 + s.stepLogits*2*s.head*2
	}
	optimizer := float64(trained) * 28 / r.bytes
	measure := s.cached*upper + s.looked*s.head
	return []Stage{
		{Name: "data", Seconds: write / r.flops},
		{Name: "cache", Seconds: cache / passShare / r.flops},
		{Name: "train", Seconds: float64(c.MaxSteps) * (step/trainShare/r.flops + optimizer)},
		{Name: "mix", Seconds: 0},
		{Name: "measure", Seconds: measure / passShare / r.flops},
	}
}

// calibrate times products of the model's shape for a fifth of a second.
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
	n, start := 0, time.Now()
	for time.Since(start) < 200*time.Millisecond {
		p.Gemm(g)
		n++
	}
	return rates{flops: float64(n) * 2 * rows * float64(d) * float64(f) / time.Since(start).Seconds(), bytes: 12e9}
}

// CheckMemory returns ErrMemory, with the methods that would fit, if the job needs
// more than is available.
func CheckMemory(job Job, available int64) error {
	s, err := measureSizes(job)
	if err != nil {
		return err
	}
	need := s.memory(job, s.parameters(job.Config))
	if need <= available {
		return nil
	}
	fits := ""
	for _, method := range []string{Layers, LoRA} {
		other := job
		other.Config = Default(method)
		other.Config.TrainLayers = min(other.Config.TrainLayers, s.layers)
		o, err := measureSizes(other)
		if err == nil && o.memory(other, o.parameters(other.Config)) <= available && method != job.Config.Method {
			fits = fmt.Sprintf("; method %s would fit with %.1f GB", method, float64(o.memory(other, o.parameters(other.Config)))/1e9)
		}
	}
	return fmt.Errorf("%w: method %s needs about %.1f GB, %.1f GB are available%s",
		ErrMemory, job.Config.Method, float64(need)/1e9, float64(available)/1e9, fits)
}
