package eval

import (
	"fmt"
	"math"
	"slices"
)

// Difference is what a model gained or lost against its base in one figure, measured on
// the same documents.
type Difference struct {
	Task           string  `json:"task"`
	Metric         string  `json:"metric"`
	Filter         string  `json:"filter"`
	HigherIsBetter bool    `json:"higher_is_better"`
	Model          float64 `json:"model"`
	Base           float64 `json:"base"`
	// Difference is Model − Base.
	Difference float64   `json:"difference"`
	Interval   *Interval `json:"interval"`
	// Relative is Model/Base − 1, for perplexities.
	Relative         *float64  `json:"relative,omitempty"`
	RelativeInterval *Interval `json:"relative_interval,omitempty"`
	// Gained and Lost count documents that only the model, only the base, has right, and
	// P is McNemar's exact p-value of their being as many but for chance.
	Gained *int     `json:"gained,omitempty"`
	Lost   *int     `json:"lost,omitempty"`
	P      *float64 `json:"p_value,omitempty"`
}

// Compare sets a model's result beside its base's: for each figure that both have, the
// difference, paired document by document. Figures beyond all numbers are left out.
func Compare(model, base *Result) ([]Difference, error) {
	var out []Difference
	r := resampling{model.Seed, model.Bootstrap}
	for i := range model.Tasks {
		t := &model.Tasks[i]
		j := slices.IndexFunc(base.Tasks, func(b TaskResult) bool { return b.Name == t.Name })
		if j < 0 {
			continue
		}
		b := &base.Tasks[j]
		if err := sameDocs(t, b); err != nil {
			return nil, err
		}
		for k := range t.series {
			s := &t.series[k]
			if o := b.find(s.name, s.filter); o != nil {
				out = r.appendDifference(out, t.Name, []*series{s}, []*series{o})
			}
		}
	}
	for _, g := range model.Groups {
		members, others := model.members(g.Name), base.members(g.Name)
		if len(members) != len(others) {
			continue
		}
		for _, m := range g.Metrics {
			like := &series{name: m.Name, filter: m.Filter}
			mine, theirs := sameSeries(members, like), sameSeries(others, like)
			if mine != nil && theirs != nil {
				out = r.appendDifference(out, g.Name, mine, theirs)
			}
		}
	}
	return out, nil
}

// sameDocs sees that two results come from the same documents.
func sameDocs(a, b *TaskResult) error {
	same := len(a.Docs) == len(b.Docs)
	for i := 0; same && i < len(a.Docs); i++ {
		x, y := a.Docs[i], b.Docs[i]
		same = x.Context == y.Context && x.Answer == y.Answer && slices.Equal(x.Choices, y.Choices) && slices.Equal(x.Gold, y.Gold)
	}
	if !same {
		return fmt.Errorf("compare task %s: %w", a.Name, ErrDifferent)
	}
	return nil
}

// appendDifference adds a difference that is a number.
func (r resampling) appendDifference(list []Difference, name string, mine, theirs []*series) []Difference {
	if d := r.difference(name, mine, theirs); finite(d.Model) && finite(d.Base) && (d.Relative == nil || finite(*d.Relative)) {
		return append(list, d)
	}
	return list
}

// difference compares a metric over one task, or over the tasks of a group.
func (r resampling) difference(name string, mine, theirs []*series) Difference {
	first := mine[0]
	d := Difference{Task: name, Metric: first.name, Filter: first.filter, HigherIsBetter: first.higherIsBetter}
	whole := func(parts []*series) (v float64) {
		for _, s := range parts {
			v += s.value() / float64(len(parts))
		}
		return v
	}
	d.Model, d.Base = whole(mine), whole(theirs)
	d.Difference = d.Model - d.Base
	if !first.isMean {
		relative := d.Model/d.Base - 1
		d.Relative = &relative
	}
	if first.binary {
		d.discordant(mine, theirs)
		return d
	}
	n := 0
	for i, s := range mine {
		if n = max(n, len(s.scores)); len(theirs[i].scores) != len(s.scores) {
			return d // texts in blocks of other tokenizers: there are no pairs
		}
	}
	if r.iters == 0 || n < 2 {
		return d
	}
	model, base := meanOf(mine), meanOf(theirs)
	d.Interval = percentiles(r.run(sizes(mine), func(p [][]int) float64 { return model(p) - base(p) }), pairedMethod)
	if d.Relative != nil {
		d.RelativeInterval = percentiles(r.run(sizes(mine), func(p [][]int) float64 { return model(p)/base(p) - 1 }), pairedMethod)
	}
	return d
}

// discordant fills in what the documents say on which only one of the two is right.
func (d *Difference) discordant(mine, theirs []*series) {
	var gained, lost, all int
	var estimates []float64
	var intervals []Interval
	for i, s := range mine {
		more, less, n := 0, 0, len(s.scores)
		for j, x := range s.scores {
			switch o := theirs[i].scores[j].value; {
			case x.value > o:
				more++
			case x.value < o:
				less++
			}
		}
		gained, lost, all = gained+more, lost+less, all+n
		estimates, intervals = append(estimates, float64(more-less)/float64(n)), append(intervals, Tango(more, less, n))
	}
	p := McNemar(gained, lost)
	i := Tango(gained, lost, all) // of parts of one size the mean difference is that of all documents
	if !sameSize(mine) {
		i = mover(estimates, intervals)
	}
	d.Gained, d.Lost, d.P, d.Interval = &gained, &lost, &p, &i
}

// Drop is how much worse the model is than the base, in the metric's own unit: positive
// is a loss.
func (d Difference) Drop() float64 {
	if d.HigherIsBetter {
		return -d.Difference
	}
	return d.Difference
}

// finite reports whether a figure can be written as JSON.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
