package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"loyal/eval/attack"
	"loyal/verify"
)

// kind is how a trial ended, as colors and signs tell it.
type kind string

const (
	match        kind = "match"
	inconclusive kind = "inconclusive"
	noMatch      kind = "no-match"
	diverged     kind = "diverged"
	unasked      kind = "unasked" // no audit is part of the trial
	missing      kind = "missing" // still to be done
	untried      kind = "untried" // no part of a run that is compared
	mixed        kind = "mixed"   // of a whole sweep
)

// Word and Sign are what a kind is called, and a sign that needs no color.
func (k kind) Word() string {
	switch k {
	case noMatch:
		return "no match"
	case unasked:
		return "no audit"
	case untried:
		return "not tried"
	}
	return string(k)
}

// Sign is one letter.
func (k kind) Sign() string {
	return map[kind]string{match: "✓", inconclusive: "?", noMatch: "✕", diverged: "!", missing: "–"}[k]
}

func kindOf(o *attack.Outcome) kind {
	switch {
	case o == nil:
		return missing
	case o.Status == attack.Diverged:
		return diverged
	case o.Measures == nil:
		return unasked
	}
	return kindOfVerdict(o.Measures.Verification.Verdict)
}

func kindOfVerdict(v verify.Verdict) kind {
	switch v {
	case verify.Match:
		return match
	case verify.NoMatch:
		return noMatch
	}
	return inconclusive
}

// finite reports whether all are numbers that can be written.
func finite(numbers ...float64) bool {
	return !slices.ContainsFunc(numbers, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

// percent writes a share: 98.4 %, 100 %.
func percent(x float64) string {
	if !finite(100 * x) {
		return "–"
	}
	return strings.TrimSuffix(strconv.FormatFloat(100*x, 'f', 1, 64), ".0") + " %"
}

// between writes an interval of shares: 94–100 %. Ends are rounded outward.
func between(low, high float64) string {
	if !finite(100*low, 100*high) {
		return "–"
	}
	return fmt.Sprintf("%.0f–%.0f %%", math.Floor(100*low+1e-9), math.Ceil(100*high-1e-9))
}

// number writes three digits that count.
func number(x float64) string {
	if a := math.Abs(x); a >= 1000 && a < 1e6 || x == math.Trunc(x) && a < 1e6 {
		return typeset(strconv.FormatFloat(x, 'f', 0, 64))
	}
	return typeset(strconv.FormatFloat(x, 'g', 3, 64))
}

// typeset writes a number with a minus, and 1e-6 without the zero of 1e-06.
func typeset(s string) string {
	s = strings.NewReplacer("e-0", "e-", "e+0", "e+").Replace(s)
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		return "−" + rest
	}
	return s
}

// divergence writes nats.
func divergence(x float64) string {
	if math.Abs(x) < .00005 {
		return "0"
	}
	if math.Abs(x) < 1 {
		return typeset(strconv.FormatFloat(x, 'f', 4, 64))
	}
	return typeset(strconv.FormatFloat(x, 'f', 2, 64))
}

// area writes an AUC, or the end of its interval.
func area(x float64) string {
	if !finite(x) {
		return "–"
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}

// hold keeps numbers and their percent signs on one line.
func hold(s string) string { return strings.ReplaceAll(s, " %", "\u00a0%") }

// power writes a number by its decimal logarithm.
func power(log float64) string {
	switch {
	case !(log > -300 && log < 300):
		return "10^" + strconv.FormatFloat(log, 'f', 0, 64)
	case log > -2:
		return strconv.FormatFloat(math.Pow(10, log), 'f', 2, 64)
	}
	return typeset(strconv.FormatFloat(math.Pow(10, log), 'e', 0, 64))
}

func duration(seconds float64) string {
	if !(seconds < 1e8) {
		return "very long"
	}
	d := time.Duration(seconds * float64(time.Second))
	if d >= time.Minute-time.Second/20 {
		d = d.Round(time.Second)
	}
	switch {
	case d < time.Second/10:
		return "under 0.1 s"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// plural counts things.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// chance writes one in how many an error rate is.
func chance(alpha float64) string {
	if !(alpha > 0 && alpha <= 1) {
		return "unknown"
	}
	return verify.OneIn(alpha)
}

// quoted writes a command as a shell takes it.
func quoted(args []string) string {
	out := []string{"loyal"}
	for _, a := range args {
		if a == "" || strings.ContainsFunc(a, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=:,@%+", r))
		}) {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}
