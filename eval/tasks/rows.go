package tasks

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"loyal/internal/readfile"
)

const (
	// maxFile and maxRows bound the files of a task.
	maxFile = 256 << 20
	maxRows = 1 << 20
)

// row is one object of a file.
type row struct {
	where  string // "row 17"
	raw    json.RawMessage
	fields map[string]any // numbers are json.Number
}

// readRows reads the rows of a JSON Lines file, a JSON array of objects, or a CSV file
// with a header.
func readRows(path string) ([]row, error) {
	data, err := readfile.Any(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("read task data: %w", err)
	}
	rows, err := parseRows(filepath.Ext(path), data)
	if err != nil {
		return nil, fmt.Errorf("read task data %s: %w", path, err)
	}
	return rows, nil
}

// parseRows reads rows; ext is the file's extension.
func parseRows(ext string, data []byte) (rows []row, err error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if strings.EqualFold(ext, ".csv") {
		rows, err = parseCSV(data)
	} else {
		rows, err = parseObjects(data)
	}
	if err == nil && len(rows) == 0 {
		err = fmt.Errorf("%w: it has no rows", ErrFormat)
	}
	if err == nil && len(rows) > maxRows {
		err = fmt.Errorf("%w: it has more than %d rows", ErrFormat, maxRows)
	}
	return rows, err
}

// entry is a value of a JSON list or of JSON Lines.
type entry struct {
	where string
	raw   json.RawMessage
}

// parseEntries reads a JSON list, or a JSON value a line.
func parseEntries(data []byte) ([]entry, error) {
	var out []entry
	if bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("[")) {
		var list []json.RawMessage
		if err := json.Unmarshal(data, &list); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFormat, err)
		}
		for i, raw := range list {
			out = append(out, entry{fmt.Sprintf("row %d", i+1), raw})
		}
		return out, nil
	}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if line = bytes.TrimSpace(line); len(line) > 0 {
			out = append(out, entry{fmt.Sprintf("row %d", number), line})
		}
	}
	return out, nil
}

// parseObjects reads rows of JSON.
func parseObjects(data []byte) ([]row, error) {
	entries, err := parseEntries(data)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(entries))
	for i, e := range entries {
		if rows[i], err = newRow(e.where, e.raw); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// parseCSV makes an object of each record; a row's number is that of its record, the
// header not counted.
func parseCSV(data []byte) ([]row, error) {
	r := csv.NewReader(bytes.NewReader(data))
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	var rows []row
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		where := fmt.Sprintf("row %d", len(rows)+1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", where, ErrFormat, err)
		}
		fields := make(map[string]any, len(header))
		for i, name := range header {
			if !utf8.ValidString(record[i]) {
				return nil, fmt.Errorf("%s: %w: it is not UTF-8", where, ErrFormat)
			}
			fields[name] = record[i]
		}
		raw, err := json.Marshal(fields)
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", where, ErrFormat, err)
		}
		rows = append(rows, row{where: where, raw: raw, fields: fields})
	}
}

func newRow(where string, raw []byte) (row, error) {
	if !utf8.Valid(raw) { // of which another text would be scored
		return row{}, fmt.Errorf("%s: %w: it is not UTF-8", where, ErrFormat)
	}
	r := row{where: where, raw: raw}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var other *json.UnmarshalTypeError
	if err := d.Decode(&r.fields); errors.As(err, &other) {
		return row{}, fmt.Errorf("%s: %w: a JSON %s, not an object", where, ErrFormat, other.Value)
	} else if err != nil {
		return row{}, fmt.Errorf("%s: %w: %w", where, ErrFormat, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return row{}, fmt.Errorf("%s: %w: text after the object", where, ErrFormat)
	}
	if r.fields == nil {
		return row{}, fmt.Errorf("%s: %w: not an object", where, ErrFormat)
	}
	return r, nil
}

// errorf is an error of the row.
func (r row) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %w: %w", r.where, ErrFormat, fmt.Errorf(format, args...))
}

// lookup finds a value by its path: names with periods between them. Of a list of
// objects a name picks that field of each.
func (r row) lookup(path string) (any, error) {
	var v any = r.fields
	for part := range strings.SplitSeq(path, ".") {
		next, ok := step(v, part)
		if !ok {
			return nil, r.errorf("field %q is missing", path)
		}
		v = next
	}
	return v, nil
}

func step(v any, name string) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		next, ok := v[name]
		return next, ok
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			var ok bool
			if out[i], ok = step(x, name); !ok {
				return nil, false
			}
		}
		return out, true
	}
	return nil, false
}

// text is a field that holds text (or a number, as it is written).
func (r row) text(path string) (string, error) {
	v, err := r.lookup(path)
	if err != nil {
		return "", err
	}
	s, ok := asText(v)
	if !ok {
		return "", r.errorf("field %q is not a text", path)
	}
	return s, nil
}

// texts is a field that holds a list of texts.
func (r row) texts(path string) ([]string, error) {
	v, err := r.lookup(path)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, r.errorf("field %q is not a list", path)
	}
	out := make([]string, len(list))
	for i, x := range list {
		if out[i], ok = asText(x); !ok {
			return nil, r.errorf("field %q: element %d is not a text", path, i+1)
		}
	}
	return out, nil
}

func asText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return "", false
}
