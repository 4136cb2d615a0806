package verify_test

import (
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"loyal/verify"
)

// TestTranscriptDiskFull lets the transcript not grow beyond 6,000 bytes, which fails
// as a full disk does: one error on one line, and an audit that continues when there
// is room. The limit holds for a process, so another one runs the part under it.
func TestTranscriptDiskFull(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 1))
	qs := questions(r, 64, 10)
	audit := func(endpoint, path string) (*verify.Report, error) {
		o := options(endpoint)
		o.Transcript = path
		return verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	}
	if flag.NArg() == 2 {
		limitFiles(t, 6000)
		_, err := audit(flag.Arg(0), flag.Arg(1))
		if !errors.Is(err, syscall.EFBIG) || strings.Count(err.Error(), "write transcript") != 1 || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q", err)
		}
		return
	}
	endpoint := (&fake{reply: knows(qs, 1, r)}).serve(t)
	path := filepath.Join(t.TempDir(), "t.jsonl")
	if out, err := exec.Command(os.Args[0], "-test.run=^TestTranscriptDiskFull$", endpoint, path).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != 6000 {
		t.Errorf("transcript: %v, %v", info, err)
	}
	report, err := audit(endpoint, path)
	if err != nil || report.Verdict != verify.Match || report.Resumed == 0 || report.Resumed == report.Queries {
		t.Errorf("continued: %+v, %v", report, err)
	}
}

// limitFiles lets no file of this process grow beyond n bytes.
func limitFiles(t *testing.T, n uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = n
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
}
