package attack

import (
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

	identity map[string]string
}

// sweepVersion is raised when a trial comes to do or measure something else than before
// under the same name.
const sweepVersion = "1"

const (
	identityFile = "sweep.json"
	planFile     = "plan.json" // the trials of the last command, of all its shards
	trialsDir    = "trials"
	secondsDir   = "seconds" // apart from outcomes, which do not depend on the machine's speed
	maxOutcome   = 1 << 22   // bytes
)

// NewSweep opens the directory of a sweep, or begins one. A directory that holds
// outcomes made with other settings is refused, by the name of what differs.
func NewSweep(dir string, job *Job, trials []Trial) (*Sweep, error) {
	s := &Sweep{Dir: dir, Trials: trials}
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
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("open sweep: %w", err)
	}
	if err := s.writePlan(); err != nil {
		return nil, fmt.Errorf("open sweep: %w", err)
	}
	return s, nil
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

// open compares the directory's identity with the sweep's, or writes it.
func (s *Sweep) open() error {
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
	switch err := atomicfile.WriteNew(path, append(data, '\n'), 0o666); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	return s.compare(path)
}

// compare names what differs between a saved identity and the sweep's.
func (s *Sweep) compare(path string) error {
	data, err := readfile.Regular(path, maxOutcome)
	if err != nil {
		return err
	}
	var saved map[string]string
	if err := json.Unmarshal(data, &saved); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
	}
	all := maps.Clone(s.identity)
	maps.Copy(all, saved)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if was, is := saved[key], s.identity[key]; was != is {
			return fmt.Errorf("%w: %s: %s was %q, is %q", ErrOther, s.Dir, key, was, is)
		}
	}
	return nil
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

// Run runs the shard's trials that have no outcome yet. It ends at the first error;
// what diverges is an outcome.
func (s *Sweep) Run(ctx context.Context, l *Lab, shard Shard) error {
	left, err := s.Left(shard)
	if err != nil {
		return err
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
	data, err := readfile.Regular(s.path(trialsDir, t.ID), maxOutcome)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read outcome of %s: %w", t.ID, err)
	}
	var o Outcome
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("read outcome of %s: %w: %w", t.ID, ErrDamaged, err)
	}
	if o.ID != t.ID || o.Status != Done && o.Status != Diverged {
		return nil, fmt.Errorf("read outcome of %s: %w: it is that of %q", t.ID, ErrDamaged, o.ID)
	}
	return &o, nil
}

// seconds that a trial took, 0 if that is not known.
func (s *Sweep) seconds(id string) float64 {
	data, err := readfile.Regular(s.path(secondsDir, id), 64)
	if err != nil {
		return 0
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(string(data)), 64)
	if err != nil {
		return 0
	}
	return x
}
