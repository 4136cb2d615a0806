//go:build unix

package readfile

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A pipe that nobody writes to is refused, not waited for.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	result := make(chan error, 1)
	go func() {
		_, err := Open(path)
		result <- err
	}()
	select {
	case err := <-result:
		if !errors.Is(err, ErrNotRegular) {
			t.Errorf("error %v, want ErrNotRegular", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it waits")
	}
}
