package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
)

// points writes a difference of shares in percentage points.
func points(d float64) string {
	s := strconv.FormatFloat(100*d, 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	switch {
	case s == "0" || s == "-0":
		return "±0"
	case d > 0:
		return "+" + s
	}
	return "−" + strings.TrimPrefix(s, "-")
}

// clean keeps a terminal from obeying a name.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}

// WriteText writes the comparison as a table.
func (c *Comparison) WriteText(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(tw, "attack")
	for _, r := range c.Runs {
		fmt.Fprintf(tw, "\t%s", clean(r.Name))
	}
	fmt.Fprint(tw, "\n(as released)")
	for _, r := range c.Runs {
		fmt.Fprintf(tw, "\t%s", r.Intact.text(missing))
	}
	for _, t := range c.Trials {
		fmt.Fprintf(tw, "\n%s", clean(t.ID))
		for i, o := range t.Outcomes {
			fmt.Fprintf(tw, "\t%s", o.text(c.kindAt(t, i)))
		}
	}
	fmt.Fprint(tw, "\nmatches")
	for _, r := range c.Runs {
		fmt.Fprintf(tw, "\t%d of %d", r.Matches, r.Audited)
	}
	if len(c.Runs) > 1 {
		fmt.Fprint(tw, "\nof the trials of all")
		for _, r := range c.Runs {
			fmt.Fprintf(tw, "\t%d of %d", r.CommonMatches, c.Common)
		}
	}
	fmt.Fprintln(tw)
	if err := tw.Flush(); err != nil {
		return err
	}
	if len(c.Runs) > 1 {
		fmt.Fprintf(w, "\nEach column: FSR, verdict, questions, difference of the FSR from %s in points; * where the 95 %% intervals are apart.\n", clean(c.Runs[0].Name))
	} else {
		fmt.Fprintln(w, "\nFSR, verdict, questions.")
	}
	for _, s := range c.Uneven() {
		fmt.Fprintf(w, "not alike: %s: %s\n", clean(s.Name), clean(strings.Join(s.Values, ", ")))
	}
	for _, r := range c.Runs {
		if len(r.Missing) > 0 {
			fmt.Fprintf(w, "missing from %s: %s\n", clean(r.Name), clean(strings.Join(r.Missing, ", ")))
		}
	}
	return nil
}

// text is a cell in a table, and the word for one that is empty.
func (c *Cell) text(empty kind) string {
	if c == nil {
		return empty.Word()
	}
	if c.FSR == nil {
		return c.kind.Word()
	}
	s := fmt.Sprintf("%s %s %d", percent(c.FSR.Value), c.kind.Word(), c.Queries)
	if c.Difference != nil {
		s += " " + points(*c.Difference)
		if c.Apart {
			s += "*"
		}
	}
	return s
}
