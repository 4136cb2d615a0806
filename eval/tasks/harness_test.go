package tasks_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"loyal/eval"
	"loyal/eval/tasks"
	"loyal/internal/testdata"
	"loyal/lm/cpu"
	"loyal/model"
)

// harness are log-likelihoods from lm-evaluation-harness 0.4.13 (interop/lm_eval_check.py)
// for the first documents of each task. It read a bf16 copy of the model, so they are
// compared to 2 % only; another context, example or space changes them by far more.
var harness = map[string][][]float64{
	"openbookqa 3":           {{-17.301, -23.056, -33.735, -18.456}, {-16.972, -17.135, -14.213, -10.109}, {-8.341, -3.621, -12.064, -8.61}},
	"openbookqa 0":           {{-18.628, -24.696, -34.0, -15.952}, {-15.719, -16.594, -15.228, -11.213}, {-8.453, -5.937, -12.737, -6.972}},
	"lambada_openai 0":       {{-5.023}, {-5.173}, {-.717}},
	"blimp_adjunct_island 0": {{-76.006, -76.829}, {-87.853, -91.153}, {-79.613, -80.087}},
	"blimp_causative 0":      {{-32.507, -39.276}, {-41.304, -49.717}, {-65.646, -60.73}},
	"blimp_wh_island 0":      {{-71.14, -68.877}, {-73.503, -77.86}, {-73.166, -75.135}},
}

// TestHarness scores a real model as lm-evaluation-harness has scored it.
func TestHarness(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	shared := testdata.Dir(t, "eval")
	m, err := model.Open(testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	net, err := cpu.New(m, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer net.Close()
	s, err := eval.NewSubject("smol", m, net)
	if err != nil {
		t.Fatal(err)
	}
	// The examples were drawn from the last 200 rows, before the first 300.
	all, err := os.ReadFile(filepath.Join(shared, "openbookqa-500.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(all, []byte("\n"))
	dir := write(t, map[string]string{
		"openbookqa.jsonl":       string(bytes.Join(lines[:300], nil)),
		"openbookqa_train.jsonl": string(bytes.Join(lines[300:], nil)),
	})
	for key, want := range harness {
		var name string
		var shots int
		if _, err := fmt.Sscan(key, &name, &shots); err != nil {
			t.Fatal(err)
		}
		data := tasks.Data{Dirs: []string{shared}, Files: map[string]string{
			"openbookqa": filepath.Join(dir, "openbookqa.jsonl"), tasks.FewshotFile("openbookqa"): filepath.Join(dir, "openbookqa_train.jsonl"),
		}}
		list, err := tasks.Load([]string{name}, data, tasks.Options{NumFewshot: &shots})
		if err != nil {
			t.Fatal(err)
		}
		r, err := eval.Run(t.Context(), s, list, eval.Options{Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range want {
			for j, x := range row {
				if got := r.Tasks[0].Samples[i].LogProbs[j]; math.Abs(got-x) > .02*math.Abs(x)+.1 {
					t.Errorf("%s, document %d, choice %d: %.3f, lm-evaluation-harness %.3f", key, i, j, got, x)
				}
			}
		}
	}
}
