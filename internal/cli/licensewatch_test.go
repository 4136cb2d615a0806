package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"loyal/license/chain"
)

// locked is a buffer that is written and read at the same time.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// background is a command that runs until it is interrupted.
type background struct {
	stdout, stderr locked
	interrupt      context.CancelFunc
	done           chan ExitCode
}

func begin(t *testing.T, args []string) *background {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	b := &background{interrupt: cancel, done: make(chan ExitCode, 1)}
	app := &App{Stdin: strings.NewReader(""), Stdout: &b.stdout, Stderr: &b.stderr}
	go func() { b.done <- ExitCode(app.Run(ctx, args)) }()
	t.Cleanup(cancel)
	return b
}

// until waits for something.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begin := time.Now(); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begin) > 20*time.Second {
			t.Fatalf("%s: not in 20 seconds", what)
		}
	}
}

// What happens is told as it happens, also after the node was away; an interruption is the
// ordinary end.
func TestWatch(t *testing.T) {
	m := newMarket(t)
	if code, _, stderr := run(t, "license", "list", "--index", "index.db", "--quiet"); code != ExitOK {
		t.Fatal(stderr)
	}
	b := begin(t, m.args("license watch --json --interval 10ms --index index.db --timeout 200ms --rpc-url LIAR/away"))
	client, err := chain.New(t.Context(), m.dev.RPC(), chain.Options{Licenses: m.contract})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the node is away", func() bool { return strings.Contains(b.stderr.String(), "asking again every 10ms") })
	if _, _, err := client.Buy(t.Context(), chain.NewKey(m.dev.Accounts()[2].Key), 3, 1); err != nil {
		t.Fatal(err)
	}
	until(t, "the purchase is told", func() bool { return strings.Contains(b.stdout.String(), "\n") })
	b.interrupt()
	if code := <-b.done; code != ExitOK {
		t.Errorf("exit code %d: %s", code, b.stderr.String())
	}
	var told struct{ Event, License string }
	if err := json.Unmarshal([]byte(b.stdout.String()), &told); err != nil || told.Event != "licensed" || told.License != "3-1" {
		t.Errorf("%s, %v", b.stdout.String(), err)
	}
	if text := b.stderr.String(); strings.Count(text, "asking again") != 1 || strings.Count(text, "answers again") != 1 {
		t.Errorf("%s", text)
	}
}

// Who interrupts a command that waits for its transaction learns which one it is.
func TestInterruptedWait(t *testing.T) {
	m := newMarket(t)
	before, _ := m.dev.Head()
	b := begin(t, m.args("license buy 3 --confirmations 99 @bob"))
	until(t, "the transaction is sealed", func() bool { n, _ := m.dev.Head(); return n > before })
	b.interrupt()
	if code := <-b.done; code != ExitInterrupted || b.stdout.String() != "" {
		t.Errorf("exit code %d, %s", code, b.stdout.String())
	}
	text := b.stderr.String()
	hash := regexp.MustCompile(`^loyal: error: interrupted: transaction (0x[0-9a-f]{64}) was sent\nloyal: hint: .*license receipt`).FindStringSubmatch(text)
	if hash == nil {
		t.Fatal(text)
	}
	code, stdout, stderr := run(t, m.args("license receipt --json "+hash[1])...)
	if code != ExitOK || !strings.Contains(stdout, `"license": "3-1"`) {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}
