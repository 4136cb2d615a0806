package eval

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
)

// Report is a result in the layout of lm-evaluation-harness's results files, so that
// what reads those reads these. What that has no place for stands under "loyal": exact
// digests, intervals, and the comparison with the base.
type Report struct {
	Results        map[string]map[string]any  `json:"results"`
	Groups         map[string]map[string]any  `json:"groups,omitempty"`
	GroupSubtasks  map[string][]string        `json:"group_subtasks"`
	Configs        map[string]map[string]any  `json:"configs"`
	Versions       map[string]float64         `json:"versions"`
	NShot          map[string]int             `json:"n-shot"`
	HigherIsBetter map[string]map[string]bool `json:"higher_is_better"`
	NSamples       map[string]SampleCount     `json:"n-samples"`
	Config         map[string]any             `json:"config"`
	Date           float64                    `json:"date"`
	ModelSource    string                     `json:"model_source"`
	ModelName      string                     `json:"model_name"`
	MaxLength      int                        `json:"max_length"`
	Seconds        float64                    `json:"total_evaluation_time_seconds,string"`
	Loyal          Extension                  `json:"loyal"`
	order          []string                   // tasks, groups before their members
	metricOrder    map[string][]MetricResult  // of each of them
	member         map[string]bool            // is in a group
}

// SampleCount is how many documents there are and were measured.
type SampleCount struct {
	Original  int `json:"original"`
	Effective int `json:"effective"`
}

// Extension is what lm-evaluation-harness's layout has no place for.
type Extension struct {
	Version     string              `json:"version"`
	Digest      string              `json:"digest"`
	Precision   string              `json:"precision"`
	Confidence  float64             `json:"confidence"`
	Intervals   map[string]Interval `json:"intervals"` // by "task,metric,filter"
	Base        *BaseModel          `json:"base,omitempty"`
	Differences []Difference        `json:"differences,omitempty"`
	Divergence  *DivergenceResult   `json:"divergence,omitempty"`
}

// BaseModel names what a model was compared with.
type BaseModel struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// Report lays a result out. version is that of the program.
func (r *Result) Report(version string) *Report {
	out := &Report{
		Results: map[string]map[string]any{}, GroupSubtasks: map[string][]string{}, Configs: map[string]map[string]any{},
		Versions: map[string]float64{}, NShot: map[string]int{}, HigherIsBetter: map[string]map[string]bool{},
		NSamples: map[string]SampleCount{}, metricOrder: map[string][]MetricResult{}, member: map[string]bool{},
		Date: float64(r.Began.UnixMilli()) / 1000, ModelSource: "loyal", ModelName: r.Model, MaxLength: r.MaxLength, Seconds: r.Seconds,
		Loyal: Extension{Version: version, Digest: r.Digest, Precision: r.Precision, Confidence: confidence, Intervals: map[string]Interval{}},
	}
	out.Config = map[string]any{
		"model": "loyal", "model_args": "pretrained=" + r.Model + ",dtype=" + r.Precision, "limit": nil,
		"bootstrap_iters": r.Bootstrap, "random_seed": r.Seed,
	}
	if r.Limit > 0 {
		out.Config["limit"] = r.Limit
	}
	done := map[string]bool{}
	for i := range r.Tasks {
		t := &r.Tasks[i]
		if t.Group != "" && !done[t.Group] {
			done[t.Group] = true
			j := slices.IndexFunc(r.Groups, func(g GroupResult) bool { return g.Name == t.Group })
			out.addGroup(r.Groups[j])
		}
		out.addTask(t)
	}
	return out
}

func (r *Report) addTask(t *TaskResult) {
	r.add(t.Name, t.Metrics)
	r.Results[t.Name]["sample_len"] = t.Effective
	r.Versions[t.Name], r.NShot[t.Name] = t.Version, t.NumFewshot
	r.NSamples[t.Name] = SampleCount{t.Original, t.Effective}
	r.member[t.Name] = t.Group != ""
	var metrics []map[string]any
	for _, m := range t.Metrics {
		metrics = append(metrics, map[string]any{"metric": m.Name, "higher_is_better": m.HigherIsBetter})
	}
	r.Configs[t.Name] = map[string]any{
		"task": t.Name, "dataset_path": t.Source, "output_type": t.OutputType, "num_fewshot": t.NumFewshot,
		"metric_list": metrics, "metadata": map[string]any{"version": t.Version},
	}
	if t.OutputType == GenerateUntil {
		r.Configs[t.Name]["generation_kwargs"] = map[string]any{"until": t.Until, "max_gen_toks": t.maxGenToks(), "do_sample": false}
	}
	if t.Group == "" {
		r.GroupSubtasks[t.Name] = []string{}
	}
}

func (t *Task) maxGenToks() int {
	if t.MaxGenToks == 0 {
		return defaultGenToks
	}
	return t.MaxGenToks
}

func (r *Report) addGroup(g GroupResult) {
	r.add(g.Name, g.Metrics)
	r.Versions[g.Name] = g.Version
	r.GroupSubtasks[g.Name] = g.Tasks
	if r.Groups == nil {
		r.Groups = map[string]map[string]any{}
	}
	r.Groups[g.Name] = r.Results[g.Name]
}

// add enters figures under a task's or group's name.
func (r *Report) add(name string, metrics []MetricResult) {
	r.order = append(r.order, name)
	r.metricOrder[name] = metrics
	figures, better := map[string]any{"name": name, "alias": name}, map[string]bool{}
	for _, m := range metrics {
		figures[m.Name+","+m.Filter] = numberOrNA(m.Value)
		figures[m.Name+"_stderr,"+m.Filter] = numberOrNA(m.StdErr)
		better[m.Name] = m.HigherIsBetter
		if m.Interval != nil {
			r.Loyal.Intervals[name+","+m.Name+","+m.Filter] = *m.Interval
		}
	}
	r.Results[name], r.HigherIsBetter[name] = figures, better
}

// numberOrNA is what stands where there is no figure, or one that is no number: the word
// perplexity of a long text without spaces is beyond all of them.
func numberOrNA(x float64) any {
	if !finite(x) {
		return "N/A"
	}
	return x
}

// AddComparison enters how the model compares with its base.
func (r *Report) AddComparison(base *Result, differences []Difference) {
	r.Loyal.Base = &BaseModel{Name: base.Model, Digest: base.Digest}
	r.Loyal.Differences = differences
}

// WriteSamples writes what the model made of each document, an object a line, with the
// keys of lm-evaluation-harness's logs.
func (t *TaskResult) WriteSamples(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for i, s := range t.Samples {
		doc := t.Docs[i]
		line := map[string]any{"doc_id": s.Doc, "doc": doc.Raw, "target": t.target(doc)}
		var arguments, replies [][]any
		switch t.OutputType {
		case GenerateUntil:
			arguments = [][]any{{doc.Context, map[string]any{"until": t.Until, "max_gen_toks": t.maxGenToks()}}}
			replies = [][]any{{s.Reply}}
		case LoglikelihoodRolling:
			arguments, replies = [][]any{{}}, [][]any{{s.LogProbs[0]}} // the text is in its file
		default:
			for j, c := range doc.Choices {
				arguments = append(arguments, []any{doc.Context, doc.Delimiter + c})
				replies = append(replies, []any{s.LogProbs[j], s.Greedy[j]})
			}
		}
		line["arguments"], line["resps"] = arguments, replies
		for _, m := range t.series {
			if len(m.scores) == len(t.Samples) && (m.isMean || t.OutputType == Loglikelihood) {
				key := m.name
				if m.filter != noFilter {
					key += "," + m.filter
				}
				line[key] = m.scores[i].value
			}
		}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// target is what a document asks for.
func (t *TaskResult) target(doc Doc) any {
	switch t.OutputType {
	case MultipleChoice:
		if len(doc.Gold) == 1 {
			return doc.Gold[0]
		}
		return doc.Gold
	case GenerateUntil:
		return doc.Answer
	case LoglikelihoodRolling:
		return nil
	}
	return doc.Choices[0]
}

// SampleFile is the name of a task's log of samples.
func (t *TaskResult) SampleFile() string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, t.Name)
	return "samples_" + clean + ".jsonl"
}
