package kernel

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPoolRun(t *testing.T) {
	for _, threads := range []int{1, 2, 3, 8} {
		p := NewPool(threads)
		if p.Threads() != threads {
			t.Fatalf("%d threads, want %d", p.Threads(), threads)
		}
		for n := range 40 {
			count := make([]atomic.Int32, n)
			var wrong atomic.Bool
			p.Run(n, func(w *Worker, i int) {
				count[i].Add(1)
				if w.Index() < 0 || w.Index() >= threads {
					wrong.Store(true)
				}
			})
			for i := range count {
				if c := count[i].Load(); c != 1 {
					t.Fatalf("%d threads: task %d of %d ran %d times", threads, i, n, c)
				}
			}
			if wrong.Load() {
				t.Fatal("worker index out of range")
			}
		}
		p.Close()
	}
}

func TestPoolRange(t *testing.T) {
	for _, threads := range []int{1, 2, 4} {
		p := NewPool(threads)
		for n := range 30 {
			for _, grain := range []int{0, 1, 3, 7, 100} {
				var mu sync.Mutex
				var got []int
				p.Range(n, grain, func(_ *Worker, lo, hi int) {
					if lo%max(grain, 1) != 0 || hi-lo > max(grain, 1) || hi <= lo {
						t.Errorf("chunk [%d,%d) of grain %d", lo, hi, grain)
					}
					mu.Lock()
					defer mu.Unlock()
					for i := lo; i < hi; i++ {
						got = append(got, i)
					}
				})
				slices.Sort(got)
				for i := range n {
					if len(got) != n || got[i] != i {
						t.Fatalf("n %d, grain %d: covered %v", n, grain, got)
					}
				}
			}
		}
		p.Close()
	}
}

// TestPoolParks lets workers and caller fall asleep in every order.
func TestPoolParks(t *testing.T) {
	p := NewPool(3)
	defer p.Close()
	var sum atomic.Int64
	for i := range 60 {
		p.Run(3, func(w *Worker, task int) {
			if task == i%3 {
				time.Sleep(2 * spinTime)
			}
			sum.Add(1)
		})
		if i%2 == 0 {
			time.Sleep(2 * spinTime)
		}
	}
	if sum.Load() != 180 {
		t.Fatalf("%d tasks ran, want 180", sum.Load())
	}
}

// TestPoolStorm starts very many tiny jobs from several goroutines.
func TestPoolStorm(t *testing.T) {
	p := NewPool(2)
	defer p.Close()
	var sum atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := range 5000 {
				p.Run(i%4, func(*Worker, int) { sum.Add(1) })
			}
		})
	}
	wg.Wait()
	if want := int64(3 * 7500); sum.Load() != want {
		t.Fatalf("%d tasks ran, want %d", sum.Load(), want)
	}
}

func TestPoolOneProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p := NewPool(4)
	defer p.Close()
	var sum atomic.Int64
	for range 200 {
		p.Run(9, func(*Worker, int) { sum.Add(1) })
	}
	if sum.Load() != 1800 {
		t.Fatalf("%d tasks ran", sum.Load())
	}
}

func TestPoolClose(t *testing.T) {
	p := NewPool(2)
	p.Close()
	p.Close()
	n := 0
	p.Run(5, func(*Worker, int) { n++ })
	if n != 5 {
		t.Fatalf("a closed pool ran %d tasks of 5", n)
	}
}

func BenchmarkHandOver(b *testing.B) {
	p := NewPool(0)
	defer p.Close()
	f := func(*Worker, int) {}
	for b.Loop() {
		p.Run(p.Threads(), f)
	}
}

// TestPoolPanic: a task that panics panics in the caller, wherever it ran, and the
// pool goes on.
func TestPoolPanic(t *testing.T) {
	for _, threads := range []int{1, 2, 5} {
		p := NewPool(threads)
		for task := range 8 {
			func() {
				defer func() {
					if x := recover(); x == nil || !strings.Contains(fmt.Sprint(x), "broken") {
						t.Errorf("%d threads, task %d: recovered %v", threads, task, x)
					}
				}()
				p.Run(8, func(_ *Worker, i int) {
					if i == task {
						panic("broken")
					}
				})
			}()
			var done atomic.Int64
			p.Range(100, 7, func(_ *Worker, lo, hi int) { done.Add(int64(hi - lo)) })
			if done.Load() != 100 {
				t.Errorf("%d threads: %d of 100 after a panic", threads, done.Load())
			}
		}
		p.Close()
	}
}
