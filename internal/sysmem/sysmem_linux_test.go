package sysmem

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGroups: the tightest limit of a group and those above it counts, in both
// versions of control groups.
func TestGroups(t *testing.T) {
	root := t.TempDir()
	for name, value := range map[string]string{
		"a/memory.max": "1000", "a/memory.current": "900",
		"a/b/memory.max": "max", "a/b/memory.current": "100",
		"a/b/c/memory.max": "5000", "a/b/c/memory.current": "100",
		"memory/memory.limit_in_bytes": "9223372036854771712", "memory/memory.usage_in_bytes": "7",
		"memory/x/memory.limit_in_bytes": "300", "memory/x/memory.usage_in_bytes": "100",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		room   func(string, string) (int64, bool)
		groups string
		want   int64
		ok     bool
	}{
		{groupRoom, "0::/a/b/c\n", 100, true},
		{groupRoom, "3:cpu:/\n0::/a/b/c\n", 100, true},
		{groupRoom, "0::/none\n", 0, false},
		{groupRoom, "3:cpu:/a\n", 0, false},
		{groupRoomV1, "4:cpu,cpuacct:/\n9:memory:/x\n", 200, true},
		{groupRoomV1, "9:memory:/\n", 9223372036854771705, true},
		{groupRoomV1, "0::/a/b/c\n", 0, false},
	} {
		if n, ok := c.room(root, c.groups); n != c.want || ok != c.ok {
			t.Errorf("%q: %d %v, want %d %v", c.groups, n, ok, c.want, c.ok)
		}
	}
}
