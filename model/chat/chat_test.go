package chat_test

import (
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"loyal/model/chat"
)

// TestReference compares with what transformers 5.23.0 with Jinja 3.1.6 rendered
// for templates that use each feature; null is an error there.
func TestReference(t *testing.T) {
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Variables     map[string]json.RawMessage `json:"variables"`
		Conversations [][]chat.Message           `json:"conversations"`
		Cases         []struct {
			Template string    `json:"template"`
			Rendered []*string `json:"rendered"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	extra := map[string]any{}
	for name, v := range ref.Variables {
		extra[name] = v
	}
	for _, c := range ref.Cases {
		template, err := chat.Parse(c.Template)
		if err != nil {
			t.Errorf("%s: %v", c.Template, err)
			continue
		}
		for i, want := range c.Rendered {
			got, err := template.Render(ref.Conversations[i], chat.Options{AddGenerationPrompt: true, Extra: extra})
			switch {
			case want == nil && err == nil:
				t.Errorf("%s\n got %q, want an error", c.Template, got)
			case want != nil && (err != nil || got != *want):
				t.Errorf("%s\n got %q, %v\nwant %q", c.Template, got, err, *want)
			}
		}
	}
}

func render(t *testing.T, source string, o chat.Options, msgs ...chat.Message) (string, error) {
	t.Helper()
	template, err := chat.Parse(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return template.Render(msgs, o)
}

func TestOptions(t *testing.T) {
	now := time.Date(2026, 3, 5, 14, 7, 9, 0, time.UTC)
	for _, c := range []struct {
		source string
		o      chat.Options
		want   string
	}{
		{"{{ bos_token is defined }}", chat.Options{}, "False"},
		{"{{ bos_token }}{{ eos_token }}", chat.Options{BOS: "<s>", EOS: "</s>"}, "<s></s>"},
		{"{{ add_generation_prompt }}{{ tools }}{{ tools is defined }}", chat.Options{AddGenerationPrompt: true}, "TrueNoneTrue"},
		{"{{ strftime_now('%d %b %Y %H:%M:%S %A %B %j %I%p %-d %y %%') }}", chat.Options{Now: now}, "05 Mar 2026 14:07:09 Thursday March 064 02PM 5 26 %"},
		{"{{ date_string is defined }}", chat.Options{Now: now}, "False"},
		{"{{ x.a }}{{ x.b }}{{ y }}", chat.Options{Extra: map[string]any{"x": map[string]any{"b": 1, "a": []any{"q", nil, 1.5}}, "y": []string{"z"}}}, "['q', None, 1.5]1['z']"},
		{"{% for k in x %}{{ k }}{% endfor %}", chat.Options{Extra: map[string]any{"x": json.RawMessage(`{"b":1,"a":2}`)}}, "ba"},
	} {
		if got, err := render(t, c.source, c.o); err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.source, got, err, c.want)
		}
	}
	if got, err := render(t, "{{ strftime_now('%Y') }}", chat.Options{}); err != nil || len(got) != 4 {
		t.Errorf("now: %q, %v", got, err)
	}
}

func TestMessage(t *testing.T) {
	const source = `{"role":"assistant","tool_calls":[{"z":1,"a":{"c":2,"b":3}}],"content":null}`
	var m chat.Message
	if err := json.Unmarshal([]byte(source), &m); err != nil {
		t.Fatal(err)
	}
	if got, err := render(t, "{{ messages[0] | tojson }}", chat.Options{}, m); err != nil ||
		got != `{"role": "assistant", "tool_calls": [{"z": 1, "a": {"c": 2, "b": 3}}], "content": null}` {
		t.Errorf("%s, %v", got, err)
	}
	encoded, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if json.Unmarshal([]byte(source), &a) != nil || json.Unmarshal(encoded, &b) != nil {
		t.Fatal("not JSON")
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
	m = chat.Message{Role: "user", Content: "x", Extra: map[string]any{"name": "n"}}
	if got, err := render(t, "{{ messages[0] }}", chat.Options{}, m); err != nil || got != "{'role': 'user', 'content': 'x', 'name': 'n'}" {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []string{`{"role":1}`, `[]`, `{"content":"\ud8"}`} {
		if json.Unmarshal([]byte(bad), &m) == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

func TestRaise(t *testing.T) {
	_, err := render(t, "a\n{{ raise_exception('roles must alternate') }}", chat.Options{})
	if !errors.Is(err, chat.ErrRaised) || !strings.HasSuffix(err.Error(), "roles must alternate") || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("%v", err)
	}
}

// TestBudget holds templates that would run forever or fill the memory.
func TestBudget(t *testing.T) {
	if testing.Short() {
		t.Skip("spends whole budgets")
	}
	const loops = "{% for a in range(100000) %}{% for b in range(100000) %}"
	for _, source := range []string{
		"{% for i in range(10**9) %}{% endfor %}",
		loops + "{% endfor %}{% endfor %}",
		loops + "{{ 'x' * 1000 }}{% endfor %}{% endfor %}",
		"{{ 'x' * 10**9 }}",
		"{{ [1] * 10**9 }}",
		"{{ ('x' * 84000000) | length }}",
		"{{ 'x' * 10**15 * 10**3 }}",
		"{% set ns = namespace(x='x') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
		"{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
		"{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x == ns.x[:] }}",
		"{% set ns = namespace(x=[1]) %}{% for i in range(90) %}{% set ns.x = {'a': ns.x, 'b': ns.x} %}{% endfor %}{{ ns.x | tojson }}",
		"{% set ns = namespace() %}{% set ns.x = ns %}{% set y = [ns, ns] %}{% set ns.x = y %}{% for a in range(100000) %}{% for b in range(1000) %}{{ y == y }}{% endfor %}{% endfor %}",
		"{% macro f(n) %}{{ f(n) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
		"{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(60) }}",
		"{% for i in range(100000) %}{{ ('a,' * 10000).split(',') | length }}{% endfor %}",
		"{% for i in range(100000) %}{{ range(100000) | list | sort | join }}{% endfor %}",
		"{{ ('a' * 1000000).replace('a', 'b' * 1000) }}",
		"{% for i in range(100000) %}{% filter indent(1000) %}{{ '\n' * 100000 }}{% endfilter %}{% endfor %}",
	} {
		before := runtime.NumGoroutine()
		start := time.Now()
		_, err := render(t, source, chat.Options{Extra: map[string]any{"x": "x"}})
		if !errors.Is(err, chat.ErrBudget) {
			t.Errorf("%s: %v, want ErrBudget", source, err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s took %v", source, took)
		}
		if after := runtime.NumGoroutine(); after > before {
			t.Errorf("%s leaves %d goroutines", source, after-before)
		}
	}
}

// TestRecursion stops before the stack has grown.
func TestRecursion(t *testing.T) {
	_, err := render(t, "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", chat.Options{})
	if !errors.Is(err, chat.ErrBudget) || !strings.Contains(err.Error(), "64 deep") {
		t.Errorf("%v", err)
	}
}

// TestLongConversation needs many steps and is no attack.
func TestLongConversation(t *testing.T) {
	var msgs []chat.Message
	for range 2000 {
		msgs = append(msgs, chat.Message{Role: "user", Content: strings.Repeat("word ", 200)}, chat.Message{Role: "assistant", Content: "ok"})
	}
	out, err := render(t, "{% for m in messages %}{% if m.role == 'user' %}{{ '<u>' + m.content | trim + '</u>' }}{% else %}{{ m['content'] }}{% endif %}{% endfor %}", chat.Options{}, msgs...)
	if err != nil || len(out) != 2000*(7+999+2) {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for source, want := range map[string]string{
		"{{ x":                        "tag without end",
		"{% if x %}":                  "endif",
		"a\n\n{% endif %}":            "line 3",
		"{% for x in y %}{% endif %}": "endif",
		"{# x":                        "comment without end",
		"{% raw %}x":                  "raw without endraw",
		"{{ 'x }}":                    "string without end",
		"{{ x | nofilter }}":          `filter "nofilter" is not supported`,
		"{{ x is notest }}":           `test "notest" is not supported`,
		"{% include 'x' %}":           `statement "include" is not supported`,
		"{% extends 'x' %}":           `statement "extends" is not supported`,
		"{% block x %}{% endblock %}": `statement "block" is not supported`,
		"{% for x in y recursive %}":  "recursive loops are not supported",
		"{{ f(*x) }}":                 "not supported",
		"{{ (1 }}":                    "unexpected",
		"{{ 1 + }}":                   "where a value belongs",
		"{{ }}":                       "where a value belongs",
		"{{ x. }}":                    "where a name belongs",
		"{{ a b }}":                   `"}}"`,
		"{% break %}":                 "outside of a loop",
		"{{ $ }}":                     "unexpected character",
		"{{ 99999999999999999999 }}":  "out of range",
		"{% set x %}":                 "endset",
		"{% macro f(a=1, b) %}":       "without default",
		"{{ [" + strings.Repeat("[", 200) + strings.Repeat("]", 201) + " }}": "nested",
		"{{ " + strings.Repeat("(", 200) + strings.Repeat(")", 200) + " }}":  "nested",
		"{{ " + strings.Repeat("- ", 200) + " }}":                            "nested",
		"{{ " + strings.Repeat("not ", 200) + " }}":                          "nested",
		"{{ 1" + strings.Repeat("+1", 600) + " }}":                           "in a row",
		"{{ x" + strings.Repeat("|trim", 600) + " }}":                        "in a row",
		"{{ x" + strings.Repeat(".x", 600) + " }}":                           "in a row",
		strings.Repeat("{% if x %}", 200):                                    "nested",
		strings.Repeat("x", 1<<20+1):                                         "longer",
	} {
		_, err := chat.Parse(source)
		if !errors.Is(err, chat.ErrSyntax) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", source, err, want)
		}
	}
}

func TestRuntimeErrors(t *testing.T) {
	for source, want := range map[string]string{
		"{{ 1 // 0 }}": "zero", "{{ 1 / 0 }}": "zero", "{{ 1 % 0 }}": "zero",
		"{{ 9223372036854775807 + 1 }}": "out of range", "{{ 10 ** 30 }}": "out of range", "{{ -9223372036854775807 - 2 }}": "out of range",
		"{{ 3037000500 * 3037000500 }}":           "out of range",
		"{{ 1 < 'a' }}":                           "not supported between",
		"{{ x() }}":                               "'x' is undefined",
		"{{ 1() }}":                               "not callable",
		"{{ {[]: 1} }}":                           "unhashable",
		"{{ 1[:2] }}":                             "not subscriptable",
		"{% for a in 1 %}{% endfor %}":            "not iterable",
		"{% set x.y = 1 %}":                       "non-namespace",
		"{{ range(1, 2, 0) }}":                    "zero",
		"{{ 'x'.join([1]) }}":                     "expected texts",
		"{{ 'x'.strip(1) }}":                      "expected a text",
		"{{ 'a{'.format() }}":                     "format",
		"{{ '%z' % 1 }}":                          "format",
		"{{ strftime_now('%Q') }}":                "time format",
		"{{ range | tojson }}":                    "not JSON serializable",
		"{{ 'x' | replace('a') }}":                "argument missing",
		"{{ 'x' | trim(1, 2) }}":                  "at most",
		"{{ 'x' | trim(y=2) }}":                   "unknown keyword",
		"{% macro f() %}{% endmacro %}{{ f(1) }}": "not more than",
		"{{ [1][::0] }}":                          "zero",
	} {
		_, err := render(t, source, chat.Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
	if _, err := render(t, "", chat.Options{Extra: map[string]any{"f": func() {}}}); err == nil {
		t.Error("a function is accepted as a variable")
	}
}

// TestConcurrent renders one template from several goroutines.
func TestConcurrent(t *testing.T) {
	template, err := chat.Parse("{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}{{ messages[0].content }}")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, text := range []string{"a", "b", "c", "d"} {
		wg.Go(func() {
			for range 100 {
				if got, err := template.Render([]chat.Message{{Role: "user", Content: text}}, chat.Options{}); err != nil || got != "1"+text {
					t.Errorf("%q, %v", got, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{
		"{% for m in messages %}{{ m.role }}: {{ m['content'] | trim }}\n{% endfor %}",
		"{%- set ns = namespace(x=1) -%}{% if ns.x is defined and not false %}{{ [1, {'a': 2}][1].a ~ 'x'[::-1] }}{% endif %}",
		"{% macro f(a, b=2) %}{{ a + b }}{% endmacro %}{{ f(1) | string | tojson(indent=2) }}",
		"{% raw %}{{{% endraw %}{#- c -#}{% generation %}x{% endgeneration %}",
		"{{ 'a b'.split() | map('upper') | join(',') | replace('A', 'b') }}{{ raise_exception('no') }}",
		"{% call(x) f() %}{{ x }}{% endcall %}{% filter trim %} {% endfilter %}{% with a=1 %}{{ a }}{% endwith %}",
	} {
		f.Add(seed)
	}
	msgs := []chat.Message{{Role: "user", Content: "Hi é"}, {Role: "assistant", Content: "Yo"}}
	f.Fuzz(func(t *testing.T, source string) {
		template, err := chat.Parse(source)
		if err != nil {
			if !errors.Is(err, chat.ErrSyntax) {
				t.Errorf("%v", err)
			}
			return
		}
		_, _ = template.Render(msgs, chat.Options{AddGenerationPrompt: true, BOS: "<s>"})
	})
}
