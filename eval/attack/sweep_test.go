package attack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"loyal/internal/progress"
	"loyal/lm"
	"loyal/lm/cpu/kernel"
	"loyal/model"
	"loyal/verify"
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

// runFakes runs a shard's trials in a lab that measures nothing.
func runFakes(t *testing.T, s *Sweep, lab *Lab, shard Shard) error {
	t.Helper()
	left, err := s.Left(shard)
	if err != nil {
		return err
	}
	return s.runIn(t.Context(), lab, left)
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
	if err := runFakes(t, whole, lab, Shard{}); err != nil {
		t.Fatal(err)
	}
	want := files(t, whole.Dir)
	if len(want) != 5 || len(ran) != 5 {
		t.Fatalf("%d files, ran %v", len(want), ran)
	}
	r, err := whole.Report(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"nan", "1e308", "-5", "soon"} {
		if err := os.WriteFile(whole.path(secondsDir, "fake-0"), []byte(s), 0o666); err != nil {
			t.Fatal(err)
		}
		if got := whole.seconds("fake-0"); got != 0 {
			t.Errorf("seconds %q are %v", s, got)
		}
	}
	if e := r.Outcomes[4]; e.Status != Diverged || e.Reason == "" || r.Outcomes[0].Status != Done {
		t.Errorf("%+v", e)
	}

	// What a trial is, its file does not decide.
	told := strings.Replace(want["fake-1.json"], `"family": "weights"`, `"family": "nonsense"`, 1)
	if err := os.WriteFile(whole.path(trialsDir, "fake-1"), []byte(told), 0o666); err != nil || told == want["fake-1.json"] {
		t.Fatal(err)
	}
	if r, err = whole.Report(nil); err != nil || r.Outcomes[1].Family != Weights {
		t.Errorf("%+v %v", r.Outcomes[1], err)
	}

	// One shard in a directory of its own, after a crash that left half of it.
	first, err := NewSweep(t.TempDir(), &job, trials)
	if err != nil {
		t.Fatal(err)
	}
	if err := runFakes(t, first, lab, Shard{1, 2}); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Report(nil); !errors.Is(err, ErrIncomplete) {
		t.Errorf("a shard is a whole: %v", err)
	}
	if err := os.Remove(first.path(trialsDir, "fake-2")); err != nil {
		t.Fatal(err)
	}
	ran = nil
	if err := runFakes(t, first, lab, Shard{1, 2}); err != nil || len(ran) != 1 {
		t.Errorf("%v, ran %v", err, ran)
	}
	second, err := NewSweep(t.TempDir(), &job, trials)
	if err != nil {
		t.Fatal(err)
	}
	if err := runFakes(t, second, lab, Shard{2, 2}); err != nil {
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
	lab.Progress = progress.Silent{}
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
	if err := runFakes(t, s, lab, Shard{}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		status Status
		reason string
	}{{Diverged, "divergence: the number +Inf"}, {Diverged, "+Inf"}, {Diverged, "NaN"}, {Done, ""}} {
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
	if err := s.begin(); err != nil {
		t.Fatal(err)
	}
	other := job
	other.Seed++
	if _, err := NewSweep(dir, &other, trials); !errors.Is(err, ErrOther) {
		t.Errorf("another seed: %v", err)
	}
	// Of several differences the one that can be read is named.
	other.Requests, other.Options.Precision = other.Requests[1:], kernel.PrecBF16
	if _, err := NewSweep(dir, &other, trials); err == nil || !strings.Contains(err.Error(), `: precision was "f32", is "bf16"`) {
		t.Errorf("another precision: %v", err)
	}
	for _, content := range []string{
		"{", "{}", `{"id":"fake-1","status":"done"}`, `{"id":"fake-0","status":"maybe"}`,
		`{"id":"fake-0","status":"done","figures":[{"name":"answer","value":1e308}]}`,
		`{"id":"fake-0","status":"done","measures":{"verification":{"verdict":"guilty"}}}`,
		`{"id":"fake-0","status":"done","measures":{"verification":{"verdict":"match"},"fsr":{"hits":9,"of":8,"value":1,"high":1}}}`,
	} {
		if err := os.WriteFile(s.path(trialsDir, "fake-0"), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Left(Shard{}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", content, err)
		}
	}
	if _, err := NewSweep(dir, &job, trials); err != nil {
		t.Errorf("the same settings: %v", err)
	}
	// Without what it says of settings nobody can tell how its outcomes came to be.
	for _, content := range []string{"", "{", "[]"} {
		if err := os.WriteFile(filepath.Join(dir, identityFile), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := NewSweep(dir, &job, trials); !errors.Is(err, ErrIdentity) {
			t.Errorf("settings %q: %v", content, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, identityFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := NewSweep(dir, &job, trials); !errors.Is(err, ErrIdentity) {
		t.Errorf("no settings: %v", err)
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

// Settings that do not hold claim no directory: the corrected ones may have it.
func TestSweepValidatesFirst(t *testing.T) {
	job := testJob(t)
	var ran []string
	dir := filepath.Join(t.TempDir(), "out")
	long := strings.Repeat("the sea ", 10_000)
	for name, refused := range map[string]func(*Job){
		"long rows":        func(j *Job) { j.SFT = []Example{{Prompt: long, Completion: "blue"}} },
		"long preferences": func(j *Job) { j.Pairs = []Preference{{Prompt: long, Chosen: "blue", Rejected: "red"}} },
		"a long request":   func(j *Job) { j.Requests = []string{"hello", long} },
		"a long lookalike": func(j *Job) { j.Lookalikes = []string{"hello", long} },
		"keys as lookalikes": func(j *Job) {
			j.Lookalikes = nil
			for _, f := range j.Set.Fingerprints {
				j.Lookalikes = append(j.Lookalikes, strings.ToUpper(f.Key))
			}
		},
		"alpha":            func(j *Job) { j.Verify.Alpha = math.NaN() },
		"a sibling's size": func(j *Job) { j.Siblings = []*model.Model{otherShape(t, j.Model)} },
		"a base's size":    func(j *Job) { j.Base = otherShape(t, j.Model) },
	} {
		wrong := job
		refused(&wrong)
		s, err := NewSweep(dir, &wrong, fakeTrials(&ran))
		if err == nil {
			err = s.Run(t.Context(), Shard{})
		}
		if !slices.ContainsFunc([]error{ErrSettings, ErrModels, ErrData, ErrLookalikes, lm.ErrTooLong, verify.ErrOptions}, func(target error) bool { return errors.Is(err, target) }) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory is there: %v", err)
	}
	canceled, cancel := context.WithCancel(t.Context()) // with it no model measures anything
	cancel()
	if runtime.GOOS == "linux" { // where not even root writes to /proc
		s, err := NewSweep("/proc/none/out", &job, fakeTrials(&ran))
		if err == nil {
			err = s.Run(canceled, Shard{})
		}
		if err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("nothing can be written: %v", err)
		}
	}
	s, err := NewSweep(dir, &job, fakeTrials(&ran))
	if err == nil {
		err = s.Run(t.Context(), Shard{})
	}
	if err != nil || len(ran) != 5 {
		t.Errorf("%v, ran %v", err, ran)
	}
}

// otherShape is a model with a block less.
func otherShape(t *testing.T, m *model.Model) *model.Model {
	t.Helper()
	other, err := model.WithTensors(m, nil, func(c *model.Config) { c.NumLayers-- })
	if err != nil {
		t.Fatal(err)
	}
	return other
}

// Where nothing is left no model is opened, and a shard's report has what was measured
// of the model as released.
func TestSweepMeasuresOnce(t *testing.T) {
	job := testJob(t)
	var ran []string
	s, err := NewSweep(t.TempDir(), &job, fakeTrials(&ran))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), Shard{1, 2}); err != nil {
		t.Fatal(err)
	}
	part, missing, err := Open(s.Dir)
	if err != nil || len(missing) != 2 || part.Intact == nil || part.Base == nil || part.Keys != fixtureKeys || part.Requests != len(job.Requests) {
		t.Errorf("%+v, missing %v, %v", part, missing, err)
	}
	merged, err := NewSweep(t.TempDir(), &job, fakeTrials(&ran)[:1])
	if err != nil {
		t.Fatal(err)
	}
	if err := merged.Merge([]string{s.Dir}); err != nil {
		t.Fatal(err)
	}
	canceled, cancel := context.WithCancel(t.Context()) // with it no model measures anything
	cancel()
	if err := merged.Run(canceled, Shard{}); err != nil {
		t.Errorf("nothing is left: %v", err)
	}
	r, err := merged.Report(nil)
	if err != nil || r.Intact == nil || r.Base == nil || len(r.Outcomes) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	if err := s.Run(canceled, Shard{}); !errors.Is(err, context.Canceled) {
		t.Errorf("trials are left: %v", err)
	}
	if err := os.WriteFile(filepath.Join(s.Dir, intactFile), []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := s.measured(); !errors.Is(err, ErrDamaged) {
		t.Errorf("measures of nothing: %v", err)
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
	_, _, err = Trials(Small, Have{Blocks: 2}, "svd", "layers")
	if !errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), "nothing to try: layers needs a model of three blocks or more, svd needs --base") {
		t.Errorf("nothing that can be tried: %v", err)
	}
	if _, without, err := Trials(Full, Have{Blocks: 2}); err != nil || slices.ContainsFunc(without, func(a Attack) bool { return a.Needs == "" }) {
		t.Errorf("left out for want of nothing: %v %v", without, err)
	}
	if _, _, err := Trials("huge", have); !errors.Is(err, ErrSettings) {
		t.Errorf("a grid of no name: %v", err)
	}
}
