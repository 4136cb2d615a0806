package interop

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"loyal/internal/env"
)

// The versions we answer for. The environments share one torch, which is most of
// the bytes.
const (
	torch         = "torch==2.15.0"
	transformers4 = "transformers==4.57.6"
	transformers5 = "transformers[serving]==5.23.0"
	peft          = "peft==0.21.2"
	peftNeeds     = "transformers==5.23.0"
	lmEval        = "lm_eval[hf]==0.4.13"
)

// environments holds a directory of virtual environments.
type environments struct {
	dir  string
	libs string // site-packages of the environment with torch
}

// newEnvironments makes the environment with torch, unless it is there.
func newEnvironments(t *testing.T) *environments {
	t.Helper()
	e := &environments{dir: env.InteropVenvs.Effective()}
	if e.dir == "" {
		t.Fatalf("no place for virtual environments: set %s", env.InteropVenvs.Name)
	}
	python := e.make(t, "venv-torch", torch)
	e.libs = strings.TrimSpace(run(t, exec.Command(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")))
	return e
}

// make returns the Python of an environment that has some packages, in exactly these
// make returns the Python of an environment that has packages, in exactly these
// versions. It goes on where an interrupted run stopped; what is installed already
// needs no network.
func (e *environments) make(t *testing.T, name string, requirements ...string) (python string) {
	t.Helper()
	dir := filepath.Join(e.dir, name)
	python = program(dir, "python")
	if exec.Command(python, "-m", "pip", "--version").Run() != nil {
		t.Logf("make %s", dir)
		base, err := exec.LookPath("python3")
		if err != nil {
			base = "python" // Windows
		}
		run(t, exec.Command(base, "-m", "venv", dir))
	}
	if e.libs != "" {
		e.share(t, python)
	}
	t.Logf("install %s in %s, unless it is there", strings.Join(requirements, ", "), dir)
	args := append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, requirements...)
	run(t, exec.Command(python, args...))
	run(t, exec.Command(python, append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, requirements...)...))
	return python
}

// share lets an environment see the packages of the one with torch.
func (e *environments) share(t *testing.T, python string) {
	t.Helper()
	libs := strings.TrimSpace(run(t, exec.Command(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")))
	link := filepath.Join(libs, "torch-shared.pth")
	if _, err := os.Stat(link); err == nil {
		return
	}
	if err := os.WriteFile(link, []byte(e.libs+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// program is a program of a virtual environment.
func program(venv, name string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(venv, "Scripts", name+".exe")
	}
	return filepath.Join(venv, "bin", name)
}

// run runs a command to its end and returns what it wrote to its standard output.
func run(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("run %s: %v\n%s%s", filepath.Base(cmd.Path), err, stdout.String(), stderr.String())
	}
	return stdout.String()
}
