package inference

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"loyal/internal/readfile"
)

// ErrKeys reports a file of API keys that cannot be one.
var ErrKeys = errors.New("not a file of API keys")

// maxKeysFile bounds the file of keys.
const maxKeysFile = 1 << 20

// Keys are the API keys that open a server. Only their hashes are in memory.
type Keys struct{ hashes [][sha256.Size]byte }

// ReadKeys reads a file with one key a line. Blank lines and lines that begin
// with # do not count.
func ReadKeys(path string) (*Keys, error) {
	data, err := readfile.Any(path, maxKeysFile)
	if err != nil {
		return nil, fmt.Errorf("read API keys: %w", err)
	}
	keys := &Keys{}
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, fmt.Errorf("read API keys: %s: line %d: %w", path, i+1, ErrKeys)
		}
		keys.hashes = append(keys.hashes, sha256.Sum256([]byte(line)))
	}
	if len(keys.hashes) == 0 {
		return nil, fmt.Errorf("read API keys: %s: no key: %w", path, ErrKeys)
	}
	return keys, nil
}

// find returns the number of a key, counted from 1, or 0. It takes the same time
// for all keys of one length.
func (k *Keys) find(key string) int {
	hash := sha256.Sum256([]byte(key))
	found := 0
	for i := range k.hashes {
		same := subtle.ConstantTimeCompare(hash[:], k.hashes[i][:])
		found = subtle.ConstantTimeSelect(same, i+1, found)
	}
	return found
}
