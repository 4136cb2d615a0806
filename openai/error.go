package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Types of errors, the field "type".
const (
	ErrorInvalidRequest = "invalid_request_error"
	ErrorAuthentication = "authentication_error"
	ErrorPermission     = "permission_error"
	ErrorNotFound       = "not_found_error"
	ErrorRateLimit      = "rate_limit_error"
	ErrorServer         = "server_error"
)

// Error is the API's error object. It is a Go error too, so that a client can
// return what the server said.
type Error struct {
	Message string `json:"message"`
	Type    string `json:"type"`
	Param   string `json:"param"` // the request's field at fault; null on the wire when empty
	Code    string `json:"code"`  // null on the wire when empty
	// Status is the HTTP status that carried the error; it is not in the body.
	Status int `json:"-"`
}

// Error is the server's sentence with the HTTP status, where known.
func (e *Error) Error() string {
	message := e.Message
	if message == "" {
		message = "no message"
	}
	if e.Status == 0 {
		return message
	}
	return fmt.Sprintf("%s (HTTP status %d)", message, e.Status)
}

// MarshalJSON writes the object as OpenAI does: all four fields, null for what
// is unknown.
func (e *Error) MarshalJSON() ([]byte, error) {
	nullable := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	return json.Marshal(struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    *string `json:"code"`
	}{e.Message, e.Type, nullable(e.Param), nullable(e.Code)})
}

// ErrorBody is the envelope in which an error travels.
type ErrorBody struct {
	Error *Error `json:"error"`
}

// WriteError answers a request with an error object. Status 0 in e means 500.
func WriteError(w http.ResponseWriter, e *Error) {
	status := e.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	body, err := json.Marshal(ErrorBody{Error: e})
	if err != nil { // four strings always marshal
		http.Error(w, http.StatusText(status), status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client has gone if this fails
}

// ParseError reads the body of a failed request. Beside OpenAI's object it knows
// a bare sentence under "error" (Ollama), the object without its envelope (older
// vLLM), and "detail" (FastAPI). False means that the body is none of these.
func ParseError(status int, body []byte) (*Error, bool) {
	var outer struct {
		Error   json.RawMessage `json:"error"`
		Detail  json.RawMessage `json:"detail"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(body, &outer) != nil {
		return nil, false
	}
	switch {
	case firstByte(outer.Error) == '{':
		if e, ok := parseErrorObject(outer.Error); ok {
			e.Status = status
			return e, true
		}
	case firstByte(outer.Error) == '"':
		e := &Error{Status: status}
		return e, json.Unmarshal(outer.Error, &e.Message) == nil
	case outer.Message != "":
		if e, ok := parseErrorObject(body); ok {
			e.Status = status
			return e, true
		}
	case len(outer.Detail) > 0:
		return &Error{Message: looseString(outer.Detail), Status: status}, true
	}
	return nil, false
}

// parseErrorObject reads the four fields, whatever scalar they are: codes are
// strings at OpenAI and numbers elsewhere.
func parseErrorObject(data []byte) (*Error, bool) {
	var fields struct {
		Message json.RawMessage `json:"message"`
		Type    json.RawMessage `json:"type"`
		Param   json.RawMessage `json:"param"`
		Code    json.RawMessage `json:"code"`
	}
	if json.Unmarshal(data, &fields) != nil {
		return nil, false
	}
	return &Error{
		Message: looseString(fields.Message),
		Type:    looseString(fields.Type),
		Param:   looseString(fields.Param),
		Code:    looseString(fields.Code),
	}, true
}

// looseString is a JSON string's text, nothing for null, and any other value as
// it is written.
func looseString(data json.RawMessage) string {
	data = bytes.TrimSpace(data)
	var s string
	if json.Unmarshal(data, &s) == nil {
		return s
	}
	return strings.ToValidUTF8(string(data), "�")
}

// UnmarshalJSON reads an error object leniently (see ParseError).
func (e *Error) UnmarshalJSON(data []byte) error {
	parsed, ok := parseErrorObject(data)
	if !ok {
		return fmt.Errorf("read error object: have %s", excerpt(data))
	}
	*e = *parsed
	return nil
}
