package attack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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

// Report collects the outcomes of all trials. If some are missing it is ErrIncomplete,
// which says how many.
func (s *Sweep) Report(l *Lab, without []Attack) (*Report, error) {
	r := &Report{
		Version: reportVersion, Identity: s.identity, Grid: l.Grid, Keys: len(l.Set.Fingerprints), Requests: len(l.Requests),
		Intact: l.Intact, Base: l.Origin,
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
		e := Entry{Outcome: o, Seconds: s.seconds(t.ID)}
		r.Seconds += e.Seconds
		r.Outcomes = append(r.Outcomes, e)
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%w: %d of %d: %s", ErrIncomplete, len(missing), len(s.Trials), abridge(missing))
	}
	if l.Intact != nil {
		r.Suppressions = suppressions(l.Intact.FSR, r.Outcomes)
	}
	for _, a := range without {
		r.Without = append(r.Without, Missing{a.Name, a.Needs})
	}
	return r, nil
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
		from := &Sweep{Dir: dir, identity: s.identity}
		if err := from.compare(filepath.Join(dir, identityFile)); err != nil {
			return fmt.Errorf("merge: %w", err)
		}
		for _, t := range s.Trials {
			if err := s.take(from, t); err != nil {
				return fmt.Errorf("merge: %w", err)
			}
		}
	}
	return nil
}

// take takes over a trial's outcome, if there is one.
func (s *Sweep) take(from *Sweep, t Trial) error {
	o, err := from.Load(t)
	if o == nil || err != nil {
		return err
	}
	data, err := readfile.Regular(from.path(trialsDir, t.ID), maxOutcome)
	if err != nil {
		return err
	}
	switch own, err := os.ReadFile(s.path(trialsDir, t.ID)); {
	case err == nil && string(own) == string(data):
		return nil
	case err == nil:
		return fmt.Errorf("%w: %s and %s have different outcomes of %s", ErrOther, s.Dir, from.Dir, t.ID)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := atomicfile.Write(s.path(secondsDir, t.ID), fmt.Appendf(nil, "%.3f\n", from.seconds(t.ID)), 0o666); err != nil {
		return err
	}
	return atomicfile.Write(s.path(trialsDir, t.ID), data, 0o666)
}
