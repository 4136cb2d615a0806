package inference

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"loyal/lm/lmtest"
	"loyal/openai"
)

// byteTokenizer has a token for each byte, one that begins a text and one that ends it.
type byteTokenizer struct{}

const (
	bos       = 256
	eos       = 257
	vocabSize = 258
)

func (byteTokenizer) Encode(text string, addSpecial bool) (ids []int32) {
	if addSpecial {
		ids = append(ids, bos)
	}
	for _, b := range []byte(text) {
		ids = append(ids, int32(b))
	}
	return ids
}

func (byteTokenizer) NewDecoder(bool) Decoder { return &specialDecoder{} }

func (byteTokenizer) TokenBytes(id int32) []byte {
	if id >= bos {
		return nil
	}
	return []byte{byte(id)}
}

// specialDecoder leaves special tokens out.
type specialDecoder struct{ byteDecoder }

func (d *specialDecoder) Push(id int32) string {
	if id >= bos {
		return ""
	}
	return d.byteDecoder.Push(id)
}

// render is a chat template.
func render(messages []Message) (string, error) {
	var b strings.Builder
	for i, m := range messages {
		if m.Role == openai.RoleAssistant && i == 0 {
			return "", errors.Join(ErrConversation, errors.New("conversation must begin with the user"))
		}
		b.WriteString("[" + m.Role + "]" + m.Content)
	}
	return b.String() + "[assistant]", nil
}

// reply makes a network that answers with these words whatever was asked, and
// then ends. The answer begins after the last "]" of the text.
func reply(text string) func([]int32, []float32) {
	return lmtest.Always(func(ids []int32) int32 {
		n := len(ids) - 1 - lastIndex(ids, ']')
		if n < len(text) {
			return int32(text[n])
		}
		return eos
	})
}

func lastIndex(ids []int32, id int32) int {
	for i := len(ids) - 1; i >= 0; i-- {
		if ids[i] == id {
			return i
		}
	}
	return -1
}

// babble makes a network that writes random text of letters, two-byte characters
// included, and ends now and then.
func babble(ids []int32, row []float32) {
	lmtest.Hash(ids, row)
	allowed := []int32{'a', 'b', 'c', ' ', '\n', 0xc3, eos}
	if ids[len(ids)-1] == 0xc3 {
		allowed = []int32{0xa9, 0xa8} // é, è
	}
	for i := range row {
		if !slices.Contains(allowed, int32(i)) {
			row[i] = -50
		}
	}
	row[eos] -= 2
}

// lockedBuffer is a log that goroutines may share.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// testServer is a server on a loopback port.
type testServer struct {
	*Server
	net *lmtest.Network
	url string
	log *lockedBuffer
}

func startServer(t *testing.T, opts Options, change func(*lmtest.Network, *Model)) *testServer {
	t.Helper()
	net := lmtest.New(vocabSize, 512)
	net.Next = babble
	m := Model{
		Name: "org/fake", Created: time.Unix(1_700_000_000, 0), Network: net,
		Tokenizer: byteTokenizer{}, Render: render, StopIDs: []int32{eos},
	}
	if change != nil {
		change(net, &m)
	}
	log := &lockedBuffer{}
	opts.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s := NewServer(m, opts)
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		s.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return &testServer{Server: s, net: net, url: web.URL, log: log}
}

// call sends a request and returns status, headers and body.
func (s *testServer) call(t *testing.T, method, path, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(data)
}

// ask posts a request that must succeed.
func ask[T any](t *testing.T, s *testServer, path, body string) (out T) {
	t.Helper()
	status, _, answer := s.call(t, http.MethodPost, path, body)
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, answer)
	}
	if err := json.Unmarshal([]byte(answer), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// askStream posts a streamed request that must succeed, and returns its events.
func askStream[T any](t *testing.T, s *testServer, path, body string) (out []T) {
	t.Helper()
	status, header, answer := s.call(t, http.MethodPost, path, body)
	if status != http.StatusOK || header.Get("Content-Type") != openai.ContentTypeSSE {
		t.Fatalf("status %d, %s: %s", status, header.Get("Content-Type"), answer)
	}
	reader := openai.NewReader(strings.NewReader(answer), 1<<20)
	for {
		data, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("%v in %s", err, answer)
		}
		var v T
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
}

// failure posts a request that must fail, and returns the error object.
func failure(t *testing.T, s *testServer, path, body string, headers ...string) (*openai.Error, http.Header) {
	t.Helper()
	status, header, answer := s.call(t, http.MethodPost, path, body, headers...)
	e, ok := openai.ParseError(status, []byte(answer))
	if status < 400 || !ok {
		t.Fatalf("status %d: %s", status, answer)
	}
	return e, header
}
