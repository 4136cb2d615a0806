package chart

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// painter draws what is between the axes, and the names beside it.
type painter struct {
	figure *Figure
	series []Series
	names  names
	x, y   span
	area   vg.Rectangle // between the axes
	places [][]vg.Point // of the series' points
}

// draw draws the series into a rectangle, the axes around it and the names to its
// right.
func (a *painter) draw(c draw.Canvas, r vg.Rectangle) {
	a.area = r
	a.axes(c)
	for _, g := range a.figure.Guides {
		a.guide(c, g)
	}
	for _, s := range a.series {
		a.places = append(a.places, a.placesOf(s))
	}
	for i := range a.series {
		a.interval(c, i)
	}
	for i := range a.series {
		a.line(c, i)
	}
	a.marks(c)
	a.labels(c)
	end := func(s Series) vg.Length {
		return a.pointY(slices.MaxFunc(s.Points, func(p, q Point) int { return cmp.Compare(p.X, q.X) }).Y)
	}
	at := a.names.place(a.series, a.figure.Stacked, end, r.Max.Y, r.Min.Y)
	text := style(textSize, ink, false)
	text.YAlign = draw.YCenter
	for i, s := range a.series {
		if len(a.names.lines[i]) == 0 {
			continue
		}
		mark(c, s.Tone, s.Shape, vg.Point{X: r.Max.X + 14, Y: at[i]}, markRadius)
		for j, line := range a.names.lines[i] {
			c.FillText(text, vg.Point{X: r.Max.X + 22, Y: at[i] + lift - vg.Length(j*lineHeight)}, line)
		}
	}
}

func (a *painter) pointX(v float64) vg.Length {
	return a.area.Min.X + a.x.at(v)*(a.area.Max.X-a.area.Min.X)
}
func (a *painter) pointY(v float64) vg.Length {
	return a.area.Min.Y + a.y.at(v)*(a.area.Max.Y-a.area.Min.Y)
}

// axes draws a line below, with ticks, and lines across.
func (a *painter) axes(c draw.Canvas) {
	r := a.area
	text := style(textSize, muted, false)
	across := draw.LineStyle{Color: grid.color(), Width: .7}
	text.XAlign, text.YAlign = draw.XRight, draw.YCenter
	for _, t := range a.y.ticks {
		y := r.Min.Y + a.y.along(t.value)*(r.Max.Y-r.Min.Y)
		c.StrokeLine2(across, r.Min.X, y, r.Max.X, y)
		c.FillText(text, vg.Point{X: r.Min.X - gap, Y: y + lift}, t.text)
	}
	axis := draw.LineStyle{Color: muted.color(), Width: .6}
	foot := r.Min.Y - gap/2
	c.StrokeLine2(axis, r.Min.X, foot, r.Max.X, foot)
	text.XAlign, text.YAlign = draw.XCenter, draw.YTop
	for _, t := range a.x.ticks {
		x := r.Min.X + a.x.along(t.value)*(r.Max.X-r.Min.X)
		c.StrokeLine2(axis, x, foot, x, foot-3)
		c.FillText(text, vg.Point{X: x, Y: foot - 4}, t.text)
	}
	text.YAlign = draw.YBottom
	c.FillText(text, vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: c.Min.Y + margin}, plain(a.figure.X.Label))
}

// guide draws a dashed line with its label.
func (a *painter) guide(c draw.Canvas, g Guide) {
	r := a.area
	dashed := draw.LineStyle{Color: muted.color(), Width: .8, Dashes: []vg.Length{4, 3}}
	if g.Vertical {
		x := a.pointX(g.At)
		c.StrokeLine2(dashed, x, r.Min.Y, x, r.Max.Y)
	} else {
		y := a.pointY(g.At)
		c.StrokeLine2(dashed, r.Min.X, y, r.Max.X, y)
	}
	s := style(textSize-1, muted, false)
	s.YAlign = draw.YBottom
	c.FillText(s, a.guideLabel(g).Min, plain(g.Label))
}

// guideLabel is where a guide's label stands: above a vertical one, at the right end of
// one across.
func (a *painter) guideLabel(g Guide) vg.Rectangle {
	at := vg.Point{X: a.pointX(g.At) - gap, Y: a.area.Max.Y + gap/2}
	w := width(plain(g.Label), style(textSize-1, muted, false).Font)
	if !g.Vertical {
		at = vg.Point{X: a.area.Max.X - w, Y: a.pointY(g.At) + 2}
	}
	return vg.Rectangle{Min: at, Max: vg.Point{X: at.X + w, Y: at.Y + textSize}}
}

// beside is how far apart points stand that share a setting.
const beside = 4 * markRadius

// placesOf finds where a series' points are drawn.
func (a *painter) placesOf(s Series) []vg.Point {
	at := make([]vg.Point, len(s.Points))
	for i, p := range s.Points {
		at[i] = vg.Point{X: a.pointX(p.X), Y: a.pointY(p.Y)}
	}
	if s.Line || !a.figure.X.Settings {
		return at
	}
	same := map[float64][]int{}
	for i, p := range s.Points {
		same[p.X] = append(same[p.X], i)
	}
	for _, points := range same {
		for j, i := range points {
			at[i].X += beside * (vg.Length(j) - vg.Length(len(points)-1)/2)
		}
	}
	return at
}

// interval draws a band behind a line, a bar behind a mark.
func (a *painter) interval(c draw.Canvas, series int) {
	s := a.series[series]
	var upper, lower []vg.Point
	for i, p := range s.Points {
		if !p.Interval {
			continue
		}
		x := a.places[series][i].X
		upper, lower = append(upper, vg.Point{X: x, Y: a.pointY(p.High)}), append(lower, vg.Point{X: x, Y: a.pointY(p.Low)})
		c.StrokeLine2(draw.LineStyle{Color: s.Tone.faint(.55), Width: 1.1}, x, a.pointY(p.Low), x, a.pointY(p.High))
	}
	const bands = 3 // more of them are mud
	if s.Line && !a.figure.Stacked && len(upper) > 1 && len(upper) == len(s.Points) && len(a.series) <= bands {
		slices.Reverse(lower)
		c.FillPolygon(s.Tone.faint(.10), append(upper, lower...))
	}
}

func (a *painter) line(c draw.Canvas, series int) {
	s := a.series[series]
	if !s.Line || len(s.Points) < 2 {
		return
	}
	l := draw.LineStyle{Color: s.Tone.color(), Width: 1.6}
	if s.Dashed {
		l.Dashes = []vg.Length{5, 3}
	}
	c.StrokeLines(l, a.places[series])
}

// marks draws the points. One on which a later one lies is larger, so that it is seen
// around it.
func (a *painter) marks(c draw.Canvas) {
	const larger, most = .35, 4
	at := func(p vg.Point) [2]int { return [2]int{int(math.Round(p.X.Points())), int(math.Round(p.Y.Points()))} }
	above := map[[2]int]int{}
	radius := make([][]vg.Length, len(a.series))
	for i, s := range slices.Backward(a.series) {
		radius[i] = make([]vg.Length, len(s.Points))
		here := map[[2]int]bool{}
		for j, p := range a.places[i] {
			radius[i][j] = markRadius * vg.Length(1+larger*float64(min(above[at(p)], most)))
			here[at(p)] = true
		}
		for p := range here {
			above[p]++
		}
	}
	for i, s := range a.series {
		for j, p := range a.places[i] {
			mark(c, s.Tone, s.Shape, p, radius[i][j])
		}
	}
}

// mark draws a point's shape.
func mark(c draw.Canvas, t Tone, s Shape, at vg.Point, r vg.Length) {
	var corners []vg.Point
	switch s {
	case Square:
		corners = []vg.Point{{X: -.9, Y: -.9}, {X: .9, Y: -.9}, {X: .9, Y: .9}, {X: -.9, Y: .9}}
	case Triangle:
		corners = []vg.Point{{X: -1.1, Y: -.85}, {X: 1.1, Y: -.85}, {X: 0, Y: 1.15}}
	case Diamond:
		corners = []vg.Point{{X: -1.25}, {Y: -1.25}, {X: 1.25}, {Y: 1.25}}
	case Cross:
		l := draw.LineStyle{Color: t.color(), Width: 1.7}
		c.StrokeLine2(l, at.X-r, at.Y-r, at.X+r, at.Y+r)
		c.StrokeLine2(l, at.X-r, at.Y+r, at.X+r, at.Y-r)
		return
	case Ring:
		c.SetLineStyle(draw.LineStyle{Color: t.color(), Width: 1.6})
		c.Stroke(circle(at, r))
		return
	default:
		c.SetColor(t.color())
		c.Fill(circle(at, r))
		return
	}
	for i := range corners {
		corners[i] = vg.Point{X: at.X + r*corners[i].X, Y: at.Y + r*corners[i].Y}
	}
	c.FillPolygon(t.color(), corners)
}

func circle(at vg.Point, r vg.Length) vg.Path {
	var p vg.Path
	p.Move(vg.Point{X: at.X + r, Y: at.Y})
	p.Arc(at, r, 0, 2*math.Pi)
	p.Close()
	return p
}
