package report

import (
	"maps"
	"slices"

	"loyal/eval/attack"
	"loyal/verify"
)

// Comparison sets sweeps side by side.
type Comparison struct {
	Runs []ComparedRun `json:"runs"`
	// Common are the trials that ended in a verdict in all runs, but for searches.
	Common int `json:"common"`
	// Settings are those that outcomes depend on and that are not the same in all runs.
	Settings []ComparedSetting `json:"settings,omitempty"`
	Trials   []ComparedTrial   `json:"trials"`

	runs []Run
}

// ComparedRun is a sweep as a column. Searches for keys are not counted: a match there
// says that a piece of a key does, too, which is neither good nor bad.
type ComparedRun struct {
	Name     string `json:"name"`
	Dir      string `json:"dir"`
	Keys     int    `json:"keys"`
	Requests int    `json:"requests"`
	Audited  int    `json:"audited"` // trials that ended in a verdict
	Matches  int    `json:"matches"`
	Diverged int    `json:"diverged"`
	// CommonMatches are the matches among the trials that all runs have.
	CommonMatches int      `json:"common_matches"`
	Missing       []string `json:"missing,omitempty"` // trials that are not done
	// Intact is the un-attacked model, nil where the sweep is not complete.
	Intact *Cell `json:"intact"`
}

// ComparedSetting is what a setting is in each run, "" where it has none.
type ComparedSetting struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// ComparedTrial is a trial as a row. Outcomes are nil in runs without it.
type ComparedTrial struct {
	ID       string  `json:"id"`
	Attack   string  `json:"attack"`
	Family   string  `json:"family"`
	Setting  string  `json:"setting"`
	Outcomes []*Cell `json:"outcomes"`
}

// Cell is an outcome among others. What was not measured is nil.
type Cell struct {
	Status             attack.Status  `json:"status"`
	Verdict            verify.Verdict `json:"verdict,omitempty"`
	Queries            int            `json:"queries,omitempty"`
	FSR                *attack.Rate   `json:"fsr,omitempty"`
	Agreement          *attack.Rate   `json:"agreement,omitempty"`
	KL                 *float64       `json:"kl,omitempty"`
	RelativePerplexity *float64       `json:"relative_perplexity,omitempty"`
	// Difference is the FSR less that of the first run, and Apart tells that the two
	// intervals have nothing in common.
	Difference *float64 `json:"difference,omitempty"`
	Apart      bool     `json:"apart,omitempty"`

	kind kind
}

// kindAt is how a trial ended in a run.
func (c *Comparison) kindAt(t ComparedTrial, run int) kind {
	switch {
	case t.Outcomes[run] != nil:
		return t.Outcomes[run].kind
	case slices.Contains(c.Runs[run].Missing, t.ID):
		return missing
	}
	return untried
}

// shared reports whether at least two runs have a trial, so that it compares something.
func (t ComparedTrial) shared() bool {
	n := 0
	for _, o := range t.Outcomes {
		if o != nil {
			n++
		}
	}
	return n > 1
}

func cellOf(o *attack.Outcome) *Cell {
	c := &Cell{Status: o.Status, kind: kindOf(o)}
	if o.Measures != nil {
		c.measured(o.Measures)
	}
	return c
}

func (c *Cell) measured(m *attack.Measures) {
	c.Verdict, c.Queries, c.FSR = m.Verification.Verdict, m.Verification.Queries, &m.FSR
	c.KL, c.RelativePerplexity = m.Utility.KL, m.Utility.RelativePerplexity
	if m.Utility.Agreement.Of > 0 {
		c.Agreement = &m.Utility.Agreement
	}
}

// Compare compares sweeps with the first of them.
func Compare(runs []Run) *Comparison {
	c := &Comparison{runs: runs, Settings: settings(runs), Trials: []ComparedTrial{}}
	for _, run := range runs {
		t := tallyOf(slices.DeleteFunc(outcomesOf(run.Report, ""), func(o *attack.Outcome) bool { return o.Family == attack.Extraction }))
		column := ComparedRun{
			Name: run.Name, Dir: run.Dir, Keys: run.Report.Keys, Requests: run.Report.Requests,
			Audited: t.audited(), Matches: t[match], Diverged: t[diverged], Missing: run.Missing,
		}
		if m := run.Report.Intact; m != nil {
			column.Intact = &Cell{Status: attack.Done, kind: kindOfVerdict(m.Verification.Verdict)}
			column.Intact.measured(m)
			column.Intact.compare(first(c.Runs).Intact)
		}
		c.Runs = append(c.Runs, column)
	}
	at := map[string]int{}
	for i, run := range runs {
		for _, e := range run.Report.Outcomes {
			j, ok := at[e.ID]
			if !ok {
				j = len(c.Trials)
				at[e.ID] = j
				c.Trials = append(c.Trials, ComparedTrial{e.ID, e.Attack, e.Family, e.Setting, make([]*Cell, len(runs))})
			}
			cell := cellOf(e.Outcome)
			cell.compare(c.Trials[j].Outcomes[0])
			c.Trials[j].Outcomes[i] = cell
		}
	}
	c.sort()
	c.count()
	return c
}

// count counts the trials that can be compared.
func (c *Comparison) count() {
	for _, t := range c.Trials {
		if t.Family == attack.Extraction || slices.ContainsFunc(t.Outcomes, func(o *Cell) bool { return o == nil || o.FSR == nil }) {
			continue
		}
		c.Common++
		for i, o := range t.Outcomes {
			if o.kind == match {
				c.Runs[i].CommonMatches++
			}
		}
	}
}

func first(runs []ComparedRun) ComparedRun {
	if len(runs) == 0 {
		return ComparedRun{}
	}
	return runs[0]
}

// compare fills in the difference from the first run's outcome.
func (c *Cell) compare(with *Cell) {
	if with == nil || c.FSR == nil || with.FSR == nil {
		return
	}
	d := c.FSR.Value - with.FSR.Value
	c.Difference = &d
	c.Apart = c.FSR.Low > with.FSR.High || c.FSR.High < with.FSR.Low
}

// sort puts the trials of an attack together, in the order of the attacks.
func (c *Comparison) sort() {
	order := map[string]int{}
	for i, a := range attack.Attacks() {
		order[a.Name] = i + 1
	}
	place := func(name string) int {
		if i := order[name]; i > 0 {
			return i
		}
		return len(order) + 1
	}
	slices.SortStableFunc(c.Trials, func(a, b ComparedTrial) int { return place(a.Attack) - place(b.Attack) })
}

// settings lists what differs between the runs.
func settings(runs []Run) (out []ComparedSetting) {
	names := map[string]bool{}
	for _, run := range runs {
		for name := range run.Report.Identity {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		s := ComparedSetting{Name: name}
		for _, run := range runs {
			s.Values = append(s.Values, run.Report.Identity[name])
		}
		if len(slices.Compact(slices.Clone(s.Values))) > 1 {
			out = append(out, s)
		}
	}
	return out
}

// subjects are settings in which runs may differ and still be compared: they say what
// was attacked, not how it was measured.
var subjects = []string{"model", "base", "set", "lookalikes"}

// Uneven are the settings that differ although they say how it was measured, so that
// differences of outcomes may come from them.
func (c *Comparison) Uneven() []ComparedSetting {
	return slices.DeleteFunc(slices.Clone(c.Settings), func(s ComparedSetting) bool { return slices.Contains(subjects, s.Name) })
}
