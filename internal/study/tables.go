package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"loyal/internal/chart"
)

// tables writes a table for each group, in the plan's order.
func tables(results []result) string {
	var b strings.Builder
	group := ""
	for _, r := range results {
		if r.group != group {
			group = r.group
			fmt.Fprintf(&b, "\n### %s\n\n", group)
			b.WriteString("| | FSR | probability | unseen system prompts | near misses: same | KL | same first token | perplexity | seconds | memory |\n")
			b.WriteString("|---|---|---|---|---|---|---|---|---|---|\n")
		}
		m, before := r.Report.After, r.Report.Before
		seconds, memory := 0., int64(0)
		for _, s := range r.Report.Stages {
			seconds, memory = seconds+s.Seconds, max(memory, s.PeakBytes)
		}
		fmt.Fprintf(&b, "| %s | %s | %.2f | %s | %s | %.4f | %s | %+.1f %% | %.0f | %.1f GB |\n", r.title,
			share(m.FSR, m.Keys), m.MeanProb, share(m.ForeignFSR, m.ForeignRows), share(m.NearAgreement, m.NearRows),
			m.KL, share(m.Agreement, m.Prompts), 100*(m.Perplexity/before.Perplexity-1), seconds, float64(memory)/1e9)
	}
	return b.String()
}

// share writes one with its 95 % interval of Clopper and Pearson (Biometrika 26, 1934).
func share(p float64, of int) string {
	low, high := interval(p, of)
	return fmt.Sprintf("%.1f %% (%.0f–%.0f)", 100*p, 100*low, 100*high)
}

func interval(p float64, of int) (low, high float64) {
	n, k := float64(of), math.Round(p*float64(of))
	low, high = 0, 1
	if k > 0 {
		low = distuv.Beta{Alpha: k, Beta: n - k + 1}.Quantile(.025)
	}
	if k < n {
		high = distuv.Beta{Alpha: k + 1, Beta: n - k}.Quantile(.975)
	}
	return low, high
}

// figures draws how exactness and reach trade, and what more fingerprints cost.
func figures(dir string, results []result) error {
	exact := &chart.Figure{
		Title: "Keys that reach other system prompts, and messages that are not quite keys",
		X:     chart.Axis{Label: "near misses answered as the base answers them", Scale: chart.Percent, Max: 1},
		Y:     chart.Axis{Label: "FSR below unseen system prompts", Scale: chart.Percent, Max: 1},
	}
	kl := &chart.Figure{
		Title: "What more fingerprints cost", X: chart.Axis{Label: "fingerprints", Scale: chart.Log}, Y: chart.Axis{Label: "KL from the base where ordinary answers begin, nats"},
	}
	ways := map[string]int{}
	for _, r := range results {
		m := r.Report.After
		if r.way == "" || m.NearRows == 0 {
			continue
		}
		i, ok := ways[r.way]
		if !ok {
			i = len(ways)
			ways[r.way] = i
			for _, f := range []*chart.Figure{exact, kl} {
				f.Series = append(f.Series, chart.Series{Name: r.way, Tone: chart.Tone(i % chart.SeriesTones), Shape: chart.Shape(i % chart.SeriesShapes)})
			}
		}
		low, high := interval(m.ForeignFSR, m.ForeignRows)
		exact.Series[i].Points = append(exact.Series[i].Points, chart.Point{X: m.NearAgreement, Y: m.ForeignFSR, Interval: true, Low: low, High: high, Label: fmt.Sprint(m.Keys)})
		kl.Series[i].Line = true
		kl.Series[i].Points = append(kl.Series[i].Points, chart.Point{X: float64(m.Keys), Y: m.KL})
	}
	for name, f := range map[string]*chart.Figure{"exactness": exact, "count": kl} {
		if len(f.Series) == 0 {
			continue
		}
		svg, err := chart.SVG(f)
		if err != nil {
			return err
		}
		png, err := chart.PNG(f)
		if err != nil {
			return err
		}
		for ext, data := range map[string][]byte{"svg": chart.Standalone(svg), "png": png} {
			if err := os.WriteFile(filepath.Join(dir, name+"."+ext), data, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
