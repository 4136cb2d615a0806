package cli

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"loyal/internal/testdata"
)

// sharedBuffer is an output that a test reads while a command writes it.
type sharedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *sharedBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *sharedBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// startServe runs `loyal serve` and returns its address once it answers.
func startServe(t *testing.T, args ...string) (url string, stderr *sharedBuffer, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	stderr = &sharedBuffer{}
	app := &App{Stdin: strings.NewReader(""), Stdout: in, Stderr: stderr}
	code := make(chan int, 1)
	go func() {
		code <- app.Run(ctx, append([]string{"serve", testdata.Dir(t, "models", "stories260K"), "--addr", "127.0.0.1:0"}, args...))
		in.Close()
	}()
	line := make([]byte, 200)
	n, err := out.Read(line)
	if err != nil {
		t.Fatalf("%v; %s", err, stderr)
	}
	url, _, _ = strings.Cut(string(line[:n]), " ")
	return url, stderr, func() int {
		cancel()
		http.DefaultClient.CloseIdleConnections()
		return <-code
	}
}

func TestServe(t *testing.T) {
	testdata.Dir(t)
	url, _, stop := startServe(t)
	response, err := http.Post(url+"/completions", "application/json",
		strings.NewReader(`{"model":"stories260K","prompt":"Once upon a time","temperature":0,"max_tokens":8}`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || response.StatusCode != 200 || !strings.Contains(string(answer), `"text":", there was a`) {
		t.Errorf("status %d, %v: %s", response.StatusCode, err, answer)
	}
	address := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/v1")
	t.Run("port in use", func(t *testing.T) {
		var stderr bytes.Buffer
		app := &App{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr}
		code := app.Run(t.Context(), []string{"serve", "./no-model-is-opened", "--addr", address})
		if code != 1 || !strings.Contains(stderr.String(), "loyal: error: listen on "+address) ||
			!strings.Contains(stderr.String(), "loyal: hint: another program listens there") {
			t.Errorf("exit code %d: %s", code, stderr.String())
		}
	})
	if code := stop(); code != 0 {
		t.Errorf("exit code %d after an interrupt, want 0", code)
	}
	if c, err := net.Dial("tcp", address); err == nil {
		c.Close()
		t.Error("it still listens")
	}
}

func TestServeAsksForKeys(t *testing.T) {
	testdata.Dir(t)
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, []byte("sk-one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	url, stderr, stop := startServe(t, "--api-keys-file", keys, "--name", "other")
	for key, want := range map[string]int{"sk-one": 200, "sk-two": 401, "": 401} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/models/other", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+key)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("key %q: status %d, want %d", key, response.StatusCode, want)
		}
	}
	if code := stop(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if strings.Contains(stderr.String(), "sk-") {
		t.Errorf("a key is in the log:\n%s", stderr)
	}
}

func TestServedName(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "Model.Q4_1.gguf")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		file: "Model.Q4_1", dir: filepath.Base(dir), dir + "/": filepath.Base(dir),
		"org/name": "org/name", "org/name@main": "org/name", "ollama:name:tag": "ollama:name:tag",
	} {
		if got := servedName(address); got != want {
			t.Errorf("%s is served as %q, want %q", address, got, want)
		}
	}
}
