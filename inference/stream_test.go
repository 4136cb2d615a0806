package inference

import (
	"errors"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"loyal/openai"
)

func TestQuietStreamIsKeptAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &generation{choices: []*choice{{}}, open: 1, events: mailbox{ready: make(chan struct{}, 1)}, params: params{n: 1}}
		recorder := httptest.NewRecorder()
		ended := make(chan error)
		go func() {
			ended <- g.stream(t.Context(), newEventWriter(recorder), func(event) error { return nil })
		}()
		time.Sleep(keepAlive*2 + time.Second)
		g.events.put(event{finish: openai.FinishStop})
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if got, want := recorder.Body.String(), ": keep-alive\n\n: keep-alive\n\n"; got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
	})
}

// brokenWriter is a connection whose client has gone.
type brokenWriter struct{ *httptest.ResponseRecorder }

func (brokenWriter) Write([]byte) (int, error)       { return 0, errors.New("broken pipe") }
func (brokenWriter) WriteString(string) (int, error) { return 0, errors.New("broken pipe") }

func TestStreamToNobodyEnds(t *testing.T) {
	out := newEventWriter(brokenWriter{httptest.NewRecorder()})
	if err := out.send(1); !errors.Is(err, errClientGone) || isServerFault(err) {
		t.Errorf("error %v", err)
	}
}
