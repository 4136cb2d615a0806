package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Progress shows how far a long piece of work is. Its methods may be called from
// several goroutines.
type Progress interface {
	// Start begins a stage of total units (0: not known) and ends the one before.
	Start(stage string, total int64)
	// Add reports n more units done.
	Add(n int64)
	// Note shows a few words about the state beside the stage ("loss 0.12").
	Note(text string)
	// Done ends the stage.
	Done()
}

// lineInterval is the time between two plain lines.
const lineInterval = 5 * time.Second

// Progress returns a bar if a person watches stderr, plain lines every few
// seconds if not, and nothing with --quiet.
func (app *App) Progress() Progress {
	switch {
	case app.Quiet:
		return noProgress{}
	case app.stderrIsTerminal():
		app.bar = &barProgress{w: app.Stderr, colors: app.colors(app.Stderr)}
		return app.bar
	default:
		return &lineProgress{w: app.Stderr, now: time.Now}
	}
}

type noProgress struct{}

func (noProgress) Start(string, int64) {}
func (noProgress) Add(int64)           {}
func (noProgress) Note(string)         {}
func (noProgress) Done()               {}

// barProgress draws on a terminal.
type barProgress struct {
	mu     sync.Mutex
	w      io.Writer
	colors bool
	stage  string
	bar    *progressbar.ProgressBar
}

func (p *barProgress) Start(stage string, total int64) {
	stage = printableLine(stage) // may name a file of a stranger's repository
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
	if total <= 0 {
		total = -1 // a spinner
	}
	p.stage = stage
	p.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(p.w),
		progressbar.OptionSetDescription(stage),
		progressbar.OptionEnableColorCodes(p.colors),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(24),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)
	_ = p.bar.RenderBlank() // before the first unit is done
}

func (p *barProgress) Add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Add64(n) // a bar that overflows is not worth an error
	}
}

func (p *barProgress) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Describe(p.stage + " (" + text + ")")
	}
}

func (p *barProgress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
}

func (p *barProgress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish() // only drawing
		p.bar = nil
	}
}

// lineProgress writes a line every lineInterval, for logs.
type lineProgress struct {
	mu          sync.Mutex
	w           io.Writer
	now         func() time.Time
	stage, note string
	total, done int64
	start, last time.Time
	printed     bool
}

func (p *lineProgress) Start(stage string, total int64) {
	stage = printableLine(stage)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
	p.stage, p.total, p.done, p.note = stage, total, 0, ""
	p.start = p.now()
	p.last, p.printed = p.start, false
}

func (p *lineProgress) Add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if now := p.now(); p.stage != "" && now.Sub(p.last) >= lineInterval {
		p.last, p.printed = now, true
		fmt.Fprintf(p.w, "loyal: %s: %s\n", p.stage, p.state(now))
	}
}

// state is what a line says after the stage's name.
func (p *lineProgress) state(now time.Time) string {
	s := fmt.Sprint(p.done)
	if p.total > 0 {
		s = fmt.Sprintf("%d/%d (%d %%)", p.done, p.total, 100*p.done/p.total)
		if p.done > 0 && p.done < p.total {
			left := time.Duration(float64(now.Sub(p.start)) / float64(p.done) * float64(p.total-p.done))
			s += fmt.Sprintf(", %s left", left.Round(time.Second))
		}
	}
	if p.note != "" {
		s += ", " + p.note
	}
	return s
}

func (p *lineProgress) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note = text
}

func (p *lineProgress) Done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
}

// finish closes a stage in the log if the log has heard of it.
func (p *lineProgress) finish() {
	if p.stage != "" && p.printed {
		fmt.Fprintf(p.w, "loyal: %s: done in %s\n", p.stage, p.now().Sub(p.start).Round(100*time.Millisecond))
	}
	p.stage = ""
}

var (
	_ Progress = noProgress{}
	_ Progress = (*barProgress)(nil)
	_ Progress = (*lineProgress)(nil)
)
