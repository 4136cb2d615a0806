package readfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReading(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, []byte(strings.Repeat("x", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name         string
		read         func(string, int64) ([]byte, error)
		path         string
		limit        int64
		want         error
		onlyIfExists bool
	}{
		{"whole", Regular, path, 1000, nil, false},
		{"whole of any kind", Any, path, 1000, nil, false},
		{"too large", Regular, path, 999, ErrTooLarge, false},
		{"too large of any kind", Any, path, 999, ErrTooLarge, false},
		{"directory", Regular, dir, 1000, ErrNotRegular, false},
		{"directory for any kind", Any, dir, 1000, ErrNotRegular, false},
		{"missing", Regular, path + "x", 1000, fs.ErrNotExist, false},
		{"device", Regular, "/dev/zero", 1000, ErrNotRegular, true},
		{"device without end", Any, "/dev/zero", 1 << 20, ErrTooLarge, true},
	} {
		if _, err := os.Stat(c.path); c.onlyIfExists && err != nil {
			continue
		}
		data, err := c.read(c.path, c.limit)
		if !errors.Is(err, c.want) || c.want == nil && len(data) != 1000 {
			t.Errorf("%s: %d bytes, error %v, want %v", c.name, len(data), err, c.want)
		}
	}
}
