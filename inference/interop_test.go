package inference

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"loyal/internal/env"
	"loyal/internal/testdata"
)

// pythonClient is the version of OpenAI's Python client that we answer.
const pythonClient = "openai==3.54.0"

// TestInteropPythonClient runs interop/openai_client.py on a real model. It makes
// a virtual environment of its own, so it runs for `make interop` only.
func TestInteropPythonClient(t *testing.T) {
	if !env.Interop.IsSet() {
		t.Skip(env.Interop.Name + " is not set")
	}
	run := func(name string, args ...string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Fatalf("run %s: %v", filepath.Base(name), err)
		}
	}
	dir := t.TempDir()
	run("python3", "-m", "venv", filepath.Join(dir, "venv"))
	python := filepath.Join(dir, "venv", "bin", "python")
	if runtime.GOOS == "windows" {
		python = filepath.Join(dir, "venv", "Scripts", "python.exe")
	}
	run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", pythonClient)

	keysFile := filepath.Join(dir, "keys")
	if err := os.WriteFile(keysFile, []byte("sk-interop\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := ReadKeys(keysFile)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := serveModel(t, testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf"), Options{Keys: keys})
	run(python, filepath.Join("..", "interop", "openai_client.py"), s.url+"/v1", "m", "sk-interop")
}
