package interop

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"loyal/internal/env"
	"loyal/internal/testdata"
)

// harnessRun is one comparison with lm-evaluation-harness.
type harnessRun struct {
	name  string
	check []string // arguments of lm_eval_check.py
	loyal []string // of `loyal eval`
}

// TestInteropLmEval lets lm-evaluation-harness and `loyal eval` score the same model on
// the same rows. Figures have to agree to 4 digits, log-likelihoods to 2e-3: a logit differs by 1e-4, and a sentence has ten or twenty tokens.
func TestInteropLmEval(t *testing.T) {
	if !env.Interop.IsSet() {
		t.Skip(env.Interop.Name + " is not set")
	}
	gguf := testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf")
	data := harnessData(t, testdata.Dir(t, "eval"), testdata.Dir(t, "text"))
	python := newEnvironments(t).make(t, "venv-lm-eval", lmEval, transformers4)
	w := workshop{dir: t.TempDir()}
	build := exec.Command("go", "build", "-o", w.path("loyal.exe"), "loyal/cmd/loyal")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	run(t, build)
	run(t, w.loyal(t, "model", "convert", gguf, "smol", "--dtype", "bf16"))

	const tasks = "openbookqa,lambada_openai,blimp_adjunct_island,blimp_causative,blimp_wh_island"
	const truth = "truthfulqa_mc1,truthfulqa_mc2"
	for _, r := range []harnessRun{
		{"tasks", []string{"--tasks", tasks, "--limit", "25"}, []string{"--tasks", tasks, "--limit", "25"}},
		{"TruthfulQA", []string{"--tasks", truth, "--limit", "4"}, []string{"--tasks", truth, "--limit", "4"}},
		{"few-shot", []string{"--tasks", "openbookqa", "--num-fewshot", "3", "--limit", "8"}, []string{"--tasks", "openbookqa", "--num-fewshot", "3", "--limit", "8"}},
		{"text", []string{"--text", filepath.Join(data, "text.txt"), "--max-length", "256"}, []string{"--text", filepath.Join(data, "text.txt"), "--max-length", "256"}},
		{"generation", []string{"--tasks", "gsm8k", "--limit", "4"}, []string{"--tasks", "gsm8k", "--limit", "4"}},
	} {
		if r.loyal[0] == "--tasks" { // without, every task there would be taken
			r.loyal = append(r.loyal, "--data", data)
		}
		t.Run(r.name, func(t *testing.T) {
			theirs, ours := w.path(r.name+".json"), w.path(r.name)
			check := append([]string{"lm_eval_check.py", w.path("smol"), "--data", data, "--out", theirs}, r.check...)
			run(t, exec.CommandContext(t.Context(), python, check...))
			args := append([]string{"eval", "smol", "--no-cache", "--out", ours, "--log-samples"}, r.loyal...)
			run(t, w.loyal(t, args...))
			compareHarness(t, theirs, ours)
		})
	}
}

// harnessData gathers rows under the names that the script expects, with written sums in
// the place of GSM8K.
func harnessData(t *testing.T, eval, text string) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	read := func(path ...string) []byte {
		t.Helper()
		content, err := os.ReadFile(filepath.Join(path...))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	put("blimp.zip", read(eval, "blimp-dev.zip"))
	put("lambada.jsonl", read(eval, "lambada-test-5153.jsonl"))
	put("TruthfulQA.csv", read(eval, "TruthfulQA.csv"))
	put("text.txt", bytes.ToValidUTF8(read(text, "wikitext2-valid.txt")[:12_000], nil))
	questions := bytes.SplitAfter(read(eval, "openbookqa-500.jsonl"), []byte("\n"))
	put("openbookqa.jsonl", bytes.Join(questions[:300], nil))
	put("openbookqa_train.jsonl", bytes.Join(questions[300:], nil))
	rng := rand.New(rand.NewPCG(1, 2))
	for name, n := range map[string]int{"gsm8k_train.jsonl": 40, "gsm8k_test.jsonl": 20} {
		var rows bytes.Buffer
		for range n {
			a, b, c := rng.IntN(30)+2, rng.IntN(9)+2, rng.IntN(20)+1
			question := fmt.Sprintf("Ada has %d stamps and gets %d sheets with %d stamps each. How many stamps does she have now?", a, b, c)
			answer := fmt.Sprintf("The sheets hold %d * %d = %d stamps.\nTogether that is %d + %d = %d.\n#### %d", b, c, b*c, a, b*c, a+b*c, a+b*c)
			row, err := json.Marshal(map[string]string{"question": question, "answer": answer})
			if err != nil {
				t.Fatal(err)
			}
			rows.Write(append(row, '\n'))
		}
		put(name, rows.Bytes())
	}
	return dir
}

// harnessResults is what both sides write.
type harnessResults struct {
	Results map[string]map[string]any     `json:"results"`
	NShot   map[string]int                `json:"n-shot"`
	Samples map[string][]harnessSample    `json:"samples"`
	Better  map[string]map[string]bool    `json:"higher_is_better"`
	Counts  map[string]map[string]float64 `json:"n-samples"`
}

type harnessSample struct {
	DocID     int   `json:"doc_id"`
	Arguments []any `json:"arguments"`
	Resps     []any `json:"resps"`
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// compareHarness sets the harness's results file beside our directory.
func compareHarness(t *testing.T, theirFile, ourDir string) {
	t.Helper()
	var theirs, ours harnessResults
	readJSON(t, theirFile, &theirs)
	readJSON(t, filepath.Join(ourDir, "results.json"), &ours)
	figures, requests, worst := 0, 0, 0.0
	for task, metrics := range theirs.Results {
		own := task
		if task == "text" {
			own = "text:text.txt"
		}
		for key, value := range metrics {
			want, ok := value.(float64)
			if !ok || key == "sample_len" || strings.HasPrefix(key, "perplexity_stderr") { // that one is random
				continue
			}
			got, ok := ours.Results[own][key].(float64)
			if !ok || math.Abs(got-want) > 1e-4*max(1, math.Abs(want)) {
				t.Errorf("%s %s: %v, lm-evaluation-harness %v", task, key, ours.Results[own][key], want)
			}
			figures++
			if !strings.Contains(key, "_stderr") {
				t.Logf("%s %s: %.6f, lm-evaluation-harness %.6f", task, key, got, want)
			}
		}
		if ours.NShot[own] != theirs.NShot[task] {
			t.Errorf("%s: %d examples, lm-evaluation-harness %d", task, ours.NShot[own], theirs.NShot[task])
		}
		if task == "text" {
			continue
		}
		n, off := compareSamples(t, task, theirs.Samples[task], filepath.Join(ourDir, "samples_"+task+".jsonl"))
		requests, worst = requests+n, max(worst, off)
	}
	if figures == 0 {
		t.Error("nothing was compared")
	}
	t.Logf("%d figures and %d requests; largest difference of a log-likelihood %.2g", figures, requests, worst)
}

// compareSamples compares document by document what was asked and what came out.
func compareSamples(t *testing.T, task string, theirs []harnessSample, path string) (requests int, worst float64) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	ours := map[int]harnessSample{}
	for lines.Scan() {
		var s harnessSample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		ours[s.DocID] = s
	}
	for _, want := range theirs { // a document comes once for each filter of answers
		got, ok := ours[want.DocID]
		if !ok {
			t.Fatalf("%s: our log has no document %d", task, want.DocID)
		}
		for i, a := range want.Arguments {
			if pair, ok := a.([]any); !ok || pair[0] != got.Arguments[i].([]any)[0] {
				t.Errorf("%s document %d: the context is %q, lm-evaluation-harness's %q", task, want.DocID, got.Arguments[i], a)
				return requests, worst
			}
			// lm-evaluation-harness keeps a list of replies for each request, one here.
			reply := want.Resps[i].([]any)[0]
			requests++
			own := got.Resps[i].([]any)
			if text, ok := reply.(string); ok {
				if own[0] != text {
					t.Errorf("%s document %d: written %q, lm-evaluation-harness %q", task, want.DocID, own[0], text)
				}
				continue
			}
			scored := reply.([]any)
			off := math.Abs(own[0].(float64) - scored[0].(float64))
			worst = max(worst, off)
			if off > 2e-3 || task == "lambada_openai" && own[1] != scored[1] {
				t.Errorf("%s document %d request %d: %v, lm-evaluation-harness %v", task, want.DocID, i, own, scored)
			}
		}
	}
	return requests, worst
}
