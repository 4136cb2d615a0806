package verify

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"loyal/openai"
)

// Trouble is the kind of thing that went wrong at an endpoint.
type Trouble string

// Kinds of trouble.
const (
	Unreachable  Trouble = "unreachable"    // no connection, or no answer in time
	Unauthorized Trouble = "unauthorized"   // API key missing, wrong or without the right
	NotFound     Trouble = "not found"      // no such path or model
	RateLimited  Trouble = "rate limited"   // asks to wait longer than we do
	ServerFault  Trouble = "server fault"   // keeps answering 5xx
	Rejected     Trouble = "rejected"       // finds fault with the request
	Redirected   Trouble = "redirected"     // answers from elsewhere
	NotOpenAI    Trouble = "not compatible" // what it says is not the OpenAI format
	TooLarge     Trouble = "too large"      // its answer is beyond all bounds
)

// EndpointError reports an endpoint that cannot be asked.
type EndpointError struct {
	Trouble Trouble
	Status  int   // HTTP status; 0 if there was none
	Err     error // what happened, without secrets

	// after is how long the server asks to wait before the next attempt; negative
	// if it did not say.
	after time.Duration
	// slow marks an attempt that ended with our patience.
	slow bool
}

func (e *EndpointError) Error() string {
	if e.Status == 0 {
		return e.Err.Error()
	}
	return fmt.Sprintf("HTTP status %d: %v", e.Status, e.Err)
}

func (e *EndpointError) Unwrap() error { return e.Err }

// fatal reports trouble that the next question would meet too.
func (e *EndpointError) fatal() bool {
	switch e.Trouble {
	case Unauthorized, NotFound, Redirected:
		return true
	}
	return false
}

// passing reports trouble that may be over in a moment.
func (e *EndpointError) passing() bool {
	switch e.Trouble {
	case Unreachable, RateLimited, ServerFault:
		return true
	case NotOpenAI:
		return errors.Is(e.Err, openai.ErrNoDone) // a broken stream
	}
	return false
}

// troubleOf sorts a failed request by its HTTP status.
func troubleOf(status int) Trouble {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Unauthorized
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusGone:
		return NotFound
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly:
		return Unreachable
	case status >= 500:
		return ServerFault
	case status >= 300 && status < 400:
		return Redirected
	}
	return Rejected
}

// Errors of a transcript.
var (
	// ErrTranscript reports a transcript that is not as it was written.
	ErrTranscript = errors.New("the transcript is damaged")
	// ErrTranscriptBusy reports a transcript that another audit is writing.
	ErrTranscriptBusy = errors.New("another audit is writing the transcript")
)

// SettingError reports a transcript of an audit with another setting.
type SettingError struct {
	Setting     string // its name in the transcript's first record
	Written, Is string
}

func (e *SettingError) Error() string {
	return fmt.Sprintf("the transcript is of another audit: %s was %s, now it is %s", e.Setting, e.Written, e.Is)
}

// ErrOptions reports options out of range.
var ErrOptions = errors.New("invalid option")
