package tasks

import (
	"bytes"
	_ "embed"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"loyal/internal/readfile"
)

//go:embed prompts.txt
var promptFile string

// variants is how many prompts a line of the built-in file stands for.
const variants = 5

// Prompts are 500 ordinary messages to an assistant. Neighbors are unlike, so that the
// first n are a fair sample.
func Prompts() []string {
	var lines []string
	for line := range strings.Lines(promptFile) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	var out []string
	for v := range variants {
		for _, line := range lines {
			out = append(out, variant(line, v))
		}
	}
	return out
}

// variant takes the v-th alternative of every pair of braces.
func variant(line string, v int) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(line, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		list, after, _ := strings.Cut(rest, "}")
		if alternatives := strings.Split(list, "|"); v < len(alternatives) {
			b.WriteString(alternatives[v])
		}
		line = after
	}
}

// ReadPrompts reads messages from a file: of JSON or CSV rows (*.json, *.jsonl, *.csv),
// each with a field `prompt`, `instruction` (with `input`, if there is one), `question`,
// `text`, or `messages`, whose first message of a user counts; of any other text its
// lines.
func ReadPrompts(path string) ([]string, error) {
	data, err := readfile.Any(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("read prompts: %w", err)
	}
	out, err := parsePrompts(strings.ToLower(filepath.Ext(path)), data)
	if err != nil {
		return nil, fmt.Errorf("read prompts %s: %w", path, err)
	}
	return out, nil
}

func parsePrompts(ext string, data []byte) ([]string, error) {
	var out []string
	switch ext {
	case ".json", ".jsonl", ".csv":
		rows, err := parseRows(ext, data)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			p, err := r.prompt()
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
	default:
		if !utf8.Valid(data) {
			return nil, fmt.Errorf("%w: it is not UTF-8 text", ErrFormat)
		}
		for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				out = append(out, string(line))
			}
		}
		if len(out) == 0 {
			return nil, fmt.Errorf("%w: it has no prompts", ErrFormat)
		}
	}
	return out, nil
}

// prompt is the message of a row.
func (r row) prompt() (string, error) {
	text := ""
	if list, ok := r.fields["messages"].([]any); ok {
		for _, m := range list {
			if m, ok := m.(map[string]any); ok && m["role"] == "user" {
				text, _ = m["content"].(string)
				break
			}
		}
	} else {
		for _, name := range []string{"prompt", "instruction", "question", "text"} {
			if s, ok := r.fields[name].(string); ok {
				text = s
				break
			}
		}
		if input, ok := r.fields["input"].(string); ok && input != "" && text != "" {
			text += "\n\n" + input
		}
	}
	if strings.TrimSpace(text) == "" {
		return "", r.errorf("it has none of prompt, instruction, question, text, messages")
	}
	return text, nil
}
