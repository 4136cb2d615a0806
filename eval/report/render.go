package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	"loyal/eval/attack"
	"loyal/internal/atomicfile"
	"loyal/internal/chart"
)

//go:embed page.html compare.html style.css
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"hold": hold,
}).ParseFS(files, "*.html"))

// style is the whole CSS of a page: the policy names its digest, so it is made once.
var style = func() string {
	css, err := files.ReadFile("style.css")
	if err != nil {
		return "" // it is embedded
	}
	return strings.ReplaceAll(string(css), "/*FIGURES*/", chart.CSS())
}()

// policy allows this style and nothing else: no script, no address, no form.
var policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src data:; base-uri 'none'; form-action 'none'"
}()

// frame is what all pages have.
type frame struct {
	Title  string
	Policy string
	Style  template.CSS
}

func newFrame(title string) frame { return frame{title, policy, template.CSS(style)} }

// drawn is a plot inside a page.
type drawn struct {
	Plot
	SVG template.HTML // its texts are escaped by the chart
}

func drawAll(plots []Plot) ([]drawn, error) {
	var out []drawn
	for _, p := range plots {
		svg, err := chart.SVG(p.Drawing)
		if err != nil {
			return nil, fmt.Errorf("plot %s: %w", p.Name, err)
		}
		out = append(out, drawn{p, template.HTML(svg)})
	}
	return out, nil
}

func render(name string, data any) ([]byte, error) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("write page: %w", err)
	}
	return out.Bytes(), nil
}

// Names of what [Write] writes.
const (
	PageFile   = "report.html"
	FiguresDir = "figures"
)

// Write writes the page of a report into a sweep's directory, and its plots, each as SVG
// and PNG, into a directory below it, from which those of an earlier report go. missing are trials that are not done.
func Write(dir string, r *attack.Report, missing []string) error {
	plots, err := drawAll(Plots(r))
	if err != nil {
		return err
	}
	page, err := page(r, missing, plots)
	if err != nil {
		return err
	}
	if err := writeFigures(filepath.Join(dir, FiguresDir), plots); err != nil {
		return fmt.Errorf("write figures: %w", err)
	}
	if err := atomicfile.Write(filepath.Join(dir, PageFile), page, 0o666); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}

// ErrLink reports a link where plots belong: what it leads to is not a report's, and
// plots of an earlier report are removed.
var ErrLink = errors.New("it is a link")

func writeFigures(dir string, plots []drawn) error {
	if info, err := os.Lstat(dir); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return fmt.Errorf("%s: %w", dir, ErrLink)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	written := map[string]bool{}
	for _, p := range plots {
		png, err := chart.PNG(p.Drawing)
		if err != nil {
			return err
		}
		for ending, data := range map[string][]byte{".svg": chart.Standalone([]byte(p.SVG)), ".png": png} {
			if err := atomicfile.Write(filepath.Join(dir, p.Name+ending), data, 0o666); err != nil {
				return err
			}
			written[p.Name+ending] = true
		}
	}
	return removeOthers(dir, written)
}

// removeOthers removes plots of an earlier report: beside this page they would mislead.
func removeOthers(dir string, written map[string]bool) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		ending := filepath.Ext(f.Name())
		if written[f.Name()] || ending != ".svg" && ending != ".png" || !f.Type().IsRegular() {
			continue
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			return err
		}
	}
	return nil
}

// HTML is the page of a report. missing are trials that are not done.
func HTML(r *attack.Report, missing []string) ([]byte, error) {
	plots, err := drawAll(Plots(r))
	if err != nil {
		return nil, err
	}
	return page(r, missing, plots)
}
