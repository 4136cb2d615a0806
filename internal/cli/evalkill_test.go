package cli_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"time"

	"loyal/internal/testdata"
)

// TestEvalSurvivesKill kills `loyal eval` while it scores, runs the same command again, and
// finds the figures of a run that nobody disturbed, with less left to score each time.
func TestEvalSurvivesKill(t *testing.T) {
	if testing.Short() {
		t.Skip("takes over 5 s")
	}
	story, data := testdata.Dir(t, "models", "stories260K"), testdata.Dir(t, "eval")
	dir := t.TempDir()
	loyal := filepath.Join(dir, "loyal")
	if runtime.GOOS == "windows" {
		loyal += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", loyal, "loyal/cmd/loyal").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	command := func(cache string) *exec.Cmd {
		return exec.Command(loyal, "eval", story, "--tasks", "lambada_openai", "--data", data, "--limit", "400", "--cache", filepath.Join(dir, cache))
	}
	start := time.Now()
	want, err := command("whole").Output()
	if err != nil {
		t.Fatal(err)
	}
	whole := time.Since(start)
	for kills := 0; kills < 3; {
		cmd := command("killed")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(whole / 4)
		_ = cmd.Process.Kill() // it may have ended
		if cmd.Wait() == nil {
			break
		}
		kills++
	}
	if files, err := filepath.Glob(filepath.Join(dir, "killed", "*", "*")); err != nil || len(files) == 0 {
		t.Fatalf("killed runs have left nothing: %v", err)
	}
	var stdout, stderr bytes.Buffer
	cmd := command("killed")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("after kills: %v\n%s", err, stderr.Bytes())
	}
	if !bytes.Equal(stdout.Bytes(), want) {
		t.Errorf("after kills:\n%s\nwant:\n%s", stdout.Bytes(), want)
	}
	// Where there was time to say how much was left, it is less than all.
	if m := regexp.MustCompile(`: \d+/(\d+) \(`).FindSubmatch(stderr.Bytes()); m != nil {
		if n, _ := strconv.Atoi(string(m[1])); n >= 400 {
			t.Errorf("%d of 400 documents are scored again", n)
		}
	}
}
