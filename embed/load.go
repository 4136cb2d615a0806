package embed

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"loyal/model"
)

// load is how much there is to compute in a run, in tokens and rows of logits: what
// predictions of time and memory follow from.
type load struct {
	forest   int // tokens of all texts, common beginnings once
	held     int // of the contexts that are held
	context  int // of these, what stands before keys, which is held again and again
	measured int // of a measurement of the model
	evals    int // of held-out text
	written  int // that the base model writes
	prompts  int // that it reads for this
	writers  int // texts that it writes together

	stepTokens int // of a step
	stepLogits int
	references int // distributions that are kept
	logits     int // rows of logits of a measurement

	spill float64 // bytes above which cached rows are kept in a file; 0: never
}

// requestMean is about how many tokens of requestTokens a request has that the model
// writes.
const requestMean = 24

// measure lays out a job with texts in the place of those that the model has still to
// write, and counts.
func measure(job Job) (load, error) {
	r := &run{Job: job}
	c := job.Config
	before, err := r.beforeUser()
	if err != nil {
		return load{}, err
	}
	l := load{spill: float64(job.Spill.Bytes)}
	requests := 0
	if job.TrainPrompts == nil && len(before) > 0 {
		requests = min(c.WrittenPrompts, c.BenignPrompts)
	}
	prose := 0
	if job.Raw != nil {
		prose = c.ProseTexts
	}
	l.writers = min(requests+prose, writeBatch)
	l.written = requests*requestMean + prose*proseTokens
	l.prompts = len(before) + 4*prose
	written, texts := make([]string, requests), make([][]int32, prose)
	for i := range written {
		written[i] = strings.Repeat("word ", requestMean-1) + fmt.Sprint(i)
	}
	for i := range texts {
		texts[i] = slices.Repeat([]int32{int32(i)}, proseTokens)
	}
	if r.LookAlikes != nil {
		r.LookAlikes = func(_ context.Context, n int, _ uint64) ([]string, error) {
			l.written += n * job.Set.Params.KeyLength
			l.prompts += n * len(before)
			return slices.Repeat([]string{strings.Repeat("word ", job.Set.Params.KeyLength)}, n), nil
		}
	}
	if err := r.nearMisses(context.Background()); err != nil {
		return load{}, err
	}
	err = r.lay(written, texts, func(prompts [][]int32) ([][]int32, error) {
		out := make([][]int32, len(prompts))
		for i, p := range prompts {
			out[i] = make([]int32, c.answerTokens())
			l.written += len(out[i])
			l.prompts += len(p) - len(before)
		}
		l.writers = min(max(l.writers, len(prompts)), writeBatch)
		return out, nil
	})
	if err != nil {
		return load{}, err
	}
	l.count(r)
	return l, nil
}

// count fills in what follows from a plan.
func (l *load) count(r *run) {
	p, c := r.plan, r.Config
	tokens := func(segments []int) (n int) {
		for _, s := range segments {
			n += len(p.packed.Forest[s].Tokens)
		}
		return n
	}
	// closure lists the segments that texts consist of.
	closure := func(texts []int) []int {
		seen := make([]bool, len(p.packed.Forest))
		var out []int
		for _, t := range texts {
			for s := p.packed.Leaf(t); s >= 0 && !seen[s]; s = p.packed.Forest[s].Parent {
				seen[s] = true
				out = append(out, s)
			}
		}
		return out
	}
	var keys, unseen []int
	for _, k := range slices.Concat(p.served, p.systems, p.foreign) {
		keys = append(keys, k.text)
		l.logits += len(k.answer)
	}
	for _, b := range slices.Concat(p.benign, p.near) {
		l.references += len(b.aims)
	}
	for _, b := range slices.Concat(p.unseen, p.missed) {
		unseen = append(unseen, b.text)
	}
	for _, t := range r.EvalTexts {
		l.evals += len(t)
	}
	l.references += len(unseen)
	l.logits += len(unseen) + l.evals
	for s := range p.packed.Forest {
		l.forest += len(p.packed.Forest[s].Tokens)
	}
	l.forest += l.evals
	l.measured = tokens(closure(append(keys, unseen...))) + l.evals

	share := func(take, n int) float64 {
		if n == 0 || take == 0 || take > n {
			return 1
		}
		return float64(take) / float64(n)
	}
	// A step's passes over the rows of each kind: of keys once more for each thing that
	// they are to survive, of benign rows once more for each step of simulated tuning.
	key, other := share(c.KeysPerStep, len(p.served)), share(c.BenignPerStep, len(p.benign))
	keyPasses, benignPasses := key, other*float64(c.MetaSteps)
	if len(c.MergeScales) > 0 {
		keyPasses += key
	}
	if c.MetaSteps > 0 {
		keyPasses += key
	}
	nearPasses := share(c.NearPerStep, len(p.near))
	if c.Beta == 0 {
		nearPasses = 0
	} else {
		benignPasses += other
	}
	var logits, run float64
	add := func(passes float64, texts []int, positions int) {
		logits += passes * float64(positions)
		run += passes * float64(tokens(closure(texts)))
	}
	for _, kind := range []struct {
		passes float64
		rows   []keyRow
	}{{keyPasses, p.served}, {share(c.SystemPerStep, len(p.systems)), p.systems}} {
		var texts []int
		answers := 0
		for _, k := range kind.rows {
			texts, answers = append(texts, k.text), answers+len(k.answer)
		}
		add(kind.passes, texts, answers)
	}
	for _, kind := range []struct {
		passes float64
		rows   []benignRow
	}{{benignPasses, p.benign}, {nearPasses, p.near}} {
		var texts []int
		held := 0
		for _, b := range kind.rows {
			texts, held = append(texts, b.text), held+len(b.aims)
		}
		add(kind.passes, texts, held)
	}
	l.stepLogits, l.stepTokens = int(logits), int(run)
	if c.HoldContext {
		l.stepTokens = l.stepLogits
		context, others := p.context()
		l.context = tokens(context)
		l.held = l.context + tokens(others)
	}
}

// typical is the load of embedding 64 fingerprints in a chat model.
func typical(c Config) load {
	l := load{forest: 20000, held: 15000, context: 4000, measured: 8000, evals: 1000, written: 4000, prompts: 500, writers: 92,
		references: c.BenignPrompts*c.BenignTokens + 4*c.ProseTexts + unseenPrompts, logits: 1500}
	l.stepLogits = 64 + min(c.SystemPerStep, 64*c.SystemPrompts) + c.BenignPerStep*c.BenignTokens
	if l.stepTokens = l.stepLogits; !c.HoldContext {
		l.stepTokens *= 20
	}
	return l
}

// sizes are the shapes of a model, as numbers of weights.
type sizes struct {
	model.Config
	block   float64 // of a block's matrices
	head    float64 // of the output head
	trained int     // blocks
	passed  int     // blocks from the lowest that trains on
}

func sizesOf(net model.Config, c Config) sizes {
	d, f := float64(net.HiddenSize), float64(net.IntermediateSize)
	q, kv := float64(net.NumHeads*net.HeadDim), float64(net.NumKVHeads*net.HeadDim)
	layers := c.layers(net.NumLayers)
	return sizes{
		Config: net, block: 2*d*q + 2*d*kv + 3*d*f, head: d * float64(net.VocabSize),
		trained: len(layers), passed: net.NumLayers - layers[0],
	}
}

// weights is how many numbers the model has.
func (s sizes) weights() float64 {
	d := float64(s.HiddenSize)
	n := float64(s.NumLayers)*(s.block+2*d) + s.head + d
	if !s.TieEmbeddings {
		n += s.head
	}
	return n
}

// modules are the inputs and outputs of the matrices of a block that TargetModules names.
func (s sizes) modules(c Config) (shapes [][2]float64) {
	d, f := float64(s.HiddenSize), float64(s.IntermediateSize)
	q, kv := float64(s.NumHeads*s.HeadDim), float64(s.NumKVHeads*s.HeadDim)
	all := map[string][2]float64{
		"q_proj": {d, q}, "k_proj": {d, kv}, "v_proj": {d, kv}, "o_proj": {q, d},
		"gate_proj": {d, f}, "up_proj": {d, f}, "down_proj": {f, d},
	}
	for _, m := range c.TargetModules {
		shapes = append(shapes, all[m])
	}
	return shapes
}

// parameters is how many numbers train.
func (s sizes) parameters(c Config) int64 {
	d, n := float64(s.HiddenSize), 0. // of a block
	switch {
	case c.Method == Full:
		return int64(s.weights())
	case c.Method == Expand:
		n = 3 * d * float64(c.neurons(s.Config))
	case c.Method == LoRA:
		for _, m := range s.modules(c) {
			n += (m[0] + m[1]) * float64(c.R)
		}
	case len(c.TargetModules) > 0:
		for _, m := range s.modules(c) {
			n += m[0] * m[1]
		}
	default:
		n = s.block + 2*d
	}
	return int64(n * float64(s.trained))
}
