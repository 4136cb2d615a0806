// Package parallel does many small things at once.
//
// The engine is parallel by itself; what stands around it, such as the losses of the
// tokens of a batch, each over a whole vocabulary, would leave all processors but one idle.
package parallel

import (
	"runtime"
	"sync"
)

// Each calls f for 0 to n-1, each once, on all processors, and waits for the last call.
// f must only write what belongs to its number.
func Each(n int, f func(i int)) {
	var wg sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), n)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				f(i)
			}
		})
	}
	wg.Wait()
}
