package openai

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// ContentTypeSSE is the media type of a stream of server-sent events.
const ContentTypeSSE = "text/event-stream"

// done is the data of the event that ends a stream.
const done = "[DONE]"

// Writer sends a stream of server-sent events, each flushed as it is written. It
// is not safe for concurrent use.
type Writer struct {
	w     io.Writer
	flush func() error
}

// NewWriter sets the headers of an event stream and returns its writer. The status
// line goes out with the first event, so an error that is found before can still
// be an ordinary answer.
func NewWriter(w http.ResponseWriter) *Writer {
	h := w.Header()
	h.Set("Content-Type", ContentTypeSSE)
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no") // nginx would collect events otherwise
	return &Writer{w: w, flush: http.NewResponseController(w).Flush}
}

// Send writes one event with v as JSON.
func (w *Writer) Send(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return w.raw("data: ", string(data))
}

// SendError writes an error object as an event: the way to report a failure after
// the stream has begun.
func (w *Writer) SendError(e *Error) error { return w.Send(ErrorBody{Error: e}) }

// KeepAlive writes a comment, which clients ignore and which keeps proxies from
// closing a quiet connection.
func (w *Writer) KeepAlive() error { return w.raw(": ", "keep-alive") }

// Done writes the event that ends the stream.
func (w *Writer) Done() error { return w.raw("data: ", done) }

func (w *Writer) raw(field, value string) error {
	if _, err := io.WriteString(w.w, field+value+"\n\n"); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	if err := w.flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("write event: %w", err)
	}
	return nil
}

// Errors of a stream.
var (
	// ErrNoDone reports a stream that ended without [DONE]. Some servers never
	// send it; to others it means that the connection broke.
	ErrNoDone = errors.New("stream ended without [DONE]")
	// ErrEventTooLarge reports an event beyond the reader's limit.
	ErrEventTooLarge = errors.New("event is too large")
)

// Reader reads a stream of server-sent events (WHATWG HTML, section 9.2.6) and
// holds at most one event of bounded size. Comments, ids, names of events and
// retry times are skipped; several data lines of an event are joined by line
// feeds; lines end in LF, CRLF or CR.
type Reader struct {
	r     *bufio.Reader
	limit int
	ended error // what Next returns once the stream is over
	first bool  // no line has been read yet: a byte order mark may come
	cr    bool  // the last line ended in CR: an LF that follows belongs to it
}

// NewReader reads events of at most limit bytes each.
func NewReader(r io.Reader, limit int) *Reader {
	return &Reader{r: bufio.NewReader(r), limit: limit, first: true}
}

// Next returns the data of the next event, which the caller may keep. It returns
// io.EOF after [DONE], ErrNoDone at an end without it, and ErrEventTooLarge; all
// are final. An event that the stream's end cuts off is not returned.
func (r *Reader) Next() ([]byte, error) {
	if r.ended != nil {
		return nil, r.ended
	}
	data, err := r.event()
	if err == nil && string(bytes.TrimSpace(data)) == done {
		err = io.EOF
	}
	if err != nil {
		r.ended = err
		return nil, err
	}
	return data, nil
}

// event reads lines up to the blank one that ends an event with data.
func (r *Reader) event() ([]byte, error) {
	var data []byte
	seen := 0 // bytes of this event, comments and unknown fields included
	has := false
	for {
		line, err := r.line(r.limit - seen)
		if errors.Is(err, io.EOF) {
			if has && string(bytes.TrimSpace(data)) == done {
				return data, nil // [DONE] needs no blank line to be understood
			}
			return nil, ErrNoDone
		}
		if err != nil {
			return nil, fmt.Errorf("read event: %w", err)
		}
		if len(line) == 0 {
			if has {
				return data, nil
			}
			seen = 0
			continue
		}
		seen += len(line) + 1
		name, value, _ := bytes.Cut(line, []byte{':'})
		if string(name) != "data" { // a comment has the empty name
			continue
		}
		if has {
			data = append(data, '\n')
		}
		data = append(data, bytes.TrimPrefix(value, []byte{' '})...)
		has = true
	}
}

// line reads up to the next CR, LF or CRLF. At the stream's end it returns what
// is left as a line, and io.EOF only when nothing is.
func (r *Reader) line(limit int) ([]byte, error) {
	var line []byte
	for {
		c, err := r.r.ReadByte()
		if err != nil {
			if errors.Is(err, io.EOF) && len(line) > 0 {
				return r.trimMark(line), nil
			}
			return nil, err
		}
		if c == '\n' && r.cr {
			r.cr = false
			continue
		}
		r.cr = c == '\r'
		if c == '\n' || c == '\r' {
			return r.trimMark(line), nil
		}
		if len(line) >= limit {
			return nil, ErrEventTooLarge
		}
		line = append(line, c)
	}
}

// trimMark drops the byte order mark with which a stream may begin.
func (r *Reader) trimMark(line []byte) []byte {
	if r.first {
		r.first = false
		return bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	return line
}
