package attack

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"text/tabwriter"
)

// WriteText writes a report as a table for people.
func (r *Report) WriteText(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "trial\tFSR\t95 % interval\tverdict\tasked\tmean p\tKL\tsame\tperplexity\tseconds")
	line(tw, "(as released)", r.Intact, "")
	if r.Base != nil {
		line(tw, "(base)", r.Base, "")
	}
	matches, of := 0, 0
	for _, e := range r.Outcomes {
		seconds := fmt.Sprintf("%.1f", e.Seconds)
		switch {
		case e.Status == Diverged:
			fmt.Fprintf(tw, "%s\tdiverged: %s\n", e.ID, e.Reason)
		case e.Measures == nil:
			fmt.Fprintf(tw, "%s\t–\t\t\t\t\t\t\t\t%s\n", e.ID, seconds)
		default:
			line(tw, e.ID, e.Measures, seconds)
			of++
			if e.Measures.Verification.Verdict == "match" {
				matches++
			}
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d keys, %d ordinary requests. KL, same and perplexity against the model as released: divergence in nats and equal likeliest token (of hosts: word) where answers begin, factor of perplexity.\n", r.Keys, r.Requests)
	r.writeSignals(w)
	if of > 0 {
		fmt.Fprintf(w, "After %d of %d attacks an audit at α = %g says match.\n", matches, of, r.Intact.Verification.Alpha)
	}
	writeSuppressions(w, r.Suppressions)
	for _, e := range r.Outcomes {
		if e.Measures == nil && e.Status == Done {
			writeFigures(w, e.Outcome)
		}
	}
	for _, m := range r.Without {
		fmt.Fprintf(w, "not tried: %s, which needs %s\n", m.Attack, m.Needs)
	}
	return nil
}

// writeSuppressions says what hiding nine of ten planted answers costs each kind of host.
func writeSuppressions(w io.Writer, all []Suppression) {
	if len(all) > 0 {
		fmt.Fprintln(w, "\nWhat a host pays to hide nine of ten planted answers: ordinary requests refused, or answered with another first word.")
	}
	for _, s := range all {
		if s.ID == "" {
			fmt.Fprintf(w, "  %s: no setting tried does it\n", s.Series)
			continue
		}
		fmt.Fprintf(w, "  %s: %.1f %% (%.0f – %.0f %%), %s\n", s.Series, 100*s.Cost.Value, 100*s.Cost.Low, 100*s.Cost.High, s.Setting)
	}
}

// writeFigures writes what an attack found that measures no victim.
func writeFigures(w io.Writer, o *Outcome) {
	fmt.Fprintf(w, "\n%s: %s\n", o.ID, o.Setting)
	for _, f := range o.Figures {
		fmt.Fprintf(w, "  %s: %s", f.Name, figureText(f.Value))
		if f.Low != nil && f.High != nil {
			fmt.Fprintf(w, " (%s – %s)", figureText(*f.Low), figureText(*f.High))
		}
		fmt.Fprintln(w)
	}
	for _, n := range o.Notes {
		fmt.Fprintf(w, "  %s\n", n)
	}
}

// figureText writes counts as they are and other numbers with four digits that count.
func figureText(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e6 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

// line is a row of the table.
func line(w io.Writer, name string, m *Measures, seconds string) {
	number := func(format string, x *float64) string {
		if x == nil {
			return "–"
		}
		return fmt.Sprintf(format, *x)
	}
	v, u := m.Verification, m.Utility
	same := "–"
	if u.Agreement.Of > 0 {
		same = fmt.Sprintf("%.1f %%", 100*u.Agreement.Value)
	}
	fmt.Fprintf(w, "%s\t%.1f %%\t%.0f – %.0f %%\t%s\t%d\t%s\t%s\t%s\t%s\t%s\n",
		name, 100*m.FSR.Value, 100*m.FSR.Low, 100*m.FSR.High, v.Verdict, v.Queries,
		number("%.3f", m.MeanProbability), number("%.4f", u.KL), same, number("×%.3f", u.RelativePerplexity), seconds)
}
