package eval_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"

	"loyal/eval"
	"loyal/lm"
	"loyal/lm/lmtest"
)

// shifted is a network of pseudo-random logits, moved by a multiple of others.
func shifted(vocabulary int, by float64) lm.Network {
	net := lmtest.New(vocabulary, 512)
	net.Next = func(text []int32, row []float32) {
		lmtest.Hash(text, row)
		if by == 0 {
			return
		}
		other := make([]float32, len(row))
		lmtest.Hash(append(append([]int32{}, text...), 1), other)
		for i := range row {
			row[i] += float32(by) * other[i]
		}
	}
	return net
}

// pairs is a group of two tasks, a text and a cloze task.
func pairs() []eval.Task {
	var out []eval.Task
	for k, n := range []int{60, 20} {
		task := sentences(n)
		task.Name, task.Group = fmt.Sprintf("part_%d", k), "whole"
		out = append(out, task)
	}
	cloze := eval.Task{Name: "cloze", OutputType: eval.Loglikelihood}
	for i := range 30 {
		cloze.Docs = append(cloze.Docs, eval.Doc{Context: "The story of " + word(i), Choices: []string{" the end"}})
	}
	return append(out, cloze, eval.TextTask("text", "t.txt", strings.Repeat("The old man sat by the river. ", 60)))
}

// TestCompare: differences are those of the figures, pairs are counted, and the interval
// of a paired difference is narrower than the two apart.
func TestCompare(t *testing.T) {
	tasks := pairs()
	model, base := run(t, tasks, .3, eval.Options{Seed: 1}), run(t, tasks, 0, eval.Options{Seed: 1})
	same, err := eval.Compare(base, run(t, tasks, 0, eval.Options{Seed: 1}))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range same {
		if d.Difference != 0 || d.P != nil && *d.P != 1 || d.Interval == nil || d.Interval.Low > 0 || d.Interval.High < 0 {
			t.Errorf("a model against itself: %+v", d)
		}
	}
	list, err := eval.Compare(model, base)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]eval.Difference{}
	for _, d := range list {
		found[d.Task+","+d.Metric] = d
		m, _ := model.Metric(d.Task, d.Metric, d.Filter)
		b, _ := base.Metric(d.Task, d.Metric, d.Filter)
		if d.Model != m.Value || d.Base != b.Value || d.Difference != m.Value-b.Value {
			t.Errorf("%s %s: %+v of %v and %v", d.Task, d.Metric, d, m.Value, b.Value)
		}
		if i := d.Interval; i == nil || i.Low > d.Difference || i.High < d.Difference || i.Low == i.High {
			t.Errorf("%s %s: %v in %+v", d.Task, d.Metric, d.Difference, i)
		}
		if want := d.Difference * map[bool]float64{true: -1, false: 1}[d.HigherIsBetter]; d.Drop() != want {
			t.Errorf("%s %s: drop %v, want %v", d.Task, d.Metric, d.Drop(), want)
		}
	}
	d := found["part_0,acc"]
	if d.Gained == nil || math.Abs(float64(*d.Gained-*d.Lost)/60-d.Difference) > 1e-9 || *d.P != eval.McNemar(*d.Gained, *d.Lost) {
		t.Errorf("part_0: %+v", d)
	}
	text := found["text,byte_perplexity"]
	own, _ := model.Metric("text", "byte_perplexity", "")
	if text.Relative == nil || math.Abs(*text.Relative-(text.Model/text.Base-1)) > 1e-12 || text.RelativeInterval.Low > *text.Relative || text.RelativeInterval.High < *text.Relative {
		t.Errorf("text: %+v", text)
	}
	if paired, apart := text.Interval.High-text.Interval.Low, own.Interval.High-own.Interval.Low; !(paired < apart) {
		t.Errorf("the paired interval is %v wide, the model's own %v", paired, apart)
	}
	if _, ok := found["whole,acc"]; !ok {
		t.Error("the group is not compared")
	}
	tasks = pairs()
	tasks[0].Docs[3].Gold = []int{1 - tasks[0].Docs[3].Gold[0]}
	if _, err := eval.Compare(model, run(t, tasks, 0, eval.Options{})); !errors.Is(err, eval.ErrDifferent) {
		t.Errorf("other documents: %v", err)
	}
}

// TestGroup: tasks of a group weigh the same, whatever their size.
func TestGroup(t *testing.T) {
	r := run(t, pairs(), 0, eval.Options{})
	a, _ := r.Metric("part_0", "acc", "")
	b, _ := r.Metric("part_1", "acc", "")
	g, ok := r.Metric("whole", "acc", "")
	if !ok || a.Value == b.Value {
		t.Fatalf("group %v of %v and %v tests nothing", g.Value, a.Value, b.Value)
	}
	near(t, "group", g.Value, (a.Value+b.Value)/2)
	near(t, "standard error", g.StdErr, math.Hypot(a.StdErr, b.StdErr)/2)
	near(t, "standard error of a mean", a.StdErr, math.Sqrt(a.Value*(1-a.Value)/59))
	if i := g.Interval; i == nil || math.Abs((i.High-i.Low)/2/g.StdErr-1.96) > .35 {
		t.Errorf("group interval %v, standard error %v", i, g.StdErr)
	}
}

// TestGroupOfOneSize: tasks of one size are taken as one.
func TestGroupOfOneSize(t *testing.T) {
	o := eval.Options{Limit: 20}
	model, base := run(t, pairs()[:2], .3, o), run(t, pairs()[:2], 0, o)
	g := must(model.Metric("whole", "acc", ""))
	if want := eval.ClopperPearson(int(math.Round(40*g.Value)), 40); *g.Interval != want {
		t.Errorf("%v, want %v", *g.Interval, want)
	}
	list, err := eval.Compare(model, base)
	if err != nil {
		t.Fatal(err)
	}
	gained, lost, seen := 0, 0, false
	for _, d := range list {
		if d.Metric != "acc" {
			continue
		}
		if d.Task != "whole" {
			gained, lost = gained+*d.Gained, lost+*d.Lost
			continue
		}
		seen = true
		if want := eval.Tango(gained, lost, 40); *d.Gained != gained || *d.Lost != lost || *d.Interval != want || gained+lost == 0 {
			t.Errorf("%+v of %d gained and %d lost: %v, want %v", d, gained, lost, *d.Interval, want)
		}
	}
	if !seen {
		t.Error("the group is not compared")
	}
}

// TestSeed: the same seed resamples the same way.
func TestSeed(t *testing.T) {
	interval := func(seed uint64) eval.Interval {
		m, _ := run(t, pairs()[2:3], 0, eval.Options{Seed: seed, Bootstrap: 200}).Metric("cloze", "perplexity", "")
		return *m.Interval
	}
	if interval(1) != interval(1) || interval(1) == interval(2) {
		t.Errorf("seeds 1, 1, 2: %v %v %v", interval(1), interval(1), interval(2))
	}
	m, _ := run(t, pairs()[2:3], 0, eval.Options{Bootstrap: -1}).Metric("cloze", "perplexity", "")
	if m.Interval != nil || !math.IsNaN(m.StdErr) {
		t.Errorf("without resampling: %v ± %v", m.Interval, m.StdErr)
	}
}

// TestReport holds the layout to what readers of lm-evaluation-harness's results expect.
func TestReport(t *testing.T) {
	tasks := pairs()
	model, base := run(t, tasks, .3, eval.Options{Limit: 10}), run(t, tasks, 0, eval.Options{Limit: 10})
	differences, err := eval.Compare(model, base)
	if err != nil {
		t.Fatal(err)
	}
	report := model.Report("v0")
	report.AddComparison(base, differences)
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Results       map[string]map[string]any        `json:"results"`
		Groups        map[string]map[string]any        `json:"groups"`
		GroupSubtasks map[string][]string              `json:"group_subtasks"`
		Configs       map[string]map[string]any        `json:"configs"`
		Versions      map[string]float64               `json:"versions"`
		NShot         map[string]int                   `json:"n-shot"`
		Better        map[string]map[string]bool       `json:"higher_is_better"`
		NSamples      map[string]map[string]int        `json:"n-samples"`
		Config        map[string]any                   `json:"config"`
		Seconds       string                           `json:"total_evaluation_time_seconds"`
		Loyal         struct{ Differences []struct{} } `json:"loyal"`
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"part_0", "part_1", "whole", "cloze", "text"} {
		if got.Results[name]["alias"] != name {
			t.Errorf("results of %s: %v", name, got.Results[name])
		}
	}
	acc, _ := model.Metric("part_0", "acc", "")
	if got.Results["part_0"]["acc,none"] != acc.Value || got.Results["text"]["byte_perplexity_stderr,none"] != "N/A" {
		t.Errorf("results: %v", got.Results)
	}
	if fmt.Sprint(got.GroupSubtasks["whole"]) != "[part_0 part_1]" || got.Groups["whole"]["acc,none"] != got.Results["whole"]["acc,none"] {
		t.Errorf("groups: %v %v", got.GroupSubtasks, got.Groups)
	}
	if got.Better["cloze"]["perplexity"] || !got.Better["cloze"]["acc"] {
		t.Errorf("higher_is_better: %v", got.Better)
	}
	if n := got.NSamples["part_0"]; n["original"] != 60 || n["effective"] != 10 || got.Config["limit"] != 10. {
		t.Errorf("n-samples %v, config %v", n, got.Config)
	}
	if len(got.Loyal.Differences) != len(differences) || got.Configs["cloze"]["output_type"] != "loglikelihood" {
		t.Errorf("differences %d, configs %v", len(got.Loyal.Differences), got.Configs)
	}
	var table, samples bytes.Buffer
	if err := report.WriteTable(&table, false); err != nil {
		t.Fatal(err)
	}
	if err := report.WriteDifferences(&table, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`^\|Tasks *\|Version\|Filter\|n-shot\|Metric *\| \| *Value\| \| *Stderr\|\n\|-+\|-+:\|`,
		fmt.Sprintf(`\n\|whole *\| +2\|none +\| +\|acc +\|↑\| +%.4f\|±\| *0\.`, must(model.Metric("whole", "acc", "")).Value),
		`\|byte_perplexity\|↓\| .*\|±\| +N/A\|`,
		`\n\|part_1 *\|acc +\|↑\|`,
		`\| +[+-]\d+\.\d\d %\|`,
	} {
		if !regexp.MustCompile(want).MatchString(table.String()) {
			t.Errorf("the table does not match %s:\n%s", want, table.String())
		}
	}
	if err := model.Tasks[0].WriteSamples(&samples); err != nil {
		t.Fatal(err)
	}
	var line struct {
		DocID     int     `json:"doc_id"`
		Target    int     `json:"target"`
		Arguments [][]any `json:"arguments"`
		Resps     [][]any `json:"resps"`
		Acc       float64 `json:"acc"`
	}
	last := strings.Split(strings.TrimSpace(samples.String()), "\n")[9]
	if err := json.Unmarshal([]byte(last), &line); err != nil || line.DocID != 9 || line.Target != 1 || len(line.Arguments) != 2 || line.Resps[1][0] != model.Tasks[0].Samples[9].LogProbs[1] {
		t.Errorf("sample %s: %+v, %v", last, line, err)
	}
}

// TestOverflow: the word perplexity of a text without spaces is beyond all numbers. The
// report can be written, and the other figures stand.
func TestOverflow(t *testing.T) {
	task := []eval.Task{eval.TextTask("text", "t.txt", strings.Repeat("abcdefgh", 400))}
	model, base := run(t, task, .3, eval.Options{}), run(t, task, 0, eval.Options{})
	differences, err := eval.Compare(model, base)
	if err != nil {
		t.Fatal(err)
	}
	report := model.Report("v0")
	report.AddComparison(base, differences)
	if _, err := json.Marshal(report); err != nil {
		t.Fatal(err)
	}
	if got := report.Results["text"]; got["word_perplexity,none"] != "N/A" || got["byte_perplexity,none"] == "N/A" || len(differences) != 2 {
		t.Errorf("%v, %+v", got, differences)
	}
	if err := report.WriteTable(&bytes.Buffer{}, true); err != nil {
		t.Error(err)
	}
}

func must(m eval.MetricResult, _ bool) eval.MetricResult { return m }
