package tasks

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
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

// ReadPrompts reads messages from a file: a JSON list or JSON Lines of texts or objects,
// CSV with a header (*.csv), or of any other text its lines. An object has a field
// `prompt`, `instruction` (with `input`, if there is one), `question`, `text`, or
// `messages`; of messages, which `prompt` may hold too, the first of a user counts.
//
// What a file holds is seen from its beginning: "[" opens a list, and lines of which the
// first is a JSON object are rows. Files *.json and *.jsonl hold nothing else. Errors
// name rows and do not quote them: messages may be secret keys.
func ReadPrompts(path string) ([]string, error) {
	data, err := readfile.Any(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("read prompts: %w", err)
	}
	out, err := parsePrompts(strings.ToLower(filepath.Ext(path)), data)
	if err != nil {
		return nil, fmt.Errorf("read prompts: %s: %w: %w", path, ErrPrompts, err)
	}
	return out, nil
}

// parsePrompts reads messages; ext is the file's extension.
func parsePrompts(ext string, data []byte) (out []string, err error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("it is not UTF-8 text")
	}
	first, _, _ := bytes.Cut(data, []byte("\n"))
	switch {
	case ext == ".csv":
		out, err = csvPrompts(data)
	case ext == ".json", ext == ".jsonl", bytes.HasPrefix(data, []byte("[")),
		bytes.HasPrefix(first, []byte("{")) && json.Valid(first):
		out, err = jsonPrompts(data)
	default:
		for line := range bytes.Lines(data) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				out = append(out, string(line))
			}
		}
	}
	switch {
	case err != nil:
		return nil, err
	case len(out) == 0:
		return nil, errors.New("it has no prompts")
	case len(out) > maxRows:
		return nil, fmt.Errorf("it has more than %d prompts", maxRows)
	}
	return out, nil
}

func csvPrompts(data []byte) ([]string, error) {
	rows, err := parseCSV(data)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		if out[i], err = r.prompt(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func jsonPrompts(data []byte) ([]string, error) {
	entries, err := parseEntries(data)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(entries))
	for i, e := range entries {
		if out[i], err = e.prompt(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// prompt is the message of an entry: a text, or an object with one.
func (e entry) prompt() (string, error) {
	if bytes.HasPrefix(e.raw, []byte(`"`)) {
		var text string
		if json.Unmarshal(e.raw, &text) != nil || strings.TrimSpace(text) == "" {
			return "", fmt.Errorf("%s: %w: a text that is empty or damaged", e.where, ErrFormat)
		}
		return text, nil
	}
	r, err := newRow(e.where, e.raw)
	if err != nil {
		return "", err
	}
	return r.prompt()
}

// prompt is the message of a row.
func (r row) prompt() (string, error) {
	var text string
	for _, name := range []string{"messages", "prompt", "instruction", "question", "text"} {
		if s := message(r.fields[name]); s != "" {
			text = s
			break
		}
	}
	if input, ok := r.fields["input"].(string); ok && input != "" && text != "" {
		text += "\n\n" + input
	}
	if strings.TrimSpace(text) == "" {
		return "", r.errorf("it has none of prompt, instruction, question, text, messages")
	}
	return text, nil
}

// message is a text, or the first message of a user in a list of messages.
func message(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		for _, m := range v {
			if m, ok := m.(map[string]any); ok && m["role"] == "user" {
				text, _ := m["content"].(string)
				return text
			}
		}
	}
	return ""
}
