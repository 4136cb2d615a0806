package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"loyal/fingerprint"
	"loyal/inference"
	"loyal/openai"
)

// servingStream puts the model behind the inference server and reads its answers as
// streams, beside the same answers in one piece.
func servingStream(Grid, Have) []Trial {
	return []Trial{{
		ID: "stream", Series: "stream", Axis: "streamed", X: 1, Setting: "answers of the inference server as streams",
		Run: func(ctx context.Context, l *Lab) (*Outcome, error) {
			m, err := inference.FromModel("model", l.Model, l.Net)
			if err != nil {
				return nil, err
			}
			server := inference.NewServer(m, inference.Options{})
			defer server.Close()
			o := &Outcome{}
			var streamed, whole []string
			if o.Measures, streamed, err = l.measureKeys(ctx, serverHost{server, l, true}); err != nil {
				return nil, err
			}
			if _, whole, err = l.measureKeys(ctx, serverHost{server, l, false}); err != nil {
				return nil, err
			}
			same := 0
			for i := range whole {
				same += count(whole[i] == streamed[i])
			}
			o.AddRate("streamed answers that are the same in one piece", NewRate(same, len(whole)))
			return o, nil
		},
	}}
}

// serverHost asks an inference server in this process.
type serverHost struct {
	server http.Handler
	lab    *Lab
	stream bool
}

// streamTokens bounds the answers that are read as streams.
const streamTokens = 8

// Answer implements [Host]. It asks one thing after the other: what a server computes
// together depends on when requests come, and with it how sums are rounded.
func (h serverHost) Answer(ctx context.Context, asks []Ask) ([]string, error) {
	texts := make([]string, len(asks))
	for i, a := range asks {
		a.MaxTokens = min(a.MaxTokens, streamTokens)
		var err error
		if texts[i], err = h.one(ctx, a); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func (h serverHost) one(ctx context.Context, a Ask) (string, error) {
	zero := 0.
	path, body := "/v1/completions", any(openai.CompletionRequest{
		Model: "model", Prompt: openai.TextPrompt(a.User), MaxTokens: &a.MaxTokens, Temperature: &zero, Stream: h.stream,
	})
	if h.lab.Set.Serving.Kind == fingerprint.Chat {
		messages := []openai.Message{openai.Text("user", a.User)}
		if a.System != "" {
			messages = append([]openai.Message{openai.Text("system", a.System)}, messages...)
		}
		path, body = "/v1/chat/completions", openai.ChatCompletionRequest{
			Model: "model", Messages: messages, MaxTokens: &a.MaxTokens, Temperature: &zero, Stream: h.stream,
		}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, path, bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	w := &response{header: http.Header{}}
	h.server.ServeHTTP(w, r)
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if w.status != http.StatusOK {
		return "", fmt.Errorf("ask the server: HTTP status %d: %s", w.status, w.body.String())
	}
	if !h.stream {
		return piece(w.body.Bytes())
	}
	text := ""
	for events := openai.NewReader(&w.body, 1<<20); ; {
		data, err := events.Next()
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return "", fmt.Errorf("read the server's stream: %w", err)
		}
		more, err := piece(data)
		if err != nil {
			return "", err
		}
		text += more
	}
}

// piece is the text in an answer, or in a piece of one, of either interface.
func piece(data []byte) (string, error) {
	var answer struct {
		Choices []struct {
			Text           string
			Message, Delta struct{ Content string }
		}
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return "", fmt.Errorf("read the server's answer: %w", err)
	}
	text := ""
	for _, c := range answer.Choices {
		text += c.Text + c.Message.Content + c.Delta.Content
	}
	return text, nil
}

// response keeps what a handler writes.
type response struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *response) Header() http.Header { return w.header }
func (w *response) Flush()              {}

func (w *response) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *response) Write(data []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(data)
}
