package model

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// TestWriteDiskFull lets no file grow beyond 2,000 bytes, which fails as a full disk
// does: one error, nothing left of the new model, the old one as it was. The limit
// holds for a process, so another one runs the part under it.
func TestWriteDiskFull(t *testing.T) {
	if flag.NArg() == 2 {
		writeWithoutSpace(t, flag.Arg(0), flag.Arg(1))
		return
	}
	src := source(t, F32)
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if err := Write(context.Background(), out, src, WriteOptions{DType: BF16}); err != nil {
		t.Fatal(err)
	}
	before := digest(t, open(t, out))
	report, err := exec.Command(os.Args[0], "-test.run=^TestWriteDiskFull$", src.Path, out).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, report)
	}
	if digest(t, open(t, out)) != before || list(t, dir) != "out" {
		t.Errorf("left behind: %s", list(t, dir))
	}
}

func writeWithoutSpace(t *testing.T, in, out string) {
	signal.Ignore(syscall.SIGXFSZ) // which would end the process instead
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = 2000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	err := Write(context.Background(), out, open(t, in), WriteOptions{DType: F32, Overwrite: true})
	if !errors.Is(err, syscall.EFBIG) {
		t.Errorf("%v", err)
	}
}
