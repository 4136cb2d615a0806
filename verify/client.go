package verify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/time/rate"

	"loyal/openai"
)

// Bounds of what is read from an endpoint.
const (
	maxBody      = 1 << 20 // bytes of one answer, decompressed
	maxEvent     = 1 << 16 // bytes of one event of a stream
	maxErrorText = 300     // characters of a server's words in our error
	maxRecorded  = 1 << 16 // bytes of an answer that the transcript keeps
)

// Retries of a request.
const (
	maxAttempts  = 4
	maxTimeouts  = 2 // of these attempts
	firstBackoff = 300 * time.Millisecond
	longBackoff  = 10 * time.Second
)

// client speaks HTTP with one endpoint: bounded, polite and patient within limits.
type client struct {
	base     *url.URL
	key      string   // API key; never shown
	keyForms []string // its spellings in answers
	http     *http.Client
	limiter  *rate.Limiter
	timeout  time.Duration // of one attempt
	maxWait  time.Duration // longest wait that a server may ask for

	requests, retries int
}

// Attempt is one HTTP request of the transcript.
type Attempt struct {
	Start   time.Time `json:"start"` // UTC
	Millis  int64     `json:"ms"`
	Path    string    `json:"path"`
	Request string    `json:"request_sha256,omitempty"` // of the body that was sent
	Status  int       `json:"status,omitempty"`         // HTTP status
	Answer  string    `json:"answer,omitempty"`         // the body that came back, as text, its first 64 KiB
	Digest  string    `json:"answer_sha256,omitempty"`  // of its bytes
	ID      string    `json:"request_id,omitempty"`     // x-request-id, by which the operator can find it
	Error   string    `json:"error,omitempty"`
}

// parseEndpoint reads a base URL. Credentials, queries and fragments in it are
// refused: they would end up in records and logs.
func parseEndpoint(endpoint string) (*url.URL, error) {
	base, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("%w: the endpoint is not a URL", ErrOptions) // err would repeat it
	}
	switch {
	case base.Scheme != "http" && base.Scheme != "https", base.Host == "":
		return nil, fmt.Errorf("%w: the endpoint must be a URL such as http://127.0.0.1:8080/v1", ErrOptions)
	case base.User != nil, base.RawQuery != "", base.Fragment != "":
		return nil, fmt.Errorf("%w: the endpoint's URL may not hold a user, a query or a fragment", ErrOptions)
	}
	base.Path = strings.TrimRight(base.Path, "/")
	return base, nil
}

func newClient(o *Options) (*client, error) {
	base, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return nil, err
	}
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("make client: the default transport is not net/http's")
	}
	transport = transport.Clone()
	transport.MaxResponseHeaderBytes = 1 << 16
	limit := rate.Inf
	if o.Rate > 0 {
		limit = rate.Limit(o.Rate)
	}
	return &client{
		base:     base,
		key:      o.APIKey,
		keyForms: keyForms(o.APIKey),
		http: &http.Client{
			Transport: transport,
			// A redirect would carry question and API key to a place that nobody named.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		limiter: rate.NewLimiter(limit, 1),
		timeout: o.Timeout,
		maxWait: o.MaxWait,
	}, nil
}

func (c *client) close() { c.http.CloseIdleConnections() }

// answer is what came back, undigested.
type answer struct {
	body   []byte
	stream bool // the body is an event stream
}

// call is one request, with what may be done about it.
type call struct {
	method, path string
	body         []byte
	once         bool // no retries
	log          *[]Attempt
	// parse decides whether the answer can be understood. A broken stream is asked
	// for again.
	parse func(answer) error
}

// do sends a request until there is an answer, with retries, and appends every
// attempt to the call's log.
func (c *client) do(ctx context.Context, call call) error {
	exponential := backoff.NewExponentialBackOff()
	exponential.InitialInterval = firstBackoff
	exponential.MaxInterval = longBackoff
	limit, tries, timeouts := uint(maxAttempts), 0, 0
	if call.once {
		limit = 1
	}
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		if err := c.limiter.Wait(ctx); err != nil {
			return struct{}{}, backoff.Permanent(err)
		}
		if tries++; tries > 1 {
			c.retries++
		}
		attempt := Attempt{Start: time.Now().UTC().Truncate(time.Millisecond), Path: call.path}
		begin := time.Now()
		err := c.attempt(ctx, call, &attempt)
		attempt.Millis = time.Since(begin).Milliseconds()
		if err != nil {
			attempt.Error = err.Error()
		}
		*call.log = append(*call.log, attempt)
		var trouble *EndpointError
		if errors.As(err, &trouble) && trouble.slow {
			if timeouts++; timeouts == maxTimeouts {
				return struct{}{}, backoff.Permanent(err)
			}
		}
		return struct{}{}, c.again(ctx, err)
	}, backoff.WithBackOff(exponential), backoff.WithMaxTries(limit), backoff.WithMaxElapsedTime(0))

	var trouble *EndpointError
	if errors.As(err, &trouble) && ctx.Err() == nil {
		return trouble // without the wish to wait that may be joined to it
	}
	var permanent *backoff.PermanentError
	if errors.As(err, &permanent) {
		return permanent.Err // the last try returns it wrapped
	}
	return err
}

// again tells the retry loop what to do about an error.
func (c *client) again(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return backoff.Permanent(context.Cause(ctx))
	}
	var trouble *EndpointError
	if !errors.As(err, &trouble) || !trouble.passing() {
		return backoff.Permanent(err)
	}
	switch {
	case trouble.after > c.maxWait:
		return backoff.Permanent(&EndpointError{
			Trouble: RateLimited, Status: trouble.Status,
			Err: fmt.Errorf("the endpoint asks to wait for %s: %w", trouble.after.Round(time.Second), trouble.Err),
		})
	case trouble.after >= 0:
		return errors.Join(&backoff.RetryAfterError{Duration: trouble.after}, err)
	}
	return err
}

// attempt sends one request.
func (c *client) attempt(ctx context.Context, call call, log *Attempt) error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, fmt.Errorf("no answer within %s", c.timeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, call.method, c.base.String()+call.path, bytes.NewReader(call.body))
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	if call.body != nil {
		request.Header.Set("Content-Type", "application/json")
		sum := sha256.Sum256(call.body)
		log.Request = hex.EncodeToString(sum[:])
	}
	if c.key != "" {
		request.Header.Set("Authorization", "Bearer "+c.key)
	}
	c.requests++
	response, err := c.http.Do(request)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer func() { _ = response.Body.Close() }() // only read
	log.Status, log.ID = response.StatusCode, c.short(response.Header.Get("X-Request-Id"))
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		return c.redirected(response)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return c.unreachable(ctx, err)
	}
	if len(data) > maxBody {
		return &EndpointError{Trouble: TooLarge, Status: response.StatusCode, after: -1,
			Err: fmt.Errorf("the answer is larger than %d bytes", maxBody)}
	}
	sum := sha256.Sum256(data)
	log.Digest = hex.EncodeToString(sum[:])
	log.Answer = c.cleanPrefix(string(data), maxRecorded)
	if response.StatusCode >= 400 {
		return c.refused(response, data)
	}
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err := call.parse(answer{data, media == openai.ContentTypeSSE}); err != nil {
		return &EndpointError{Trouble: NotOpenAI, after: -1, Err: fmt.Errorf("read answer: %w", c.shortError(err))}
	}
	return nil
}

// unreachable says why there was no answer. Errors of net/http repeat the URL,
// which holds no secret (parseEndpoint).
func (c *client) unreachable(ctx context.Context, err error) error {
	slow := ctx.Err() != nil
	if slow {
		err = context.Cause(ctx)
	}
	return &EndpointError{Trouble: Unreachable, after: -1, slow: slow, Err: fmt.Errorf("ask %s: %w", c.base.Host, err)}
}

func (c *client) redirected(response *http.Response) error {
	target := "elsewhere"
	if location, err := response.Location(); err == nil {
		target = location.Scheme + "://" + location.Host + location.Path
	}
	return &EndpointError{Trouble: Redirected, Status: response.StatusCode, after: -1,
		Err: fmt.Errorf("the endpoint redirects to %s, which was not followed", c.short(target))}
}

// refused reads the answer to a failed request.
func (c *client) refused(response *http.Response, data []byte) error {
	e := &EndpointError{Trouble: troubleOf(response.StatusCode), Status: response.StatusCode, after: retryAfter(response, time.Now())}
	if said, ok := openai.ParseError(0, data); ok {
		said.Message = c.short(said.Message)
		e.Err = said
		return e
	}
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if media == "text/plain" && len(bytes.TrimSpace(data)) > 0 {
		e.Err = errors.New(c.short(string(data)))
	} else {
		e.Err = errors.New(strings.ToLower(http.StatusText(response.StatusCode)))
	}
	return e
}

// isFilter reports whether a request was refused by a filter of content rather
// than for its form.
func isFilter(err error) bool {
	var trouble *EndpointError
	var said *openai.Error
	if !errors.As(err, &trouble) || trouble.Trouble != Rejected || !errors.As(trouble.Err, &said) {
		return false
	}
	for _, word := range []string{said.Code, said.Type} {
		if strings.Contains(word, "content_filter") || strings.Contains(word, "content_policy") {
			return true
		}
	}
	return false
}

// retryAfter reads the header of RFC 9110, section 10.2.3: seconds or a date.
func retryAfter(response *http.Response, now time.Time) time.Duration {
	switch response.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
	default:
		return -1
	}
	value := strings.TrimSpace(response.Header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now))
	}
	return -1
}

// clean is foreign text without our API key (a server may echo it) and as UTF-8.
func (c *client) clean(s string) string {
	return strings.ToValidUTF8(c.redact(s), "\uFFFD")
}

// cleanPrefix is the beginning of clean text, of at most n bytes. It is cut after it
// is cleaned: half an API key is still a secret.
func (c *client) cleanPrefix(s string, n int) string {
	s = c.clean(s)
	return strings.ToValidUTF8(s[:min(len(s), n)], "\uFFFD")
}

// redact takes our API key out of foreign text, as it was sent and as JSON writes it.
func (c *client) redact(s string) string {
	if c.key == "" {
		return s
	}
	for _, form := range c.keyForms {
		s = strings.ReplaceAll(s, form, "[API key]")
	}
	return s
}

// keyForms are an API key and its spellings in a JSON string: with and without the
// escapes of HTML, and with the escaped slash of some servers.
func keyForms(key string) []string {
	forms := []string{key}
	html, err := json.Marshal(key)
	if err != nil { // strings always marshal
		return forms
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(key)
	for _, form := range []string{string(html[1 : len(html)-1]), quoted, strings.ReplaceAll(quoted, "/", `\/`)} {
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	return forms
}

// shortError is short for an error that may quote an answer. It keeps its type unless
// there is something to change.
func (c *client) shortError(err error) error {
	if text := c.short(err.Error()); text != err.Error() {
		return errors.New(text)
	}
	return err
}

// short is a server's words as one line of bounded length.
func (c *client) short(s string) string {
	words := []rune(strings.Join(strings.Fields(c.clean(s)), " "))
	if len(words) > maxErrorText {
		return string(words[:maxErrorText]) + "…"
	}
	return string(words)
}

// encode is the body of a request.
func encode(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	return body, nil
}
