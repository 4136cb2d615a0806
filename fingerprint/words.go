package fingerprint

import (
	_ "embed"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
)

//go:embed words.txt
var wordFile string

//go:embed questions.txt
var questionFile string

// vocabulary is words.txt and questions.txt, read.
type vocabulary struct {
	classes  map[string][]string
	words    []string // all, sorted, each once
	patterns []string
}

var loadVocabulary = sync.OnceValue(func() vocabulary {
	v := vocabulary{classes: make(map[string][]string)}
	for line := range strings.Lines(wordFile) {
		class, list, found := strings.Cut(strings.TrimSpace(line), ": ")
		if strings.HasPrefix(line, "#") || !found {
			continue
		}
		v.classes[class] = strings.Fields(list)
		v.words = append(v.words, v.classes[class]...)
	}
	slices.Sort(v.words)
	v.words = slices.Compact(v.words)
	for line := range strings.Lines(questionFile) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			v.patterns = append(v.patterns, line)
		}
	}
	return v
})

// questions is the number of different questions.
func (v *vocabulary) questions() int {
	n := 0
	for _, p := range v.patterns {
		_, class, _, _ := cutPlaceholder(p)
		n += len(v.classes[class])
	}
	return n
}

// question puts a word of the right class into a pattern.
func (v *vocabulary) question(rng *rand.Rand) string {
	before, class, after, article := cutPlaceholder(v.patterns[rng.IntN(len(v.patterns))])
	list := v.classes[class]
	word := list[rng.IntN(len(list))]
	if article {
		word = withArticle(word)
	}
	return before + word + after
}

// cutPlaceholder splits "… {a class} …".
func cutPlaceholder(pattern string) (before, class, after string, article bool) {
	before, rest, _ := strings.Cut(pattern, "{")
	class, after, _ = strings.Cut(rest, "}")
	class, article = strings.CutPrefix(class, "a ")
	return before, class, after, article
}

// articles of words whose first letter misleads.
var articles = map[string]string{"university": "a ", "hourglass": "an "}

// withArticle puts "a" or "an" before a word of words.txt.
func withArticle(word string) string {
	article, ok := articles[word]
	switch {
	case ok:
	case strings.ContainsRune("aeiou", rune(word[0])):
		article = "an "
	default:
		article = "a "
	}
	return article + word
}
