package parallel

import (
	"runtime"
	"testing"
)

// TestEach: each number once, with any number of processors.
func TestEach(t *testing.T) {
	for _, procs := range []int{1, 3} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for _, n := range []int{0, 1, 2, 3, 10, 1000} {
			calls := make([]int, n)
			Each(n, func(i int) { calls[i]++ })
			for i, c := range calls {
				if c != 1 {
					t.Errorf("%d processors: %d of %d called %d times", procs, i, n, c)
				}
			}
		}
	}
}
