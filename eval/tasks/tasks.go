// Package tasks reads evaluation tasks from files: the known benchmarks as their authors
// publish them or as data sets repeat them, and any other in a format of our own
// (docs/formats/tasks.md).
//
// No data is held here: files are what the user names, or found in directories by the
// names that they usually have (known.go). A row becomes a document in two steps. A
// format reads its question, choices and answer (formats.go, taskfile.go); then the
// document is written as lm-evaluation-harness writes it, with description, few-shot
// examples and delimiters (fewshot.go). A row that lacks something is an error that
// names file and row; none is skipped, since two tools that skip different rows report
// different figures.
package tasks

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"loyal/eval"
)

// Errors that callers can tell apart.
var (
	// ErrUnknown reports a name that is no task.
	ErrUnknown = errors.New("unknown task")
	// ErrNoData reports a task whose data was not given.
	ErrNoData = errors.New("no data for the task")
	// ErrAmbiguous reports a task with several files in the directories.
	ErrAmbiguous = errors.New("several files fit the task")
	// ErrFormat reports a file that is not what its task needs.
	ErrFormat = errors.New("unfit task data")
	// ErrPrompts reports a file from which no prompts can be read.
	ErrPrompts = errors.New("not a file of prompts")
	// ErrFewshot reports examples that cannot be had.
	ErrFewshot = errors.New("no few-shot examples")
)

// Data says where tasks' files are.
type Data struct {
	// Dirs are searched for the names that files usually have.
	Dirs []string
	// Files name a task's file, by the task; they go before what is found.
	Files map[string]string
}

// Options of loading; the zero value takes each task's own number of examples.
type Options struct {
	// NumFewshot, unless nil, is how many examples go before each question, in tasks that
	// leave it open.
	NumFewshot *int
	// FewshotSeed, unless nil, chooses the examples instead of lm-evaluation-harness's 1234.
	FewshotSeed *uint32
}

// Load reads tasks by their names, in this order, each once. A name is a known task or
// group (Known), or the path of a task file (*.json).
func Load(names []string, data Data, o Options) ([]eval.Task, error) {
	var out []eval.Task
	seen := make(map[[2]string]bool) // a task's name, and its file where that is one of the user's
	for _, name := range names {
		list, err := load(name, data, o)
		if err != nil {
			return nil, err
		}
		file := ""
		if isFile(name) {
			file = filepath.Clean(name)
		}
		for _, t := range list {
			if key := [2]string{t.Name, file}; !seen[key] {
				seen[key] = true
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// isFile says whether a task is named by its file.
func isFile(name string) bool {
	return strings.HasSuffix(name, ".json") || strings.ContainsAny(name, `/\`)
}

func load(name string, data Data, o Options) ([]eval.Task, error) {
	if isFile(name) {
		return readTaskFile(name, o)
	}
	k, ok := find(name)
	if !ok {
		return nil, fmt.Errorf("%w %q: known are %s, and files *.json", ErrUnknown, name, strings.Join(Known(), ", "))
	}
	path, err := data.file(name, k)
	if err != nil {
		return nil, err
	}
	list, err := k.load(name, path, data, o)
	if err != nil {
		return nil, fmt.Errorf("load task %s: %w", name, err)
	}
	return list, nil
}

// Known lists the names of known tasks and groups.
func Known() []string {
	var out []string
	for _, k := range known {
		out = append(out, k.name)
	}
	return out
}

// example is a row's content before it is written out.
type example struct {
	text    string
	choices []string
	gold    []int
	answer  string // of a generation, or what is to follow in a loglikelihood task
	raw     json.RawMessage
}

// definition is how a task's documents are written.
type definition struct {
	name, group     string
	version         float64
	output          eval.OutputType
	metrics         []eval.Metric
	description     string
	delimiter       string // between question and answer
	fewshotDelim    string // after each example
	numFewshot      int
	fixedFewshot    bool // the task itself says so
	firstN          bool // the first examples instead of drawn ones
	until           []string
	maxGenToks      int
	examplesAreDocs bool // examples come from the documents themselves
}

// likelihood and generation have these in common.
const (
	spaceDelimiter   = " "
	fewshotDelimiter = "\n\n"
)

// answerText is what follows the question of an example, without delimiter.
func (e example) answerText() string {
	if len(e.choices) > 0 && len(e.gold) > 0 {
		return e.choices[e.gold[0]]
	}
	return e.answer
}

// build writes a task's documents. shots, unless empty, are where examples come from.
func (d definition) build(source string, rows, shots []example, o Options) (eval.Task, error) {
	if o.NumFewshot != nil && !d.fixedFewshot {
		d.numFewshot = *o.NumFewshot
	}
	t := eval.Task{
		Name: d.name, Group: d.group, Version: d.version, OutputType: d.output, NumFewshot: d.numFewshot,
		Metrics: d.metrics, Until: d.until, MaxGenToks: d.maxGenToks, Source: source,
	}
	sampler, err := d.sampler(shots, o)
	if err != nil {
		return t, err
	}
	for _, row := range rows {
		picked, err := sampler.pick(row)
		if err != nil {
			return t, err
		}
		doc := eval.Doc{Context: d.context(picked, row), Gold: row.gold, Raw: row.raw}
		switch d.output {
		case eval.MultipleChoice:
			doc.Delimiter, doc.Choices = d.delimiter, row.choices
		case eval.Loglikelihood:
			doc.Choices = []string{row.answer}
		default:
			doc.Answer = row.answer
		}
		t.Docs = append(t.Docs, doc)
	}
	return t, nil
}

// context is what stands before an answer.
func (d definition) context(shots []example, row example) string {
	var b strings.Builder
	b.WriteString(d.description)
	for _, s := range shots {
		b.WriteString(s.text)
		if answer := s.answerText(); answer != "" {
			b.WriteString(d.delimiter + answer + d.fewshotDelim)
		}
	}
	b.WriteString(row.text)
	return b.String()
}

// sameExample reports whether two rows are the same document.
func sameExample(a, b example) bool {
	return a.text == b.text && a.answer == b.answer && slices.Equal(a.choices, b.choices) && slices.Equal(a.gold, b.gold)
}
