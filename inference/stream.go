package inference

import (
	"context"
	"errors"
	"net/http"
	"time"

	"loyal/openai"
)

// eventWriter sends a streamed answer. A client that does not read for
// writeTimeout is given up.
type eventWriter struct {
	out      *openai.Writer
	deadline func(time.Time) error
	begun    bool
}

func newEventWriter(w http.ResponseWriter) *eventWriter {
	return &eventWriter{out: openai.NewWriter(w), deadline: http.NewResponseController(w).SetWriteDeadline}
}

// errClientGone reports a client that stopped reading.
var errClientGone = errors.Join(errors.New("client went away"), context.Canceled)

func (e *eventWriter) write(f func() error) error {
	_ = e.deadline(time.Now().Add(writeTimeout)) // not supported by test recorders
	e.begun = true
	if f() != nil {
		return errClientGone
	}
	return nil
}

func (e *eventWriter) send(v any) error { return e.write(func() error { return e.out.Send(v) }) }
func (e *eventWriter) keepAlive() error { return e.write(e.out.KeepAlive) }

// finish ends a stream: with [DONE], or with what went wrong.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, e *eventWriter, err error) {
	switch {
	case err == nil:
		err = e.write(e.out.Done)
	case e.begun && !errors.Is(err, context.Canceled):
		failed := apiError(err)
		_ = e.write(func() error { return e.out.SendError(failed) }) // the client has gone if this fails
	case !e.begun:
		w.Header().Del("Cache-Control")
		s.fail(w, r, err)
	}
	infoOf(r).err = err
}
