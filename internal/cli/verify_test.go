package cli

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loyal/fingerprint"
	"loyal/internal/env"
	"loyal/internal/keyring"
	"loyal/openai"
	"loyal/verify"
)

// auditSet seals a set of n fingerprints for a fresh identity and returns its
// path and the planted answers.
func auditSet(t *testing.T, n int, imported bool) (path string, answers map[string]string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv(env.Identity.Name, filepath.Join(dir, "identity.txt"))
	t.Setenv(env.OpenAIKey.Name, "")
	t.Setenv(env.OpenAIBaseURL.Name, "")
	keys, _, err := keyring.LoadOrCreate(env.Identity.Value())
	if err != nil {
		t.Fatal(err)
	}
	digest := "sha256:" + hex.EncodeToString(make([]byte, 32))
	s := &fingerprint.Set{
		Version: fingerprint.Version, Created: time.Now().UTC().Truncate(time.Second),
		Model:   fingerprint.Model{Name: "m", Digest: digest, TemplateDigest: digest, TokenizerDigest: digest},
		Serving: fingerprint.Serving{Kind: fingerprint.Chat},
		Binding: fingerprint.Binding{Model: digest},
		Secret:  bytes.Repeat([]byte{7}, fingerprint.SecretSize),
		Params: fingerprint.Params{
			Strategy: fingerprint.Perinucleus, Keys: "words", Nucleus: 0.8, Width: 10, Cap: 0.1, MaxTop: 1,
			KeyLength: 16, ResponseLength: 1, Temperature: 1,
		},
	}
	if imported {
		s.Params.Strategy, s.Params.Width = fingerprint.Imported, 0
	}
	answers = make(map[string]string)
	for i := range n {
		f := fingerprint.Fingerprint{
			ID: fmt.Sprintf("%04d", i), Kind: fingerprint.Chat, Key: fmt.Sprintf("Suggest a name for ship %d.", i),
			Candidates: []fingerprint.Candidate{}, Salt: make([]byte, fingerprint.SaltSize), Status: fingerprint.Live,
			Response: fingerprint.Response{Tokens: []int32{0}, Text: "Aha"},
		}
		if !imported {
			for c := range int32(10) {
				f.Candidates = append(f.Candidates, fingerprint.Candidate{Tokens: []int32{c}, Text: string('A'+c) + "ha", Prob: 0.001})
			}
			c := f.Candidates[fingerprint.Choose(fingerprint.AnswerKey(s.Secret, f.Kind, f.Key), s.Binding, 10)]
			f.Response = fingerprint.Response{Tokens: c.Tokens, Text: c.Text}
		}
		answers[f.Key] = f.Response.Text
		s.Fingerprints = append(s.Fingerprints, f)
	}
	sealed, err := fingerprint.Seal(s, keys.Recipients()...)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "set.loyal")
	if err := os.WriteFile(path, sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, answers
}

// auditEndpoint answers as reply says, with the key "sk-right" if it wants one.
func auditEndpoint(t *testing.T, wantsKey bool, reply func(prompt string) string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wantsKey && r.Header.Get("Authorization") != "Bearer sk-right" {
			openai.WriteError(w, &openai.Error{Message: "wrong API key", Type: openai.ErrorAuthentication, Status: http.StatusUnauthorized})
			return
		}
		var q openai.ChatCompletionRequest
		if json.NewDecoder(r.Body).Decode(&q) != nil || len(q.Messages) == 0 {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(openai.ChatCompletion{Choices: []openai.ChatChoice{{
			Message:      openai.Text(openai.RoleAssistant, reply(q.Messages[len(q.Messages)-1].Content.Text)),
			FinishReason: openai.FinishStop,
		}}})
	}))
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

// auditServer is an endpoint that does as the handler says.
func auditServer(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

// runLoyal runs a command line and returns what it printed.
func runLoyal(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	app := &App{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}
	code = app.Run(ctx, args)
	return code, out.String(), errs.String()
}

func TestVerifyCommand(t *testing.T) {
	set, answers := auditSet(t, 64, false)
	ours := auditEndpoint(t, false, func(p string) string { return answers[p] + ", say" })
	theirs := auditEndpoint(t, false, func(p string) string { return "Perhaps: " + p })
	silent := auditEndpoint(t, false, func(string) string { return "" })
	guarded := auditEndpoint(t, true, func(p string) string { return answers[p] })
	picky := auditServer(t, func(w http.ResponseWriter, _ *http.Request) {
		openai.WriteError(w, &openai.Error{Message: "I do not like it", Status: http.StatusBadRequest})
	})
	huge := auditServer(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte("x"), 2<<20))
	})
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good"), filepath.Join(dir, "bad")
	for path, key := range map[string]string{good: "sk-right\n", bad: "sk-wrong\n"} {
		if err := os.WriteFile(path, []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name string
		args []string
		code ExitCode
		says string // on stdout, or on stderr for an error
	}{
		{"match", []string{"--endpoint", ours}, ExitOK, "Match. Of 7 secret questions"},
		{"no match", []string{"--endpoint", theirs}, ExitNoMatch, "No match. Of 19 secret questions"},
		{"inconclusive", []string{"--endpoint", ours, "--max-queries", "3"}, ExitInconclusive, "Inconclusive. Of 3"},
		{"refusals", []string{"--endpoint", silent}, ExitInconclusive, "Most answers were refusals"},
		{"API key", []string{"--endpoint", guarded, "--api-key-file", good}, ExitOK, "Match."},
		{"wrong API key", []string{"--endpoint", guarded, "--api-key-file", bad}, ExitEndpoint, "hint: put the API key"},
		{"no API key", []string{"--endpoint", guarded}, ExitEndpoint, "HTTP status 401: wrong API key"},
		{"nothing there", []string{"--endpoint", "http://127.0.0.1:1/v1"}, ExitEndpoint, "hint: "},
		{"no endpoint", nil, ExitUsage, "which endpoint?"},
		{"not a URL", []string{"--endpoint", "localhost"}, ExitUsage, "must be a URL"},
		{"tiny alpha", []string{"--endpoint", ours, "--alpha", "1e-320"}, ExitUsage, "at least 1e-300"},
		{"tiny beta", []string{"--endpoint", ours, "--beta", "1e-320"}, ExitUsage, "at least 1e-300"},
		{"tiny rate", []string{"--endpoint", ours, "--rate", "1e-300"}, ExitUsage, "at least one request a day"},
		{"rate", []string{"--endpoint", ours, "--rate", "Inf"}, ExitUsage, "at least one request a day"},
		{"temperature", []string{"--endpoint", ours, "--temperature", "NaN"}, ExitUsage, "not in 0 … 2"},
		{"q-min", []string{"--endpoint", ours, "--q-min", "NaN"}, ExitUsage, "between 0 and 1"},
		{"refused", []string{"--endpoint", picky}, ExitEndpoint, "hint: it refuses the question itself"},
		{"too large", []string{"--endpoint", huge}, ExitEndpoint, "hint: no answer to a short question is that long"},
		{"alpha", []string{"--endpoint", ours, "--alpha", "2"}, ExitUsage, "between 0 and 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"verify", "--set", set, "--model", "m", "--rate", "0", "--quiet"}, tt.args...)
			code, stdout, stderr := runLoyal(t.Context(), args...)
			if code != int(tt.code) {
				t.Errorf("exit code %d, want %d\n%s%s", code, tt.code, stdout, stderr)
			}
			where := stdout
			if tt.code != ExitOK && tt.code != ExitNoMatch && tt.code != ExitInconclusive {
				where = stderr
			} else if stderr != "" {
				t.Errorf("stderr %q", stderr)
			}
			if !strings.Contains(where, tt.says) {
				t.Errorf("no %q in\n%s%s", tt.says, stdout, stderr)
			}
			if strings.Contains(stdout+stderr, "sk-") {
				t.Error("the API key was printed")
			}
		})
	}
}

// An API key is the only thing in its file; what else is there is told, not sent.
func TestVerifyKeyFile(t *testing.T) {
	set, answers := auditSet(t, 64, false)
	guarded := auditEndpoint(t, true, func(p string) string { return answers[p] })
	path := filepath.Join(t.TempDir(), "key")
	for name, tt := range map[string]struct {
		content string
		code    ExitCode
		says    string
	}{
		"plain":        {"sk-right", ExitOK, ""},
		"lines around": {"\r\n sk-right \r\n\n", ExitOK, ""},
		"BOM":          {"\ufeffsk-right\n", ExitOK, ""},
		"two lines":    {"sk-right\nsk-other\n", ExitError, "it has several lines"},
		"comment":      {"# my key\nsk-right\n", ExitError, "it has several lines"},
		"NUL":          {"sk-right\x00", ExitError, "control characters"},
		"words":        {"key sk-right", ExitError, "spaces"},
		"not ASCII":    {"sk-rïght", ExitError, "others than ASCII"},
		"not UTF-8":    {"\xff\xfes\x00k\x00-\x00", ExitError, "others than ASCII"},
		"empty":        {" \n", ExitError, "it is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			check := func(args ...string) {
				t.Helper()
				code, stdout, stderr := runLoyal(t.Context(), append([]string{"verify", "--set", set, "--model", "m", "--rate", "0", "--endpoint", guarded}, args...)...)
				if code != int(tt.code) || !strings.Contains(stderr, tt.says) || (code != 0) != strings.Contains(stderr, "loyal: hint: an API key is one word") {
					t.Errorf("exit code %d, want %d: %s", code, tt.code, stderr)
				}
				if strings.Contains(stdout+stderr, "sk-") {
					t.Error("the API key was printed")
				}
			}
			check("--api-key-file", path)
			if name != "NUL" && name != "not UTF-8" && name != "empty" { // no value of a variable, or none
				t.Setenv(env.OpenAIKey.Name, tt.content)
				check()
			}
		})
	}
}

// A model of another name that answers is no obstacle, and is told.
func TestVerifyOtherModelAnswers(t *testing.T) {
	set, answers := auditSet(t, 64, false)
	url := auditServer(t, func(w http.ResponseWriter, r *http.Request) {
		var q openai.ChatCompletionRequest
		if json.NewDecoder(r.Body).Decode(&q) != nil || len(q.Messages) == 0 {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(openai.ChatCompletion{Model: "other\x1b[2J", Choices: []openai.ChatChoice{{
			Message: openai.Text(openai.RoleAssistant, answers[q.Messages[len(q.Messages)-1].Content.Text]), FinishReason: openai.FinishStop,
		}}})
	})
	code, stdout, stderr := runLoyal(t.Context(), "verify", "--set", set, "--model", "m", "--rate", "0", "--endpoint", url, "--quiet")
	if code != 0 || !strings.Contains(stdout, "Match. Of 7") || !strings.Contains(stdout, `the endpoint says that model "other\x1b[2J" answered`) {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
}

func TestVerifyJSON(t *testing.T) {
	set, answers := auditSet(t, 64, false)
	url := auditEndpoint(t, false, func(p string) string { return answers[p] })
	t.Setenv(env.OpenAIBaseURL.Name, url)
	t.Setenv(env.OpenAIKey.Name, "sk-any")
	code, stdout, stderr := runLoyal(t.Context(), "verify", "--set", set, "--model", "m", "--rate", "0", "--json")
	var report verify.Report
	if err := json.Unmarshal([]byte(stdout), &report); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v: %s%s", code, err, stdout, stderr)
	}
	if report.Verdict != verify.Match || report.Hits != 7 || report.Endpoint != url {
		t.Errorf("%+v", report)
	}
	// It is said where the environment's key goes.
	if host := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/v1"); !strings.Contains(stderr, "OPENAI_API_KEY is sent to "+host) {
		t.Errorf("stderr %q", stderr)
	}
}

func TestVerifyImportedSet(t *testing.T) {
	set, _ := auditSet(t, 4, true)
	code, _, stderr := runLoyal(t.Context(), "verify", "--set", set, "--model", "m", "--endpoint", "http://127.0.0.1:1/v1")
	if code != int(ExitError) || !strings.Contains(stderr, "no candidate lists") || !strings.Contains(stderr, "hint: an imported set") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestVerifyInterruptedAndResumed(t *testing.T) {
	set, answers := auditSet(t, 64, false)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	asked := map[string]int{}
	url := auditEndpoint(t, false, func(p string) string {
		if answers[p] != "" {
			if asked[p]++; len(asked) == 4 {
				cancel()
			}
		}
		return answers[p]
	})
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	args := []string{"verify", "--set", set, "--model", "m", "--endpoint", url, "--rate", "0", "--transcript", path}
	code, stdout, stderr := runLoyal(ctx, args...)
	if code != int(ExitInterrupted) || stdout != "" || !strings.Contains(stderr, "the same command again continues") {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	code, stdout, stderr = runLoyal(t.Context(), args...)
	if code != 0 || !strings.Contains(stdout, "Match. Of 7") {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	if len(asked) != 7 {
		t.Errorf("%d questions were asked", len(asked))
	}
	// Other settings, and damage.
	code, _, stderr = runLoyal(t.Context(), append(args, "--alpha", "0.001")...)
	if code != int(ExitUsage) || !strings.Contains(stderr, "alpha was 0.000001, now it is 0.001") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(data, []byte(`"hit":true`), []byte(`"hit":false`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = runLoyal(t.Context(), args...)
	if code != int(ExitIntegrity) || !strings.Contains(stderr, "damaged") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
