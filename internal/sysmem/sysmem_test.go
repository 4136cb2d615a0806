package sysmem

import (
	"runtime"
	"testing"
)

func TestPlausible(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only checked on Linux")
	}
	free, ok := Available()
	if !ok || free < 1<<20 || free > 1<<50 {
		t.Errorf("available: %d, %v", free, ok)
	}
	ResetPeak()
	before, ok := Peak()
	block := make([]byte, 256<<20)
	for i := 0; i < len(block); i += 4096 {
		block[i] = 1
	}
	after, _ := Peak()
	if !ok || after-before < 200<<20 {
		t.Errorf("peak grew from %d to %d while 256 MiB were touched", before, after)
	}
	runtime.KeepAlive(block)
}
