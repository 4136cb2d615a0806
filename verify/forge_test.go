package verify_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"testing"
)

var previous = regexp.MustCompile(`"previous":"[0-9a-f]*"`)

// forge replaces a text in a transcript and makes the chain of digests anew.
func forge(t *testing.T, lines [][]byte, from, to string) []byte {
	t.Helper()
	var out []byte
	digest := ""
	changed := false
	for _, line := range lines {
		if len(line) == 0 {
			continue
		}
		line = bytes.TrimSuffix(line, []byte("\n"))
		edited := bytes.ReplaceAll(line, []byte(from), []byte(to))
		changed = changed || !bytes.Equal(edited, line)
		edited = previous.ReplaceAll(edited, []byte(`"previous":"`+digest+`"`))
		sum := sha256.Sum256(edited)
		digest = hex.EncodeToString(sum[:])
		out = append(append(out, edited...), '\n')
	}
	if !changed {
		t.Fatalf("there is no %q to replace", from)
	}
	return out
}
