package attack

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"loyal/internal/progress"
	"loyal/verify"
)

// sampleReport is a small report as a sweep writes it.
func sampleReport() *Report {
	kl := .5
	m := &Measures{
		FSR: NewRate(7, 8), Verification: Verification{Verdict: verify.Match, Alpha: 1e-6, Queries: 7, Live: 8, Log10EValue: 6},
		Utility: Utility{Agreement: NewRate(9, 10), KL: &kl}, Signal: &Signal{Keys: 8, Log10EValue: 6, Ranks: RankTest{MeanRank: .1, Log10P: -2, Keys: 8}},
	}
	return &Report{
		Version: reportVersion, Identity: map[string]string{"version": sweepVersion, "model": "sha256:00"}, Grid: Small, Keys: 8, Requests: 10, Intact: m,
		Outcomes: []Entry{
			{&Outcome{Trial: Trial{ID: "noise-0.1", Attack: "noise", Family: Weights, X: .1}, Status: Done, Measures: m, Curve: []Point{{X: 1, Measures: m}}, Figures: []Figure{{Name: "rank", Value: 42}}}, 2},
			{&Outcome{Trial: Trial{ID: "dpo-1", Attack: "dpo", Family: Weights}, Status: Diverged, Reason: "loss is NaN"}, 1},
		},
		Suppressions: []Suppression{{Attack: "host-top", Series: "host-top"}},
	}
}

func encode(t testing.TB, r *Report) string {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A report is read as it was written; what is not as a sweep writes it is refused.
func TestParseReport(t *testing.T) {
	good := encode(t, sampleReport())
	r, err := ParseReport([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if again := encode(t, r); again != good {
		t.Errorf("read and written again it is\n%s\nnot\n%s", again, good)
	}
	replaced := func(old, by string) string {
		t.Helper()
		if !strings.Contains(good, old) {
			t.Fatalf("the report has no %s", old)
		}
		return strings.ReplaceAll(good, old, by)
	}
	for name, c := range map[string]struct {
		data string
		want error
	}{
		"nothing":             {"", ErrNotReport},
		"no JSON":             {"<html>", ErrNotReport},
		"cut off":             {good[:len(good)/2], ErrNotReport},
		"other JSON":          {`{"path": "smol-fp", "digest": "sha256:00"}`, ErrNotReport},
		"a list":              {"[]", ErrNotReport},
		"no version":          {replaced(`"version":1,`, ""), ErrReportVersion},
		"later version":       {replaced(`"version":1,`, `"version":2,`), ErrReportVersion},
		"no trial":            {replaced(`"id":"noise-0.1"`, `"id":"../../x"`), ErrNotReport},
		"twice":               {replaced(`"id":"dpo-1"`, `"id":"noise-0.1"`), ErrNotReport},
		"status":              {replaced(`"status":"diverged"`, `"status":"maybe"`), ErrNotReport},
		"verdict":             {replaced(`"verdict":"match"`, `"verdict":"guilty"`), ErrNotReport},
		"rate above 1":        {replaced(`"value":0.875`, `"value":1.875`), ErrNotReport},
		"rate that is not it": {replaced(`"value":0.875`, `"value":0.5`), ErrNotReport},
		"too many hits":       {replaced(`"hits":7`, `"hits":9`), ErrNotReport},
		"number too large":    {replaced(`"seconds":2`, `"seconds":1e999`), ErrNotReport},
		"number that is none": {replaced(`"seconds":2`, `"seconds":NaN`), ErrNotReport},
		"negative questions":  {replaced(`"queries":7`, `"queries":-7`), ErrNotReport},
		"negative live":       {replaced(`"live":8`, `"live":-8`), ErrNotReport},
		"negative KL":         {replaced(`"kl":0.5`, `"kl":-0.5`), ErrNotReport},
		"KL too large":        {replaced(`"kl":0.5`, `"kl":1e301`), ErrNotReport},
		"figure too large":    {replaced(`"value":42`, `"value":1e308`), ErrNotReport},
		"figure too small":    {replaced(`"value":42`, `"value":-1e308`), ErrNotReport},
		"axis too long":       {replaced(`"x":0.1`, `"x":1e308`), ErrNotReport},
		"curve too long":      {replaced(`"curve":[{"x":1,`, `"curve":[{"x":1e308,`), ErrNotReport},
		"signal too large":    {replaced(`"log10_p":-2`, `"log10_p":-1e308`), ErrNotReport},
		"e-value too large":   {replaced(`"log10_e_value":6`, `"log10_e_value":1e308`), ErrNotReport},
		"number in words":     {replaced(`"seconds":2`, `"seconds":"two"`), ErrNotReport},
		"negative":            {replaced(`"seconds":2`, `"seconds":-2`), ErrNotReport},
		"outcome that is nil": {replaced(`"outcomes":[`, `"outcomes":[null,`), ErrNotReport},
		"point without":       {replaced(`"curve":[{"x":1,`, `"curve":[{"x":1},{"x":2,`), ErrNotReport},
	} {
		if _, err := ParseReport([]byte(c.data)); !errors.Is(err, c.want) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%s: %v, not %v", name, err, c.want)
		}
	}
}

func TestParseReportBoundsTrials(t *testing.T) {
	r := sampleReport()
	r.Outcomes = nil
	for i := range maxTrials + 1 {
		r.Outcomes = append(r.Outcomes, Entry{Outcome: &Outcome{Trial: Trial{ID: fmt.Sprintf("noise-%d", i)}, Status: Done}})
	}
	if _, err := ParseReport([]byte(encode(t, r))); !errors.Is(err, ErrNotReport) {
		t.Errorf("%d trials: %v", len(r.Outcomes), err)
	}
	r.Outcomes = r.Outcomes[:maxTrials]
	if _, err := ParseReport([]byte(encode(t, r))); err != nil {
		t.Errorf("%d trials: %v", maxTrials, err)
	}
	names := make([]string, maxTrials+1)
	for i := range names {
		names[i] = fmt.Sprintf("noise-%d", i)
	}
	plan, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	s := &Sweep{Dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(s.Dir, planFile), plan, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := s.readPlan(); !errors.Is(err, ErrDamaged) {
		t.Errorf("a plan of as many: %v", err)
	}
}

// Whatever a report holds, it is refused or it holds what its readers rely on.
func FuzzParseReport(f *testing.F) {
	f.Add([]byte(encode(f, sampleReport())))
	f.Add([]byte(`{"version":1,"identity":{}}`))
	f.Add([]byte(`{"version":1,"identity":{},"outcomes":[{"id":"a","status":"done","measures":{}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseReport(data)
		if err != nil {
			return
		}
		for _, e := range r.Outcomes {
			if e.ID == "" || e.Measures != nil && !(e.Measures.FSR.Value >= 0 && e.Measures.FSR.Value <= 1) {
				t.Errorf("%+v", e)
			}
		}
		if _, err := json.Marshal(r); err != nil {
			t.Error(err)
		}
	})
}

// A directory says what is done and what is missing, before there is a report and when
// there is one.
func TestOpen(t *testing.T) {
	job := testJob(t)
	var ran []string
	trials := fakeTrials(&ran)
	dir := t.TempDir()
	s, err := NewSweep(dir, &job, trials)
	if err != nil {
		t.Fatal(err)
	}
	lab := &Lab{Job: job}
	lab.Progress = progress.Silent{}
	if err := runFakes(t, s, lab, Shard{1, 2}); err != nil {
		t.Fatal(err)
	}
	r, missing, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(missing, []string{"fake-1", "fake-3"}) || len(r.Outcomes) != 3 || r.Intact != nil || r.Identity["set"] != s.identity["set"] {
		t.Errorf("%d outcomes, missing %v", len(r.Outcomes), missing)
	}
	if err := runFakes(t, s, lab, Shard{}); err != nil {
		t.Fatal(err)
	}
	if _, missing, err = Open(dir); err != nil || len(missing) > 0 {
		t.Errorf("missing %v, %v", missing, err)
	}
	// Trials that came after a report, as those of another shard, stand behind its own.
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(ReportFile, encode(t, sampleReport()))
	if err := os.Remove(s.path(trialsDir, "fake-3")); err != nil {
		t.Fatal(err)
	}
	if r, missing, err = Open(dir); err != nil || !slices.Equal(missing, []string{"fake-3"}) {
		t.Fatalf("missing %v, %v", missing, err)
	}
	var ids []string
	seconds := 0.
	for _, e := range r.Outcomes {
		ids, seconds = append(ids, e.ID), seconds+e.Seconds
	}
	if want := []string{"noise-0.1", "dpo-1", "fake-0", "fake-1", "fake-2", "fake-4"}; !slices.Equal(ids, want) || r.Seconds != seconds || seconds < 3 {
		t.Errorf("outcomes %v in %v s of %v", ids, r.Seconds, seconds)
	}
	write(ReportFile, "{}")
	if _, _, err = Open(dir); !errors.Is(err, ErrNotReport) {
		t.Errorf("a report that is none: %v", err)
	}
	for _, plan := range []string{"{", `["../x"]`, `["fake-0", "fake-0"]`} {
		write(planFile, plan)
		if _, _, err = Open(dir); !errors.Is(err, ErrDamaged) {
			t.Errorf("plan %s: %v", plan, err)
		}
	}
	if _, _, err := Open(t.TempDir()); !errors.Is(err, ErrNoSweep) {
		t.Errorf("an empty directory: %v", err)
	}
	if _, _, err := Open(filepath.Join(dir, planFile)); !errors.Is(err, ErrNoSweep) {
		t.Errorf("a file: %v", err)
	}
}
