package eval

import "unicode"

// IsSpace is what Python's str methods and regular expressions count as white space,
// and so what lm-evaluation-harness strips: Unicode's, and the four separators of
// ASCII, which Go's unicode.IsSpace leaves out.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// countWords is how many pieces a text has between runs of white space, the empty ones
// at its ends included.
func countWords(text string) int {
	n, inSpace := 1, false
	for _, r := range text {
		space := IsSpace(r)
		if space && !inSpace {
			n++
		}
		inSpace = space
	}
	return n
}
