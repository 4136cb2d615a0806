package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Histograms are small histograms of shares from 0 to 1, side by side.
type Histograms struct {
	Title       string
	Description string
	Label       string // what the bars count
	Panels      []Panel
}

// Panel is one histogram.
type Panel struct {
	Title string
	Tone  Tone
	// Counts are of bins of equal width from 0 to 1.
	Counts []int
}

// Measures of panels, in points.
const (
	panelColumns = 3
	panelWidth   = 158
	panelHeight  = 98
	panelTitle   = 28 // with room for the share above a bar
)

func (h *Histograms) rows() int { return (len(h.Panels) + panelColumns - 1) / panelColumns }

func (h *Histograms) size() (width, height vg.Length) {
	return panelColumns*panelWidth + 26, vg.Length(h.rows()*panelHeight + 56)
}

func (h *Histograms) words() (title, description string) { return h.Title, h.Description }

func (h *Histograms) draw(c draw.Canvas) {
	top := c.Max.Y - heading(c, h.Title, h.Label)
	for i, p := range h.Panels {
		x := c.Min.X + 12 + vg.Length(i%panelColumns*panelWidth)
		y := top - vg.Length(i/panelColumns*panelHeight)
		p.draw(c, vg.Rectangle{Min: vg.Point{X: x, Y: y - panelHeight + 22}, Max: vg.Point{X: x + panelWidth - 16, Y: y}})
	}
}

func (p Panel) draw(c draw.Canvas, r vg.Rectangle) {
	title := style(textSize-1, ink, false)
	title.YAlign = draw.YTop
	if lines := wrap(p.Title, title.Font, r.Max.X-r.Min.X); len(lines) > 0 {
		c.FillText(title, vg.Point{X: r.Min.X, Y: r.Max.Y}, lines[0])
	}
	total := 0
	for _, n := range p.Counts {
		total += max(0, n)
	}
	height := r.Max.Y - r.Min.Y - panelTitle
	bin := (r.Max.X - r.Min.X) / vg.Length(max(1, len(p.Counts)))
	small := style(textSize-2, muted, false)
	small.XAlign, small.YAlign = draw.XCenter, draw.YBottom
	tallest := 0
	for i, n := range p.Counts {
		if n > p.Counts[tallest] {
			tallest = i
		}
	}
	for i, n := range p.Counts {
		if n <= 0 {
			continue
		}
		share := vg.Length(n) / vg.Length(total)
		x := r.Min.X + vg.Length(i)*bin
		bar := vg.Rectangle{Min: vg.Point{X: x + .5, Y: r.Min.Y}, Max: vg.Point{X: x + bin - .5, Y: r.Min.Y + share*height}}
		c.SetColor(p.Tone.color())
		c.Fill(bar.Path())
		if i == tallest { // its share is the scale of the others
			text := Axis{Scale: Percent}.Text(math.Round(100*float64(share)) / 100)
			half := vg.Length(.5) * width(text, small.Font)
			middle := min(max((bar.Min.X+bar.Max.X)/2, r.Min.X+half), r.Max.X-half)
			c.FillText(small, vg.Point{X: middle, Y: bar.Max.Y + 1}, text)
		}
	}
	c.StrokeLine2(draw.LineStyle{Color: muted.color(), Width: .6}, r.Min.X, r.Min.Y, r.Max.X, r.Min.Y)
	small.YAlign = draw.YTop
	for _, v := range []float64{0, .5, 1} {
		x := r.Min.X + vg.Length(v)*(r.Max.X-r.Min.X)
		c.FillText(small, vg.Point{X: x, Y: r.Min.Y - 3}, fmt.Sprint(v))
	}
}
