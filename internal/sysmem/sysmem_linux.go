package sysmem

import (
	"bufio"
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

func available() (int64, bool) {
	free, ok := field("/proc/meminfo", "MemAvailable:")
	if !ok {
		return 0, false
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err == nil {
		for _, room := range []func(string, string) (int64, bool){groupRoom, groupRoomV1} {
			if n, ok := room("/sys/fs/cgroup", string(groups)); ok {
				free = min(free, n)
			}
		}
	}
	if n, ok := addressRoom(); ok {
		free = min(free, n)
	}
	return free, true
}

// groupRoom is what the limits of the process's control groups leave: of version 2,
// mounted at root, with groups as /proc/self/cgroup lists them.
func groupRoom(root, groups string) (int64, bool) {
	for line := range strings.Lines(groups) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return room(root, path, "memory.max", "memory.current")
		}
	}
	return 0, false
}

// groupRoomV1 is the same for version 1.
func groupRoomV1(root, groups string) (int64, bool) {
	for line := range strings.Lines(groups) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) == 3 && slices.Contains(strings.Split(parts[1], ","), "memory") {
			return room(filepath.Join(root, "memory"), parts[2], "memory.limit_in_bytes", "memory.usage_in_bytes")
		}
	}
	return 0, false
}

// room is the least that a group and those above it leave.
func room(root, path, limit, usage string) (int64, bool) {
	left, found := int64(0), false
	for dir := filepath.Join(root, path); strings.HasPrefix(dir, root); dir = filepath.Dir(dir) {
		most, ok1 := number(filepath.Join(dir, limit))
		used, ok2 := number(filepath.Join(dir, usage))
		if ok1 && ok2 && (!found || most-used < left) {
			left, found = max(0, most-used), true
		}
	}
	return left, found
}

// addressRoom is what RLIMIT_AS (ulimit -v) leaves of the address space.
func addressRoom() (int64, bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &limit); err != nil || limit.Cur > math.MaxInt64 {
		return 0, false // none
	}
	used, ok := field("/proc/self/status", "VmSize:")
	return max(0, int64(limit.Cur)-used), ok
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
