package tasks

import (
	"slices"
	"testing"
)

// TestPythonRandom against Python 3.11: random.Random(1234) and (42), sample after sample.
func TestPythonRandom(t *testing.T) {
	r := newPythonRandom(1234)
	for _, c := range []struct {
		n    int
		want []int
	}{
		{500, []int{494, 398, 225, 59, 3}},
		{500, []int{46, 466, 482, 480, 413}},
		{500, []int{298, 17, 343, 354, 42}},
		{20, []int{3, 11, 7, 0}},
		{100, []int{3, 2, 44, 82, 79, 61, 78, 59, 19, 11, 23, 14, 1, 64, 62, 31, 8, 69, 92, 83, 76, 90, 65, 74, 5, 34, 71, 80, 38, 94}},
	} {
		if got := r.sample(c.n, len(c.want)); !slices.Equal(got, c.want) {
			t.Errorf("%d of %d: %v, want %v", len(c.want), c.n, got, c.want)
		}
	}
	r = newPythonRandom(42)
	for _, c := range []struct {
		n    int
		want []int
	}{{7473, []int{5238, 912, 204, 6074, 2253, 2006}}, {6, []int{1, 5, 0, 2, 3, 4}}} {
		if got := r.sample(c.n, len(c.want)); !slices.Equal(got, c.want) {
			t.Errorf("%d of %d: %v, want %v", len(c.want), c.n, got, c.want)
		}
	}
	// Beyond the state's 624 words.
	r = newPythonRandom(1)
	seen := map[int]bool{}
	for range 2000 {
		for _, i := range r.sample(1000, 3) {
			seen[i] = true
		}
	}
	if len(seen) < 990 {
		t.Errorf("only %d of 1000 are drawn", len(seen))
	}
}

// TestResample: a question that stands twice among the documents is left out both times.
func TestResample(t *testing.T) {
	same := example{text: "q", answer: "a"}
	pool := []example{same, same, {text: "x", answer: "1"}, {text: "y", answer: "2"}}
	d := definition{numFewshot: 2, examplesAreDocs: true}
	s, err := d.sampler(pool, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		picked, err := s.pick(same)
		if err != nil || len(picked) != 2 || slices.ContainsFunc(picked, func(e example) bool { return e.text == "q" }) {
			t.Fatalf("%+v, %v", picked, err)
		}
	}
}

// FuzzRows: no rows make reading fail otherwise than with an error, in any format.
func FuzzRows(f *testing.F) {
	f.Add(".jsonl", []byte(`{"text": "a b", "question": "q", "answer": "#### 1", "sentence_good": "a", "sentence_bad": "b"}`))
	f.Add(".json", []byte(`[{"question": {"stem": "s", "choices": [{"text": "a", "label": "A"}]}, "answerKey": "A"}]`))
	f.Add(".csv", []byte("Question,Best Answer,Correct Answers,Incorrect Answers\nq,a,\"a; b\",c\n"))
	f.Add(".jsonl", []byte(`{"question": "q", "mc1_targets": {"choices": ["a"], "labels": [1]}, "messages": [{"role": "user", "content": 3}]}`))
	f.Add(".csv", []byte("\ufeffa,a\n1,2\n"))
	f.Fuzz(func(t *testing.T, ext string, data []byte) {
		rows, err := parseRows(ext, data)
		if err != nil {
			return
		}
		for _, r := range rows {
			for _, parse := range []parser{blimpPair, lambadaText, openBook, truthfulQA("mc1", ""), truthfulQA("mc2", ""), truthfulExample, gradeSchool} {
				e, err := parse(r)
				if err != nil {
					continue
				}
				for _, g := range e.gold {
					if g < 0 || g >= len(e.choices) {
						t.Fatalf("%+v", e)
					}
				}
				_ = e.answerText()
			}
			_, _ = r.prompt()
		}
		_, _ = parsePrompts(ext, data)
	})
}

// FuzzTaskFile: a task file that is accepted can be applied to any row.
func FuzzTaskFile(f *testing.F) {
	f.Add([]byte(`{"task": "t", "output_type": "multiple_choice", "data": "d", "doc_to_text": "{{a.b}}", "doc_to_choice": ["{{a}}", "b"], "doc_to_target": "0"}`), []byte(`{"a": {"b": 1}}`))
	f.Add([]byte(`{"task": "t", "output_type": "loglikelihood", "data": "d", "doc_to_text": "a", "doc_to_target": "{{ a }}"}`), []byte(`{"a": "x"}`))
	f.Add([]byte(`{"task": "t", "output_type": "multiple_choice", "data": "d", "doc_to_choice": "c", "doc_to_target": "{{a}}"}`), []byte(`{"a": "B", "c": ["x", "y"]}`))
	f.Fuzz(func(t *testing.T, file, data []byte) {
		task, err := parseTaskFile(file)
		if err != nil {
			return
		}
		r, err := newRow("row 1", data)
		if err != nil {
			return
		}
		e, err := task.example(r)
		if err != nil {
			return
		}
		for _, g := range e.gold {
			if g < 0 || g >= len(e.choices) {
				t.Fatalf("%+v", e)
			}
		}
		if _, err := task.definition().build("d", []example{e, e}, []example{e, e, e}, Options{}); err != nil && task.NumFewshot == 0 {
			t.Fatal(err)
		}
	})
}
