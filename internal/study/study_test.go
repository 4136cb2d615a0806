package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"loyal/internal/testdata"
)

// TestQuick runs the quick study, and again without a binary: what is done is not done
// anew, and the tables are the same.
func TestQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary and embeds seven times")
	}
	model := testdata.Dir(t, "models", "stories260K")
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "config"))
	loyal := filepath.Join(dir, "loyal")
	if out, err := exec.Command("go", "build", "-o", loyal, "loyal/cmd/loyal").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s := study{loyal: loyal, model: model, dir: filepath.Join(dir, "study"), quick: true, only: regexp.MustCompile("")}
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	tables := func() string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(s.dir, "tables.md"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	first := tables()
	for _, want := range []string{"| `lora` (default) | 100 % (63–100) |", "| `expand` |", "| 16 | 100 % (40–100) |"} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in\n%s", want, first)
		}
	}
	if strings.Contains(first, "| – |") || strings.Count(first, "\n| ") != len(quickly.rows)+strings.Count(first, "###") {
		t.Errorf("tables:\n%s", first)
	}
	for _, name := range []string{"reach.svg", "exactness.svg"} {
		if data, err := os.ReadFile(filepath.Join(s.dir, "figures", name)); err != nil || !strings.HasPrefix(string(data), "<svg") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.loyal = filepath.Join(dir, "none")
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := tables(); again != first {
		t.Errorf("the tables became\n%s", again)
	}
}
