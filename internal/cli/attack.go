package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"loyal/embed"
	"loyal/eval/attack"
	"loyal/eval/report"
	"loyal/eval/tasks"
	"loyal/fingerprint"
	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
	"loyal/lm/cpu/kernel"
	"loyal/model"
	"loyal/verify"
)

// attackFlags are the flags of `loyal attack`.
type attackFlags struct {
	set, base, out       string
	siblings             []string
	attacks, merge       []string
	grid, shard          string
	list                 bool
	sftData, dpoData     string
	evalText, evalPrompt string
	lookalikes           string
	requests             int
	seed                 uint64
	verify               verify.Options
	compute              computeFlags
}

// Bounds of what attack reads and does.
const (
	maxTrainingData = 256 << 20 // bytes, of which parsing makes a few times as many
	maxRequests     = 10_000
)

func newAttackCommand(app *App) *cobra.Command {
	f := attackFlags{verify: verify.DefaultOptions()}
	cmd := &cobra.Command{
		Use:   "attack MODEL --set SET --out DIR",
		Short: "do to a fingerprinted model what a thief would, and measure what is left",
		Long: `Tries attacks on a copy of the model, in memory, and measures after each what is left
of the fingerprints, with the verdict that an audit would reach, and what the attack
cost in utility. Every trial's outcome goes to a file of its own in DIR/trials, at once:
killed or interrupted, the same command goes on and ends with the same bytes. When all
trials are there, DIR/report.json holds everything, DIR/report.html shows it to people,
DIR/figures has its plots as SVG and PNG, and a table is printed.

Several machines share a sweep with --shard 1/3, 2/3 and so on, in the same directory or
each in its own; the command without --shard, with --merge for the other directories,
then does what is missing and reports.

An attack that ruins its own model is an outcome. Attacks that need what is not given
(--base, --sibling) are left out, and the report says so.`,
		Example: `  loyal attack ./smol-fp --set smol.loyal --base ./smol --out attacks
  loyal attack ./smol-fp --set smol.loyal --base ./smol --attacks quantize,merge --grid full --out attacks
  loyal attack --list --grid full`,
		Args:        cobra.MaximumNArgs(1),
		Annotations: map[string]string{resumable: "yes"},
		RunE:        func(cmd *cobra.Command, args []string) error { return f.run(cmd, app, args) },
	}
	f.register(cmd)
	return cmd
}

func (f *attackFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.set, "set", "", "the sealed set, a `file`")
	flags.StringVarP(&f.out, "out", "o", "", "keep outcomes and report in this `directory`")
	flags.StringVar(&f.base, "base", "", "the `model` before embedding, which thieves may have too")
	flags.StringSliceVar(&f.siblings, "sibling", nil, "another `model` of the same shape to merge with")
	flags.StringSliceVar(&f.attacks, "attacks", nil, "only these attacks, families or trials")
	flags.StringVar(&f.grid, "grid", string(attack.Small), "how many settings of each: `small|full`")
	flags.StringVar(&f.shard, "shard", "", "do only the `i/n`-th part of the trials")
	flags.StringSliceVar(&f.merge, "merge", nil, "take over outcomes from these `directories`")
	flags.BoolVar(&f.list, "list", false, "only list the attacks with their settings")
	flags.StringVar(&f.sftData, "sft-data", "", "fine-tune on these requests and answers, a JSON or JSONL `file` in TRL's or Alpaca's form")
	flags.StringVar(&f.dpoData, "dpo-data", "", "tune on these preferences (prompt, chosen, rejected), a JSON or JSONL `file`")
	flags.StringVar(&f.evalText, "eval-text", "", "measure perplexity on the beginning of this text `file`")
	flags.StringVar(&f.evalPrompt, "eval-prompts", "", "measure first answer tokens on these requests (one a line, JSON or CSV), a `file`")
	flags.StringVar(&f.lookalikes, "lookalikes", "", "keys as the set's that are not in it (one a line, JSON or CSV), a `file`; needed where the keys are your own")
	flags.IntVar(&f.requests, "requests", 0, "how many requests measure first answer tokens (0: 100, in the full grid 300)")
	flags.Uint64Var(&f.seed, "seed", 0, "seed of everything that is drawn")
	flags.Float64Var(&f.verify.Alpha, "alpha", f.verify.Alpha, "largest probability of a false match")
	f.compute.register(cmd)
	cmd.Flags().Lookup("precision").DefValue = "bf16 where the processor has it" // see options
}

func (f *attackFlags) run(cmd *cobra.Command, app *App, args []string) error {
	if f.list {
		return f.printList(app)
	}
	if len(args) == 0 || f.set == "" || f.out == "" {
		return usagef("which model, set and output directory? give MODEL, --set and --out")
	}
	if f.requests < 0 || f.requests > maxRequests {
		return usagef("--requests %d: it must be 0 to %d", f.requests, maxRequests)
	}
	f.out = filepath.Clean(f.out)
	if info, err := os.Stat(f.out); err == nil && !info.IsDir() {
		return usagef("--out %s: it is a file, and outcomes need a directory", f.out)
	}
	debug.SetGCPercent(25) // a few large arrays are most of the heap, see embed
	job, closeModels, err := f.job(cmd, app, args[0])
	if err != nil {
		return err
	}
	defer closeModels()
	shard, err := attack.ParseShard(f.shard)
	if err != nil {
		return err
	}
	trials, without, err := attack.Trials(job.Grid, job.Have(), f.attacks...)
	if err != nil {
		return err
	}
	sweep, err := attack.NewSweep(f.out, &job, trials)
	if err != nil {
		return err
	}
	if err := sweep.Merge(f.merge); err != nil {
		return err
	}
	if err := sweep.Run(cmd.Context(), shard); err != nil {
		return err
	}
	result, err := sweep.Report(without)
	if errors.Is(err, attack.ErrIncomplete) && shard.Count > 0 {
		app.Note("shard %s is done; %v", f.shard, err)
		return nil
	}
	if err != nil {
		return err
	}
	return f.report(app, result, args[0])
}

// job opens everything that the trials need.
func (f *attackFlags) job(cmd *cobra.Command, app *App, address string) (job attack.Job, done func(), err error) {
	job = attack.Job{Grid: attack.Grid(f.grid), Seed: f.seed, Verify: f.verify, Progress: app.Progress()}
	var models []*model.Model
	done = func() {
		for _, m := range models {
			_ = m.Close() // only read
		}
	}
	defer func() {
		if err != nil {
			done()
		}
	}()
	if job.Options, err = f.compute.options(); err != nil {
		return job, done, err
	}
	if !cmd.Flags().Changed("precision") && kernel.HasBF16() {
		job.Options.Precision = kernel.PrecBF16
	}
	if job.Set, err = app.openSet(f.set); err != nil {
		return job, done, err
	}
	open := func(address string) (*model.Model, error) {
		m, err := app.openModel(cmd.Context(), address)
		if err == nil {
			models = append(models, m)
		}
		return m, err
	}
	if job.Model, err = open(address); err != nil {
		return job, done, err
	}
	if err = checkText(job.Set, job.Model); err != nil {
		return job, done, err
	}
	if f.base != "" {
		if job.Base, err = open(f.base); err != nil {
			return job, done, err
		}
		id, err := identifyModel(job.Base, f.base)
		if err != nil {
			return job, done, err
		}
		if err := job.Set.CheckModel(id); err != nil {
			return job, done, fmt.Errorf("--base: %w", err)
		}
	}
	for _, s := range f.siblings {
		m, err := open(s)
		if err != nil {
			return job, done, err
		}
		if one, err1 := job.Model.TokenizerDigest(); err1 == nil {
			if other, err2 := m.TokenizerDigest(); err2 != nil || one != other {
				app.Warn("--sibling %s: its tokenizer files are not the model's: if its tokens are others, a mixture of the two means nothing", s)
			}
		}
		job.Siblings = append(job.Siblings, m)
	}
	return job, done, f.data(&job)
}

// checkText refuses a fingerprinted model whose tokenizer or template is not that of the
// set; its weights are others than the base's.
func checkText(set *fingerprint.Set, m *model.Model) error {
	id, err := identifyModel(m, m.Path)
	if err != nil {
		return err
	}
	id.Digest = set.Model.Digest
	return set.CheckModel(id)
}

// data reads what is trained and measured on.
func (f *attackFlags) data(job *attack.Job) (err error) {
	if job.Texts, err = evalTexts(job.Model, f.evalText); err != nil {
		return err
	}
	n := f.requests
	if n == 0 {
		if n = 100; job.Grid == attack.Full {
			n = 300
		}
	}
	if f.evalPrompt == "" {
		job.Requests = embed.Requests(f.seed, n, true)
	} else {
		if job.Requests, err = tasks.ReadPrompts(f.evalPrompt); err != nil {
			return err
		}
		job.Requests = job.Requests[:min(n, len(job.Requests))]
	}
	if f.lookalikes != "" {
		if job.Lookalikes, err = tasks.ReadPrompts(f.lookalikes); err != nil {
			return err
		}
	}
	if job.SFT, err = readData(f.sftData, attack.ParseExamples); err != nil {
		return err
	}
	job.Pairs, err = readData(f.dpoData, attack.ParsePreferences)
	return err
}

// readData reads a file of training data, if one is named.
func readData[T any](path string, parse func([]byte) ([]T, error)) ([]T, error) {
	if path == "" {
		return nil, nil
	}
	data, err := readfile.Any(path, maxTrainingData)
	if err != nil {
		return nil, fmt.Errorf("read training data: %w", err)
	}
	rows, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("read training data: %s: %w", path, err)
	}
	return rows, nil
}

// report writes the report and its page, and prints it.
func (f *attackFlags) report(app *App, r *attack.Report, address string) error {
	r.Made = f.made(app, address, r.Identity["model"])
	var data bytes.Buffer
	if err := writeJSON(&data, r); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	path := filepath.Join(f.out, attack.ReportFile)
	if err := atomicfile.Write(path, data.Bytes(), 0o666); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := report.Write(f.out, r, nil); err != nil {
		return err
	}
	return app.Print(r, func(w io.Writer) error {
		if err := r.WriteText(w); err != nil {
			return err
		}
		fmt.Fprintf(w, "\nwrote %s and %s\n", path, filepath.Join(f.out, report.PageFile))
		return nil
	})
}

// attackInfo is a row of --list.
type attackInfo struct {
	Name    string         `json:"name"`
	Family  string         `json:"family"`
	Summary string         `json:"summary"`
	Needs   string         `json:"needs,omitempty"`
	Trials  []attack.Trial `json:"trials"`
}

// listed is what stands for a model, its set and what else may be given.
var listed = attack.Have{Base: true, Siblings: 1, Chat: true, Blocks: 30, Keys: 64}

// printList lists the attacks with what they could need at hand.
func (f *attackFlags) printList(app *App) error {
	trials, _, err := attack.Trials(attack.Grid(f.grid), listed, f.attacks...)
	if err != nil {
		return err
	}
	var list []attackInfo
	for _, a := range attack.Attacks() {
		own := slices.DeleteFunc(slices.Clone(trials), func(t attack.Trial) bool { return t.Attack != a.Name })
		if len(own) > 0 {
			list = append(list, attackInfo{a.Name, a.Family, a.Summary, a.Needs, own})
		}
	}
	return app.Print(list, func(w io.Writer) error {
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for i, a := range list {
			if i > 0 {
				fmt.Fprintln(tw)
			}
			needs := ""
			if a.Needs != "" {
				needs = " (needs " + a.Needs + ")"
			}
			if err := tw.Flush(); err != nil {
				return err
			}
			fmt.Fprintf(w, "%s, of the family %s: %s%s\n", a.Name, a.Family, a.Summary, needs)
			for _, t := range a.Trials {
				fmt.Fprintf(tw, "  %s\t%s\n", t.ID, strings.TrimSpace(t.Setting))
			}
		}
		return tw.Flush()
	})
}
