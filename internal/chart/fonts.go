package chart

import (
	"strings"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// typeface is Liberation Sans, which has the widths of Arial and Helvetica: a viewer
// that has any of these lays the text of an SVG as it was measured here.
const typeface, variant = "Liberation", "Sans"

// handler draws text in the two weights that are embedded. The whole of gonum's plot
// would bring twelve fonts, PDF and TeX into the binary.
var handler = text.Plain{Fonts: font.NewCache(faces())}

func faces() (all font.Collection) {
	for weight, ttf := range map[xfont.Weight][]byte{
		xfont.WeightNormal: liberationsansregular.TTF, xfont.WeightBold: liberationsansbold.TTF,
	} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			continue // they are embedded; a test draws with both
		}
		all = append(all, font.Face{Font: font.Font{Typeface: typeface, Variant: variant, Weight: weight}, Face: f})
	}
	return all
}

// style is text of the house.
func style(size float64, t Tone, bold bool) text.Style {
	f := font.Font{Typeface: typeface, Variant: variant, Size: vg.Length(size)}
	if bold {
		f.Weight = xfont.WeightBold
	}
	return text.Style{Font: f, Color: t.color(), Handler: handler}
}

func width(s string, f font.Font) vg.Length {
	face := handler.Fonts.Lookup(f, f.Size)
	return face.Width(s)
}

// wrap breaks a text between words, so that its lines are no wider than limit if that
// can be.
func wrap(text string, f font.Font, limit vg.Length) []string {
	var lines []string
	for _, word := range strings.Fields(plain(text)) {
		if n := len(lines); n > 0 && width(lines[n-1]+" "+word, f) <= limit {
			lines[n-1] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	return lines
}
