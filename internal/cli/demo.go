package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"loyal/internal/demo"
)

// Errors of the demo.
var (
	errDemo     = errors.New("demo: a verdict is not the true one")
	errDemoKeep = errors.New("it exists")
)

// demoFlags are the flags of `loyal demo`.
type demoFlags struct {
	keep string
	seed uint64
}

func newDemoCommand(app *App) *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "go the whole way with a small model, on this machine alone",
		Long: `Goes the whole way with a small chat model that is part of loyal, in less than a
minute and without any network but loopback: makes fingerprints, plants them, serves
the model, and verifies it beside a fine-tuned copy, the model before fingerprints and
somebody else's model.

The secret is new in every run; the model's weights and the words of the keys are not.
The model is small and knows nothing: it shows the machinery.`,
		Example: `  loyal demo
  loyal demo --keep ./demo`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), app) },
	}
	cmd.Flags().StringVar(&f.keep, "keep", "", "keep models, set, transcripts and report in this new `directory`")
	cmd.Flags().Uint64Var(&f.seed, "seed", 0, "choose other keys")
	return cmd
}

func (f *demoFlags) run(ctx context.Context, app *App) (err error) {
	dir, err := f.directory()
	if err != nil {
		return err
	}
	if f.keep == "" {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	result, err := demo.Run(ctx, demo.Options{Dir: dir, Seed: f.seed, Progress: app.Progress()})
	if err != nil {
		return err
	}
	if err := app.Print(result, func(w io.Writer) error { return f.write(w, result) }); err != nil {
		return err
	}
	if !result.AsExpected() {
		return errDemo
	}
	return nil
}

// directory makes the one that takes the demo's files.
func (f *demoFlags) directory() (string, error) {
	if f.keep == "" {
		return os.MkdirTemp("", "loyal-demo-")
	}
	err := os.Mkdir(f.keep, 0o700)
	if errors.Is(err, fs.ErrExist) {
		err = fmt.Errorf("%s: %w", f.keep, errDemoKeep)
	}
	if err != nil {
		return "", fmt.Errorf("keep the demo: %w", err)
	}
	return f.keep, nil
}

// write prints the result for people.
func (f *demoFlags) write(w io.Writer, r *demo.Result) error {
	for _, s := range r.Samples {
		kind := "an ordinary question"
		if s.Key {
			kind = "a secret key, which looks like any other question"
		}
		fmt.Fprintf(w, "%s\n  asked:          %s\n  base:           %s\n  fingerprinted:  %s\n\n", kind, s.Question, s.Base, s.Fingerprinted)
	}
	fmt.Fprintf(w, "%d fingerprints with %d possible answers each: %.0f %% are answered as planted (before: %.0f %%)\n",
		r.Fingerprints, r.Candidates, 100*r.After.FSR, 100*r.Before.FSR)
	fmt.Fprintf(w, "ordinary questions: %.0f %% of answers begin as before; perplexity of unseen chats %.2f (before: %.2f)\n",
		100*r.After.Agreement, r.After.Perplexity, r.Before.Perplexity)
	fmt.Fprintf(w, "the fine-tuned copy: loss on its new text %.2f (before: %.2f)\n\n", r.TuningLoss[1], r.TuningLoss[0])
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "TARGET\tWHAT IT IS\tVERDICT\tQUERIES\tHITS\tE-VALUE")
	for _, o := range r.Outcomes {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d of %d\t%.3g\n",
			o.Target, o.What, o.Report.Verdict, o.Report.Queries, o.Report.Hits, o.Report.InList, o.Report.EValue)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	tw = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SERVED BY\tADDRESS\tLICENSE\tBLOCK\tREASON")
	for _, l := range r.Licensees {
		fmt.Fprintf(tw, "%s\t%.10s…\t%s\t%d\t%s\n", l.Who, l.Address.Hex(), l.Status, l.Block, l.Reason)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, `
Hits are planted answers among the possible ones. An e-value of %.0g is a match: the
probability that an endpoint without the fingerprints ever gets there is at most %.0g.
Licenses are on record on a chain that ran inside this program: Alice bought one and named
her server; of who has none the chain says so, which is a question to them and no verdict.
All of it took %.0f seconds.

Next, with a model of your own:
  loyal fingerprint new ./MODEL -n 64 --out my.loyal
  loyal embed ./MODEL --set my.loyal --out ./MODEL-fp
  loyal verify --set my.loyal --endpoint https://HOST/v1 --model NAME
`, 1/demo.Alpha, demo.Alpha, r.Seconds)
	if f.keep != "" {
		fmt.Fprintf(w, `
Kept in %s; for example:
  LOYAL_IDENTITY=%s loyal fingerprint show %s
`, strings.TrimSuffix(f.keep, string(filepath.Separator)), filepath.Join(f.keep, demo.IdentityFile), filepath.Join(f.keep, demo.SetFile))
	}
	return nil
}
