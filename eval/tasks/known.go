package tasks

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"loyal/eval"
	"loyal/internal/readfile"
)

// knownTask is a task or a group of tasks with the files that it usually comes in.
type knownTask struct {
	name string
	// also are other names under which its file may be given.
	also  []string
	files []string // patterns of names in lower case
	shots []string // patterns of the file that examples come from
	// needsExamples tasks have some by default.
	needsExamples bool
	load          func(name, path string, data Data, o Options) ([]eval.Task, error)
}

// known is the table of tasks. Versions are lm-evaluation-harness's, of the task whose
// scores these are.
var known = knownTasks()

func knownTasks() []knownTask {
	blimp := knownTask{name: "blimp", files: []string{"blimp*.zip", "blimp"}, load: loadBLiMP}
	truth := []string{"truthfulqa*.csv", "truthful_qa*.json", "truthful_qa*.jsonl", "truthfulqa*.json", "truthfulqa*.jsonl"}
	gsm8k := definition{
		name: "gsm8k", version: 3, output: eval.GenerateUntil, numFewshot: 5,
		until: []string{"Question:", "</s>", "<|im_end|>"},
	}
	return []knownTask{
		blimp,
		lambada("lambada_openai", "lambada_openai*.json*", "lambada?test*.json*", "lambada.json*"),
		lambada("lambada_standard", "lambada_standard*.json*"),
		single(definition{name: "openbookqa", version: 1, output: eval.MultipleChoice, metrics: []eval.Metric{eval.Acc, eval.AccNorm}},
			openBook, []string{"openbookqa*.json*"}, []string{"openbookqa*train*.json*"}),
		{name: "truthfulqa", files: truth, shots: truthfulShots, load: loadTruthfulQA},
		{name: "truthfulqa_mc1", also: []string{"truthfulqa"}, files: truth, shots: truthfulShots, load: loadTruthfulQA},
		{name: "truthfulqa_mc2", also: []string{"truthfulqa"}, files: truth, shots: truthfulShots, load: loadTruthfulQA},
		single(gsm8k, gradeSchool, []string{"gsm8k*.json*"}, []string{"gsm8k*train*.json*"}),
	}
}

// find is a known task by its name; a paradigm of BLiMP is one, too.
func find(name string) (knownTask, bool) {
	for _, k := range known {
		if k.name == name {
			return k, true
		}
	}
	if strings.HasPrefix(name, blimpPrefix) {
		k := known[0]
		k.also = []string{k.name}
		return k, true
	}
	return knownTask{}, false
}

// IsTask reports whether a name is a known task's.
func IsTask(name string) bool {
	_, ok := find(name)
	return ok
}

// Found lists the known tasks whose files are given or found, examples included.
func Found(data Data) ([]string, error) {
	var out []string
	for _, k := range known {
		_, err := data.file(k.name, k)
		if err == nil && k.needsExamples {
			_, err = data.examplesFile(k)
		}
		switch {
		case errors.Is(err, ErrNoData):
			continue
		case err != nil:
			return nil, err
		}
		out = append(out, k.name)
	}
	for name := range data.Files {
		if strings.HasPrefix(name, blimpPrefix) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// single is a task of one file, with examples from another one.
func single(d definition, parse parser, files, shots []string) knownTask {
	k := knownTask{name: d.name, files: files, shots: shots, needsExamples: d.numFewshot > 0}
	k.load = func(_, path string, data Data, o Options) ([]eval.Task, error) {
		rows, err := parseAll(path, parse)
		if err != nil {
			return nil, err
		}
		d := d
		d.delimiter, d.fewshotDelim = spaceDelimiter, fewshotDelimiter
		if o.NumFewshot != nil && !d.fixedFewshot {
			d.numFewshot = *o.NumFewshot
		}
		var pool []example
		if d.numFewshot > 0 {
			if pool, err = data.examples(k, parse); err != nil {
				return nil, err
			}
		}
		t, err := d.build(path, rows, pool, o)
		return []eval.Task{t}, err
	}
	return k
}

// lambada is a task of passages; its score counts the last word with the space before it.
func lambada(name string, files ...string) knownTask {
	return single(definition{name: name, version: 1, output: eval.Loglikelihood}, lambadaText, files, []string{name + "*validation*.json*"})
}

// examplesKey names the file of a task's examples in Data.Files.
const examplesKey = "/fewshot"

// FewshotFile is the key in Data.Files under which a task's file of examples is given.
func FewshotFile(task string) string { return task + examplesKey }

// examples reads a task's examples.
func (d Data) examples(k knownTask, parse parser) ([]example, error) {
	path, err := d.examplesFile(k)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFewshot, err)
	}
	return parseAll(path, parse)
}

func (d Data) examplesFile(k knownTask) (string, error) {
	if path := d.Files[FewshotFile(k.name)]; path != "" {
		return path, nil
	}
	return d.search(k.name, k.shots, nil)
}

// file is where a task's rows are.
func (d Data) file(name string, k knownTask) (string, error) {
	for _, n := range append([]string{name, k.name}, k.also...) {
		if path, ok := d.Files[n]; ok {
			return path, nil
		}
	}
	return d.search(name, k.files, k.shots)
}

// search finds the one file of the directories that fits a pattern; the first pattern
// that fits any counts. What fits a pattern of `not` is something else.
func (d Data) search(task string, patterns, not []string) (string, error) {
	for _, pattern := range patterns {
		var found []string
		for _, dir := range d.Dirs {
			entries, err := os.ReadDir(dir)
			if err != nil {
				return "", fmt.Errorf("search task data: %w", err)
			}
			for _, e := range entries {
				name := strings.ToLower(e.Name())
				if matches(pattern, name) && !slices.ContainsFunc(not, func(p string) bool { return matches(p, name) }) {
					found = append(found, filepath.Join(dir, e.Name()))
				}
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return "", fmt.Errorf("%w %s: which of %s is it?", ErrAmbiguous, task, strings.Join(found, ", "))
		}
	}
	if len(d.Dirs) == 0 {
		return "", fmt.Errorf("%w %s", ErrNoData, task)
	}
	return "", fmt.Errorf("%w %s: no %s in %s", ErrNoData, task, strings.Join(patterns, ", "), strings.Join(d.Dirs, ", "))
}

func matches(pattern, name string) bool {
	ok, _ := path.Match(pattern, name) // the patterns are right
	return ok
}

// truthfulShots are the names of files with the six examples of TruthfulQA.
var truthfulShots = []string{"truthful*examples*.json*"}

// loadTruthfulQA reads MC1, MC2 or both.
func loadTruthfulQA(name, path string, data Data, o Options) ([]eval.Task, error) {
	rows, err := readRows(path)
	if err != nil {
		return nil, err
	}
	examples, err := data.examples(knownTask{name: "truthfulqa", shots: truthfulShots}, truthfulExample)
	if errors.Is(err, ErrNoData) {
		examples = truthfulExamples
	} else if err != nil {
		return nil, err
	}
	before := truthfulBefore(examples)
	tasks := []definition{
		{name: "truthfulqa_mc1", version: 2, metrics: []eval.Metric{eval.Acc}},
		{name: "truthfulqa_mc2", version: 3, metrics: []eval.Metric{eval.TrueMass}},
	}
	var out []eval.Task
	for _, d := range tasks {
		if name != "truthfulqa" && name != d.name {
			continue
		}
		list, err := parseEach(path, rows, truthfulQA(strings.TrimPrefix(d.name, "truthfulqa_"), before))
		if err != nil {
			return nil, err
		}
		d.output, d.delimiter, d.fixedFewshot = eval.MultipleChoice, spaceDelimiter, true
		t, err := d.build(path, list, nil, o)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func parseEach(path string, rows []row, parse parser) ([]example, error) {
	out := make([]example, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = parse(r); err != nil {
			return nil, fmt.Errorf("read task data %s: %w", path, err)
		}
	}
	return out, nil
}

// blimpPrefix begins the names of BLiMP's paradigms.
const blimpPrefix = "blimp_"

const (
	maxParadigms = 1000
	maxParadigm  = 32 << 20 // bytes of one file in the archive
)

// loadBLiMP reads all paradigms of a zip archive or a directory, or one of them. Each is
// a file PARADIGM.jsonl.
func loadBLiMP(name, path string, _ Data, o Options) ([]eval.Task, error) {
	files, err := blimpFiles(path)
	if err != nil {
		return nil, err
	}
	var out []eval.Task
	for _, f := range files {
		d := definition{
			name: blimpPrefix + f.paradigm, group: "blimp", version: 1, output: eval.MultipleChoice,
			metrics: []eval.Metric{eval.Acc}, delimiter: spaceDelimiter, fixedFewshot: true,
		}
		if name != "blimp" {
			if name != d.name {
				continue
			}
			d.group = ""
		}
		data, err := f.read()
		if err != nil {
			return nil, fmt.Errorf("read task data %s: %w", f.path, err)
		}
		rows, err := parseRows(".jsonl", data)
		if err != nil {
			return nil, fmt.Errorf("read task data %s: %w", f.path, err)
		}
		list, err := parseEach(f.path, rows, blimpPair)
		if err != nil {
			return nil, err
		}
		t, err := d.build(f.path, list, nil, o)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: %s has no %s.jsonl", ErrNoData, path, strings.TrimPrefix(name, blimpPrefix))
	}
	return out, nil
}

// blimpFile is one paradigm.
type blimpFile struct {
	paradigm, path string
	read           func() ([]byte, error)
}

func blimpFiles(path string) (out []blimpFile, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read task data: %w", err)
	}
	if info.IsDir() {
		names, err := filepath.Glob(filepath.Join(path, "*.jsonl"))
		if err != nil {
			return nil, fmt.Errorf("read task data: %w", err)
		}
		for _, n := range names {
			out = append(out, blimpFile{paradigmOf(filepath.ToSlash(n)), n, func() ([]byte, error) { return readfile.Regular(n, maxParadigm) }})
		}
	} else if out, err = blimpZip(path); err != nil {
		return nil, fmt.Errorf("read task data %s: %w", path, err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%w: %s holds no *.jsonl", ErrFormat, path)
	}
	slices.SortFunc(out, func(a, b blimpFile) int { return strings.Compare(a.paradigm, b.paradigm) })
	return out, nil
}

func paradigmOf(name string) string { return strings.TrimSuffix(path.Base(name), ".jsonl") }

// blimpZip lists an archive, which it holds in memory.
func blimpZip(path string) (out []blimpFile, err error) {
	data, err := readfile.Regular(path, maxFile)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(strings.NewReader(string(data)), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	for _, f := range archive.File {
		name := paradigmOf(f.Name)
		if !strings.HasSuffix(f.Name, ".jsonl") || strings.HasPrefix(name, ".") {
			continue
		}
		out = append(out, blimpFile{name, path + ":" + f.Name, func() ([]byte, error) { return readZipped(f) }})
		if len(out) > maxParadigms {
			return nil, fmt.Errorf("%w: more than %d files", ErrFormat, maxParadigms)
		}
	}
	return out, nil
}

// readZipped reads a file of an archive, which may claim less than it holds.
func readZipped(f *zip.File) (data []byte, err error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	data, err = io.ReadAll(io.LimitReader(r, maxParadigm+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if len(data) > maxParadigm {
		return nil, readfile.ErrTooLarge
	}
	return data, nil
}
