package attack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"loyal/fingerprint"
	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

var (
	// ErrOther reports a directory that holds a sweep with other settings.
	ErrOther = errors.New("the directory holds the sweep of another run")
	// ErrIdentity reports outcomes of which nobody can tell with which settings they were
	// made.
	ErrIdentity = errors.New("what outcomes depend on is not known")
	// ErrDamaged reports an outcome that is not as it was written.
	ErrDamaged = errors.New("a trial's outcome is damaged")
	// ErrIncomplete reports a sweep of which trials are missing.
	ErrIncomplete = errors.New("trials are missing")
)

// Shard is one of several machines that share a sweep: the Index-th of Count, from 1.
// The zero value is the only one.
type Shard struct{ Index, Count int }

// ParseShard reads "i/n"; "" is the zero value.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{}, nil
	}
	i, n, ok := strings.Cut(text, "/")
	index, err1 := strconv.Atoi(i)
	count, err2 := strconv.Atoi(n)
	if !ok || err1 != nil || err2 != nil || index < 1 || index > count {
		return Shard{}, fmt.Errorf("%w: shard %q is not i/n with i in 1 to n", ErrSettings, text)
	}
	return Shard{index, count}, nil
}

// has reports whether the i-th trial, from 0, is the shard's.
func (s Shard) has(i int) bool { return s.Count == 0 || i%s.Count == s.Index-1 }

// Sweep is a list of trials whose outcomes are kept in a directory.
type Sweep struct {
	Dir    string
	Trials []Trial

	job      *Job
	identity map[string]string
}

// sweepVersion is raised when a trial comes to do or measure something else than before
// under the same name.
const sweepVersion = "2"

const (
	identityFile = "sweep.json"
	planFile     = "plan.json" // the trials of the last command, of all its shards
	trialsDir    = "trials"
	secondsDir   = "seconds"     // apart from outcomes, which do not depend on the machine's speed
	intactFile   = "intact.json" // measures of the un-attacked model
	originFile   = "base.json"   // and of the base
	maxOutcome   = 1 << 22       // bytes
)

// NewSweep lays out a sweep in a directory, which it only reads: nothing is written
// before settings are known to hold. A directory that has outcomes made with other settings
// is refused, by the name of what differs.
func NewSweep(dir string, job *Job, trials []Trial) (*Sweep, error) {
	s := &Sweep{Dir: dir, Trials: trials, job: job}
	var err error
	if s.identity, err = job.identity(); err != nil {
		return nil, fmt.Errorf("open sweep: %w", err)
	}
	ids := map[string]bool{}
	for _, t := range trials {
		if ids[t.ID] || !validID(t.ID) {
			return nil, fmt.Errorf("open sweep: trial %q occurs twice, or is no name for a file", t.ID)
		}
		ids[t.ID] = true
	}
	err = s.compare(filepath.Join(dir, identityFile))
	if errors.Is(err, fs.ErrNotExist) {
		err = s.checkEmpty()
	}
	if err != nil {
		return nil, fmt.Errorf("open sweep: %w", err)
	}
	return s, nil
}

// checkEmpty refuses outcomes in a directory that does not say how they were made.
func (s *Sweep) checkEmpty() error {
	files, err := os.ReadDir(filepath.Join(s.Dir, trialsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, f := range files {
		if filepath.Ext(f.Name()) == ".json" {
			return fmt.Errorf("%w: %s has outcomes and no %s", ErrIdentity, s.Dir, identityFile)
		}
	}
	return nil
}

func validID(id string) bool {
	return id != "" && !strings.HasPrefix(id, ".") && !strings.ContainsFunc(id, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-')
	})
}

// identity lists everything that outcomes depend on, by name.
func (j *Job) identity() (map[string]string, error) {
	set, err := fingerprint.Marshal(j.Set)
	if err != nil {
		return nil, err
	}
	digest := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			return err.Error() // plain data encodes
		}
		return fmt.Sprintf("sha256:%x", sha256.Sum256(b))
	}
	out := map[string]string{
		"version": sweepVersion,
		"set":     fmt.Sprintf("sha256:%x", sha256.Sum256(set)), "grid": string(j.Grid), "seed": strconv.FormatUint(j.Seed, 10),
		"requests": digest(j.Requests), "texts": digest(j.Texts), "sft data": digest(j.SFT), "dpo data": digest(j.Pairs),
		"lookalikes": digest(j.Lookalikes),
		"alpha":      number(j.Verify.Alpha), "beta": number(j.Verify.Beta), "q min": number(j.Verify.QMin),
		"precision": strconv.Itoa(int(j.Options.Precision)), "processor": kernel.Features(), "base": "none",
	}
	if out["model"], err = j.Model.Digest(); err != nil {
		return nil, err
	}
	if j.Base != nil {
		if out["base"], err = j.Base.Digest(); err != nil {
			return nil, err
		}
	}
	for i, m := range j.Siblings {
		if out[fmt.Sprintf("sibling %d", i+1)], err = m.Digest(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// begin makes the directory the sweep's, and writes down which trials there are to be.
func (s *Sweep) begin() error {
	for _, dir := range []string{s.Dir, filepath.Join(s.Dir, trialsDir), filepath.Join(s.Dir, secondsDir)} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	data, err := json.MarshalIndent(s.identity, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(s.Dir, identityFile)
	err = atomicfile.WriteNew(path, append(data, '\n'), 0o666)
	if errors.Is(err, fs.ErrExist) {
		err = s.compare(path)
	}
	if err != nil {
		return err
	}
	return s.writePlan()
}

// compare names what differs between a saved identity and the sweep's.
func (s *Sweep) compare(path string) error {
	data, err := readfile.Regular(path, maxOutcome)
	if err != nil {
		return err
	}
	var saved map[string]string
	if err := unmarshal(data, &saved); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrIdentity, path, err)
	}
	all := maps.Clone(s.identity)
	maps.Copy(all, saved)
	var differ []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if saved[key] != s.identity[key] {
			differ = append(differ, key)
		}
	}
	if len(differ) == 0 {
		return nil
	}
	// Settings say more than digests of what follows from them.
	key := differ[max(0, slices.IndexFunc(differ, func(key string) bool { return !strings.HasPrefix(s.identity[key], "sha256:") }))]
	return fmt.Errorf("%w: %s: %s was %q, is %q", ErrOther, s.Dir, key, spell(key, saved[key]), spell(key, s.identity[key]))
}

// spell is a value of an identity as the user knows it.
func spell(key, value string) string {
	if names := map[string]string{"0": "f32", "1": "bf16"}; key == "precision" && names[value] != "" {
		return names[value]
	}
	return value
}

// Left lists the shard's trials that have no outcome yet.
func (s *Sweep) Left(shard Shard) ([]Trial, error) {
	var left []Trial
	for i, t := range s.Trials {
		if !shard.has(i) {
			continue
		}
		o, err := s.Load(t)
		if err != nil {
			return nil, err
		}
		if o == nil {
			left = append(left, t)
		}
	}
	return left, nil
}

// Run runs the shard's trials that have no outcome yet. Where there are none, and the
// un-attacked model is measured, no model is opened.
func (s *Sweep) Run(ctx context.Context, shard Shard) error {
	left, err := s.Left(shard)
	if err != nil {
		return err
	}
	measured, err := s.measured()
	if err != nil {
		return err
	}
	if len(left) == 0 && measured {
		return s.begin()
	}
	if err := s.checkWritable(); err != nil {
		return fmt.Errorf("begin sweep: %w", err)
	}
	l, err := NewLab(ctx, *s.job)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // nothing is kept
	return s.runIn(ctx, l, left)
}

// checkWritable finds out, before any work, whether outcomes can be kept: in the directory
// or, as long as it is not there, beside it.
func (s *Sweep) checkWritable() error {
	dir := s.Dir
	for {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := atomicfile.Create(filepath.Join(dir, identityFile), 0o666)
	if err == nil {
		f.Abort()
	}
	return err
}

// runIn runs trials in a lab. It ends at the first error; what diverges is an outcome.
func (s *Sweep) runIn(ctx context.Context, l *Lab, left []Trial) error {
	if err := s.begin(); err != nil {
		return fmt.Errorf("begin sweep: %w", err)
	}
	for name, m := range map[string]*Measures{intactFile: l.Intact, originFile: l.Origin} {
		if err := s.saveMeasures(name, m); err != nil {
			return err
		}
	}
	l.Progress.Start("attack", int64(len(left)))
	for _, t := range left {
		l.trial = t.ID
		l.note("")
		start := time.Now()
		o, err := t.run(ctx, l)
		if err != nil {
			return fmt.Errorf("attack %s: %w", t.ID, err)
		}
		if err := s.save(o, time.Since(start).Seconds()); err != nil {
			return err
		}
		l.Progress.Add(1)
	}
	l.Progress.Done()
	return nil
}

// run runs a trial and completes its outcome.
func (t Trial) run(ctx context.Context, l *Lab) (*Outcome, error) {
	o, err := t.Run(ctx, l)
	switch {
	case errors.Is(err, lm.ErrNonFinite) && ctx.Err() == nil:
		o = &Outcome{Status: Diverged, Reason: err.Error()}
	case err != nil:
		return nil, err
	}
	if err := o.finite(); err != nil {
		o = &Outcome{Status: Diverged, Reason: err.Error()}
	}
	if o.Status == "" {
		o.Status = Done
	}
	o.Trial = t
	return o, nil
}

func (s *Sweep) path(dir, id string) string { return filepath.Join(s.Dir, dir, id+".json") }

// save keeps an outcome; the seconds first, so that an outcome has always its seconds.
func (s *Sweep) save(o *Outcome, seconds float64) error {
	data, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return fmt.Errorf("save outcome of %s: %w", o.ID, err)
	}
	if err := atomicfile.Write(s.path(secondsDir, o.ID), fmt.Appendf(nil, "%.3f\n", seconds), 0o666); err != nil {
		return fmt.Errorf("save outcome of %s: %w", o.ID, err)
	}
	if err := atomicfile.Write(s.path(trialsDir, o.ID), append(data, '\n'), 0o666); err != nil {
		return fmt.Errorf("save outcome of %s: %w", o.ID, err)
	}
	return nil
}

// Load reads a trial's outcome, nil if there is none yet.
func (s *Sweep) Load(t Trial) (*Outcome, error) {
	path := s.path(trialsDir, t.ID)
	data, err := readfile.Regular(path, maxOutcome)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read outcome of %s: %w", t.ID, err)
	}
	var o Outcome
	err = unmarshal(data, &o)
	if err == nil && o.ID != t.ID {
		err = fmt.Errorf("it is that of %q", o.ID)
	}
	if err = cmp.Or(err, o.check()); err != nil {
		return nil, fmt.Errorf("read outcome of %s: %w: %s: %w", t.ID, ErrDamaged, path, err)
	}
	return &o, nil
}

// saveMeasures keeps how a model stands that was not attacked; nil is none.
func (s *Sweep) saveMeasures(name string, m *Measures) error {
	if m == nil {
		return nil
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = atomicfile.Write(filepath.Join(s.Dir, name), append(data, '\n'), 0o666)
	}
	if err != nil {
		return fmt.Errorf("save measures: %w", err)
	}
	return nil
}

// loadMeasures reads how a model stands that was not attacked, nil if nobody measured it.
func (s *Sweep) loadMeasures(name string) (*Measures, error) {
	path := filepath.Join(s.Dir, name)
	data, err := readfile.Regular(path, maxOutcome)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read measures: %w", err)
	}
	m := &Measures{}
	if err := cmp.Or(unmarshal(data, m), m.check()); err != nil {
		return nil, fmt.Errorf("read %s: %w: %w", path, ErrDamaged, err)
	}
	return m, nil
}

// measured reports whether what was not attacked has been measured.
func (s *Sweep) measured() (bool, error) {
	intact, err := s.loadMeasures(intactFile)
	if err != nil {
		return false, err
	}
	origin, err := s.loadMeasures(originFile)
	return intact != nil && (origin != nil || s.job.Base == nil), err
}

// maxSeconds is a year, longer than any trial: the sum of many is finite.
const maxSeconds = 365 * 24 * 3600

// seconds that a trial took, 0 if that is not known.
func (s *Sweep) seconds(id string) float64 {
	data, err := readfile.Regular(s.path(secondsDir, id), 64)
	if err != nil {
		return 0
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(string(data)), 64)
	if err != nil || !(x >= 0 && x <= maxSeconds) { // false for NaN
		return 0
	}
	return x
}
