package inference

import (
	"strings"
	"unicode/utf8"
)

// Decoder turns the tokens of one text into text as they come. What it returns
// is whole characters; the bytes of one that is not complete yet stay inside.
type Decoder interface {
	Push(id int32) string
	// Flush returns what is left, after the last token.
	Flush() string
}

// assembler turns the tokens of one text into the pieces a reader may see: it
// ends the text before the first stop string, and holds back whatever could be
// the beginning of one.
//
// Which stop string ends the text is a property of the text alone, however
// tokens cut it: the one that is complete first, the longest of those that are
// complete at the same character.
type assembler struct {
	decoder Decoder
	stops   []string
	held    string // begins a stop string, maybe
	decoded int    // bytes of text decoded, those held included
	emitted int    // bytes of text returned
}

// push takes the next token. If stopped, the text has ended and held text is gone.
func (a *assembler) push(id int32) (piece string, stopped bool) {
	return a.add(a.decoder.Push(id))
}

// finish returns the rest of a text that ended without a stop string, or, if the last
// bytes complete one, the text before it.
func (a *assembler) finish() string {
	piece, stopped := a.add(a.decoder.Flush())
	if !stopped {
		piece += a.held
		a.emitted += len(a.held)
	}
	a.held = ""
	return piece
}

func (a *assembler) add(text string) (piece string, stopped bool) {
	a.decoded += len(text)
	text = a.held + text
	if at, found := firstStop(text, a.stops); found {
		a.held = ""
		a.emitted += at
		return text[:at], true
	}
	keep := 0
	for _, stop := range a.stops {
		keep = max(keep, overlap(text, stop))
	}
	cut := len(text) - keep
	a.held = text[cut:]
	a.emitted += cut
	return text[:cut], false
}

// firstStop returns where the stop string begins that is complete first in text,
// the longest if several end together.
func firstStop(text string, stops []string) (at int, found bool) {
	end := 0
	for _, stop := range stops {
		i := strings.Index(text, stop)
		if i < 0 {
			continue
		}
		if e := i + len(stop); !found || e < end || e == end && i < at {
			at, end, found = i, e, true
		}
	}
	return at, found
}

// overlap is the length of the longest end of text that properly begins stop, and begins
// with a whole character.
func overlap(text, stop string) int {
	for n := min(len(text), len(stop)-1); n > 0; n-- {
		if text[len(text)-n:] == stop[:n] && utf8.RuneStart(text[len(text)-n]) {
			return n
		}
	}
	return 0
}
