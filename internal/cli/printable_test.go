package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"

	"loyal/model"
	"loyal/verify"
)

func TestPrintable(t *testing.T) {
	for _, c := range []struct{ in, line, text string }{
		{"plain, “quoted”, 日本語, C:\\new", "plain, “quoted”, 日本語, C:\\new", "plain, “quoted”, 日本語, C:\\new"},
		{"\x1b[2J\a", `\u001b[2J\u0007`, `\u001b[2J\u0007`},
		{"a\rb\tc\x00", `a\rb\tc\u0000`, `a\rb\tc\u0000`},
		{"\u009b2J\u202eabc\u2028\U000e0041", `\u009b2J\u202eabc\u2028\U000e0041`, `\u009b2J\u202eabc\u2028\U000e0041`},
		{"half \xe2\x82", `half \xe2\x82`, `half \xe2\x82`},
		{"one\nloyal: error: two\r\nthree\n", `one\nloyal: error: two\r\nthree\n`, "one\n  loyal: error: two\n  three"},
	} {
		if got := printableLine(c.in); got != c.line {
			t.Errorf("line %q: %q, want %q", c.in, got, c.line)
		}
		if got := printableText(c.in); got != c.text {
			t.Errorf("text %q: %q, want %q", c.in, got, c.text)
		}
	}
}

const forged = "\x1b[2J\agone\nloyal: error: forged"

// checkNothingForged reports control characters and lines that pretend to be ours.
func checkNothingForged(t *testing.T, what, printed string) {
	t.Helper()
	if !strings.Contains(printed, "gone") {
		t.Errorf("%s: not printed: %q", what, printed)
	}
	if strings.ContainsAny(printed, "\x1b\a\r") || strings.Contains(printed, "\nloyal: error: forged") {
		t.Errorf("%s: %q", what, printed)
	}
}

func TestForeignTextIsHarmless(t *testing.T) {
	for name, print := range map[string]func(app *App){
		"error":    func(app *App) { app.report(context.Background(), &cobra.Command{}, errors.New(forged)) },
		"note":     func(app *App) { app.Note("model %s", forged) },
		"warning":  func(app *App) { app.Warn("model %s", forged) },
		"log":      func(app *App) { app.serviceLogger().Info("request", "path", forged, "error", errors.New(forged)) },
		"progress": func(app *App) { logStage(app, forged) },
		"verdict": func(app *App) {
			_ = writeVerdict(app.Stderr, &verify.Report{Model: forged, Notes: []string{forged}})
		},
		"inspection": func(app *App) {
			_ = writeInspection(app.Stderr, &inspection{Inspection: &model.Inspection{License: forged, RopeType: forged}})
		},
		"set": func(app *App) {
			i := setInfo{Path: forged}
			i.Model.Name = forged
			_ = i.write(app.Stderr)
		},
	} {
		var stderr bytes.Buffer
		print(&App{Stderr: &stderr})
		checkNothingForged(t, name, stderr.String())
	}
}

// logStage prints a stage as a log that has time to print it.
func logStage(app *App, stage string) {
	p, ok := app.Progress().(*lineProgress)
	if !ok {
		return
	}
	p.Start(stage, 1)
	p.start, p.last = p.start.Add(-2*lineInterval), p.last.Add(-2*lineInterval)
	p.Add(1)
	p.Done()
}

// The handler for terminals lets escape sequences through, written out ones too.
func TestColoredLogIsHarmless(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(tint.NewTextHandler(&out, &tint.Options{ReplaceAttr: printableAttr}))
	log.Info("request", "path", `/ \x1b[2Jgone`, "error", fmt.Errorf("read: %w", errors.New(forged)))
	// Its own colors: a sequence that ends in m.
	if s := out.String(); strings.Contains(s, "\x1b[2J") || strings.ContainsAny(s, "\a") || strings.Count(s, "\n") != 1 || !strings.Contains(s, "gone") {
		t.Errorf("%q", s)
	}
}
