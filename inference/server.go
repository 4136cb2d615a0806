package inference

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"loyal/lm"
	"loyal/openai"
)

// Tokenizer is what the server needs of a tokenizer.
type Tokenizer interface {
	// Encode returns the tokens of a text; addSpecial adds what the model wants
	// around it, the beginning-of-sequence token for the most part.
	Encode(text string, addSpecial bool) []int32
	// NewDecoder returns a decoder of one text, without special tokens. A text
	// that continues another keeps the space with which it begins.
	NewDecoder(continues bool) Decoder
	// TokenBytes returns what a token stands for within a text.
	TokenBytes(id int32) []byte
}

// Message is one turn of a conversation.
type Message struct{ Role, Content string }

// ErrConversation reports messages that a model's chat template refuses.
var ErrConversation = errors.New("the chat template refuses the conversation")

// Model is what a server serves.
type Model struct {
	Name      string // what requests call it
	Created   time.Time
	Network   lm.Network
	Tokenizer Tokenizer
	// Render writes a conversation as the model was taught to read it, up to
	// where its answer begins; special tokens included. nil: the model has no chat
	// template. Refusals are ErrConversation.
	Render  func([]Message) (string, error)
	StopIDs []int32 // tokens that end an answer
}

// Options bounds what a server takes on. Zero values are defaults.
type Options struct {
	Scheduler SchedulerOptions

	Keys        *Keys         // nil: no key is asked for
	MaxBody     int64         // bytes of a request; 4 MiB
	MaxTokens   int           // of one answer; the model's context
	MaxChoices  int           // answers to one request, prompts × n; 64
	MaxRequests int           // under way at a time; 256
	Timeout     time.Duration // of one request; 10 minutes
	Logger      *slog.Logger  // nil: nothing is logged
}

func (o Options) withDefaults() Options {
	if o.MaxBody <= 0 {
		o.MaxBody = 4 << 20
	}
	if o.MaxChoices <= 0 {
		o.MaxChoices = 64
	}
	if o.MaxRequests <= 0 {
		o.MaxRequests = 256
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Server is the HTTP face of a model.
type Server struct {
	model     Model
	opts      Options
	scheduler *Scheduler
	metrics   *metrics
	handler   http.Handler
	slots     chan struct{} // one element for each request under way

	fingerprint atomic.Pointer[string] // system_fingerprint
	draining    atomic.Bool
}

// NewServer starts the scheduler of a model and returns its server, which must be
// closed. The network stays the caller's to close, after the server.
func NewServer(m Model, opts Options) *Server {
	s := &Server{model: m, opts: opts.withDefaults(), metrics: newMetrics()}
	s.scheduler = newScheduler(m.Network, opts.Scheduler, s.metrics)
	s.opts.MaxChoices = min(s.opts.MaxChoices, s.scheduler.opts.MaxSequences+s.scheduler.opts.MaxQueue)
	s.slots = make(chan struct{}, s.opts.MaxRequests)
	s.handler = s.observe(s.routes())
	return s
}

// SetFingerprint sets the system_fingerprint of answers from now on: a name for the
// weights, which takes a while to compute.
func (s *Server) SetFingerprint(name string) { s.fingerprint.Store(&name) }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends all answers.
func (s *Server) Close() { s.scheduler.Close() }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern, method string, h http.HandlerFunc) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			infoOf(r).path = pattern
			if r.Method != method && !(method == http.MethodGet && r.Method == http.MethodHead) {
				w.Header().Set("Allow", method)
				s.fail(w, r, &openai.Error{
					Status: http.StatusMethodNotAllowed, Type: openai.ErrorInvalidRequest, Code: "method_not_supported",
					Message: fmt.Sprintf("%s is not allowed on %s", r.Method, r.URL.Path),
				})
				return
			}
			h(w, r)
		})
	}
	handle("/healthz", http.MethodGet, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	handle("/readyz", http.MethodGet, s.ready)
	handle("/metrics", http.MethodGet, promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}).ServeHTTP)
	handle("/v1/models", http.MethodGet, s.authorized(s.listModels))
	handle("/v1/models/{id...}", http.MethodGet, s.authorized(s.showModel))
	handle("/v1/chat/completions", http.MethodPost, s.authorized(s.limited(s.chat)))
	handle("/v1/completions", http.MethodPost, s.authorized(s.limited(s.complete)))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, &openai.Error{
			Status: http.StatusNotFound, Type: openai.ErrorInvalidRequest,
			Message: fmt.Sprintf("invalid URL (%s %s)", r.Method, r.URL.Path),
		})
	})
	return mux
}

func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		http.Error(w, "draining", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

func (s *Server) entry() openai.Model {
	return openai.Model{ID: s.model.Name, Object: openai.ObjectModel, Created: s.model.Created.Unix(), OwnedBy: "loyal"}
}

func (s *Server) listModels(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, openai.ModelList{Object: openai.ObjectList, Data: []openai.Model{s.entry()}})
}

func (s *Server) showModel(w http.ResponseWriter, r *http.Request) {
	if err := s.checkName(r.PathValue("id")); err != nil {
		s.fail(w, r, err)
		return
	}
	s.answer(w, r, s.entry())
}

// checkName refuses a model that is not served.
func (s *Server) checkName(name string) error {
	switch name {
	case s.model.Name:
		return nil
	case "":
		return &openai.Error{
			Status: http.StatusBadRequest, Type: openai.ErrorInvalidRequest, Param: "model",
			Message: "you must provide a model parameter",
		}
	}
	return &openai.Error{
		Status: http.StatusNotFound, Type: openai.ErrorInvalidRequest, Param: "model", Code: "model_not_found",
		Message: fmt.Sprintf("the model %q does not exist or you do not have access to it", name),
	}
}

// Timeouts of connections. A stream may last as long as Options.Timeout; what is
// bounded here is how long a client may keep us waiting.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = time.Minute
	writeTimeout  = 30 * time.Second // of one event or answer
	idleTimeout   = 2 * time.Minute
	endTimeout    = 5 * time.Second // for answers that a shutdown has cut off
)

// Serve answers on a listener until ctx ends. It then takes no more connections,
// gives the answers under way this long to finish, ends those that have not, and
// returns. The listener is closed.
func (s *Server) Serve(ctx context.Context, l net.Listener, grace time.Duration) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.opts.Logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.draining.Store(true)
	s.opts.Logger.Info("draining", "requests", len(s.slots), "grace", grace)
	err := shutdown(server, grace)
	if errors.Is(err, context.DeadlineExceeded) {
		s.opts.Logger.Warn("ending requests that did not finish in time", "requests", len(s.slots))
		s.scheduler.Close()
		err = shutdown(server, endTimeout)
	}
	if err != nil {
		err = errors.Join(err, server.Close())
	}
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	if err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	return nil
}

func shutdown(server *http.Server, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return server.Shutdown(ctx)
}
