package kernel

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// spinTime is how long an idle worker, or a caller that waits for the last
// worker, watches memory before it sleeps: longer than the serial work between
// two products of a decoding step, short enough to be no burden.
const spinTime = 80 * time.Microsecond

// Pool runs tasks on a fixed number of threads: goroutines that stay, and the
// caller as worker 0. Calls from several goroutines take turns. A task must not
// call its pool again (it would wait for itself); it may use its Worker.
type Pool struct {
	turn    sync.Mutex // held while a job runs
	workers []*Worker  // workers[0] is whoever calls
	spin    bool       // there is a processor for every worker
	closed  atomic.Bool
	done    sync.WaitGroup // goroutines of workers[1:]

	// The job in hand. Written before it is opened, read by those who joined.
	job   job
	tasks int64
	next  atomic.Int64
	// failed is what a task panicked with, and where.
	failed atomic.Pointer[string]

	// state is epoch<<32 | open<<31 | number of workers that joined. Workers join
	// an open job by adding one; so the caller waits only for those who really
	// came, and a sleeper that wakes too late costs nothing.
	state  atomic.Uint64
	asleep atomic.Bool   // the caller sleeps until the last worker leaves
	wake   chan struct{} // wakes the caller

	gemm gemmJob
	few  streamJob
	call callJob
	span spanJob
}

const (
	stateOpen  = 1 << 31
	stateCount = stateOpen - 1
	stateEpoch = 1 << 32
)

// job is a set of independent numbered tasks.
type job interface{ do(w *Worker, task int) }

// Worker is one thread of a pool. It owns the buffers that serial products pack
// into, so it must be used only inside the task that it was given to.
type Worker struct {
	index  int
	b      buffer  // packed panels of B
	serial gemmJob // the product that this worker computes alone
	asleep atomic.Bool
	wake   chan struct{}
}

// Index is the number of the worker, from 0 to Threads-1.
func (w *Worker) Index() int { return w.index }

// NewPool starts a pool. threads ≤ 0 asks for one a processor that Go may use.
func NewPool(threads int) *Pool {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	p := &Pool{
		wake: make(chan struct{}, 1),
		spin: threads <= runtime.GOMAXPROCS(0),
	}
	for i := range threads {
		p.workers = append(p.workers, &Worker{index: i, wake: make(chan struct{}, 1)})
	}
	for _, w := range p.workers[1:] {
		p.done.Go(func() { p.serve(w) })
	}
	return p
}

// Threads is the number of workers, the caller included.
func (p *Pool) Threads() int { return len(p.workers) }

// Close ends the pool's goroutines and waits for them.
func (p *Pool) Close() {
	p.turn.Lock()
	defer p.turn.Unlock()
	if p.closed.Swap(true) {
		return
	}
	p.rouse(len(p.workers))
	p.done.Wait()
}

// Run calls f for each task in [0,n), on whichever worker is free.
func (p *Pool) Run(n int, f func(w *Worker, task int)) {
	p.turn.Lock()
	defer p.turn.Unlock()
	p.call.f = f
	p.run(n, &p.call)
	p.call.f = nil
}

type callJob struct{ f func(*Worker, int) }

func (j *callJob) do(w *Worker, task int) { j.f(w, task) }

// Range splits [0,n) into chunks of grain numbers (the last may be shorter) and
// calls f for each, on whichever worker is free. The chunks do not depend on the
// number of threads.
func (p *Pool) Range(n, grain int, f func(w *Worker, lo, hi int)) {
	grain = max(grain, 1)
	p.turn.Lock()
	defer p.turn.Unlock()
	p.span = spanJob{f, n, grain}
	p.run((n+grain-1)/grain, &p.span)
	p.span.f = nil
}

type spanJob struct {
	f        func(*Worker, int, int)
	n, grain int
}

func (j *spanJob) do(w *Worker, task int) {
	lo := task * j.grain
	j.f(w, lo, min(lo+j.grain, j.n))
}

// run runs the tasks of a job and returns when all are done. The turn is held.
func (p *Pool) run(n int, j job) {
	own := p.workers[0]
	if n <= 1 || len(p.workers) == 1 || p.closed.Load() {
		for i := range n {
			j.do(own, i)
		}
		return
	}
	p.job, p.tasks = j, int64(n)
	p.next.Store(0)
	p.state.Add(stateEpoch + stateOpen)
	p.rouse(n)
	p.work(own)
	if s := p.state.Add(^uint64(stateOpen - 1)); s&stateCount != 0 {
		p.await()
	}
	p.job = nil
	if f := p.failed.Swap(nil); f != nil {
		panic(*f) // where the caller can see it
	}
}

// rouse wakes the sleepers among the first n workers.
func (p *Pool) rouse(n int) {
	for _, w := range p.workers[1:min(n, len(p.workers))] {
		if w.asleep.CompareAndSwap(true, false) {
			w.wake <- struct{}{}
		}
	}
}

// work takes tasks until none is left. A task that panics ends the job: all workers
// leave it as usual, and run panics in its caller.
func (p *Pool) work(w *Worker) {
	defer func() {
		if x := recover(); x != nil {
			p.next.Store(p.tasks)
			failed := fmt.Sprintf("%v\n\n%s", x, debug.Stack())
			p.failed.CompareAndSwap(nil, &failed)
		}
	}()
	for {
		i := p.next.Add(1) - 1
		if i >= p.tasks {
			return
		}
		p.job.do(w, int(i))
	}
}

// await returns when all workers have left the closed job.
func (p *Pool) await() {
	left := func() bool { return p.state.Load()&stateCount == 0 }
	for !p.watch(left) {
		p.asleep.Store(true)
		if left() && p.asleep.CompareAndSwap(true, false) {
			return
		}
		<-p.wake // perhaps from a worker that was slow to leave the job before
	}
}

// serve is the life of a worker's goroutine.
func (p *Pool) serve(w *Worker) {
	var last uint64 // epoch of the last job joined
	called := func() bool {
		s := p.state.Load()
		return p.closed.Load() || s&stateOpen != 0 && s/stateEpoch != last
	}
	for {
		if !p.watch(called) {
			w.asleep.Store(true)
			if !called() || !w.asleep.CompareAndSwap(true, false) {
				<-w.wake
			}
		}
		if p.closed.Load() {
			return
		}
		s := p.state.Load()
		if s&stateOpen == 0 || s/stateEpoch == last || !p.state.CompareAndSwap(s, s+1) {
			continue
		}
		last = s / stateEpoch
		p.work(w)
		if s := p.state.Add(^uint64(0)); s&(stateCount|stateOpen) == 0 && p.asleep.CompareAndSwap(true, false) {
			p.wake <- struct{}{}
		}
	}
}

// watch waits for a condition without sleeping, for spinTime at most, and tells
// whether it came true.
func (p *Pool) watch(cond func() bool) bool {
	if cond() {
		return true
	}
	if !p.spin {
		return false
	}
	for start := time.Now(); time.Since(start) < spinTime; {
		for range 64 {
			relax()
			if cond() {
				return true
			}
		}
	}
	return false
}
