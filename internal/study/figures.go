package main

import (
	"os"
	"path/filepath"

	"loyal/eval"
	"loyal/internal/chart"
)

// draw writes the figures: what ordinary answers pay for the reach to system prompts that
// were not seen, and what exactness pays in robustness.
func (s *study) draw(results []result) error {
	for name, f := range map[string]*chart.Figure{"reach": reach(results), "exactness": exactness(results)} {
		svg, err := chart.SVG(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(s.dir, "figures", name+".svg"), svg, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// labeled are rows whose points have their name beside them.
var labeled = map[string]bool{"lora": true, "layers": true, "expand": true, "full": true, "no-benign": true, "mix-auto": true, "exact": true}

// reach has a series for each group, and a point for each row of 64 fingerprints.
func reach(results []result) *chart.Figure {
	f := &chart.Figure{
		Title: "Reach, and what ordinary answers pay", Description: "ways of embedding by divergence and reach", Stacked: true,
		X: chart.Axis{Label: "KL of ordinary first tokens from the base, nats", Scale: chart.Log},
		Y: chart.Axis{Label: "FSR below system prompts that training did not see", Scale: chart.Percent, Min: .5, Max: 1},
	}
	for _, r := range results {
		if r.Keys != 64 {
			continue
		}
		if n := len(f.Series); n == 0 || f.Series[n-1].Name != r.group {
			f.Series = append(f.Series, chart.Series{Name: r.group, Tone: chart.Tone(n % chart.SeriesTones), Shape: chart.Shape(n % chart.SeriesShapes)})
		}
		last := &f.Series[len(f.Series)-1]
		p := chart.Point{X: r.After.KL, Y: r.After.ForeignFSR}
		if labeled[r.name] {
			p.Label = r.name
		}
		last.Points = append(last.Points, p)
	}
	return f
}

// exactness has a series for each attack, with a point for the default and one for each row
// in which near misses train.
func exactness(results []result) *chart.Figure {
	f := &chart.Figure{
		Title: "Exact keys, and what they survive", Description: "ways of embedding by near misses and attacks", Stacked: true,
		X: chart.Axis{Label: "near misses answered as by the base", Scale: chart.Percent, Max: 1},
		Y: chart.Axis{Label: "keys answered as planted (FSR) after the attack", Scale: chart.Percent, Max: 1},
	}
	for i, a := range attacks {
		s := chart.Series{Name: a.title, Tone: chart.Tone(i), Shape: chart.Shape(i)}
		for _, r := range results {
			rate, ok := r.left(a.trial)
			if !ok || r.name != "lora" && r.NearMisses == 0 {
				continue
			}
			in := eval.ClopperPearson(rate.Hits, rate.Of)
			p := chart.Point{X: r.After.NearAgreement, Y: rate.Value, Interval: true, Low: in.Low, High: in.High}
			if i == 0 {
				p.Label = r.name
			}
			s.Points = append(s.Points, p)
		}
		f.Series = append(f.Series, s)
	}
	return f
}
