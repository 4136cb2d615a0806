package chat

import (
	"fmt"
	"slices"
	"strconv"
)

// tuple reads an expression, or several with commas between them. Without
// conditions "if" ends it, as the filter of a loop.
func (p *parser) tuple(conditions bool) (expression, error) {
	one := p.or
	if conditions {
		one = p.expression
	}
	first, err := one()
	if err != nil || !p.is(",") {
		return first, err
	}
	list := &listExpr{items: []expression{first}, tuple: true}
	for p.skip(",") {
		if k := p.peek().kind; k == tokFinish || k == tokClose || p.is("=") || p.is(")") {
			break
		}
		v, err := one()
		if err != nil {
			return nil, err
		}
		list.items = append(list.items, v)
	}
	return list, nil
}

// expression reads a if b else c and what binds tighter.
func (p *parser) expression() (expression, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	v, err := p.or()
	for n := 0; err == nil && p.skip("if"); n++ {
		if n > maxChain {
			return nil, fmt.Errorf("more than %d conditions in a row", maxChain)
		}
		c := &conditional{yes: v}
		if c.test, err = p.or(); err != nil {
			return nil, err
		}
		if p.skip("else") {
			if c.no, err = p.expression(); err != nil {
				return nil, err
			}
		}
		v = c
	}
	return v, err
}

// chain reads operands with any of the operators between them, the left first.
func (p *parser) chain(operand func() (expression, error), ops ...string) (expression, error) {
	left, err := operand()
	for n := 0; err == nil; n++ {
		t := p.peek()
		if t.kind != tokOperator && t.kind != tokName || !slices.Contains(ops, t.text) {
			return left, nil
		}
		if n > maxChain {
			return nil, fmt.Errorf("more than %d operators in a row", maxChain)
		}
		p.take()
		var right expression
		if right, err = operand(); err == nil {
			left = &binary{t.text, left, right}
		}
	}
	return nil, err
}

func (p *parser) or() (expression, error)  { return p.chain(p.and, "or") }
func (p *parser) and() (expression, error) { return p.chain(p.not, "and") }

func (p *parser) not() (expression, error) {
	if !p.skip("not") {
		return p.compare()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	v, err := p.not()
	return &unary{"not", v}, err
}

func (p *parser) compare() (expression, error) {
	first, err := p.sum()
	if err != nil {
		return nil, err
	}
	c := &comparison{first: first}
	for {
		t := p.peek()
		switch {
		case t.kind == tokOperator && slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, t.text), p.is("in"):
			p.take()
		case p.is("not") && p.tokens[p.pos+1].kind == tokName && p.tokens[p.pos+1].text == "in":
			p.pos += 2
			t.text = "not in"
		case len(c.ops) == 0:
			return first, nil
		default:
			return c, nil
		}
		right, err := p.sum()
		if err != nil {
			return nil, err
		}
		c.ops, c.rest = append(c.ops, t.text), append(c.rest, right)
	}
}

func (p *parser) sum() (expression, error) { return p.chain(p.tilde, "+", "-") }

func (p *parser) tilde() (expression, error) {
	first, err := p.product()
	if err != nil || !p.is("~") {
		return first, err
	}
	c := &concat{parts: []expression{first}}
	for p.skip("~") {
		v, err := p.product()
		if err != nil {
			return nil, err
		}
		c.parts = append(c.parts, v)
	}
	return c, nil
}

func (p *parser) product() (expression, error) { return p.chain(p.power, "*", "/", "//", "%") }

func (p *parser) power() (expression, error) {
	return p.chain(func() (expression, error) { return p.unary(true) }, "**")
}

// unary reads a sign and what it belongs to; filters belong to the whole.
func (p *parser) unary(withFilters bool) (expression, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	var v expression
	var err error
	if p.is("-") || p.is("+") {
		op := p.take().text
		if v, err = p.unary(false); err != nil {
			return nil, err
		}
		v = &unary{op, v}
	} else if v, err = p.primary(); err != nil {
		return nil, err
	}
	if v, err = p.postfix(v); err != nil || !withFilters {
		return v, err
	}
	return p.filtersAndTests(v)
}

func (p *parser) primary() (expression, error) {
	t := p.take()
	switch t.kind {
	case tokName:
		switch t.text {
		case "true", "True":
			return &constant{true}, nil
		case "false", "False":
			return &constant{false}, nil
		case "none", "None":
			return &constant{nil}, nil
		}
		return &name{t.text}, nil
	case tokString:
		text := t.text
		for p.peek().kind == tokString {
			text += p.take().text
		}
		return &constant{text}, nil
	case tokInt:
		v, err := strconv.ParseInt(t.text, 0, 64)
		if err != nil { // 007 is no octal number here
			if v, err = strconv.ParseInt(t.text, 10, 64); err != nil {
				return nil, fmt.Errorf("number %s is out of range", t.text)
			}
		}
		return &constant{v}, nil
	case tokFloat:
		v, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return nil, fmt.Errorf("number %s is out of range", t.text)
		}
		return &constant{v}, nil
	case tokOperator:
		switch t.text {
		case "(":
			return p.parenthesized()
		case "[":
			items, err := p.items("]")
			return &listExpr{items: items}, err
		case "{":
			return p.dict()
		}
	}
	return nil, fmt.Errorf("%s where a value belongs", t)
}

func (p *parser) parenthesized() (expression, error) {
	if p.skip(")") {
		return &listExpr{tuple: true}, nil
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	v, err := p.tuple(true)
	if err != nil {
		return nil, err
	}
	return v, p.expect(")")
}

// items reads values with commas between them up to end.
func (p *parser) items(end string) ([]expression, error) {
	var out []expression
	for !p.skip(end) {
		if len(out) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
			if p.skip(end) {
				break
			}
		}
		v, err := p.expression()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (p *parser) dict() (expression, error) {
	d := &dictExpr{}
	for !p.skip("}") {
		if len(d.keys) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
			if p.skip("}") {
				break
			}
		}
		k, err := p.expression()
		if err != nil {
			return nil, err
		}
		if err := p.expect(":"); err != nil {
			return nil, err
		}
		v, err := p.expression()
		if err != nil {
			return nil, err
		}
		d.keys, d.values = append(d.keys, k), append(d.values, v)
	}
	return d, nil
}

// postfix reads attributes, subscripts and calls.
func (p *parser) postfix(v expression) (expression, error) {
	for n := 0; ; n++ {
		if n > maxChain {
			return nil, fmt.Errorf("more than %d subscripts in a row", maxChain)
		}
		switch {
		case p.skip("."):
			t := p.take()
			switch t.kind {
			case tokName:
				v = &attribute{v, t.text}
			case tokInt:
				i, err := strconv.ParseInt(t.text, 10, 64)
				if err != nil {
					return nil, err
				}
				v = &index{v, &constant{i}}
			default:
				return nil, fmt.Errorf("%s where a name belongs", t)
			}
		case p.skip("["):
			next, err := p.subscript(v)
			if err != nil {
				return nil, err
			}
			v = next
		case p.is("("):
			args, err := p.arguments()
			if err != nil {
				return nil, err
			}
			v = &call{v, args}
		default:
			return v, nil
		}
	}
}

// subscript reads key] or low:high:step].
func (p *parser) subscript(of expression) (expression, error) {
	var parts [3]expression
	n := 0
	for {
		if !p.is(":") && !p.is("]") {
			v, err := p.expression()
			if err != nil {
				return nil, err
			}
			parts[n] = v
		}
		if n < 2 && p.skip(":") {
			n++
			continue
		}
		break
	}
	if err := p.expect("]"); err != nil {
		return nil, err
	}
	if n > 0 {
		return &slice{of, parts[0], parts[1], parts[2]}, nil
	}
	if parts[0] == nil {
		return nil, fmt.Errorf("empty subscript")
	}
	return &index{of, parts[0]}, nil
}

// arguments reads (a, b, name=c).
func (p *parser) arguments() (arguments, error) {
	var a arguments
	if err := p.expect("("); err != nil {
		return a, err
	}
	for first := true; !p.skip(")"); first = false {
		if !first {
			if err := p.expect(","); err != nil {
				return a, err
			}
			if p.skip(")") {
				break
			}
		}
		if p.is("*") || p.is("**") {
			return a, fmt.Errorf("%s in a call is not supported", p.peek())
		}
		if t := p.peek(); t.kind == tokName && p.tokens[p.pos+1].kind == tokOperator && p.tokens[p.pos+1].text == "=" {
			p.pos += 2
			v, err := p.expression()
			if err != nil {
				return a, err
			}
			a.names, a.named = append(a.names, t.text), append(a.named, v)
			continue
		}
		if len(a.names) > 0 {
			return a, fmt.Errorf("positional argument after a named one")
		}
		v, err := p.expression()
		if err != nil {
			return a, err
		}
		a.positional = append(a.positional, v)
	}
	return a, nil
}

// filtersAndTests reads | filter and is test.
func (p *parser) filtersAndTests(v expression) (expression, error) {
	for n := 0; ; n++ {
		if n > maxChain {
			return nil, fmt.Errorf("more than %d filters in a row", maxChain)
		}
		switch {
		case p.skip("|"):
			f, err := p.filter(v)
			if err != nil {
				return nil, err
			}
			v = f
		case p.skip("is"):
			t, err := p.test(v)
			if err != nil {
				return nil, err
			}
			v = t
		case p.is("("):
			args, err := p.arguments()
			if err != nil {
				return nil, err
			}
			v = &call{v, args}
		default:
			return v, nil
		}
	}
}

// filter reads a filter's name and arguments.
func (p *parser) filter(of expression) (*filterExpr, error) {
	t, err := p.expectKind(tokName, "a filter")
	if err != nil {
		return nil, err
	}
	if filters[t.text] == nil {
		return nil, fmt.Errorf("filter %q is not supported", t.text)
	}
	f := &filterExpr{of: of, name: t.text}
	if p.is("(") {
		f.args, err = p.arguments()
	}
	return f, err
}

// test reads a test's name and arguments; one argument needs no parentheses.
func (p *parser) test(of expression) (expression, error) {
	t := &testExpr{of: of, negated: p.skip("not")}
	id := p.take()
	if id.kind != tokName && !(id.kind == tokOperator && tests[id.text] != nil) {
		return nil, fmt.Errorf("%s where a test belongs", id)
	}
	t.name = id.text
	if tests[t.name] == nil {
		return nil, fmt.Errorf("test %q is not supported", t.name)
	}
	next := p.peek()
	var err error
	switch {
	case p.is("("):
		t.args, err = p.arguments()
	case next.kind == tokString, next.kind == tokInt, next.kind == tokFloat, p.is("["), p.is("{"),
		next.kind == tokName && !slices.Contains([]string{"else", "or", "and", "if", "in", "not", "is"}, next.text):
		var arg expression
		if arg, err = p.primary(); err == nil {
			arg, err = p.postfix(arg)
		}
		t.args.positional = []expression{arg}
	}
	return t, err
}
