package chart

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of all figures, in points.
const (
	figureWidth  = 500
	figureHeight = 300
	titleSize    = 14
	textSize     = 11.5
	lineHeight   = 14
	nameWidth    = 128 // of the series' names, at most
	markRadius   = 3.2
	margin       = 12
	gap          = 6 // between an axis and what stands beside it
	lift         = 1 // from the middle of a line of text, with its descent, to that of its letters
)

func (f *Figure) size() (width, height vg.Length)    { return figureWidth, figureHeight }
func (f *Figure) words() (title, description string) { return f.Title, f.Description }

// draw draws title and labels, the axes, the series.
func (f *Figure) draw(c draw.Canvas) {
	series := make([]Series, len(f.Series))
	for i, s := range f.Series {
		s.Points = finite(s.Points)
		series[i] = s
	}
	p := &painter{figure: f, series: series, names: layNames(series), x: f.X.span(series, false), y: f.Y.span(series, true)}
	top := heading(c, f.Title, f.Y.Label)
	left := vg.Length(0)
	for _, t := range p.y.ticks {
		left = max(left, width(t.text, style(textSize, muted, false).Font))
	}
	p.draw(c, vg.Rectangle{
		Min: vg.Point{X: c.Min.X + margin + left + gap, Y: c.Min.Y + margin + 2*lineHeight + gap},
		Max: vg.Point{X: c.Max.X - margin - p.names.width - 22, Y: c.Max.Y - top},
	})
}

// heading writes the title and, below it, what the vertical axis counts; it returns the
// height of both.
func heading(c draw.Canvas, title, label string) vg.Length {
	s := style(titleSize, ink, true)
	s.YAlign = draw.YTop
	y := c.Max.Y - 8
	for _, line := range wrap(title, s.Font, c.Max.X-c.Min.X-24) {
		c.FillText(s, vg.Point{X: c.Min.X + margin, Y: y}, line)
		y -= titleSize * 1.25
	}
	s = style(textSize, muted, false)
	s.YAlign = draw.YTop
	c.FillText(s, vg.Point{X: c.Min.X + margin, Y: y - 2}, plain(label))
	return c.Max.Y - y + 2*lineHeight + 5
}

// span is an axis as it is drawn: values of a logarithmic one are their logarithms.
type span struct {
	Axis
	min, max float64
	ticks    []tick
}

// tick is a value of an axis that is written.
type tick struct {
	value float64
	text  string
}

// at is how far along its axis a value is drawn, from 0 to 1.
func (s *span) at(v float64) vg.Length {
	if s.Scale == Log {
		v = math.Log10(math.Max(v, 1e-300))
	}
	return s.along(v)
}

func (s *span) along(v float64) vg.Length {
	return vg.Length((math.Min(math.Max(v, s.min), s.max) - s.min) / (s.max - s.min))
}

// span measures an axis by the data.
func (a Axis) span(series []Series, vertical bool) span {
	s := span{Axis: a, min: math.Inf(1), max: math.Inf(-1)}
	var values []float64
	for _, x := range series {
		for _, p := range x.Points {
			vs := []float64{p.X}
			if vertical {
				vs = []float64{p.Low, p.Y, p.High}
			}
			for _, v := range vs {
				if a.Scale == Log {
					v = math.Log10(math.Max(v, math.Max(a.Min, 1e-12)))
				}
				s.min, s.max = math.Min(s.min, v), math.Max(s.max, v)
				values = append(values, v)
			}
		}
	}
	if a.Min != a.Max {
		s.min, s.max = a.Min, a.Max
		if a.Scale == Log {
			s.min, s.max = math.Log10(a.Min), math.Log10(a.Max)
		}
	}
	if len(values) == 0 && a.Min == a.Max {
		s.min, s.max = 0, 1
	}
	if s.max-s.min < 1e-12*math.Max(1, math.Abs(s.max)) { // one value only
		d := math.Max(math.Abs(s.min)/2, .5)
		s.min, s.max = s.min-d, s.max+d
	}
	slices.Sort(values)
	s.mark(slices.Compact(values))
	return s
}

// mark chooses ticks: the values themselves where they are settings, few and apart.
func (s *span) mark(values []float64) {
	const few, apart = 8, .07
	var at []float64
	own := s.Settings && len(values) > 1 && len(values) <= few
	for i := 1; i < len(values) && own; i++ {
		own = values[i]-values[i-1] >= apart*(s.max-s.min)
	}
	switch {
	case own:
		at = values
	case s.Scale == Log:
		s.min, s.max = math.Floor(s.min), math.Ceil(s.max)
		for e := s.min; e <= s.max; e += math.Max(1, math.Ceil((s.max-s.min)/7)) {
			at = append(at, e)
		}
	default:
		at = round(s.min, s.max)
	}
	for _, v := range at {
		s.ticks = append(s.ticks, tick{v, s.label(v)})
	}
}

// label writes a value; adding 0 makes 0 of −0.
func (s *span) label(v float64) string {
	switch s.Scale {
	case Percent:
		return strconv.FormatFloat(math.Round(1e4*v)/100+0, 'g', -1, 64) + " %"
	case Log:
		return exponent(strconv.FormatFloat(math.Pow(10, v), 'g', 3, 64))
	}
	return exponent(strconv.FormatFloat(math.Round(v*1e9)/1e9+0, 'g', 6, 64))
}

// exponent writes 1e-5 as people do, without the zero of 1e-05.
func exponent(s string) string { return strings.NewReplacer("e-0", "e-", "e+0", "e+").Replace(s) }

// round are about five round numbers in a range.
func round(low, high float64) (at []float64) {
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if (high-low)/(step*m) <= 6 {
			step *= m
			break
		}
	}
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step; i++ {
		at = append(at, i*step)
	}
	return at
}

// names are the series' names as they stand to the right.
type names struct {
	lines [][]string
	width vg.Length
}

func layNames(series []Series) names {
	var n names
	f := style(textSize, ink, false).Font
	for _, s := range series {
		lines := wrap(s.Name, f, nameWidth)
		for _, l := range lines {
			n.width = max(n.width, width(l, f))
		}
		n.lines = append(n.lines, lines)
	}
	n.width = min(n.width, 1.3*nameWidth)
	return n
}

// place finds the heights of the names: at the ends of their series where lines are
// drawn, from the top otherwise, and never one upon another.
func (n names) place(series []Series, stacked bool, end func(Series) vg.Length, top, bottom vg.Length) []vg.Length {
	order := make([]int, len(series))
	at := make([]vg.Length, len(series))
	for i, s := range series {
		order[i], at[i] = i, top
		if !stacked && s.Line && len(s.Points) > 0 {
			at[i] = end(s)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(at[b], at[a]) })
	height := func(i int) vg.Length { return vg.Length(max(1, len(n.lines[i])))*lineHeight + 2 }
	free := top
	for _, i := range order { // down, where one needs room
		at[i] = min(at[i], free)
		free = at[i] - height(i)
	}
	free = bottom
	for _, i := range slices.Backward(order) { // and up again, where there is none
		at[i] = max(at[i], free+height(i)-lineHeight)
		free = at[i] + lineHeight
	}
	return at
}

// Text writes a value as the axis' ticks are written.
func (a Axis) Text(v float64) string {
	if a.Scale == Log {
		v = math.Log10(v)
	}
	return (&span{Axis: a}).label(v)
}
