package chat

import (
	"fmt"
	"slices"
	"strconv"
)

// maxNesting bounds statements and expressions within each other, maxChain those
// in a row (a + a + …, x.a.b…): the depth of the tree, which is walked recursively.
const (
	maxNesting = 100
	maxChain   = 500
)

// parser follows the grammar of Jinja 3.1 (jinja2/parser.py), as far as chat
// templates can use it.
type parser struct {
	tokens []token
	pos    int
	depth  int
	loops  int // break and continue belong to one
}

func parse(source string) ([]statement, error) {
	tokens, err := lex(source)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	body, _, err := p.body()
	if err == nil && p.peek().kind != tokEnd {
		err = fmt.Errorf("nothing to end here")
	}
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", p.peek().line, err)
	}
	return body, nil
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) take() token {
	t := p.tokens[p.pos]
	if t.kind != tokEnd {
		p.pos++
	}
	return t
}

// is tells whether the next token is an operator or a keyword.
func (p *parser) is(text string) bool {
	t := p.peek()
	return (t.kind == tokOperator || t.kind == tokName) && t.text == text
}

func (p *parser) skip(text string) bool {
	if p.is(text) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if !p.skip(text) {
		return fmt.Errorf("%s where %q belongs", p.peek(), text)
	}
	return nil
}

func (p *parser) expectKind(k kind, what string) (token, error) {
	if p.peek().kind != k {
		return token{}, fmt.Errorf("%s where %s belongs", p.peek(), what)
	}
	return p.take(), nil
}

func (t token) String() string {
	switch t.kind {
	case tokEnd:
		return "the end"
	case tokText:
		return "text"
	case tokOpen:
		return `"{{"`
	case tokClose:
		return `"}}"`
	case tokBegin:
		return `"{%"`
	case tokFinish:
		return `"%}"`
	}
	return strconv.Quote(t.text)
}

func (p *parser) enter() error {
	p.depth++
	if p.depth > maxNesting {
		return fmt.Errorf("nested more than %d deep", maxNesting)
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

// body reads statements up to a tag whose keyword is one of ends, which it reads
// too, or to the end of the template if there are no ends.
func (p *parser) body(ends ...string) ([]statement, string, error) {
	if err := p.enter(); err != nil {
		return nil, "", err
	}
	defer p.leave()
	var out []statement
	for {
		t := p.take()
		switch t.kind {
		case tokEnd:
			if len(ends) > 0 {
				return nil, "", fmt.Errorf("the end where %s belongs", ends[len(ends)-1])
			}
			return out, "", nil
		case tokText:
			out = append(out, &textStmt{t.text})
		case tokOpen:
			v, err := p.tuple(true)
			if err != nil {
				return nil, "", err
			}
			if _, err := p.expectKind(tokClose, `"}}"`); err != nil {
				return nil, "", err
			}
			out = append(out, &printStmt{t.line, v})
		case tokBegin:
			word, err := p.expectKind(tokName, "a statement")
			if err != nil {
				return nil, "", err
			}
			if slices.Contains(ends, word.text) {
				return out, word.text, nil
			}
			st, err := p.statement(word)
			if err != nil {
				return nil, "", err
			}
			out = append(out, st)
		}
	}
}

// finish reads the end of a block tag.
func (p *parser) finish() error {
	_, err := p.expectKind(tokFinish, `"%}"`)
	return err
}

// block reads the end of a tag, statements, and an end tag.
func (p *parser) block(end string) ([]statement, error) {
	if err := p.finish(); err != nil {
		return nil, err
	}
	body, _, err := p.body(end)
	if err != nil {
		return nil, err
	}
	return body, p.finish()
}

func (p *parser) statement(word token) (statement, error) {
	switch word.text {
	case "if":
		return p.ifStmt(word.line)
	case "for":
		return p.forStmt(word.line)
	case "set":
		return p.set(word.line)
	case "macro":
		return p.macro(word.line)
	case "call":
		return p.callBlock(word.line)
	case "filter":
		return p.filterBlock(word.line)
	case "with":
		return p.with(word.line)
	case "generation":
		body, err := p.block("endgeneration")
		return &blockStmt{body}, err
	case "print":
		v, err := p.tuple(true)
		if err != nil {
			return nil, err
		}
		return &printStmt{word.line, v}, p.finish()
	case "break", "continue":
		if p.loops == 0 {
			return nil, fmt.Errorf("%s outside of a loop", word.text)
		}
		return &loopStmt{word.text == "break"}, p.finish()
	}
	return nil, fmt.Errorf("statement %q is not supported", word.text)
}

func (p *parser) ifStmt(line int) (statement, error) {
	st := &ifStmt{line: line}
	for {
		test, err := p.tuple(true)
		if err != nil {
			return nil, err
		}
		if err := p.finish(); err != nil {
			return nil, err
		}
		body, end, err := p.body("elif", "else", "endif")
		if err != nil {
			return nil, err
		}
		st.tests, st.bodies = append(st.tests, test), append(st.bodies, body)
		switch end {
		case "elif":
			continue
		case "else":
			st.otherwise, err = p.block("endif")
			return st, err
		}
		return st, p.finish()
	}
}

func (p *parser) forStmt(line int) (statement, error) {
	st := &forStmt{line: line}
	parens := p.skip("(")
	for {
		t, err := p.expectKind(tokName, "a name")
		if err != nil {
			return nil, err
		}
		st.targets = append(st.targets, t.text)
		if !p.skip(",") || p.is("in") || p.is(")") {
			break
		}
	}
	if parens {
		if err := p.expect(")"); err != nil {
			return nil, err
		}
	}
	if err := p.expect("in"); err != nil {
		return nil, err
	}
	var err error
	if st.over, err = p.tuple(false); err != nil {
		return nil, err
	}
	if p.skip("if") {
		if st.filter, err = p.expression(); err != nil {
			return nil, err
		}
	}
	if p.is("recursive") {
		return nil, fmt.Errorf("recursive loops are not supported")
	}
	if err := p.finish(); err != nil {
		return nil, err
	}
	p.loops++
	body, end, err := p.body("else", "endfor")
	p.loops--
	if err != nil {
		return nil, err
	}
	st.body = body
	if end == "else" {
		st.otherwise, err = p.block("endfor")
		return st, err
	}
	return st, p.finish()
}

// target reads name or name.field.
func (p *parser) target() (target, error) {
	t, err := p.expectKind(tokName, "a name")
	if err != nil {
		return target{}, err
	}
	out := target{name: t.text}
	if p.skip(".") {
		f, err := p.expectKind(tokName, "a name")
		if err != nil {
			return target{}, err
		}
		out.field = f.text
	}
	return out, nil
}

func (p *parser) set(line int) (statement, error) {
	var targets []target
	parens := p.skip("(")
	for {
		t, err := p.target()
		if err != nil {
			return nil, err
		}
		targets = append(targets, t)
		if !p.skip(",") || p.is("=") {
			break
		}
	}
	if parens {
		if err := p.expect(")"); err != nil {
			return nil, err
		}
	}
	if p.skip("=") {
		v, err := p.tuple(true)
		if err != nil {
			return nil, err
		}
		return &setStmt{line, targets, v}, p.finish()
	}
	if len(targets) != 1 {
		return nil, fmt.Errorf("set without a value")
	}
	filters, err := p.filters()
	if err != nil {
		return nil, err
	}
	body, err := p.outsideLoop("endset")
	return &setBlockStmt{line, targets[0], filters, body}, err
}

// outsideLoop is block for bodies that break and continue do not reach out of.
func (p *parser) outsideLoop(end string) ([]statement, error) {
	loops := p.loops
	p.loops = 0
	defer func() { p.loops = loops }()
	return p.block(end)
}

// filters reads | name(…) | name….
func (p *parser) filters() ([]*filterExpr, error) {
	var out []*filterExpr
	for p.skip("|") {
		f, err := p.filter(nil)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
		if len(out) > maxChain {
			return nil, fmt.Errorf("more than %d filters in a row", maxChain)
		}
	}
	return out, nil
}

func (p *parser) with(line int) (statement, error) {
	st := &withStmt{line: line}
	for p.peek().kind != tokFinish {
		if len(st.targets) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		t, err := p.expectKind(tokName, "a name")
		if err != nil {
			return nil, err
		}
		if err := p.expect("="); err != nil {
			return nil, err
		}
		v, err := p.expression()
		if err != nil {
			return nil, err
		}
		st.targets, st.values = append(st.targets, target{name: t.text}), append(st.values, v)
	}
	var err error
	st.body, err = p.block("endwith")
	return st, err
}

func (p *parser) macro(line int) (statement, error) {
	t, err := p.expectKind(tokName, "a name")
	if err != nil {
		return nil, err
	}
	m := &macroStmt{line: line, name: t.text}
	if err := p.signature(m); err != nil {
		return nil, err
	}
	m.body, err = p.outsideLoop("endmacro")
	return m, err
}

// signature reads (a, b=1).
func (p *parser) signature(m *macroStmt) error {
	if err := p.expect("("); err != nil {
		return err
	}
	for !p.skip(")") {
		if len(m.params) > 0 {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		t, err := p.expectKind(tokName, "a name")
		if err != nil {
			return err
		}
		m.params = append(m.params, t.text)
		if p.skip("=") {
			v, err := p.expression()
			if err != nil {
				return err
			}
			m.defaults = append(m.defaults, v)
		} else if len(m.defaults) > 0 {
			return fmt.Errorf("parameter %s without default after one with", t.text)
		}
	}
	return nil
}

func (p *parser) callBlock(line int) (statement, error) {
	m := &macroStmt{line: line, name: "caller"}
	if p.is("(") {
		if err := p.signature(m); err != nil {
			return nil, err
		}
	}
	v, err := p.expression()
	if err != nil {
		return nil, err
	}
	c, ok := v.(*call)
	if !ok {
		return nil, fmt.Errorf("call of what is no call")
	}
	m.body, err = p.outsideLoop("endcall")
	return &callStmt{line, c, m}, err
}

func (p *parser) filterBlock(line int) (statement, error) {
	f, err := p.filter(nil)
	if err != nil {
		return nil, err
	}
	more, err := p.filters()
	if err != nil {
		return nil, err
	}
	body, err := p.outsideLoop("endfilter")
	return &filterStmt{line, append([]*filterExpr{f}, more...), body}, err
}
