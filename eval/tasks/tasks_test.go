package tasks_test

import (
	"archive/zip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loyal/eval"
	"loyal/eval/tasks"
	"loyal/internal/testdata"
)

// write puts files into a directory.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, dir string, o tasks.Options, names ...string) []eval.Task {
	t.Helper()
	list, err := tasks.Load(names, tasks.Data{Dirs: []string{dir}}, o)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// plain is a document without its row.
func plain(d eval.Doc) eval.Doc {
	d.Raw = nil
	return d
}

const truthCSV = `Type,Category,Question,Best Answer,Correct Answers,Incorrect Answers,Source
Adversarial,Food,Can you eat it?,Yes you can,"Yes you can; Surely; ""Yes"", they say ",No; Never,here
`

// checkTruthContext checks what stands before a question of TruthfulQA: six examples.
func checkTruthContext(t *testing.T, context, question string) {
	t.Helper()
	if !strings.HasPrefix(context, "Q: How many legs does a spider have?\nA: A spider") ||
		!strings.HasSuffix(context, "on the Moon in 1969.\n\nQ: "+question+"\nA:") || strings.Count(context, "Q: ") != 7 {
		t.Errorf("context %q", context)
	}
}

// TestFormats reads a row of each known format.
func TestFormats(t *testing.T) {
	dir := write(t, map[string]string{
		"lambada_test.jsonl": `{"text": "He said: \"I go  home"}` + "\n" + `{"text": "alone"}` + "\n",
		"openbookqa.jsonl": `{"id": "1", "question": {"stem": "What is wet?", "choices": [{"text": "fire", "label": "A"}, {"text": "water", "label": "B"}]}, "answerKey": "B"}
{"question_stem": "What is hot?", "choices": {"text": ["fire", "ice"], "label": ["A", "B"]}, "answerKey": " A"}
`,
		"TruthfulQA.csv": truthCSV,
		"gsm8k_test.jsonl": `{"question": "1 + 1?", "answer": "easy\n#### 2"}
`,
		"gsm8k_train.jsonl": `{"question": "2 + 2?", "answer": "so\n#### 4"}
{"question": "3 + 3?", "answer": "hm\n#### 6"}
`,
	})
	list := load(t, dir, tasks.Options{}, "lambada_openai", "openbookqa", "truthfulqa")
	if got := len(list); got != 4 {
		t.Fatalf("%d tasks", got)
	}
	for i, want := range [][]eval.Doc{
		{{Context: `He said: "I go `, Choices: []string{" home"}}, {Choices: []string{" alone"}}},
		{
			{Context: "What is wet?", Delimiter: " ", Choices: []string{"fire", "water"}, Gold: []int{1}},
			{Context: "What is hot?", Delimiter: " ", Choices: []string{"fire", "ice"}, Gold: []int{0}},
		},
	} {
		for j := range want {
			if d := cmp.Diff(want[j], plain(list[i].Docs[j])); d != "" {
				t.Errorf("%s document %d: %s", list[i].Name, j, d)
			}
		}
	}
	mc1, mc2 := list[2].Docs[0], list[3].Docs[0]
	checkTruthContext(t, mc1.Context, "Can you eat it?")
	if d := cmp.Diff([]string{"Yes you can", "No", "Never"}, mc1.Choices); d != "" || !slices.Equal(mc1.Gold, []int{0}) {
		t.Errorf("mc1: %s %v", d, mc1.Gold)
	}
	if d := cmp.Diff([]string{"Yes you can", "Surely", `"Yes", they say`, "No", "Never"}, mc2.Choices); d != "" || !slices.Equal(mc2.Gold, []int{0, 1, 2}) {
		t.Errorf("mc2: %s %v", d, mc2.Gold)
	}
	two := 2
	gsm := load(t, dir, tasks.Options{NumFewshot: &two}, "gsm8k")[0]
	want := eval.Doc{Answer: "easy\n#### 2"}
	want.Context = "Question: 2 + 2?\nAnswer: so\n#### 4\n\nQuestion: 3 + 3?\nAnswer: hm\n#### 6\n\nQuestion: 1 + 1?\nAnswer:"
	got := plain(gsm.Docs[0])
	if strings.Index(got.Context, "3 + 3") < strings.Index(got.Context, "2 + 2") { // either order may be drawn
		want.Context = "Question: 3 + 3?\nAnswer: hm\n#### 6\n\nQuestion: 2 + 2?\nAnswer: so\n#### 4\n\nQuestion: 1 + 1?\nAnswer:"
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("gsm8k: %s", d)
	}
	if gsm.NumFewshot != 2 || !slices.Equal(gsm.Until, []string{"Question:", "</s>", "<|im_end|>"}) {
		t.Errorf("gsm8k: %+v", gsm)
	}
	zero := 0
	if got := load(t, dir, tasks.Options{NumFewshot: &zero}, "gsm8k")[0].Docs[0].Context; got != "Question: 1 + 1?\nAnswer:" {
		t.Errorf("without examples: %q", got)
	}
}

// TestTruthfulQAExamples puts the benchmark's own examples in the place of ours.
func TestTruthfulQAExamples(t *testing.T) {
	dir := write(t, map[string]string{
		"TruthfulQA.csv":            truthCSV,
		"truthfulqa_examples.jsonl": `{"question": "One?", "answer": "One."}` + "\n" + `{"question": "Two?", "answer": "Two."}`,
	})
	list := load(t, dir, tasks.Options{}, "truthfulqa_mc1")
	if got := list[0].Docs[0].Context; got != "Q: One?\nA: One.\n\nQ: Two?\nA: Two.\n\nQ: Can you eat it?\nA:" {
		t.Errorf("context %q", got)
	}
	bad := write(t, map[string]string{"TruthfulQA.csv": truthCSV, "truthfulqa_examples.jsonl": `{"question": "One?"}`})
	if _, err := tasks.Load([]string{"truthfulqa_mc1"}, tasks.Data{Dirs: []string{bad}}, tasks.Options{}); !errors.Is(err, tasks.ErrFormat) {
		t.Errorf("an example without an answer: %v", err)
	}
}

// TestTruthfulQAForms reads the form that the Hub has.
func TestTruthfulQAForms(t *testing.T) {
	dir := write(t, map[string]string{"truthful_qa.jsonl": `{"question": "Q?", "mc1_targets": {"choices": ["a", "b"], "labels": [1, 0]}, "mc2_targets": {"choices": ["a", "b", "c"], "labels": [1, 0, 1]}}`})
	list := load(t, dir, tasks.Options{}, "truthfulqa_mc2", "truthfulqa_mc1", "truthfulqa")
	if len(list) != 2 || list[0].Name != "truthfulqa_mc2" || !slices.Equal(list[0].Docs[0].Gold, []int{0, 2}) || !slices.Equal(list[1].Docs[0].Gold, []int{0}) {
		t.Errorf("%+v", list)
	}
	checkTruthContext(t, list[0].Docs[0].Context, "Q?")
}

// zipped writes an archive.
func zipped(t *testing.T, path string, files map[string]string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for name, content := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestBLiMP: all paradigms of an archive in order, or one of them.
func TestBLiMP(t *testing.T) {
	dir := t.TempDir()
	row := func(good, bad string) string {
		return fmt.Sprintf(`{"sentence_good": %q, "sentence_bad": %q}`+"\n", good, bad)
	}
	zipped(t, filepath.Join(dir, "BLiMP.zip"), map[string]string{
		"data/zeta.jsonl": row("He sleeps.", "He sleep."), "data/alpha.jsonl": row("A.", "B.") + row("C.", "D."),
		"__MACOSX/._alpha.jsonl": "junk", "README.md": "none",
	})
	list := load(t, dir, tasks.Options{}, "blimp", "blimp_zeta")
	if len(list) != 2 || list[0].Name != "blimp_alpha" || list[1].Name != "blimp_zeta" || list[0].Group != "blimp" || len(list[0].Docs) != 2 {
		t.Fatalf("%+v", list)
	}
	want := eval.Doc{Delimiter: " ", Choices: []string{"He sleeps.", "He sleep."}, Gold: []int{0}}
	if d := cmp.Diff(want, plain(list[1].Docs[0])); d != "" {
		t.Error(d)
	}
	if one := load(t, dir, tasks.Options{}, "blimp_zeta"); len(one) != 1 || one[0].Group != "" {
		t.Errorf("%+v", one)
	}
	if _, err := tasks.Load([]string{"blimp_eta"}, tasks.Data{Dirs: []string{dir}}, tasks.Options{}); !errors.Is(err, tasks.ErrNoData) {
		t.Errorf("a paradigm that is not there: %v", err)
	}
}

// TestSharedData: the published files are read whole.
func TestSharedData(t *testing.T) {
	dir := testdata.Dir(t, "eval")
	found, err := tasks.Found(tasks.Data{Dirs: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"blimp", "lambada_openai", "openbookqa", "truthfulqa", "truthfulqa_mc1", "truthfulqa_mc2"}
	if d := cmp.Diff(want, found); d != "" {
		t.Error(d)
	}
	twice := write(t, map[string]string{"openbookqa1.jsonl": "", "openbookqa2.jsonl": ""})
	if _, err := tasks.Found(tasks.Data{Dirs: []string{twice}}); !errors.Is(err, tasks.ErrAmbiguous) {
		t.Errorf("two files of a task: %v", err)
	}
	count := map[string]int{}
	for _, task := range load(t, dir, tasks.Options{}, found...) {
		count[strings.Split(task.Name, "_")[0]]++
		docs := map[string]int{"blimp": 500, "lambada": 5153, "openbookqa": 500, "truthfulqa": 817}
		if n := docs[strings.Split(task.Name, "_")[0]]; len(task.Docs) != n {
			t.Errorf("%s: %d documents, want %d", task.Name, len(task.Docs), n)
		}
	}
	if d := cmp.Diff(map[string]int{"blimp": 67, "lambada": 1, "openbookqa": 1, "truthfulqa": 2}, count); d != "" {
		t.Error(d)
	}
}

const taskJSON = `{
  "task": "capitals", "version": 2, "output_type": "multiple_choice", "data": "rows.jsonl",
  "description": "Geography.\n\n", "doc_to_text": "Q: {{ q.text }}?\nA:", "doc_to_choice": "options", "doc_to_target": "answer",
  "num_fewshot": 1, "fewshot_config": {"sampler": "first_n"}, "metric_list": ["acc", "acc_norm", "acc_bytes"]
}`

const taskRows = `{"q": {"text": "Capital of France"}, "options": ["Paris", "Rome"], "answer": 0}

{"q": {"text": "Capital of Italy"}, "options": ["Paris", "Rome"], "answer": "Rome"}
{"q": {"text": "Capital of Spain"}, "options": ["Paris", "Rome", "Madrid"], "answer": "C"}
{"q": {"text": "European"}, "options": ["Paris", "Rome", "Lima"], "answer": [0, 1]}
`

// TestTaskFile writes documents as the file says; a question is not its own example.
func TestTaskFile(t *testing.T) {
	dir := write(t, map[string]string{"task.json": taskJSON, "rows.jsonl": taskRows})
	list, err := tasks.Load([]string{filepath.Join(dir, "task.json")}, tasks.Data{}, tasks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	task := list[0]
	if task.Name != "capitals" || task.Version != 2 || task.NumFewshot != 1 || len(task.Docs) != 4 || len(task.Metrics) != 3 {
		t.Errorf("%+v", task)
	}
	const france, italy = "Q: Capital of France?\nA: Paris\n\n", "Q: Capital of Italy?\nA: Rome\n\n"
	for i, want := range []eval.Doc{
		{Context: "Geography.\n\n" + italy + "Q: Capital of France?\nA:", Gold: []int{0}},
		{Context: "Geography.\n\n" + france + "Q: Capital of Italy?\nA:", Gold: []int{1}},
		{Context: "Geography.\n\n" + france + "Q: Capital of Spain?\nA:", Gold: []int{2}},
		{Context: "Geography.\n\n" + france + "Q: European?\nA:", Gold: []int{0, 1}},
	} {
		if got := task.Docs[i]; got.Context != want.Context || !slices.Equal(got.Gold, want.Gold) || got.Delimiter != " " {
			t.Errorf("document %d: %+v, want %+v", i, got, want)
		}
	}
	three := 3
	list, err = tasks.Load([]string{filepath.Join(dir, "task.json")}, tasks.Data{}, tasks.Options{NumFewshot: &three})
	if err != nil || strings.Count(list[0].Docs[0].Context, "Q: ") != 4 {
		t.Errorf("three examples: %v, %v", list, err)
	}
	four := 4
	if _, err = tasks.Load([]string{filepath.Join(dir, "task.json")}, tasks.Data{}, tasks.Options{NumFewshot: &four}); !errors.Is(err, tasks.ErrFewshot) {
		t.Errorf("more examples than there are: %v", err)
	}
}

// TestOtherTaskFiles: the other kinds of tasks, templates for choices, CSV.
func TestOtherTaskFiles(t *testing.T) {
	dir := write(t, map[string]string{
		"cloze.json": `{"task": "cloze", "output_type": "loglikelihood", "data": "rows.csv", "doc_to_text": "text", "doc_to_target": " {{word}}"}`,
		"pairs.json": `{"task": "pairs", "output_type": "multiple_choice", "data": "rows.csv", "doc_to_choice": ["{{text}} {{word}}", "{{word}} {{text}}"], "doc_to_target": "0"}`,
		"free.json":  `{"task": "free", "output_type": "generate_until", "data": "list.json", "doc_to_text": "{{q}} =", "doc_to_target": "{{a}}", "generation_kwargs": {"until": ["."], "max_gen_toks": 5}}`,
		"rows.csv":   "text,word\n\"The sky, is\",blue\n",
		"list.json":  `[{"q": "1 + 1", "a": 2}]`,
	})
	var names []string
	for _, n := range []string{"cloze", "pairs", "free"} {
		names = append(names, filepath.Join(dir, n+".json"))
	}
	list, err := tasks.Load(names, tasks.Data{}, tasks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []eval.Doc{
		{Context: "The sky, is", Choices: []string{" blue"}},
		{Delimiter: " ", Choices: []string{"The sky, is blue", "blue The sky, is"}, Gold: []int{0}},
		{Context: "1 + 1 =", Answer: "2"},
	} {
		if d := cmp.Diff(want, plain(list[i].Docs[0])); d != "" {
			t.Errorf("%s: %s", list[i].Name, d)
		}
	}
	if !slices.Equal(list[2].Until, []string{"."}) || list[2].MaxGenToks != 5 {
		t.Errorf("%+v", list[2])
	}
}

// TestBadFiles: what is wrong is named, with file and row.
func TestBadFiles(t *testing.T) {
	rows := func(n int, bad string) string { return strings.Repeat(`{"text": "a b"}`+"\n", n-1) + bad + "\n" }
	for name, c := range map[string]struct {
		files map[string]string
		task  string
		is    error
		want  []string
	}{
		"broken row":      {map[string]string{"lambada.jsonl": rows(17, `{"text": "a`)}, "lambada_openai", tasks.ErrFormat, []string{"lambada.jsonl", "row 17"}},
		"row of a number": {map[string]string{"lambada.jsonl": rows(17, `17`)}, "lambada_openai", tasks.ErrFormat, []string{"row 17", "a JSON number, not an object"}},
		"row of a list":   {map[string]string{"lambada.jsonl": rows(17, `[1]`)}, "lambada_openai", tasks.ErrFormat, []string{"row 17", "a JSON array, not an object"}},
		"Latin-1":         {map[string]string{"lambada.jsonl": rows(17, "{\"text\": \"a caf\xe9\"}")}, "lambada_openai", tasks.ErrFormat, []string{"row 17", "not UTF-8"}},
		"missing field":   {map[string]string{"lambada.jsonl": rows(17, `{"txt": "a b"}`)}, "lambada_openai", tasks.ErrFormat, []string{"row 17", `"text" is missing`}},
		"no text":         {map[string]string{"lambada.jsonl": rows(3, `{"text": []}`)}, "lambada_openai", tasks.ErrFormat, []string{"row 3", "not a text"}},
		"empty text":      {map[string]string{"lambada.jsonl": rows(3, `{"text": ""}`)}, "lambada_openai", tasks.ErrFormat, []string{"row 3", "empty"}},
		"no object":       {map[string]string{"lambada.jsonl": rows(2, `null`)}, "lambada_openai", tasks.ErrFormat, []string{"row 2", "not an object"}},
		"two objects":     {map[string]string{"lambada.jsonl": rows(2, `{} {}`)}, "lambada_openai", tasks.ErrFormat, []string{"row 2"}},
		"empty file":      {map[string]string{"lambada.jsonl": "\n"}, "lambada_openai", tasks.ErrFormat, []string{"lambada.jsonl", "no rows"}},
		"no file":         {map[string]string{"x": ""}, "openbookqa", tasks.ErrNoData, []string{"openbookqa*.json*"}},
		"two files":       {map[string]string{"openbookqa1.jsonl": "", "openbookqa2.jsonl": ""}, "openbookqa", tasks.ErrAmbiguous, []string{"which of", "openbookqa1"}},
		"unknown task":    {nil, "glue", tasks.ErrUnknown, []string{"openbookqa", "blimp", `"glue"`}},
		"answer key":      {map[string]string{"openbookqa.jsonl": `{"question_stem": "q", "choices": {"text": ["a"], "label": ["A"]}, "answerKey": "B"}`}, "openbookqa", tasks.ErrFormat, []string{"row 1", `"B"`}},
		"labels":          {map[string]string{"truthfulqa.jsonl": `{"question": "q", "mc1_targets": {"choices": ["a"], "labels": []}}`}, "truthfulqa_mc1", tasks.ErrFormat, []string{"row 1", "labels"}},
		"CSV record":      {map[string]string{"truthfulqa.csv": truthCSV + "one,two\n"}, "truthfulqa_mc1", tasks.ErrFormat, []string{"truthfulqa.csv", "row 2"}},
		"CSV in Latin-1":  {map[string]string{"truthfulqa.csv": truthCSV + strings.ReplaceAll(strings.SplitAfter(truthCSV, "\n")[1], "o", "\xf3")}, "truthfulqa_mc1", tasks.ErrFormat, []string{"truthfulqa.csv", "row 2", "not UTF-8"}},
		"no archive":      {map[string]string{"blimp.zip": "PK"}, "blimp", tasks.ErrFormat, []string{"blimp.zip"}},
		"no examples":     {map[string]string{"gsm8k.jsonl": `{"question": "q", "answer": "1"}`}, "gsm8k", tasks.ErrFewshot, []string{"gsm8k*train*"}},
		"few examples":    {map[string]string{"gsm8k.jsonl": `{"question": "q", "answer": "1"}`, "gsm8k_train.jsonl": `{"question": "q", "answer": "1"}`}, "gsm8k", tasks.ErrFewshot, []string{"5 are wanted"}},
		"array element":   {map[string]string{"lambada.json": `[{"text": "a b"}, 7]`}, "lambada_openai", tasks.ErrFormat, []string{"row 2"}},
		"missing string":  {map[string]string{"gsm8k.jsonl": `{"question": "q", "answer": ""}`}, "gsm8k", tasks.ErrFormat, []string{"row 1", `"answer" is empty`}},
	} {
		dir := write(t, c.files)
		_, err := tasks.Load([]string{c.task}, tasks.Data{Dirs: []string{dir}}, tasks.Options{})
		if !errors.Is(err, c.is) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v does not say %q", name, err, w)
			}
		}
	}
}

// TestBadTaskFiles: what a task file says wrong.
func TestBadTaskFiles(t *testing.T) {
	change := func(old, new string) map[string]string {
		if !strings.Contains(taskJSON, old) {
			t.Fatalf("no %s", old)
		}
		return map[string]string{"task.json": strings.Replace(taskJSON, old, new, 1), "rows.jsonl": taskRows}
	}
	row := func(r string) map[string]string {
		return map[string]string{"task.json": taskJSON, "rows.jsonl": taskRows + r}
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"not JSON":        {change(`{`, `[`), "task.json"},
		"unknown field":   {change(`"version"`, `"versions"`), "versions"},
		"kind of a field": {change(`"num_fewshot": 1`, `"num_fewshot": "one"`), "num_fewshot is a JSON string"},
		"no name":         {change(`"task": "capitals"`, `"task": ""`), `"task" is missing`},
		"output type":     {change(`multiple_choice`, `choice`), `"choice" is none of`},
		"no choices":      {change(`"doc_to_choice": "options",`, ``), "doc_to_choice is missing"},
		"choices":         {change(`"options"`, `7`), "doc_to_choice"},
		"metric":          {change(`"acc_bytes"`, `"f1"`), `"f1"`},
		"sampler":         {change(`first_n`, `balanced`), `"balanced"`},
		"statement":       {change(`{{ q.text }}`, `{% if x %}`), "statements"},
		"filter":          {change(`{{ q.text }}`, `{{ q.text|upper }}`), "not a field's path"},
		"open braces":     {change(`{{ q.text }}`, `{{ q.text`), "{{ without }}"},
		"negative number": {change(`"num_fewshot": 1`, `"num_fewshot": -1`), "negative"},
		"no such choice":  {row(`{"q": {"text": "x"}, "options": ["a"], "answer": 3}`), "row 6"},
		"no such letter":  {row(`{"q": {"text": "x"}, "options": ["a"], "answer": "D"}`), `"D" is none of`},
		"no answer":       {row(`{"q": {"text": "x"}, "options": ["a"]}`), `row 6: unfit task data: field "answer"`},
		"no right one":    {row(`{"q": {"text": "x"}, "options": ["a"], "answer": []}`), "no choice is the right one"},
		"path":            {row(`{"q": "x", "options": ["a"], "answer": 0}`), `field "q.text" is missing`},
	} {
		dir := write(t, c.files)
		_, err := tasks.Load([]string{filepath.Join(dir, "task.json")}, tasks.Data{}, tasks.Options{})
		if !errors.Is(err, tasks.ErrFormat) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v does not say %q", name, err, c.want)
		}
	}
	if _, err := tasks.Load([]string{"./none.json"}, tasks.Data{}, tasks.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestPrompts: the built-in prompts are different, and files are read in each form.
func TestPrompts(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range tasks.Prompts() {
		if seen[p] || strings.ContainsAny(p, "{}|") || p != strings.TrimSpace(p) {
			t.Errorf("prompt %q", p)
		}
		seen[p] = true
	}
	if len(seen) != 500 {
		t.Errorf("%d prompts", len(seen))
	}
	dir := write(t, map[string]string{
		"a.txt":   "One?\n\n  Two?  \n",
		"b.jsonl": `{"prompt": "One?"}` + "\n" + `{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "Two?"}]}` + "\n",
		"c.json":  `[{"instruction": "One?", "input": ""}, {"instruction": "Two?", "input": "this"}]`,
		"d.csv":   "question,x\nOne?,1\nTwo?,2\n",
		"e.jsonl": `{"prompt": "One?"}` + "\n" + `{"promt": "Two?"}`,
		"f.txt":   "\n", "g.txt": "\xff",
		"h.json":  "\ufeff" + `["One?", {"text": "Two?"}]`,
		"i":       "\n" + `["One?", "Two?"]`,
		"j.txt":   `{"prompt": "One?"}` + "\n" + `{"prompt": [{"role": "user", "content": "Two?"}]}`,
		"k.jsonl": `"One?"` + "\n" + `"Two?"`,
		"l.txt":   "{name} is what?\nTwo?",
		"m.txt":   `["secret key"`, "n.json": `["One?", ""]`, "o.jsonl": "One?", "p.txt": "One?\x00", "q.json": `[3]`, "r.json": "[]", "s.csv": "",
		"t.csv": "secret,x\nkey,1\n", "u.jsonl": "\xff",
	})
	for name, want := range map[string][]string{
		"a.txt": {"One?", "Two?"}, "b.jsonl": {"One?", "Two?"}, "c.json": {"One?", "Two?\n\nthis"}, "d.csv": {"One?", "Two?"},
		"h.json": {"One?", "Two?"}, "i": {"One?", "Two?"}, "j.txt": {"One?", "Two?"}, "k.jsonl": {"One?", "Two?"}, "l.txt": {"{name} is what?", "Two?"},
	} {
		got, err := tasks.ReadPrompts(filepath.Join(dir, name))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, want := range map[string]string{
		"e.jsonl": "row 2", "f.txt": "no prompts", "g.txt": "UTF-8", "m.txt": "JSON", "n.json": "row 2", "o.jsonl": "row 1",
		"p.txt": "UTF-8", "q.json": "row 1", "r.json": "no prompts", "s.csv": "no prompts", "t.csv": "row 1", "u.jsonl": "UTF-8",
	} {
		_, err := tasks.ReadPrompts(filepath.Join(dir, name))
		if !errors.Is(err, tasks.ErrPrompts) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
