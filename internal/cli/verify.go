package cli

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"loyal/internal/env"
	"loyal/internal/readfile"
	"loyal/verify"
)

// verifyFlags are the flags of `loyal verify`.
type verifyFlags struct {
	set, keyFile, beacon, score string
	options                     verify.Options
}

func newVerifyCommand(app *App) *cobra.Command {
	f := verifyFlags{options: verify.DefaultOptions()}
	cmd := &cobra.Command{
		Use:   "verify --set SET --endpoint URL --model NAME",
		Short: "ask an endpoint whether the fingerprinted model answers there",
		Long: `Asks any OpenAI-compatible endpoint secret questions of a set and decides, with
proven error rates, whether the fingerprinted model answers there.

The verdict is match (exit code 0), no_match (10) or inconclusive (11); an endpoint
that cannot be asked is exit code 12. --alpha bounds the probability that an
endpoint without the fingerprints is called a match, wherever the audit stops.
no_match rules out, at the error --beta, that the endpoint gives the planted answer
to the share --q-min of the questions; it does not say whose model it is. Who audits
many endpoints divides --alpha by their number.

The order of the questions is fixed by the set and --beacon before the first is
asked. Everything that bears on the decision is fixed then too; with --transcript it
is on record, with every request and reply. A transcript that exists is continued:
what was answered is not asked again, and other settings are refused. The file tells
planted answers of the questions that were asked, so keep it to yourself.

The API key comes from OPENAI_API_KEY or --api-key-file and is sent to this endpoint
only; redirects are not followed.`,
		Example: `  loyal verify --set smol.loyal --endpoint http://127.0.0.1:8081/v1 --model smol-fp
  loyal verify --set smol.loyal --endpoint https://api.example.com/v1 --model big \
      --api-key-file key.txt --transcript audit.jsonl --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(app, cmd) },
	}
	o, flags := &f.options, cmd.Flags()
	flags.StringVar(&f.set, "set", "", "the sealed set `file`")
	flags.StringVar(&o.Endpoint, "endpoint", "", "base `URL` of the endpoint, mostly with /v1 (default $OPENAI_BASE_URL)")
	flags.StringVar(&o.Model, "model", "", "`name` of the model to ask for there")
	flags.StringVar(&f.keyFile, "api-key-file", "", "take the API key from this `file` (default $OPENAI_API_KEY)")
	flags.Float64Var(&o.Alpha, "alpha", o.Alpha, "largest probability of a false match")
	flags.Float64Var(&o.Beta, "beta", o.Beta, "largest probability of a false no_match")
	flags.Float64Var(&o.QMin, "q-min", o.QMin, "the share of planted answers that no_match rules out")
	flags.IntVar(&o.MaxQueries, "max-queries", 0, "ask at most so many questions (0: all live ones)")
	flags.StringVar(&f.score, "score", string(o.Score), "what counts: the reply, or the endpoint's logprobs")
	flags.IntVar(&o.Samples, "samples", o.Samples, "answers to each question; several count as one")
	flags.Float64Var(&o.Temperature, "temperature", o.Temperature, "sampling temperature (with --samples above 1: 0.7)")
	flags.StringVar(&f.beacon, "beacon", "", "public value that fixes the order of the questions")
	flags.Float64Var(&o.Rate, "rate", o.Rate, "requests a second at most (0: no limit)")
	flags.DurationVar(&o.Timeout, "timeout", o.Timeout, "how long to wait for an answer")
	flags.StringVar(&o.Transcript, "transcript", "", "record everything in this `file`, or continue it")
	_ = cmd.MarkFlagRequired("set")
	_ = cmd.MarkFlagRequired("model")
	return cmd
}

func (f *verifyFlags) run(app *App, cmd *cobra.Command) error {
	o := f.options
	o.Score = verify.Score(f.score)
	if o.Samples > 1 && !cmd.Flags().Changed("temperature") {
		o.Temperature = 0.7
	}
	if o.Endpoint == "" {
		o.Endpoint = env.OpenAIBaseURL.Value()
	}
	if o.Endpoint == "" {
		return usagef("which endpoint? give --endpoint or set OPENAI_BASE_URL")
	}
	if o.Transcript != "" {
		cmd.Annotations = map[string]string{resumable: "yes"}
	}
	if err := f.readKey(app, &o); err != nil {
		return err
	}
	set, err := app.openSet(f.set)
	if err != nil {
		return err
	}
	plan, err := verify.FromSet(set, []byte(f.beacon))
	if err != nil {
		return err
	}
	progress := app.Progress()
	started, queries := false, 0
	o.Progress = func(p verify.Progress) {
		if !started {
			progress.Start("asking", int64(p.MaxQueries))
			started = true
		}
		progress.Note(fmt.Sprintf("%d planted of %d on the list, e-value %.3g", p.Hits, p.InList, math.Pow(10, p.Log10EValue)))
		progress.Add(int64(p.Queries - queries))
		queries = p.Queries
	}
	report, err := verify.Run(cmd.Context(), plan, o)
	progress.Done()
	if err != nil {
		return err
	}
	if err := app.Print(report, func(w io.Writer) error { return writeVerdict(w, report) }); err != nil {
		return err
	}
	switch report.Verdict {
	case verify.Match:
		return nil
	case verify.NoMatch:
		return ExitStatus(ExitNoMatch)
	}
	return ExitStatus(ExitInconclusive)
}

// readKey takes the API key from the file or the environment, never from argv.
func (f *verifyFlags) readKey(app *App, o *verify.Options) error {
	const limit = 1 << 16
	if f.keyFile != "" {
		data, err := readfile.Any(f.keyFile, limit)
		if err != nil {
			return fmt.Errorf("read API key: %w", err)
		}
		if o.APIKey, err = parseKey(string(data)); err != nil {
			return fmt.Errorf("read API key: %s: %w", f.keyFile, err)
		}
		return nil
	}
	if strings.TrimSpace(env.OpenAIKey.Value()) != "" {
		var err error
		if o.APIKey, err = parseKey(env.OpenAIKey.Value()); err != nil {
			return fmt.Errorf("read API key: %s: %w", env.OpenAIKey.Name, err)
		}
		host := "the endpoint"
		if u, err := url.Parse(o.Endpoint); err == nil && u.Host != "" {
			host = u.Host
		}
		app.Note("the API key in OPENAI_API_KEY is sent to %s", host)
	}
	return nil
}

// errAPIKey reports an API key that cannot be one.
var errAPIKey = errors.New("not an API key")

// parseKey reads the only API key of a text, never repeating it.
func parseKey(text string) (string, error) {
	key := strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
	switch {
	case key == "":
		return "", fmt.Errorf("%w: it is empty", errAPIKey)
	case strings.ContainsAny(key, "\r\n"):
		return "", fmt.Errorf("%w: it has several lines", errAPIKey)
	case !verify.ValidKey(key):
		return "", fmt.Errorf("%w: it has spaces, control characters or others than ASCII", errAPIKey)
	}
	return key, nil
}

// writeVerdict prints a report for people.
func writeVerdict(w io.Writer, r *verify.Report) error {
	t := newTable(w)
	t.row("verdict", "%s", r.Verdict)
	t.row("endpoint", "%s, model %s", r.Endpoint, r.Model)
	t.row("asked", "%d of %d live questions", r.Queries, r.Live)
	t.row("answers", "%d planted of %d on the list, %d off the list, %d refusals, %d without an answer",
		r.Hits, r.InList, r.OffList, r.Refusals, r.Unanswered)
	t.row("e-value", "%.3g; %.3g is a match", r.EValue, r.EThreshold)
	t.row("binomial tail", "%.3g", r.BinomialTail)
	t.row("reverse e-value", "%.3g; %.3g is no match", r.NoMatchEValue, r.NoMatchThreshold)
	t.row("requests", "%d, of them %d repeated", r.Requests, r.Retries)
	for _, note := range r.Notes {
		t.row("note", "%s", note)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", r.Sentence)
	return nil
}
