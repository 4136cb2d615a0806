package chart

import (
	"fmt"
	"image/color"
	"strings"
)

// Tone is a color by its part in a figure.
type Tone int

// Tones of series, in the order in which they are to be used, and of everything else.
const (
	Blue Tone = iota
	Vermilion
	Green
	Purple
	Orange
	Sky
	Gray
	ink   // text
	muted // text that comes second
	grid
)

// SeriesTones is how many tones there are for series that stand side by side.
const SeriesTones = int(Gray)

// tones have a class and their colors on light and on dark ground. Contrast with white
// and with the page's dark ground is at least 3:1 for marks and 4.5:1 for text.
var tones = [...]struct {
	class       string
	light, dark uint32
}{
	Blue:      {"blue", 0x0072b2, 0x56b4e9},
	Vermilion: {"vermilion", 0xc94f00, 0xff8c4b},
	Green:     {"green", 0x00805d, 0x2fc99c},
	Purple:    {"purple", 0xa64d85, 0xe08fc0},
	Orange:    {"orange", 0xb07400, 0xf0b32e},
	Sky:       {"sky", 0x2f8fc4, 0xa5d8f7},
	Gray:      {"gray", 0x6b737c, 0x9aa3ad},
	ink:       {"ink", 0x1c2128, 0xe6e9ed},
	muted:     {"muted", 0x57606a, 0xa0a9b4},
	grid:      {"grid", 0xdde1e6, 0x343b44},
}

func (t Tone) color() color.Color {
	x := tones[t].light
	return color.NRGBA{uint8(x >> 16), uint8(x >> 8), uint8(x), 255}
}

// faint is the tone of a band or an interval.
func (t Tone) faint(opacity float64) color.Color {
	x := tones[t].light
	return color.NRGBA{uint8(x >> 16), uint8(x >> 8), uint8(x), uint8(255*opacity + .5)}
}

// Shape is the mark of a series.
type Shape int

// Shapes of marks.
const (
	Circle Shape = iota
	Square
	Triangle
	Diamond
	Cross
	Ring
	shapes
)

// SeriesShapes is how many shapes there are.
const SeriesShapes = int(shapes)

// CSS gives the classes of figures their colors on a dark ground, as the rules within
// a media query.
func CSS() string {
	var b strings.Builder
	for _, t := range tones {
		fmt.Fprintf(&b, ".f-%s{fill:#%06x}.s-%s{stroke:#%06x}", t.class, t.dark, t.class, t.dark)
	}
	return b.String()
}
