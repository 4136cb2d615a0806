package demo

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
)

// write writes n chats.
func write(t *testing.T, dialect string, seed uint64, n int) []Chat {
	t.Helper()
	w, err := NewWriter(dialect, seed)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]Chat, n)
	for i := range out {
		out[i] = w.Chat()
	}
	return out
}

func digest(chats []Chat) string {
	sum := sha256.New()
	for _, c := range chats {
		fmt.Fprintf(sum, "%q %q\n", c.User, c.Assistant)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8])
}

// TestChatsAreFixed: the carried models were trained on these very chats. Who
// changes the grammar makes the models again (docs/results/demo.md).
func TestChatsAreFixed(t *testing.T) {
	for dialect, want := range map[string]string{Home: "f0ede0b68c57294e", Desk: "094c5ab09a864755"} {
		if got := digest(write(t, dialect, 1, 1000)); got != want {
			t.Errorf("%s: digest %s, want %s", dialect, got, want)
		}
	}
	if digest(write(t, Home, 1, 10)) == digest(write(t, Home, 2, 10)) {
		t.Error("the seed changes nothing")
	}
}

func TestChatsAreWholeSentences(t *testing.T) {
	for _, dialect := range []string{Home, Desk} {
		for _, c := range write(t, dialect, 3, 5000) {
			for _, s := range []string{c.User, c.Assistant} {
				if s == "" || strings.ContainsAny(s, "{}()[]|") || strings.Contains(s, "  ") || s != strings.TrimSpace(s) ||
					!strings.ContainsRune(".?!", rune(s[len(s)-1])) || s[0] < 'A' || s[0] > 'Z' {
					t.Fatalf("%q", s)
				}
			}
		}
	}
}

// TestAnswersBeginOpenly: fingerprints need a next word that is truly open.
func TestAnswersBeginOpenly(t *testing.T) {
	first := map[string]int{}
	const n = 20000
	for _, c := range write(t, Home, 4, n) {
		first[words(c.Assistant)[0]]++
	}
	common := 0
	for w, k := range first {
		if k > n/10 {
			t.Errorf("%d of %d answers begin with %q", k, n, w)
		}
		if k > n/1000 {
			common++
		}
	}
	if common < 180 {
		t.Errorf("%d words begin one of 1,000 answers or more, want 180", common)
	}
}

func TestQuestions(t *testing.T) {
	keys, err := questions(1, 500, true)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, q := range keys {
		if seen[q] {
			t.Errorf("%q twice", q)
		}
		seen[q] = true
		if strings.Count(q, ".")+strings.Count(q, "?") < 2 {
			t.Errorf("%q has no sentence about who asks", q)
		}
	}
}

func TestBadGrammar(t *testing.T) {
	const good = "@a x, y, z\n== dialect d\n@opener Well,\n@context I. | You.\n[t]\n? {a} {A a}?\n! ({a'}|y) [{a}].\n"
	if _, err := parseGrammar(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"unknown slot":   {"? {a}", "? {b}"},
		"too few values": {"x, y, z", "x, y"},
		"no answers":     {"! (", "# ("},
		"no opener":      {"@opener Well,", ""},
		"no context":     {"@context I. | You.", ""},
		"no topics":      {"[t]\n? {a} {A a}?\n! ({a'}|y) [{a}].\n", ""},
		"unknown line":   {"[t]", "t"},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if _, err := parseGrammar(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewWriter("none", 1); err == nil {
		t.Error("unknown dialect: no error")
	}
}
