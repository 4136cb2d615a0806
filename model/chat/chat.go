// Package chat renders chat templates: the small programs, written in Jinja, with
// which a model says how it was taught to read a conversation.
//
// The prompt that a template renders is what a fingerprint's key sits in, so it
// has to be exactly what other servers send to the model. This package therefore
// follows the reference (transformers' apply_chat_template, Jinja 3.1 in its
// immutable sandbox) where the two could differ: block tags swallow the line
// they stand on (trim_blocks, lstrip_blocks), tojson writes as Python's json.dumps
// does, numbers and lists print as in Python, undefined names are empty until
// something is done with them.
//
// Templates come with models, from strangers. They get no access to anything but
// the conversation, and three budgets bound what they cost: steps, bytes made and
// time. A template that exceeds one fails with [ErrBudget]; one that refuses a
// conversation (raise_exception) with [ErrRaised] and its reason. What this
// package does not have (include, import, block, …) is an error of [Parse] that
// names it.
//
// The interpreter is a lexer (lexer.go), a parser to a tree (parser.go, ast.go)
// and the evaluation of that tree (statements.go, expressions.go) over Go values
// that stand for Python's (values.go).
package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Errors that callers can tell apart.
var (
	// ErrSyntax reports a template that is no valid Jinja, or uses a statement,
	// filter or test that is not supported.
	ErrSyntax = errors.New("chat template cannot be read")
	// ErrRaised reports that a template refuses the conversation, mostly because of
	// the order or the kind of its messages. The error's text ends with the reason.
	ErrRaised = errors.New("chat template refuses the conversation")
	// ErrRender reports a template that fails while it runs: an unknown function, a
	// value of the wrong kind.
	ErrRender = errors.New("chat template fails")
	// ErrBudget reports a template that takes too many steps, too much memory or
	// too long.
	ErrBudget = errors.New("chat template exceeds its budget")
)

// Message is one turn of a conversation.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
	// Extra holds further fields (tool_calls, tool_call_id, name), and "content"
	// where it is not a text. Values are what encoding/json decodes to, or
	// json.RawMessage, in which objects keep the order of their keys.
	Extra map[string]any `json:"-"`

	order []string // of the fields, as JSON had them; templates may print whole messages
}

// UnmarshalJSON keeps fields that Message has no name for in Extra.
func (m *Message) UnmarshalJSON(data []byte) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	*m = Message{order: keyOrder(data)}
	if raw, ok := all["role"]; ok {
		if err := json.Unmarshal(raw, &m.Role); err != nil {
			return fmt.Errorf("role: %w", err)
		}
	}
	for key, raw := range all {
		if key == "role" {
			continue
		}
		if key == "content" && bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`"`)) {
			if err := json.Unmarshal(raw, &m.Content); err != nil {
				return fmt.Errorf("content: %w", err)
			}
			continue
		}
		if m.Extra == nil {
			m.Extra = map[string]any{}
		}
		m.Extra[key] = raw
	}
	return nil
}

// keyOrder lists the keys of a JSON object, which encoding/json has accepted.
func keyOrder(data []byte) []string {
	dec := json.NewDecoder(bytes.NewReader(data))
	var keys []string
	if _, err := dec.Token(); err != nil {
		return nil
	}
	for dec.More() {
		key, err := dec.Token()
		text, ok := key.(string)
		if err != nil || !ok {
			return keys
		}
		keys = append(keys, text)
		var skipped json.RawMessage
		if err := dec.Decode(&skipped); err != nil {
			return keys
		}
	}
	return keys
}

// MarshalJSON writes the fields in Extra beside the others.
func (m Message) MarshalJSON() ([]byte, error) {
	all := map[string]any{"role": m.Role, "content": m.Content}
	for key, v := range m.Extra {
		all[key] = v
	}
	return json.Marshal(all)
}

// Options is what a template sees beside the messages.
type Options struct {
	// AddGenerationPrompt asks for the beginning of the answer at the end.
	AddGenerationPrompt bool
	// BOS and EOS are the texts of bos_token and eos_token; "" leaves them
	// undefined.
	BOS, EOS string
	// Now is the time that strftime_now tells; zero is the time of the call.
	// Prompts that must be the same tomorrow need it set.
	Now time.Time
	// Extra holds further variables: tools, documents, date_string,
	// enable_thinking, … Values are as in Message.Extra.
	Extra map[string]any
}

// Template is a parsed chat template. It may be rendered by several goroutines
// at once.
type Template struct {
	source string
	body   []statement
}

// maxSource bounds a template's source in bytes; the longest known have 30 KB.
const maxSource = 1 << 20

// Parse reads a template.
func Parse(source string) (*Template, error) {
	if len(source) > maxSource {
		return nil, fmt.Errorf("parse chat template: %w: it is longer than %d bytes", ErrSyntax, maxSource)
	}
	body, err := parse(source)
	if err != nil {
		return nil, fmt.Errorf("parse chat template: %w: %w", ErrSyntax, err)
	}
	return &Template{source: source, body: body}, nil
}

// Source is the text that Parse was given.
func (t *Template) Source() string { return t.source }

// Render writes a conversation as the model reads it.
func (t *Template) Render(msgs []Message, o Options) (string, error) {
	out, err := t.render(msgs, o)
	switch {
	case err == nil:
		return out, nil
	case errors.Is(err, ErrRaised), errors.Is(err, ErrBudget):
		return "", fmt.Errorf("render chat template: %w", err)
	}
	return "", fmt.Errorf("render chat template: %w: %w", ErrRender, err)
}

func (t *Template) render(msgs []Message, o Options) (string, error) {
	s := newState(o.Now)
	list := make([]any, len(msgs))
	for i, m := range msgs {
		v, err := s.message(m)
		if err != nil {
			return "", fmt.Errorf("message %d: %w", i, err)
		}
		list[i] = v
	}
	globals := s.scope.vars
	globals["messages"] = &listValue{items: list}
	globals["add_generation_prompt"] = o.AddGenerationPrompt
	globals["tools"], globals["documents"] = nil, nil // the reference always defines them
	if o.BOS != "" {
		globals["bos_token"] = o.BOS
	}
	if o.EOS != "" {
		globals["eos_token"] = o.EOS
	}
	for name, v := range o.Extra {
		value, err := s.fromGo(v, 0)
		if err != nil {
			return "", fmt.Errorf("variable %s: %w", name, err)
		}
		globals[name] = value
	}
	s.startBudget()
	s.push() // what the template sets does not change what it was given
	if err := s.run(t.body); err != nil {
		return "", err
	}
	return s.out.String(), nil
}

// message makes the dictionary that a template sees: the fields in the order in
// which JSON had them, else role, content, the rest.
func (s *state) message(m Message) (any, error) {
	d := newDict()
	for _, key := range slices.Concat(m.order, []string{"role", "content"}, sortedKeys(m.Extra)) {
		if _, done := d.get(key); done {
			continue
		}
		v, other := m.Extra[key]
		switch {
		case key == "role":
			v = m.Role
		case key == "content" && !other:
			v = m.Content
		case !other:
			continue
		}
		value, err := s.fromGo(v, 0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		d.set(key, value)
	}
	return d, nil
}

// state is one rendering.
type state struct {
	scope  *scope
	out    *strings.Builder
	depth  int // of macro calls
	now    time.Time
	input  int // bytes that the caller gave
	budget budget
}

func newState(now time.Time) *state {
	if now.IsZero() {
		now = time.Now()
	}
	s := &state{scope: &scope{vars: map[string]any{}}, out: &strings.Builder{}, now: now}
	for name, f := range globalFunctions {
		s.scope.vars[name] = f
	}
	return s
}

// scope is a set of names; those of outer scopes can be read.
type scope struct {
	vars  map[string]any
	outer *scope
}

func (s *state) push() { s.scope = &scope{vars: map[string]any{}, outer: s.scope} }
func (s *state) pop()  { s.scope = s.scope.outer }

func (s *state) lookup(name string) any {
	for sc := s.scope; sc != nil; sc = sc.outer {
		if v, ok := sc.vars[name]; ok {
			return v
		}
	}
	return undefined{name: fmt.Sprintf("'%s' is undefined", name)}
}
