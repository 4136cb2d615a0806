package attack

import (
	"math/rand/v2"
	"strings"
	"unicode"
)

// rewording is a simple rule by which a host, or a client in between, changes a
// message. The generator is for rules that leave something to chance.
type rewording struct {
	name  string
	small bool // part of the small grid
	do    func(text string, rng *rand.Rand) string
}

func steady(f func(string) string) func(string, *rand.Rand) string {
	return func(s string, _ *rand.Rand) string { return f(s) }
}

// rewordings are the rules, the mild ones first.
var rewordings = []rewording{
	{"space-before", false, steady(func(s string) string { return " " + s })},
	{"line-feed-after", false, steady(func(s string) string { return s + "\n" })},
	{"end-mark-dropped", true, steady(withoutEndMark)},
	{"end-mark-added", false, steady(func(s string) string { return withoutEndMark(s) + "!" })},
	{"lower-case", true, steady(strings.ToLower)},
	{"upper-case", false, steady(strings.ToUpper)},
	{"title-case", false, steady(titleCase)},
	{"quoted", false, steady(func(s string) string { return `"` + s + `"` })},
	{"prefix-polite", true, steady(func(s string) string { return "Hello! " + s })},
	{"prefix-order", false, steady(func(s string) string { return "Please respond to the following message.\n\n" + s })},
	{"suffix-thanks", false, steady(func(s string) string { return s + " Thanks!" })},
	{"suffix-order", true, steady(func(s string) string { return s + "\n\nAnswer in one short paragraph." })},
	{"typo", true, typo},
	{"typos-3", false, func(s string, rng *rand.Rand) string { return typos(s, 3, rng) }},
	{"word-dropped", false, dropWord},
}

func withoutEndMark(s string) string { return strings.TrimRight(s, ".!?…") }

func titleCase(s string) string {
	begins := true
	return strings.Map(func(r rune) rune {
		if begins {
			r = unicode.ToUpper(r)
		}
		begins = unicode.IsSpace(r)
		return r
	}, s)
}

func typo(s string, rng *rand.Rand) string { return typos(s, 1, rng) }

// typos swaps two neighboring letters, not the first of a word, at n places or as many
// as there are.
func typos(s string, n int, rng *rand.Rand) string {
	text := []rune(s)
	var places []int
	for i := 1; i+1 < len(text); i++ {
		if unicode.IsLetter(text[i-1]) && unicode.IsLetter(text[i]) && unicode.IsLetter(text[i+1]) && text[i] != text[i+1] {
			places = append(places, i)
		}
	}
	rng.Shuffle(len(places), func(a, b int) { places[a], places[b] = places[b], places[a] })
	for _, i := range places[:min(n, len(places))] {
		text[i], text[i+1] = text[i+1], text[i]
	}
	return string(text)
}

// dropWord leaves out one word, not the first.
func dropWord(s string, rng *rand.Rand) string {
	words := strings.Fields(s)
	if len(words) < 2 {
		return s
	}
	i := 1 + rng.IntN(len(words)-1)
	return strings.Join(append(words[:i:i], words[i+1:]...), " ")
}
