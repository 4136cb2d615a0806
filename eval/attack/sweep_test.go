package attack

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loyal/internal/progress"
	"loyal/lm"
)

// fakeTrials are quick ones, the last of which diverges.
func fakeTrials(ran *[]string) []Trial {
	var out []Trial
	for i := range 5 {
		id := fmt.Sprintf("fake-%d", i)
		out = append(out, Trial{ID: id, Attack: "fake", Family: Weights, X: float64(i), Run: func(context.Context, *Lab) (*Outcome, error) {
			*ran = append(*ran, id)
			if i == 4 {
				return nil, fmt.Errorf("step 3: loss is %w", lm.ErrNonFinite)
			}
			o := &Outcome{}
			o.Add("answer", "", float64(i))
			return o, nil
		}})
	}
	return out
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(dir, trialsDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(p)] = string(b)
	}
	return out
}

// However a sweep is cut into pieces, its outcomes are the same bytes; what diverges is
// an outcome, and the others go on.
func TestSweepInPieces(t *testing.T) {
	job := testJob(t)
	lab := &Lab{Job: job}
	lab.Progress = progress.Silent{}
	var ran []string
	trials := fakeTrials(&ran)
	whole, err := NewSweep(t.TempDir(), &job, trials)
	if err != nil {
		t.Fatal(err)
	}
	if err := whole.Run(t.Context(), lab, Shard{}); err != nil {
		t.Fatal(err)
	}
	want := files(t, whole.Dir)
	if len(want) != 5 || len(ran) != 5 {
		t.Fatalf("%d files, ran %v", len(want), ran)
	}
	r, err := whole.Report(lab, nil)
	if err != nil {
		t.Fatal(err)
	}
	if e := r.Outcomes[4]; e.Status != Diverged || e.Reason == "" || r.Outcomes[0].Status != Done {
		t.Errorf("%+v", e)
	}

	// One shard in a directory of its own, after a crash that left half of it.
	first, err := NewSweep(t.TempDir(), &job, trials)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Run(t.Context(), lab, Shard{1, 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Report(lab, nil); !errors.Is(err, ErrIncomplete) {
		t.Errorf("a shard is a whole: %v", err)
	}
	if err := os.Remove(first.path(trialsDir, "fake-2")); err != nil {
		t.Fatal(err)
	}
	ran = nil
	if err := first.Run(t.Context(), lab, Shard{1, 2}); err != nil || len(ran) != 1 {
		t.Errorf("%v, ran %v", err, ran)
	}
	second, err := NewSweep(t.TempDir(), &job, trials)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Run(t.Context(), lab, Shard{2, 2}); err != nil {
		t.Fatal(err)
	}
	if err := first.Merge([]string{second.Dir}); err != nil {
		t.Fatal(err)
	}
	got := files(t, first.Dir)
	for name, content := range want {
		if got[name] != content {
			t.Errorf("%s: %s, in one piece %s", name, got[name], content)
		}
	}
}

// A trial that finds what is no number is named, and the others go on.
func TestSweepOfNonFiniteFigures(t *testing.T) {
	job := testJob(t)
	lab := &Lab{Job: job}
	lab.Progress = silent{}
	trial := func(id string, o Outcome) Trial {
		return Trial{ID: id, Attack: "fake", Family: Hosts, Run: func(context.Context, *Lab) (*Outcome, error) { return &o, nil }}
	}
	infinite := math.Inf(1)
	trials := []Trial{
		trial("figure", Outcome{Figures: []Figure{{Name: "divergence", Value: infinite}}}),
		trial("measure", Outcome{Measures: &Measures{Utility: Utility{KL: &infinite}}}),
		trial("curve", Outcome{Curve: []Point{{X: math.NaN()}}}),
		trial("good", Outcome{Figures: []Figure{{Name: "divergence", Value: 1}}}),
	}
	s, err := NewSweep(t.TempDir(), &job, trials)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), lab, Shard{}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		status Status
		reason string
	}{{Diverged, "divergence: it is +Inf"}, {Diverged, "+Inf"}, {Diverged, "NaN"}, {Done, ""}} {
		o, err := s.Load(trials[i])
		if err != nil || o == nil || o.Status != want.status || !strings.Contains(o.Reason, want.reason) || (o.Reason == "") != (want.reason == "") {
			t.Errorf("%s: %+v %v", trials[i].ID, o, err)
		}
	}
}

func TestSweepRefuses(t *testing.T) {
	job := testJob(t)
	var ran []string
	trials := fakeTrials(&ran)
	dir := t.TempDir()
	s, err := NewSweep(dir, &job, trials)
	if err != nil {
		t.Fatal(err)
	}
	other := job
	other.Seed++
	if _, err := NewSweep(dir, &other, trials); !errors.Is(err, ErrOther) {
		t.Errorf("another seed: %v", err)
	}
	for _, content := range []string{"{", "{}", `{"id":"fake-1","status":"done"}`, `{"id":"fake-0","status":"maybe"}`} {
		if err := os.WriteFile(s.path(trialsDir, "fake-0"), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Left(Shard{}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", content, err)
		}
	}
	for _, text := range []string{"0/2", "3/2", "1", "a/b", "1/0", "-1/2"} {
		if _, err := ParseShard(text); !errors.Is(err, ErrSettings) {
			t.Errorf("shard %q: %v", text, err)
		}
	}
	if _, err := NewSweep(t.TempDir(), &job, append(trials, trials[0])); err == nil {
		t.Error("a trial twice, and no error")
	}
}

func TestTrials(t *testing.T) {
	have := Have{Base: true, Siblings: 1, Chat: true, Blocks: 4, Keys: 24}
	for _, g := range []Grid{Small, Full} {
		trials, _, err := Trials(g, have)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, x := range trials {
			if seen[x.ID] || !validID(x.ID) || x.Attack == "" || x.Family == "" || x.Setting == "" || x.Series == "" || x.Run == nil {
				t.Errorf("%s: %+v", g, x)
			}
			seen[x.ID] = true
		}
	}
	some, _, err := Trials(Small, have, "noise", "svd-1", "svd-1")
	if err != nil || len(some) != 3 || some[2].ID != "svd-1" {
		t.Errorf("an attack and a trial: %v %v", some, err)
	}
	if _, _, err := Trials(Small, have, "nonsense"); !errors.Is(err, ErrSettings) {
		t.Errorf("an attack of no name: %v", err)
	}
	if _, _, err := Trials("huge", have); !errors.Is(err, ErrSettings) {
		t.Errorf("a grid of no name: %v", err)
	}
}
