package eval

import "encoding/json"

// OutputType is what a task asks of a model, in lm-evaluation-harness's words.
type OutputType string

// The kinds of tasks.
const (
	// MultipleChoice compares the likelihoods of continuations.
	MultipleChoice OutputType = "multiple_choice"
	// Loglikelihood scores one continuation.
	Loglikelihood OutputType = "loglikelihood"
	// LoglikelihoodRolling scores a whole text.
	LoglikelihoodRolling OutputType = "loglikelihood_rolling"
	// GenerateUntil lets the model write, and reads the answer from it.
	GenerateUntil OutputType = "generate_until"
)

// Task is a list of documents and what is scored in them.
type Task struct {
	Name string
	// Group, unless empty, is reported as the mean of its tasks.
	Group      string
	Version    float64
	OutputType OutputType
	NumFewshot int
	// Metrics of a multiple-choice task; the other kinds have theirs.
	Metrics []Metric
	Docs    []Doc
	// Until ends a generation, as does MaxGenToks (0: 256).
	Until      []string
	MaxGenToks int
	// Source names the file, for error messages and the record.
	Source string
}

// Doc is one document of a task.
type Doc struct {
	// Context is all that stands before what is scored or written: description, few-shot
	// examples, question. It may be empty.
	Context string
	// Delimiter stands between the context and what is scored.
	Delimiter string
	// Choices are the continuations, without delimiter. A loglikelihood task has one, a
	// rolling one the whole text.
	Choices []string
	// Gold are the indexes of the right choices.
	Gold []int
	// Answer is what a generation is to contain.
	Answer string
	// Raw is the row as it stands in the file, for the log of samples.
	Raw json.RawMessage
}

// Metric names what is computed for a multiple-choice document.
type Metric string

// The metrics of multiple choice.
const (
	// Acc: the most likely choice is right.
	Acc Metric = "acc"
	// AccNorm: the choice most likely per character is right.
	AccNorm Metric = "acc_norm"
	// AccBytes: the choice most likely per UTF-8 byte is right.
	AccBytes Metric = "acc_bytes"
	// TrueMass is the probability of the right choices among all (TruthfulQA's MC2, Lin
	// et al. 2021, arXiv:2109.07958); it is reported as acc.
	TrueMass Metric = "true_mass"
)

// ChoiceMetrics lists the metrics of multiple choice.
func ChoiceMetrics() []Metric { return []Metric{Acc, AccNorm, AccBytes, TrueMass} }
