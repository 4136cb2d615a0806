package chat

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode/utf16"
)

// jsonStyle is how tojson writes: Python's json.dumps with transformers' defaults.
type jsonStyle struct {
	ascii     bool
	indent    string
	lines     bool // each element on a line of its own
	item, key string
	sortKeys  bool
}

// toJSON is tojson(ensure_ascii=False, indent=None, separators=None,
// sort_keys=False).
func toJSON(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("ensure_ascii", "indent", "separators", "sort_keys")
	if err != nil {
		return nil, err
	}
	style := jsonStyle{ascii: truth(args[0]), item: ", ", key: ": ", sortKeys: truth(args[3])}
	if args[1] != nil && !isAbsent(args[1]) {
		style.lines, style.item = true, ","
		if text, ok := args[1].(string); ok {
			style.indent = text
		} else {
			n, err := intOr(args[1], 0)
			if err != nil {
				return nil, err
			}
			style.indent = strings.Repeat(" ", int(min(max(n, 0), 100)))
		}
	}
	if args[2] != nil && !isAbsent(args[2]) {
		pair, ok := args[2].(*listValue)
		if !ok || len(pair.items) != 2 {
			return nil, fmt.Errorf("separators must be two texts")
		}
		if style.item, err = textOr(pair.items[0], ""); err != nil {
			return nil, err
		}
		if style.key, err = textOr(pair.items[1], ""); err != nil {
			return nil, err
		}
	}
	w := jsonWriter{s: s, style: style}
	err = w.value(v, 0)
	return w.b.String(), err
}

type jsonWriter struct {
	s     *state
	style jsonStyle
	b     strings.Builder
}

func (w *jsonWriter) value(v any, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("%w: values nested more than %d deep", ErrBudget, maxNesting)
	}
	if err := w.s.spend(64); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		w.b.WriteString("null")
	case bool:
		w.b.WriteString(strconv.FormatBool(v))
	case int64:
		w.b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		w.b.WriteString(jsonFloat(v))
	case string:
		return w.text(v)
	case *listValue:
		return w.sequence('[', ']', len(v.items), depth, func(i int) error { return w.value(v.items[i], depth+1) })
	case *dictValue:
		order := w.order(v)
		return w.sequence('{', '}', len(order), depth, func(i int) error {
			if err := w.key(v.keys[order[i]]); err != nil {
				return err
			}
			w.b.WriteString(w.style.key)
			return w.value(v.values[order[i]], depth+1)
		})
	default:
		return fmt.Errorf("object of type %s is not JSON serializable", typeName(v))
	}
	return nil
}

func jsonFloat(f float64) string {
	switch text := floatText(f); text {
	case "nan":
		return "NaN"
	case "inf":
		return "Infinity"
	case "-inf":
		return "-Infinity"
	default:
		return text
	}
}

// order lists the entries of a dict in the order in which they are written.
func (w *jsonWriter) order(d *dictValue) []int {
	order := make([]int, len(d.keys))
	for i := range order {
		order[i] = i
	}
	if w.style.sortKeys {
		sort.SliceStable(order, func(i, j int) bool {
			x, okX := d.keys[order[i]].(string)
			y, okY := d.keys[order[j]].(string)
			return okX && okY && x < y
		})
	}
	return order
}

func (w *jsonWriter) sequence(open, end byte, n, depth int, element func(int) error) error {
	w.b.WriteByte(open)
	for i := range n {
		if i > 0 {
			w.b.WriteString(w.style.item)
		}
		if err := w.newline(depth + 1); err != nil {
			return err
		}
		if err := element(i); err != nil {
			return err
		}
	}
	if n > 0 {
		if err := w.newline(depth); err != nil {
			return err
		}
	}
	w.b.WriteByte(end)
	return nil
}

func (w *jsonWriter) newline(depth int) error {
	if !w.style.lines {
		return nil
	}
	w.b.WriteByte('\n')
	w.b.WriteString(strings.Repeat(w.style.indent, depth))
	return w.s.spend(1 + depth*len(w.style.indent))
}

// key writes the key of an object, which JSON wants to be a text.
func (w *jsonWriter) key(k any) error {
	if text, ok := k.(string); ok {
		return w.text(text)
	}
	w.b.WriteByte('"')
	err := w.value(k, 0)
	w.b.WriteByte('"')
	return err
}

func (w *jsonWriter) text(v string) error {
	if err := w.s.spend(2 * len(v)); err != nil {
		return err
	}
	w.b.WriteByte('"')
	for _, r := range v {
		switch {
		case r == '"' || r == '\\':
			w.b.WriteByte('\\')
			w.b.WriteByte(byte(r))
		case r == '\n':
			w.b.WriteString(`\n`)
		case r == '\r':
			w.b.WriteString(`\r`)
		case r == '\t':
			w.b.WriteString(`\t`)
		case r == '\b':
			w.b.WriteString(`\b`)
		case r == '\f':
			w.b.WriteString(`\f`)
		case r < ' ':
			fmt.Fprintf(&w.b, `\u%04x`, r)
		case r > 0x7E && w.style.ascii && r != 0x7F:
			if r < 0x10000 {
				fmt.Fprintf(&w.b, `\u%04x`, r)
				continue
			}
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&w.b, `\u%04x\u%04x`, hi, lo)
		default:
			w.b.WriteRune(r)
		}
	}
	w.b.WriteByte('"')
	return nil
}
