package tasks

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"loyal/eval"
	"loyal/internal/readfile"
)

// maxTaskFile bounds a task file; its rows are elsewhere.
const maxTaskFile = 1 << 20

// taskFile is a task of the user's own, in lm-evaluation-harness's words
// (docs/formats/tasks.md).
type taskFile struct {
	Task             string          `json:"task"`
	Group            string          `json:"group"`
	Version          float64         `json:"version"`
	OutputType       eval.OutputType `json:"output_type"`
	Data             string          `json:"data"`
	Description      string          `json:"description"`
	DocToText        string          `json:"doc_to_text"`
	DocToChoice      templates       `json:"doc_to_choice"`
	DocToTarget      string          `json:"doc_to_target"`
	TargetDelimiter  *string         `json:"target_delimiter"`
	FewshotDelimiter *string         `json:"fewshot_delimiter"`
	NumFewshot       int             `json:"num_fewshot"`
	FewshotData      string          `json:"fewshot_data"`
	FewshotConfig    struct {
		Sampler string `json:"sampler"`
	} `json:"fewshot_config"`
	MetricList       []eval.Metric `json:"metric_list"`
	GenerationKwargs struct {
		Until      []string `json:"until"`
		MaxGenToks int      `json:"max_gen_toks"`
	} `json:"generation_kwargs"`
}

// templates is one field's name, or a list of templates.
type templates struct {
	field string
	list  []string
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *templates) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &t.field) == nil {
		return nil
	}
	if err := json.Unmarshal(data, &t.list); err != nil {
		return errors.New("doc_to_choice is a field's name or a list of templates")
	}
	return nil
}

// readTaskFile reads a task file and the rows that it names.
func readTaskFile(path string, o Options) ([]eval.Task, error) {
	data, err := readfile.Any(path, maxTaskFile)
	if err != nil {
		return nil, fmt.Errorf("open task file: %w", err)
	}
	f, err := parseTaskFile(data)
	if err != nil {
		return nil, fmt.Errorf("read task file %s: %w", path, err)
	}
	near := func(name string) string {
		if filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(filepath.Dir(path), name)
	}
	rows, err := parseAll(near(f.Data), f.example)
	if err != nil {
		return nil, fmt.Errorf("task %s: %w", f.Task, err)
	}
	d := f.definition()
	pool := rows
	if d.examplesAreDocs = f.FewshotData == ""; !d.examplesAreDocs {
		if pool, err = parseAll(near(f.FewshotData), f.example); err != nil {
			return nil, fmt.Errorf("task %s: %w", f.Task, err)
		}
	}
	t, err := d.build(near(f.Data), rows, pool, o)
	if err != nil {
		return nil, fmt.Errorf("task %s: %w", f.Task, err)
	}
	return []eval.Task{t}, nil
}

// parseTaskFile reads and checks a task file. Fields that are not known are errors:
// most are misspelled ones.
func parseTaskFile(data []byte) (*taskFile, error) {
	var f taskFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var other *json.UnmarshalTypeError
	if err := d.Decode(&f); errors.As(err, &other) {
		return nil, fmt.Errorf("%w: %s is a JSON %s", ErrFormat, cmp.Or(other.Field, "it"), other.Value)
	} else if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrFormat, strings.TrimPrefix(err.Error(), "json: "))
	}
	bad := func(format string, args ...any) (*taskFile, error) {
		return nil, fmt.Errorf("%w: %w", ErrFormat, fmt.Errorf(format, args...))
	}
	for name, value := range map[string]string{"task": f.Task, "data": f.Data, "doc_to_target": f.DocToTarget} {
		if value == "" {
			return bad("%q is missing", name)
		}
	}
	switch f.OutputType {
	case eval.MultipleChoice:
		if f.DocToChoice.field == "" && len(f.DocToChoice.list) == 0 {
			return bad("doc_to_choice is missing")
		}
	case eval.Loglikelihood, eval.GenerateUntil:
	default:
		return bad("output_type %q is none of %s, %s, %s", f.OutputType, eval.MultipleChoice, eval.Loglikelihood, eval.GenerateUntil)
	}
	for _, m := range f.MetricList {
		if f.OutputType != eval.MultipleChoice || !slices.Contains(eval.ChoiceMetrics(), m) {
			return bad("metric %q is not one of a task of type %s", m, f.OutputType)
		}
	}
	if s := f.FewshotConfig.Sampler; s != "" && s != "default" && s != "first_n" {
		return bad("sampler %q is neither default nor first_n", s)
	}
	if f.NumFewshot < 0 || f.GenerationKwargs.MaxGenToks < 0 {
		return bad("a number is negative")
	}
	for _, t := range append([]string{f.DocToText, f.DocToTarget}, f.DocToChoice.list...) {
		if err := checkTemplate(t); err != nil {
			return bad("template %q: %w", t, err)
		}
	}
	return &f, nil
}

func (f *taskFile) definition() definition {
	d := definition{
		name: f.Task, group: f.Group, version: f.Version, output: f.OutputType, metrics: f.MetricList,
		description: f.Description, delimiter: spaceDelimiter, fewshotDelim: fewshotDelimiter,
		numFewshot: f.NumFewshot, firstN: f.FewshotConfig.Sampler == "first_n",
		until: f.GenerationKwargs.Until, maxGenToks: f.GenerationKwargs.MaxGenToks,
	}
	if f.TargetDelimiter != nil {
		d.delimiter = *f.TargetDelimiter
	}
	if f.FewshotDelimiter != nil {
		d.fewshotDelim = *f.FewshotDelimiter
	}
	if f.OutputType == eval.MultipleChoice && len(d.metrics) == 0 {
		d.metrics = []eval.Metric{eval.Acc, eval.AccNorm}
	}
	if f.OutputType == eval.GenerateUntil && len(d.until) == 0 {
		d.until = []string{d.fewshotDelim}
	}
	return d
}

// example reads a row as the task file says.
func (f *taskFile) example(r row) (example, error) {
	e := example{raw: r.raw}
	var err error
	if f.DocToText != "" {
		if e.text, err = r.fill(f.DocToText); err != nil {
			return e, err
		}
	}
	if f.OutputType != eval.MultipleChoice {
		e.answer, err = r.fill(f.DocToTarget)
		if err == nil && e.answer == "" {
			err = r.errorf("the target is empty")
		}
		return e, err
	}
	if f.DocToChoice.field != "" {
		e.choices, err = r.texts(f.DocToChoice.field)
	} else {
		for _, t := range f.DocToChoice.list {
			var c string
			if c, err = r.fill(t); err != nil {
				break
			}
			e.choices = append(e.choices, c)
		}
	}
	if err != nil {
		return e, err
	}
	e.gold, err = f.gold(r, e.choices)
	return e, err
}

// gold finds the right choices: a number counts from 0, a text is one of the choices,
// else a letter that counts from A; a list holds several of them.
func (f *taskFile) gold(r row, choices []string) ([]int, error) {
	targets := []string{f.DocToTarget}
	switch v, err := r.lookup(f.DocToTarget); {
	case strings.Contains(f.DocToTarget, "{{"):
		text, err := r.fill(f.DocToTarget)
		if err != nil {
			return nil, err
		}
		targets = []string{text}
	case err != nil:
		if _, numeric := strconv.Atoi(f.DocToTarget); numeric != nil {
			return nil, err
		}
	default:
		if _, isList := v.([]any); isList {
			if targets, err = r.texts(f.DocToTarget); err != nil {
				return nil, err
			}
		} else if targets[0], err = r.text(f.DocToTarget); err != nil {
			return nil, err
		}
	}
	var out []int
	for _, t := range targets {
		i := choiceIndex(t, choices)
		if i < 0 {
			return nil, r.errorf("the target %q is none of the %d choices", t, len(choices))
		}
		out = append(out, i)
	}
	if len(out) == 0 {
		return nil, r.errorf("no choice is the right one")
	}
	return out, nil
}

func choiceIndex(target string, choices []string) int {
	if i := slices.Index(choices, target); i >= 0 {
		return i
	}
	i, err := strconv.Atoi(target)
	if err != nil && len(target) == 1 {
		i, err = int(target[0])-'A', nil
	}
	if err != nil || i < 0 || i >= len(choices) {
		return -1
	}
	return i
}

// fill writes a template: a field's name alone is that field, and {{path}} is replaced
// by the field at the path.
func (r row) fill(template string) (string, error) {
	if _, ok := r.fields[template]; ok {
		return r.text(template)
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		path, after, _ := strings.Cut(rest, "}}") // checkTemplate has seen it
		value, err := r.text(strings.TrimSpace(path))
		if err != nil {
			return "", err
		}
		b.WriteString(value)
		template = after
	}
}

// checkTemplate refuses what is more than paths in braces: lm-evaluation-harness's
// templates are whole programs, and one that is only half understood gives other texts.
func checkTemplate(template string) error {
	if strings.Contains(template, "{%") || strings.Contains(template, "{#") {
		return errors.New("statements and comments are not known here")
	}
	for {
		_, rest, found := strings.Cut(template, "{{")
		if !found {
			return nil
		}
		path, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return errors.New("{{ without }}")
		}
		path = strings.TrimSpace(path)
		if path == "" || strings.ContainsAny(path, " |()[]{}'\"+,") {
			return fmt.Errorf("{{%s}} is not a field's path", path)
		}
		template = after
	}
}
