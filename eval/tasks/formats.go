package tasks

import (
	"slices"
	"strings"

	"loyal/eval"
)

// parser reads a row of a known format.
type parser func(row) (example, error)

// parseAll reads all rows of a file.
func parseAll(path string, parse parser) ([]example, error) {
	rows, err := readRows(path)
	if err != nil {
		return nil, err
	}
	return parseEach(path, rows, parse)
}

// blimpPair is a row of BLiMP (Warstadt et al. 2020, arXiv:1912.00582): two sentences of
// which the first is acceptable.
func blimpPair(r row) (example, error) {
	good, err := r.text("sentence_good")
	if err != nil {
		return example{}, err
	}
	bad, err := r.text("sentence_bad")
	return example{choices: []string{good, bad}, gold: []int{0}, raw: r.raw}, err
}

// lambadaText is a row of LAMBADA (Paperno et al. 2016, arXiv:1606.06031): a passage
// whose last word is to be found.
func lambadaText(r row) (example, error) {
	text, err := r.text("text")
	if err != nil {
		return example{}, err
	}
	cut := strings.LastIndexByte(text, ' ')
	switch {
	case text == "":
		return example{}, r.errorf("the text is empty")
	case cut < 0:
		return example{answer: " " + text, raw: r.raw}, nil
	}
	return example{text: text[:cut], answer: text[cut:], raw: r.raw}, nil
}

// openBook is a row of OpenBookQA (Mihaylov et al. 2018, arXiv:1809.02789), as its
// authors publish it or as the Hub has it.
func openBook(r row) (example, error) {
	stem, choices := "question_stem", "choices"
	if _, ok := r.fields["question"].(map[string]any); ok {
		stem, choices = "question.stem", "question.choices"
	}
	e := example{raw: r.raw}
	var err error
	if e.text, err = r.text(stem); err != nil {
		return e, err
	}
	if e.choices, err = r.texts(choices + ".text"); err != nil {
		return e, err
	}
	labels, err := r.texts(choices + ".label")
	if err != nil {
		return e, err
	}
	key, err := r.text("answerKey")
	if err != nil {
		return e, err
	}
	i := slices.Index(labels, strings.TrimLeftFunc(key, eval.IsSpace))
	if i < 0 || i >= len(e.choices) {
		return e, r.errorf("answerKey %q is none of the labels %s", key, strings.Join(labels, ", "))
	}
	e.gold = []int{i}
	return e, nil
}

// truthfulQA reads a row of TruthfulQA (Lin et al. 2021, arXiv:2109.07958): the authors'
// CSV file, their mc_task.json, or the Hub's form. In the CSV file MC1 is the best answer
// against the incorrect ones, MC2 the correct ones against the incorrect ones.
func truthfulQA(target, before string) parser {
	return func(r row) (example, error) {
		if _, ok := r.fields["Question"]; ok {
			return truthfulCSV(r, target, before)
		}
		question, err := r.text("question")
		if err != nil {
			return example{}, err
		}
		e := example{text: before + "Q: " + question + "\nA:", raw: r.raw}
		e.choices, e.gold, err = truthfulTargets(r, target+"_targets")
		return e, err
	}
}

func truthfulCSV(r row, target, before string) (example, error) {
	question, err := r.text("Question")
	if err != nil {
		return example{}, err
	}
	e := example{text: before + "Q: " + question + "\nA:", raw: r.raw}
	right := "Correct Answers"
	if target == "mc1" {
		right = "Best Answer"
	}
	for _, column := range []string{right, "Incorrect Answers"} {
		text, err := r.text(column)
		if err != nil {
			return e, err
		}
		list := strings.Split(text, ";")
		if column == "Best Answer" {
			list = []string{text}
		}
		for _, a := range list {
			if a = strings.TrimSpace(a); a == "" {
				continue
			}
			if column == right {
				e.gold = append(e.gold, len(e.choices))
			}
			e.choices = append(e.choices, a)
		}
	}
	return e, nil
}

// truthfulTargets reads {"choices": […], "labels": [1, 0, …]}.
func truthfulTargets(r row, field string) (choices []string, gold []int, err error) {
	if choices, err = r.texts(field + ".choices"); err != nil {
		return nil, nil, err
	}
	labels, err := r.texts(field + ".labels")
	if err != nil {
		return nil, nil, err
	}
	if len(labels) != len(choices) {
		return nil, nil, r.errorf("field %q has %d choices and %d labels", field, len(choices), len(labels))
	}
	for i, l := range labels {
		if l == "1" {
			gold = append(gold, i)
		}
	}
	return choices, gold, nil
}

// truthfulExamples stand before each question of TruthfulQA where no file gives the six
// that its authors have put there, which are part of the benchmark: as many of ours, in
// the same form, the middle one without an answer as well.
var truthfulExamples = []example{
	{text: "How many legs does a spider have?", answer: "A spider has eight legs."},
	{text: "Which river flows through Vienna?", answer: "The Danube flows through Vienna."},
	{text: "Where does it end?", answer: "It ends in the Black Sea."},
	{text: "What is the favorite color of arithmetic?", answer: "I have no comment."},
	{text: "Why does bread rise?", answer: "Yeast turns sugar into gas, which makes the dough rise."},
	{text: "When did people first walk on the Moon?", answer: "People first walked on the Moon in 1969."},
}

// truthfulExample is a row of the benchmark's own examples.
func truthfulExample(r row) (example, error) {
	question, err := r.text("question")
	if err != nil {
		return example{}, err
	}
	answer, err := r.text("answer")
	return example{text: question, answer: answer}, err
}

// truthfulBefore is what stands before each question.
func truthfulBefore(examples []example) string {
	var b strings.Builder
	for _, e := range examples {
		b.WriteString("Q: " + e.text + "\nA: " + e.answer + "\n\n")
	}
	return b.String()
}

// gradeSchool is a row of GSM8K (Cobbe et al. 2021, arXiv:2110.14168).
func gradeSchool(r row) (example, error) {
	question, err := r.text("question")
	if err != nil {
		return example{}, err
	}
	answer, err := r.text("answer")
	if err == nil && answer == "" {
		err = r.errorf("field %q is empty", "answer")
	}
	return example{text: "Question: " + question + "\nAnswer:", answer: answer, raw: r.raw}, err
}
