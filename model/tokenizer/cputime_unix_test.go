//go:build unix

package tokenizer_test

import (
	"syscall"
	"time"
)

// busy is the processor time that the tests have taken so far, which other
// programs on the machine do not change.
func busy() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
