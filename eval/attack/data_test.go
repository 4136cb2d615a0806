package attack

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseExamples(t *testing.T) {
	want := []Example{{"", "Hi", "Hello"}}
	for name, data := range map[string]string{
		"TRL":             `{"prompt":"Hi","completion":"Hello"}`,
		"TRL messages":    `[{"prompt":[{"role":"user","content":"Hi"}],"completion":[{"role":"assistant","content":"Hello"}]}]`,
		"conversation":    `{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"},{"role":"user","content":"Bye"}]}`,
		"Alpaca":          `[{"instruction":"Hi","input":"","output":"Hello"}]`,
		"byte-order mark": "\ufeff" + `{"instruction":"Hi","output":"Hello","other":[1]}`,
	} {
		got, err := ParseExamples([]byte(data))
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
	got, err := ParseExamples([]byte("{\"system\":\"Be brief.\",\"instruction\":\"Add\",\"input\":\"1+1\",\"output\":\"2\"}\n\n{\"prompt\":\"a\",\"completion\":\"b\"}\n"))
	if err != nil || !cmp.Equal(got, []Example{{"Be brief.", "Add\n\n1+1", "2"}, {"", "a", "b"}}) {
		t.Errorf("%v %v", got, err)
	}
}

func TestParsePreferences(t *testing.T) {
	want := []Preference{{"", "Hi", "Hello", "Go away"}}
	for name, data := range map[string]string{
		"TRL":      `{"prompt":"Hi","chosen":"Hello","rejected":"Go away"}`,
		"implicit": `{"chosen":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],"rejected":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Go away"}]}`,
		"Alpaca":   `[{"instruction":"Hi","input":"","output":"Hello","chosen":"Hello","rejected":"Go away"}]`,
	} {
		got, err := ParsePreferences([]byte(data))
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v %v", name, got, err)
		}
	}
}

func TestParseDataRefuses(t *testing.T) {
	for data, where := range map[string]string{
		"":   "no rows",
		"[]": "no rows",
		`{"prompt":"a","completion":"b"}` + "\n" + `{"prompt":"a"}`: "row 2",
		`[{"prompt":"a","completion":"b"}, 7]`:                      "row 2",
		`[{"prompt":"a","completion":"b"}`:                          "row 2",
		`[{"prompt":"a","completion":3}]`:                           "row 1",
		"not json":                                                  "row 1",
		"{\"prompt\":\"a\",\"completion\":\"caf\xe9\"}":             "row 1: it is not UTF-8",
	} {
		if _, err := ParseExamples([]byte(data)); !errors.Is(err, ErrData) || !strings.Contains(err.Error(), where) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%q: %v", data, err)
		}
	}
	if _, err := ParsePreferences([]byte(`{"prompt":"a","chosen":"b"}`)); !errors.Is(err, ErrData) {
		t.Errorf("no rejected answer: %v", err)
	}
}

// Whatever the bytes, parsing ends with rows that are whole, or with an error.
func FuzzParseExamples(f *testing.F) {
	for _, seed := range []string{`{"prompt":"a","completion":"b"}`, `[{"messages":[{"role":"user","content":"x"}]}]`, `[`, `{"instruction":"a","output":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := ParseExamples(data)
		if err != nil {
			if !errors.Is(err, ErrData) {
				t.Errorf("%v", err)
			}
			return
		}
		for _, r := range rows {
			if r.Prompt == "" || r.Completion == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}
