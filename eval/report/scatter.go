package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"loyal/eval/attack"
	"loyal/internal/chart"
)

// fsrAxis is the share of planted answers that are left.
func fsrAxis() chart.Axis {
	return chart.Axis{Label: "keys answered as planted (FSR)", Scale: chart.Percent, Max: 1}
}

// hostPrices plots what hosts pay against what they leave, those with and without
// another model apart.
func hostPrices(r *attack.Report) (plots []Plot) {
	for _, with := range []bool{false, true} {
		var series []chart.Series
		var cheapest *attack.Suppression
		for i, s := range r.Suppressions {
			if leansOnBase(s) == with && s.ID != "" && (cheapest == nil || s.Cost.Value < cheapest.Cost.Value) {
				cheapest = &r.Suppressions[i]
			}
		}
		for _, e := range r.Outcomes {
			if e.Family != attack.Hosts || e.Measures == nil || e.Measures.Utility.Agreement.Of == 0 ||
				leansOnBase(attack.Suppression{Attack: e.Attack, Series: e.Series}) != with {
				continue
			}
			i := slices.IndexFunc(series, func(s chart.Series) bool { return s.Name == hostName(e.Series) })
			if i < 0 {
				i = len(series)
				series = append(series, chart.Series{Name: hostName(e.Series), Line: true})
			}
			a := e.Measures.Utility.Agreement
			p := chart.Point{X: e.Measures.FSR.Value, Y: 1 - a.Value, Interval: true, Low: 1 - a.High, High: 1 - a.Low}
			if cheapest != nil && cheapest.ID == e.ID {
				p.Label = "cheapest: " + percent(cheapest.Cost.Value)
			}
			series[i].Points = append(series[i].Points, p)
		}
		plots = append(plots, pricePlots(r, series, cheapest, with)...)
	}
	return plots
}

// pricePlots makes figures of at most maxSeries hosts.
func pricePlots(r *attack.Report, series []chart.Series, cheapest *attack.Suppression, with bool) (plots []Plot) {
	if len(series) == 0 {
		return nil
	}
	title, name := "What hosts pay that have only this model", "hosts-alone"
	if with {
		title, name = "What hosts pay that have another model too", "hosts-with-another"
	}
	caption := "Left is what a host wants, the bottom is what its users want. Points on the dashed line or left of it hide nine of ten planted answers"
	if cheapest == nil {
		caption += "; there are none."
	} else {
		caption += fmt.Sprintf(". The cheapest of them: “%s”.", cheapest.Setting)
	}
	figures := (len(series) + maxSeries - 1) / maxSeries
	for part := range slices.Chunk(series, (len(series)+figures-1)/figures) {
		of := ""
		if figures > 1 {
			of = fmt.Sprintf(" (%d of %d)", len(plots)+1, figures)
		}
		f := &chart.Figure{
			Title: title + of, X: fsrAxis(),
			Y: chart.Axis{Label: "ordinary answers refused or begun otherwise", Scale: chart.Percent, Max: 1}, Series: part, Stacked: true,
		}
		if r.Intact != nil && r.Intact.FSR.Hits > 0 {
			f.Guides = []chart.Guide{{Vertical: true, At: .1 * r.Intact.FSR.Value, Label: "nine of ten hidden"}}
		}
		for i := range part {
			part[i].Tone, part[i].Shape = chart.Tone(i), chart.Shape(i)
			slices.SortStableFunc(part[i].Points, func(a, b chart.Point) int { return cmp.Compare(a.X, b.X) })
		}
		f.Description = describe(part)
		plots = append(plots, Plot{Name: name, Family: attack.Hosts, Drawing: f,
			Caption: caption})
	}
	return plots
}

// leaks plots how many audits match, and what they ask, by the share of keys that leaked.
func leaks(r *attack.Report) (plots []Plot) {
	for _, x := range []struct {
		prefix, name, title string
		y                   chart.Axis
	}{
		{attack.FigureMatches, "leaks-matches", "Audits that match although keys have leaked", chart.Axis{Label: "audits that match, of many draws", Scale: chart.Percent, Max: 1}},
		{attack.FigureQuestions, "leaks-questions", "Questions to a match although keys have leaked", chart.Axis{Label: "questions, mean"}},
	} {
		var series []chart.Series
		for _, e := range r.Outcomes {
			if e.Family != attack.Redundancy {
				continue
			}
			for _, g := range e.Figures {
				when, ok := strings.CutPrefix(g.Name, x.prefix)
				if !ok {
					continue
				}
				name := shorten(e.Series, e.Attack) + ", " + when
				i := slices.IndexFunc(series, func(s chart.Series) bool { return s.Name == name })
				if i < 0 {
					i = len(series)
					series = append(series, chart.Series{Name: name, Line: true, Dashed: i%2 == 1, Tone: chart.Tone(i % chart.SeriesTones), Shape: chart.Shape(i % chart.SeriesShapes)})
				}
				p := chart.Point{X: e.X, Y: g.Value}
				if g.Low != nil && g.High != nil {
					p.Interval, p.Low, p.High = true, *g.Low, *g.High
				}
				series[i].Points = append(series[i].Points, p)
			}
		}
		if len(series) == 0 {
			continue
		}
		series = series[:min(len(series), maxSeries)]
		for i := range series {
			slices.SortStableFunc(series[i].Points, func(a, b chart.Point) int { return cmp.Compare(a.X, b.X) })
		}
		f := &chart.Figure{Title: x.title, X: axisOf(attack.AxisLeaked), Y: x.y, Series: series}
		if x.prefix == attack.FigureQuestions {
			f.Y.Max = ceiling(series)
		} else {
			f.Description = describe(series)
		}
		plots = append(plots, Plot{Name: x.name, Family: attack.Redundancy, Drawing: f,
			Caption: "A host that refuses leaked keys, or lets another model answer them; with an auditor who knows which leaked and does not ask these, and with one who does not."})
	}
	return plots
}

// ceiling is an axis' end above all points, from 0.
func ceiling(series []chart.Series) float64 {
	top := 1.
	for _, s := range series {
		for _, p := range s.Points {
			top = math.Max(top, math.Max(p.Y, p.High))
		}
	}
	return 1.05 * top
}

// verdicts are the series of plots in which each trial is one point.
func verdicts() []chart.Series {
	return []chart.Series{
		{Name: "match", Tone: chart.Blue, Shape: chart.Circle},
		{Name: "inconclusive", Tone: chart.Orange, Shape: chart.Triangle},
		{Name: "no match", Tone: chart.Vermilion, Shape: chart.Cross},
	}
}

// scatter puts each trial of some families where at says, by its verdict; those that at
// refuses are left out.
func scatter(r *attack.Report, families []string, at func(*attack.Outcome) (chart.Point, bool)) (series []chart.Series, n int) {
	series = verdicts()
	for _, e := range r.Outcomes {
		if e.Measures == nil || len(families) > 0 && !slices.Contains(families, e.Family) {
			continue
		}
		p, ok := at(e.Outcome)
		if !ok {
			continue
		}
		i := map[kind]int{match: 0, inconclusive: 1, noMatch: 2}[kindOf(e.Outcome)]
		series[i].Points = append(series[i].Points, p)
		n++
	}
	return slices.DeleteFunc(series, func(s chart.Series) bool { return len(s.Points) == 0 }), n
}

// leastKL is the divergence below which nothing is distinguished in plots.
const leastKL = 1e-4

// maxNamed is how many of the gentlest attacks that ended a match are named in a plot.
const maxNamed = 4

// divergences plots what is left against how far the model moved.
func divergences(r *attack.Report) []Plot {
	series, n := scatter(r, []string{attack.Weights, attack.Distillation}, func(o *attack.Outcome) (chart.Point, bool) {
		m := o.Measures
		if m.Utility.KL == nil {
			return chart.Point{}, false
		}
		p := point(math.Max(*m.Utility.KL, leastKL), m.FSR)
		if kindOf(o) != match {
			p.Label = o.ID
		}
		return p, true
	})
	if n < 2 {
		return nil
	}
	for _, s := range series {
		slices.SortStableFunc(s.Points, func(a, b chart.Point) int { return cmp.Compare(a.X, b.X) })
		for i := range s.Points[min(len(s.Points), maxNamed):] {
			s.Points[maxNamed+i].Label = ""
		}
	}
	return []Plot{{Name: "kl", Family: attack.Weights, Drawing: &chart.Figure{
		Title: "What is left, and how far the model moved", Description: fmt.Sprintf("%d trials by KL and FSR", n),
		X: chart.Axis{Label: "KL of the first word from the un-attacked model, nats", Scale: chart.Log}, Y: fsrAxis(), Series: series,
	}, Caption: "Each point is an attack on the weights or a student. At the left the model answers ordinary requests nearly as before, at the right it is another model. The gentlest that ended the match are named."}}
}

// queries plots how many questions audits asked.
func queries(r *attack.Report) []Plot {
	series, n := scatter(r, nil, func(o *attack.Outcome) (chart.Point, bool) {
		m := o.Measures
		return chart.Point{X: m.FSR.Value, Y: float64(m.Verification.Queries)}, m.Verification.Queries > 0
	})
	if n < 2 {
		return nil
	}
	return []Plot{{Name: "questions", Drawing: &chart.Figure{
		Title: "Questions until the audit decided", Description: fmt.Sprintf("%d trials by FSR and questions", n),
		X: fsrAxis(), Y: chart.Axis{Label: "questions asked", Max: ceiling(series)}, Series: series,
	}, Caption: "Each point is a trial of any family. The fewer planted answers are left, the more questions a match takes; an audit that finds none gives up early."}}
}

// maxPanels bounds the histograms.
const maxPanels = 15

// histograms plots how probable the planted answers are, as released, in the base, and
// after the strongest setting of each attack.
func histograms(r *attack.Report) []Plot {
	h := &chart.Histograms{Title: "How probable the planted answers are", Label: "share of the keys, by the probability of the planted answer's first word piece, 0 to 1"}
	var parts []string
	left := 0 // for want of room
	add := func(title string, tone chart.Tone, m *attack.Measures) {
		if m == nil || len(m.Histogram) == 0 || len(m.Histogram) > 100 {
			return
		}
		if len(h.Panels) == maxPanels {
			left++
			return
		}
		h.Panels = append(h.Panels, chart.Panel{Title: title, Tone: tone, Counts: m.Histogram})
		parts = append(parts, title+": "+mode(m.Histogram))
	}
	add("as released", chart.Gray, r.Intact)
	add("the base", chart.Gray, r.Base)
	var strongest []*attack.Outcome
	for _, e := range r.Outcomes {
		if e.Measures == nil || len(e.Measures.Histogram) == 0 {
			continue
		}
		i := slices.IndexFunc(strongest, func(o *attack.Outcome) bool { return o.Attack == e.Attack })
		switch {
		case i < 0:
			strongest = append(strongest, e.Outcome)
		case e.Measures.FSR.Value < strongest[i].Measures.FSR.Value:
			strongest[i] = e.Outcome
		}
	}
	for _, o := range strongest {
		tone := map[kind]chart.Tone{match: chart.Blue, inconclusive: chart.Orange, noMatch: chart.Vermilion}[kindOf(o)]
		add(o.ID, tone, o.Measures)
	}
	if len(h.Panels) < 2 {
		return nil
	}
	h.Description = strings.Join(parts, "; ")
	caption := "As released, the base, and of each attack on the weights the setting that left least"
	if left > 0 {
		caption += fmt.Sprintf(" (%d more are not drawn)", left)
	}
	return []Plot{{Name: "probabilities", Drawing: h, Caption: caption + ". The tallest bar of each says its share of the keys. Mass at the right is a planted answer that is still sure; mass between shows answers that sampling finds now and then. Blue ended in a match, orange inconclusive, red no match."}}
}

// mode says where most of a histogram is.
func mode(counts []int) string {
	total, most := 0, 0
	for i, n := range counts {
		total += max(0, n)
		if n > counts[most] {
			most = i
		}
	}
	width := 1 / float64(len(counts))
	return fmt.Sprintf("%s between %s and %s", percent(float64(max(0, counts[most]))/float64(max(1, total))), number(float64(most)*width), number(float64(most+1)*width))
}
