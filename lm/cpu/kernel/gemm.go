package kernel

// Blocking of packed products. Sizes in float32s (or pairs of bfloat16: both are
// words of four bytes).
const (
	blockK  = 640  // words along k packed at once: a panel of B stays near the core
	blockM  = 3072 // rows of A packed at once: some megabytes, shared by all workers
	subM    = 96   // rows of A that a task walks over before the next panel of B
	groupN  = 4    // panels of B that a task packs at once
	padK    = 16   // panels begin at multiples of padK words: packing writes whole blocks
	packK   = 128  // elements along k that are packed in one panel after the other
	slack   = 16   // words behind each panel that packing may write
	smallM  = 16   // up to here B is streamed, not packed
	streamN = 48   // rows of weights in one task of the streaming path: whole groups of 3 and 4
	thinK   = 128  // B that is not transposed is streamed for any M up to here
	thinN   = 128  // columns in one task then
	packA   = 4    // panels of A packed in one task, where they are neighbors in memory
)

// format is the shape of the tile of C that a level's kernel computes, which is
// also the width of packed panels.
type format struct {
	mr, nr int
	pairs  bool // words are pairs of bfloat16, not float32
	round  bool // float32 words that are rounded to bfloat16 when packed
}

// gemmJob is a packed product in progress. Its steps, for each block of rows and
// each block along k: pack A, in parallel, into one buffer that all share; then,
// in parallel, pack some panels of B and multiply them with all of A.
type gemmJob struct {
	g       Gemm
	f       format
	m, n, k int
	a       buffer

	packing  bool // which step the tasks belong to
	i0, rows int  // block of rows
	k0, kc   int  // block along k, in elements
	words    int  // the same, in words
	perWord  int  // elements in a word
	stride   int  // words, padded
	stepA    int  // float32s from one panel of A to the next
	add      bool
	panelsA  int
	perPack  int // panels of A packed in a task
	groupsN  int // tasks along n
	group    int // panels of B a task
	tasksM   int // tasks along m
	taskRows int // panels of A a task
	pa       []float32
}

// Gemm computes a product with all threads.
func (p *Pool) Gemm(g Gemm) {
	p.turn.Lock()
	defer p.turn.Unlock()
	m, n, k := g.size()
	switch {
	case m == 0 || n == 0:
	case k == 0:
		clearC(&g)
	case streams(&g, m, k):
		p.stream(&g, m, n, k)
	default:
		p.gemm.begin(&g, m, n, k)
		p.gemm.blocks(func(j *gemmJob, n int) { p.run(n, j) }, len(p.workers))
	}
}

// Gemm computes a product in this worker alone.
func (w *Worker) Gemm(g Gemm) {
	m, n, k := g.size()
	switch {
	case m == 0 || n == 0:
	case k == 0:
		clearC(&g)
	case streams(&g, m, k):
		streamPart(&g, 0, n, m, k)
	default:
		w.serial.begin(&g, m, n, k)
		w.serial.blocks(func(j *gemmJob, n int) {
			for i := range n {
				j.do(w, i)
			}
		}, 1)
	}
}

// clearC is the product with an empty k.
func clearC(g *Gemm) {
	if g.Acc {
		return
	}
	for i := range g.C.Rows {
		clear(g.C.F32[i*g.C.Stride:][:g.C.Cols])
	}
}

func (j *gemmJob) begin(g *Gemm, m, n, k int) {
	j.g, j.m, j.n, j.k = *g, m, n, k
	if j.g.Alpha == 0 {
		j.g.Alpha = 1
	}
	j.f = formatOf(g.Precision)
}

// blocks runs the steps of the product, each with run.
func (j *gemmJob) blocks(run func(j *gemmJob, n int), threads int) {
	j.perWord = 1
	if j.f.pairs {
		j.perWord = 2
	}
	// Blocks along k begin at the same places for every k: a longer product, the more of
	// which is zero, then adds up to the same bits (an expanded model starts as its base).
	kStep := blockK * j.perWord
	for j.i0 = 0; j.i0 < j.m; j.i0 += blockM {
		j.rows = min(blockM, j.m-j.i0)
		j.panelsA = ceil(j.rows, j.f.mr)
		for j.k0 = 0; j.k0 < j.k; j.k0 += kStep {
			j.kc = min(kStep, j.k-j.k0)
			j.words = ceil(j.kc, j.perWord)
			j.stride = roundUp(j.words, padK)
			j.stepA = j.f.mr*j.stride + slack
			j.add = j.g.Acc || j.k0 > 0
			j.pa = j.a.grow(j.panelsA * j.stepA)
			j.split(threads)
			j.packing, j.perPack = true, 1
			if j.g.TransA {
				j.perPack = min(packA, ceil(j.panelsA, 2*threads))
			}
			run(j, ceil(j.panelsA, j.perPack))
			j.packing = false
			run(j, j.groupsN*j.tasksM)
		}
	}
	j.g = Gemm{} // hold on to nobody's memory
}

// split cuts C into tasks: groups of panels of B, as long as that leaves enough
// tasks for all threads to end together; then along m as well.
func (j *gemmJob) split(threads int) {
	panels := ceil(j.n, j.f.nr)
	want := 1
	if threads > 1 {
		want = 6 * threads
	}
	j.group = min(groupN, max(1, panels/want))
	j.groupsN = ceil(panels, j.group)
	parts := ceil(want, j.groupsN)
	sub := subM / j.f.mr
	j.taskRows = max(min(sub, j.panelsA), ceil(j.panelsA, parts))
	j.tasksM = ceil(j.panelsA, j.taskRows)
}

func (j *gemmJob) do(w *Worker, task int) {
	if j.packing {
		lo := task * j.perPack
		j.pack(j.pa[lo*j.stepA:], j.stepA, &j.g.A, !j.g.TransA, lo, min(j.perPack, j.panelsA-lo), j.f.mr)
		return
	}
	j.multiply(w, task%j.groupsN, task/j.groupsN)
}

// panel returns first row and height of the i-th panel of A: heights differ by
// one at most, for a tile of few rows is slow.
func (j *gemmJob) panel(i int) (r0, h int) {
	base, more := j.rows/j.panelsA, j.rows%j.panelsA
	return j.i0 + i*base + min(i, more), base + b2i(i < more)
}

// panelB is panel for B, whose panels are all full but the last.
func (j *gemmJob) panelB(i int) (c0, h int) {
	c0 = i * j.f.nr
	return c0, min(j.f.nr, j.n-c0)
}

// pack copies count panels of A or B from the first on, step float32s apart, for
// the block along k. Where neighbors in memory belong to different panels, it goes
// a little along k in all of them before it goes on, while lines are in the cache.
func (j *gemmJob) pack(dst []float32, step int, m *Mat, alongK bool, first, count, width int) {
	part := j.kc
	if !alongK && count > 1 {
		part = packK
	}
	for k := 0; k < j.kc; k += part {
		for i := range count {
			r0, h := j.panelB(first + i)
			if m == &j.g.A {
				r0, h = j.panel(first + i)
			}
			at := i*step + k/j.perWord*width
			packPanel(dst[at:], m, alongK, r0, h, j.k0+k, min(part, j.kc-k), &j.f, width)
		}
	}
	if j.f.round {
		for i := range count {
			roundBF16(dst[i*step:][:width*j.words])
		}
	}
}

// multiply computes one task of C: a group of panels of B with some panels of A.
func (j *gemmJob) multiply(w *Worker, gn, gm int) {
	nr, step := j.f.nr, j.f.nr*j.stride+slack
	panel0 := gn * j.group
	panels := min(j.group, ceil(j.n, nr)-panel0)
	pb := w.b.grow(panels * step)
	j.pack(pb, step, &j.g.B, j.g.TransB, panel0, panels, nr)
	first := gm * j.taskRows
	last := min(first+j.taskRows, j.panelsA)
	sub := subM / j.f.mr
	for ; first < last; first += sub {
		for q := range panels {
			c0, cols := j.panelB(panel0 + q)
			for i := first; i < min(first+sub, last); i++ {
				r0, h := j.panel(i)
				c := j.g.C.F32[r0*j.g.C.Stride+c0:]
				tile(&j.f, j.words, j.pa[i*j.stepA:], pb[q*step:], c, j.g.C.Stride, h, cols, j.g.Alpha, j.add)
			}
		}
	}
}

func ceil(a, b int) int    { return (a + b - 1) / b }
func roundUp(a, b int) int { return ceil(a, b) * b }

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
