package cli_test

import (
	"bufio"
	"encoding/json"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loyal/eval/attack"
	"loyal/internal/testdata"
)

// TestReportHoldsNoSecret attacks with everything that reads keys and answers, and looks
// for them in all that the sweep leaves: a report is shown to others.
func TestReportHoldsNoSecret(t *testing.T) {
	if testing.Short() {
		t.Skip("takes over 5 s")
	}
	story := testdata.Dir(t, "models", "stories260K")
	dir := t.TempDir()
	command := buildLoyal(t, dir)
	run := func(args ...string) string {
		t.Helper()
		cmd := command(args...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return string(out)
	}
	run("fingerprint", "new", story, "-n", "8", "--seed", "3", "--key-length", "24", "--max-top", "1", "--min-candidate", "0", "--width", "3", "--out", "set.loyal")
	run("embed", story, "--set", "set.loyal", "--out", "fp", "--method", "layers", "--train-layers", "3", "--learning-rate", "3e-3",
		"--max-steps", "40", "--benign-prompts", "12", "--benign-per-step", "4", "--prose-texts", "4", "--system-prompts", "1")
	printed := run("attack", "fp", "--set", "set.loyal", "--base", story, "--out", "o", "--requests", "20", "--quiet",
		"--attacks", "noise,removal,serving,hosts,extraction,forgery,redundancy")

	type pair struct{ Key, Response string }
	var pairs []pair
	lines := bufio.NewScanner(strings.NewReader(run("fingerprint", "export", "set.loyal", "--format", "jsonl", "--out", "-")))
	for lines.Scan() {
		var p pair
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil || p.Key == "" || p.Response == "" {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		pairs = append(pairs, p)
	}
	if len(pairs) != 8 {
		t.Fatalf("%d pairs", len(pairs))
	}
	files := 0
	look := func(name, text string) {
		files++
		for _, p := range pairs {
			// An answer is one word, which may stand anywhere; as a value of its own it may not.
			for _, secret := range []string{strings.TrimSpace(p.Key), strings.TrimSpace(p.Key)[:len(strings.TrimSpace(p.Key))/2], `"` + p.Response + `"`} {
				encoded, err := json.Marshal(secret)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(text, secret) || strings.Contains(text, strings.Trim(string(encoded), `"`)) {
					t.Errorf("%s holds %q", name, secret)
				}
			}
		}
	}
	look("the table", printed)
	err := filepath.WalkDir(filepath.Join(dir, "o"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".png" {
			return err
		}
		data, err := os.ReadFile(path)
		look(path, string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 30 {
		t.Errorf("only %d files", files)
	}

	// It says how it was made, with the recipe that lay beside the model.
	r, missing, err := attack.Open(filepath.Join(dir, "o"))
	if err != nil || len(missing) > 0 {
		t.Fatalf("missing %v, %v", missing, err)
	}
	if m := r.Made; m == nil || m.Command[0] != "attack" || m.Model != "fp" || !strings.Contains(string(m.Embedding), `"layers"`) || m.Time.IsZero() {
		t.Errorf("made: %+v", m)
	}

	// The recipe on the page is one that embed takes.
	page, err := os.ReadFile(filepath.Join(dir, "o", "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, _ := strings.Cut(string(page), `<pre class="recipe">`)
	recipe, _, _ = strings.Cut(recipe, "</pre>")
	if err := os.WriteFile(filepath.Join(dir, "recipe.yaml"), []byte(html.UnescapeString(recipe)), 0o666); err != nil {
		t.Fatal(err)
	}
	if again := run("embed", story, "--set", "set.loyal", "--recipe", "recipe.yaml", "--out", "again", "--dry-run"); !strings.Contains(again, "max_steps: 40\n") || !strings.Contains(again, "learning_rate: 0.003\n") {
		t.Errorf("the recipe gives %s", again)
	}
}
