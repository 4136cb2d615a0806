package chat

// expression is a node that has a value.
type expression interface {
	eval(s *state) (any, error)
}

// statement is a node that writes or changes something.
type statement interface {
	exec(s *state) error
}

// Expressions.
type (
	constant struct{ value any }
	name     struct{ id string }
	listExpr struct {
		items []expression
		tuple bool
	}
	dictExpr  struct{ keys, values []expression }
	attribute struct { // x.name
		of   expression
		name string
	}
	index struct { // x[key]
		of, key expression
	}
	slice struct { // x[low:high:step], nil where left out
		of              expression
		low, high, step expression
	}
	call struct {
		of   expression
		args arguments
	}
	filterExpr struct {
		of   expression // nil in a filter block
		name string
		args arguments
	}
	testExpr struct {
		of      expression
		name    string
		args    arguments
		negated bool
	}
	unary struct {
		op string // not, -, +
		of expression
	}
	binary struct {
		op          string
		left, right expression
	}
	comparison struct { // a < b < c
		first expression
		ops   []string
		rest  []expression
	}
	concat      struct{ parts []expression } // a ~ b
	conditional struct {                     // yes if test else no; no may be nil
		test, yes, no expression
	}
)

// arguments of a call, filter or test.
type arguments struct {
	positional []expression
	names      []string
	named      []expression
}

// Statements.
type (
	textStmt  struct{ text string }
	printStmt struct {
		line  int
		value expression
	}
	ifStmt struct {
		line      int
		tests     []expression
		bodies    [][]statement
		otherwise []statement
	}
	forStmt struct {
		line      int
		targets   []string // more than one unpack each item
		over      expression
		filter    expression // nil without
		body      []statement
		otherwise []statement
	}
	setStmt struct {
		line    int
		targets []target
		value   expression
	}
	setBlockStmt struct {
		line    int
		target  target
		filters []*filterExpr
		body    []statement
	}
	withStmt struct {
		line    int
		targets []target
		values  []expression
		body    []statement
	}
	macroStmt struct {
		line     int
		name     string
		params   []string
		defaults []expression // for the last of params
		body     []statement
	}
	callStmt struct { // {% call f(x) %}…{% endcall %}
		line   int
		call   *call
		caller *macroStmt
	}
	filterStmt struct {
		line    int
		filters []*filterExpr
		body    []statement
	}
	blockStmt struct{ body []statement } // generation
	loopStmt  struct{ leave bool }       // break or continue
)

// target is what set assigns to: a name, or a field of a namespace.
type target struct{ name, field string }
