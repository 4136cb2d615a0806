package chart

import (
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// label is a point's label where there is room for it.
type label struct {
	text  string
	box   vg.Rectangle
	point vg.Point
}

// labels writes the labels of points; one that stands away from its point is tied to it
// by a line.
func (a *painter) labels(c draw.Canvas) {
	text := labelStyle()
	text.YAlign = draw.YBottom
	for _, l := range a.place() {
		if to := nearest(l.box, l.point); distance(to, l.point) > tie {
			c.StrokeLine2(draw.LineStyle{Color: muted.color(), Width: .6}, l.point.X, l.point.Y, to.X, to.Y)
		}
		c.FillText(text, vg.Point{X: l.box.Min.X, Y: l.box.Min.Y + lift}, l.text)
	}
}

func labelStyle() text.Style { return style(textSize-1, ink, false) }

// tie is how far from its point a label has a line to it.
const tie = 2.5 * markRadius

// maxLabels bounds the labels of a figure: each is held against all points.
const maxLabels = 24

// place finds for each label a place where it covers no mark and no text and is, if that
// can be, nearer to its own point than to another or tied to it. Those that have none are
// left out.
func (a *painter) place() (out []label) {
	font := labelStyle().Font
	o := a.obstacles()
	for i, s := range a.series {
		for j, p := range s.Points {
			text := plain(p.Label)
			if text == "" || len(out) == maxLabels {
				continue
			}
			point := a.places[i][j]
			box, ok := a.room(point, vg.Point{X: width(text, font), Y: textSize}, o)
			if !ok {
				continue
			}
			out = append(out, label{text, box, point})
			o.boxes = append(o.boxes, box)
		}
	}
	return out
}

// obstacles are what labels keep clear of.
type obstacles struct {
	marks []vg.Point
	boxes []vg.Rectangle // texts: nothing is written over them
	lines []vg.Point     // points along lines and intervals, a few points apart
}

func (a *painter) obstacles() *obstacles {
	const step = 4
	o := &obstacles{}
	along := func(from, to vg.Point) {
		n := math.Ceil(float64(distance(from, to) / step))
		for k := 0.; k <= n && n > 0; k++ {
			t := vg.Length(k / n)
			o.lines = append(o.lines, vg.Point{X: from.X + t*(to.X-from.X), Y: from.Y + t*(to.Y-from.Y)})
		}
	}
	for i, s := range a.series {
		o.marks = append(o.marks, a.places[i]...)
		for j, p := range a.places[i] {
			if s.Line && j > 0 {
				along(a.places[i][j-1], p)
			}
			if q := s.Points[j]; q.Interval {
				along(vg.Point{X: p.X, Y: a.pointY(q.Low)}, vg.Point{X: p.X, Y: a.pointY(q.High)})
			}
		}
	}
	for _, g := range a.figure.Guides {
		o.boxes = append(o.boxes, a.guideLabel(g))
		if g.Vertical {
			along(vg.Point{X: a.pointX(g.At), Y: a.area.Min.Y}, vg.Point{X: a.pointX(g.At), Y: a.area.Max.Y})
		} else {
			along(vg.Point{X: a.area.Min.X, Y: a.pointY(g.At)}, vg.Point{X: a.area.Max.X, Y: a.pointY(g.At)})
		}
	}
	return o
}

// room finds the best of some places around a point, and none where all would cover a
// mark or a text.
func (a *painter) room(point, size vg.Point, o *obstacles) (best vg.Rectangle, ok bool) {
	least := math.Inf(1)
	for _, away := range []vg.Length{5, 12, 20, 32, 48, 70} {
		for _, to := range []vg.Point{{X: 1}, {X: -1}, {X: .8, Y: .7}, {X: -.8, Y: .7}, {Y: 1}, {X: .8, Y: -.7}, {X: -.8, Y: -.7}, {Y: -1}} {
			corner := vg.Point{X: point.X + away*to.X - size.X/2, Y: point.Y + away*to.Y - size.Y/2}
			corner.X += vg.Length(sign(to.X)) * size.X / 2
			corner.Y += vg.Length(sign(to.Y)) * size.Y / 2
			box := vg.Rectangle{Min: corner, Max: corner.Add(size)}
			if cost := a.cost(box, point, o); cost < least {
				best, least = box, cost
			}
		}
	}
	return best, !math.IsInf(least, 1)
}

// cost is how badly a text stands in a box, infinite where it must not.
func (a *painter) cost(box vg.Rectangle, point vg.Point, o *obstacles) float64 {
	right := a.area.Max.X + gap
	if a.names.width == 0 {
		right += margin // nothing stands there
	}
	if box.Min.X < a.area.Min.X || box.Max.X > right || box.Min.Y < a.area.Min.Y || box.Max.Y > a.area.Max.Y+1.25*lineHeight {
		return math.Inf(1)
	}
	for _, b := range o.boxes {
		if overlap(box, b) {
			return math.Inf(1)
		}
	}
	const crossed, ambiguous = 25, 15 // points of distance that are as bad
	tied := nearest(box, point)
	own := distance(tied, point)
	cost := own.Points()
	for _, m := range o.marks {
		d := distance(nearest(box, m), m)
		switch {
		case distance(m, point) < 1: // its own
		case d < 1.5*markRadius, own > tie && segment(point, tied, m) < markRadius:
			return math.Inf(1)
		case d < own+markRadius && own <= tie:
			cost += ambiguous
		}
	}
	for _, l := range o.lines {
		if distance(nearest(box, l), l) < 1 {
			cost += crossed
		}
	}
	return cost
}

func overlap(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}

// nearest is the point of a box that is nearest to another.
func nearest(box vg.Rectangle, to vg.Point) vg.Point {
	return vg.Point{X: min(max(to.X, box.Min.X), box.Max.X), Y: min(max(to.Y, box.Min.Y), box.Max.Y)}
}

func distance(a, b vg.Point) vg.Length {
	return vg.Length(math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)))
}

// segment is how far a point is from the way between two others.
func segment(from, to, p vg.Point) vg.Length {
	d := to.Sub(from)
	t := d.Dot(p.Sub(from)) / max(d.Dot(d), 1e-9)
	return distance(from.Add(d.Scale(min(max(t, 0), 1))), p)
}

func sign(x vg.Length) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}
