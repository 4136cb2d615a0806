package chat

import (
	"fmt"
	"math"
	"strings"
)

// arithmetic is what the operators + - * / // % ** give, as in Python.
func (s *state) arithmetic(op string, a, b any) (any, error) {
	for _, v := range []any{a, b} {
		if u, ok := v.(undefined); ok {
			return nil, u.err()
		}
	}
	if ai, af, aInt, ok := toNumber(a); ok {
		if bi, bf, bInt, ok := toNumber(b); ok {
			if aInt && bInt && op != "/" {
				return integers(op, ai, bi)
			}
			return floats(op, af, bf)
		}
	}
	if v, done, err := s.sequences(op, a, b); done {
		return v, err
	}
	return nil, fmt.Errorf("unsupported operand type(s) for %s: '%s' and '%s'", op, typeName(a), typeName(b))
}

// sequences does + and * of texts and lists, and % of texts.
func (s *state) sequences(op string, a, b any) (v any, done bool, err error) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok && op == "+" {
			return x + y, true, s.spend(len(x) + len(y))
		}
		if op == "%" {
			v, err := s.format(x, b)
			return v, true, err
		}
		if n, _, isInt, ok := toNumber(b); ok && isInt && op == "*" {
			if n = max(n, 0); n > maxBytes {
				return nil, true, fmt.Errorf("%w: too much text", ErrBudget)
			}
			if err := s.spend(len(x) * int(n)); err != nil {
				return nil, true, err
			}
			return strings.Repeat(x, int(n)), true, nil
		}
	case *listValue:
		if y, ok := b.(*listValue); ok && op == "+" && x.tuple == y.tuple {
			if err := s.spend(16 * (len(x.items) + len(y.items))); err != nil {
				return nil, true, err
			}
			items := append(append([]any{}, x.items...), y.items...)
			return &listValue{items, x.tuple}, true, nil
		}
		if n, _, isInt, ok := toNumber(b); ok && isInt && op == "*" {
			if n = max(n, 0); n > maxBytes {
				return nil, true, fmt.Errorf("%w: too long a list", ErrBudget)
			}
			if err := s.spend(16 * len(x.items) * int(n)); err != nil {
				return nil, true, err
			}
			out := &listValue{tuple: x.tuple}
			for range n {
				out.items = append(out.items, x.items...)
			}
			return out, true, nil
		}
	case int64:
		if _, ok := b.(string); ok && op == "*" {
			return s.sequences(op, b, a)
		}
	}
	return nil, false, nil
}

// format is Python's text % values, for %s, %d and %%.
func (s *state) format(text string, args any) (any, error) {
	values := []any{args}
	if list, ok := args.(*listValue); ok && list.tuple {
		values = list.items
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		if i++; i == len(text) {
			return nil, fmt.Errorf("incomplete format")
		}
		switch text[i] {
		case '%':
			b.WriteByte('%')
			continue
		case 's', 'd':
		default:
			return nil, fmt.Errorf("format %%%c is not supported", text[i])
		}
		if len(values) == 0 {
			return nil, fmt.Errorf("not enough arguments for format string")
		}
		if _, _, isInt, ok := toNumber(values[0]); text[i] == 'd' && (!ok || !isInt) {
			return nil, fmt.Errorf("%%d format: an integer is required, not %s", typeName(values[0]))
		}
		part, err := s.str(values[0])
		if err != nil {
			return nil, err
		}
		if err := s.spend(len(part)); err != nil {
			return nil, err
		}
		b.WriteString(part)
		values = values[1:]
	}
	if len(values) > 0 {
		return nil, fmt.Errorf("not all arguments converted during string formatting")
	}
	return b.String(), s.spend(len(text))
}

func integers(op string, a, b int64) (any, error) {
	overflow := fmt.Errorf("integer out of range")
	switch op {
	case "+":
		c := a + b
		if (c > a) != (b > 0) && b != 0 {
			return nil, overflow
		}
		return c, nil
	case "-":
		c := a - b
		if (c < a) != (b > 0) && b != 0 {
			return nil, overflow
		}
		return c, nil
	case "*":
		if a != 0 && b != 0 {
			if c := a * b; c/b != a || a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64 {
				return nil, overflow
			}
		}
		return a * b, nil
	case "//", "%":
		if b == 0 {
			return nil, fmt.Errorf("integer division or modulo by zero")
		}
		if a == math.MinInt64 && b == -1 {
			return nil, overflow
		}
		q, r := a/b, a%b
		if r != 0 && (r < 0) != (b < 0) { // Python rounds down
			q, r = q-1, r+b
		}
		if op == "%" {
			return r, nil
		}
		return q, nil
	case "**":
		return power(a, b)
	}
	return nil, fmt.Errorf("unknown operator %s", op)
}

func power(a, b int64) (any, error) {
	switch {
	case b < 0:
		return math.Pow(float64(a), float64(b)), nil
	case a == 0 || a == 1:
		b = min(b, 1)
	case a == -1:
		b %= 2
	}
	var result any = int64(1)
	for ; b > 0; b-- { // at most 64 times before it is out of range
		var err error
		if result, err = integers("*", result.(int64), a); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func floats(op string, a, b float64) (any, error) {
	if b == 0 && (op == "/" || op == "//" || op == "%") {
		return nil, fmt.Errorf("division by zero")
	}
	switch op {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	case "/":
		return a / b, nil
	case "//":
		return math.Floor(a / b), nil
	case "%":
		r := math.Mod(a, b)
		if r != 0 && (r < 0) != (b < 0) {
			r += b
		}
		return r, nil
	case "**":
		return math.Pow(a, b), nil
	}
	return nil, fmt.Errorf("unknown operator %s", op)
}
