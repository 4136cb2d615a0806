package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// demoModels is where the demonstration's models are; absolute, since tests change
// their directory.
var demoModels, _ = filepath.Abs(filepath.Join("..", "demo", "model"))

// smallModel copies the demonstration's model to dir, with changes: files by name.
func smallModel(t *testing.T, dir string, changes map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(demoModels, "base", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of the small model, error %v", len(files), err)
	}
	for _, path := range append(files, filepath.Join(demoModels, "tokenizer.json")) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, filepath.Base(path)), string(data))
	}
	for name, text := range changes {
		write(t, filepath.Join(dir, name), text)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs one command line in a home of its own.
func run(t *testing.T, args ...string) (code ExitCode, stdout, stderr string) {
	t.Helper()
	var out, messages bytes.Buffer
	app := &App{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &messages}
	return ExitCode(app.Run(t.Context(), args)), out.String(), messages.String()
}

// ownHome gives the test a directory as working directory and home.
func ownHome(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, home)
	}
	t.Chdir(home)
}

// bad is a command line on input that cannot be used: what it says, what it hints at.
type bad struct {
	name        string
	args        []string
	code        ExitCode
	error, hint string
}

func runBad(t *testing.T, cases []bad) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := run(t, c.args...)
			message, hint, _ := strings.Cut(stderr, "\nloyal: hint: ")
			if code != c.code || stdout != "" {
				t.Errorf("exit code %d, want %d; stdout %q", code, c.code, stdout)
			}
			if !strings.Contains(message, c.error) || c.error == "" {
				t.Errorf("error %.500q, want %q", message, c.error)
			}
			if !strings.Contains(hint, c.hint) || c.hint == "" {
				t.Errorf("hint %q, want %q", hint, c.hint)
			}
		})
	}
}

// YAML that is small and takes gigabytes to parse is refused.
func TestDeepYAML(t *testing.T) {
	ownHome(t)
	smallModel(t, "m", nil)
	model := "./m"
	write(t, "brackets.yaml", "- prompt: "+strings.Repeat("[", 100_000))
	write(t, "braces.yaml", strings.Repeat("{a: ", 25_000))
	write(t, "many.yaml", strings.Repeat("- prompt: a\n", 600_000))
	write(t, "config.yaml", strings.Repeat("{json: ", 100_000))
	imports := func(file string) []string {
		return []string{"fingerprint", "import", file, model, "--format", "mlprints", "--out", "y.loyal"}
	}
	runBad(t, []bad{
		{"brackets", imports("brackets.yaml"), ExitError, "nested more than", "--format jsonl"},
		{"braces", imports("braces.yaml"), ExitError, "nested more than", "--format jsonl"},
		{"many entries", imports("many.yaml"), ExitError, "more than", "--format jsonl"},
		{"configuration", []string{"version", "--config", "config.yaml"}, ExitUsage,
			"configuration file config.yaml: YAML beyond the limits", "keys of a configuration file"},
	})
}
