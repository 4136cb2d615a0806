package chat

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// params takes arguments by position or name; it refuses what is left over.
func (a callArgs) params(names ...string) ([]any, error) {
	if len(a.positional) > len(names) {
		return nil, fmt.Errorf("takes at most %d arguments, %d given", len(names), len(a.positional))
	}
	out := make([]any, len(names))
	for i := range out {
		out[i] = absent
	}
	copy(out, a.positional)
	used := 0
	for i, name := range names {
		if v, ok := a.named[name]; ok {
			if i < len(a.positional) {
				return nil, fmt.Errorf("argument %s is given twice", name)
			}
			out[i] = v
			used++
		}
	}
	if used < len(a.named) {
		return nil, fmt.Errorf("unknown keyword argument; known are %s", strings.Join(names, ", "))
	}
	return out, nil
}

// absent stands for an argument that was not given.
var absent any = undefined{name: "argument missing"}

func isAbsent(v any) bool { return v == absent }

// textOr is an argument that must be a text if it is given.
func textOr(v any, missing string) (string, error) {
	if u, ok := v.(undefined); ok {
		if isAbsent(u) {
			return missing, nil
		}
		return "", u.err()
	}
	text, ok := v.(string)
	if !ok {
		return "", fmt.Errorf("expected a text, not %s", typeName(v))
	}
	return text, nil
}

// textOf is an argument that must be given and a text.
func textOf(v any) (string, error) {
	if isAbsent(v) {
		return "", fmt.Errorf("argument missing")
	}
	return textOr(v, "")
}

// intOr is an argument that must be an integer if it is given.
func intOr(v any, missing int64) (int64, error) {
	if u, ok := v.(undefined); ok && isAbsent(u) || v == nil {
		return missing, nil
	}
	n, _, isInt, ok := toNumber(v)
	if !ok || !isInt {
		return 0, fmt.Errorf("expected an integer, not %s", typeName(v))
	}
	return n, nil
}

// method returns a method of a value, or nil. Those that would change the value
// are refused when called, as in Jinja's immutable sandbox.
func method(of any, name string) any {
	switch v := of.(type) {
	case string:
		if m := textMethods[name]; m != nil {
			return function(func(s *state, a callArgs) (any, error) {
				if err := s.spend(len(v)); err != nil {
					return nil, err
				}
				out, err := m(s, v, a)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				return out, nil
			})
		}
	case *dictValue:
		if m := dictMethods[name]; m != nil {
			return function(func(s *state, a callArgs) (any, error) { return m(s, v, a) })
		}
		switch name {
		case "update", "pop", "popitem", "clear", "setdefault":
			return unsafe(name, of)
		}
	case *listValue:
		switch name {
		case "index", "count":
			return function(func(s *state, a callArgs) (any, error) { return listSearch(s, v, name, a) })
		case "append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse":
			if !v.tuple {
				return unsafe(name, of)
			}
		}
	}
	return nil
}

func unsafe(name string, of any) function {
	return func(*state, callArgs) (any, error) {
		return nil, fmt.Errorf("access to attribute '%s' of '%s' object is unsafe", name, typeName(of))
	}
}

func listSearch(s *state, l *listValue, name string, a callArgs) (any, error) {
	args, err := a.params("value")
	if err != nil {
		return nil, err
	}
	n := int64(0)
	for i, item := range l.items {
		same, err := s.equal(item, args[0], 0)
		switch {
		case err != nil:
			return nil, err
		case same && name == "index":
			return int64(i), nil
		case same:
			n++
		}
	}
	if name == "index" {
		return nil, fmt.Errorf("value is not in list")
	}
	return n, nil
}

var dictMethods = map[string]func(*state, *dictValue, callArgs) (any, error){
	"keys": func(s *state, d *dictValue, _ callArgs) (any, error) {
		return &listValue{items: d.keys}, nil
	},
	"values": func(s *state, d *dictValue, _ callArgs) (any, error) {
		return &listValue{items: d.values}, nil
	},
	"items": func(s *state, d *dictValue, _ callArgs) (any, error) { return s.pairs(d) },
	"get": func(s *state, d *dictValue, a callArgs) (any, error) {
		args, err := a.params("key", "default")
		if err != nil {
			return nil, err
		}
		if v, ok := d.get(args[0]); ok {
			return v, nil
		}
		if isAbsent(args[1]) {
			return nil, nil
		}
		return args[1], nil
	},
	"copy": func(s *state, d *dictValue, _ callArgs) (any, error) {
		if err := s.spend(64 * len(d.keys)); err != nil {
			return nil, err
		}
		out := newDict()
		for i, key := range d.keys {
			out.set(key, d.values[i])
		}
		return out, nil
	},
}

// pairs lists (key, value).
func (s *state) pairs(d *dictValue) (any, error) {
	if err := s.spend(64 * len(d.keys)); err != nil {
		return nil, err
	}
	out := &listValue{items: make([]any, len(d.keys))}
	for i, key := range d.keys {
		out.items[i] = &listValue{items: []any{key, d.values[i]}, tuple: true}
	}
	return out, nil
}

type textMethod func(s *state, v string, a callArgs) (any, error)

var textMethods map[string]textMethod

func init() {
	textMethods = map[string]textMethod{
		"strip":  stripMethod(true, true),
		"lstrip": stripMethod(true, false),
		"rstrip": stripMethod(false, true),
		"upper":  plain(strings.ToUpper),
		"lower":  plain(strings.ToLower),
		"title":  plain(title), "capitalize": plain(capitalize),
		"split": split(false), "rsplit": split(true), "splitlines": splitLines,
		"startswith": affixMethod(strings.HasPrefix), "endswith": affixMethod(strings.HasSuffix),
		"removeprefix": cutMethod(strings.TrimPrefix), "removesuffix": cutMethod(strings.TrimSuffix),
		"replace": replaceMethod, "join": joinMethod,
		"find":    findMethod(strings.Index),
		"rfind":   findMethod(strings.LastIndex),
		"index":   indexMethod,
		"count":   countMethod,
		"format":  formatMethod,
		"isdigit": every(unicode.IsDigit), "isalpha": every(unicode.IsLetter), "isspace": every(unicode.IsSpace),
		"isalnum": every(func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }),
		"isupper": cased(unicode.IsLower, unicode.IsUpper), "islower": cased(unicode.IsUpper, unicode.IsLower),
	}
}

func plain(f func(string) string) textMethod {
	return func(_ *state, v string, a callArgs) (any, error) {
		_, err := a.params()
		return f(v), err
	}
}

func stripMethod(left, right bool) textMethod {
	return func(_ *state, v string, a callArgs) (any, error) {
		args, err := a.params("chars")
		if err != nil {
			return nil, err
		}
		return strip(v, args[0], left, right)
	}
}

// strip takes white space, or any of the given characters, off the ends.
func strip(v string, chars any, left, right bool) (any, error) {
	drop := pythonSpace
	if chars != nil && !isAbsent(chars) {
		set, err := textOr(chars, "")
		if err != nil {
			return nil, err
		}
		drop = func(r rune) bool { return strings.ContainsRune(set, r) }
	}
	if left {
		v = strings.TrimLeftFunc(v, drop)
	}
	if right {
		v = strings.TrimRightFunc(v, drop)
	}
	return v, nil
}

// pythonSpace is str.isspace of one character: white space and U+001C to U+001F.
func pythonSpace(r rune) bool { return unicode.IsSpace(r) || 0x1C <= r && r <= 0x1F }

func title(v string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		was := inWord
		inWord = unicode.IsLetter(r)
		if was {
			return unicode.ToLower(r)
		}
		return unicode.ToTitle(r)
	}, v)
}

func capitalize(v string) string {
	r, n := utf8.DecodeRuneInString(v)
	if n == 0 {
		return v
	}
	return string(unicode.ToTitle(r)) + strings.ToLower(v[n:])
}

func texts(s *state, parts []string) (any, error) {
	if err := s.spend(32 * len(parts)); err != nil {
		return nil, err
	}
	out := &listValue{items: make([]any, len(parts))}
	for i, p := range parts {
		out.items[i] = p
	}
	return out, nil
}

// split is str.split, or rsplit if from the right.
func split(right bool) textMethod {
	return func(s *state, v string, a callArgs) (any, error) {
		args, err := a.params("sep", "maxsplit")
		if err != nil {
			return nil, err
		}
		limit, err := intOr(args[1], -1)
		if err != nil {
			return nil, err
		}
		if args[0] == nil || isAbsent(args[0]) {
			return texts(s, splitSpace(v, limit, right))
		}
		sep, err := textOf(args[0])
		if err != nil {
			return nil, err
		}
		if sep == "" {
			return nil, fmt.Errorf("empty separator")
		}
		return texts(s, splitSep(v, sep, limit, right))
	}
}

func splitSep(v, sep string, limit int64, right bool) []string {
	parts := strings.Split(v, sep)
	if limit < 0 || int64(len(parts)) <= limit+1 {
		return parts
	}
	n := int(limit)
	if right {
		head := strings.Join(parts[:len(parts)-n], sep)
		return append([]string{head}, parts[len(parts)-n:]...)
	}
	return append(parts[:n:n], strings.Join(parts[n:], sep))
}

func splitSpace(v string, limit int64, right bool) []string {
	if limit < 0 {
		return strings.FieldsFunc(v, pythonSpace)
	}
	var parts []string
	if right {
		for v = strings.TrimRightFunc(v, pythonSpace); v != "" && limit > 0; limit-- {
			i := strings.LastIndexFunc(v, pythonSpace)
			_, n := utf8.DecodeRuneInString(v[max(i, 0):])
			if i < 0 {
				n = 0
			}
			parts = append([]string{v[max(i, 0)+n:]}, parts...)
			v = strings.TrimRightFunc(v[:max(i, 0)], pythonSpace)
		}
		if v != "" {
			parts = append([]string{v}, parts...)
		}
		return parts
	}
	for v = strings.TrimLeftFunc(v, pythonSpace); v != "" && limit > 0; limit-- {
		i := strings.IndexFunc(v, pythonSpace)
		if i < 0 {
			i = len(v)
		}
		parts = append(parts, v[:i])
		v = strings.TrimLeftFunc(v[i:], pythonSpace)
	}
	if v != "" {
		parts = append(parts, v)
	}
	return parts
}

func splitLines(s *state, v string, a callArgs) (any, error) {
	args, err := a.params("keepends")
	if err != nil {
		return nil, err
	}
	keep := truth(args[0])
	var parts []string
	for v != "" {
		i := strings.IndexAny(v, "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
		if i < 0 {
			parts = append(parts, v)
			break
		}
		_, n := utf8.DecodeRuneInString(v[i:])
		if strings.HasPrefix(v[i:], "\r\n") {
			n = 2
		}
		if keep {
			parts = append(parts, v[:i+n])
		} else {
			parts = append(parts, v[:i])
		}
		v = v[i+n:]
	}
	return texts(s, parts)
}

// affixMethod is startswith or endswith: of a text or any of a tuple of texts.
func affixMethod(has func(s, affix string) bool) textMethod {
	return func(s *state, v string, a callArgs) (any, error) {
		args, err := a.params("prefix")
		if err != nil {
			return nil, err
		}
		options := []any{args[0]}
		if l, ok := args[0].(*listValue); ok && l.tuple {
			options = l.items
		}
		for _, o := range options {
			text, ok := o.(string)
			if !ok {
				return nil, fmt.Errorf("expected a text or a tuple of texts, not %s", typeName(o))
			}
			if has(v, text) {
				return true, nil
			}
		}
		return false, s.step(len(options))
	}
}

func cutMethod(cut func(s, affix string) string) textMethod {
	return func(_ *state, v string, a callArgs) (any, error) {
		args, err := a.params("prefix")
		if err != nil {
			return nil, err
		}
		text, err := textOf(args[0])
		return cut(v, text), err
	}
}

func replaceMethod(s *state, v string, a callArgs) (any, error) {
	args, err := a.params("old", "new", "count")
	if err != nil {
		return nil, err
	}
	return s.replace(v, args)
}

// replace replaces args[0] by args[1], args[2] times at most.
func (s *state) replace(v string, args []any) (any, error) {
	from, err := textOf(args[0])
	if err != nil {
		return nil, err
	}
	to, err := textOf(args[1])
	if err != nil {
		return nil, err
	}
	limit, err := intOr(args[2], -1)
	if err != nil {
		return nil, err
	}
	n := strings.Count(v, from)
	if limit >= 0 {
		n = int(min(int64(n), limit))
	}
	if err := s.spend(len(v) + n*len(to)); err != nil {
		return nil, err
	}
	return strings.Replace(v, from, to, n), nil
}

func joinMethod(s *state, v string, a callArgs) (any, error) {
	args, err := a.params("iterable")
	if err != nil {
		return nil, err
	}
	items, err := s.iterate(args[0])
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		if _, ok := item.(string); !ok {
			return nil, fmt.Errorf("expected texts, not %s", typeName(item))
		}
	}
	return s.join(items, v)
}

// join is the texts of items with sep between them.
func (s *state) join(items []any, sep string) (any, error) {
	var b strings.Builder
	for i, item := range items {
		text, err := s.str(item)
		if err != nil {
			return nil, err
		}
		if err := s.spend(len(text) + len(sep)); err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// findMethod is find or rfind, in characters.
func findMethod(find func(s, sub string) int) textMethod {
	return func(_ *state, v string, a callArgs) (any, error) {
		args, err := a.params("sub")
		if err != nil {
			return nil, err
		}
		sub, err := textOf(args[0])
		if err != nil {
			return nil, err
		}
		i := find(v, sub)
		if i < 0 {
			return int64(-1), nil
		}
		return int64(utf8.RuneCountInString(v[:i])), nil
	}
}

func indexMethod(s *state, v string, a callArgs) (any, error) {
	i, err := findMethod(strings.Index)(s, v, a)
	if err == nil && i == int64(-1) {
		err = fmt.Errorf("substring not found")
	}
	return i, err
}

func countMethod(_ *state, v string, a callArgs) (any, error) {
	args, err := a.params("sub")
	if err != nil {
		return nil, err
	}
	sub, err := textOf(args[0])
	return int64(strings.Count(v, sub)), err
}

// formatMethod is str.format with {}, {0} and {name}.
func formatMethod(s *state, v string, a callArgs) (any, error) {
	var b strings.Builder
	next := 0
	for v != "" {
		i := strings.IndexAny(v, "{}")
		if i < 0 {
			b.WriteString(v)
			break
		}
		b.WriteString(v[:i])
		if strings.HasPrefix(v[i:], "{{") || strings.HasPrefix(v[i:], "}}") {
			b.WriteByte(v[i])
			v = v[i+2:]
			continue
		}
		end := strings.IndexByte(v[i:], '}')
		if v[i] == '}' || end < 0 {
			return nil, fmt.Errorf("single '%c' encountered in format string", v[i])
		}
		value, err := a.field(v[i+1:i+end], &next)
		if err != nil {
			return nil, err
		}
		text, err := s.str(value)
		if err != nil {
			return nil, err
		}
		if err := s.spend(len(text)); err != nil {
			return nil, err
		}
		b.WriteString(text)
		v = v[i+end+1:]
	}
	return b.String(), nil
}

func (a callArgs) field(name string, next *int) (any, error) {
	if v, ok := a.named[name]; ok {
		return v, nil
	}
	n := *next
	if name == "" {
		*next++
	} else if _, err := fmt.Sscanf(name, "%d", &n); err != nil || fmt.Sprint(n) != name {
		return nil, fmt.Errorf("format field {%s} is unknown or not supported", name)
	}
	if n < 0 || n >= len(a.positional) {
		return nil, fmt.Errorf("no argument for format field {%s}", name)
	}
	return a.positional[n], nil
}

func every(is func(rune) bool) textMethod {
	return func(_ *state, v string, _ callArgs) (any, error) {
		return v != "" && strings.IndexFunc(v, func(r rune) bool { return !is(r) }) < 0, nil
	}
}

// cased is isupper or islower: no letter of the wrong case and one of the right.
func cased(wrong, right func(rune) bool) textMethod {
	return func(_ *state, v string, _ callArgs) (any, error) {
		return strings.IndexFunc(v, wrong) < 0 && strings.IndexFunc(v, right) >= 0, nil
	}
}
