package chart

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"

	"gonum.org/v1/plot/vg"
)

// fontFamily puts behind the embedded font those that have its widths.
const fontFamily = "Liberation Sans, Arial, Helvetica, sans-serif"

var (
	styles = regexp.MustCompile(`\s*style="([^"]*)"`)
	// body begins with the transformation that turns the y axis.
	body = []byte("<g transform=")
)

// themed turns the styles of an SVG into classes and attributes: no attribute is CSS, so
// that a page can embed it under a strict policy, and tones can be changed from outside.
func themed(svg []byte, d Drawing) ([]byte, error) {
	start := bytes.Index(svg, body)
	if start < 0 {
		return nil, errors.New("draw SVG: it has no body")
	}
	w, h := d.size()
	title, description := d.words()
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%[1]s" height="%[2]s" role="img" font-family="%s">`,
		points(w), points(h), fontFamily)
	fmt.Fprintf(&out, "\n<title>%s</title>\n<desc>%s</desc>\n", html.EscapeString(plain(title)), html.EscapeString(plain(description)))
	out.Write(styles.ReplaceAllFunc(svg[start:], func(m []byte) []byte {
		return []byte(attributes(string(styles.FindSubmatch(m)[1])))
	}))
	return out.Bytes(), nil
}

func points(x vg.Length) string { return fmt.Sprintf("%.5g", x.Points()) }

// attributes writes a style as presentation attributes, with a class for each tone.
func attributes(style string) string {
	var attrs strings.Builder
	var classes []string
	for decl := range strings.SplitSeq(style, ";") {
		name, value, ok := strings.Cut(decl, ":")
		if name = strings.TrimSpace(name); !ok || strings.HasPrefix(name, "font-") && name != "font-size" && name != "font-weight" {
			continue // the family is the document's
		}
		if c := toneClass(value); c != "" && (name == "fill" || name == "stroke") {
			classes = append(classes, name[:1]+"-"+c)
		}
		fmt.Fprintf(&attrs, ` %s="%s"`, name, strings.TrimSuffix(value, "px"))
	}
	if len(classes) > 0 {
		fmt.Fprintf(&attrs, ` class="%s"`, strings.Join(classes, " "))
	}
	return attrs.String()
}

// toneClass finds the tone of a color. Those with opacity went through products with it
// and are off by a little.
func toneClass(color string) string {
	const off = 6 // of 255; no two tones are as near
	var x uint32
	if _, err := fmt.Sscanf(color, "#%06x", &x); err != nil {
		return ""
	}
	for _, t := range tones {
		d := uint32(0)
		for shift := 0; shift < 24; shift += 8 {
			a, b := x>>shift&255, t.light>>shift&255
			d = max(d, max(a, b)-min(a, b))
		}
		if d <= off {
			return t.class
		}
	}
	return ""
}

// Standalone makes an embedded SVG one that keeps a file of its own: a viewer with a
// dark ground shows it in light tones.
func Standalone(svg []byte) []byte {
	style := "<style>@media (prefers-color-scheme:dark){" + CSS() + "}</style>\n"
	return bytes.Replace(svg, []byte("<g "), []byte(style+"<g "), 1)
}
