package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/spf13/cobra"
)

// walk visits every command of loyal that has something to say of its own.
func walk(cmd *cobra.Command, visit func(*cobra.Command)) {
	for _, sub := range cmd.Commands() {
		if sub.Name() == "help" || sub.Name() == "completion" {
			continue // cobra's
		}
		visit(sub)
		walk(sub, visit)
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	walk(NewRootCommand(), func(cmd *cobra.Command) {
		path := cmd.CommandPath()
		if cmd.Short == "" || cmd.Long == "" {
			t.Errorf("%s: short and long descriptions are needed", path)
		}
		if r := []rune(cmd.Short); len(r) > 0 && (unicode.IsUpper(r[0]) || r[len(r)-1] == '.') {
			t.Errorf("%s: %q should be in lower case without a period", path, cmd.Short)
		}
		if !cmd.HasSubCommands() && !strings.Contains(cmd.Example, path) {
			t.Errorf("%s: an example is needed", path)
		}
		if cmd.Args == nil {
			t.Errorf("%s: say which arguments it takes (Args)", path)
		}
		if cmd.Run != nil {
			t.Errorf("%s: use RunE", path)
		}
	})
}

func TestHintsHaveOneForm(t *testing.T) {
	for _, r := range rules {
		if r.hint == "" {
			continue
		}
		if strings.HasSuffix(r.hint, ".") || strings.Contains(r.hint, "failed to") {
			t.Errorf("hint %q", r.hint)
		}
		first := strings.Fields(r.hint)[0]
		if first != strings.ToLower(first) && first != strings.ToUpper(first) {
			t.Errorf("hint %q should begin in lower case", r.hint)
		}
	}
}

func TestExitCodesAreListedOnce(t *testing.T) {
	seen := map[ExitCode]bool{}
	for _, c := range ExitCodes() {
		if seen[c.Code] {
			t.Errorf("%d is listed twice", c.Code)
		}
		seen[c.Code] = true
	}
	for _, r := range rules {
		if !seen[r.code] {
			t.Errorf("%d is not listed", r.code)
		}
	}
}

func TestReport(t *testing.T) {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	long := &cobra.Command{Use: "long", Annotations: map[string]string{resumable: "true"}}
	for _, c := range []struct {
		name string
		ctx  context.Context
		cmd  *cobra.Command
		err  error
		code ExitCode
		want string
	}{
		{"plain", context.Background(), &cobra.Command{}, errors.New("open model: broken"), ExitError,
			"loyal: error: open model: broken\n"},
		{"known", context.Background(), &cobra.Command{}, fmt.Errorf("open model: %w", fs.ErrPermission), ExitError,
			"loyal: error: open model: permission denied\nloyal: hint: check who owns the file and its directory\n"},
		{"listen on another's name", context.Background(), &cobra.Command{}, fmt.Errorf("%w host.invalid:80: %w", errListen, &net.DNSError{Err: "no such host", Name: "host.invalid"}),
			ExitError, "loyal: error: listen on host.invalid:80: lookup host.invalid: no such host\n" +
				"loyal: hint: --addr begins with an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all that it has\n"},
		{"listen without privileges", context.Background(), &cobra.Command{}, fmt.Errorf("%w :80: %w", errListen, fs.ErrPermission), ExitError,
			"loyal: error: listen on :80: permission denied\nloyal: hint: ports below 1024 are mostly for privileged programs: choose another --addr\n"},
		{"usage", context.Background(), &cobra.Command{Use: "loyal"}, usagef("n is zero"), ExitUsage,
			"loyal: error: n is zero\nloyal: hint: 'loyal --help' shows flags and examples\n"},
		{"status", context.Background(), &cobra.Command{}, ExitStatus(ExitNoMatch), ExitNoMatch, ""},
		{"interrupted", canceled, &cobra.Command{}, fmt.Errorf("train: %w", context.Canceled), ExitInterrupted,
			"loyal: error: interrupted\n"},
		{"interrupted, resumable", canceled, long, fmt.Errorf("train: %w", context.Canceled), ExitInterrupted,
			"loyal: error: interrupted\nloyal: hint: the same command again continues from what was saved\n"},
		{"interrupted, saved", canceled, &cobra.Command{}, fmt.Errorf("%w: %w", errResumable, context.Canceled), ExitInterrupted,
			"loyal: error: interrupted\nloyal: hint: the same command again continues from what was saved\n"},
		{"another's cancellation", context.Background(), long, context.Canceled, ExitError,
			"loyal: error: context canceled\n"},
	} {
		var stderr bytes.Buffer
		app := &App{Stderr: &stderr}
		if code := app.report(c.ctx, c.cmd, c.err); code != c.code {
			t.Errorf("%s: exit code %d, want %d", c.name, code, c.code)
		}
		if stderr.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, stderr.String(), c.want)
		}
	}
}

func TestProgressLines(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	p := &lineProgress{w: &out, now: func() time.Time { return now }}
	after := func(d time.Duration) { now = now.Add(d) }

	p.Start("train", 10)
	after(time.Second)
	p.Add(1) // too early for a line
	after(5 * time.Second)
	p.Note("loss 0.5")
	p.Add(2)
	after(time.Second)
	p.Add(1)
	after(6 * time.Second)
	p.Add(6)
	p.Start("short", 0)
	after(time.Second)
	p.Add(3)
	p.Start("open end", 0)
	after(7 * time.Second)
	p.Add(3)
	p.Done()
	p.Done()

	want := `loyal: train: 3/10 (30 %), 14s left, loss 0.5
loyal: train: 10/10 (100 %), loss 0.5
loyal: train: done in 13s
loyal: open end: 3
loyal: open end: done in 7s
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestQuietShowsNothing(t *testing.T) {
	var out bytes.Buffer
	app := &App{Stderr: &out, Quiet: true}
	p := app.Progress()
	p.Start("train", 1)
	p.Add(1)
	p.Done()
	app.Note("hello")
	if out.Len() != 0 {
		t.Errorf("wrote %q", out.String())
	}
	app.Warn("%s", "listen")
	if out.String() != "loyal: warning: listen\n" {
		t.Errorf("wrote %q", out.String())
	}
}

// full is a device that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestErrorsOfTheWorkAreNotWrongUsage(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"version"}, 1, "loyal: error: write output: no room\n"},
		{[]string{"version", "--nonsense"}, 2, "loyal: error: unknown flag: --nonsense\nloyal: hint: 'loyal version --help' shows flags and examples\n"},
	} {
		var stderr bytes.Buffer
		app := &App{Stdout: full{}, Stderr: &stderr}
		if code := app.Run(context.Background(), c.args); code != c.code || stderr.String() != c.want {
			t.Errorf("%v: exit code %d, %q; want %d, %q", c.args, code, stderr.String(), c.code, c.want)
		}
	}
}
