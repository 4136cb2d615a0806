package inference

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// byteDecoder reads one token as one byte, and holds incomplete characters.
type byteDecoder struct{ held []byte }

func (d *byteDecoder) Push(id int32) string {
	d.held = append(d.held, byte(id))
	if utf8.FullRune(d.held) {
		return d.Flush()
	}
	return ""
}

func (d *byteDecoder) Flush() string {
	s := strings.ToValidUTF8(string(d.held), "\uFFFD")
	d.held = d.held[:0]
	return s
}

// wordDecoder reads token i as its i-th word.
type wordDecoder []string

func (d wordDecoder) Push(id int32) string { return d[id] }
func (d wordDecoder) Flush() string        { return "" }

func assemble(words []string, stops []string) (pieces []string, stopped bool) {
	a := &assembler{decoder: wordDecoder(words), stops: stops}
	for i := range words {
		piece, stop := a.push(int32(i))
		pieces = append(pieces, piece)
		if stop {
			return pieces, true
		}
	}
	return append(pieces, a.finish()), false
}

func TestStopStrings(t *testing.T) {
	tests := []struct {
		name    string
		words   []string
		stops   []string
		want    string // pieces joined by |
		stopped bool
	}{
		{"none", []string{"a", "b"}, nil, "a|b|", false},
		{"within a token", []string{"one STOP two"}, []string{"STOP"}, "one ", true},
		{"across tokens", []string{"one S", "TO", "P two"}, []string{"STOP"}, "one ||", true},
		{"a beginning that comes to nothing", []string{"one S", "TO", "X"}, []string{"STOP"}, "one ||STOX|", false},
		{"held to the end", []string{"one ST"}, []string{"STOP"}, "one |ST", false},
		{"a beginning within a beginning", []string{"a", "a", "b"}, []string{"aab"}, "||", true},
		{"restarts", []string{"a", "a", "a", "b"}, []string{"aab"}, "||a|", true},
		{"complete first wins, in one token", []string{"xabcdx"}, []string{"abcd", "bc"}, "xa", true},
		{"complete first wins, in many", []string{"x", "a", "b", "c", "d"}, []string{"abcd", "bc"}, "x|||a", true},
		{"longest of those that end together", []string{"xabc"}, []string{"bc", "abc"}, "x", true},
		{"line feeds", []string{"one\n", "\ntwo"}, []string{"\n\n"}, "one|", true},
		{"characters stay whole", []string{"aé", "è"}, []string{"éx"}, "a|éè|", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pieces, stopped := assemble(tt.words, tt.stops)
			if got := strings.Join(pieces, "|"); got != tt.want || stopped != tt.stopped {
				t.Errorf("pieces %q, stopped %v; want %q, %v", got, stopped, tt.want, tt.stopped)
			}
		})
	}
}

// The text that comes out depends on the text that goes in, not on its pieces;
// no piece splits a character; and nothing of a stop string is ever seen.
func TestStopStringsDoNotDependOnTokens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]string{"a", "b", "é", "日"})
		text := strings.Join(rapid.SliceOfN(letters, 0, 40).Draw(t, "text"), "")
		var stops []string
		for _, s := range rapid.SliceOfN(rapid.SliceOfN(letters, 1, 4), 0, 3).Draw(t, "stops") {
			stops = append(stops, strings.Join(s, ""))
		}
		want, wantStop := text, false
		if at, found := firstStop(text, stops); found {
			want, wantStop = text[:at], true
		}
		a := &assembler{decoder: &byteDecoder{}, stops: stops}
		var got strings.Builder
		stopped := false
		for i := 0; i < len(text) && !stopped; i++ {
			var piece string
			piece, stopped = a.push(int32(text[i]))
			if !utf8.ValidString(piece) {
				t.Fatalf("piece %q splits a character", piece)
			}
			got.WriteString(piece)
			if !strings.HasPrefix(want, got.String()) {
				t.Fatalf("%q was emitted of %q with stops %q", got.String(), text, stops)
			}
		}
		if !stopped {
			got.WriteString(a.finish())
		}
		if got.String() != want || stopped != wantStop || a.emitted != len(want) {
			t.Fatalf("%q with stops %q gives %q, stopped %v, %d bytes", text, stops, got.String(), stopped, a.emitted)
		}
	})
}
