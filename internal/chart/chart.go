// Package chart draws the project's plots, all in one style, each as SVG and as PNG.
//
// A plot here is read by somebody who sees it once. So series carry their names where
// they end and not in a legend far away; a series is told by its mark as well as by its
// color, and the colors are those that eyes of all kinds can tell apart (Okabe and Ito,
// 2008, "Color Universal Design"), darkened where they are text; what was measured on a
// sample shows its interval; axes say what they count.
//
// A page embeds the SVG as it stands: colors are classes with a plain attribute below
// them, so that a page or a viewer with a dark background shows others ([CSS]) and every
// other program the light ones. The same figure gives the same bytes.
package chart

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"unicode"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Drawing is a [Figure] or a [Histograms].
type Drawing interface {
	// size is in points, of which 72 are an inch.
	size() (width, height vg.Length)
	draw(draw.Canvas)
	// words are the title and what a reader who sees nothing is told.
	words() (title, description string)
}

// SVG draws for pages and for programs that scale.
func SVG(d Drawing) ([]byte, error) {
	w, h := d.size()
	c := vgsvg.New(w, h)
	d.draw(draw.New(c))
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("draw SVG: %w", err)
	}
	return themed(out.Bytes(), d)
}

// dpi of PNG files: twice what screens had once.
const dpi = 192

// PNG draws on white.
func PNG(d Drawing) ([]byte, error) {
	w, h := d.size()
	c := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(dpi))
	d.draw(draw.New(c))
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&out); err != nil {
		return nil, fmt.Errorf("draw PNG: %w", err)
	}
	return out.Bytes(), nil
}

// Figure is a plot of series over two axes.
type Figure struct {
	Title       string
	Description string // for those who do not see it
	X, Y        Axis
	Series      []Series
	Guides      []Guide
	// Stacked names the series from the top, and not where they end: for those that run
	// to and fro.
	Stacked bool
}

// Scale is how an axis counts.
type Scale int

// Scales of an axis.
const (
	Linear  Scale = iota
	Percent       // values are shares, labels percent
	Log           // labels are powers of ten; values below Min are drawn at Min
)

// Axis is one of a figure's two.
type Axis struct {
	Label string
	Scale Scale
	// Min and Max bound it; where they are equal the data does.
	Min, Max float64
	// Settings says that values are few and chosen: ticks stand at them, and points of
	// a series without a line that share one stand side by side.
	Settings bool
}

// Series are points with one name.
type Series struct {
	Name   string
	Tone   Tone
	Shape  Shape
	Line   bool // joins the points, in their order
	Dashed bool
	Points []Point
}

// Point is a value, with its interval where it has one.
type Point struct {
	X, Y      float64
	Interval  bool
	Low, High float64 // of Y
	// Label is written near the point, and left out where there is no room for it.
	Label string
}

// Guide is a line across the figure at a value of one axis.
type Guide struct {
	Vertical bool // at an X
	At       float64
	Label    string
}

// finite drops what cannot be drawn.
func finite(points []Point) []Point {
	var out []Point
	for _, p := range points {
		if bad(p.X) || bad(p.Y) {
			continue
		}
		if p.Interval = p.Interval && !bad(p.Low) && !bad(p.High) && p.Low <= p.High; !p.Interval {
			p.Low, p.High = p.Y, p.Y
		}
		out = append(out, p)
	}
	return out
}

// far is beyond what any measure here reaches; squares of it are still numbers.
const far = 1e100

func bad(x float64) bool { return !(math.Abs(x) <= far) }

// maxText bounds the letters of a name or label: what is longer is cut.
const maxText = 120

// plain is text as one line of printable letters, which is what XML and fonts take.
func plain(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > maxText {
			b.WriteRune('…')
			break
		}
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			r = ' '
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
