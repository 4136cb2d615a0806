package eval

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// TestWindows: windows score each token once and in order, after the tokens before it,
// and none reads more than it may.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, longest := rapid.IntRange(0, 60).Draw(t, "n"), rapid.IntRange(1, 20).Draw(t, "longest")
		tokens := make([]int32, n)
		for i := range tokens {
			tokens[i] = int32(i + 1)
		}
		next := int32(1)
		for _, w := range windows(tokens, 0, longest) {
			if len(w.input) > longest || len(w.scored) == 0 || len(w.scored) > len(w.input) {
				t.Fatalf("window %+v", w)
			}
			for i, id := range w.scored {
				if id != next || w.input[len(w.input)-len(w.scored)+i] != id-1 {
					t.Fatalf("%d is scored after %v, want %d", id, w.input, next)
				}
				next++
			}
		}
		if int(next) != n+1 {
			t.Fatalf("%d of %d tokens are scored", next-1, n)
		}
	})
}

// TestChoiceScore: what normalizes what. The first choice has two characters in four bytes.
func TestChoiceScore(t *testing.T) {
	doc := Doc{Choices: []string{"éé", "abc"}, Gold: []int{1}}
	for m, want := range map[Metric]float64{
		Acc: 0, AccNorm: 1, AccBytes: 0, TrueMass: math.Exp(-5) / (math.Exp(-4) + math.Exp(-5)),
	} {
		if got := choiceScore(m, doc, []float64{-4, -5}); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", m, got, want)
		}
	}
	if got := choiceScore(Acc, doc, []float64{-4, -4}); got != 0 {
		t.Errorf("of equal choices the first one counts: %v", got)
	}
	if got := choiceScore(TrueMass, doc, []float64{-4000, -4000}); got != .5 {
		t.Errorf("mass of improbable choices: %v", got)
	}
}

// TestDamagedCache: from a damaged record on nothing is taken.
func TestDamagedCache(t *testing.T) {
	dir := t.TempDir()
	c, err := OpenCache(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		c.put(newKey("test", nil, []int32{int32(i)}), []byte{byte(i), 7})
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int]int{-1: 3, 36: 0, 36 + 42: 1, len(data) - 1: 2} {
		damaged := bytes.Clone(data)
		if at >= 0 {
			damaged[at] ^= 1
		}
		if err := os.WriteFile(files[0], damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		if c, err := OpenCache(dir); err != nil || c.Len() != want {
			t.Errorf("damaged at %d: %d answers, want %d, %v", at, c.Len(), want, err)
		}
	}
}

// TestExtract: how numbers are found and compared.
func TestExtract(t *testing.T) {
	for _, c := range []struct{ reply, strict, flexible string }{
		{"so 3 + 4 = 7.\n#### 7", "7", "7"},
		{"#### 1,234 and #### 5", "1,234", "5"},
		{"it is -3", invalid, "-3"},
		{"costs $40.", invalid, "$40."},
		{"none", invalid, invalid},
		{"#### ", invalid, invalid},
		{"#### -12.5 apples", "-12.5", "-12.5"},
	} {
		if got := extractStrict(c.reply); got != c.strict {
			t.Errorf("strict %q: %q, want %q", c.reply, got, c.strict)
		}
		if got := extractFlexible(c.reply); got != c.flexible {
			t.Errorf("flexible %q: %q, want %q", c.reply, got, c.flexible)
		}
	}
	for _, c := range []struct {
		got, answer string
		same        bool
	}{
		{"7", "3 + 4 = 7\n#### 7", true}, {"$1,000.", "#### 1000", true}, {"1000", "#### 1,000", true},
		{"7.0", "#### 7", false}, {invalid, "#### 7", false}, {"7", "7 dwarfs", false}, {"YES", "yes.", true},
	} {
		if got := sameAnswer(c.got, c.answer); got != c.same {
			t.Errorf("%q for %q: %v", c.got, c.answer, got)
		}
	}
	if got := cutAt("a b STOP c", []string{"", "STOP", " b"}); got != "a" {
		t.Errorf("cut: %q", got)
	}
}

// TestCountWords counts as Python's re.split(r"\s+", …) does.
func TestCountWords(t *testing.T) {
	for text, want := range map[string]int{"": 1, "a": 1, "a b": 2, " a  b\n": 4, "a\x1cb": 2, "a\u00a0b": 2, "\n": 2} {
		if got := countWords(text); got != want {
			t.Errorf("%q: %d words, want %d", text, got, want)
		}
	}
}

// FuzzRecords: no file makes the cache fail, and what is read is what was written.
func FuzzRecords(f *testing.F) {
	record := func(value string) []byte {
		b := make([]byte, 32, 64)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(value)))
		b = append(b, value...)
		return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	}
	f.Add([]byte(nil))
	f.Add(record("abc"))
	f.Add(append(record(""), record("x")[:20]...))
	f.Add(bytes.Repeat([]byte{0xff}, 80))
	f.Fuzz(func(t *testing.T, data []byte) {
		read := 0
		readRecords(data, func(_ cacheKey, value []byte) { read += 32 + 4 + len(value) + 4 })
		if read > len(data) {
			t.Fatalf("%d bytes read of %d", read, len(data))
		}
		for n := range 4 {
			if a, ok := decodeAnswer(data, n); ok && !bytes.Equal(a.encode(), data) {
				t.Fatalf("%x becomes %x", data, a.encode())
			}
		}
		if shifts := decodeShifts(data); shifts != nil && !bytes.Equal(encodeShifts(shifts), data) {
			t.Fatalf("%x becomes %x", data, encodeShifts(shifts))
		}
	})
}
