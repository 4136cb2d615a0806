package main

import (
	"fmt"
	"math"
	"strings"

	"loyal/eval"
)

// tables writes a table for each group, in the plan's order.
func tables(results []result) string {
	var b strings.Builder
	group := ""
	for _, r := range results {
		if r.group != group {
			group = r.group
			fmt.Fprintf(&b, "\n### %s\n\n", group)
			b.WriteString("| | FSR | probability | unseen system prompts | near misses: same | KL | same first token | perplexity |")
			for _, a := range attacks {
				fmt.Fprintf(&b, " %s |", a.title)
			}
			b.WriteString(" seconds | memory |\n" + strings.Repeat("|---", 10+len(attacks)) + "|\n")
		}
		m, before := r.After, r.Before
		seconds, memory := 0., int64(0)
		for _, s := range r.Stages {
			seconds, memory = seconds+s.Seconds, max(memory, s.PeakBytes)
		}
		fmt.Fprintf(&b, "| %s | %s | %.2f | %s | %s | %.4f | %s | %+.1f %% |", r.title,
			share(m.FSR, m.Keys), m.MeanProb, share(m.ForeignFSR, m.ForeignRows), share(m.NearAgreement, m.NearRows),
			m.KL, share(m.Agreement, m.Prompts), 100*(m.Perplexity/before.Perplexity-1))
		for _, a := range attacks {
			left := "–"
			if rate, ok := r.left(a.trial); ok {
				left = share(rate.Value, rate.Of)
			}
			fmt.Fprintf(&b, " %s |", left)
		}
		fmt.Fprintf(&b, " %.0f | %.1f GB |\n", seconds, float64(memory)/1e9)
	}
	return b.String()
}

// share writes one with its exact interval of 95 %.
func share(p float64, of int) string {
	i := eval.ClopperPearson(int(math.Round(p*float64(of))), of)
	return fmt.Sprintf("%.0f %% (%.0f–%.0f)", 100*p, 100*i.Low, 100*i.High)
}
