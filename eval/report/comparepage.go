package report

import (
	"cmp"
	"fmt"
	"strings"

	"loyal/eval/attack"
	"loyal/internal/chart"
)

// comparisonData is what the comparison's template shows.
type comparisonData struct {
	frame
	*Comparison
	UnevenSettings []ComparedSetting
	Families       []comparedFamily
	Plots          []drawn
	Digests        []ComparedSetting
	Glossary       []term
}

// comparedFamily is a family's table.
type comparedFamily struct {
	Title, Intro string
	Rows         []comparedRow
	Single       []comparedRow // of trials that only one run has
	Plots        []drawn
}

// comparedRow is a trial's line.
type comparedRow struct {
	ID, Setting string
	Cells       []shownCell
}

// matrix is a table of rows and the runs above it.
type matrix struct {
	Runs []ComparedRun
	Rows []comparedRow
}

// Matrix lets the template show rows under this comparison's runs.
func (d comparisonData) Matrix(rows []comparedRow) matrix { return matrix{d.Runs, rows} }

// shownCell is a cell as the page shows it.
type shownCell struct {
	Kind       kind
	FSR        *bar
	Questions  int
	Kept       string
	Difference string
	Apart      bool
}

func shown(c *Cell, k kind) shownCell {
	s := shownCell{Kind: k}
	if c == nil || c.FSR == nil {
		return s
	}
	s.FSR, s.Questions, s.Apart = barOf(*c.FSR), c.Queries, c.Apart
	if c.Agreement != nil {
		s.Kept = percent(c.Agreement.Value)
	}
	if c.Difference != nil {
		s.Difference = points(*c.Difference)
	}
	return s
}

// HTML is the page of a comparison.
func (c *Comparison) HTML() ([]byte, error) {
	drawn, err := drawAll(c.plots())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range c.Runs {
		names = append(names, r.Name)
	}
	d := comparisonData{
		frame: newFrame("Attacks on " + strings.Join(names, ", ")), Comparison: c,
		UnevenSettings: c.Uneven(), Digests: c.Settings, Glossary: glossary,
	}
	var all []*attack.Outcome
	for _, run := range c.runs {
		all = append(all, outcomesOf(run.Report, "")...)
	}
	for _, f := range familiesOf(all) {
		d.Families = append(d.Families, c.section(f, drawn))
	}
	for _, p := range drawn {
		if p.Family == "" {
			d.Plots = append(d.Plots, p)
		}
	}
	return render("compare.html", d)
}

// section is a family's part of the page.
func (c *Comparison) section(f family, plots []drawn) comparedFamily {
	s := comparedFamily{Title: f.title, Intro: f.intro}
	for _, t := range c.Trials {
		if t.Family != f.name {
			continue
		}
		row := comparedRow{ID: t.ID, Setting: cmp.Or(strings.TrimSpace(t.Setting), t.ID)}
		for i, o := range t.Outcomes {
			cell := shown(o, c.kindAt(t, i))
			if i == 0 {
				cell.Difference = ""
			}
			row.Cells = append(row.Cells, cell)
		}
		if len(c.Runs) > 1 && !t.shared() {
			s.Single = append(s.Single, row)
		} else {
			s.Rows = append(s.Rows, row)
		}
	}
	for _, p := range plots {
		if p.Family == f.name {
			s.Plots = append(s.Plots, p)
		}
	}
	return s
}

// Released are the cells of the un-attacked models.
func (d comparisonData) Released() (cells []shownCell) {
	for i, r := range d.Runs {
		cell := shown(r.Intact, missing)
		if r.Intact != nil {
			cell.Kind = r.Intact.kind
		}
		if i == 0 {
			cell.Difference = ""
		}
		cells = append(cells, cell)
	}
	return cells
}

// plots lays runs over one another: FSR along the settings of each series, and each
// run's trials by KL and by price.
func (c *Comparison) plots() []Plot {
	plots := curves(c.runs)
	plots = append(plots, c.overlay("kl", attack.Weights, "What is left, and how far the model moved",
		chart.Axis{Label: "KL of the first word from the un-attacked model, nats", Scale: chart.Log}, fsrAxis(),
		func(o *attack.Outcome) (chart.Point, bool) {
			if o.Family != attack.Weights && o.Family != attack.Distillation || o.Measures.Utility.KL == nil {
				return chart.Point{}, false
			}
			return point(max(*o.Measures.Utility.KL, leastKL), o.Measures.FSR), true
		})...)
	plots = append(plots, c.overlay("hosts", attack.Hosts, "What hosts pay", fsrAxis(),
		chart.Axis{Label: "ordinary answers refused or begun otherwise", Scale: chart.Percent, Max: 1},
		func(o *attack.Outcome) (chart.Point, bool) {
			a := o.Measures.Utility.Agreement
			return chart.Point{X: o.Measures.FSR.Value, Y: 1 - a.Value, Interval: true, Low: 1 - a.High, High: 1 - a.Low}, o.Family == attack.Hosts && a.Of > 0
		})...)
	plots = append(plots, c.overlay("questions", "", "Questions until the audit decided", fsrAxis(), chart.Axis{Label: "questions asked"},
		func(o *attack.Outcome) (chart.Point, bool) {
			return chart.Point{X: o.Measures.FSR.Value, Y: float64(o.Measures.Verification.Queries)}, o.Measures.Verification.Queries > 0
		})...)
	return unique(plots)
}

// overlay plots each trial as a point, a series a run.
func (c *Comparison) overlay(name, family, title string, x, y chart.Axis, at func(*attack.Outcome) (chart.Point, bool)) []Plot {
	f := &chart.Figure{Title: title, X: x, Y: y, Stacked: true}
	shared := map[string]bool{}
	for _, t := range c.Trials {
		shared[t.ID] = len(c.runs) == 1 || t.shared()
	}
	n := 0
	for i, run := range c.runs[:min(len(c.runs), maxSeries)] {
		s := chart.Series{Name: run.Name, Tone: chart.Tone(i), Shape: chart.Shape(i)}
		for _, o := range outcomesOf(run.Report, "") {
			if o.Measures == nil || !shared[o.ID] {
				continue
			}
			if p, ok := at(o); ok {
				s.Points = append(s.Points, p)
			}
		}
		n += len(s.Points)
		if len(s.Points) > 0 {
			f.Series = append(f.Series, s)
		}
	}
	if n == 0 || len(f.Series) < 2 && len(c.runs) > 1 {
		return nil // it compares nothing
	}
	if y.Scale == chart.Linear {
		f.Y.Max = ceiling(f.Series)
	}
	f.Description = fmt.Sprintf("%d trials", n)
	caption := "Each point is a trial that more than one run has."
	if len(c.runs) > maxSeries {
		caption += fmt.Sprintf(" Only the first %d runs are drawn.", maxSeries)
	}
	return []Plot{{Name: name, Family: family, Drawing: f, Caption: caption}}
}
