package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// fileInfo is what the hub says about a file before it is downloaded.
type fileInfo struct {
	etag string // names the blob; a SHA-256 for large files, a git object id for others
	size int64  // -1: not said
}

var etagPattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$`)

// file brings one file into a snapshot.
func (c *client) file(ctx context.Context, ca cache, commit, name string) error {
	u := c.url(ca.repo, "resolve/"+commit, name)
	var info fileInfo
	err := c.retry(ctx, func() (err error) {
		info, err = c.head(ctx, u)
		return err
	})
	if err != nil {
		return err
	}
	lock, err := ca.lock(ctx, info.etag)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }() // closing the file frees it in any case
	if !isFile(ca.blob(info.etag)) {
		if err := os.MkdirAll(ca.path("blobs"), 0o777); err != nil {
			return err
		}
		d := &download{c: c, url: u, name: name, info: info, blob: ca.blob(info.etag)}
		if err := c.retry(ctx, func() error { return d.try(ctx) }); err != nil {
			return err
		}
	}
	return ca.link(commit, name, info.etag)
}

// head asks for a file's ETag and size. For large files the hub redirects to a
// store and says both itself, in headers of its own.
func (c *client) head(ctx context.Context, u string) (fileInfo, error) {
	res, err := c.do(ctx, http.MethodHead, u, http.Header{"Accept-Encoding": {"identity"}})
	if err != nil {
		return fileInfo{}, err
	}
	defer res.Body.Close()
	etag := res.Header.Get("X-Linked-Etag")
	if etag == "" {
		etag = res.Header.Get("Etag")
	}
	etag = strings.Trim(strings.TrimPrefix(etag, "W/"), `"`)
	if !etagPattern.MatchString(etag) {
		return fileInfo{}, backoff.Permanent(fmt.Errorf("ask the hub: %w: %s has no usable ETag (%q)", ErrAnswer, withoutQuery(res.Request.URL), etag))
	}
	size := res.ContentLength
	if res.StatusCode >= 300 {
		size = -1 // of the redirect's own text
	}
	if linked := res.Header.Get("X-Linked-Size"); linked != "" {
		if size, err = strconv.ParseInt(linked, 10, 64); err != nil || size < 0 {
			return fileInfo{}, backoff.Permanent(fmt.Errorf("ask the hub: %w: %s has a size of %q", ErrAnswer, withoutQuery(res.Request.URL), linked))
		}
	}
	return fileInfo{etag, size}, nil
}

// download is one blob on its way. What has arrived stays in BLOB.incomplete, the
// name that the hub's own tools use, and the next try asks for the rest.
type download struct {
	c         *client
	url, name string
	info      fileInfo
	blob      string
	reported  int64 // bytes that Progress has heard of
}

func (d *download) try(ctx context.Context) error {
	file, err := os.OpenFile(d.blob+".incomplete", os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return backoff.Permanent(err)
	}
	defer file.Close()
	sum := d.newHash()
	have, err := io.Copy(sum, file)
	if err != nil {
		return backoff.Permanent(err)
	}
	resumed := have > 0
	if d.info.size < 0 || have < d.info.size {
		if have, err = d.transfer(ctx, file, sum, have); err != nil {
			return d.classify(err, file)
		}
	}
	if d.info.size >= 0 && have < d.info.size {
		return fmt.Errorf("%s ended after %d of %d bytes: %w", d.name, have, d.info.size, io.ErrUnexpectedEOF)
	}
	if err := d.check(sum, have); err != nil {
		if rerr := os.Remove(file.Name()); rerr != nil {
			return backoff.Permanent(errors.Join(err, rerr))
		}
		if resumed { // the old part may have been the bad one
			return err
		}
		return backoff.Permanent(err)
	}
	if err := errors.Join(file.Sync(), file.Close(), os.Rename(file.Name(), d.blob)); err != nil {
		return backoff.Permanent(err)
	}
	return nil
}

// classify decides which errors of a transfer end it.
func (d *download) classify(err error, file *os.File) error {
	switch {
	case errors.Is(err, errRange): // what we have is no beginning of it
		return errors.Join(err, file.Truncate(0))
	case errors.Is(err, syscall.ENOSPC):
		return backoff.Permanent(err)
	}
	return err
}

// transfer appends what is missing and returns how many bytes there are.
func (d *download) transfer(ctx context.Context, file *os.File, sum hash.Hash, have int64) (int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	header := http.Header{"Accept-Encoding": {"identity"}}
	if have > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	res, err := d.c.do(ctx, http.MethodGet, d.url, header)
	if err != nil {
		return have, err
	}
	defer res.Body.Close()
	switch {
	case have > 0 && res.StatusCode != http.StatusPartialContent: // the server starts over
		sum.Reset()
		d.begin(sum)
		have = 0
		if err := file.Truncate(0); err != nil {
			return 0, backoff.Permanent(err)
		}
	case have > 0 && !strings.HasPrefix(res.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
		return have, errRange
	}
	if _, err := file.Seek(have, io.SeekStart); err != nil {
		return have, backoff.Permanent(err)
	}
	d.report(have)
	watch := time.AfterFunc(stall, func() { cancel(fmt.Errorf("nothing arrived for %s", stall)) })
	defer watch.Stop()
	n, err := io.Copy(io.MultiWriter(file, sum), &watched{d, res.Body, watch, have})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	return have + n, err
}

// watched is a body that is being read: it feeds the watch and the progress, and
// ends when more comes than was announced.
type watched struct {
	d     *download
	body  io.Reader
	watch *time.Timer
	at    int64
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.body.Read(p)
	w.watch.Reset(stall)
	if w.at += int64(n); w.d.info.size >= 0 && w.at > w.d.info.size {
		return 0, backoff.Permanent(fmt.Errorf("%s: %w: it is longer than the %d bytes announced", w.d.name, ErrDamaged, w.d.info.size))
	}
	w.d.report(w.at)
	return n, err
}

// report tells how far the file is, once for each byte.
func (d *download) report(at int64) {
	if d.c.o.Progress != nil && at > d.reported {
		d.c.o.Progress(d.name, at-d.reported, d.info.size)
	}
	d.reported = max(d.reported, at)
}

// newHash is the hash that the ETag announces: SHA-256, or git's of a blob. Other
// ETags, of other servers, announce none.
func (d *download) newHash() hash.Hash {
	var sum hash.Hash
	switch {
	case d.isHex(2 * sha1.Size):
		sum = sha1.New()
	default:
		sum = sha256.New()
	}
	d.begin(sum)
	return sum
}

// begin writes what git puts before the content.
func (d *download) begin(sum hash.Hash) {
	if d.isHex(2 * sha1.Size) {
		fmt.Fprintf(sum, "blob %d\x00", d.info.size)
	}
}

func (d *download) check(sum hash.Hash, n int64) error {
	if d.info.size >= 0 && n != d.info.size {
		return fmt.Errorf("%s: %w: %d bytes, not %d", d.name, ErrDamaged, n, d.info.size)
	}
	known := d.isHex(2*sha256.Size) || d.isHex(2*sha1.Size) && d.info.size >= 0
	if got := hex.EncodeToString(sum.Sum(nil)); known && got != d.info.etag {
		return fmt.Errorf("%s: %w: %s, not %s", d.name, ErrDamaged, got, d.info.etag)
	}
	return nil
}

func (d *download) isHex(n int) bool {
	_, err := hex.DecodeString(d.info.etag)
	return err == nil && len(d.info.etag) == n
}
