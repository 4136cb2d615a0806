package cli_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"loyal/internal/testdata"
)

// TestAttackSurvivesKill kills `loyal attack` at random moments and runs it again until
// it ends: the outcomes are, to the byte, those of a sweep that nobody disturbed, and
// of one that two shards did.
func TestAttackSurvivesKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes over 5 s")
	}
	story := testdata.Dir(t, "models", "stories260K")
	dir := t.TempDir()
	command := buildLoyal(t, dir)
	must := func(cmd *exec.Cmd) {
		t.Helper()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args[1:], err, out)
		}
	}
	must(command("fingerprint", "new", story, "-n", "8", "--seed", "3", "--key-length", "24",
		"--max-top", "1", "--min-candidate", "0", "--width", "3", "--out", "set.loyal"))
	must(command("embed", story, "--set", "set.loyal", "--out", "fp", "--method", "layers", "--train-layers", "3", "--learning-rate", "3e-3",
		"--max-steps", "40", "--benign-prompts", "12", "--benign-per-step", "4", "--prose-texts", "4", "--system-prompts", "1"))
	attack := func(out string, more ...string) *exec.Cmd {
		return command(append([]string{"attack", "fp", "--set", "set.loyal", "--base", story, "--out", out, "--requests", "20",
			"--attacks", "dpo,quantize,prune,noise,merge"}, more...)...)
	}
	start := time.Now()
	must(attack("whole"))
	whole := time.Since(start)
	want := outcomes(t, filepath.Join(dir, "whole"))
	if len(want) < 10 {
		t.Fatalf("%d outcomes", len(want))
	}

	kills := 0
	for ; kills < 30; kills++ {
		cmd := attack("killed")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// Later runs begin where earlier ones ended, after the same time of measuring.
		time.AfterFunc(whole/4+time.Duration(rand.Int64N(int64(whole)/4)), func() { _ = cmd.Process.Kill() }) // it may have ended
		if cmd.Wait() == nil {
			break
		}
	}
	if kills == 0 {
		t.Error("no run was killed")
	}
	must(attack("killed")) // on a busy machine all were
	compareOutcomes(t, outcomes(t, filepath.Join(dir, "killed")), want)

	must(attack("one", "--shard", "1/2"))
	must(attack("two", "--shard", "2/2"))
	if _, err := os.Stat(filepath.Join(dir, "one", "report.json")); err == nil {
		t.Error("half a sweep has a report")
	}
	must(attack("one", "--merge", "two"))
	compareOutcomes(t, outcomes(t, filepath.Join(dir, "one")), want)
	if _, err := os.Stat(filepath.Join(dir, "one", "report.json")); err != nil {
		t.Error(err)
	}
}

// outcomes are the trials' files by name.
func outcomes(t *testing.T, dir string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "trials", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(p)] = string(data)
	}
	return out
}

func compareOutcomes(t *testing.T, got, want map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d outcomes, want %d", len(got), len(want))
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s differs:\n%s\nwant\n%s", name, got[name], w)
		}
	}
}
