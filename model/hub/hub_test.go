package hub

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

// fakeHub serves one repository, org/name, like the hub: small files itself with
// git's ids, large ones by redirect to another host with their SHA-256.
type fakeHub struct {
	*httptest.Server
	store *httptest.Server
	files map[string][]byte

	mu       sync.Mutex
	requests []string
	// trouble, when set, may answer a request itself (true).
	trouble func(w http.ResponseWriter, r *http.Request) bool
}

func newFakeHub(t *testing.T, files map[string][]byte) *fakeHub {
	h := &fakeHub{files: files}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	h.store = httptest.NewServer(http.HandlerFunc(h.serveStore))
	t.Cleanup(h.Close)
	t.Cleanup(h.store.Close)
	return h
}

func (h *fakeHub) options(t *testing.T) Options {
	return Options{CacheDir: t.TempDir(), Endpoint: h.URL, Token: "secret"}
}

func (h *fakeHub) note(r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests = append(h.requests, r.Method+" "+r.URL.Path+" "+r.Header.Get("Range"))
}

func (h *fakeHub) count(prefix string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, r := range h.requests {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

func large(name string) bool { return strings.HasSuffix(name, ".safetensors") }

func (h *fakeHub) serve(w http.ResponseWriter, r *http.Request) {
	h.note(r)
	if h.trouble != nil && h.trouble(w, r) {
		return
	}
	if r.Header.Get("Authorization") != "Bearer secret" {
		http.Error(w, "who are you", http.StatusUnauthorized)
		return
	}
	if r.URL.Path == "/api/models/org/name/revision/main" || r.URL.Path == "/api/models/org/name/revision/refs/pr/1" {
		type sibling struct {
			Name string `json:"rfilename"`
		}
		answer := map[string]any{"sha": commit}
		var list []sibling
		for name := range h.files {
			list = append(list, sibling{name})
		}
		answer["siblings"] = list
		json.NewEncoder(w).Encode(answer)
		return
	}
	name, ok := strings.CutPrefix(r.URL.Path, "/org/name/resolve/"+commit+"/")
	data, there := h.files[name]
	if !ok || !there {
		http.NotFound(w, r)
		return
	}
	if !large(name) {
		w.Header().Set("Etag", fmt.Sprintf(`"%x"`, sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(data), data))))
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		return
	}
	w.Header().Set("X-Linked-Etag", fmt.Sprintf(`"%x"`, sha256.Sum256(data)))
	w.Header().Set("X-Linked-Size", fmt.Sprint(len(data)))
	// Two names of one machine are two hosts, as the hub and its store are.
	http.Redirect(w, r, strings.Replace(h.store.URL, "127.0.0.1", "localhost", 1)+"/"+name+"?signature=hidden", http.StatusFound)
}

func (h *fakeHub) serveStore(w http.ResponseWriter, r *http.Request) {
	h.note(r)
	if r.Header.Get("Authorization") != "" {
		http.Error(w, "the token came to another host", http.StatusBadRequest)
		return
	}
	if h.trouble != nil && h.trouble(w, r) {
		return
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(h.files[strings.TrimPrefix(r.URL.Path, "/")]))
}

func someFiles() map[string][]byte {
	return map[string][]byte{
		"config.json":            []byte(`{"model_type":"llama"}`),
		"tokenizer.json":         []byte(`{}`),
		"model.safetensors":      bytes.Repeat([]byte("0123456789abcdef"), 20_000),
		"README.md":              []byte("card"),
		"pytorch_model.bin":      []byte("not wanted"),
		"onnx/model.onnx":        []byte("not wanted"),
		"original/params.json":   []byte("not wanted"),
		".gitattributes":         []byte("not wanted"),
		"..\\evil.json":          []byte("not wanted"),
		"pytorch_model.bin.json": []byte("{}"),
	}
}

// quick makes pauses short.
func quick(o Options) *client {
	c := newClient(o)
	c.first = time.Millisecond
	return c
}

func (h *fakeHub) fetch(o Options) (string, error) {
	return quick(o).fetch(context.Background(), cache{o.CacheDir, "org/name"}, Address{Repo: "org/name", Revision: "main"})
}

func TestDownload(t *testing.T) {
	h := newFakeHub(t, someFiles())
	o := h.options(t)
	arrived := map[string]int64{}
	o.Progress = func(file string, n, total int64) { arrived[file] += n }
	path, err := Resolve(context.Background(), "org/name", o)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(o.CacheDir, "models--org--name", "snapshots", commit); path != want {
		t.Errorf("path %s, want %s", path, want)
	}
	for name, data := range h.files {
		got, err := os.ReadFile(filepath.Join(path, name))
		if string(data) == "not wanted" {
			if err == nil {
				t.Errorf("%s was downloaded", name)
			}
			continue
		}
		if !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if n := arrived["model.safetensors"]; n != 320_000 {
		t.Errorf("progress of %d bytes", n)
	}
	if runtime.GOOS != "windows" {
		link, err := os.Readlink(filepath.Join(path, "model.safetensors"))
		want := filepath.Join("..", "..", "blobs", fmt.Sprintf("%x", sha256.Sum256(h.files["model.safetensors"])))
		if err != nil || link != want {
			t.Errorf("link %q, %v, want %q", link, err, want)
		}
	}
	// Whole in the cache, it needs no hub, by any of its names.
	h.Close()
	o.Offline = true
	for _, address := range []string{"org/name", "org/name@main", "org/name@" + commit} {
		if again, err := Resolve(context.Background(), address, o); again != path || err != nil {
			t.Errorf("%s again: %s, %v", address, again, err)
		}
	}
	if _, err := Resolve(context.Background(), "org/name@v2", o); !errors.Is(err, ErrOffline) {
		t.Errorf("another revision offline: %v", err)
	}
}

func TestShards(t *testing.T) {
	h := newFakeHub(t, map[string][]byte{
		"config.json":                      []byte("{}"),
		"model.safetensors.index.json":     []byte(`{"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}`),
		"model-00001-of-00002.safetensors": []byte("one"),
		"model-00002-of-00002.safetensors": []byte("two"),
		"consolidated.safetensors":         []byte("not wanted"),
	})
	o := h.options(t)
	path, err := h.fetch(o)
	if err != nil {
		t.Fatal(err)
	}
	if !whole(path) || isFile(filepath.Join(path, "consolidated.safetensors")) {
		t.Error("wrong files")
	}
	// A snapshot of which another tool fetched only a part is not whole.
	if err := os.Remove(filepath.Join(path, "model-00002-of-00002.safetensors")); err != nil {
		t.Fatal(err)
	}
	if _, err := Resolve(context.Background(), "org/name", Options{CacheDir: o.CacheDir, Offline: true}); !errors.Is(err, ErrOffline) {
		t.Errorf("half a model: %v", err)
	}
	h.files["model.safetensors.index.json"] = []byte(`{"weight_map":{"a":"../../../x.safetensors"}}`)
	if _, err := h.fetch(h.options(t)); err == nil || !strings.Contains(err.Error(), "not a file name") {
		t.Errorf("an index that leaves the directory: %v", err)
	}
}

// TestResume cuts the connection again and again: each try goes on where the last
// one ended.
func TestResume(t *testing.T) {
	h := newFakeHub(t, someFiles())
	cuts := 0
	h.trouble = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/model.safetensors" || cuts == 3 {
			return false
		}
		cuts++
		http.ServeContent(&cutWriter{w, 100_000}, r, "", time.Time{}, bytes.NewReader(h.files["model.safetensors"]))
		panic(http.ErrAbortHandler)
	}
	path, err := h.fetch(h.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(path, "model.safetensors")); !bytes.Equal(got, h.files["model.safetensors"]) {
		t.Errorf("%d bytes, not the same", len(got))
	}
	if h.count("GET /model.safetensors bytes=300000-") != 1 {
		t.Errorf("requests: %q", h.requests)
	}
}

// cutWriter stops after some bytes.
type cutWriter struct {
	http.ResponseWriter
	left int
}

func (c *cutWriter) Write(p []byte) (int, error) {
	if len(p) > c.left {
		n, _ := c.ResponseWriter.Write(p[:c.left])
		c.left = 0
		c.ResponseWriter.(http.Flusher).Flush()
		return n, errors.New("cut")
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

func TestLeftovers(t *testing.T) {
	for _, c := range []struct{ name, leftover string }{
		{"a beginning", strings.Repeat("0123456789abcdef", 100)},
		{"everything", strings.Repeat("0123456789abcdef", 20_000)},
		{"rubbish", "rubbish"},
		{"too much", strings.Repeat("x", 400_000)},
	} {
		h := newFakeHub(t, someFiles())
		o := h.options(t)
		ca := cache{o.CacheDir, "org/name"}
		etag := fmt.Sprintf("%x", sha256.Sum256(h.files["model.safetensors"]))
		if err := os.MkdirAll(ca.path("blobs"), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(ca.blob(etag)+".incomplete", []byte(c.leftover), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := h.fetch(o); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got, _ := os.ReadFile(ca.blob(etag)); !bytes.Equal(got, h.files["model.safetensors"]) {
			t.Errorf("%s: %d bytes, not the same", c.name, len(got))
		}
	}
}

func TestTrouble(t *testing.T) {
	status := func(code, times int, header ...string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			if times--; times < 0 {
				return false
			}
			if len(header) == 2 {
				w.Header().Set(header[0], header[1])
			}
			http.Error(w, "no", code)
			return true
		}
	}
	on := func(path string, f func(http.ResponseWriter, *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			return strings.Contains(r.URL.Path, path) && f(w, r)
		}
	}
	text := func(s string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool { w.Write([]byte(s)); return true }
	}
	for _, c := range []struct {
		name    string
		trouble func(http.ResponseWriter, *http.Request) bool
		is      error  // nil with want "": it succeeds
		want    string // in the message
	}{
		{"busy for a while", status(503, 3), nil, ""},
		{"too many requests", status(429, 2, "Retry-After", "0"), nil, ""},
		{"broken for good", status(500, 100), ErrUnreachable, "500"},
		{"no access", status(403, 100), ErrAccess, "access denied"},
		{"not there", status(404, 100), ErrNotFound, "no such model"},
		{"answers HTML", on("/api/", text("<html>")), ErrAnswer, "no JSON"},
		{"no commit", on("/api/", text(`{"sha":"../../x"}`)), ErrAnswer, "not a commit"},
		{"no weights", on("/api/", text(`{"sha":"`+commit+`","siblings":[{"rfilename":"config.json"}]}`)), ErrNotFound, "no weights"},
		{"only GGUF", on("/api/", text(`{"sha":"`+commit+`","siblings":[{"rfilename":"x.gguf"}]}`)), ErrNotFound, "GGUF files only"},
		{"other content", on("/model.safetensors", text(strings.Repeat("x", 320_000))), ErrDamaged, "hash"},
		{"less content", on("/model.safetensors", text("x")), nil, "1 of 320000"},
		{"more content", on("/model.safetensors", text(strings.Repeat("x", 320_001))), ErrDamaged, "longer than"},
		{"hostile ETag", on("resolve", func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Etag", `"../../x"`)
			return true
		}), nil, "no usable ETag"},
	} {
		h := newFakeHub(t, someFiles())
		trouble := c.trouble
		h.trouble = func(w http.ResponseWriter, r *http.Request) bool {
			// The store's own answers need the hub's headers first.
			if strings.HasPrefix(r.URL.Path, "/org/") && strings.HasSuffix(c.name, "content") {
				return false
			}
			return trouble(w, r)
		}
		o := h.options(t)
		_, err := h.fetch(o)
		if (c.want == "") != (err == nil) || err != nil && (!errors.Is(err, c.is) && c.is != nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "hidden")) {
			t.Errorf("%s: the error tells a secret: %v", c.name, err)
		}
		if _, ok := (cache{o.CacheDir, "org/name"}).find("main"); ok != (err == nil) {
			t.Errorf("%s: in the cache: %t", c.name, ok)
		}
	}
}

// An address that is none is refused at once; a hub that takes the question and says
// nothing is asked twice, and the user hears of it.
func TestNoHub(t *testing.T) {
	for _, endpoint := range []string{"nonsense", "", "ftp://host", "https://", "http://[::1"} {
		o := Options{CacheDir: t.TempDir(), Endpoint: endpoint, Retry: func(err error, _ time.Duration) { t.Errorf("%q: retried: %v", endpoint, err) }}
		if _, err := Resolve(t.Context(), "org/name", o); !errors.Is(err, ErrEndpoint) {
			t.Errorf("%q: error %v", endpoint, err)
		}
	}
	h := newFakeHub(t, someFiles())
	done := make(chan struct{})
	h.trouble = func(http.ResponseWriter, *http.Request) bool { <-done; return true }
	o := h.options(t)
	o.Client = &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 20 * time.Millisecond}}
	retries := 0
	o.Retry = func(error, time.Duration) { retries++ }
	_, err := h.fetch(o)
	close(done)
	if !errors.Is(err, ErrUnreachable) || h.count("GET") != timeouts || retries != timeouts-1 {
		t.Errorf("silent hub: %d requests, %d times the user heard of it, error %v", h.count("GET"), retries, err)
	}
}

func TestCancel(t *testing.T) {
	h := newFakeHub(t, someFiles())
	ctx, cancel := context.WithCancel(context.Background())
	h.trouble = func(w http.ResponseWriter, r *http.Request) bool { cancel(); return false }
	o := h.options(t)
	_, err := newClient(o).fetch(ctx, cache{o.CacheDir, "org/name"}, Address{Repo: "org/name", Revision: "main"})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestParse(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.MkdirAll(filepath.Join("local", "model"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		address string
		want    Address
		is      error
	}{
		{"local/model", Address{Path: "local/model"}, nil},
		{"./x", Address{Path: "./x"}, nil},
		{"../x/y", Address{Path: "../x/y"}, nil},
		{".", Address{Path: "."}, nil},
		{"/x", Address{Path: "/x"}, nil},
		{"org/name", Address{Repo: "org/name", Revision: "main"}, nil},
		{"org/na.me-1_x@refs/pr/1", Address{Repo: "org/na.me-1_x", Revision: "refs/pr/1"}, nil},
		{"ollama:llama3", Address{Ollama: "llama3"}, nil},
		{"ollama:me/x:1b", Address{Ollama: "me/x:1b"}, nil},
		{"", Address{}, ErrAddress},
		{"name", Address{}, ErrAddress},
		{"name", Address{}, fs.ErrNotExist},
		{"a/b/c", Address{}, ErrAddress},
		{"org/..", Address{}, ErrAddress},
		{"org/a--b", Address{}, ErrAddress},
		{"org/name@", Address{}, ErrAddress},
		{"org/name@../x", Address{}, ErrAddress},
		{"ollama:", Address{}, ErrAddress},
		{"ollama:../x", Address{}, ErrAddress},
		{"ollama:a/b/c/d", Address{}, ErrAddress},
	} {
		got, err := Parse(c.address)
		if got != c.want || !errors.Is(err, c.is) {
			t.Errorf("%q: %+v, %v", c.address, got, err)
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Skip(err)
	}
	if got, err := Parse("~/x"); got.Path != filepath.Join(home, "x") || err != nil {
		t.Errorf("~/x: %v, %v", got, err)
	}
}

func TestOllama(t *testing.T) {
	dir := t.TempDir()
	digest := strings.Repeat("ab", 32)
	write := func(path, content string) {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	manifest := `{"layers":[{"mediaType":"application/vnd.ollama.image.template","digest":"sha256:x"},{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:` + digest + `"}]}`
	write("manifests/registry.ollama.ai/library/smol/latest", manifest)
	write("manifests/hf.co/org/smol/Q4", manifest)
	write("manifests/registry.ollama.ai/library/bad/latest", `{"layers":[{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:../../x"}]}`)
	write("manifests/registry.ollama.ai/library/none/latest", `{"layers":[]}`)
	write("manifests/registry.ollama.ai/library/html/latest", `<html>`)
	write("blobs/sha256-"+digest, "GGUF")
	for _, c := range []struct{ name, want string }{
		{"smol", ""}, {"smol:latest", ""}, {"library/smol", ""}, {"hf.co/org/smol:Q4", ""},
		{"smol:7b", "no such model"}, {"bad", "not known"}, {"none", "no layer"}, {"html", "invalid character"},
	} {
		path, err := Resolve(context.Background(), "ollama:"+c.name, Options{OllamaDir: dir})
		if c.want == "" && (err != nil || path != filepath.Join(dir, "blobs", "sha256-"+digest)) {
			t.Errorf("%s: %s, %v", c.name, path, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
