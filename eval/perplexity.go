package eval

// TextTask is the task of being surprised by a text as little as possible.
func TextTask(name, source, text string) Task {
	return Task{
		Name: name, Source: source, Version: 2, OutputType: LoglikelihoodRolling,
		Docs: []Doc{{Choices: []string{text}}},
	}
}
