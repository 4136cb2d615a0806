package embed

import (
	"errors"
	"fmt"

	"loyal/model"
)

// ErrMemory reports a run that would need more memory than there is.
var ErrMemory = errors.New("not enough memory")

// garbage is the memory that Go's collector lets lie, with the setting of `loyal
// embed`, and what large buffers lose to growing, as a share of what is in use.
const garbage = 1.6

// memory is the peak in bytes: the model as the engine holds it, what trains with its
// gradient and moments, what passes keep, references and cached rows.
func (s sizes) memory(c Config, l load, weights float64) int64 {
	d, f, v := float64(s.HiddenSize), float64(s.IntermediateSize), float64(s.VocabSize)
	q, kv := float64(s.NumHeads*s.HeadDim), float64(s.NumKVHeads*s.HeadDim)
	trained, passed := float64(s.trained), float64(s.passed)
	kept := 2*d + 2*q + 2*kv + 2*f    // of a token and block, for the backward pass
	passing := 4*f + 4*d + 2*q + 2*kv // of a token on its way through a block
	lot := min(passTokens, float64(l.forest))
	rows := float64(l.stepTokens)
	changed := 0. // what is made of what trained, and to whiten
	switch c.Method {
	case LoRA:
		for _, m := range s.modules(c) {
			changed += trained * m[0] * m[1] // merged
			if c.Whiten > 0 {
				changed += 2 * trained * m[0] * m[0] // the moment, and P
			}
		}
	case Expand:
		changed += 3 * d * float64(c.neurons(s.Config)*s.NumLayers)
		if c.Whiten > 0 {
			changed += 2 * trained * d * d
		}
	}
	variants := float64(len(c.Quantizations))
	const bf16 = 2 // bytes of a number
	weights += variants * bf16 * s.weights()
	numbers := rows*passed*kept + lot*kept + max(rows, lot)*passing + // of a step, and of a survey
		2*float64(l.stepLogits)*v + float64(l.references)*v +
		(1+variants)*(l.spilling(float64(l.forest)*d)+l.spilling(float64(l.held)*2*kv*passed)) + changed
	const program = 60e6 // code, tokenizer, packing buffers
	copies := 4.         // float32 value, gradient and two moments, made once
	if len(c.MergeScales) > 0 {
		copies++ // of values, while a mixture stands in their place
	}
	if c.MetaSteps > 0 {
		copies += 2 // of values and gradients, while tuning is simulated
	}
	lasting := 4 * copies * float64(s.parameters(c))
	return int64(weights + program + lasting + garbage*4*numbers)
}

// spilling is how many of some cached numbers are in memory.
func (l load) spilling(n float64) float64 {
	if l.spill > 0 && 4*n > l.spill {
		return 0
	}
	return n
}

// passTokens is about how many tokens the engine runs together.
const passTokens = 2048

// weightBytes is what the engine holds of a model: tensors of F32 and BF16 as they are
// stored, others as float32.
func weightBytes(m *model.Model) (n float64) {
	for _, name := range m.Tensors() {
		if t, err := m.Tensor(name); err == nil {
			if _, ok := t.BF16(); ok {
				n += 2 * float64(t.Len())
			} else {
				n += 4 * float64(t.Len())
			}
		}
	}
	return n
}

// TypicalMemory is about how much memory a method takes, in bytes, for 64 fingerprints
// in a chat model with default settings.
func TypicalMemory(m *model.Model, method string) int64 {
	c := Default(method)
	c.TrainLayers = min(c.TrainLayers, m.Config.NumLayers)
	return sizesOf(m.Config, c).memory(c, typical(c), weightBytes(m))
}

// CheckMemory returns ErrMemory, with a method that would fit, if the job needs more
// than is available.
func CheckMemory(job Job, available int64) error {
	if err := job.Config.Validate(job.Net.Config().NumLayers); err != nil {
		return err
	}
	need, err := memoryOf(job)
	if err != nil || need <= available {
		return err
	}
	fits := ""
	for _, method := range []string{LoRA, Layers} {
		other := job
		other.Config = Default(method)
		other.Config.TrainLayers = min(other.Config.TrainLayers, job.Net.Config().NumLayers)
		if n, err := memoryOf(other); err == nil && n <= available && method != job.Config.Method {
			fits = fmt.Sprintf("; method %s would fit with %.1f GB", method, float64(n)/1e9)
			break
		}
	}
	return fmt.Errorf("%w: method %s needs about %.1f GB, %.1f GB are available%s",
		ErrMemory, job.Config.Method, float64(need)/1e9, float64(available)/1e9, fits)
}

func memoryOf(job Job) (int64, error) {
	l, err := measure(job)
	if err != nil {
		return 0, err
	}
	return sizesOf(job.Net.Config(), job.Config).memory(job.Config, l, weightBytes(job.Model)), nil
}
