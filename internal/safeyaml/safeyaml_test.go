package safeyaml

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestUnmarshal(t *testing.T) {
	var list []string
	if err := Unmarshal([]byte("!00 0"), FewTokens, &list); !errors.Is(err, ErrMalformed) {
		t.Errorf("a tag without a value: %v, want ErrMalformed", err)
	}
	if err := Unmarshal([]byte("- a\n- b\n"), FewTokens, &list); err != nil || len(list) != 2 {
		t.Errorf("a list: %v, %v", list, err)
	}
}

// Several documents are an error; marks around a single one are not.
func TestDocuments(t *testing.T) {
	for text, one := range map[string]bool{
		"---\na: 1\n": true, "%YAML 1.2\n---\na: 1\n...\n": true, "# of mine\n---\na: 1\n---\n# the end\n": true,
		"a: 1\n---\na: 2\n": false, "---\na: 1\n...\n---\na: 2\n": false, "a: |\n  x\n---\nb: 2\n": false,
		"a: \"x\n  --- y\"\n": true,
	} {
		var got map[string]any
		if err := Unmarshal([]byte(text), FewTokens, &got); (err == nil) != one || one && len(got) != 1 || !one && !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// What would take the parser gigabytes is refused before it parses; brackets and dashes
// that only are text are not.
func TestLimits(t *testing.T) {
	stairs := ""
	for i := range 100 {
		stairs += strings.Repeat(" ", i) + "a:\n"
	}
	keys, flow := "", "{"
	for i := range 2 * maxKeys {
		keys += fmt.Sprintf("k%d: v\n", i)
		flow += fmt.Sprintf("k%d: v, ", i)
	}
	many := func(s string) string { return strings.Repeat(s, 100_000) }
	for _, c := range []struct {
		name, text string
		refused    bool
	}{
		{"brackets", "- prompt: " + many("["), true},
		{"braces", many("{a: "), true},
		{"dashes", many("- "), true},
		{"question marks", many("? "), true},
		{"tags", many("!!map "), true},
		{"tags on lines", many("!!map\n"), true},
		{"anchors", many("&a "), true},
		{"colons", many(": "), true},
		{"blocks", stairs, true},
		{"many entries", many("- a\n"), true},
		{"many flow entries", "[" + many(",") + "]", true},
		{"many keys", keys, true},
		{"many keys below another", "a:\n  " + strings.ReplaceAll(keys, "\n", "\n  "), true},
		{"many keys in braces", flow + "}", true},
		{"lists in braces", "[" + strings.Repeat("{a: b, c: [d, e: f]}, ", 2000) + "]", false},
		{"many small mappings", strings.Repeat("- a: b\n  c: d\n", 3000), false},
		{"aliases of aliases", "a: &a [x]\n" + strings.Repeat("b: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\n", 2), true},
		{"bytes", "a: " + strings.Repeat("x", maxBytes), true},
		{"quoted brackets", "- \"" + many("[") + "\"\n- '" + many("{") + "'\n", false},
		{"brackets in a text block", "- |\n  " + many("[{") + "\n", false},
		{"brackets in plain text", strings.Repeat("- prompt: say [[[ or {{{ - - - ???\n", 1000), false},
		{"long lists", strings.Repeat("- query: a\n  response: !!str b\n  list:\n  - a\n  - [b, c]\n", 1000), false},
		{"an alias", "a: &a [x]\nb: *a\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var v any
			err := Unmarshal([]byte(c.text), FewTokens, &v)
			if errors.Is(err, ErrLimit) != c.refused || err != nil && !c.refused {
				t.Errorf("error %v, refused should be %v", err, c.refused)
			}
		})
	}
}

func FuzzUnmarshal(f *testing.F) {
	for _, s := range []string{
		"", "- a\n- b: c\n", "a: &a [x]\nb: *a\n", "!00 0", "- |\n  x\n", "{a: [b, {c: d}]}", "? a\n: b\n", "\ufeffa: b",
		"[[[[", "- - - -", "\"\\x", "a:\n b:\n  c:\n", "<<: *a", "%YAML 1.2\n---\na\n...",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		var v any
		_ = Unmarshal(data, FewTokens, &v) // it must come back
	})
}
