package chain

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/ethereum/go-ethereum/rpc"
)

// maxAnswer bounds one answer of a node, in bytes: as much as the library takes over a
// WebSocket, and ten times what a span of logs comes to.
const maxAnswer = 32 << 20

var errAnswerSize = fmt.Errorf("its answer has more than %d MiB", maxAnswer>>20)

// bounded is the connection to a node by HTTP; it reads no answer without end.
func bounded() rpc.ClientOption {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return rpc.WithHTTPClient(&http.Client{Transport: bounds{http.DefaultTransport}})
	}
	return rpc.WithHTTPClient(&http.Client{Transport: bounds{t.Clone()}})
}

type bounds struct{ http.RoundTripper }

func (b bounds) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = &boundedBody{ReadCloser: answer.Body, left: maxAnswer}
	}
	return answer, err
}

type boundedBody struct {
	io.ReadCloser
	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errAnswerSize
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// failure is what is said of a call that was not answered. Servers answer errors with pages,
// of which the beginning is enough.
func failure(err error) error {
	var page rpc.HTTPError
	if !errors.As(err, &page) {
		return err
	}
	text := strings.Join(strings.Fields(string(page.Body[:min(len(page.Body), 1000)])), " ")
	if len(text) > 120 {
		text = strings.ToValidUTF8(text[:120], "") + "…"
	}
	return fmt.Errorf("%s %s", page.Status, text)
}
