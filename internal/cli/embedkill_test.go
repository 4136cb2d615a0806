package cli_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
	"time"

	"loyal/internal/testdata"
)

// TestEmbedSurvivesKill kills `loyal embed` at ten random moments, each time runs the
// same command again, and finds the weights of a run that nobody disturbed.
func TestEmbedSurvivesKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes over 5 s")
	}
	story := testdata.Dir(t, "models", "stories260K")
	dir := t.TempDir()
	command := buildLoyal(t, dir)
	if out, err := command("fingerprint", "new", story, "-n", "6", "--seed", "3", "--key-length", "24",
		"--max-top", "1", "--min-candidate", "0", "--width", "3", "--out", "set.loyal").CombinedOutput(); err != nil {
		t.Fatalf("new: %v\n%s", err, out)
	}
	for _, method := range []string{"layers", "lora"} {
		t.Run(method, func(t *testing.T) { killEmbed(t, dir, story, method, command) })
	}
}

// buildLoyal builds the program into a directory and returns commands of it that run
// there, with an identity of their own.
func buildLoyal(t *testing.T, dir string) func(args ...string) *exec.Cmd {
	t.Helper()
	loyal := filepath.Join(dir, "loyal")
	if runtime.GOOS == "windows" {
		loyal += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", loyal, "loyal/cmd/loyal").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return func(args ...string) *exec.Cmd {
		cmd := exec.Command(loyal, args...)
		cmd.Dir = dir
		cmd.Env = append(cmd.Environ(), "LOYAL_IDENTITY="+filepath.Join(dir, "identity.txt"))
		return cmd
	}
}

// killEmbed kills a run ten times at random moments, and compares what it ends with
// with a run that was left alone.
func killEmbed(t *testing.T, dir, story, method string, command func(...string) *exec.Cmd) {
	embed := func(out string, more ...string) *exec.Cmd {
		return command(append(more, "embed", story, "--set", "set.loyal", "--out", out, "--method", method, "--train-layers", "3",
			"--learning-rate", "3e-3", "--refresh-steps", "3", "--max-steps", "40", "--benign-prompts", "12", "--benign-per-step", "4",
			"--prose-texts", "4", "--system-prompts", "1", "--save-seconds", "0", "--target-probability", "1", "--json")...)
	}
	digest := func(stdout []byte) string {
		t.Helper()
		m := regexp.MustCompile(`"digest": "(sha256:[0-9a-f]{64})"`).FindSubmatch(stdout)
		if m == nil {
			t.Fatalf("no digest in %s", stdout)
		}
		return string(m[1])
	}
	start := time.Now()
	first, err := embed("whole-" + method + "/").Output()
	if err != nil {
		t.Fatalf("embed: %v", err)
	}
	if reports, _ := filepath.Glob(filepath.Join(dir, "whole-"+method, "*embed*")); len(reports) > 0 {
		t.Errorf("the published directory holds %v", reports)
	}
	whole := time.Since(start)

	check := func(stdout []byte, kills int) {
		t.Helper()
		if got, want := digest(stdout), digest(first); got != want {
			t.Errorf("after %d kills the weights are %s, want %s", kills, got, want)
		}
		left, err := filepath.Glob(filepath.Join(dir, "*killed*"))
		if err != nil || len(left) != 3 {
			t.Errorf("left behind: %v, want model and two reports", left)
		}
		for _, path := range left {
			if err := os.RemoveAll(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	for kills := 0; kills < 10; {
		var out bytes.Buffer
		cmd := embed("killed")
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(whole) * 6 / 10)))
		_ = cmd.Process.Kill() // it may have ended
		if cmd.Wait() == nil { // it did, thanks to what earlier ones had saved: once more
			check(out.Bytes(), kills)
			continue
		}
		kills++
		if _, err := os.Stat(filepath.Join(dir, "killed")); err == nil { // written, but not told: its state is there still
			out, err := embed("killed", "--overwrite").Output()
			if err != nil {
				t.Fatalf("embed --overwrite after %d kills: %v", kills, err)
			}
			check(out, kills)
		}
	}
	out, err := embed("killed").Output()
	if err != nil {
		t.Fatalf("embed after ten kills: %v", err)
	}
	check(out, 10)
}
