package sysmem

import "golang.org/x/sys/unix"

// available is a coarse answer: three quarters of the installed memory. The free
// count that macOS keeps is small by design and says little.
func available() (int64, bool) {
	total, err := unix.SysctlUint64("hw.memsize")
	return int64(total / 4 * 3), err == nil
}

// peak: getrusage(2) counts bytes on macOS.
func peak() (int64, bool) {
	var r unix.Rusage
	err := unix.Getrusage(unix.RUSAGE_SELF, &r)
	return r.Maxrss, err == nil
}

func resetPeak() {}
