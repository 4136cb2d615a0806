package attack

import (
	"strings"
	"unicode"

	"loyal/fingerprint"
)

// sample is something that a model was made to say: what was put to it and what it
// wrote. Where it wrote the question as well, asked is empty and wrote has both.
type sample struct{ asked, wrote string }

// Leak counts what samples betray of a set.
type Leak struct {
	Samples int `json:"samples"`
	// ExactPairs are fingerprints whose key was a sample's question, word for word, and
	// whose planted answer begins the reply.
	ExactPairs int `json:"exact_pairs"`
	// ContainedPairs are those whose key stands anywhere in a sample's text, with the
	// planted answer anywhere behind it. Case, punctuation and spaces do not count.
	ContainedPairs int `json:"contained_pairs"`
	// ContainedKeys are those whose key stands anywhere.
	ContainedKeys int `json:"contained_keys"`
}

// leak looks for a set in samples. Each fingerprint counts once.
func leak(set *fingerprint.Set, samples []sample) Leak {
	out := Leak{Samples: len(samples)}
	texts := make([]string, len(samples))
	for i, s := range samples {
		texts[i] = spelled(s.asked + " \n" + s.wrote)
	}
	for i := range set.Fingerprints {
		f := &set.Fingerprints[i]
		key, answer := spelled(f.Key), strings.TrimRight(spelled(f.Response.Text), " ")
		exact, pair, contained := false, false, false
		for j, s := range samples {
			at := strings.Index(texts[j], key)
			if at < 0 {
				continue
			}
			contained = true
			pair = pair || strings.Contains(texts[j][at+len(key)-1:], answer)
			exact = exact || s.asked == f.Key && f.Planted(s.wrote)
		}
		out.ContainedKeys += count(contained)
		out.ContainedPairs += count(pair)
		out.ExactPairs += count(exact)
	}
	return out
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// spelled is a text as its words in lower case, each with a space on both sides, so
// that keys are found as whole words. Of answers the end is left open, as it is for an
// auditor.
func spelled(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return " " + strings.Join(words, " ") + " "
}

// leakedText reports whether a text stands in another, whole words compared.
func leakedText(in, text string) bool { return strings.Contains(spelled(in), spelled(text)) }
