package attack

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
)

// Report is a sweep as a whole, complete: what report.json holds.
type Report struct {
	Version int `json:"version"` // of the file's format
	// Made says what made the report, nil where nobody said.
	Made *Made `json:"made,omitempty"`
	// Identity is everything that the outcomes depend on.
	Identity map[string]string `json:"identity"`
	Grid     Grid              `json:"grid"`
	Keys     int               `json:"keys"`
	Requests int               `json:"requests"` // on which agreement and divergence are measured
	// Intact is how the un-attacked model stands, Base the base, where given.
	Intact *Measures `json:"intact"`
	Base   *Measures `json:"base,omitempty"`
	// Outcomes are in the order of the trials.
	Outcomes []Entry `json:"outcomes"`
	// Suppressions are what hosts pay at least to hide nine of ten planted answers.
	Suppressions []Suppression `json:"suppressions,omitempty"`
	// Without are attacks of which there are no trials with what was at hand.
	Without []Missing `json:"without,omitempty"`
	Seconds float64   `json:"seconds"` // of all trials
}

// Entry is an outcome with what it took.
type Entry struct {
	*Outcome
	Seconds float64 `json:"seconds"`
}

// Missing is an attack that was not tried.
type Missing struct {
	Attack string `json:"attack"`
	Needs  string `json:"needs"`
}

// Report collects the outcomes of all trials; without are the attacks that were left out.
// If some trials are missing it is ErrIncomplete, which says how many.
func (s *Sweep) Report(without []Attack) (*Report, error) {
	r := &Report{
		Version: reportVersion, Identity: s.identity, Grid: s.job.Grid, Keys: len(s.job.Set.Fingerprints), Requests: len(s.job.Requests),
	}
	if err := s.released(r); err != nil {
		return nil, err
	}
	var missing []string
	for _, t := range s.Trials {
		o, err := s.Load(t)
		if err != nil {
			return nil, err
		}
		if o == nil {
			missing = append(missing, t.ID)
			continue
		}
		o.Trial = t // what a trial is, its file does not decide
		r.Outcomes = append(r.Outcomes, Entry{Outcome: o, Seconds: s.seconds(t.ID)})
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%w: %d of %d: %s", ErrIncomplete, len(missing), len(s.Trials), abridge(missing))
	}
	r.sum()
	for _, a := range without {
		r.Without = append(r.Without, Missing{a.Name, a.Needs})
	}
	return r, nil
}

// released fills in how the models stand that were not attacked.
func (s *Sweep) released(r *Report) (err error) {
	if r.Intact, err = s.loadMeasures(intactFile); err != nil {
		return err
	}
	r.Base, err = s.loadMeasures(originFile)
	return err
}

// sum computes what follows from the outcomes.
func (r *Report) sum() {
	r.Seconds = 0
	for _, e := range r.Outcomes {
		r.Seconds += e.Seconds
	}
	if r.Intact != nil {
		r.Suppressions = suppressions(r.Intact.FSR, r.Outcomes)
	}
}

// abridge lists the first of some names.
func abridge(names []string) string {
	const shown = 5
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:shown], ", ") + ", …"
}

// Merge takes over the outcomes that shards kept in directories of their own. A
// directory of another sweep is refused, and so is one with another outcome of a trial
// that is there already.
func (s *Sweep) Merge(dirs []string) error {
	for _, dir := range dirs {
		if err := s.merge(dir); err != nil {
			return fmt.Errorf("merge: %w", err)
		}
	}
	return nil
}

func (s *Sweep) merge(dir string) error {
	from := &Sweep{Dir: dir, identity: s.identity}
	err := from.compare(filepath.Join(dir, identityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", dir, ErrNoSweep)
	}
	if err != nil {
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	for _, name := range []string{intactFile, originFile} {
		m, err := from.loadMeasures(name)
		if err == nil && m != nil {
			err = s.take(from, name)
		}
		if err != nil {
			return err
		}
	}
	for _, t := range s.Trials {
		if err := s.takeTrial(from, t); err != nil {
			return err
		}
	}
	return nil
}

// takeTrial takes over a trial's outcome, if there is one.
func (s *Sweep) takeTrial(from *Sweep, t Trial) error {
	theirs, err := from.Load(t)
	if theirs == nil || err != nil {
		return err
	}
	ours, err := s.Load(t)
	if err != nil {
		return err
	}
	if ours == nil {
		if err := atomicfile.Write(s.path(secondsDir, t.ID), fmt.Appendf(nil, "%.3f\n", from.seconds(t.ID)), 0o666); err != nil {
			return err
		}
	}
	return s.take(from, filepath.Join(trialsDir, t.ID+".json"))
}

// take takes over a file, which must be the same where there is one already.
func (s *Sweep) take(from *Sweep, name string) error {
	data, err := readfile.Regular(filepath.Join(from.Dir, name), maxOutcome)
	if err != nil {
		return err
	}
	path := filepath.Join(s.Dir, name)
	switch own, err := readfile.Regular(path, maxOutcome); {
	case err == nil && bytes.Equal(own, data):
		return nil
	case err == nil:
		return fmt.Errorf("%w: %s and %s have different ones of %s", ErrOther, s.Dir, from.Dir, name)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return atomicfile.Write(path, data, 0o666)
}
