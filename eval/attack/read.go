package attack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
	"loyal/verify"
)

// ReportFile is the file of a sweep's directory that holds its [Report].
const ReportFile = "report.json"

var (
	// ErrNotReport reports a file that is no report of a sweep, or a damaged one.
	ErrNotReport = errors.New("not a report of attacks")
	// ErrReportVersion reports a report of a format that is not known.
	ErrReportVersion = errors.New("a report of another version")
	// ErrNoSweep reports a directory in which nothing was attacked.
	ErrNoSweep = errors.New("it holds no sweep of attacks")
)

// reportVersion is the format's.
const reportVersion = 1

// Bounds of what is read: a full grid with a base and a sibling has 358 trials of 2 kB.
const (
	maxReport = 64 << 20 // bytes
	maxTrials = 20_000
)

// writePlan keeps which trials there are to be, so that who comes later can tell which
// are missing.
func (s *Sweep) writePlan() error {
	ids := make([]string, len(s.Trials))
	for i, t := range s.Trials {
		ids[i] = t.ID
	}
	data, err := json.MarshalIndent(ids, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(s.Dir, planFile), append(data, '\n'), 0o666)
}

// Open reads what a sweep's directory holds: its report, with those outcomes of the plan
// that came later, or, as long as there is none, a report of the outcomes that are there.
// missing are the trials that are still to be done.
func Open(dir string) (r *Report, missing []string, err error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, nil, fmt.Errorf("read report: %s: %w", dir, cmp.Or(err, ErrNoSweep))
	}
	s := &Sweep{Dir: dir}
	plan, err := s.readPlan()
	if err != nil {
		return nil, nil, err
	}
	data, err := readfile.Regular(filepath.Join(dir, ReportFile), maxReport)
	switch {
	case err == nil:
		if r, err = ParseReport(data); err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", filepath.Join(dir, ReportFile), err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, nil, err
	default:
		if r, err = s.bare(); err != nil {
			return nil, nil, err
		}
	}
	missing, err = s.complete(r, plan)
	return r, missing, err
}

// complete adds to a report those outcomes of a plan that it lacks, and returns which
// there are not. What is not in the plan stands before what is.
func (s *Sweep) complete(r *Report, plan []string) (missing []string, err error) {
	reported := map[string]Entry{}
	for _, e := range r.Outcomes {
		reported[e.ID] = e
	}
	var planned []Entry
	later := false
	for _, id := range plan {
		if e, ok := reported[id]; ok {
			planned = append(planned, e)
			delete(reported, id)
			continue
		}
		o, err := s.Load(Trial{ID: id})
		if err != nil {
			return nil, err
		}
		if o == nil {
			missing = append(missing, id)
			continue
		}
		later = true
		planned = append(planned, Entry{Outcome: o, Seconds: s.seconds(id)})
		if o.Measures != nil && r.Keys == 0 {
			r.Keys = o.Measures.FSR.Of
		}
	}
	if later {
		rest := slices.DeleteFunc(r.Outcomes, func(e Entry) bool { _, ok := reported[e.ID]; return !ok })
		r.Outcomes = append(rest, planned...)
		r.sum()
	}
	return missing, nil
}

// readPlan reads which trials there are to be; none are where nobody wrote it down.
func (s *Sweep) readPlan() ([]string, error) {
	data, err := readfile.Regular(filepath.Join(s.Dir, planFile), maxOutcome)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var plan []string
	if err := unmarshal(data, &plan); err != nil {
		return nil, fmt.Errorf("read %s: %w: %w", filepath.Join(s.Dir, planFile), ErrDamaged, err)
	}
	if len(plan) > maxTrials {
		return nil, fmt.Errorf("read %s: %w: %d trials", filepath.Join(s.Dir, planFile), ErrDamaged, len(plan))
	}
	seen := map[string]bool{}
	for _, id := range plan {
		if !validID(id) || seen[id] {
			return nil, fmt.Errorf("read %s: %w: %q is no trial, or there twice", filepath.Join(s.Dir, planFile), ErrDamaged, id)
		}
		seen[id] = true
	}
	return plan, nil
}

// bare is a report without outcomes.
func (s *Sweep) bare() (*Report, error) {
	path := filepath.Join(s.Dir, identityFile)
	data, err := readfile.Regular(path, maxOutcome)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read report: %s: %w", s.Dir, ErrNoSweep)
	}
	if err != nil {
		return nil, err
	}
	r := &Report{Version: reportVersion}
	if err := unmarshal(data, &r.Identity); err != nil {
		return nil, fmt.Errorf("read %s: %w: %w", path, ErrIdentity, err)
	}
	r.Grid = Grid(r.Identity["grid"])
	if err := s.released(r); err != nil {
		return nil, err
	}
	if r.Intact != nil {
		r.Keys, r.Requests = r.Intact.FSR.Of, r.Intact.Utility.Agreement.Of
	}
	return r, nil
}

// unmarshal reads JSON, and says in JSON's own words what is not as it must be.
func unmarshal(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	var other *json.UnmarshalTypeError
	switch {
	case errors.As(err, &other) && other.Field == "":
		return fmt.Errorf("it is a JSON %s", other.Value)
	case errors.As(err, &other):
		return fmt.Errorf("%s is a JSON %s", other.Field, other.Value)
	}
	return err
}

// ParseReport reads a report, which may come from anybody: what it returns has nothing
// missing that a reader relies on, and its numbers are in their ranges.
func ParseReport(data []byte) (*Report, error) {
	var head struct {
		Version  *int            `json:"version"`
		Identity json.RawMessage `json:"identity"`
	}
	if err := unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotReport, err)
	}
	switch {
	case head.Identity == nil:
		return nil, fmt.Errorf("%w: it does not say what was attacked", ErrNotReport)
	case head.Version == nil:
		return nil, fmt.Errorf("%w: it says none", ErrReportVersion)
	case *head.Version != reportVersion:
		return nil, fmt.Errorf("%w: %d", ErrReportVersion, *head.Version)
	}
	var r Report
	if err := unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotReport, err)
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotReport, err)
	}
	return &r, nil
}

// check reports what is not as a sweep writes it.
func (r *Report) check() error {
	if len(r.Outcomes) > maxTrials {
		return fmt.Errorf("%d trials", len(r.Outcomes))
	}
	if r.Keys < 0 || r.Requests < 0 || r.Seconds < 0 {
		return errors.New("a count is negative")
	}
	for name, m := range map[string]*Measures{"the un-attacked model": r.Intact, "the base": r.Base} {
		if err := m.check(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	ids := map[string]bool{}
	for i, e := range r.Outcomes {
		if e.Outcome == nil || !validID(e.ID) || ids[e.ID] || e.Seconds < 0 {
			return fmt.Errorf("trial %d has no name, or that of another", i+1)
		}
		ids[e.ID] = true
		if err := e.check(); err != nil {
			return fmt.Errorf("trial %s: %w", e.ID, err)
		}
	}
	for _, s := range r.Suppressions {
		if err := cmp.Or(s.FSR.check(), s.Cost.check()); err != nil {
			return fmt.Errorf("suppression by %s: %w", s.Series, err)
		}
	}
	return nil
}

func (o *Outcome) check() error {
	if o.Status != Done && o.Status != Diverged {
		return fmt.Errorf("status %q", o.Status)
	}
	if err := bounded(&o.X); err != nil {
		return err
	}
	for _, f := range o.Figures {
		if err := bounded(&f.Value, f.Low, f.High); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if err := o.Measures.check(); err != nil {
		return err
	}
	for _, p := range o.Curve {
		if p.Measures == nil {
			return errors.New("a point of the curve has no measures")
		}
		if err := cmp.Or(bounded(&p.X), p.Measures.check()); err != nil {
			return err
		}
	}
	return nil
}

func (m *Measures) check() error {
	if m == nil {
		return nil
	}
	v := m.Verification
	switch {
	case v.Verdict != verify.Match && v.Verdict != verify.NoMatch && v.Verdict != verify.Inconclusive:
		return fmt.Errorf("verdict %q", v.Verdict)
	case v.Queries < 0 || v.Live < 0:
		return errors.New("a count of questions is negative")
	}
	for _, n := range m.Histogram {
		if n < 0 {
			return errors.New("a count of the histogram is negative")
		}
	}
	if err := cmp.Or(bounded(&v.Alpha, &v.Log10EValue, &v.Log10NoMatchEValue, m.MeanProbability), m.Signal.check()); err != nil {
		return err
	}
	for _, u := range []*Utility{&m.Utility, m.BaseUtility} {
		if u == nil {
			continue
		}
		if err := cmp.Or(u.Agreement.check(), bounded(u.KL, u.Perplexity, u.RelativePerplexity)); err != nil {
			return err
		}
		if u.KL != nil && *u.KL < -1e-3 { // rounding
			return fmt.Errorf("divergence %g", *u.KL)
		}
	}
	return m.FSR.check()
}

func (s *Signal) check() error {
	if s == nil {
		return nil
	}
	err := bounded(&s.Log10EValue, &s.Ranks.MeanRank, &s.Ranks.Log10P)
	if c := s.Calibrated; c != nil {
		err = cmp.Or(err, bounded(&c.MeanRank, &c.Log10P))
	}
	return err
}

// maxNumber is more than anything that is measured. What readers make of a number up to
// it, a percentage or the width of an interval, is a number still.
const maxNumber = 1e300

// bounded refuses numbers that are too large; nil is none.
func bounded(numbers ...*float64) error {
	for _, x := range numbers {
		if x != nil && !(math.Abs(*x) <= maxNumber) {
			return fmt.Errorf("the number %g", *x)
		}
	}
	return nil
}

func (r Rate) check() error {
	in := func(x float64) bool { return x >= 0 && x <= 1 } // not NaN
	if r.Of < 0 || r.Hits < 0 || r.Hits > r.Of || !in(r.Value) || !in(r.Low) || !in(r.High) || r.Low > r.High {
		return fmt.Errorf("rate of %d in %d: %g, from %g to %g", r.Hits, r.Of, r.Value, r.Low, r.High)
	}
	if r.Of > 0 && math.Abs(r.Value-float64(r.Hits)/float64(r.Of)) > 1e-6 {
		return fmt.Errorf("rate of %d in %d: %g", r.Hits, r.Of, r.Value)
	}
	return nil
}
