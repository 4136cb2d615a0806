// Package hub finds models by the addresses that people use for them: a path, a
// repository of the Hugging Face hub (org/name, org/name@revision), or a model in
// Ollama's store (ollama:name, ollama:name:tag). [Resolve] turns an address into a
// path that package model opens.
//
// The hub's cache is the field's own, in its layout (blobs, refs, snapshots) and
// with its locks, so that what another tool has downloaded is not downloaded again,
// and the other way round. A revision that is whole in the cache is taken from it
// without asking the network, so that a run gives tomorrow what it gave today.
//
// Everything that a server says is checked: file names stay inside the cache, and
// content must have the hash that its ETag announces.
//
// Environment variables are read elsewhere (internal/env): their values come in as
// [Options].
package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Errors that callers can tell apart.
var (
	// ErrAddress reports an address that is no path, no repository and no Ollama model.
	ErrAddress = errors.New("not a model address")
	// ErrOffline reports a model that is not in the cache while the network may not be used.
	ErrOffline = errors.New("not in the cache, and the hub may not be asked (HF_HUB_OFFLINE)")
	// ErrNotFound reports a repository, revision or model that does not exist.
	ErrNotFound = errors.New("no such model")
	// ErrAccess reports a repository that needs a token or a license accepted.
	ErrAccess = errors.New("access denied")
	// ErrEndpoint reports an address of the hub that is none.
	ErrEndpoint = errors.New("not an address of a hub (HF_ENDPOINT)")
	// ErrUnreachable reports a hub that could not be reached, or whose server fails.
	ErrUnreachable = errors.New("the hub does not answer")
	// ErrAnswer reports an answer that no hub gives.
	ErrAnswer = errors.New("not the answer of a hub")
	// ErrDamaged reports content that has not the hash it should have.
	ErrDamaged = errors.New("content does not have its announced hash")
)

// Options is where models are looked for.
type Options struct {
	CacheDir  string // the hub's cache (HF_HUB_CACHE)
	Endpoint  string // the hub's address (HF_ENDPOINT)
	Token     string // access token (HF_TOKEN); never shown
	Offline   bool   // do not ask the network (HF_HUB_OFFLINE)
	OllamaDir string // Ollama's store (OLLAMA_MODELS)

	Client   *http.Client                      // nil: a client with timeouts
	Progress func(file string, n, total int64) // n more bytes of file arrived
	Retry    func(err error, in time.Duration) // a request failed and is sent again in a while
}

// Address is a parsed model address.
type Address struct {
	Path string // set for a path

	Repo, Revision string // set for a repository: org/name, main

	Ollama string // set for an Ollama model: name:tag
}

var (
	repoPattern     = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}$`)
	revisionPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}$`)
)

const defaultRevision = "main"

// Parse reads an address. What exists as a file, or begins like a path, is a path.
func Parse(address string) (Address, error) {
	if name, ok := strings.CutPrefix(address, "ollama:"); ok {
		if _, err := ollamaManifest(name); err != nil {
			return Address{}, err
		}
		return Address{Ollama: name}, nil
	}
	if path, ok, err := asPath(address); ok || err != nil {
		return Address{Path: path}, err
	}
	repo, revision, given := strings.Cut(address, "@")
	if !given {
		revision = defaultRevision
	}
	if !repoPattern.MatchString(repo) || strings.Contains(repo, "--") || strings.Contains(repo, "..") {
		return Address{}, fmt.Errorf("%q: %w: it is not a path that exists, nor org/name, nor ollama:name: %w", address, ErrAddress, fs.ErrNotExist)
	}
	if !revisionPattern.MatchString(revision) || strings.Contains(revision, "..") {
		return Address{}, fmt.Errorf("%q: %w: revision %q", address, ErrAddress, revision)
	}
	return Address{Repo: repo, Revision: revision}, nil
}

// asPath decides whether an address is a path.
func asPath(address string) (string, bool, error) {
	if address == "" {
		return "", false, fmt.Errorf("%w: it is empty", ErrAddress)
	}
	if rest, ok := strings.CutPrefix(address, "~"); ok && (rest == "" || rest[0] == '/' || os.IsPathSeparator(rest[0])) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", false, fmt.Errorf("find home directory: %w", err)
		}
		return filepath.Join(home, rest), true, nil
	}
	for _, prefix := range []string{"/", "./", "../", `.\`, `..\`} {
		if strings.HasPrefix(address, prefix) {
			return address, true, nil
		}
	}
	if address == "." || address == ".." || filepath.IsAbs(address) {
		return address, true, nil
	}
	_, err := os.Stat(address)
	return address, err == nil, nil
}

// Resolve returns the local path of a model, downloading it first if that is
// needed and allowed.
func Resolve(ctx context.Context, address string, o Options) (string, error) {
	a, err := Parse(address)
	if err != nil {
		return "", fmt.Errorf("find model: %w", err)
	}
	path := a.Path
	switch {
	case a.Ollama != "":
		path, err = findOllama(o.OllamaDir, a.Ollama)
	case a.Repo != "":
		path, err = findRepo(ctx, a, o)
	default:
		_, err = os.Stat(path)
	}
	if err != nil {
		return "", fmt.Errorf("find model: %w", err)
	}
	return path, nil
}

// findRepo takes a repository from the cache, or downloads it into the cache.
func findRepo(ctx context.Context, a Address, o Options) (string, error) {
	if o.CacheDir == "" {
		return "", fmt.Errorf("%s: the hub's cache has no place (HF_HUB_CACHE)", a.Repo)
	}
	c := cache{dir: o.CacheDir, repo: a.Repo}
	if path, ok := c.find(a.Revision); ok {
		return path, nil
	}
	if o.Offline {
		return "", fmt.Errorf("%s@%s: %w", a.Repo, a.Revision, ErrOffline)
	}
	if err := checkEndpoint(o.Endpoint); err != nil {
		return "", err
	}
	path, err := newClient(o).fetch(ctx, c, a)
	if err != nil {
		return "", fmt.Errorf("%s@%s: %w", a.Repo, a.Revision, err)
	}
	return path, nil
}

// checkEndpoint refuses what would only fail, and be tried again, request by request.
func checkEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%w: %q", ErrEndpoint, endpoint)
	}
	return nil
}
