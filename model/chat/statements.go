package chat

import (
	"errors"
	"fmt"
	"strings"
)

// errBreak and errContinue carry break and continue out to their loop.
var (
	errBreak    = errors.New("break")
	errContinue = errors.New("continue")
)

// lineError says where in the template an error arose.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *lineError) Unwrap() error { return e.err }

// at adds the line to an error that has none yet.
func at(line int, err error) error {
	var has *lineError
	if err == nil || errors.Is(err, errBreak) || errors.Is(err, errContinue) || errors.As(err, &has) {
		return err
	}
	return &lineError{line, err}
}

// run executes statements.
func (s *state) run(body []statement) error {
	for _, st := range body {
		if err := s.step(1); err != nil {
			return err
		}
		if err := st.exec(s); err != nil {
			return err
		}
	}
	return nil
}

// capture executes statements and returns what they write.
func (s *state) capture(body []statement) (string, error) {
	outer := s.out
	s.out = &strings.Builder{}
	err := s.run(body)
	text := s.out.String()
	s.out = outer
	return text, err
}

func (t *textStmt) exec(s *state) error { return s.write(t.text) }

func (p *printStmt) exec(s *state) error {
	v, err := p.value.eval(s)
	if err != nil {
		return at(p.line, err)
	}
	text, err := s.str(v)
	if err != nil {
		return at(p.line, err)
	}
	return at(p.line, s.write(text))
}

func (i *ifStmt) exec(s *state) error {
	for n, test := range i.tests {
		v, err := test.eval(s)
		if err != nil {
			return at(i.line, err)
		}
		if truth(v) {
			return s.run(i.bodies[n])
		}
	}
	return s.run(i.otherwise)
}

func (f *forStmt) exec(s *state) error {
	over, err := f.over.eval(s)
	if err != nil {
		return at(f.line, err)
	}
	items, err := s.iterate(over)
	if err != nil {
		return at(f.line, err)
	}
	if f.filter != nil {
		if items, err = f.filtered(s, items); err != nil {
			return at(f.line, err)
		}
	}
	if len(items) == 0 {
		s.push()
		defer s.pop()
		return s.run(f.otherwise)
	}
	loop := &loopValue{items: items, depth: 1}
	if outer, ok := s.lookup("loop").(*loopValue); ok {
		loop.depth = outer.depth + 1
	}
	for i := range items {
		loop.i = i
		if err := s.iteration(f, loop); errors.Is(err, errBreak) {
			break
		} else if err != nil && !errors.Is(err, errContinue) {
			return err
		}
	}
	return nil
}

// filtered keeps the items for which the loop's condition holds.
func (f *forStmt) filtered(s *state, items []any) ([]any, error) {
	var kept []any
	for _, item := range items {
		s.push()
		err := s.unpack(f.targets, item)
		var v any
		if err == nil {
			v, err = f.filter.eval(s)
		}
		s.pop()
		if err != nil {
			return nil, err
		}
		if truth(v) {
			kept = append(kept, item)
		}
	}
	return kept, nil
}

// iteration runs the body once. What it sets is forgotten afterwards.
func (s *state) iteration(f *forStmt, loop *loopValue) error {
	if err := s.step(4); err != nil {
		return err
	}
	s.push()
	defer s.pop()
	s.scope.vars["loop"] = loop
	if err := s.unpack(f.targets, loop.items[loop.i]); err != nil {
		return at(f.line, err)
	}
	return s.run(f.body)
}

// unpack assigns an item to one name, or its elements to several.
func (s *state) unpack(names []string, item any) error {
	if len(names) == 1 {
		s.scope.vars[names[0]] = item
		return nil
	}
	parts, err := s.iterate(item)
	if err != nil {
		return err
	}
	if len(parts) != len(names) {
		return fmt.Errorf("%d values to unpack into %d names", len(parts), len(names))
	}
	for i, name := range names {
		s.scope.vars[name] = parts[i]
	}
	return nil
}

// loopValue is the variable loop.
type loopValue struct {
	items []any
	i     int
	depth int
	last  []any // what changed() was last called with
}

func (l *loopValue) attribute(name string) (any, bool) {
	n, i := len(l.items), l.i
	switch name {
	case "index":
		return int64(i + 1), true
	case "index0":
		return int64(i), true
	case "revindex":
		return int64(n - i), true
	case "revindex0":
		return int64(n - i - 1), true
	case "first":
		return i == 0, true
	case "last":
		return i == n-1, true
	case "length":
		return int64(n), true
	case "depth":
		return int64(l.depth), true
	case "depth0":
		return int64(l.depth - 1), true
	case "previtem":
		if i > 0 {
			return l.items[i-1], true
		}
		return undefined{name: "there is no previous item"}, true
	case "nextitem":
		if i+1 < n {
			return l.items[i+1], true
		}
		return undefined{name: "there is no next item"}, true
	case "cycle":
		return function(func(_ *state, a callArgs) (any, error) {
			if len(a.positional) == 0 {
				return nil, fmt.Errorf("no items for cycling given")
			}
			return a.positional[l.i%len(a.positional)], nil
		}), true
	case "changed":
		return function(l.changed), true
	}
	return nil, false
}

func (l *loopValue) changed(s *state, a callArgs) (any, error) {
	if l.last != nil {
		same, err := s.equal(&listValue{items: l.last}, &listValue{items: a.positional}, 0)
		if err != nil || same {
			return false, err
		}
	}
	l.last = append([]any{}, a.positional...)
	return true, nil
}

func (st *setStmt) exec(s *state) error {
	v, err := st.value.eval(s)
	if err != nil {
		return at(st.line, err)
	}
	if len(st.targets) == 1 {
		return at(st.line, s.assign(st.targets[0], v))
	}
	parts, err := s.iterate(v)
	if err == nil && len(parts) != len(st.targets) {
		err = fmt.Errorf("%d values to unpack into %d names", len(parts), len(st.targets))
	}
	if err != nil {
		return at(st.line, err)
	}
	for i, t := range st.targets {
		if err := s.assign(t, parts[i]); err != nil {
			return at(st.line, err)
		}
	}
	return nil
}

// assign sets a name in the current scope, or a field of a namespace.
func (s *state) assign(t target, v any) error {
	if t.field == "" {
		s.scope.vars[t.name] = v
		return s.spend(16)
	}
	ns, ok := s.lookup(t.name).(*namespace)
	if !ok {
		return fmt.Errorf("cannot assign attribute on non-namespace object")
	}
	ns.fields.set(t.field, v)
	return s.spend(16)
}

func (st *setBlockStmt) exec(s *state) error {
	s.push()
	text, err := s.capture(st.body)
	s.pop()
	if err != nil {
		return err
	}
	v, err := s.through(st.filters, text)
	if err != nil {
		return at(st.line, err)
	}
	return at(st.line, s.assign(st.target, v))
}

// through applies filters one after the other.
func (s *state) through(filters []*filterExpr, v any) (any, error) {
	for _, f := range filters {
		var err error
		if v, err = f.apply(s, v); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (st *filterStmt) exec(s *state) error {
	s.push()
	text, err := s.capture(st.body)
	s.pop()
	if err != nil {
		return err
	}
	v, err := s.through(st.filters, text)
	if err != nil {
		return at(st.line, err)
	}
	if text, err = s.str(v); err != nil {
		return at(st.line, err)
	}
	return at(st.line, s.write(text))
}

func (st *withStmt) exec(s *state) error {
	values, err := s.evalAll(st.values) // all of them see the outer names
	if err != nil {
		return at(st.line, err)
	}
	s.push()
	defer s.pop()
	for i, t := range st.targets {
		s.scope.vars[t.name] = values[i]
	}
	return s.run(st.body)
}

func (st *blockStmt) exec(s *state) error { return s.run(st.body) }

func (st *loopStmt) exec(*state) error {
	if st.leave {
		return errBreak
	}
	return errContinue
}

func (m *macroStmt) exec(s *state) error {
	s.scope.vars[m.name] = m.function(s.scope)
	return s.spend(64)
}

func (st *callStmt) exec(s *state) error {
	of, err := st.call.of.eval(s)
	if err != nil {
		return at(st.line, err)
	}
	args, err := st.call.args.eval(s)
	if err != nil {
		return at(st.line, err)
	}
	if args.named == nil {
		args.named = map[string]any{}
	}
	args.named["caller"] = st.caller.function(s.scope)
	v, err := s.call(of, args)
	if err != nil {
		return at(st.line, err)
	}
	text, err := s.str(v)
	if err != nil {
		return at(st.line, err)
	}
	return at(st.line, s.write(text))
}

// function makes a callable of a macro that sees the names of the scope in which
// it was defined.
func (m *macroStmt) function(home *scope) function {
	return func(s *state, a callArgs) (any, error) {
		if s.depth++; s.depth > maxCalls {
			s.depth--
			return nil, fmt.Errorf("%w: macros call each other more than %d deep", ErrBudget, maxCalls)
		}
		outer := s.scope
		s.scope = &scope{vars: map[string]any{}, outer: home}
		defer func() { s.scope, s.depth = outer, s.depth-1 }()
		if err := m.bind(s, a); err != nil {
			return nil, err
		}
		return s.capture(m.body)
	}
}

// bind assigns arguments to parameters.
func (m *macroStmt) bind(s *state, a callArgs) error {
	if len(a.positional) > len(m.params) {
		return fmt.Errorf("macro '%s' takes not more than %d argument(s)", m.name, len(m.params))
	}
	used := 0
	for i, name := range m.params {
		named, isNamed := a.named[name]
		if isNamed {
			used++
		}
		switch {
		case i < len(a.positional) && isNamed:
			return fmt.Errorf("macro '%s' got multiple values for argument '%s'", m.name, name)
		case i < len(a.positional):
			s.scope.vars[name] = a.positional[i]
		case isNamed:
			s.scope.vars[name] = named
		case i >= len(m.params)-len(m.defaults):
			v, err := m.defaults[i-len(m.params)+len(m.defaults)].eval(s)
			if err != nil {
				return err
			}
			s.scope.vars[name] = v
		default:
			s.scope.vars[name] = undefined{name: fmt.Sprintf("parameter '%s' was not provided", name)}
		}
	}
	if caller, ok := a.named["caller"]; ok {
		s.scope.vars["caller"] = caller
		used++
	}
	if used < len(a.named) {
		for name := range a.named {
			if _, ok := s.scope.vars[name]; !ok {
				return fmt.Errorf("macro '%s' takes no keyword argument '%s'", m.name, name)
			}
		}
	}
	return nil
}
