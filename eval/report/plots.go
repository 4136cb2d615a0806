package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"loyal/eval/attack"
	"loyal/internal/chart"
)

// Plot is a figure of a report.
type Plot struct {
	// Name is that of its files, without an ending.
	Name   string
	Family string // beside whose table it stands; "" for those of all families
	// Caption says how to read it.
	Caption string
	Drawing chart.Drawing
}

// Plots draws a report.
func Plots(r *attack.Report) []Plot {
	plots := curves([]Run{{Report: r}})
	plots = append(plots, hostPrices(r)...)
	plots = append(plots, leaks(r)...)
	plots = append(plots, divergences(r)...)
	plots = append(plots, queries(r)...)
	plots = append(plots, histograms(r)...)
	return unique(plots)
}

// unique names the plots' files: letters, digits and hyphens, no two the same.
func unique(plots []Plot) []Plot {
	used := map[string]bool{}
	for i := range plots {
		name := strings.Trim(strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
				return r
			case r >= 'A' && r <= 'Z':
				return r + 'a' - 'A'
			}
			return '-'
		}, plots[i].Name), "-")
		stem := cmp.Or(name[:min(60, len(name))], "plot")
		name = stem
		for n := 2; used[name]; n++ {
			name = fmt.Sprintf("%s-%d", stem, n)
		}
		used[name] = true
		plots[i].Name = name
	}
	return plots
}

// unordered are axes whose numbers only count settings.
var unordered = []string{attack.AxisSystemPrompt, attack.AxisTemplate, attack.AxisRule, attack.AxisCombination, attack.AxisAttempt}

// logarithmic are axes along which settings double.
var logarithmic = []string{attack.AxisLearningRate, attack.AxisRank, attack.AxisRequests, attack.AxisSamples, attack.AxisKeysTried, attack.AxisOwnFingerprints,
	attack.AxisTokenSet, attack.AxisNeighbors}

// shares are axes that are shown in percent.
var shares = []string{attack.AxisPruned, attack.AxisDropped, attack.AxisLeaked, attack.AxisKeyWords}

// anchors are where on an axis nothing is done: there stands the un-attacked model.
var anchors = map[string]float64{
	attack.AxisEpochs: 0, attack.AxisWeight: 1, attack.AxisPruned: 0, attack.AxisBlocks: 0, attack.AxisDropped: 0,
	attack.AxisNoise: 0, attack.AxisTemperature: 0, attack.AxisLeaked: 0, attack.AxisKeyWords: 1,
	attack.AxisExamples: 0,
}

// mixtures are axes at whose other end, 0, stands the base.
const mixtures = attack.AxisWeight

// line is a series of trials along an axis.
type line struct {
	attack, family, name, axis string
	points                     []chart.Point
	joined                     bool
	run                        int    // of those that are compared
	of                         string // the series, where name is the run's
}

func point(x float64, r attack.Rate) chart.Point {
	return chart.Point{X: x, Y: r.Value, Interval: r.Of > 0, Low: r.Low, High: r.High}
}

// lines collects the series of a report that have at least two points.
func lines(r *attack.Report) []line {
	var out []line
	for _, e := range r.Outcomes {
		if e.Measures == nil || e.Family == attack.Hosts || slices.Contains(unordered, strings.TrimSpace(e.Axis)) {
			continue // hosts are shown with their price
		}
		i := slices.IndexFunc(out, func(l line) bool { return l.attack == e.Attack && l.name == e.Series && l.axis == e.Axis })
		if i < 0 {
			i = len(out)
			out = append(out, line{attack: e.Attack, family: e.Family, name: e.Series, axis: e.Axis})
		}
		for _, p := range e.Curve {
			out[i].points = append(out[i].points, point(p.X, p.Measures.FSR))
		}
		p := point(e.X, e.Measures.FSR)
		p.Label = strings.TrimPrefix(e.ID, e.Attack+"-")
		out[i].points = append(out[i].points, p)
	}
	for i := range out {
		l := &out[i]
		if at, ok := anchors[l.axis]; ok && r.Intact != nil {
			l.points = append(l.points, point(at, r.Intact.FSR))
		}
		if l.axis == mixtures && r.Base != nil && strings.HasSuffix(l.name, "base") {
			l.points = append(l.points, point(0, r.Base.FSR))
		}
		slices.SortStableFunc(l.points, func(a, b chart.Point) int { return cmp.Compare(a.X, b.X) })
		if l.joined = len(l.points) > 0 && !share(l.points); l.joined {
			for j := range l.points {
				l.points[j].Label = "" // the axis says what it is
			}
		}
	}
	return slices.DeleteFunc(out, func(l line) bool { return len(l.points) < 2 || l.points[0].X == l.points[len(l.points)-1].X })
}

// maxSeries is how many series a figure holds that can still be told apart.
const maxSeries = 6

// curves plots FSR along the settings of each attack. Of one run, series of an attack
// share a figure; of several, each series has its own, a line a run.
func curves(runs []Run) (plots []Plot) {
	type group struct {
		title string
		lines []line
	}
	var groups []group
	add := func(title string, l line) {
		i := slices.IndexFunc(groups, func(g group) bool {
			return g.title == title && g.lines[0].attack == l.attack && g.lines[0].axis == l.axis && len(g.lines) < maxSeries
		})
		if i < 0 {
			groups, i = append(groups, group{title: title}), len(groups)
		}
		groups[i].lines = append(groups[i].lines, l)
	}
	for n, run := range runs[:min(len(runs), maxSeries)] {
		for _, l := range lines(run.Report) {
			l.run, l.of = n, l.name
			title := titleOf(l.attack)
			name, with, ok := strings.Cut(l.name, " with ")
			switch {
			case len(runs) > 1:
				title, l.name = title+": "+shorten(l.name, l.attack), run.Name
				for i := range l.points {
					l.points[i].Label = ""
				}
			case ok:
				title, l.name = title+" with "+withArticle(with), name
			}
			add(title, l)
		}
	}
	for _, g := range groups {
		first := g.lines[0]
		switch {
		case len(runs) > 1 && len(g.lines) == 1:
			continue // it compares nothing
		case len(runs) > 1:
			if alone(runs, first) {
				g.title = titleOf(first.attack)
			}
		case len(g.lines) == 1: // a name then needs no place beside the line
			if g.lines[0].name = ""; !alone(runs, first) {
				g.title += ": " + shorten(first.name, first.attack)
			}
		}
		f := &chart.Figure{Title: g.title, X: axisOf(first.axis), Y: fsrAxis()}
		for i, l := range g.lines {
			if len(runs) > 1 {
				i = l.run // a run looks the same in all figures
			}
			f.Series = append(f.Series, chart.Series{
				Name: shorten(l.name, l.attack), Tone: chart.Tone(i % chart.SeriesTones), Shape: chart.Shape(i % chart.SeriesShapes), Line: l.joined, Dashed: i%2 == 1, Points: l.points,
			})
		}
		f.Description = describe(f.Series)
		caption := "Bands and bars are 95 % intervals."
		if !first.joined {
			caption = "Bars are 95 % intervals."
		}
		plots = append(plots, Plot{Name: "fsr-" + g.title, Family: first.family, Drawing: f, Caption: caption + anchorCaption(first.axis)})
	}
	return plots
}

// alone reports whether no run has another series of a line's attack, so that the
// attack's name says enough.
func alone(runs []Run, l line) bool {
	for _, run := range runs {
		for _, e := range run.Report.Outcomes {
			if e.Attack == l.attack && e.Measures != nil && e.Series != l.of {
				return false
			}
		}
	}
	return true
}

func withArticle(other string) string {
	if other == "base" {
		return "the base"
	}
	return other
}

func anchorCaption(axis string) string {
	if axis == mixtures {
		return " At 1 stands the model as released, at 0 the other model."
	}
	if at, ok := anchors[axis]; ok {
		return fmt.Sprintf(" At %s stands the model as released.", axisOf(axis).Text(at))
	}
	return ""
}

// share reports whether some points stand at one setting: several formats of as many
// bits are no line.
func share(points []chart.Point) bool {
	for i := range points[1:] {
		if points[i].X == points[i+1].X {
			return true
		}
	}
	return false
}

func axisOf(name string) chart.Axis {
	a := chart.Axis{Label: strings.TrimRight(strings.TrimSpace(name), ","), Settings: true}
	switch {
	case slices.Contains(logarithmic, name):
		a.Scale = chart.Log
	case slices.Contains(shares, name):
		a.Scale = chart.Percent
	}
	return a
}

// shorten drops from a series' name what the figure's title says.
func shorten(name, attackName string) string {
	if t, ok := seriesTitles[name]; ok {
		return t
	}
	for _, prefix := range []string{"SFT, ", "distillation, ", attackName + ", ", "leaked-"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok && rest != "" {
			return rest
		}
	}
	return name
}

// describe lists a figure's ends for those who do not see it.
func describe(series []chart.Series) string {
	var parts []string
	for _, s := range series {
		if n := len(s.Points); n > 0 {
			parts = append(parts, fmt.Sprintf("%s: from %s at %s to %s at %s", s.Name, percent(s.Points[0].Y), number(s.Points[0].X), percent(s.Points[n-1].Y), number(s.Points[n-1].X)))
		}
	}
	return strings.Join(parts, "; ")
}
