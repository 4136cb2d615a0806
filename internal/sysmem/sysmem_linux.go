package sysmem

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

func available() (int64, bool) {
	free, ok := field("/proc/meminfo", "MemAvailable:")
	if !ok {
		return 0, false
	}
	if room, ok := groupRoom(); ok {
		free = min(free, room)
	}
	return free, true
}

// groupRoom is what the limits of the process's control groups (version 2) leave.
func groupRoom() (int64, bool) {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0, false
	}
	_, path, ok := strings.Cut(strings.TrimSpace(string(data)), "0::")
	if !ok {
		return 0, false
	}
	room, found := int64(0), false
	for dir := filepath.Join("/sys/fs/cgroup", path); strings.HasPrefix(dir, "/sys/fs/cgroup"); dir = filepath.Dir(dir) {
		limit, ok1 := number(filepath.Join(dir, "memory.max"))
		used, ok2 := number(filepath.Join(dir, "memory.current"))
		if ok1 && ok2 && (!found || limit-used < room) {
			room, found = max(0, limit-used), true
		}
	}
	return room, found
}

func number(path string) (int64, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(data)), 10, 64)
	return n, err == nil // "max" is no limit
}

func peak() (int64, bool) { return field("/proc/self/status", "VmHWM:") }

// resetPeak: proc(5), /proc/pid/clear_refs, value 5.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// field reads a line "Name: 123 kB" as bytes.
func field(path, name string) (int64, bool) {
	f, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), name); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			return n << 10, err == nil
		}
	}
	return 0, false
}
