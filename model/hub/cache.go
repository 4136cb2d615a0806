package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
)

// cache is the part of the hub's cache that belongs to one repository
// (huggingface_hub, "Understand caching"):
//
//	models--org--name/refs/main              the commit that main was
//	models--org--name/blobs/ETAG             content
//	models--org--name/snapshots/COMMIT/FILE  link to ../../blobs/ETAG
//	.locks/models--org--name/ETAG.lock       held while a blob is written
type cache struct{ dir, repo string }

var commitPattern = regexp.MustCompile(`^[0-9a-f]{40}$`)

func (c cache) folder() string { return "models--" + strings.ReplaceAll(c.repo, "/", "--") }

func (c cache) path(elem ...string) string {
	return filepath.Join(append([]string{c.dir, c.folder()}, elem...)...)
}

func (c cache) snapshot(commit string) string { return c.path("snapshots", commit) }
func (c cache) blob(etag string) string       { return c.path("blobs", etag) }

// find returns the snapshot of a revision if it is whole.
func (c cache) find(revision string) (string, bool) {
	commit := revision
	if !commitPattern.MatchString(revision) {
		data, err := readfile.Regular(c.path("refs", filepath.FromSlash(revision)), 1<<12)
		if err != nil {
			return "", false
		}
		if commit = strings.TrimSpace(string(data)); !commitPattern.MatchString(commit) {
			return "", false
		}
	}
	dir := c.snapshot(commit)
	return dir, whole(dir)
}

// whole is whether a snapshot has a configuration and all its weights. Another
// tool may have fetched only some files.
func whole(dir string) bool {
	if !isFile(filepath.Join(dir, "config.json")) {
		return false
	}
	if isFile(filepath.Join(dir, singleWeights)) {
		return true
	}
	data, err := readfile.Regular(filepath.Join(dir, indexFile), maxIndex)
	if err != nil {
		return false
	}
	shards, err := shardNames(data)
	if err != nil {
		return false
	}
	for _, name := range shards {
		if !isFile(filepath.Join(dir, name)) {
			return false
		}
	}
	return len(shards) > 0
}

// shardNames lists the files that an index names.
func shardNames(index []byte) ([]string, error) {
	var parsed struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(index, &parsed); err != nil {
		return nil, fmt.Errorf("read %s: %w", indexFile, err)
	}
	seen := map[string]bool{}
	var names []string
	for _, name := range parsed.WeightMap {
		if !plainName(name) {
			return nil, fmt.Errorf("read %s: %q is not a file name", indexFile, name)
		}
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names, nil
}

// plainName is whether a name from a server is a file of one directory.
func plainName(name string) bool {
	return name != "" && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, `/\:`) && filepath.IsLocal(name)
}

// link makes a blob a file of a snapshot.
func (c cache) link(commit, name, etag string) error {
	dir := c.snapshot(commit)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	path := filepath.Join(dir, name)
	if isFile(path) {
		return nil
	}
	_ = os.Remove(path) // a link to nothing
	err := os.Symlink(filepath.Join("..", "..", "blobs", etag), path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if runtime.GOOS != "windows" {
		return err
	}
	// Without the right to make links the file itself goes there, as
	// huggingface_hub does.
	return os.Rename(c.blob(etag), path)
}

// setRef records which commit a branch or tag was.
func (c cache) setRef(revision, commit string) error {
	if commitPattern.MatchString(revision) {
		return nil
	}
	path := c.path("refs", filepath.FromSlash(revision))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return atomicfile.Write(path, []byte(commit), 0o666)
}

// lock waits for the right to write a blob. The file stays, as the hub's own tools
// leave it.
func (c cache) lock(ctx context.Context, etag string) (*flock.Flock, error) {
	dir := filepath.Join(c.dir, ".locks", c.folder())
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, etag+".lock"))
	if _, err := lock.TryLockContext(ctx, 100*time.Millisecond); err != nil {
		return nil, fmt.Errorf("lock %s: %w", etag, err)
	}
	return lock, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
