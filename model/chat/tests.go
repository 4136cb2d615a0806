package chat

import (
	"fmt"
	"strings"
	"unicode"
)

// test is one of Jinja's tests, which stand behind "is".
type test func(s *state, v any, a callArgs) (bool, error)

var tests map[string]test

func init() {
	tests = map[string]test{
		"defined":   func(_ *state, v any, _ callArgs) (bool, error) { return !isUndefined(v), nil },
		"undefined": func(_ *state, v any, _ callArgs) (bool, error) { return isUndefined(v), nil },
		"none":      func(_ *state, v any, _ callArgs) (bool, error) { return v == nil, nil },
		"boolean":   isType("bool"), "integer": isType("int"), "float": isType("float"), "string": isType("str"),
		"true":     func(_ *state, v any, _ callArgs) (bool, error) { return v == any(true), nil },
		"false":    func(_ *state, v any, _ callArgs) (bool, error) { return v == any(false), nil },
		"number":   func(_ *state, v any, _ callArgs) (bool, error) { _, _, _, ok := toNumber(v); return ok, nil },
		"mapping":  isType("dict"),
		"sequence": isType("str", "list", "tuple", "dict", "range", "Undefined"),
		"iterable": isType("str", "list", "tuple", "dict", "range", "Undefined", "LoopContext"),
		"callable": isType("function"),
		"even":     modulo(2, 0), "odd": modulo(2, 1), "divisibleby": divisible,
		"lower": func(s *state, v any, _ callArgs) (bool, error) {
			return textCase(s, v, unicode.IsUpper, unicode.IsLower)
		},
		"upper": func(s *state, v any, _ callArgs) (bool, error) {
			return textCase(s, v, unicode.IsLower, unicode.IsUpper)
		},
		"sameas": sameAs,
		"filter": func(_ *state, v any, _ callArgs) (bool, error) {
			name, _ := v.(string)
			return filters[name] != nil, nil
		},
		"test": func(_ *state, v any, _ callArgs) (bool, error) {
			name, _ := v.(string)
			return tests[name] != nil, nil
		},
		"in": comparing("in"),
	}
	for op, names := range map[string][]string{
		"==": {"==", "eq", "equalto"}, "!=": {"!=", "ne"},
		"<": {"<", "lt", "lessthan"}, "<=": {"<=", "le"}, ">": {">", "gt", "greaterthan"}, ">=": {">=", "ge"},
	} {
		for _, name := range names {
			tests[name] = comparing(op)
		}
	}
}

func isUndefined(v any) bool {
	_, ok := v.(undefined)
	return ok
}

func isType(names ...string) test {
	return func(_ *state, v any, _ callArgs) (bool, error) {
		name := typeName(v)
		for _, n := range names {
			if n == name {
				return true, nil
			}
		}
		return false, nil
	}
}

// modulo is even or odd.
func modulo(n, want int64) test {
	return func(s *state, v any, _ callArgs) (bool, error) {
		r, err := s.arithmetic("%", v, n)
		if err != nil {
			return false, err
		}
		return s.equal(r, want, 0)
	}
}

func divisible(s *state, v any, a callArgs) (bool, error) {
	args, err := a.params("num")
	if err != nil {
		return false, err
	}
	r, err := s.arithmetic("%", v, args[0])
	if err != nil {
		return false, err
	}
	return s.equal(r, int64(0), 0)
}

func comparing(op string) test {
	return func(s *state, v any, a callArgs) (bool, error) {
		args, err := a.params("other")
		if err != nil {
			return false, err
		}
		if isAbsent(args[0]) {
			return false, fmt.Errorf("nothing to compare with")
		}
		return s.compare(op, v, args[0])
	}
}

func textCase(s *state, v any, wrong, right func(rune) bool) (bool, error) {
	text, err := s.str(v)
	return strings.IndexFunc(text, wrong) < 0 && strings.IndexFunc(text, right) >= 0, err
}

// sameAs is Python's "is": the same object, or an equal value of a simple type.
func sameAs(s *state, v any, a callArgs) (bool, error) {
	args, err := a.params("other")
	if err != nil {
		return false, err
	}
	switch x := v.(type) {
	case *listValue:
		y, ok := args[0].(*listValue)
		return ok && x == y, nil
	case *dictValue:
		y, ok := args[0].(*dictValue)
		return ok && x == y, nil
	}
	if typeName(v) != typeName(args[0]) {
		return false, nil
	}
	return s.equal(v, args[0], 0)
}
