package testdata

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"loyal/internal/env"
)

// outcome runs f on a recorder and says how it ended.
func outcome(f func(t testing.TB)) string {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
		r.end = "returned"
	}()
	<-done
	return r.end
}

type recorder struct {
	testing.TB
	end string
}

func (r *recorder) Helper() {}
func (r *recorder) Skipf(string, ...any) {
	r.end = "skipped"
	runtime.Goexit()
}
func (r *recorder) Fatalf(string, ...any) {
	r.end = "failed"
	runtime.Goexit()
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "there"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		root, elem, want string
	}{
		{"", "there", "skipped"},
		{dir, "there", "returned"},
		{dir, "missing", "failed"},
		{filepath.Join(dir, "nowhere"), "there", "failed"},
	} {
		t.Setenv(env.TestData.Name, c.root)
		t.Setenv(env.RealData.Name, c.root)
		if got := outcome(func(t testing.TB) { Dir(t, c.elem) }); got != c.want {
			t.Errorf("Dir of %q in %q %s, want %s", c.elem, c.root, got, c.want)
		}
		if got := outcome(func(t testing.TB) { Real(t, c.elem) }); got != c.want {
			t.Errorf("Real of %q in %q %s, want %s", c.elem, c.root, got, c.want)
		}
	}
}
