package eval

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// table is a Markdown table that is also aligned for the eye.
type table struct {
	header  []string
	numbers []bool // columns that are aligned to the right
	rows    [][]string
}

func (t *table) write(w io.Writer) error {
	widths := make([]int, len(t.header))
	for _, row := range append([][]string{t.header}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	line := func(row []string) string {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if t.numbers[i] {
				b.WriteString("|" + pad + cell)
			} else {
				b.WriteString("|" + cell + pad)
			}
		}
		return b.String() + "|\n"
	}
	var rule strings.Builder
	for i, width := range widths {
		dashes := strings.Repeat("-", max(width, 1))
		if t.numbers[i] && width > 1 {
			dashes = dashes[1:] + ":"
		}
		rule.WriteString("|" + dashes)
	}
	out := line(t.header) + rule.String() + "|\n"
	for _, row := range t.rows {
		out += line(row)
	}
	_, err := io.WriteString(w, out)
	return err
}

// arrow says whether more is better.
func arrow(higherIsBetter bool) string {
	if higherIsBetter {
		return "↑"
	}
	return "↓"
}

// WriteTable writes the figures as lm-evaluation-harness prints them. Without all, the
// members of groups are left out.
func (r *Report) WriteTable(w io.Writer, all bool) error {
	t := table{
		header:  []string{"Tasks", "Version", "Filter", "n-shot", "Metric", "", "Value", "", "Stderr"},
		numbers: []bool{false, true, false, true, false, false, true, false, true},
	}
	for _, name := range r.order {
		if r.member[name] && !all {
			continue
		}
		shots := ""
		if n, ok := r.NShot[name]; ok {
			shots = fmt.Sprint(n)
		}
		label := name
		if r.member[name] {
			label = " - " + name
		}
		metrics := slices.Clone(r.metricOrder[name])
		slices.SortStableFunc(metrics, func(a, b MetricResult) int { return strings.Compare(a.Name+","+a.Filter, b.Name+","+b.Filter) })
		for _, m := range metrics {
			row := []string{label, fmt.Sprint(r.Versions[name]), m.Filter, shots, m.Name, arrow(m.HigherIsBetter), fmt.Sprintf("%.4f", m.Value), "±", "N/A"}
			if finite(m.StdErr) {
				row[8] = fmt.Sprintf("%.4f", m.StdErr)
			}
			t.rows = append(t.rows, row)
			label = ""
		}
	}
	return t.write(w)
}

// WriteDifferences writes how the model compares with its base. Without all, the
// members of groups are left out.
func (r *Report) WriteDifferences(w io.Writer, all bool) error {
	t := table{
		header:  []string{"Tasks", "Metric", "", "Model", "Base", "Difference", "95 % interval", "gained", "lost", "p"},
		numbers: []bool{false, false, false, true, true, true, true, true, true, true},
	}
	last := ""
	for _, d := range r.Loyal.Differences {
		if r.member[d.Task] && !all {
			continue
		}
		label := d.Task
		if label == last {
			label = ""
		}
		last = d.Task
		metric := d.Metric
		if d.Filter != noFilter {
			metric += "," + d.Filter
		}
		row := []string{label, metric, arrow(d.HigherIsBetter), fmt.Sprintf("%.4f", d.Model), fmt.Sprintf("%.4f", d.Base), "", "", "", "", ""}
		if d.Relative != nil {
			row[5] = fmt.Sprintf("%+.2f %%", 100**d.Relative)
			if i := d.RelativeInterval; i != nil {
				row[6] = fmt.Sprintf("%+.2f … %+.2f %%", 100*i.Low, 100*i.High)
			}
		} else {
			row[5] = fmt.Sprintf("%+.4f", d.Difference)
			if i := d.Interval; i != nil {
				row[6] = fmt.Sprintf("%+.4f … %+.4f", i.Low, i.High)
			}
		}
		if d.P != nil {
			row[7], row[8], row[9] = fmt.Sprint(*d.Gained), fmt.Sprint(*d.Lost), fmt.Sprintf("%.2g", *d.P)
		}
		t.rows = append(t.rows, row)
	}
	return t.write(w)
}

// WriteTable writes how far answers have moved.
func (d *DivergenceResult) WriteTable(w io.Writer) error {
	t := table{
		header:  []string{"Answers", "positions", "mean KL", "95 % interval", "p95", "p99", "max", "same top token", "95 % interval"},
		numbers: []bool{false, true, true, true, true, true, true, true, true},
	}
	add := func(label string, s DivergenceStats) {
		row := []string{
			label, fmt.Sprint(s.Positions), fmt.Sprintf("%.4f", s.MeanKL), "", fmt.Sprintf("%.4f", s.P95KL), fmt.Sprintf("%.4f", s.P99KL),
			fmt.Sprintf("%.4f", s.MaxKL), fmt.Sprintf("%.1f %%", 100*s.Agreement), "",
		}
		if i := s.MeanKLInterval; i != nil {
			row[3] = fmt.Sprintf("%.4f … %.4f", i.Low, i.High)
		}
		if i := s.AgreementInterval; i != nil {
			row[8] = fmt.Sprintf("%.1f … %.1f %%", 100*i.Low, 100*i.High)
		}
		t.rows = append(t.rows, row)
	}
	add("first token", d.First)
	if d.All != nil {
		add("all tokens", *d.All)
	}
	return t.write(w)
}
