package verify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"loyal/openai"
	"loyal/verify"
)

// Each kind of bad endpoint gives one clear error, in bounded time.
func TestTrouble(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	qs := questions(r, 64, 10)
	always := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    verify.Trouble
		says    string
	}{
		{"HTML", always(200, "text/html", "<html><body>Welcome!</body></html>"), verify.NotOpenAI, "not JSON"},
		{"an HTML error", always(404, "text/html", "<html>404</html>"), verify.NotFound, "HTTP status 404: not found"},
		{"text", always(400, "text/plain", "go\naway"), verify.Rejected, "go away"},
		{"wrong JSON", always(200, "application/json", `{"choices":"none"}`), verify.NotOpenAI, "not JSON of the OpenAI API"},
		{"half JSON", always(200, "application/json", `{"choices":[{"mess`), verify.NotOpenAI, "not JSON"},
		{"JSON null", always(200, "application/json", `null`), verify.NotOpenAI, "no choices"},
		{"a list", always(200, "application/json", `[]`), verify.NotOpenAI, "not JSON"},
		{"empty", always(200, "application/json", ``), verify.NotOpenAI, "not JSON"},
		{"empty choices", always(200, "application/json", `{"object":"chat.completion","choices":[]}`), verify.NotOpenAI, "no choices"},
		{"an error as success", always(200, "application/json", `{"error":{"message":"model is loading"}}`), verify.NotOpenAI, "model is loading"},
		{"broken stream", always(200, "text/event-stream", "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\ndata: {\"cho"), verify.NotOpenAI, "without [DONE]"},
		{"stream of nonsense", always(200, "text/event-stream", "data: hello\n\n"), verify.NotOpenAI, "not JSON"},
		{"empty stream", always(200, "text/event-stream", "data: [DONE]\n\n"), verify.NotOpenAI, "no choices"},
		{"an error in a stream", always(200, "text/event-stream", "data: {\"error\":{\"message\":\"out of memory\"}}\n\n"), verify.NotOpenAI, "out of memory"},
		{"endless event", always(200, "text/event-stream", "data: "+strings.Repeat("x", 1<<17)), verify.NotOpenAI, "too large"},
		{"no key", always(401, "application/json", `{"error":{"message":"You didn't provide an API key.","type":"invalid_request_error","param":null,"code":null}}`), verify.Unauthorized, "provide an API key"},
		{"forbidden", always(403, "application/json", `{"error":"forbidden"}`), verify.Unauthorized, "forbidden"},
		{"unknown model", always(404, "application/json", `{"error":{"message":"The model 'm' does not exist","code":"model_not_found"}}`), verify.NotFound, "does not exist"},
		{"server error", always(500, "text/plain", ""), verify.ServerFault, "HTTP status 500"},
		{"bad gateway", always(502, "text/html", "<h1>Bad Gateway</h1>"), verify.ServerFault, "bad gateway"},
		{"wait for an hour", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "3600")
			openai.WriteError(w, &openai.Error{Message: "quota", Status: 429})
		}, verify.RateLimited, "asks to wait for 1h"},
		{"a huge body", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"choices":[{"message":{"content":"`)
			for range 1 << 10 {
				if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<16)); err != nil {
					return
				}
			}
		}, verify.TooLarge, "larger than"},
		{"closes the connection", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, verify.Unreachable, "ask 127.0.0.1"},
		{"slow", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
		}, verify.Unreachable, "no answer within 300ms"},
		{"drips", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		}, verify.Unreachable, "no answer within 300ms"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tt.handler)
			defer server.Close()
			o := options(server.URL + "/v1")
			o.Timeout = 300 * time.Millisecond
			o.APIKey = "sk-secret"
			begin := time.Now()
			_, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
			var trouble *verify.EndpointError
			if !errors.As(err, &trouble) {
				t.Fatalf("error %v", err)
			}
			if trouble.Trouble != tt.want || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("trouble %q: %v", trouble.Trouble, err)
			}
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 600 {
				t.Errorf("not one line: %q", err)
			}
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestDown(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	r := rand.New(rand.NewPCG(2, 1))
	_, err = verify.Run(t.Context(), plan(t, verify.Chat, questions(r, 3, 4)), options("http://"+address+"/v1"))
	var trouble *verify.EndpointError
	if !errors.As(err, &trouble) || trouble.Trouble != verify.Unreachable {
		t.Errorf("error %v", err)
	}
}

// Passing trouble is waited out, as the server asks.
func TestRetries(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	qs := questions(r, 64, 10)
	var last time.Time
	var calls, early int
	f := &fake{reply: knows(qs, 1, r)}
	f.before = func(w http.ResponseWriter, r *http.Request, body string) bool {
		if !strings.Contains(body, "Suggest") {
			return false
		}
		calls++
		switch calls {
		case 1:
			w.Header().Set("Retry-After", "1")
			openai.WriteError(w, &openai.Error{Message: "slow down", Status: http.StatusTooManyRequests})
		case 2:
			if time.Since(last) < 950*time.Millisecond {
				early++
			}
			w.Header().Set("Retry-After", time.Now().Add(time.Second).UTC().Format(http.TimeFormat)) // 0 to 1 s
			openai.WriteError(w, &openai.Error{Message: "overloaded", Status: http.StatusServiceUnavailable})
		case 3:
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: {\"choi")
		case 5:
			panic(http.ErrAbortHandler)
		default:
			return false
		}
		last = time.Now()
		return true
	}
	path := filepath.Join(t.TempDir(), "t.jsonl")
	o := options(f.serve(t))
	o.Transcript = path
	got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil || got.Verdict != verify.Match || got.Queries != 7 {
		t.Fatalf("%+v, %v", got, err)
	}
	if early > 0 || got.Retries != 4 {
		t.Errorf("%d retries, %d too early", got.Retries, early)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"slow down", "overloaded", "without [DONE]"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("the transcript does not tell of %q", want)
		}
	}
}

// Questions to which no answer comes are no answers; three in a row end the run.
func TestUnanswered(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	qs := questions(r, 64, 10)
	f := &fake{reply: knows(qs, 1, r)}
	f.before = func(w http.ResponseWriter, _ *http.Request, body string) bool {
		if !strings.Contains(body, qs[1].Prompt) && !strings.Contains(body, qs[3].Prompt) {
			return false
		}
		openai.WriteError(w, &openai.Error{Message: "no", Status: http.StatusBadRequest})
		return true
	}
	got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t)))
	if err != nil || got.Verdict != verify.Match || got.Queries != 9 || got.Unanswered != 2 || got.Hits != 7 {
		t.Errorf("%+v, %v", got, err)
	}

	// A filter that answers with an HTTP error is a refusal.
	f = &fake{reply: knows(qs, 1, r)}
	f.before = func(w http.ResponseWriter, _ *http.Request, body string) bool {
		if !strings.Contains(body, "Suggest") {
			return false
		}
		openai.WriteError(w, &openai.Error{Message: "no", Code: "content_filter", Status: http.StatusBadRequest})
		return true
	}
	got, err = verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t)))
	if err != nil || got.Verdict != verify.Inconclusive || got.Reason != verify.MostlyRefused {
		t.Errorf("%+v, %v", got, err)
	}

	f = &fake{reply: knows(qs, 1, r)}
	f.before = func(w http.ResponseWriter, _ *http.Request, body string) bool {
		if !strings.Contains(body, "Suggest") {
			return false
		}
		openai.WriteError(w, &openai.Error{Message: "too long", Status: http.StatusBadRequest})
		return true
	}
	var trouble *verify.EndpointError
	if _, err = verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t))); !errors.As(err, &trouble) || trouble.Trouble != verify.Rejected {
		t.Errorf("error %v", err)
	}
}

// The API key goes to the endpoint that was named and nowhere else, and into no
// error and no record.
func TestKeyStaysWhereItBelongs(t *testing.T) {
	const key = `sk-very/secret"<zyxw>`
	var leaked atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked.Store(true) }))
	defer elsewhere.Close()
	r := rand.New(rand.NewPCG(5, 1))
	qs := questions(r, 64, 10)
	path := filepath.Join(t.TempDir(), "t.jsonl")
	run := func(f *fake) (*verify.Report, error) {
		o := options(f.serve(t))
		o.APIKey, o.Transcript = key, path
		defer func() { _ = os.Remove(path) }()
		report, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
		data, rerr := os.ReadFile(path)
		if rerr != nil {
			t.Fatal(rerr)
		}
		if strings.Contains(string(data), "zyxw") || strings.Contains(string(data), "sk-very") || err != nil && strings.Contains(err.Error(), key) {
			t.Errorf("the key is in the record or in %v", err)
		}
		return report, err
	}

	redirect := &fake{before: func(w http.ResponseWriter, r *http.Request, _ string) bool {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
		return true
	}}
	_, err := run(redirect)
	var trouble *verify.EndpointError
	if !errors.As(err, &trouble) || trouble.Trouble != verify.Redirected || !strings.Contains(err.Error(), elsewhere.URL) {
		t.Errorf("redirect: %v", err)
	}
	if leaked.Load() {
		t.Error("the redirect was followed")
	}

	wrong := &fake{before: func(w http.ResponseWriter, r *http.Request, _ string) bool {
		openai.WriteError(w, &openai.Error{Message: "Incorrect API key: " + r.Header.Get("Authorization"), Status: http.StatusUnauthorized})
		return true
	}}
	if _, err = run(wrong); !errors.As(err, &trouble) || trouble.Trouble != verify.Unauthorized || !strings.Contains(err.Error(), "[API key]") {
		t.Errorf("wrong key: %v", err)
	}

	// As a success, with other escapes, and where records and errors are cut.
	for name, body := range map[string]string{
		"as success":   `{"error":{"message":"not a key: ` + key[:14] + `\"<zyxw>"}}`,
		"slash":        `{"error":{"message":"not a key: sk-very\/secret\"<zyxw>"}}`,
		"HTML":         `{"error":{"message":"not a key: sk-very/secret\"\u003czyxw\u003e"}}`,
		"cut error":    `{"error":{"message":"` + strings.Repeat("x", 270) + ` not a key: ` + key[:14] + `\"<zyxw>"}}`,
		"cut record":   strings.Repeat(" ", 1<<16-10) + key,
		"content type": `{"choices":[{"message":{"content":[{"type":"` + key[:14] + `\"<zyxw>"}]}}]}`,
		"finish":       `{"choices":[{"message":{"content":"no"},"finish_reason":"` + key[:14] + `\"<zyxw>"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := run(&fake{before: func(w http.ResponseWriter, _ *http.Request, _ string) bool {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, body)
				return true
			}})
			if err != nil && strings.Contains(err.Error(), "sk-very") {
				t.Errorf("the key is in %v", err)
			}
		})
	}

	var seen atomic.Int64
	echo := &fake{reply: func(string) string { return key + " is what you sent" }, before: func(_ http.ResponseWriter, r *http.Request, _ string) bool {
		if r.Header.Get("Authorization") == "Bearer "+key {
			seen.Add(1)
		}
		return false
	}}
	if got, err := run(echo); err != nil || got.Verdict != verify.NoMatch || seen.Load() == 0 {
		t.Errorf("echo: %+v, %v", got, err)
	}
}

// Several megabytes of answers leave little behind.
func TestMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	qs := questions(r, 64, 10)
	big := strings.Repeat("long words ", 50_000)
	f := &fake{reply: func(string) string { return big }}
	server := f.serve(t)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	o := options(server)
	o.Transcript = filepath.Join(t.TempDir(), "t.jsonl")
	if _, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("%d bytes are held after the run", grown)
	}
	info, err := os.Stat(o.Transcript)
	if err != nil || info.Size() > 64*(2<<16) {
		t.Errorf("transcript of %d bytes, %v", info.Size(), err)
	}
}

// transcriptOf runs an audit with a transcript until n questions were answered.
func transcriptOf(t *testing.T, f *fake, qs []verify.Question, n int) (verify.Options, []byte) {
	t.Helper()
	o := options(f.serve(t))
	o.Transcript = filepath.Join(t.TempDir(), "audit.jsonl")
	interrupted := o
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	interrupted.Progress = func(p verify.Progress) {
		if p.Queries == n {
			cancel()
		}
	}
	if _, err := verify.Run(ctx, plan(t, verify.Chat, qs), interrupted); !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted run: %v", err)
	}
	data, err := os.ReadFile(o.Transcript)
	if err != nil {
		t.Fatal(err)
	}
	return o, data
}

func TestResume(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	qs := questions(r, 64, 10)
	f := &fake{reply: knows(qs, 1, r)}
	whole, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t)))
	if err != nil {
		t.Fatal(err)
	}
	f = &fake{reply: knows(qs, 1, r)}
	o, _ := transcriptOf(t, f, qs, 3)
	got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil {
		t.Fatal(err)
	}
	if got.Resumed < 3 || got.EValue != whole.EValue || got.Queries != whole.Queries || got.Hits != whole.Hits || got.Sentence != whole.Sentence {
		t.Errorf("resumed %+v\nwhole %+v", got, whole)
	}
	counts := map[string]int{}
	for _, p := range f.asked() {
		counts[p]++
	}
	for p, n := range counts {
		if n > 1 && p != qs[3].Prompt { // the one that was interrupted, if it was
			t.Errorf("%q was asked %d times", p, n)
		}
	}
	// It is finished: the same again asks nothing.
	asked := len(f.prompts)
	again, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil || again.Verdict != verify.Match || again.Sentence != got.Sentence || len(f.prompts) != asked || again.Offer == nil {
		t.Errorf("%+v, %v, %d requests more", again, err, len(f.prompts)-asked)
	}
	if info, err := os.Stat(o.Transcript); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(o.Transcript + ".lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock is left: %v", err)
	}
}

// An inconclusive audit goes on with a larger budget; questions that failed are
// asked again.
func TestResumeAfterFailures(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	qs := questions(r, 64, 10)
	var broken sync.Map
	broken.Store(qs[1].Prompt, true)
	f := &fake{reply: knows(qs, 1, r)}
	f.before = func(w http.ResponseWriter, _ *http.Request, body string) bool {
		hit := false
		broken.Range(func(prompt, _ any) bool {
			hit = hit || strings.Contains(body, prompt.(string))
			return true
		})
		if hit {
			openai.WriteError(w, &openai.Error{Message: "no", Status: http.StatusBadRequest})
		}
		return hit
	}
	o := options(f.serve(t))
	o.Transcript = filepath.Join(t.TempDir(), "audit.jsonl")
	o.MaxQueries = 4
	got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil || got.Verdict != verify.Inconclusive || got.Queries != 4 || got.Unanswered != 1 || got.Hits != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	broken.Clear()
	o.MaxQueries = 0
	got, err = verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil || got.Verdict != verify.Match || got.Queries != 7 || got.Unanswered != 0 || got.Hits != 7 || got.Resumed != 4 {
		t.Errorf("%+v, %v", got, err)
	}
	p := verify.NewNoMatchProcess(o.QMin, len(qs))
	p.Add(1)
	p.Unanswered()
	p.Add(1)
	p.Add(1)
	p.Resolved(1)
	for range 3 {
		p.Add(1)
	}
	if want := math.Exp(p.LogE()); math.Abs(got.NoMatchEValue-want) > 1e-12 {
		t.Errorf("reverse e-value %v, want %v", got.NoMatchEValue, want)
	}
}

func TestOtherSettingsAreRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	qs := questions(r, 64, 10)
	f := &fake{reply: knows(qs, 1, r)}
	o, before := transcriptOf(t, f, qs, 2)
	for name, edit := range map[string]func(*verify.Options){
		"alpha": func(o *verify.Options) { o.Alpha = 1e-3 },
		"beta":  func(o *verify.Options) { o.Beta = 1e-3 },
		"q_min": func(o *verify.Options) { o.QMin = 0.5 },
		"model": func(o *verify.Options) { o.Model = "other" },
		"score": func(o *verify.Options) { o.Score = verify.ByLogprobs },
	} {
		other := o
		edit(&other)
		_, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), other)
		var setting *verify.SettingError
		if !errors.As(err, &setting) || setting.Setting != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	qs[40].Candidates[0] = "Zebra"
	var setting *verify.SettingError
	if _, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o); !errors.As(err, &setting) || setting.Setting != "plan" {
		t.Errorf("other plan: %v", err)
	}
	if after, err := os.ReadFile(o.Transcript); err != nil || !bytes.Equal(before, after) {
		t.Errorf("a refused run changed the transcript, %v", err)
	}
}

func TestDamagedTranscripts(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 1))
	qs := questions(r, 64, 10)
	f := &fake{reply: knows(qs, 1, r)}
	o, data := transcriptOf(t, f, qs, 3)
	lines := bytes.SplitAfter(data, []byte("\n"))
	edits := map[string][]byte{
		"one letter of a reply": bytes.Replace(data, []byte("gobble"), []byte("gabble"), 1),
		"a line less":           bytes.Join(append(append([][]byte{}, lines[:2]...), lines[3:]...), nil),
		"two lines changed":     bytes.Join(append(append(append([][]byte{}, lines[:2]...), lines[3], lines[2]), lines[4:]...), nil),
		"a foreign line":        append(bytes.Clone(data), "{}\n"...),
		"another file":          []byte("Dear diary\n"),
		"without a line end":    []byte("Dear diary"),
		"JSON of another kind":  []byte("{\"a\":1}"),
		"no beginning":          bytes.Join(lines[1:], nil),
		"twice":                 append(bytes.Clone(data), data...),
	}
	for name, damaged := range edits {
		if err := os.WriteFile(o.Transcript, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o); !errors.Is(err, verify.ErrTranscript) {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.ReadFile(o.Transcript); err != nil || !bytes.Equal(after, damaged) {
			t.Errorf("%s: the file was changed, %v", name, err)
		}
	}
	// A judgment that does not follow, in a chain that somebody made anew.
	forged := forge(t, lines, `"hit":true`, `"hit":false`)
	if err := os.WriteFile(o.Transcript, forged, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o); !errors.Is(err, verify.ErrTranscript) || !strings.Contains(fmt.Sprint(err), "does not follow") {
		t.Errorf("forged: %v", err)
	}
	// What a crash cut off is no damage, wherever it happened.
	for _, size := range []int{0, 5, len(lines[0]) - 1, len(lines[0]), len(data) - 1, len(data) - 200} {
		if err := os.WriteFile(o.Transcript, data[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o); err != nil || got.Verdict != verify.Match {
			t.Errorf("cut off at %d: %v", size, err)
		}
	}
}

func TestBusyTranscript(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	qs := questions(r, 64, 10)
	f := &fake{reply: knows(qs, 1, r)}
	o := options(f.serve(t))
	o.Transcript = filepath.Join(t.TempDir(), "audit.jsonl")
	var inner error
	o.Progress = func(verify.Progress) {
		second := o
		second.Progress = nil
		_, inner = verify.Run(t.Context(), plan(t, verify.Chat, qs), second)
	}
	if _, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(inner, verify.ErrTranscriptBusy) {
		t.Errorf("second run: %v", inner)
	}
}

func TestPoliteness(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 1))
	qs := questions(r, 64, 10)
	f := &fake{reply: knows(qs, 1, r)}
	o := options(f.serve(t))
	o.Rate = 50
	begin := time.Now()
	got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil {
		t.Fatal(err)
	}
	if least := time.Duration(got.Requests-1) * time.Second / 50; time.Since(begin) < least {
		t.Errorf("%d requests in %s", got.Requests, time.Since(begin))
	}
}
