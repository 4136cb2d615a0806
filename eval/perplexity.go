package eval

import "context"

// TextTask is the task of being surprised by a text as little as possible.
func TextTask(name, source, text string) Task {
	return Task{
		Name: name, Source: source, Version: 2, OutputType: LoglikelihoodRolling,
		Docs: []Doc{{Choices: []string{text}}},
	}
}

// Perplexity is how surprised a model is by a text, per UTF-8 byte: figures of models
// with different tokenizers can be compared.
func Perplexity(ctx context.Context, s Subject, text string, o Options) (MetricResult, error) {
	r, err := Run(ctx, s, []Task{TextTask("text", "the text", text)}, o)
	if err != nil {
		return MetricResult{}, err
	}
	m, _ := r.Metric("text", "byte_perplexity", noFilter)
	return m, nil
}
