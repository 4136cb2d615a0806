package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"loyal/internal/readfile"
)

const (
	singleWeights = "model.safetensors"
	indexFile     = "model.safetensors.index.json"

	maxAnswer = 16 << 20  // of the hub's API
	maxIndex  = 100 << 20 // as package safetensors has it
	tries     = 6
	// timeouts is how often a server may let us wait in vain.
	timeouts = 2
	// maxWait bounds what a server may ask us to wait before the next try.
	maxWait = 2 * time.Minute
	// stall is how long a transfer may give nothing.
	stall = time.Minute
)

// client talks to the hub.
type client struct {
	o    Options
	http *http.Client
	// first is the pause before the second try; later ones are longer.
	first time.Duration
}

func newClient(o Options) *client {
	c := &client{o: o, http: o.Client, first: time.Second}
	if c.http == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.ResponseHeaderTimeout = 30 * time.Second
		c.http = &http.Client{Transport: transport}
	}
	return c
}

// fetch downloads what a model needs and returns its snapshot.
func (c *client) fetch(ctx context.Context, ca cache, a Address) (string, error) {
	commit, files, err := c.list(ctx, a)
	if err != nil {
		return "", err
	}
	names, err := choose(files)
	if err != nil {
		return "", err
	}
	for _, name := range names {
		if err := c.file(ctx, ca, commit, name); err != nil {
			return "", fmt.Errorf("download %s: %w", name, err)
		}
	}
	dir := ca.snapshot(commit)
	if slices.Contains(names, indexFile) {
		if err := c.shards(ctx, ca, commit, files); err != nil {
			return "", err
		}
	}
	if !whole(dir) {
		return "", fmt.Errorf("%w: it has no config.json with weights in safetensors", ErrNotFound)
	}
	return dir, ca.setRef(a.Revision, commit)
}

// shards downloads the weights that the index names.
func (c *client) shards(ctx context.Context, ca cache, commit string, files []string) error {
	data, err := readfile.Regular(filepath.Join(ca.snapshot(commit), indexFile), maxIndex)
	if err != nil {
		return err
	}
	names, err := shardNames(data)
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(files, name) {
			return fmt.Errorf("%w: %s names %s, which the repository does not have", ErrNotFound, indexFile, name)
		}
		if err := c.file(ctx, ca, commit, name); err != nil {
			return fmt.Errorf("download %s: %w", name, err)
		}
	}
	return nil
}

// list asks which commit a revision is and which files it has.
func (c *client) list(ctx context.Context, a Address) (string, []string, error) {
	var answer struct {
		SHA      string `json:"sha"`
		Siblings []struct {
			Name string `json:"rfilename"`
		} `json:"siblings"`
	}
	u := c.url("api/models/"+a.Repo, "revision", a.Revision)
	err := c.retry(ctx, func() error {
		ctx, cancel := context.WithTimeout(ctx, stall) // for the body; it is short
		defer cancel()
		res, err := c.do(ctx, http.MethodGet, u, nil)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
		if err != nil {
			return err
		}
		if len(data) > maxAnswer {
			return backoff.Permanent(fmt.Errorf("ask the hub: an answer of more than %d bytes", maxAnswer))
		}
		if err := json.Unmarshal(data, &answer); err != nil {
			return backoff.Permanent(fmt.Errorf("ask the hub: %w: it is no JSON of a model: %w", ErrAnswer, err))
		}
		return nil
	})
	if err != nil {
		return "", nil, err
	}
	if !commitPattern.MatchString(answer.SHA) {
		return "", nil, fmt.Errorf("ask the hub: %w: %q is not a commit", ErrAnswer, answer.SHA)
	}
	var files []string
	for _, s := range answer.Siblings {
		files = append(files, s.Name)
	}
	return answer.SHA, files, nil
}

// choose picks the files of a model directory, with the weights as one file or the
// index to several. Folders hold other forms of the same weights.
func choose(files []string) ([]string, error) {
	var names []string
	single, indexed, gguf := false, false, false
	for _, name := range files {
		gguf = gguf || strings.HasSuffix(name, ".gguf")
		if !plainName(name) {
			continue
		}
		switch {
		case name == singleWeights:
			single = true
		case name == indexFile:
			indexed = true
		case strings.HasSuffix(name, ".index.json"):
		case strings.HasSuffix(name, ".json"), strings.HasSuffix(name, ".jinja"), name == "tokenizer.model",
			name == "README.md", strings.HasPrefix(name, "LICENSE"):
			names = append(names, name)
		}
	}
	switch {
	case indexed:
		names = append(names, indexFile)
	case single:
		names = append(names, singleWeights)
	case gguf:
		return nil, fmt.Errorf("%w: the repository holds GGUF files only; download one and give its path", ErrNotFound)
	default:
		return nil, fmt.Errorf("%w: the repository holds no weights in safetensors", ErrNotFound)
	}
	return names, nil
}

// url joins the endpoint with path segments, the last of which may hold slashes
// that belong to it.
func (c *client) url(path, verb, last string) string {
	return strings.TrimRight(c.o.Endpoint, "/") + "/" + path + "/" + verb + "/" + url.PathEscape(last)
}

// do sends one request. Statuses other than success are errors, those that will
// not change permanent ones.
func (c *client) do(ctx context.Context, method, u string, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, u, nil)
	if err != nil {
		return nil, backoff.Permanent(err)
	}
	req.Header.Set("User-Agent", "loyal")
	for k, v := range header {
		req.Header[k] = v
	}
	if c.o.Token != "" { // net/http drops it when redirected to another host
		req.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	res, err := c.clientFor(method).Do(req)
	if err != nil {
		return nil, transportError(method, err)
	}
	if res.StatusCode < 300 || method == http.MethodHead && res.StatusCode < 400 {
		return res, nil
	}
	defer res.Body.Close()
	return nil, statusError(res)
}

// transportError is an error without answer, without the query of the URL.
func transportError(method string, err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		if u, perr := url.Parse(e.URL); perr == nil {
			err = fmt.Errorf("%s %s: %w", method, withoutQuery(u), e.Err)
		}
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// clientFor follows redirects to other hosts only for content: what the hub itself
// says about a file stands in the headers of the redirect.
func (c *client) clientFor(method string) *http.Client {
	if method != http.MethodHead {
		return c.http
	}
	head := *c.http
	head.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if req.URL.Host != via[0].URL.Host || len(via) > 5 {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &head
}

func statusError(res *http.Response) error {
	err := fmt.Errorf("%s %s: %s", res.Request.Method, withoutQuery(res.Request.URL), res.Status)
	switch code := res.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return backoff.Permanent(fmt.Errorf("%w: %w", ErrAccess, err))
	case code == http.StatusNotFound:
		return backoff.Permanent(fmt.Errorf("%w: %w", ErrNotFound, err))
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		if wait, ok := retryAfter(res.Header.Get("Retry-After")); ok {
			return &waitError{fmt.Errorf("%w: %w", ErrUnreachable, err), wait}
		}
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	case code == http.StatusRequestedRangeNotSatisfiable:
		return errRange
	case code >= 500 || code == http.StatusRequestTimeout:
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	default:
		return backoff.Permanent(err)
	}
}

// waitError is a refusal that says when to come again.
type waitError struct {
	err   error
	after time.Duration
}

func (e *waitError) Error() string { return e.err.Error() }
func (e *waitError) Unwrap() error { return e.err }

// As shows it to the retrying library in the library's own form.
func (e *waitError) As(target any) bool {
	after, ok := target.(**backoff.RetryAfterError)
	if ok {
		*after = &backoff.RetryAfterError{Duration: e.after}
	}
	return ok
}

// errRange reports that the server does not have the bytes asked for.
var errRange = errors.New("the server does not have the rest of the file")

// retryAfter reads a Retry-After header: seconds, or a date.
func retryAfter(value string) (time.Duration, bool) {
	if value == "" {
		return 0, false
	}
	if s, err := strconv.Atoi(value); err == nil && s >= 0 {
		return min(time.Duration(s)*time.Second, maxWait), true
	}
	if t, err := http.ParseTime(value); err == nil {
		return min(max(time.Until(t), 0), maxWait), true
	}
	return 0, false
}

// retry calls f until it succeeds, fails for good, or has failed too often, with
// growing pauses, or those that the server asks for.
func (c *client) retry(ctx context.Context, f func() error) error {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval = c.first
	waited := 0
	try := func() (struct{}, error) {
		err := f()
		var slow net.Error
		if errors.As(err, &slow) && slow.Timeout() {
			if waited++; waited == timeouts {
				err = backoff.Permanent(err)
			}
		}
		return struct{}{}, err
	}
	_, err := backoff.Retry(ctx, try, backoff.WithBackOff(pauses), backoff.WithMaxTries(tries), backoff.WithMaxElapsedTime(0),
		backoff.WithNotify(c.notify))
	var permanent *backoff.PermanentError
	if errors.As(err, &permanent) { // the last try's, which the library hands on as it is
		return permanent.Unwrap()
	}
	return err
}

// notify tells the user why nothing happens.
func (c *client) notify(err error, in time.Duration) {
	if c.o.Retry != nil {
		c.o.Retry(err, in)
	}
}

// withoutQuery is a URL for error messages: signed links keep secrets in the query.
func withoutQuery(u *url.URL) string {
	v := *u
	v.RawQuery, v.User = "", nil
	return v.String()
}
