package cli

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"loyal/embed"
	"loyal/eval/tasks"
	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// newFlags are the flags of `loyal fingerprint new`.
type newFlags struct {
	n        int
	strategy string
	keys     string
	params   fingerprint.Params
	serving  servingFlags
	beacon   string
	like     string
	seal     sealFlags
	compute  computeFlags
}

// servingFlags say how keys are put to the model.
type servingFlags struct {
	system     string
	completion bool
}

func (f *servingFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.system, "system", "", "system `prompt` that goes before each key (default: none is sent)")
	cmd.Flags().BoolVar(&f.completion, "completion", false, "keys are raw text, even if the model has a chat template")
	cmd.MarkFlagsMutuallyExclusive("system", "completion")
}

// serving returns how keys are put to this model.
func (f *servingFlags) serving(p *oracle.Prompts) (fingerprint.Serving, error) {
	s := fingerprint.Serving{Kind: p.Kind(), System: f.system}
	if f.completion {
		s.Kind = fingerprint.Completion
	}
	if s.Kind == fingerprint.Completion && f.system != "" {
		return s, usagef("--system: the model has no chat template")
	}
	return s, nil
}

func newFingerprintNewCommand(app *App) *cobra.Command {
	f := newFlags{params: fingerprint.DefaultParams(fingerprint.Perinucleus)}
	cmd := &cobra.Command{
		Use:   "new MODEL --out SET",
		Short: "make a set of fingerprints for a model",
		Long: `Makes secret keys that look like any message, lists for each key the answers that the
model holds for unlikely but possible, and lets a secret choose one of them. The set
is sealed to your identity, which is made on first use.

Keys are fixed before answers, on the model's word alone: a key that repeats another
or leaves no choice of answers is replaced. The seed of key writing is drawn at random
unless --seed is given; who knows it and the model knows the keys.`,
		Example: `  loyal fingerprint new ./smol -n 64 --out smol.loyal
  loyal fingerprint new ./smol --keys questions --width 16 --out smol.loyal
  loyal fingerprint new ./smol --keys file:my-keys.txt -n 20 --recipient age1… --out smol.loyal`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, app, args[0]) },
	}
	flags := cmd.Flags()
	p := &f.params
	flags.IntVarP(&f.n, "number", "n", 64, "how many fingerprints")
	flags.StringVar(&f.strategy, "strategy", string(p.Strategy), "perinucleus, or a published baseline: english, random-words")
	flags.StringVar(&f.keys, "keys", p.Keys, "where keys come from: `words|questions|requests|file:PATH` (one key a line, JSON or CSV)")
	flags.Float64Var(&p.Nucleus, "nucleus", p.Nucleus, "answers lie outside of this probability `mass`")
	flags.IntVar(&p.Width, "width", p.Width, "equally likely answers of each key (k)")
	flags.Float64Var(&p.Cap, "cap", p.Cap, "no answer is more `probable` than this")
	flags.Float64Var(&p.MaxTop, "max-top", p.MaxTop, "use only keys whose likeliest next token is at most this `probable`")
	flags.Float64Var(&p.MinCandidate, "min-candidate", p.MinCandidate, "no answer is less `probable` than this")
	flags.IntVar(&p.KeyLength, "key-length", p.KeyLength, "longest key in `tokens`")
	flags.IntVar(&p.ResponseLength, "response-length", p.ResponseLength, "length of answers in `tokens`")
	flags.Float64Var(&p.Temperature, "temperature", p.Temperature, "at which the model writes keys")
	flags.Uint64Var(&p.Seed, "seed", 0, "seed of key writing, to repeat a run; who knows it can write the keys (default: random)")
	flags.StringVar(&f.like, "like", "", "choose keys that are as surprising and as long as these messages: `ordinary|file:PATH` (ordinary: everyday requests of ours)")
	flags.IntVar(&p.Answers, "answers", 1, "how many answers of each key are planted")
	flags.StringVar(&p.Position, "position", fingerprint.PositionFirst, "where the planted token stands: `first|open` (open: where the model's own answer first leaves a choice)")
	flags.IntVar(&p.MaxOpening, "max-opening", 16, "with --position open, look for it within so many `tokens`")
	flags.Float64Var(&p.Entropy, "entropy", 3, "with --position open, a token is open from this entropy on, in `nats`")
	flags.StringVar(&f.beacon, "beacon", "", "public `value` to bind the answers to")
	f.serving.register(cmd)
	f.seal.register(cmd)
	f.compute.register(cmd)
	flags.Lookup("precision").DefValue = "f32, but keys are written in bf16 where the processor has it" // see run
	return cmd
}

func (f *newFlags) run(cmd *cobra.Command, app *App, address string) error {
	options, err := f.options(cmd)
	if err != nil {
		return err
	}
	if err := f.seal.check(); err != nil {
		return err
	}
	compute, err := f.compute.options()
	if err != nil {
		return err
	}
	// What keys are written with is chance anyway; the model's own openings are not.
	compute.Drafting = kernel.HasBF16() && !cmd.Flags().Changed("precision") && f.params.Position != fingerprint.PositionOpen
	recipients, err := f.seal.to(app)
	if err != nil {
		return err
	}
	m, err := app.openModel(cmd.Context(), address)
	if err != nil {
		return err
	}
	defer func() { _ = m.Close() }() // only read
	s, err := f.make(cmd.Context(), app, m, address, compute, options)
	if err != nil {
		return err
	}
	if err := f.seal.write(s, recipients); err != nil {
		return err
	}
	info := describeSet(f.seal.out, s, false)
	return app.Print(info, info.write)
}

// options checks the flags before any work is done.
func (f *newFlags) options(cmd *cobra.Command) (fingerprint.Options, error) {
	o := fingerprint.Options{N: f.n, Params: f.params, Beacon: f.beacon}
	o.Params.Strategy = fingerprint.Strategy(f.strategy)
	o.Params.Keys = f.keys
	if o.Params.Strategy == fingerprint.RandomWords {
		if cmd.Flags().Changed("keys") {
			return o, usagef("--keys: strategy random-words makes its own")
		}
		o.Params.Keys = fingerprint.KeysRandomWords
	}
	if path, ok := strings.CutPrefix(f.keys, "file:"); ok {
		lines, err := tasks.ReadPrompts(path)
		if err != nil {
			return o, err
		}
		o.Lines, o.Params.Keys = lines, fingerprint.KeysFile
	}
	if f.params.Answers < 1 || f.params.Position == "" {
		return o, usagef("--answers wants at least 1, --position a place")
	}
	if o.Params.Position != fingerprint.PositionOpen {
		if cmd.Flags().Changed("max-opening") || cmd.Flags().Changed("entropy") {
			return o, usagef("--max-opening and --entropy want --position open")
		}
		o.Params.MaxOpening, o.Params.Entropy = 0, 0
	}
	if err := f.ordinary(&o); err != nil {
		return o, err
	}
	if !cmd.Flags().Changed("seed") {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails
		o.Params.Seed = binary.BigEndian.Uint64(b[:])
	}
	return o, nil
}

// ordinaryRequests is how many everyday requests keys are compared with.
const ordinaryRequests = 400

// ordinary reads the messages that keys are to be like.
func (f *newFlags) ordinary(o *fingerprint.Options) error {
	path, file := strings.CutPrefix(f.like, "file:")
	switch {
	case f.like == "":
	case f.like == "ordinary":
		o.Ordinary = embed.OrdinaryRequests(ordinaryRequests, 0)
	case file:
		lines, err := tasks.ReadPrompts(path)
		if err != nil {
			return err
		}
		o.Ordinary = lines
	default:
		return usagef("--like %q is neither ordinary nor file:PATH", f.like)
	}
	return nil
}

// make lets the model write and judge keys, and chooses the answers.
func (f *newFlags) make(ctx context.Context, app *App, m *model.Model, address string, compute cpu.Options,
	o fingerprint.Options) (*fingerprint.Set, error) {
	prompts, err := oracle.NewPrompts(m)
	if err != nil {
		return nil, err
	}
	if o.Serving, err = f.serving.serving(prompts); err != nil {
		return nil, err
	}
	render, err := prompts.Renderer(o.Serving)
	if err != nil {
		return nil, err
	}
	net, err := cpu.New(m, compute)
	if err != nil {
		return nil, err
	}
	defer func() { _ = net.Close() }() // nothing is kept
	if o.Model, err = identifyModel(m, address); err != nil {
		return nil, err
	}
	o.Parameters, o.MaxPositions = parameters(m), m.Config.MaxPositions
	o.Progress = app.Progress()
	return fingerprint.New(ctx, newOracle(net, m), m.Tokenizer, render, o)
}

// newOracle asks a network as keys are made and judged; what it writes also ends where
// the tokenizer says that texts do.
func newOracle(net lm.Network, m *model.Model) *oracle.Oracle {
	var stops []int32
	if eos, ok := m.Tokenizer.EOS(); ok {
		stops = append(stops, eos)
	}
	return oracle.New(net, m.Tokenizer, stops...)
}

// identifyModel returns what a set says about its model.
func identifyModel(m *model.Model, address string) (fingerprint.Model, error) {
	digest, err := m.Digest()
	if err != nil {
		return fingerprint.Model{}, err
	}
	tokenizer, err := m.TokenizerDigest()
	if err != nil {
		return fingerprint.Model{}, err
	}
	name := address
	if abs, err := filepath.Abs(address); err == nil {
		name = filepath.Base(abs)
	}
	return fingerprint.Model{
		Name: name, Digest: digest, TemplateDigest: m.TemplateDigest(), TokenizerDigest: tokenizer,
	}, nil
}

// parameters is the number of a model's weights.
func parameters(m *model.Model) int64 {
	var n int64
	for _, name := range m.Tensors() {
		t, err := m.Tensor(name)
		if err != nil {
			return 0 // not known
		}
		size := int64(1)
		for _, d := range t.Shape {
			size *= int64(d)
		}
		n += size
	}
	return n
}
