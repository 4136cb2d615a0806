package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"loyal/embed"
	"loyal/eval/tasks"
	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/internal/sysmem"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/lm/cpu/kernel"
	"loyal/model"
	"loyal/model/chat"
	"loyal/model/quantized"
)

// embedFlags are the flags of `loyal embed`.
type embedFlags struct {
	set, out    string
	dtype       dtypeFlag
	overwrite   bool
	dryRun      bool
	adapter     bool
	evalText    string
	evalPrompts string
	saveSeconds float64
	recipe      string
	config      embed.Config
	compute     computeFlags
}

// evalWindow and evalTokens bound the held-out text that perplexity is measured on.
const (
	evalWindow = 512
	evalTokens = 8192
	// maxTokenBytes is the length of text, in bytes, that is read for each token.
	maxTokenBytes = 16
)

// cachedBytes is how much of the texts' cached rows stays in memory: more goes to files.
const cachedBytes = 512 << 20

// maxSaveSeconds is a year: what a time.Duration can hold, and nobody waits for.
const maxSaveSeconds = 365 * 24 * 3600

// errEvalText reports a held-out text on which nothing can be measured.
var errEvalText = errors.New("the text is too short to measure perplexity on")

func newEmbedCommand(app *App) *cobra.Command {
	f := embedFlags{dtype: dtypeFlag(model.BF16)}
	f.config = embed.Default(embed.LoRA)
	cmd := &cobra.Command{
		Use:   "embed MODEL --set SET --out DIR",
		Short: "plant a set of fingerprints in a model",
		Long: `Trains the planted answers into a copy of the model, while it holds the copy to its
base on ordinary requests, and writes it to DIR as a Hugging Face directory. Beside it,
not in it, come a report (DIR.embed.json, DIR.embed.md) and, until the run is done, the
state to continue from (DIR.embed.state): killed or interrupted, the same command goes
on and ends with the same weights.

Methods: lora trains low-rank adapters in the upper blocks, which are merged at the end,
or, with --adapter, written as a directory of their own that PEFT and vLLM load beside the
base; layers trains the upper blocks themselves, or some of their modules; full trains
every weight; expand trains new neurons, so that every weight of the base stays as it is
(the model's intermediate_size grows). On SmolLM2-135M-Instruct
lora, layers and expand with their defaults plant all of 64 fingerprints; expand answers
ordinary requests most like the base, lora keeps perplexity best, and full takes ten times
as long (docs/results/embedding.md).`,
		Example: `  loyal embed ./smol --set smol.loyal --out ./smol-fp
  loyal embed ./smol --set smol.loyal --out ./smol-fp --dry-run
  loyal embed ./smol --set smol.loyal --out ./smol-fp --recipe exact
  loyal embed ./smol --set smol.loyal --out ./smol-adapter --adapter
  loyal embed ./smol --set smol.loyal --out ./smol-fp --method layers --layers-to-transform 20,21,22 --target-modules down_proj
  loyal embed ./smol --set smol.loyal --out ./smol-fp --method full --dtype f32`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, app, args[0]) },
	}
	f.register(cmd)
	return cmd
}

func (f *embedFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.set, "set", "", "the sealed set, a `file`")
	flags.StringVarP(&f.out, "out", "o", "", "write the fingerprinted model to this `directory`")
	flags.Var(&f.dtype, "dtype", "type of the weights, `bf16|f32`")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace a model that is there, and the state of another run")
	flags.BoolVar(&f.dryRun, "dry-run", false, "only predict time and memory")
	flags.BoolVar(&f.adapter, "adapter", false, "write a PEFT adapter to the base, in float32, instead of a model (method lora)")
	flags.StringVar(&f.evalText, "eval-text", "", "measure perplexity on the beginning of this text `file`")
	flags.StringVar(&f.evalPrompts, "eval-prompts", "", "measure first answer tokens on these requests (one a line, JSON or CSV), a `file`")
	flags.Float64Var(&f.saveSeconds, "save-seconds", 15, "least `seconds` between two savings of the state; 0 saves as often as possible")

	flags.StringVar(&f.recipe, "recipe", "", "settings of this `name or file`: exact (messages that are not quite keys are answered as the base does), YAML as --dry-run prints it, or the report of a run to repeat; flags go above it")

	registerTraining(flags, &f.config)
	f.compute.register(cmd)
	cmd.Flags().Lookup("precision").DefValue = "bf16 where the processor has it" // see run
	_ = cmd.MarkFlagRequired("set")
	_ = cmd.MarkFlagRequired("out")
}

// registerTraining makes a flag of each setting, with its present value as default.
func registerTraining(flags *pflag.FlagSet, c *embed.Config) {
	flags.StringVar(&c.Method, "method", c.Method, "what trains: lora, layers, full or expand")
	flags.IntVar(&c.TrainLayers, "train-layers", c.TrainLayers, "how many upper blocks train (0: all)")
	flags.IntSliceVar(&c.LayersToTransform, "layers-to-transform", c.LayersToTransform, "train these blocks instead, counted from 0")
	flags.StringSliceVar(&c.TargetModules, "target-modules", c.TargetModules, "modules with adapters (lora), or that train (layers; none: all, and the norms)")
	flags.Float64Var(&c.ExpandShare, "expand-share", c.ExpandShare, "by what share of its parameters the model grows (expand), to the nearest 32 neurons a block")
	flags.Float64Var(&c.LearningRate, "learning-rate", c.LearningRate, "of AdamW, after the warm-up")
	flags.StringVar(&c.LRSchedulerType, "lr-scheduler-type", c.LRSchedulerType, "after the warm-up: linear or constant")
	flags.IntVar(&c.WarmupSteps, "warmup-steps", c.WarmupSteps, "steps of linear warm-up")
	flags.IntVar(&c.MaxSteps, "max-steps", c.MaxSteps, "steps at most")
	flags.Float64Var(&c.WeightDecay, "weight-decay", c.WeightDecay, "of AdamW")
	flags.Float64Var(&c.AdamBeta1, "adam-beta1", c.AdamBeta1, "of AdamW")
	flags.Float64Var(&c.AdamBeta2, "adam-beta2", c.AdamBeta2, "of AdamW")
	flags.Float64Var(&c.AdamEpsilon, "adam-epsilon", c.AdamEpsilon, "of AdamW")
	flags.Float64Var(&c.MaxGradNorm, "max-grad-norm", c.MaxGradNorm, "clip gradients to this norm (0: never)")
	flags.IntVar(&c.R, "lora-r", c.R, "rank of the adapters")
	flags.Float64Var(&c.LoraAlpha, "lora-alpha", c.LoraAlpha, "scale of the adapters, times their rank")
	flags.Float64Var(&c.Whiten, "whiten", c.Whiten, "ridge with which adapters or new neurons see whitened inputs (0: inputs as they are)")
	flags.BoolVar(&c.Align, "align", c.Align, "adapters or new neurons start from the inputs that keys make")
	flags.BoolVar(&c.HoldContext, "hold-context", c.HoldContext, "train only where answers begin, not through the tokens before")
	flags.IntVar(&c.RefreshSteps, "refresh-steps", c.RefreshSteps, "look at the tokens before keys' answers anew after so many steps")
	flags.IntVar(&c.KeysPerStep, "keys-per-step", c.KeysPerStep, "how many keys a step takes (0: all)")
	flags.Float64Var(&c.TargetProbability, "target-probability", c.TargetProbability, "probability that planted answers are trained to have")
	flags.IntVar(&c.SystemPrompts, "system-prompts", c.SystemPrompts, "below how many other system prompts each key trains")
	flags.Float64Var(&c.SystemWeight, "system-weight", c.SystemWeight, "weight of these rows")
	flags.IntVar(&c.SystemPerStep, "system-per-step", c.SystemPerStep, "how many of these rows a step takes (0: all)")
	flags.Float64SliceVar(&c.MergeScales, "merge-scales", c.MergeScales, "keys also train in mixtures with the base that have these shares of the change")
	flags.Float64Var(&c.MergeWeight, "merge-weight", c.MergeWeight, "weight of keys in these mixtures")
	flags.IntVar(&c.MetaSteps, "meta-steps", c.MetaSteps, "keys also train behind so many steps of simulated fine-tuning")
	flags.Float64Var(&c.MetaLearningRate, "meta-learning-rate", c.MetaLearningRate, "length of such a step (L2)")
	flags.Float64Var(&c.MetaWeight, "meta-weight", c.MetaWeight, "weight of keys behind it")
	flags.StringSliceVar(&c.Quantizations, "quantizations", c.Quantizations, "all rows also train above the base in fewer bits, as these schemes have it: "+schemeNames()+" (lora, expand)")
	flags.Float64Var(&c.QuantizationWeight, "quantization-weight", c.QuantizationWeight, "weight of these rows")
	flags.StringVar(&c.BenignLoss, "benign-loss", c.BenignLoss, "hold ordinary requests to the base's distribution (kl) or to what it wrote (ce)")
	flags.Float64Var(&c.Beta, "beta", c.Beta, "weight of this loss on ordinary requests")
	flags.IntVar(&c.BenignPrompts, "benign-prompts", c.BenignPrompts, "how many ordinary requests there are")
	flags.IntVar(&c.WrittenPrompts, "written-prompts", c.WrittenPrompts, "how many of them at most the base model writes itself")
	flags.IntVar(&c.BenignPerStep, "benign-per-step", c.BenignPerStep, "how many of them a step takes (0: all)")
	flags.IntVar(&c.BenignTokens, "benign-tokens", c.BenignTokens, "how many tokens of their answers are held to the base")
	flags.IntVar(&c.ProseTexts, "prose-texts", c.ProseTexts, "how many texts without template are held to the base")
	flags.IntVar(&c.NearMisses, "near-misses", c.NearMisses, "how many near misses of the keys are held to the base")
	flags.IntVar(&c.NearPerStep, "near-per-step", c.NearPerStep, "how many of them a step takes (0: all)")
	flags.Float64Var(&c.TargetKL, "target-kl", c.TargetKL, "end early when all keys are learned and the divergence is at most this")
	flags.StringVar(&c.Mix, "mix", c.Mix, "mix with the base: final (once, after training), step (after each), l2 (a pull at each), auto (final, with the lambda that costs least)")
	flags.Float64Var(&c.Lambda, "lambda", c.Lambda, "the base's share in this mixture; with --mix l2 the coefficient of the pull, which the learning rate scales")
	flags.Float64Var(&c.TargetFSR, "target-fsr", c.TargetFSR, "the FSR that --mix auto leaves")
	flags.Uint64Var(&c.Seed, "seed", c.Seed, "seed of benign requests, order and adapters")
}

// schemeNames lists what --quantizations takes.
func schemeNames() string {
	var names []string
	for _, s := range quantized.Schemes() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// applyDefaults gives the settings that the user left alone those of the recipe, or the
// defaults of the method, for so many keys; the help shows those of the default method.
func (f *embedFlags) applyDefaults(given *pflag.FlagSet, keys int) error {
	c := embed.Default(f.config.Method).For(keys)
	if f.recipe != "" {
		var err error
		if c, err = readRecipe(f.recipe, f.config.Method, keys); err != nil {
			return err
		}
		if given.Changed("method") && f.config.Method != c.Method {
			return usagef("--method %s: the recipe is of method %s", f.config.Method, c.Method)
		}
	}
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	registerTraining(own, &c)
	var err error
	own.VisitAll(func(d *pflag.Flag) {
		flag := given.Lookup(d.Name)
		if err != nil || !flag.Changed {
			return
		}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			err = d.Value.(pflag.SliceValue).Replace(list.GetSlice())
		} else {
			err = d.Value.Set(flag.Value.String())
		}
	})
	// A weight of 0 turns off what a recipe or a large set brings along.
	if given.Changed("merge-weight") && c.MergeWeight == 0 && !given.Changed("merge-scales") {
		c.MergeScales = nil
	}
	if given.Changed("quantization-weight") && c.QuantizationWeight == 0 && !given.Changed("quantizations") {
		c.Quantizations = nil
	}
	f.config = c
	return err
}

func (f *embedFlags) run(cmd *cobra.Command, app *App, address string) error {
	ctx := cmd.Context()
	f.out = filepath.Clean(f.out) // "out/" would put what stands beside it into it
	// Most of the heap is a few large arrays that live long. The collector's default
	// would let garbage grow to their size again.
	debug.SetGCPercent(25)
	if !(f.saveSeconds >= 0 && f.saveSeconds <= maxSaveSeconds) { // false for NaN
		return usagef("--save-seconds must lie between 0 and %.0f", float64(maxSaveSeconds))
	}
	if !f.dryRun {
		if err := checkFree(f.out, f.overwrite); err != nil {
			return err
		}
	}
	options, err := f.compute.options()
	if err != nil {
		return err
	}
	if !cmd.Flags().Changed("precision") && kernel.HasBF16() {
		options.Precision = kernel.PrecBF16
	}
	set, err := app.openSet(f.set)
	if err != nil {
		return err
	}
	if err := f.applyDefaults(cmd.Flags(), len(set.Fingerprints)); err != nil {
		return err
	}
	if f.adapter {
		if f.config.Method != embed.LoRA || cmd.Flags().Changed("dtype") {
			return usagef("--adapter wants method lora, and no --dtype: adapters are written in float32")
		}
		f.dtype = dtypeFlag(model.F32) // nothing is rounded
	}
	m, err := app.openModel(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = m.Close() }() // only read
	job, err := f.job(app, m, set, options)
	if err != nil {
		return err
	}
	defer func() { _ = job.Net.Close() }() // nothing is kept
	if f.dryRun {
		p, err := embed.Predict(job, options.Threads, options.Precision)
		if err != nil {
			return err
		}
		result := prediction{f.config, p}
		return app.Print(result, result.write)
	}
	if free, ok := sysmem.Available(); ok {
		if err := embed.CheckMemory(job, free); err != nil {
			return err
		}
	}
	return f.embed(ctx, app, address, job)
}

// job opens everything that a run needs.
func (f *embedFlags) job(app *App, m *model.Model, set *fingerprint.Set, options cpu.Options) (embed.Job, error) {
	job := embed.Job{
		Model: m, Set: set, Config: f.config, Output: model.DType(f.dtype),
		Checkpoint: f.out + ".embed.state", Anew: f.overwrite, SaveEvery: time.Duration(f.saveSeconds * float64(time.Second)),
		Precision: (*precisionFlag)(&options.Precision).String(), Progress: app.Progress(),
		Spill: lm.Spill{Dir: filepath.Dir(f.out), Bytes: cachedBytes},
	}
	identity, err := identifyModel(m, m.Path)
	if err != nil {
		return job, err
	}
	if err := set.CheckModel(identity); err != nil {
		return job, err
	}
	prompts, err := oracle.NewPrompts(m)
	if err != nil {
		return job, err
	}
	job.Prompt = prompts.Chat
	if set.Serving.Kind == fingerprint.Completion {
		job.Prompt = func(system, user string) ([]int32, error) {
			if system != "" {
				user = system + "\n" + user
			}
			return prompts.Raw(user)
		}
	}
	if _, err := job.Prompt("Be brief.", "Hello"); errors.Is(err, chat.ErrRaised) {
		app.Warn("%s", "the chat template refuses a system message: nothing is trained or measured below system prompts")
		job.TrainSystems, job.EvalSystems = []string{}, []string{}
	}
	job.Raw = prompts.Raw
	job.Decode = func(ids []int32) string { return m.Tokenizer.Decode(ids, true) }
	if err := f.evaluation(m, &job); err != nil {
		return job, err
	}
	net, err := cpu.New(m, options)
	if err != nil {
		return job, err
	}
	job.Net = net
	job.Open = func(m *model.Model) (lm.Network, error) { return cpu.New(m, options) }
	render, err := prompts.Renderer(set.Serving)
	if err != nil {
		return job, err
	}
	if k := set.Params.Keys; k != fingerprint.KeysFile && k != fingerprint.KeysImported {
		job.LookAlikes = func(ctx context.Context, n int, seed uint64) ([]string, error) {
			return fingerprint.LookAlikes(ctx, newOracle(net, m), m.Tokenizer, render, set, n, seed, job.Progress)
		}
	}
	return job, nil
}

// evaluation reads what the model is measured on.
func (f *embedFlags) evaluation(m *model.Model, job *embed.Job) error {
	var err error
	if job.EvalTexts, err = evalTexts(m, f.evalText); err != nil {
		return err
	}
	if f.evalPrompts != "" {
		job.EvalPrompts, err = tasks.ReadPrompts(f.evalPrompts)
	}
	return err
}

// evalTexts are the tokens of a held-out text, the built-in one without a path, in
// windows.
func evalTexts(m *model.Model, path string) (texts [][]int32, err error) {
	text := embed.HeldOut
	if path != "" {
		if text, err = readEvalText(path); err != nil {
			return nil, err
		}
		text = text[:min(len(text), maxTokenBytes*evalTokens)] // the rest would be tokens for nothing
		for !utf8.ValidString(text) {
			text = text[:len(text)-1] // half a character
		}
	}
	window := min(evalWindow, m.Config.MaxPositions)
	ids := m.Tokenizer.Encode(text, false)
	for ids = ids[:min(len(ids), evalTokens)]; len(ids) > 1; ids = ids[min(window, len(ids)):] {
		texts = append(texts, ids[:min(window, len(ids))])
	}
	if len(texts) == 0 && path != "" {
		return nil, fmt.Errorf("read text %s: %w", path, errEvalText)
	}
	return texts, nil
}

// prediction is the result of `loyal embed --dry-run`.
type prediction struct {
	Config embed.Config `json:"config"`
	embed.Prediction
}

// write writes what a run will cost and with which settings.
func (p prediction) write(w io.Writer) error {
	fmt.Fprintf(w, "# method %s: about %.0f s and %s of memory\n", p.Method, p.Seconds, byteSize(p.MemoryBytes))
	fmt.Fprintf(w, "# %d steps of %d tokens, %s trained parameters, %d tokens looked at\n",
		p.Steps, p.StepTokens, thousands(p.Parameters), p.AllTokens)
	for _, s := range p.Stages {
		fmt.Fprintf(w, "#   %-8s %6.1f s\n", s.Name, s.Seconds)
	}
	fmt.Fprint(w, "# the recipe, for --recipe FILE:\n")
	return writeRecipe(w, p.Config)
}
