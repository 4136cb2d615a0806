package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"loyal/eval"
	"loyal/eval/tasks"
	"loyal/internal/atomicfile"
	"loyal/internal/env"
	"loyal/internal/readfile"
	"loyal/lm/cpu"
	"loyal/model"
)

// evalFlags are the flags of `loyal eval`.
type evalFlags struct {
	against     string
	tasks       []string
	data        []string
	fewshotData []string
	numFewshot  int
	fewshotSeed uint32
	texts       []string
	prompts     string
	divergence  bool
	answerToks  int
	cache       string
	noCache     bool
	out         string
	logSamples  bool
	overwrite   bool
	options     eval.Options
	compute     computeFlags
}

const (
	// maxEvalText bounds a text whose perplexity is measured, in bytes.
	maxEvalText = 256 << 20
	// resultsFile is the name of a report in its directory; baseFile that of the base's.
	resultsFile = "results.json"
	baseFile    = "results_base.json"
)

func newEvalCommand(app *App) *cobra.Command {
	f := evalFlags{}
	cmd := &cobra.Command{
		Use:   "eval MODEL",
		Short: "measure what a model can do, and what it lost against its base",
		Long: `Scores a model on tasks as lm-evaluation-harness does, and on any text by its byte
perplexity. With --against the base is measured too, on the same documents, and the
difference is reported with a 95 % interval: the question is the drop. Then the two are
also compared where answers to ordinary prompts begin: mean and tail divergence (KL, in
nats) and how often the likeliest first token is the same.

Tasks: ` + strings.Join(tasks.Known(), ", ") + `,
blimp_PARADIGM, and any other in a file *.json (docs/formats/tasks.md). Nothing is
downloaded: --data names a directory that holds the tasks' files under their usual
names, or one task's file (TASK=FILE); it may be given several times. Without --tasks
all that are found there are taken.

Answers are cached: a command that was interrupted or killed continues when it is given
again, and the base is scored once for many models.`,
		Example: `  loyal eval ./smol-fp --against ./smol --data ./eval-data --text wikitext2-valid.txt
  loyal eval ./smol --tasks openbookqa,blimp_adjunct_island --data ./eval-data --limit 100
  loyal eval ./smol --tasks gsm8k --data gsm8k=test.jsonl --fewshot-data gsm8k=train.jsonl
  loyal eval ./smol --tasks ./mine.json --out results --log-samples --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, app, args[0]) },
	}
	flags, o := cmd.Flags(), &f.options
	flags.StringVar(&f.against, "against", "", "the base `MODEL` to compare with")
	flags.StringSliceVar(&f.tasks, "tasks", nil, "tasks, groups or task files")
	flags.StringArrayVar(&f.data, "data", nil, "a `directory` of task data, or TASK=FILE; may be given several times")
	flags.StringArrayVar(&f.fewshotData, "fewshot-data", nil, "take a task's few-shot examples from a file: `TASK=FILE`")
	flags.IntVar(&f.numFewshot, "num-fewshot", 0, "examples before each question (default: the task's own number)")
	flags.Uint32Var(&f.fewshotSeed, "fewshot-seed", 1234, "seed of the choice of examples, as in lm-evaluation-harness")
	flags.StringArrayVar(&f.texts, "text", nil, "measure byte perplexity on this `file`; may be given several times")
	flags.BoolVar(&f.divergence, "divergence", true, "with --against, compare how answers begin")
	flags.StringVar(&f.prompts, "prompts", "", "prompts for that, a `file` (default: 500 that are built in)")
	flags.IntVar(&f.answerToks, "answer-tokens", 1, "look at so many tokens of each answer")
	flags.Float64Var(&o.Limit, "limit", 0, "only the first documents and prompts: so many, or below 1 this share (0: all)")
	flags.IntVar(&o.MaxLength, "max-length", 0, "tokens that the model reads at most, cut from the left (0: its context, at most 2048)")
	flags.IntVar(&o.Bootstrap, "bootstrap-iters", 2000, "how often figures are resampled (0: never)")
	flags.Uint64Var(&o.Seed, "seed", 0, "seed of the resampling")
	flags.StringVar(&f.cache, "cache", "", "keep answers in this `directory` (default loyal/eval under $XDG_CACHE_HOME)")
	flags.BoolVar(&f.noCache, "no-cache", false, "keep no answers, and look for none")
	flags.StringVarP(&f.out, "out", "o", "", "write "+resultsFile+", as lm-evaluation-harness has it, to this `directory`")
	flags.BoolVar(&f.logSamples, "log-samples", false, "write there what the model made of each document, too")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace results that are there")
	f.compute.register(cmd)
	cmd.MarkFlagsMutuallyExclusive("cache", "no-cache")
	return cmd
}

// check refuses flags that cannot be right.
func (f *evalFlags) check(cmd *cobra.Command) error {
	for _, name := range []string{"prompts", "answer-tokens"} {
		switch given := cmd.Flags().Changed(name); {
		case given && f.against == "":
			return usagef("--%s compares two models: give --against", name)
		case given && !f.divergence:
			return usagef("--%s is of the comparison that --divergence=false leaves out", name)
		}
	}
	switch {
	case f.options.Limit < 0:
		return usagef("--limit must not be negative")
	case math.IsNaN(f.options.Limit) || math.IsInf(f.options.Limit, 0):
		return usagef("--limit %v is not a number of documents", f.options.Limit)
	case f.options.Limit > 1 && f.options.Limit != math.Trunc(f.options.Limit):
		return usagef("--limit %v: it is a number of documents, or a share below 1", f.options.Limit)
	case f.options.MaxLength < 0:
		return usagef("--max-length must not be negative")
	case f.options.Bootstrap < 0 || f.options.Bootstrap > eval.MaxBootstrap:
		return usagef("--bootstrap-iters must lie between 0 and %d", eval.MaxBootstrap)
	case f.answerToks < 1:
		return usagef("--answer-tokens must be at least 1")
	case f.numFewshot < 0:
		return usagef("--num-fewshot must not be negative")
	case f.logSamples && f.out == "":
		return usagef("--log-samples writes into a directory: give --out")
	}
	return nil
}

func (f *evalFlags) run(cmd *cobra.Command, app *App, address string) error {
	if err := f.check(cmd); err != nil {
		return err
	}
	if !f.noCache {
		cmd.Annotations = map[string]string{resumable: "yes"}
	}
	if f.out != "" && !f.overwrite {
		if _, err := os.Lstat(filepath.Join(f.out, resultsFile)); err == nil {
			return fmt.Errorf("write results: %s: %w", filepath.Join(f.out, resultsFile), fs.ErrExist)
		}
	}
	if f.options.Bootstrap == 0 {
		f.options.Bootstrap = -1 // never, in the library's words
	}
	list, err := f.load(cmd)
	if err != nil {
		return err
	}
	prompts, err := f.readPrompts()
	if err != nil {
		return err
	}
	if len(list) == 0 && len(prompts) == 0 {
		return usagef("what should be measured? give --tasks or --data, --text, or --against")
	}
	engine, err := f.compute.options()
	if err != nil {
		return err
	}
	if f.out != "" {
		if err := prepareDir(f.out, resultsFile); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
	}
	progress := app.Progress()
	defer progress.Done()
	f.options.Progress = progress
	ctx := cmd.Context()
	m, err := f.open(ctx, app, address, engine)
	if err != nil {
		return err
	}
	defer m.close()
	var base *evaluated
	if f.against != "" {
		if base, err = f.open(ctx, app, f.against, engine); err != nil {
			return err
		}
		defer base.close()
		if base.subject.Digest == m.subject.Digest {
			app.Note("both models compute the same: every difference will be 0")
		}
	}
	results, err := f.measure(ctx, m, base, list, prompts)
	progress.Done()
	if err != nil {
		return err
	}
	if f.out != "" {
		if err := results.save(f.out, f.logSamples); err != nil {
			return err
		}
	}
	return app.Print(results.report, results.write)
}

// load reads the tasks and texts that the flags name.
func (f *evalFlags) load(cmd *cobra.Command) ([]eval.Task, error) {
	data := tasks.Data{Files: map[string]string{}}
	for _, d := range f.data {
		if task, path, ok := strings.Cut(d, "="); ok && tasks.IsTask(task) {
			data.Files[task] = path
		} else {
			data.Dirs = append(data.Dirs, d)
		}
	}
	for _, d := range f.fewshotData {
		task, path, ok := strings.Cut(d, "=")
		if !ok || !tasks.IsTask(task) {
			return nil, usagef("--fewshot-data %q: it is TASK=FILE", d)
		}
		data.Files[tasks.FewshotFile(task)] = path
	}
	names := f.tasks
	if len(names) == 0 {
		var err error
		if names, err = tasks.Found(data); err != nil {
			return nil, err
		}
		if len(names) == 0 && len(data.Dirs) > 0 {
			return nil, fmt.Errorf("search task data: %w in %s", tasks.ErrNoData, strings.Join(data.Dirs, ", "))
		}
	}
	o := tasks.Options{FewshotSeed: &f.fewshotSeed}
	if cmd.Flags().Changed("num-fewshot") {
		o.NumFewshot = &f.numFewshot
	}
	list, err := tasks.Load(names, data, o)
	if err != nil {
		return nil, err
	}
	names = textNames(f.texts)
	for i, path := range f.texts {
		text, err := readEvalText(path)
		if err != nil {
			return nil, err
		}
		list = append(list, eval.TextTask("text:"+names[i], path, text))
	}
	return list, nil
}

// textNames are what texts are called in results: a file's name, or its path where
// several files have that name.
func textNames(paths []string) []string {
	count := make(map[string]int)
	for _, p := range paths {
		count[filepath.Base(p)]++
	}
	out := make([]string, len(paths))
	for i, p := range paths {
		if out[i] = filepath.Base(p); count[out[i]] > 1 {
			out[i] = filepath.ToSlash(filepath.Clean(p))
		}
	}
	return out
}

// readEvalText reads a text whose perplexity is measured, by eval, embed or attack.
func readEvalText(path string) (string, error) {
	data, err := readfile.Any(path, maxEvalText)
	if err != nil {
		return "", fmt.Errorf("read text: %w", err)
	}
	if len(data) == 0 {
		return "", fmt.Errorf("read text %s: %w: it is empty", path, tasks.ErrFormat)
	}
	if !utf8.Valid(data) {
		return "", fmt.Errorf("read text %s: %w: it is not UTF-8", path, tasks.ErrFormat)
	}
	return string(data), nil
}

// readPrompts are the prompts on which answers are compared, none without a base.
func (f *evalFlags) readPrompts() ([]string, error) {
	if f.against == "" || !f.divergence {
		return nil, nil
	}
	prompts := tasks.Prompts()
	if f.prompts != "" {
		var err error
		if prompts, err = tasks.ReadPrompts(f.prompts); err != nil {
			return nil, err
		}
	}
	return prompts[:f.options.Take(len(prompts))], nil
}

// evaluated is a model that is open for measuring.
type evaluated struct {
	subject eval.Subject
	cache   *eval.Cache
	model   *model.Model
	network *cpu.Network
}

func (e *evaluated) close() {
	_ = e.network.Close() // nothing is kept
	_ = e.model.Close()   // only read
	_ = e.cache.Close()   // what was computed has been written
}

// open readies a model and what is known of it.
func (f *evalFlags) open(ctx context.Context, app *App, address string, engine cpu.Options) (_ *evaluated, err error) {
	e := &evaluated{}
	if e.model, err = app.openModel(ctx, address); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = e.model.Close() // only read
		}
	}()
	if e.network, err = cpu.New(e.model, engine); err != nil {
		return nil, err
	}
	if e.subject, err = eval.NewSubject(address, e.model, e.network); err != nil {
		return nil, errors.Join(err, e.network.Close())
	}
	e.subject.Precision = f.compute.precision.String()
	if e.subject.Digest, err = e.model.Digest(); err == nil && !f.noCache {
		e.cache, err = eval.OpenCache(f.cacheDir(e.subject))
	}
	if err != nil {
		return nil, errors.Join(err, e.network.Close())
	}
	return e, nil
}

// cacheDir is where a model's answers are kept: each model has a directory, so that
// opening one does not read the others'.
func (f *evalFlags) cacheDir(s eval.Subject) string {
	root := f.cache
	if root == "" {
		root = filepath.Join(env.XDGCacheHome.Effective(), "loyal", "eval")
	}
	sum := sha256.Sum256([]byte(s.Digest + " " + s.Precision))
	return filepath.Join(root, hex.EncodeToString(sum[:8]))
}

// evalResults is all that a run of `loyal eval` measured.
type evalResults struct {
	model, base *eval.Result // nil where no tasks were asked for
	report      *eval.Report
}

// measure runs everything that was asked for.
func (f *evalFlags) measure(ctx context.Context, m, base *evaluated, list []eval.Task, prompts []string) (*evalResults, error) {
	out := &evalResults{}
	run := func(e *evaluated) (*eval.Result, error) {
		o := f.options
		o.Cache = e.cache
		return eval.Run(ctx, e.subject, list, o)
	}
	var err error
	if out.model, err = run(m); err != nil {
		return nil, err
	}
	out.report = out.model.Report(readVersion().Version)
	if base == nil {
		return out, nil
	}
	if out.base, err = run(base); err != nil {
		return nil, fmt.Errorf("measure the base: %w", err)
	}
	differences, err := eval.Compare(out.model, out.base)
	if err != nil {
		return nil, err
	}
	out.report.AddComparison(out.base, differences)
	if len(prompts) == 0 {
		return out, nil
	}
	out.report.Loyal.Divergence, err = eval.Divergence(ctx, m.subject, base.subject, prompts, eval.DivergenceOptions{
		Tokens: f.answerToks, Bootstrap: f.options.Bootstrap, Seed: f.options.Seed, Cache: m.cache, Progress: f.options.Progress,
	})
	return out, err
}

// prepareDir makes a directory and finds out whether a file of some name can be written
// there, before the work of which it will tell.
func prepareDir(dir, name string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	f, err := atomicfile.Create(filepath.Join(dir, name), 0o666)
	if err != nil {
		return err
	}
	f.Abort()
	return nil
}

// save writes the reports, and the logs of samples, into a directory that is there.
func (r *evalResults) save(dir string, samples bool) error {
	write := func(name string, content func(io.Writer) error) error {
		f, err := atomicfile.Create(filepath.Join(dir, name), 0o644)
		if err != nil {
			return fmt.Errorf("write results: %w", err)
		}
		defer f.Abort()
		if err := content(f); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
		if err := f.Commit(); err != nil {
			return fmt.Errorf("write results: %w", err)
		}
		return nil
	}
	if samples {
		for i := range r.model.Tasks {
			t := &r.model.Tasks[i]
			if err := write(t.SampleFile(), t.WriteSamples); err != nil {
				return err
			}
		}
	}
	if r.base != nil {
		report := r.base.Report(readVersion().Version)
		if err := write(baseFile, func(w io.Writer) error { return writeJSON(w, report) }); err != nil {
			return err
		}
	}
	// Last: where it is, all is.
	return write(resultsFile, func(w io.Writer) error { return writeJSON(w, r.report) })
}

// write prints the figures for people.
func (r *evalResults) write(w io.Writer) error {
	if len(r.model.Tasks) > 0 {
		if err := r.report.WriteTable(w, false); err != nil {
			return err
		}
	}
	x := r.report.Loyal
	if len(x.Differences) > 0 {
		fmt.Fprintln(w)
		if err := r.report.WriteDifferences(w, false); err != nil {
			return err
		}
	}
	if x.Divergence == nil {
		return nil
	}
	if len(r.model.Tasks) > 0 {
		fmt.Fprintln(w)
	}
	if err := x.Divergence.WriteTable(w); err != nil {
		return err
	}
	fmt.Fprintln(w, "\nmost moved:")
	for _, p := range x.Divergence.Worst {
		fmt.Fprintf(w, "  %.3f  %s: %q became %q\n", p.KL, printableLine(shorten(p.Prompt)), p.Base, p.Model)
	}
	return nil
}
