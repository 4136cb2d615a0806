// Package cli is loyal's command line: flags in, a library call, output out.
//
// A command is one file with one constructor, newXxxCommand(app), registered in
// root.go. It decides nothing: packages of the library do the work and return
// errors that say what was being done; errors.go gives each kind its exit code
// and its hint, and is the only place that talks to the user about what to do
// next.
//
// Results go to stdout, as text or (--json) as JSON with snake_case keys;
// messages and progress go to stderr. Every command takes --config with the
// flags' names as keys, and flags given on the command line win. SIGINT and
// SIGTERM cancel the context that commands pass down; a second one kills.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"loyal/internal/env"
)

// App is what a run of loyal has in hand: its streams and its global flags.
type App struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	JSON       bool
	Quiet      bool
	configFile string
	args       []string // of this run, for reports that say how they were made

	// running is set once flags and arguments are accepted: errors before that are
	// wrong usage.
	running bool
	// bar, unless nil, is drawn on the terminal: an error ends it first.
	bar *barProgress
}

// Main runs loyal with the process's own streams and returns the exit code.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // from now on a second signal kills at once
	app := &App{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	return app.Run(ctx, args)
}

// Run runs one command line and returns the exit code. The error, if any, has
// been printed.
func (app *App) Run(ctx context.Context, args []string) int {
	root := newRootCommand(app)
	root.SetArgs(args)
	app.args = args
	root.SetIn(app.Stdin)
	root.SetOut(app.Stdout)
	root.SetErr(app.Stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return int(ExitOK)
	}
	var usage *UsageError
	if !app.running && !errors.As(err, &usage) {
		err = &UsageError{Err: err}
	}
	return int(app.report(ctx, cmd, err))
}

// prepare runs before every command: it applies the configuration file.
func (app *App) prepare(cmd *cobra.Command) error {
	if app.configFile != "" {
		if err := applyConfig(cmd, app.configFile); err != nil {
			return err
		}
	}
	return checkNotEmpty(cmd)
}

// naming is what the help calls values that name something.
var naming = []string{"file", "directory", "directories", "model", "MODEL", "name or file", "i/n", "TASK=FILE"}

// checkNotEmpty refuses flags that are required, or name something, and are given as "",
// mostly from a variable of a script that is not set: as a path it would be the current
// directory, and elsewhere it would be as if nobody had asked.
func checkNotEmpty(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		_, required := f.Annotations[cobra.BashCompOneRequiredFlag]
		value, _ := pflag.UnquoteUsage(f)
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		empty := len(values) == 0 || slices.Contains(values, "")
		if empty && (required || slices.Contains(naming, value)) {
			err = usagef("--%s is empty", f.Name)
		}
	})
	return err
}

// markRunning wraps the RunE of a command and of those below it, so that errors
// of the work are told from wrong usage.
func (app *App) markRunning(cmd *cobra.Command) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			app.running = true
			return run(cmd, args)
		}
	}
	for _, sub := range cmd.Commands() {
		app.markRunning(sub)
	}
}

// synonyms are names that other tools give to flags of ours.
var synonyms = map[string]string{"lora-target-modules": "target-modules"} // TRL's

// normalizeFlag takes --some_flag for --some-flag, and synonyms.
func normalizeFlag(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	name = strings.ReplaceAll(name, "_", "-")
	if ours, ok := synonyms[name]; ok {
		name = ours
	}
	return pflag.NormalizedName(name)
}

// Note tells the user something that is not a result, on stderr, unless --quiet.
func (app *App) Note(format string, args ...any) {
	if !app.Quiet {
		fmt.Fprintf(app.Stderr, "loyal: %s\n", printableText(fmt.Sprintf(format, args...)))
	}
}

// Warn is Note for what must be read, also with --quiet.
func (app *App) Warn(format string, args ...any) {
	fmt.Fprintf(app.Stderr, "loyal: warning: %s\n", printableText(fmt.Sprintf(format, args...)))
}

// Logger returns a structured logger to stderr for services.
func (app *App) Logger() *slog.Logger {
	level := slog.LevelInfo
	if app.Quiet {
		level = slog.LevelWarn
	}
	options := &slog.HandlerOptions{Level: level}
	if app.JSON {
		return slog.New(slog.NewJSONHandler(app.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(app.Stderr, options))
}

// stderrIsTerminal reports whether a person watches stderr.
func (app *App) stderrIsTerminal() bool { return isTerminal(app.Stderr) }

// colors reports whether w may get color codes.
func (app *App) colors(w io.Writer) bool { return isTerminal(w) && !env.NoColor.IsSet() }

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Passphrase asks for a passphrase: LOYAL_PASSPHRASE, else at the terminal,
// twice if it is a new one.
func (app *App) Passphrase(prompt string, isNew bool) (string, error) {
	if env.Passphrase.IsSet() {
		return env.Passphrase.Value(), nil
	}
	first, err := app.askSecret(prompt)
	if err != nil || !isNew {
		return first, err
	}
	second, err := app.askSecret("the same again")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", usagef("the two passphrases differ")
	}
	return first, nil
}

// askSecret reads a line from the terminal without showing it.
func (app *App) askSecret(prompt string) (string, error) {
	f, ok := app.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", errNoTerminal
	}
	fmt.Fprintf(app.Stderr, "%s: ", prompt)
	b, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(app.Stderr)
	if err != nil {
		return "", fmt.Errorf("read passphrase: %w", err)
	}
	return string(b), nil
}
