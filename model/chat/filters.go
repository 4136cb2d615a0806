package chat

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// filter is one of Jinja's filters, or tojson as transformers defines it.
type filter func(s *state, v any, a callArgs) (any, error)

var filters map[string]filter

func init() {
	filters = map[string]filter{
		"tojson": toJSON,
		"trim":   onText(trimFilter), "upper": onText(textOnly(strings.ToUpper)), "lower": onText(textOnly(strings.ToLower)),
		"title": onText(textOnly(title)), "capitalize": onText(textOnly(capitalize)),
		"replace": onText(replaceFilter), "indent": onText(indentFilter), "wordcount": onText(wordCount),
		"escape": onText(escapeFilter), "e": onText(escapeFilter),
		"string": stringFilter, "safe": stringFilter, "int": intFilter, "float": floatFilter,
		"abs": absFilter, "round": roundFilter,
		"length": lengthFilter, "count": lengthFilter,
		"default": defaultFilter, "d": defaultFilter,
		"first": endFilter(true), "last": endFilter(false),
		"join": joinFilter, "list": listFilter, "items": itemsFilter, "dictsort": dictSort,
		"map":    mapFilter,
		"select": selectFilter(true, false), "reject": selectFilter(false, false),
		"selectattr": selectFilter(true, true), "rejectattr": selectFilter(false, true),
		"sort": sortFilter, "unique": uniqueFilter, "reverse": reverseFilter,
		"sum": sumFilter, "min": extreme(-1), "max": extreme(1),
		"attr": attrFilter, "batch": batchFilter,
	}
}

// onText is a filter that sees a value as text, as str gives it.
func onText(f textMethod) filter {
	return func(s *state, v any, a callArgs) (any, error) {
		text, err := s.str(v)
		if err != nil {
			return nil, err
		}
		if err := s.spend(len(text)); err != nil {
			return nil, err
		}
		return f(s, text, a)
	}
}

func textOnly(f func(string) string) textMethod { return plain(f) }

func trimFilter(_ *state, v string, a callArgs) (any, error) {
	args, err := a.params("chars")
	if err != nil {
		return nil, err
	}
	return strip(v, args[0], true, true)
}

func replaceFilter(s *state, v string, a callArgs) (any, error) {
	args, err := a.params("old", "new", "count")
	if err != nil {
		return nil, err
	}
	return s.replace(v, args)
}

func indentFilter(s *state, v string, a callArgs) (any, error) {
	args, err := a.params("width", "first", "blank")
	if err != nil {
		return nil, err
	}
	pad, ok := args[0].(string)
	if !ok {
		n, err := intOr(args[0], 4)
		if err != nil {
			return nil, err
		}
		pad = strings.Repeat(" ", int(min(max(n, 0), 1000)))
	}
	first, blank := truth(args[1]), truth(args[2])
	rows := strings.Split(v, "\n")
	if err := s.spend(len(v) + len(rows)*(len(pad)+16)); err != nil {
		return nil, err
	}
	for i, row := range rows {
		if (i > 0 || first) && (row != "" || blank || i == 0) {
			rows[i] = pad + row
		}
	}
	return strings.Join(rows, "\n"), nil
}

func wordCount(_ *state, v string, _ callArgs) (any, error) {
	return int64(len(strings.FieldsFunc(v, pythonSpace))), nil
}

var htmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;")

func escapeFilter(s *state, v string, _ callArgs) (any, error) {
	return htmlEscapes.Replace(v), s.spend(4 * len(v))
}

func stringFilter(s *state, v any, _ callArgs) (any, error) { return s.str(v) }

func intFilter(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("default", "base")
	if err != nil {
		return nil, err
	}
	missing := args[0]
	if isAbsent(missing) {
		missing = int64(0)
	}
	base, err := intOr(args[1], 10)
	if err != nil || base < 0 || base > 36 {
		return nil, fmt.Errorf("bad base")
	}
	switch x := v.(type) {
	case string:
		text := strings.TrimSpace(x)
		if n, err := strconv.ParseInt(text, int(base), 64); err == nil {
			return n, nil
		}
		if f, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(f) < 1<<62 {
			return int64(f), nil
		}
		return missing, nil
	case float64:
		if math.Abs(x) < 1<<62 {
			return int64(x), nil
		}
		return missing, nil
	}
	if n, _, isInt, ok := toNumber(v); ok && isInt {
		return n, nil
	}
	return missing, nil
}

func floatFilter(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("default")
	if err != nil {
		return nil, err
	}
	if text, ok := v.(string); ok {
		if f, err := strconv.ParseFloat(strings.TrimSpace(text), 64); err == nil {
			return f, nil
		}
	}
	if _, f, _, ok := toNumber(v); ok {
		return f, nil
	}
	if isAbsent(args[0]) {
		return 0.0, nil
	}
	return args[0], nil
}

func absFilter(_ *state, v any, _ callArgs) (any, error) {
	n, f, isInt, ok := toNumber(v)
	switch {
	case !ok:
		return nil, fmt.Errorf("bad operand type: '%s'", typeName(v))
	case isInt:
		return max(n, -n), nil
	}
	return math.Abs(f), nil
}

func roundFilter(_ *state, v any, a callArgs) (any, error) {
	args, err := a.params("precision", "method")
	if err != nil {
		return nil, err
	}
	digits, err := intOr(args[0], 0)
	if err != nil || digits < 0 || digits > 300 {
		return nil, fmt.Errorf("bad precision")
	}
	how, err := textOr(args[1], "common")
	if err != nil {
		return nil, err
	}
	_, f, _, ok := toNumber(v)
	if !ok {
		return nil, fmt.Errorf("bad operand type: '%s'", typeName(v))
	}
	scale := math.Pow(10, float64(digits))
	switch how {
	case "common":
		return strconv.ParseFloat(strconv.FormatFloat(f, 'f', int(digits), 64), 64)
	case "ceil":
		return math.Ceil(f*scale) / scale, nil
	case "floor":
		return math.Floor(f*scale) / scale, nil
	}
	return nil, fmt.Errorf("method must be common, ceil or floor")
}

func lengthFilter(s *state, v any, _ callArgs) (any, error) {
	n, err := s.length(v)
	return int64(n), err
}

func defaultFilter(_ *state, v any, a callArgs) (any, error) {
	args, err := a.params("default_value", "boolean")
	if err != nil {
		return nil, err
	}
	_, missing := v.(undefined)
	if !missing && !(truth(args[1]) && !truth(v)) {
		return v, nil
	}
	if isAbsent(args[0]) {
		return "", nil
	}
	return args[0], nil
}

// endFilter is first or last.
func endFilter(first bool) filter {
	return func(s *state, v any, _ callArgs) (any, error) {
		items, err := s.iterate(v)
		switch {
		case err != nil:
			return nil, err
		case len(items) == 0:
			return undefined{name: "No first item, sequence was empty."}, nil
		case first:
			return items[0], nil
		}
		return items[len(items)-1], nil
	}
}

func joinFilter(s *state, v any, a callArgs) (any, error) {
	args, err := a.params("d", "attribute")
	if err != nil {
		return nil, err
	}
	sep, err := textOr(args[0], "")
	if err != nil {
		return nil, err
	}
	items, err := s.iterate(v)
	if err != nil {
		return nil, err
	}
	if !isAbsent(args[1]) && args[1] != nil {
		if items, err = s.pluck(items, args[1], absent); err != nil {
			return nil, err
		}
	}
	return s.join(items, sep)
}

func listFilter(s *state, v any, _ callArgs) (any, error) {
	items, err := s.iterate(v)
	if err != nil {
		return nil, err
	}
	return &listValue{items: append([]any{}, items...)}, s.spend(16 * len(items))
}

func itemsFilter(s *state, v any, _ callArgs) (any, error) {
	switch v := v.(type) {
	case *dictValue:
		return s.pairs(v)
	case undefined:
		return &listValue{}, nil
	}
	return nil, fmt.Errorf("can only get item pairs from a mapping, not %s", typeName(v))
}

// pluck is the attribute of each item: a name, an index, or names with dots
// between them.
func (s *state) pluck(items []any, attr, missing any) ([]any, error) {
	if err := s.spend(16 * len(items)); err != nil {
		return nil, err
	}
	out := make([]any, len(items))
	for i, item := range items {
		v, err := s.reach(item, attr)
		if err != nil {
			return nil, err
		}
		if _, ok := v.(undefined); ok && !isAbsent(missing) {
			v = missing
		}
		out[i] = v
	}
	return out, nil
}

// reach follows an attribute path.
func (s *state) reach(v, path any) (any, error) {
	text, ok := path.(string)
	if !ok {
		return s.item(v, path)
	}
	for part := range strings.SplitSeq(text, ".") {
		var key any = part
		if n, err := strconv.ParseInt(part, 10, 64); err == nil {
			key = n
		}
		var err error
		if v, err = s.item(v, key); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// mapFilter is map(attribute=…, default=…) or map("filter", arguments…).
func mapFilter(s *state, v any, a callArgs) (any, error) {
	items, err := s.iterate(v)
	if err != nil {
		return nil, err
	}
	if len(a.positional) == 0 {
		args, err := a.params("attribute", "default")
		if err != nil {
			return nil, err
		}
		if isAbsent(args[0]) {
			return nil, fmt.Errorf("map requires a filter argument")
		}
		out, err := s.pluck(items, args[0], args[1])
		return &listValue{items: out}, err
	}
	name, _ := a.positional[0].(string)
	f := filters[name]
	if f == nil {
		return nil, fmt.Errorf("filter %q is not supported", name)
	}
	rest := callArgs{a.positional[1:], a.named, a.order}
	if err := s.spend(16 * len(items)); err != nil {
		return nil, err
	}
	out := make([]any, len(items))
	for i, item := range items {
		if out[i], err = f(s, item, rest); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return &listValue{items: out}, nil
}

// selectFilter is select, reject, selectattr and rejectattr.
func selectFilter(keep, attr bool) filter {
	return func(s *state, v any, a callArgs) (any, error) {
		items, err := s.iterate(v)
		if err != nil {
			return nil, err
		}
		rest := a.positional
		var path any
		if attr {
			if len(rest) == 0 {
				return nil, fmt.Errorf("missing parameter for attribute name")
			}
			path, rest = rest[0], rest[1:]
		}
		is := func(_ *state, v any, _ callArgs) (bool, error) { return truth(v), nil }
		if len(rest) > 0 {
			name, _ := rest[0].(string)
			if is = tests[name]; is == nil {
				return nil, fmt.Errorf("test %q is not supported", name)
			}
			rest = rest[1:]
		}
		out := &listValue{}
		for _, item := range items {
			x := item
			if attr {
				if x, err = s.reach(item, path); err != nil {
					return nil, err
				}
			}
			ok, err := is(s, x, callArgs{positional: rest, named: a.named})
			if err == nil {
				err = s.spend(16)
			}
			if err != nil {
				return nil, err
			}
			if ok == keep {
				out.items = append(out.items, item)
			}
		}
		return out, nil
	}
}
