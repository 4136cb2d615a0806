package inference

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"loyal/lm"
	"loyal/openai"
)

// requestInfo is what the log and the metrics say of a request. Neither prompts,
// nor answers, nor keys are in it.
type requestInfo struct {
	id         string
	path       string // the route's pattern
	key        int    // number of the API key in its file, from 1
	stream     bool
	choices    int
	prompt     int // tokens
	completion int // tokens
	err        error
}

type infoKey struct{}

func infoOf(r *http.Request) *requestInfo { return r.Context().Value(infoKey{}).(*requestInfo) }

// observe wraps all routes: it gives each request an id, survives panics, and
// logs and counts how it ended.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		info := &requestInfo{id: requestID(r), path: "other"}
		r = r.WithContext(context.WithValue(r.Context(), infoKey{}, info))
		w.Header().Set("X-Request-Id", info.id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		recorder := &statusRecorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				s.opts.Logger.Error("panic", "request", info.id, "value", p, "stack", string(debug.Stack()))
				if recorder.status == 0 {
					s.fail(recorder, r, fmt.Errorf("panic: %v", p))
				}
			}
			s.record(r, info, recorder.status, time.Since(began))
		}()
		next.ServeHTTP(recorder, r)
	})
}

// statusClientGone is the log's status of requests whose client went away (nginx's 499).
const statusClientGone = 499

func (s *Server) record(r *http.Request, info *requestInfo, status int, took time.Duration) {
	if status == 0 {
		status = http.StatusOK
		if r.Context().Err() != nil {
			status = statusClientGone
		}
	}
	s.metrics.requests.WithLabelValues(info.path, strconv.Itoa(status)).Inc()
	s.metrics.requestSeconds.WithLabelValues(info.path).Observe(took.Seconds())
	level := slog.LevelInfo
	switch {
	case status >= 500 || info.err != nil && isServerFault(info.err):
		level = slog.LevelError
	case !strings.HasPrefix(info.path, "/v1/"):
		level = slog.LevelDebug // health checks and scrapes
	}
	attrs := []slog.Attr{
		slog.String("request", info.id), slog.String("method", r.Method), slog.String("path", info.path),
		slog.Int("status", status), slog.Duration("took", took.Round(time.Microsecond)),
	}
	if info.key > 0 {
		attrs = append(attrs, slog.Int("key", info.key))
	}
	if info.choices > 0 {
		attrs = append(attrs, slog.Int("choices", info.choices), slog.Bool("stream", info.stream),
			slog.Int("prompt_tokens", info.prompt), slog.Int("completion_tokens", info.completion))
	}
	if info.err != nil {
		attrs = append(attrs, slog.String("error", logged(info.err)))
	}
	s.opts.Logger.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// logged is an error as the log may have it: of a client's mistake only the kind,
// since its message may quote the request.
func logged(err error) string {
	var e *openai.Error
	if errors.As(err, &e) && e.Status < 500 {
		return strings.TrimSpace(e.Type + " " + e.Code + " " + e.Param)
	}
	return err.Error()
}

// isServerFault tells our own faults from mistakes of clients, and from clients that go away.
func isServerFault(err error) bool {
	return apiError(err).Status >= 500 && !errors.Is(err, context.Canceled)
}

// requestID takes a well-formed id from the client, or makes one.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	printable := !strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' })
	if id != "" && len(id) <= 128 && printable {
		return id
	}
	return "req_" + randomID()
}

// randomID returns 24 random hexadecimal digits.
func randomID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// statusRecorder remembers the status of an answer.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *statusRecorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *statusRecorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusRecorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// authorized asks for an API key, where the server has any.
func (s *Server) authorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := s.authenticate(r); err != nil {
			w.Header().Set("WWW-Authenticate", "Bearer")
			s.fail(w, r, err)
			return
		}
		next(w, r)
	}
}

func (s *Server) authenticate(r *http.Request) error {
	if s.opts.Keys == nil {
		return nil
	}
	e := &openai.Error{Status: http.StatusUnauthorized, Type: openai.ErrorInvalidRequest}
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if key == "" || !strings.EqualFold(scheme, "Bearer") {
		e.Message = "you didn't provide an API key: send it in the header 'Authorization: Bearer KEY'"
		return e
	}
	info := infoOf(r)
	if info.key = s.opts.Keys.find(key); info.key == 0 {
		e.Code, e.Message = "invalid_api_key", "incorrect API key provided"
		return e
	}
	return nil
}

// limited bounds the requests under way, and the time each may take.
func (s *Server) limited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		default:
			s.fail(w, r, ErrBusy)
			return
		}
		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()
		ctx, cancel := context.WithTimeout(r.Context(), s.opts.Timeout)
		defer cancel()
		next(w, r.WithContext(ctx))
	}
}

// readBody decodes a request's JSON.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, v any) error {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return &openai.Error{
			Status: http.StatusUnsupportedMediaType, Type: openai.ErrorInvalidRequest,
			Message: "the body must be JSON, with the header 'Content-Type: application/json'",
		}
	}
	// Deadlines are not supported by test recorders, and there is no need there.
	deadline := http.NewResponseController(w)
	_ = deadline.SetReadDeadline(time.Now().Add(bodyTimeout))
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.opts.MaxBody))
	_ = deadline.SetReadDeadline(time.Time{})
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &openai.Error{
			Status: http.StatusRequestEntityTooLarge, Type: openai.ErrorInvalidRequest, Code: "request_too_large",
			Message: fmt.Sprintf("the body is larger than %d bytes", large.Limit),
		}
	}
	if err != nil {
		return &openai.Error{Status: http.StatusBadRequest, Type: openai.ErrorInvalidRequest, Message: "the body could not be read"}
	}
	if err := json.Unmarshal(data, v); err != nil {
		e := &openai.Error{Status: http.StatusBadRequest, Type: openai.ErrorInvalidRequest, Message: "the body is not valid: " + err.Error()}
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			e.Param = wrong.Field
			e.Code = "invalid_type"
		}
		return e
	}
	return nil
}

// answer writes an answer that is not streamed.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		s.fail(w, r, fmt.Errorf("write answer: %w", err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout)) // see readBody
	_, _ = w.Write(append(data, '\n'))                                               // the client has gone if this fails
}

// fail answers with an error object.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	info := infoOf(r)
	info.err = err
	if errors.Is(err, context.Canceled) {
		return // nobody listens
	}
	e := apiError(err)
	if e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	openai.WriteError(w, e)
}

// apiError says in the API's terms what went wrong. What is our own fault stays
// in the log.
func apiError(err error) *openai.Error {
	var e *openai.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, ErrBusy):
		return &openai.Error{
			Status: http.StatusTooManyRequests, Type: openai.ErrorRateLimit, Code: "rate_limit_exceeded",
			Message: "too many requests at a time: try again later",
		}
	case errors.Is(err, ErrClosed):
		return &openai.Error{Status: http.StatusServiceUnavailable, Type: openai.ErrorServer, Code: "shutting_down", Message: ErrClosed.Error()}
	case errors.Is(err, lm.ErrTooLong):
		return &openai.Error{
			Status: http.StatusBadRequest, Type: openai.ErrorInvalidRequest, Code: "context_length_exceeded",
			Message: err.Error(),
		}
	case errors.Is(err, context.DeadlineExceeded):
		return &openai.Error{Status: http.StatusGatewayTimeout, Type: openai.ErrorServer, Code: "timeout", Message: "the answer took longer than it may"}
	}
	return &openai.Error{Status: http.StatusInternalServerError, Type: openai.ErrorServer, Message: "the server could not compute an answer"}
}
