package chat

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

func (c *constant) eval(s *state) (any, error) { return c.value, s.step(1) }
func (n *name) eval(s *state) (any, error)     { return s.lookup(n.id), s.step(1) }

func (l *listExpr) eval(s *state) (any, error) {
	items, err := s.evalAll(l.items)
	return &listValue{items, l.tuple}, err
}

func (s *state) evalAll(of []expression) ([]any, error) {
	if err := s.spend(16 * len(of)); err != nil {
		return nil, err
	}
	out := make([]any, len(of))
	for i, e := range of {
		v, err := e.eval(s)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func (d *dictExpr) eval(s *state) (any, error) {
	if err := s.spend(64 * len(d.keys)); err != nil {
		return nil, err
	}
	out := newDict()
	for i := range d.keys {
		k, err := d.keys[i].eval(s)
		if err != nil {
			return nil, err
		}
		if !hashable(k) {
			return nil, fmt.Errorf("unhashable type: '%s'", typeName(k))
		}
		v, err := d.values[i].eval(s)
		if err != nil {
			return nil, err
		}
		out.set(k, v)
	}
	return out, nil
}

// eval of x.name: methods first, then keys, as Jinja's getattr.
func (a *attribute) eval(s *state) (any, error) {
	of, err := a.of.eval(s)
	if err != nil {
		return nil, err
	}
	return s.attribute(of, a.name)
}

func (s *state) attribute(of any, name string) (any, error) {
	if err := s.step(1); err != nil {
		return nil, err
	}
	switch v := of.(type) {
	case undefined:
		return nil, v.err()
	case *namespace:
		if x, ok := v.fields.get(name); ok {
			return x, nil
		}
	case *loopValue:
		if x, ok := v.attribute(name); ok {
			return x, nil
		}
	}
	if m := method(of, name); m != nil {
		return m, nil
	}
	if d, ok := of.(*dictValue); ok {
		if x, ok := d.get(name); ok {
			return x, nil
		}
	}
	return undefined{name: fmt.Sprintf("'%s object' has no attribute '%s'", typeName(of), name)}, nil
}

// eval of x[key]: keys first, then methods, as Jinja's getitem.
func (i *index) eval(s *state) (any, error) {
	of, err := i.of.eval(s)
	if err != nil {
		return nil, err
	}
	key, err := i.key.eval(s)
	if err != nil {
		return nil, err
	}
	return s.item(of, key)
}

func (s *state) item(of, key any) (any, error) {
	if err := s.step(1); err != nil {
		return nil, err
	}
	missing := undefined{name: fmt.Sprintf("'%s object' has no such element", typeName(of))}
	text, isText := key.(string)
	if isText {
		missing.name = fmt.Sprintf("'%s object' has no attribute '%s'", typeName(of), text)
	}
	switch v := of.(type) {
	case undefined:
		return nil, v.err()
	case *dictValue:
		if x, ok := v.get(key); ok {
			return x, nil
		}
	case *listValue:
		if n, _, isInt, ok := toNumber(key); ok && isInt {
			if n < 0 {
				n += int64(len(v.items))
			}
			if n >= 0 && n < int64(len(v.items)) {
				return v.items[n], nil
			}
			return missing, nil
		}
	case string:
		if n, _, isInt, ok := toNumber(key); ok && isInt {
			return s.character(v, n, missing)
		}
	case rangeValue:
		if n, _, isInt, ok := toNumber(key); ok && isInt {
			if n < 0 {
				n += v.n
			}
			if n >= 0 && n < v.n {
				return v.start + n*v.step, nil
			}
			return missing, nil
		}
	}
	if isText {
		if _, isDict := of.(*dictValue); !isDict {
			return s.attribute(of, text)
		}
		if m := method(of, text); m != nil {
			return m, nil
		}
	}
	return missing, nil
}

// character is the n-th character of a text, from the end if n is negative.
func (s *state) character(text string, n int64, missing undefined) (any, error) {
	if err := s.step(len(text) >> 4); err != nil {
		return nil, err
	}
	if n < 0 {
		n += int64(utf8.RuneCountInString(text))
	}
	if n < 0 {
		return missing, nil
	}
	for _, r := range text {
		if n == 0 {
			return string(r), nil
		}
		n--
	}
	return missing, nil
}

func (c *slice) eval(s *state) (any, error) {
	of, err := c.of.eval(s)
	if err != nil {
		return nil, err
	}
	var bounds [3]*int64
	for i, e := range []expression{c.low, c.high, c.step} {
		if e == nil {
			continue
		}
		v, err := e.eval(s)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		n, _, isInt, ok := toNumber(v)
		if !ok || !isInt {
			return nil, fmt.Errorf("slice indices must be integers or None, not %s", typeName(v))
		}
		bounds[i] = &n
	}
	return s.slice(of, bounds)
}

func (s *state) slice(of any, b [3]*int64) (any, error) {
	switch v := of.(type) {
	case undefined:
		return nil, v.err()
	case string:
		if err := s.spend(4 * len(v)); err != nil {
			return nil, err
		}
		runes := []rune(v)
		at, err := sliceIndexes(len(runes), b)
		if err != nil {
			return nil, err
		}
		out := make([]rune, len(at))
		for i, j := range at {
			out[i] = runes[j]
		}
		return string(out), nil
	}
	if _, ok := of.(*dictValue); ok {
		return nil, fmt.Errorf("unhashable type: 'slice'")
	}
	items, err := s.iterate(of)
	if err != nil {
		return nil, fmt.Errorf("'%s' object is not subscriptable", typeName(of))
	}
	at, err := sliceIndexes(len(items), b)
	if err != nil {
		return nil, err
	}
	if err := s.spend(16 * len(at)); err != nil {
		return nil, err
	}
	out := &listValue{items: make([]any, len(at))}
	if list, ok := of.(*listValue); ok {
		out.tuple = list.tuple
	}
	for i, j := range at {
		out.items[i] = items[j]
	}
	return out, nil
}

// sliceIndexes lists the elements of a slice [low:high:step] of n (Python's
// slice.indices).
func sliceIndexes(n int, b [3]*int64) ([]int, error) {
	step := int64(1)
	if b[2] != nil {
		if step = *b[2]; step == 0 {
			return nil, fmt.Errorf("slice step cannot be zero")
		}
	}
	first, last := int64(0), int64(n) // bounds of low and high
	if step < 0 {
		first, last = -1, int64(n)-1
	}
	clamp := func(p *int64, missing int64) int64 {
		if p == nil {
			return missing
		}
		v := *p
		if v < 0 {
			v += int64(n)
		}
		return min(max(v, first), last)
	}
	var out []int
	if step > 0 {
		low, high := clamp(b[0], first), clamp(b[1], last)
		for i := low; i < high; i += min(step, int64(n)) {
			out = append(out, int(i))
		}
		return out, nil
	}
	low, high := clamp(b[0], last), clamp(b[1], first)
	for i := low; i > high; i += max(step, -int64(n)) {
		out = append(out, int(i))
	}
	return out, nil
}

func (a arguments) eval(s *state) (callArgs, error) {
	var out callArgs
	var err error
	if out.positional, err = s.evalAll(a.positional); err != nil {
		return out, err
	}
	named, err := s.evalAll(a.named)
	if err != nil {
		return out, err
	}
	if len(named) > 0 {
		out.named, out.order = make(map[string]any, len(named)), a.names
		for i, v := range named {
			if _, twice := out.named[a.names[i]]; twice {
				return out, fmt.Errorf("argument %s is given twice", a.names[i])
			}
			out.named[a.names[i]] = v
		}
	}
	return out, nil
}

func (c *call) eval(s *state) (any, error) {
	of, err := c.of.eval(s)
	if err != nil {
		return nil, err
	}
	args, err := c.args.eval(s)
	if err != nil {
		return nil, err
	}
	return s.call(of, args)
}

func (s *state) call(of any, args callArgs) (any, error) {
	if err := s.step(1); err != nil {
		return nil, err
	}
	switch f := of.(type) {
	case function:
		return f(s, args)
	case undefined:
		return nil, f.err()
	}
	return nil, fmt.Errorf("'%s' object is not callable", typeName(of))
}

func (f *filterExpr) eval(s *state) (any, error) {
	of, err := f.of.eval(s)
	if err != nil {
		return nil, err
	}
	return f.apply(s, of)
}

func (f *filterExpr) apply(s *state, of any) (any, error) {
	args, err := f.args.eval(s)
	if err != nil {
		return nil, err
	}
	if err := s.step(1); err != nil {
		return nil, err
	}
	v, err := filters[f.name](s, of, args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return v, nil
}

func (t *testExpr) eval(s *state) (any, error) {
	of, err := t.of.eval(s)
	if err != nil {
		return nil, err
	}
	args, err := t.args.eval(s)
	if err != nil {
		return nil, err
	}
	if err := s.step(1); err != nil {
		return nil, err
	}
	ok, err := tests[t.name](s, of, args)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	return ok != t.negated, nil
}

func (u *unary) eval(s *state) (any, error) {
	v, err := u.of.eval(s)
	if err != nil {
		return nil, err
	}
	if u.op == "not" {
		return !truth(v), s.step(1)
	}
	i, f, isInt, ok := toNumber(v)
	switch {
	case !ok:
		if x, is := v.(undefined); is {
			return nil, x.err()
		}
		return nil, fmt.Errorf("bad operand type for unary %s: '%s'", u.op, typeName(v))
	case u.op == "-" && isInt:
		return -i, nil
	case u.op == "-":
		return -f, nil
	case isInt:
		return i, nil
	}
	return f, nil
}

func (c *concat) eval(s *state) (any, error) {
	var b strings.Builder
	for _, part := range c.parts {
		v, err := part.eval(s)
		if err != nil {
			return nil, err
		}
		text, err := s.str(v)
		if err != nil {
			return nil, err
		}
		if err := s.spend(len(text)); err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func (c *conditional) eval(s *state) (any, error) {
	test, err := c.test.eval(s)
	if err != nil {
		return nil, err
	}
	if truth(test) {
		return c.yes.eval(s)
	}
	if c.no == nil {
		return undefined{name: "the inline if-expression evaluated to false and no else section was defined"}, nil
	}
	return c.no.eval(s)
}

func (c *comparison) eval(s *state) (any, error) {
	left, err := c.first.eval(s)
	if err != nil {
		return nil, err
	}
	for i, op := range c.ops {
		right, err := c.rest[i].eval(s)
		if err != nil {
			return nil, err
		}
		ok, err := s.compare(op, left, right)
		if err != nil || !ok {
			return false, err
		}
		left = right
	}
	return true, nil
}

func (s *state) compare(op string, a, b any) (bool, error) {
	switch op {
	case "==":
		return s.equal(a, b, 0)
	case "!=":
		ok, err := s.equal(a, b, 0)
		return !ok, err
	case "<":
		return s.less(a, b, 0)
	case ">":
		return s.less(b, a, 0)
	case "<=", ">=":
		if op == ">=" {
			a, b = b, a
		}
		if ok, err := s.less(a, b, 0); ok || err != nil {
			return ok, err
		}
		return s.equal(a, b, 0)
	case "in":
		return s.contains(b, a)
	case "not in":
		ok, err := s.contains(b, a)
		return !ok, err
	}
	return false, fmt.Errorf("unknown comparison %s", op)
}

func (b *binary) eval(s *state) (any, error) {
	left, err := b.left.eval(s)
	if err != nil {
		return nil, err
	}
	switch { // and, or give one of their operands
	case b.op == "and" && !truth(left), b.op == "or" && truth(left):
		return left, s.step(1)
	}
	right, err := b.right.eval(s)
	if err != nil || b.op == "and" || b.op == "or" {
		return right, err
	}
	if err := s.step(1); err != nil {
		return nil, err
	}
	return s.arithmetic(b.op, left, right)
}
