package interop

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"loyal/internal/env"
	"loyal/internal/testdata"
	"loyal/verify"
)

// numFingerprints is the default of `fingerprint new`: 98 % of them can be told from
// all of them.
const numFingerprints = 64

// TestInteropTransformers follows a maker from a GGUF file to a published model, and
// lets two releases of transformers and a foreign server judge what came out.
func TestInteropTransformers(t *testing.T) {
	if !env.Interop.IsSet() {
		t.Skip(env.Interop.Name + " is not set")
	}
	gguf := testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf")
	venvs := newEnvironments(t)
	python4, python5 := venvs.make(t, "venv-t4", transformers4), venvs.make(t, "venv-t5", transformers5)
	w := makeModels(t, gguf)

	set := openSet(t, w.path("smol.loyal"), w.path("identity.txt"))
	for _, name := range []string{"smol", "smol-fp"} {
		expected, planted := writeExpected(t, w.path(name), set)
		t.Logf("%s: our engine gives %d of %d planted answers", name, planted, numFingerprints)
		if embedded := name == "smol-fp"; embedded && planted < numFingerprints*95/100 {
			t.Errorf("%s: %d of %d planted answers", name, planted, numFingerprints)
		}
		for version, python := range map[string]string{"4": python4, "5": python5} {
			t.Run(name+" in transformers "+version, func(t *testing.T) {
				cmd := exec.CommandContext(t.Context(), python, "transformers_check.py", w.path(name), "--expected", expected)
				cmd.Env = append(cmd.Environ(), env.HFOffline.Name+"=1")
				t.Logf("%s", run(t, cmd))
			})
		}
	}
	checkAdapter(t, w, set, venvs.make(t, "venv-peft", peft, peftNeeds))
	checkExpansion(t, w, set, map[string]string{"4": python4, "5": python5})
	t.Run("smol-fp in transformers serve", func(t *testing.T) {
		url := serveTransformers(t, venvs, w.path("smol-fp"))
		audit(t, w, url, w.path("smol-fp"))
	})
}

// workshop is where the maker works: a directory with the binary, her identity, her
// models and her set.
type workshop struct{ dir string }

func (w workshop) path(name string) string { return filepath.Join(w.dir, name) }

// loyal returns a command of the binary. No key of the user's reaches it.
func (w workshop) loyal(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), w.path("loyal.exe"), args...)
	cmd.Dir = w.dir
	cmd.Env = append(cmd.Environ(), env.Identity.Name+"="+w.path("identity.txt"), env.OpenAIKey.Name+"=")
	return cmd
}

// makeModels converts a model to smol, makes smol.loyal, and embeds it to smol-fp.
func makeModels(t *testing.T, gguf string) workshop {
	t.Helper()
	w := workshop{dir: t.TempDir()}
	build := exec.Command("go", "build", "-o", w.path("loyal.exe"), "loyal/cmd/loyal")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	run(t, build)
	for _, args := range [][]string{
		{"model", "convert", gguf, "smol", "--dtype", "bf16"},
		{"fingerprint", "new", "smol", "-n", fmt.Sprint(numFingerprints), "--out", "smol.loyal"},
		{"embed", "smol", "--set", "smol.loyal", "--out", "smol-fp"},
	} {
		start := time.Now()
		run(t, w.loyal(t, args...))
		t.Logf("loyal %s: %.1f s", args[0], time.Since(start).Seconds())
	}
	return w
}

// serveTransformers starts `transformers serve` and returns the base URL when it answers.
// It ends with the test.
func serveTransformers(t *testing.T, venvs *environments, dir string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close() // the server cannot choose a port by itself
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program(filepath.Join(venvs.dir, "venv-t5"), "transformers"),
		"serve", "--host", "127.0.0.1", "--port", fmt.Sprint(port), dir)
	// It looks into the cache, which has to exist, even for a path.
	cmd.Env = append(cmd.Environ(), env.HFOffline.Name+"=1", env.HubCacheDir.Name+"="+t.TempDir())
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if runtime.GOOS != "windows" {
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	}
	cmd.WaitDelay = 20 * time.Second
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		if t.Failed() {
			t.Logf("transformers serve wrote:\n%s", log.Bytes())
		}
	})

	url := fmt.Sprintf("http://127.0.0.1:%d/v1", port)
	for deadline := time.Now().Add(5 * time.Minute); ; {
		err := ask(t.Context(), url, dir)
		if err == nil {
			break
		}
		select {
		case <-ended:
			t.Fatalf("transformers serve ended: %v", cmd.ProcessState)
		case <-time.After(time.Second):
		}
		if time.Now().After(deadline) {
			t.Fatalf("transformers serve does not answer: %v", err)
		}
	}
	t.Logf("transformers serve answers after %.0f s", time.Since(start).Seconds())
	return url
}

// ask asks an endpoint for one token.
func ask(ctx context.Context, url, name string) error {
	body, err := json.Marshal(map[string]any{
		"model": name, "max_tokens": 1, "messages": []map[string]string{{"role": "user", "content": "Hello"}},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1000))
		return fmt.Errorf("status %d: %s", response.StatusCode, text)
	}
	return nil
}

// audit runs `loyal verify` and expects a match.
func audit(t *testing.T, w workshop, url, name string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := w.loyal(t, "verify", "--set", "smol.loyal", "--endpoint", url, "--model", name, "--json")
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var report verify.Report
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
		t.Fatalf("verify wrote no report: %v\n%s%s", err, stdout.Bytes(), stderr.Bytes())
	}
	t.Logf("verify: %s, exit code %d: %d planted of %d on the list in %d queries; off the list %d, refusals %d, unanswered %d, repeated requests %d",
		report.Verdict, cmd.ProcessState.ExitCode(), report.Hits, report.InList, report.Queries,
		report.OffList, report.Refusals, report.Unanswered, report.Retries)
	if code := cmd.ProcessState.ExitCode(); report.Verdict != verify.Match || code != 0 {
		t.Errorf("verify: %s, exit code %d, want match and 0\n%s", report.Verdict, code, stderr.Bytes())
	}
}
