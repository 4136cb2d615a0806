package inference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"loyal/lm"
	"loyal/lm/lmtest"
	"loyal/openai"
)

const hello = `{"model":"org/fake","messages":[{"role":"user","content":"x"}]}`

// with is hello with more fields.
func with(fields string) string { return strings.TrimSuffix(hello, "}") + "," + fields + "}" }

func TestErrors(t *testing.T) {
	s := startServer(t, Options{MaxBody: 2000, MaxChoices: 8}, nil)
	tests := []struct {
		name, path, body string
		status           int
		param, code      string
	}{
		{"unknown model", chatPath, `{"model":"gpt-9","messages":[]}`, 404, "model", "model_not_found"},
		{"no model", chatPath, `{"messages":[]}`, 400, "model", ""},
		{"no messages", chatPath, `{"model":"org/fake"}`, 400, "messages", "invalid_value"},
		{"not JSON", chatPath, `{"model"`, 400, "", ""},
		{"wrong type", chatPath, `{"model":7}`, 400, "model", "invalid_type"},
		{"two values", chatPath, hello + hello, 400, "", ""},
		{"large body", chatPath, with(`"user":"` + strings.Repeat("x", 2000) + `"`), 413, "", "request_too_large"},
		{"temperature", chatPath, with(`"temperature":2.1`), 400, "temperature", "invalid_value"},
		{"top_p", chatPath, with(`"top_p":-0.1`), 400, "top_p", "invalid_value"},
		{"top_k", chatPath, with(`"top_k":-2`), 400, "top_k", "invalid_value"},
		{"min_p", chatPath, with(`"min_p":2`), 400, "min_p", "invalid_value"},
		{"repetition_penalty", chatPath, with(`"repetition_penalty":0`), 400, "repetition_penalty", "invalid_value"},
		{"presence_penalty", chatPath, with(`"presence_penalty":3`), 400, "presence_penalty", "invalid_value"},
		{"n", chatPath, with(`"n":9`), 400, "n", "invalid_value"},
		{"n of zero", chatPath, with(`"n":0`), 400, "n", "invalid_value"},
		{"n times prompts", completionPath, `{"model":"org/fake","prompt":["a","b","c"],"n":3}`, 400, "n", "invalid_value"},
		{"max_tokens", chatPath, with(`"max_tokens":0`), 400, "max_tokens", "invalid_value"},
		{"top_logprobs alone", chatPath, with(`"top_logprobs":2`), 400, "top_logprobs", "invalid_value"},
		{"top_logprobs", chatPath, with(`"logprobs":true,"top_logprobs":21`), 400, "top_logprobs", "invalid_value"},
		{"logprobs", completionPath, `{"model":"org/fake","prompt":"a","logprobs":21}`, 400, "logprobs", "invalid_value"},
		{"empty stop", chatPath, with(`"stop":["a",""]`), 400, "stop", "invalid_value"},
		{"logit_bias of no token", chatPath, with(`"logit_bias":{"258":1}`), 400, "logit_bias", "invalid_value"},
		{"logit_bias", chatPath, with(`"logit_bias":{"1":101}`), 400, "logit_bias", "invalid_value"},
		{"tools", chatPath, with(`"tools":[{"type":"function"}]`), 400, "tools", "unsupported_parameter"},
		{"response_format", chatPath, with(`"response_format":{"type":"json_object"}`), 400, "response_format", "unsupported_parameter"},
		{"suffix", completionPath, `{"model":"org/fake","prompt":"a","suffix":"b"}`, 400, "suffix", "unsupported_parameter"},
		{"best_of", completionPath, `{"model":"org/fake","prompt":"a","best_of":3}`, 400, "best_of", "invalid_value"},
		{"image", chatPath, `{"model":"org/fake","messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, 400, "messages", "invalid_value"},
		{"role", chatPath, `{"model":"org/fake","messages":[{"role":"boss","content":"x"}]}`, 400, "messages", "invalid_value"},
		{"template refuses", chatPath, `{"model":"org/fake","messages":[{"role":"assistant","content":"x"}]}`, 400, "messages", "invalid_value"},
		{"long prompt", completionPath, `{"model":"org/fake","prompt":"` + strings.Repeat("x", 600) + `"}`, 400, "", "context_length_exceeded"},
		{"no prompt", completionPath, `{"model":"org/fake"}`, 400, "prompt", "invalid_value"},
		{"empty prompt", completionPath, `{"model":"org/fake","prompt":[[]]}`, 400, "prompt", "invalid_value"},
		{"prompt of no token", completionPath, `{"model":"org/fake","prompt":[258]}`, 400, "prompt", "invalid_value"},
		{"unknown URL", "/v1/embeddings", hello, 404, "", ""},
		{"wrong method", "/v1/models", hello, 405, "", "method_not_supported"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, header := failure(t, s, tt.path, tt.body)
			if e.Status != tt.status || e.Param != tt.param || e.Code != tt.code || e.Type != openai.ErrorInvalidRequest || e.Message == "" {
				t.Errorf("%+v, want status %d, param %q, code %q", e, tt.status, tt.param, tt.code)
			}
			if !strings.HasPrefix(header.Get("X-Request-Id"), "req_") || header.Get("Content-Type") != "application/json" {
				t.Errorf("headers %v", header)
			}
		})
	}
	t.Run("content type", func(t *testing.T) {
		if e, _ := failure(t, s, chatPath, hello, "Content-Type", "text/plain"); e.Status != 415 {
			t.Errorf("%+v", e)
		}
	})
	t.Run("no template", func(t *testing.T) {
		base := startServer(t, Options{}, func(_ *lmtest.Network, m *Model) { m.Render = nil })
		if e, _ := failure(t, base, chatPath, hello); e.Status != 400 || e.Param != "messages" {
			t.Errorf("%+v", e)
		}
	})
}

func TestAcceptsWhatClientsSend(t *testing.T) {
	s := startServer(t, Options{}, says("hi"))
	for _, fields := range []string{
		`"tools":[],"tool_choice":"auto","response_format":{"type":"text"},"user":"u","store":false,"metadata":null`,
		`"stop":null,"temperature":null,"max_tokens":null,"logprobs":null,"stream_options":null,"n":null,"seed":-5`,
		`"top_k":-1,"logit_bias":{},"top_logprobs":0,"parallel_tool_calls":true,"service_tier":"auto"`,
	} {
		if got := ask[openai.ChatCompletion](t, s, chatPath, with(fields)); got.Choices[0].Message.Content.Text != "hi" {
			t.Errorf("%s: %+v", fields, got)
		}
	}
}

func TestKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte("# two\nsk-first\n\n  sk-second\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := ReadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t, Options{Keys: keys}, says("hi"))
	for _, tt := range []struct {
		header string
		status int
	}{
		{"Bearer sk-first", 200}, {"bearer sk-second", 200}, {"Bearer sk-third", 401}, {"Bearer # two", 401},
		{"Bearer", 401}, {"Basic sk-first", 401}, {"Bearer ", 401}, {"sk-first", 401},
	} {
		for _, path := range []string{"/v1/models", chatPath} {
			method, body := http.MethodGet, ""
			if path == chatPath {
				method, body = http.MethodPost, hello
			}
			status, header, answer := s.call(t, method, path, body, "Authorization", tt.header)
			if status != tt.status || status == 401 && (header.Get("WWW-Authenticate") != "Bearer" || !strings.Contains(answer, `"invalid_request_error"`)) {
				t.Errorf("%q on %s: status %d, %s", tt.header, path, status, answer)
			}
		}
	}
	if status, _, _ := s.call(t, http.MethodGet, "/healthz", ""); status != 200 {
		t.Error("/healthz asks for a key")
	}
	if strings.Contains(s.log.String(), "sk-") || !strings.Contains(s.log.String(), "key=2") {
		t.Errorf("the log holds a key, or no number of one:\n%s", s.log)
	}
	for name, content := range map[string]string{"empty": "# nothing\n\n", "two on a line": "sk-a sk-b\n", "binary": "\x00\x01"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadKeys(path); !errors.Is(err, ErrKeys) || strings.Contains(err.Error(), "sk-") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestLogHoldsNoText(t *testing.T) {
	s := startServer(t, Options{}, says("SECRETANSWER"))
	ask[openai.ChatCompletion](t, s, chatPath, strings.Replace(hello, `"x"`, `"SECRETPROMPT"`, 1))
	failure(t, s, chatPath, `{"model":"SECRETMODEL","messages":"SECRETBODY"}`)
	failure(t, s, chatPath, `{"model":"SECRETMODEL","messages":[]}`)
	failure(t, s, chatPath, with(`"logit_bias":{"SECRETBIAS":1}`))
	s.call(t, http.MethodGet, "/v1/models/SECRETMODEL", "")
	log := s.log.String()
	if strings.Contains(log, "SECRET") {
		t.Error(log)
	}
	for _, want := range []string{"prompt_tokens=29", "completion_tokens=13", "status=200", "status=404", "path=/v1/chat/completions"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in\n%s", want, log)
		}
	}
}

func TestRequestID(t *testing.T) {
	s := startServer(t, Options{}, nil)
	for id, kept := range map[string]bool{"abc-1": true, strings.Repeat("x", 129): false, "a b": false} {
		_, header, _ := s.call(t, http.MethodGet, "/v1/models", "", "X-Request-Id", id)
		if got := header.Get("X-Request-Id"); (got == id) != kept || got == "" {
			t.Errorf("id %q becomes %q", id, got)
		}
	}
}

func TestMetrics(t *testing.T) {
	s := startServer(t, Options{}, says("hi"))
	ask[openai.ChatCompletion](t, s, chatPath, hello)
	failure(t, s, "/v1/nothing", hello)
	_, _, body := s.call(t, http.MethodGet, "/metrics", "")
	for _, want := range []string{
		`loyal_requests_total{path="/v1/chat/completions",status="200"} 1`,
		`loyal_requests_total{path="other",status="404"} 1`,
		`loyal_prompt_tokens_total{source="computed"} 18`,
		`loyal_generated_tokens_total 3`,
		`loyal_batch_size_count 3`,
		`loyal_first_token_seconds_count 1`,
		`loyal_texts_waiting 0`,
		`go_goroutines`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in /metrics", want)
		}
	}
}

// slow makes a server whose answers take long.
func slow(t *testing.T, opts Options) *testServer {
	return startServer(t, opts, func(n *lmtest.Network, _ *Model) {
		n.Next = lmtest.Always(func([]int32) int32 { return 'x' })
		n.Delay = 5 * time.Millisecond
	})
}

// open starts a streamed answer and returns once its first event is there.
func open(t *testing.T, s *testServer) (events *openai.Reader, cancel func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+chatPath, strings.NewReader(with(`"stream":true`)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		t.Fatal(response.Status)
	}
	events = openai.NewReader(response.Body, 1<<20)
	if _, err := events.Next(); err != nil {
		t.Fatal(err)
	}
	cancel = func() {
		stop()
		response.Body.Close()
	}
	t.Cleanup(cancel)
	return events, cancel
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
	}
}

func TestBusy(t *testing.T) {
	t.Run("requests", func(t *testing.T) {
		s := slow(t, Options{MaxRequests: 2})
		_, cancel := open(t, s)
		open(t, s)
		e, header := failure(t, s, chatPath, hello)
		if e.Status != 429 || e.Type != openai.ErrorRateLimit || header.Get("Retry-After") == "" {
			t.Errorf("%+v, %v", e, header)
		}
		if status, _, _ := s.call(t, http.MethodGet, "/v1/models", ""); status != 200 {
			t.Error("a busy server does not list its models")
		}
		cancel() // and there is room again
		eventually(t, "a free slot", func() bool { return len(s.slots) < 2 })
		open(t, s)
	})
	t.Run("queue", func(t *testing.T) {
		s := slow(t, Options{Scheduler: SchedulerOptions{MaxSequences: 1, MaxQueue: 1}})
		open(t, s)
		go func() { // waits in the queue, until the server is closed
			response, err := http.Post(s.url+chatPath, "application/json", strings.NewReader(hello))
			if err == nil {
				response.Body.Close()
			}
		}()
		eventually(t, "a full queue", func() bool { return value(t, s.metrics.waiting) == 1 })
		if e, _ := failure(t, s, chatPath, hello); e.Status != 429 {
			t.Errorf("%+v", e)
		}
		s.Close() // the test's server would wait for the two
	})
}

func TestClientThatGoesAwayFreesItsPlace(t *testing.T) {
	s := slow(t, Options{Scheduler: SchedulerOptions{MaxSequences: 1}})
	_, cancel := open(t, s)
	cancel()
	eventually(t, "an idle scheduler", func() bool {
		s.scheduler.mu.Lock()
		defer s.scheduler.mu.Unlock()
		return s.scheduler.live == 0
	})
	before := len(s.net.Passes())
	time.Sleep(20 * time.Millisecond)
	if after := len(s.net.Passes()); after != before {
		t.Errorf("%d passes for nobody", after-before)
	}
	eventually(t, "a line in the log", func() bool { return strings.Contains(s.log.String(), "canceled") })
}

func TestTimeout(t *testing.T) {
	s := slow(t, Options{Timeout: 50 * time.Millisecond})
	if e, _ := failure(t, s, chatPath, hello); e.Status != 504 || e.Code != "timeout" {
		t.Errorf("%+v", e)
	}
	// A stream that has begun reports it as an event.
	_, _, body := s.call(t, http.MethodPost, chatPath, with(`"stream":true`))
	if !strings.Contains(body, `"code":"timeout"`) || strings.Contains(body, "[DONE]") {
		t.Errorf("stream ends with %q", body[max(0, len(body)-200):])
	}
}

func TestComputationFails(t *testing.T) {
	s := startServer(t, Options{}, func(n *lmtest.Network, _ *Model) {
		n.Next = reply("hello")
		n.Fail = func(feeds []lm.Feed) error {
			if feeds[0].Sequence.Len() > 20 {
				return errors.New("INTERNAL")
			}
			return nil
		}
	})
	e, _ := failure(t, s, chatPath, hello)
	if e.Status != 500 || e.Type != openai.ErrorServer || strings.Contains(e.Message, "INTERNAL") {
		t.Errorf("%+v", e)
	}
	_, _, body := s.call(t, http.MethodPost, chatPath, with(`"stream":true`))
	if !strings.Contains(body, `"type":"server_error"`) || !strings.Contains(body, `"content":"hel"`) && !strings.Contains(body, `"content":"h"`) {
		t.Errorf("stream: %s", body)
	}
	if !strings.Contains(s.log.String(), "INTERNAL") || !strings.Contains(s.log.String(), "level=ERROR") {
		t.Error("the cause is not in the log")
	}
}

func TestConcurrentRequestsAreBatched(t *testing.T) {
	const clients = 8
	all := make(chan struct{}) // closed when every request has come
	s := startServer(t, Options{}, func(n *lmtest.Network, _ *Model) {
		n.Next = reply(strings.Repeat("word ", 20))
		n.Fail = func([]lm.Feed) error {
			<-all
			return nil
		}
	})
	var group sync.WaitGroup
	for i := range clients {
		group.Go(func() {
			body := strings.Replace(hello, `"x"`, fmt.Sprintf(`"%d"`, i), 1)
			if got := ask[openai.ChatCompletion](t, s, chatPath, body); got.Choices[0].Message.Content.Text != strings.Repeat("word ", 20) {
				t.Errorf("answer %q", got.Choices[0].Message.Content.Text)
			}
		})
	}
	eventually(t, "all requests in the scheduler", func() bool {
		s.scheduler.mu.Lock()
		defer s.scheduler.mu.Unlock()
		return s.scheduler.live == clients
	})
	close(all)
	group.Wait()
	var sizes []int
	for _, p := range s.net.Passes() {
		sizes = append(sizes, len(p.Tokens))
	}
	// The first pass has only the first request.
	if slices.Max(sizes) != clients || len(sizes) > 101+3 {
		t.Errorf("widest batch %d of %d, %d passes for answers of 101 tokens", slices.Max(sizes), clients, len(sizes))
	}
}

// serve runs a server as the command does.
func serve(t *testing.T, s *testServer, grace time.Duration) (stop context.CancelFunc, ended chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended = make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, grace) }()
	s.url = "http://" + l.Addr().String()
	return cancel, ended
}

func TestDrain(t *testing.T) {
	t.Run("lets streams finish", func(t *testing.T) {
		s := slow(t, Options{MaxTokens: 40})
		stop, ended := serve(t, s, 10*time.Second)
		events, _ := open(t, s)
		if status, _, _ := s.call(t, http.MethodGet, "/readyz", ""); status != 200 {
			t.Errorf("/readyz gives %d before", status)
		}
		stop()
		eventually(t, "draining", s.draining.Load)
		if _, err := http.Get(s.url + "/healthz"); err == nil {
			t.Error("a draining server takes connections")
		}
		// On a connection that was open before, it says so.
		recorder := newRecorder()
		s.ServeHTTP(recorder, request(t, "/readyz"))
		if recorder.status != 503 {
			t.Errorf("/readyz gives %d while draining", recorder.status)
		}
		n := 1
		for {
			_, err := events.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != 42 { // role, 40 tokens, reason
			t.Errorf("%d events, want 42", n)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Run("ends streams after the grace period", func(t *testing.T) {
		s := slow(t, Options{})
		stop, ended := serve(t, s, 50*time.Millisecond)
		events, _ := open(t, s)
		stop()
		var last []byte
		for {
			data, err := events.Next()
			if err != nil {
				if !errors.Is(err, openai.ErrNoDone) {
					t.Errorf("stream ends with %v", err)
				}
				break
			}
			last = data
		}
		if !strings.Contains(string(last), `"shutting_down"`) {
			t.Errorf("last event %s", last)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestPanicIsAnAnswer(t *testing.T) {
	s := startServer(t, Options{}, func(_ *lmtest.Network, m *Model) {
		m.Render = func([]Message) (string, error) { panic("oops") }
	})
	if e, _ := failure(t, s, chatPath, hello); e.Status != 500 {
		t.Errorf("%+v", e)
	}
	if len(s.slots) != 0 {
		t.Error("the request still holds its slot")
	}
}

// recorder is a response that is kept.
type recorder struct {
	header http.Header
	status int
}

func newRecorder() *recorder                    { return &recorder{header: make(http.Header), status: 200} }
func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(b []byte) (int, error) { return len(b), nil }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func request(t *testing.T, path string) *http.Request {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
