package demo

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"loyal/fingerprint"
	"loyal/internal/keyring"
	"loyal/verify"
)

// TestRun goes the whole way, as `loyal demo` does.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	dir := t.TempDir()
	r, err := Run(context.Background(), Options{Dir: dir, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f s: %+v", r.Seconds, r.Stages)
	checkVerdicts(t, r)
	if r.After.FSR < 0.9 || r.Before.FSR > 0.1 {
		t.Errorf("FSR %.2f, before %.2f", r.After.FSR, r.Before.FSR)
	}
	if r.TuningLoss[1] > r.TuningLoss[0]-1 {
		t.Errorf("fine-tuning took the loss from %.2f to %.2f: no real change", r.TuningLoss[0], r.TuningLoss[1])
	}
	checkFiles(t, dir)
}

func checkVerdicts(t *testing.T, r *Result) {
	t.Helper()
	want := map[string]verify.Verdict{
		fingerprintedName: verify.Match, tunedName: verify.Match,
		baseName: verify.NoMatch, unrelatedName: verify.NoMatch,
	}
	for _, o := range r.Outcomes {
		if o.Expected != want[o.Target] || o.Report.Verdict != o.Expected {
			t.Errorf("%s: %s, expected %s; want %s", o.Target, o.Report.Verdict, o.Expected, want[o.Target])
		}
		delete(want, o.Target)
	}
	if len(want) > 0 || !r.AsExpected() {
		t.Errorf("not audited: %v; as expected: %v", want, r.AsExpected())
	}
}

// checkFiles opens what a run has left.
func checkFiles(t *testing.T, dir string) {
	t.Helper()
	keys, err := keyring.Load(filepath.Join(dir, IdentityFile))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(filepath.Join(dir, SetFile))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fingerprint.Open(sealed, keys.Identities()...); err != nil {
		t.Errorf("open the set: %v", err)
	}
	report, err := os.ReadFile(filepath.Join(dir, ReportFile))
	if err != nil || !json.Valid(report) {
		t.Errorf("report: %v", err)
	}
	for _, name := range []string{SetFile, IdentityFile, ReportFile, filepath.Join(transcriptDir, baseName+".jsonl")} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
	}
}

// TestRunEnds: a canceled run ends soon and with the cause.
func TestRunEnds(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := Run(ctx, Options{Dir: t.TempDir()}); err == nil {
		t.Error("no error")
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("it took %s", d)
	}
}
