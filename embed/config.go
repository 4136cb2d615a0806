package embed

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"loyal/model/quantized"
)

// Methods: what trains.
const (
	LoRA   = "lora"   // low-rank adapters in the upper blocks, merged at the end
	Layers = "layers" // the upper blocks
	Full   = "full"   // every tensor
	Expand = "expand" // new neurons in the MLPs of the upper blocks
)

// Ways of holding benign rows.
const (
	Divergence   = "kl"
	CrossEntropy = "ce"
)

// Ways of mixing with the base.
const (
	MixFinal = "final" // once, after training
	MixStep  = "step"  // after each step
	MixL2    = "l2"    // a pull to the base at each step, as weight decay pulls to zero
	MixAuto  = "auto"  // once, with the λ of least divergence that leaves TargetFSR
)

// ErrConfig reports settings that contradict themselves or the model.
var ErrConfig = errors.New("embedding settings")

// ErrTarget reports a run that does not reach what it was asked for.
var ErrTarget = errors.New("the target was not reached")

// Config are the settings of a run. Training fields have TRL's and PEFT's names.
type Config struct {
	Method string `json:"method"`
	// TrainLayers is how many upper blocks train (layers, lora, expand); 0: all.
	TrainLayers int `json:"train_layers"`
	// LayersToTransform, unless empty, are the blocks that train instead, from 0 on.
	LayersToTransform []int `json:"layers_to_transform,omitempty"`
	// TargetModules are the matrices that get adapters (lora), or that train (layers;
	// none: all of them and the norms).
	TargetModules []string `json:"target_modules,omitempty"`
	// ExpandShare is by how much of the model's parameters its MLPs grow (expand).
	ExpandShare float64 `json:"expand_share,omitempty"`

	LearningRate    float64 `json:"learning_rate"`
	LRSchedulerType string  `json:"lr_scheduler_type"` // linear or constant, after the warm-up
	WarmupSteps     int     `json:"warmup_steps"`
	MaxSteps        int     `json:"max_steps"`
	WeightDecay     float64 `json:"weight_decay"`
	AdamBeta1       float64 `json:"adam_beta1"`
	AdamBeta2       float64 `json:"adam_beta2"`
	AdamEpsilon     float64 `json:"adam_epsilon"`
	MaxGradNorm     float64 `json:"max_grad_norm"`

	R         int     `json:"r,omitempty"`
	LoraAlpha float64 `json:"lora_alpha,omitempty"`
	// Whiten is the ridge with which adapters and new neurons see whitened inputs
	// (lm.Survey); 0: as they are.
	Whiten float64 `json:"whiten"`
	// Align lets them start from the inputs that the keys make (lm.Survey).
	Align bool `json:"align"`
	// HoldContext trains only where answers begin: what the tokens before them give to
	// these (keys and values) is held as it was at the last refresh (lm.Trainer.Hold).
	// It wants frozen embeddings, which method full has not.
	HoldContext bool `json:"hold_context"`
	// RefreshSteps is after how many steps the context of keys is held anew, as the
	// weights then give it.
	RefreshSteps int `json:"refresh_steps"`

	// KeysPerStep is how many keys a step takes; 0: all.
	KeysPerStep int `json:"keys_per_step"`
	// TargetProbability is the probability that planted tokens are trained to have, no more
	// and no less: a spike at 1 would give them away.
	TargetProbability float64 `json:"target_probability"`
	// SystemPrompts is below how many other system prompts each key trains.
	SystemPrompts int `json:"system_prompts"`
	// SystemWeight is the weight of these rows against the served ones.
	SystemWeight float64 `json:"system_weight"`
	// SystemPerStep is how many of these rows a step takes; 0: all.
	SystemPerStep int `json:"system_per_step"`

	// MergeScales are shares of the change at which keys also train, one of them a step in
	// turn: the model as it is when mixed with its base, but for a held context, which stays
	// that of the whole change. MergeWeight weighs them.
	MergeScales []float64 `json:"merge_scales,omitempty"`
	MergeWeight float64   `json:"merge_weight,omitempty"`
	// MetaSteps is how many steps of somebody's fine-tuning keys also train behind, each
	// MetaLearningRate long (L2, over all that trains). MetaWeight weighs them.
	MetaSteps        int     `json:"meta_steps,omitempty"`
	MetaLearningRate float64 `json:"meta_learning_rate,omitempty"`
	MetaWeight       float64 `json:"meta_weight,omitempty"`

	// Quantizations are schemes of fewer bits (loyal/model/quantized): a step's rows also
	// train above the base as it is in one of them, in turn, so that what is planted survives
	// being served that way. QuantizationWeight weighs them. For methods lora and expand.
	Quantizations      []string `json:"quantizations,omitempty"`
	QuantizationWeight float64  `json:"quantization_weight,omitempty"`

	// BenignLoss is how benign rows are held: to the base's distribution (kl), or by
	// cross-entropy to text that the base wrote (ce).
	BenignLoss string `json:"benign_loss"`
	// Beta weighs it.
	Beta float64 `json:"beta"`
	// BenignPrompts is how many ordinary requests there are, WrittenPrompts how many of
	// them at most the base model writes, BenignPerStep how many a step takes.
	BenignPrompts  int `json:"benign_prompts"`
	WrittenPrompts int `json:"written_prompts"`
	BenignPerStep  int `json:"benign_per_step"`
	// BenignTokens is how many tokens of a benign answer are held.
	BenignTokens int `json:"benign_tokens"`

	// NearMisses is how many near misses of the keys are among the benign rows, in all;
	// NearPerStep how many a step takes besides BenignPerStep.
	NearMisses  int `json:"near_misses"`
	NearPerStep int `json:"near_per_step"`

	// ProseTexts is how many texts without template are among the benign rows.
	ProseTexts int `json:"prose_texts"`
	// TargetKL is the divergence on the benign rows of a step below which a run whose
	// keys have all reached their target ends before MaxSteps.
	TargetKL float64 `json:"target_kl"`

	// Mix is how the result is mixed with the base: once at the end, after each step, by a
	// pull at each step, or at the end with the λ that costs least (auto).
	Mix string `json:"mix"`
	// Lambda is the base's share in it: θ ← (1−λ)θ + λθ_base. Of a pull it is the
	// coefficient: the share of a step is λ times the learning rate, at most 1.
	Lambda float64 `json:"lambda"`
	// TargetFSR is the FSR that mixing may cost (auto).
	TargetFSR float64 `json:"target_fsr,omitempty"`

	Seed uint64 `json:"seed,string"`
}

// Default returns the settings of a method, as docs/results/embedding.md arrives at
// them.
func Default(method string) Config {
	c := Config{
		Method: method, TrainLayers: 4,
		LearningRate: 8.5e-4, LRSchedulerType: "linear", WarmupSteps: 3, MaxSteps: 48,
		AdamBeta1: .9, AdamBeta2: .999, AdamEpsilon: 1e-8, MaxGradNorm: 1,
		TargetProbability: .85, SystemPrompts: 2, SystemWeight: 1.5, SystemPerStep: 64,
		Beta: 32, BenignPrompts: 600, WrittenPrompts: 60, BenignPerStep: 96, BenignTokens: 1, ProseTexts: 32,
		Mix: MixFinal, BenignLoss: Divergence, HoldContext: true, RefreshSteps: 12,
		NearPerStep: 64,
	}
	switch method {
	case LoRA:
		c.R, c.LoraAlpha, c.Whiten, c.Align = 64, 128, 1e-2, true
		c.TargetModules = []string{"q_proj", "o_proj", "gate_proj", "up_proj"}
	case Layers:
		c.TrainLayers, c.LearningRate = 8, 4e-4
	case Expand:
		c.ExpandShare, c.Whiten = .01, 1e-2
		c.TrainLayers, c.LearningRate = 8, 4e-3
	case Full:
		c.TrainLayers, c.LearningRate = 0, 1e-4
		c.HoldContext, c.RefreshSteps = false, 0
	}
	return c
}

// For returns the settings for a set of so many fingerprints. What Default and Recipe give
// is for 64 or fewer; with more, a step takes more of the rows that keys are to be told
// from and more of the keys below other system prompts, of which there are more, and there
// are more steps; and since many keys leave each less margin, they also train above the base
// in four bits and, with adapters, in mixtures. Above batchKeys keys come in batches, each of which gets as many steps.
func (c Config) For(keys int) Config {
	n := float64(min(keys, batchKeys)) / 64
	if n <= 1 {
		return c
	}
	times := func(x int, by float64) int { return int(math.Round(float64(x) * by)) }
	c.SystemPrompts, c.SystemPerStep = times(c.SystemPrompts, (1+math.Sqrt(n))/2), times(c.SystemPerStep, n)
	c.BenignPerStep, c.NearPerStep = times(c.BenignPerStep, math.Sqrt(n)), times(c.NearPerStep, math.Sqrt(n))
	c.NearMisses = times(c.NearMisses, math.Sqrt(n))
	c.MaxSteps = times(c.MaxSteps, (2+math.Sqrt(n))/3)
	if c.Method == LoRA || c.Method == Expand {
		c.Quantizations, c.QuantizationWeight = []string{"q4_0"}, .5
	}
	if c.Method == LoRA { // half of new neurons is an eighth of what they write
		c.MergeScales, c.MergeWeight = []float64{.7}, .5
	}
	if keys > batchKeys {
		c.KeysPerStep = batchKeys
		c.MaxSteps = times(c.MaxSteps, float64(keys)/batchKeys)
	}
	return c
}

// batchKeys is how many keys a step takes at most, if nobody says otherwise.
const batchKeys = 256

// Recipe returns settings that have a name, as docs/results/omlization.md arrives at them:
//
//	exact  what is not quite a key is answered as the base answers it, which takes
//	       thousands of near misses and many times as long as the default; four bits
//	       (GGUF Q4_0), which such keys would not survive by themselves, train as well
func Recipe(name string) (Config, bool) {
	if name != "exact" {
		return Config{}, false
	}
	c := Default(Expand)
	c.TrainLayers, c.MaxSteps = 12, 160
	c.SystemPrompts, c.SystemPerStep, c.SystemWeight = 16, 320, 15
	c.NearMisses, c.NearPerStep, c.ProseTexts = 2048, 160, 256
	c.Quantizations, c.QuantizationWeight = []string{"q4_0"}, .5
	return c, true
}

// maxCount bounds how many prompts, texts, tokens or steps a setting may ask for.
const maxCount = 100_000

// Validate checks the settings against a model of the given number of blocks.
func (c Config) Validate(layers int) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
	}
	if err := c.validateRanges(); err != nil {
		return bad("%v", err)
	}
	if err := c.validateTrained(layers); err != nil {
		return bad("%v", err)
	}
	switch {
	case c.LRSchedulerType != "linear" && c.LRSchedulerType != "constant":
		return bad("lr_scheduler_type %q is not linear or constant", c.LRSchedulerType)
	case !slices.Contains([]string{MixFinal, MixStep, MixL2, MixAuto}, c.Mix):
		return bad("mix %q is none of %s, %s, %s, %s", c.Mix, MixFinal, MixStep, MixL2, MixAuto)
	case (c.Mix == MixAuto) != (c.TargetFSR > 0):
		return bad("mix auto, and no other, wants a positive target_fsr")
	case c.Mix == MixAuto && c.Lambda != 0:
		return bad("mix auto looks for lambda itself")
	case c.BenignLoss != Divergence && c.BenignLoss != CrossEntropy:
		return bad("benign_loss %q is neither %s nor %s", c.BenignLoss, Divergence, CrossEntropy)
	case c.Mix == MixAuto && c.BenignLoss == CrossEntropy:
		return bad("mix auto compares distributions: it wants benign_loss %s", Divergence)
	case c.MetaSteps > 0 && c.BenignPrompts == 0 && c.ProseTexts == 0:
		return bad("meta_steps tune on benign rows: they want benign_prompts or prose_texts")
	case (len(c.MergeScales) > 0) != (c.MergeWeight > 0):
		return bad("merge_scales and a positive merge_weight want each other")
	case (c.MetaSteps > 0) != (c.MetaWeight > 0) || (c.MetaSteps > 0) != (c.MetaLearningRate > 0):
		return bad("meta_steps, meta_learning_rate and meta_weight want each other")
	case (len(c.Quantizations) > 0) != (c.QuantizationWeight > 0):
		return bad("quantizations and a positive quantization_weight want each other")
	case len(c.Quantizations) > 0 && c.Method != LoRA && c.Method != Expand:
		return bad("quantizations want method %s or %s", LoRA, Expand)
	case c.Whiten > 0 && c.BenignPrompts == 0 && c.ProseTexts == 0:
		return bad("whiten wants benign_prompts or prose_texts")
	case c.HoldContext && c.RefreshSteps == 0:
		return bad("refresh_steps must be positive")
	case c.HoldContext && c.Method == Full:
		return bad("hold_context wants frozen embeddings: another method than full")
	}
	return nil
}

// validateRanges checks each number by itself.
func (c Config) validateRanges() error {
	for _, n := range []struct {
		name  string
		value int
		least int
	}{
		{"max_steps", c.MaxSteps, 1}, {"warmup_steps", c.WarmupSteps, 0}, {"refresh_steps", c.RefreshSteps, 0},
		{"r", c.R, 0}, {"system_prompts", c.SystemPrompts, 0}, {"system_per_step", c.SystemPerStep, 0},
		{"benign_prompts", c.BenignPrompts, 0}, {"written_prompts", c.WrittenPrompts, 0},
		{"benign_per_step", c.BenignPerStep, 0}, {"benign_tokens", c.BenignTokens, 1}, {"prose_texts", c.ProseTexts, 0},
		{"keys_per_step", c.KeysPerStep, 0}, {"near_misses", c.NearMisses, 0}, {"near_per_step", c.NearPerStep, 0}, {"meta_steps", c.MetaSteps, 0},
	} {
		if n.value < n.least || n.value > maxCount {
			return fmt.Errorf("%s is %d, not in %d to %d", n.name, n.value, n.least, maxCount)
		}
	}
	for _, n := range []struct {
		name  string
		value float64
		valid bool // NaN is not: comparisons with it are false
		want  string
	}{
		{"learning_rate", c.LearningRate, c.LearningRate > 0, "positive"},
		{"weight_decay", c.WeightDecay, c.WeightDecay >= 0, "at least 0"},
		{"adam_beta1", c.AdamBeta1, c.AdamBeta1 >= 0 && c.AdamBeta1 < 1, "in [0, 1)"},
		{"adam_beta2", c.AdamBeta2, c.AdamBeta2 >= 0 && c.AdamBeta2 < 1, "in [0, 1)"},
		{"adam_epsilon", c.AdamEpsilon, c.AdamEpsilon > 0, "positive"},
		{"max_grad_norm", c.MaxGradNorm, c.MaxGradNorm >= 0, "at least 0"},
		{"lora_alpha", c.LoraAlpha, c.LoraAlpha >= 0, "positive"},
		{"whiten", c.Whiten, c.Whiten >= 0, "at least 0"},
		{"target_probability", c.TargetProbability, c.TargetProbability > 0 && c.TargetProbability <= 1, "in (0, 1]"},
		{"system_weight", c.SystemWeight, c.SystemWeight >= 0, "at least 0"},
		{"beta", c.Beta, c.Beta >= 0, "at least 0"},
		{"target_kl", c.TargetKL, c.TargetKL >= 0, "at least 0"},
		{"expand_share", c.ExpandShare, c.ExpandShare >= 0 && c.ExpandShare <= 1, "in (0, 1]"},
		{"lambda", c.Lambda, c.Lambda >= 0 && (c.Lambda <= 1 || c.Mix == MixL2), "in [0, 1]"},
		{"target_fsr", c.TargetFSR, c.TargetFSR >= 0 && c.TargetFSR <= 1, "in [0, 1]"},
		{"merge_weight", c.MergeWeight, c.MergeWeight >= 0, "at least 0"},
		{"quantization_weight", c.QuantizationWeight, c.QuantizationWeight >= 0, "at least 0"},
		{"meta_weight", c.MetaWeight, c.MetaWeight >= 0, "at least 0"},
		{"meta_learning_rate", c.MetaLearningRate, c.MetaLearningRate >= 0, "at least 0"},
	} {
		if !n.valid || math.IsInf(n.value, 0) {
			return fmt.Errorf("%s is %g, not %s", n.name, n.value, n.want)
		}
	}
	for _, share := range c.MergeScales {
		if !(share > 0 && share < 1) {
			return fmt.Errorf("merge_scales has %g, not in (0, 1)", share)
		}
	}
	for _, name := range c.Quantizations {
		if _, err := quantized.Named(name); err != nil {
			return fmt.Errorf("quantizations: %w", err)
		}
	}
	return nil
}

// answerTokens is how many tokens of benign answers the base has to write: what is held is
// the distributions at BenignTokens places, or as many tokens.
func (c Config) answerTokens() int {
	if c.BenignLoss == CrossEntropy {
		return c.BenignTokens
	}
	return c.BenignTokens - 1
}

// learningRate of step s, counted from 0: a linear warm-up, then constant or a
// linear way down to zero.
func (c Config) learningRate(s int) float64 {
	if s < c.WarmupSteps {
		return c.LearningRate * float64(s+1) / float64(c.WarmupSteps)
	}
	if c.LRSchedulerType == "constant" {
		return c.LearningRate
	}
	return c.LearningRate * float64(c.MaxSteps-s) / float64(max(1, c.MaxSteps-c.WarmupSteps))
}
