package openai_test

import (
	"errors"
	"io"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loyal/openai"
)

// drain reads a stream to its end.
func drain(r *openai.Reader) ([]string, error) {
	var events []string
	for {
		data, err := r.Next()
		if err != nil {
			return events, err
		}
		events = append(events, string(data))
	}
}

func TestReader(t *testing.T) {
	tests := []struct {
		name, stream string
		want         []string
		err          error
	}{
		{"two events", "data: {\"a\":1}\n\ndata: {\"a\":2}\n\ndata: [DONE]\n\n", []string{`{"a":1}`, `{"a":2}`}, io.EOF},
		{"CRLF", "data: a\r\n\r\ndata: [DONE]\r\n\r\n", []string{"a"}, io.EOF},
		{"CR", "data: a\r\rdata: [DONE]\r\r", []string{"a"}, io.EOF},
		{"no space", "data:a\n\ndata:[DONE]\n\n", []string{"a"}, io.EOF},
		{"comments and other fields", ": hello\n\nevent: x\nid: 7\nretry: 5\ndata: a\n\n:\n\ndata: [DONE]\n\n", []string{"a"}, io.EOF},
		{"many data lines", "data: a\ndata: b\ndata\n\ndata: [DONE]\n\n", []string{"a\nb\n"}, io.EOF},
		{"byte order mark", "\ufeffdata: a\n\ndata: [DONE]\n\n", []string{"a"}, io.EOF},
		{"blank lines", "\n\n\ndata: a\n\n\n\ndata: [DONE]\n\n", []string{"a"}, io.EOF},
		{"done without a blank line", "data: a\n\ndata: [DONE]", []string{"a"}, io.EOF},
		{"nothing after done", "data: [DONE]\n\ndata: a\n\n", nil, io.EOF},
		{"missing done", "data: a\n\n", []string{"a"}, openai.ErrNoDone},
		{"cut off", "data: a\n\ndata: {\"b\":", []string{"a"}, openai.ErrNoDone},
		{"empty", "", nil, openai.ErrNoDone},
		{"HTML", "<html>\n<body>\n\n</html>", nil, openai.ErrNoDone},
		{"a field that begins with data", "database: x\n\ndata: [DONE]\n\n", nil, io.EOF},
		{"long line", "data: " + strings.Repeat("x", 200) + "\n\n", nil, openai.ErrEventTooLarge},
		{"long comment", ": " + strings.Repeat("x", 200) + "\n\n", nil, openai.ErrEventTooLarge},
		{"endless event", strings.Repeat("data: x\n", 100), nil, openai.ErrEventTooLarge},
		{"endless comments in an event", strings.Repeat(": x\n", 100), nil, openai.ErrEventTooLarge},
		{"long stream of short events", strings.Repeat("data: x\n\n", 50) + "data: [DONE]\n\n", strings.Split(strings.Repeat("x", 50), ""), io.EOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := openai.NewReader(strings.NewReader(tt.stream), 100)
			got, err := drain(r)
			if !errors.Is(err, tt.err) {
				t.Errorf("ended with %v, want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if _, again := r.Next(); !errors.Is(again, tt.err) {
				t.Errorf("after the end: %v, want %v", again, tt.err)
			}
		})
	}
}

// endless is a line without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestReaderMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := openai.NewReader(endless{}, 1<<16).Next(); !errors.Is(err, openai.ErrEventTooLarge) {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("a limit of 64 KiB allocated %d bytes", used)
	}
}

func TestWriter(t *testing.T) {
	rec := httptest.NewRecorder()
	w := openai.NewWriter(rec)
	err := errors.Join(
		w.Send(map[string]string{"a": "b\nc"}),
		w.KeepAlive(),
		w.SendError(&openai.Error{Message: "late", Type: openai.ErrorServer}),
		w.Done(),
	)
	if err != nil {
		t.Fatal(err)
	}
	want := "data: {\"a\":\"b\\nc\"}\n\n: keep-alive\n\n" +
		"data: {\"error\":{\"message\":\"late\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\ndata: [DONE]\n\n"
	if rec.Body.String() != want {
		t.Errorf("wrote %q", rec.Body)
	}
	if !rec.Flushed || rec.Header().Get("Content-Type") != openai.ContentTypeSSE {
		t.Errorf("flushed %v, headers %v", rec.Flushed, rec.Header())
	}
	events, err := drain(openai.NewReader(strings.NewReader(want), 1<<10))
	if !errors.Is(err, io.EOF) || len(events) != 2 {
		t.Errorf("read back %q, %v", events, err)
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"data: a\n\ndata: [DONE]\n\n", "data: a\r\ndata:b\r\r", ": x\n\xff", "\ufeffdata\n\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		events, err := drain(openai.NewReader(strings.NewReader(stream), 64))
		if !errors.Is(err, io.EOF) && !errors.Is(err, openai.ErrNoDone) && !errors.Is(err, openai.ErrEventTooLarge) {
			t.Fatalf("ended with %v", err)
		}
		total := 0
		for _, e := range events {
			total += len(e)
		}
		if total > len(stream) {
			t.Fatalf("%d bytes out of %d", total, len(stream))
		}
	})
}
