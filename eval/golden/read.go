package golden

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"loyal/internal/readfile"
	"loyal/model/safetensors"
)

// Bounds on golden files, in bytes.
const (
	maxFile = 1 << 30
	maxLine = 64 << 20
)

// content is a parsed golden file.
type content interface {
	needs() Needs
	check(ctx context.Context, s Subject, r *Report) error
}

// read parses a golden file. Tensors are told by the name *.safetensors, a single
// object with "forward" or "train" from lines of JSON by its keys.
func read(path string) (content, error) {
	if strings.HasSuffix(path, ".safetensors") {
		f, err := safetensors.Open(path)
		if err != nil {
			return nil, err
		}
		return tensorFile{f}, nil
	}
	f, err := readfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if info.Size() > maxFile {
		return nil, fmt.Errorf("read %s: %w: over %d bytes", path, readfile.ErrTooLarge, maxFile)
	}
	return parse(f)
}

// parse reads the JSON forms.
func parse(r io.Reader) (content, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	// An object over several lines, or alone on one, can be golden.json.
	var first []byte
	for err := error(nil); err == nil && len(bytes.TrimSpace(first)) == 0; {
		var line []byte
		line, err = buffered.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		first = append(first, line...) // empty lines too: they count
	}
	var keys map[string]json.RawMessage
	if json.Unmarshal(first, &keys) != nil || keys["forward"] != nil || keys["train"] != nil {
		return parseObject(io.MultiReader(bytes.NewReader(first), buffered))
	}
	return parseLines(io.MultiReader(bytes.NewReader(first), buffered))
}

// parseObject reads golden.json.
func parseObject(r io.Reader) (content, error) {
	var f modelFile
	if err := json.NewDecoder(r).Decode(&f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if len(f.Forward) == 0 && f.Train == nil {
		return nil, fmt.Errorf("%w: neither lines of JSON nor an object with \"forward\" or \"train\"", ErrFormat)
	}
	return &f, nil
}

// parseLines reads lines of JSON. Each line tells its kind by its keys.
func parseLines(r io.Reader) (content, error) {
	var f lineFile
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	for n := 1; scanner.Scan(); n++ {
		line := bytes.TrimSpace(scanner.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := f.add(n, line); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrFormat, n, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	return &f, nil
}

// lineFile is a file of lines; kinds may be mixed.
type lineFile struct {
	tokenizer []tokenizerLine
	chat      []chatLine
	forward   []forwardLine
}

// add parses one line.
func (f *lineFile) add(n int, data []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return err
	}
	has := func(key string) bool { _, ok := keys[key]; return ok }
	switch {
	case has("prompt_ids"):
		var l promptLine
		if err := json.Unmarshal(data, &l); err != nil {
			return err
		}
		f.forward = append(f.forward, l.forward(n))
	case has("top20_ids"):
		var l topLine
		if err := json.Unmarshal(data, &l); err != nil {
			return err
		}
		line, err := l.forward(n)
		if err != nil {
			return err
		}
		f.forward = append(f.forward, line)
	case has("messages"):
		l := chatLine{n: n}
		if err := json.Unmarshal(data, &l); err != nil {
			return err
		}
		f.chat = append(f.chat, l)
	case has("text") && (has("ids") || has("ids_special")):
		l := tokenizerLine{n: n}
		if err := json.Unmarshal(data, &l); err != nil {
			return err
		}
		f.tokenizer = append(f.tokenizer, l)
	default:
		return errors.New("no known kind of line: it needs text and ids, messages and rendered, prompt_ids, or top20_ids")
	}
	return nil
}

func (f *lineFile) needs() Needs {
	n := Needs{Text: len(f.tokenizer) > 0 || len(f.chat) > 0, Network: len(f.forward) > 0}
	for _, l := range f.forward {
		n.Text = n.Text || l.text != nil || l.decoded != nil
	}
	return n
}

func (f *lineFile) check(ctx context.Context, s Subject, r *Report) error {
	for _, l := range f.tokenizer {
		l.check(s, r)
	}
	for _, l := range f.chat {
		l.check(s, r)
	}
	return checkForward(ctx, f.forward, s, r)
}
