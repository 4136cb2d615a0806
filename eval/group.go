package eval

import "math"

// group computes the means of groups: each task weighs the same, whatever its size.
func (r *Result) group(res resampling) {
	seen := map[string]bool{}
	for _, t := range r.Tasks {
		if t.Group == "" || seen[t.Group] {
			continue
		}
		seen[t.Group] = true
		members := r.members(t.Group)
		g := GroupResult{Name: t.Group, Version: groupVersion}
		for _, m := range members {
			g.Tasks = append(g.Tasks, m.Name)
		}
		for i := range t.series {
			if parts := sameSeries(members, &t.series[i]); parts != nil {
				g.Metrics = append(g.Metrics, res.groupMetric(parts))
			}
		}
		r.Groups = append(r.Groups, g)
	}
}

// groupVersion is that of lm-evaluation-harness's groups (blimp).
const groupVersion = 2

func (r *Result) members(group string) (out []*TaskResult) {
	for i := range r.Tasks {
		if r.Tasks[i].Group == group {
			out = append(out, &r.Tasks[i])
		}
	}
	return out
}

// sameSeries is a metric in all tasks of a group; nil if one lacks it.
func sameSeries(tasks []*TaskResult, like *series) []*series {
	var out []*series
	for _, t := range tasks {
		s := t.find(like.name, like.filter)
		if s == nil {
			return nil
		}
		out = append(out, s)
	}
	return out
}

func (t *TaskResult) find(name, filter string) *series {
	for i := range t.series {
		if s := &t.series[i]; s.name == name && s.filter == filter {
			return s
		}
	}
	return nil
}

// groupMetric is the mean of a metric over tasks, which are independent of each other.
func (r resampling) groupMetric(parts []*series) MetricResult {
	first := parts[0]
	out := MetricResult{Name: first.name, Filter: first.filter, HigherIsBetter: first.higherIsBetter}
	variance := 0.0
	for _, s := range parts {
		out.Value += s.value() / float64(len(parts))
		e := r.stdErr(s)
		variance += e * e
	}
	out.StdErr = math.Sqrt(variance) / float64(len(parts))
	if first.binary {
		i := sharesInterval(parts)
		out.Interval = &i
	} else if r.iters > 0 {
		out.Interval = percentiles(r.run(sizes(parts), meanOf(parts)), bootstrapMethod)
	}
	return out
}

// sharesInterval is the interval of the mean of several shares. Of parts of one size the
// mean is the share of all documents, which varies at most as a binomial count does
// (Hoeffding 1956, Annals of Mathematical Statistics 27).
func sharesInterval(parts []*series) Interval {
	var values []float64
	var intervals []Interval
	hits, all := 0, 0
	for _, s := range parts {
		own := 0
		for _, x := range s.scores {
			own += int(x.value)
		}
		hits, all = hits+own, all+len(s.scores)
		values, intervals = append(values, float64(own)/float64(len(s.scores))), append(intervals, ClopperPearson(own, len(s.scores)))
	}
	if sameSize(parts) {
		return ClopperPearson(hits, all)
	}
	return mover(values, intervals)
}

// sameSize reports whether all parts have as many documents.
func sameSize(parts []*series) bool {
	for _, s := range parts {
		if len(s.scores) != len(parts[0].scores) {
			return false
		}
	}
	return true
}

func sizes(parts []*series) []int {
	out := make([]int, len(parts))
	for i, s := range parts {
		out[i] = len(s.scores)
	}
	return out
}

// meanOf is the mean of a metric over resampled tasks.
func meanOf(parts []*series) func([][]int) float64 {
	return func(picks [][]int) float64 {
		sum := 0.0
		for i, s := range parts {
			sum += s.aggregate(pick(s.scores, picks[i]))
		}
		return sum / float64(len(parts))
	}
}
