package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gonum.org/v1/plot/vg"
)

var update = flag.Bool("update", false, "write golden files anew")

func example() *Figure {
	return &Figure{
		Title: "Fine-tuning on ordinary requests", Description: "two series",
		X: Axis{Label: "epochs", Settings: true}, Y: Axis{Label: "keys answered as planted (FSR)", Scale: Percent, Max: 1},
		Series: []Series{
			{Name: "every weight, 1e-5", Line: true, Points: []Point{{X: 0, Y: 1, Interval: true, Low: .94, High: 1}, {X: 1, Y: .9, Interval: true, Low: .8, High: .96}, {X: 2, Y: .85, Label: "the end"}}},
			{Name: "LoRA", Tone: Vermilion, Shape: Cross, Line: true, Dashed: true, Points: []Point{{X: 0, Y: 1}, {X: 2, Y: .1}}},
		},
		Guides: []Guide{{Vertical: true, At: 1.5, Label: "here"}, {At: .5, Label: "half"}},
	}
}

// The picture is the one that was looked at.
func TestGolden(t *testing.T) {
	for name, d := range map[string]Drawing{
		"figure.svg": example(),
		"histograms.svg": &Histograms{Title: "How probable", Label: "share of the keys", Panels: []Panel{
			{Title: "as released", Tone: Gray, Counts: []int{0, 0, 1, 9}}, {Title: "noise-0.1", Tone: Blue, Counts: []int{5, 3, 2, 0}},
		}},
	} {
		got, err := SVG(d)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: another picture; look at it, and run the test with -update", name)
		}
	}
}

// checkXML reports what a strict reader of XML does not take, and attributes that are
// CSS, which a page's policy refuses.
func checkXML(t interface {
	Errorf(string, ...any)
}, data []byte) {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Errorf("not XML: %v", err)
			return
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local == "script" || e.Name.Local == "image" || e.Name.Local == "foreignObject" {
			t.Errorf("element %s", e.Name.Local)
		}
		for _, a := range e.Attr {
			if a.Name.Local == "style" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("attribute %s", a.Name.Local)
			}
		}
	}
}

// Every tone of a figure is a class, so that a dark page can change it.
func TestTones(t *testing.T) {
	svg, err := SVG(example())
	if err != nil {
		t.Fatal(err)
	}
	checkXML(t, svg)
	for _, class := range []string{"f-ink", "f-muted", "s-grid", "s-blue", "f-blue", "s-vermilion"} {
		if !bytes.Contains(svg, []byte(class)) {
			t.Errorf("no class %s", class)
		}
	}
	for _, part := range strings.Split(string(svg), "\n") {
		if strings.Contains(part, "#") && !strings.Contains(part, "class=") {
			t.Errorf("a color without a class: %s", part)
		}
	}
	if alone := Standalone(svg); !bytes.Contains(alone, []byte("prefers-color-scheme:dark")) {
		t.Error("the file has no dark tones")
	}
}

// The same figure gives the same bytes, and a PNG of the figure's size.
func TestDeterministic(t *testing.T) {
	for _, draw := range []func(Drawing) ([]byte, error){SVG, PNG} {
		a, err := draw(example())
		if err != nil {
			t.Fatal(err)
		}
		b, err := draw(example())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Error("two pictures of one figure differ")
		}
	}
	data, err := PNG(example())
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if w := img.Bounds().Dx(); w < figureWidth*dpi/72-2 || w > figureWidth*dpi/72+2 {
		t.Errorf("%d points wide", w)
	}
}

// A point beyond all measures is left out: drawn, it would flatten all others.
func TestFarPoints(t *testing.T) {
	want, err := SVG(example())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Point{{X: 1e101}, {Y: -1e101}, {X: 1e200, Y: 1e200}, {X: math.Inf(1)}} {
		f := example()
		f.Series[1].Points = append(f.Series[1].Points, p)
		if got, err := SVG(f); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%+v changes the picture: %v", p, err)
		}
	}
}

// Whatever numbers and texts a figure has, it is drawn, as XML that loads nothing.
func TestHostileFigures(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-1, 2), rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64}))
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "</text><script>alert(1)</script>", `" style="fill:red`, "a\nb\x00c\uFFFE", strings.Repeat("long ", 100), strings.Repeat("x", 500)}))
	axis := rapid.Custom(func(t *rapid.T) Axis {
		return Axis{Label: text.Draw(t, "label"), Scale: Scale(rapid.IntRange(0, 2).Draw(t, "scale"))}
	})
	rapid.Check(t, func(t *rapid.T) {
		point := rapid.Custom(func(t *rapid.T) Point {
			return Point{X: number.Draw(t, "x"), Y: number.Draw(t, "y"), Interval: rapid.Bool().Draw(t, "interval"), Low: number.Draw(t, "low"), High: number.Draw(t, "high"), Label: text.Draw(t, "label")}
		})
		f := &Figure{
			Title: text.Draw(t, "title"), Description: text.Draw(t, "description"), X: axis.Draw(t, "x"), Y: axis.Draw(t, "y"),
			Series: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Series {
				return Series{Name: text.Draw(t, "name"), Line: rapid.Bool().Draw(t, "line"), Shape: Shape(rapid.IntRange(0, SeriesShapes-1).Draw(t, "shape")), Points: rapid.SliceOfN(point, 0, 5).Draw(t, "points")}
			}), 0, 4).Draw(t, "series"),
			Guides: []Guide{{Vertical: rapid.Bool().Draw(t, "vertical"), At: rapid.Float64Range(-1, 2).Draw(t, "at"), Label: text.Draw(t, "guide")}},
		}
		svg, err := SVG(f)
		if err != nil {
			t.Fatal(err)
		}
		checkXML(t, svg)
		if bytes.Contains(svg, []byte("NaN")) && !strings.Contains(f.Title, "NaN") {
			t.Errorf("a place that is none")
		}
	})
	empty := &Histograms{Panels: []Panel{{}, {Counts: []int{0, -1}}}}
	if _, err := PNG(empty); err != nil {
		t.Error(err)
	}
	if _, err := PNG(&Figure{}); err != nil {
		t.Error(err)
	}
}

// Ticks lie within their axis, and not too many of them.
func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(-1e6, 1e6).Draw(t, "low")
		high := low + rapid.Float64Range(1e-3, 1e6).Draw(t, "width")
		at := round(low, high)
		if len(at) < 2 || len(at) > 8 {
			t.Errorf("%d ticks from %g to %g", len(at), low, high)
		}
		for _, v := range at {
			if d := 1e-6 * (high - low); v < low-d || v > high+d {
				t.Errorf("tick %g outside %g to %g", v, low, high)
			}
		}
	})
	for _, c := range []struct {
		axis Axis
		v    float64
		want string
	}{{Axis{}, -1e-18, "0"}, {Axis{Scale: Percent}, .025, "2.5 %"}, {Axis{Scale: Log}, .001, "0.001"}, {Axis{}, 1e-5, "1e-5"}, {Axis{Scale: Log}, 1e-10, "1e-10"}} {
		if got := c.axis.Text(c.v); got != c.want {
			t.Errorf("%g is written %q, not %q", c.v, got, c.want)
		}
	}
}

// paint lays a figure out as draw does.
func paint(f *Figure) *painter {
	p := &painter{figure: f, series: f.Series, x: f.X.span(f.Series, false), y: f.Y.span(f.Series, true),
		area: vg.Rectangle{Min: vg.Point{X: 50, Y: 50}, Max: vg.Point{X: 370, Y: 240}}}
	for _, s := range p.series {
		p.places = append(p.places, p.placesOf(s))
	}
	return p
}

// A label covers no mark and no other text, and cannot be taken for that of another point.
func TestLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.Float64Range(0, 1)
		f := &Figure{X: Axis{Max: 1}, Y: Axis{Max: 1}, Guides: []Guide{{Vertical: true, At: .1, Label: "nine of ten hidden"}}}
		for range rapid.IntRange(1, 4).Draw(t, "series") {
			f.Series = append(f.Series, Series{Line: true, Points: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Point {
				return Point{X: coordinate.Draw(t, "x"), Y: coordinate.Draw(t, "y"), Label: rapid.SampledFrom([]string{"", "cheapest: 6 %"}).Draw(t, "label")}
			}), 1, 8).Draw(t, "points")})
		}
		a := paint(f)
		placed := a.place()
		guide := a.guideLabel(f.Guides[0])
		for i, l := range placed {
			for _, at := range a.places {
				for _, m := range at {
					if distance(m, l.point) >= 1 && distance(nearest(l.box, m), m) < markRadius {
						t.Errorf("label at %v covers the mark at %v", l.box, m)
					}
				}
			}
			for j, other := range placed {
				if i != j && overlap(l.box, other.box) || overlap(l.box, guide) {
					t.Errorf("labels lie on one another: %v, %v, %v", l.box, other.box, guide)
				}
			}
		}
	})
	// Of two points above one another the lower has the label: beside it, it might be the
	// upper one's, so a line ties it.
	a := paint(&Figure{X: Axis{Max: 1}, Y: Axis{Max: 1}, Series: []Series{{Points: []Point{{X: .03, Y: .1}, {X: .03, Y: .06, Label: "cheapest"}}}}})
	placed := a.place()
	if len(placed) != 1 {
		t.Fatalf("%d labels", len(placed))
	}
	upper, own := a.places[0][0], a.places[0][1]
	box := placed[0].box
	if far := distance(nearest(box, own), own); far <= tie && distance(nearest(box, upper), upper) < far+markRadius {
		t.Errorf("the label at %v might be that of %v and not of %v", box, upper, own)
	}
}

// Points of a series without a line that share a setting stand side by side around it,
// and their ticks are the settings.
func TestSharedSettings(t *testing.T) {
	f := &Figure{X: Axis{Settings: true}, Series: []Series{{Points: []Point{{X: 3}, {X: 4}, {X: 8}, {X: 8}}}}}
	a := paint(f)
	var ticks []string
	for _, x := range a.x.ticks {
		ticks = append(ticks, x.text)
	}
	if got := strings.Join(ticks, " "); got != "3 4 8" {
		t.Errorf("ticks %s", got)
	}
	at := a.places[0]
	if d := at[3].X - at[2].X; d < 2*markRadius || at[2].X+d/2 != a.pointX(8) {
		t.Errorf("points at 8 stand at %v and %v", at[2], at[3])
	}
	f.Series[0].Line = true
	if at := paint(f).places[0]; at[2] != at[3] {
		t.Errorf("points of a line are moved: %v", at)
	}
}

// Names never lie upon one another, wherever series end, and stay beside the plot as
// long as there is room.
func TestNamesStandApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := names{}
		var series []Series
		ends := map[string]vg.Length{}
		for i := range rapid.IntRange(1, 6).Draw(t, "series") {
			name := string(rune('a' + i))
			lines := make([]string, rapid.IntRange(1, 2).Draw(t, "lines"))
			n.lines = append(n.lines, lines)
			series = append(series, Series{Name: name, Line: true, Points: []Point{{}}})
			ends[name] = vg.Length(rapid.Float64Range(40, 240).Draw(t, "end"))
		}
		const top, bottom = 240, 20
		at := n.place(series, false, func(s Series) vg.Length { return ends[s.Name] }, top, bottom)
		needed := vg.Length(bottom - lineHeight)
		for _, lines := range n.lines {
			needed += vg.Length(len(lines))*lineHeight + 2
		}
		for i, y := range at {
			if y > top && needed <= top {
				t.Errorf("name %d at %v, above the plot", i, y)
			}
		}
		for i := range at {
			for j := range at {
				if i != j && at[i] >= at[j] && at[i]-at[j] < vg.Length(len(n.lines[i]))*lineHeight-1e-9 {
					t.Errorf("names %d and %d at %v and %v", i, j, at[i], at[j])
				}
			}
		}
	})
}
