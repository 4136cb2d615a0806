package verify

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// Whatever an endpoint answers is read or refused, and what is read can be judged.
func FuzzParseReplies(f *testing.F) {
	for _, s := range []string{
		`{"model":"m","choices":[{"index":1,"message":{"content":"Mon"},"finish_reason":"stop"},{"index":0,"message":{"content":[{"type":"text","text":"x"}]}}]}`,
		`{"choices":[{"message":{"content":null,"refusal":"no"},"logprobs":{"content":[{"token":"\n","logprob":-1},{"token":"Mon","logprob":-0.1,"top_logprobs":[{"token":"Tue","logprob":-3}]}]}}]}`,
		`{"choices":[{"text":"Tue","logprobs":{"tokens":["Tue"],"token_logprobs":[null],"top_logprobs":[{"Mon":-1,"Tue":5}]}}]}`,
		`{"error":{"message":"x"}}`,
		"data: {\"choices\":[{\"index\":3,\"delta\":{\"content\":\"Mo\"}}]}\n\ndata: {\"choices\":[{\"index\":3,\"delta\":{\"content\":\"n\"},\"finish_reason\":\"stop\"}]}\n\n",
		"data: {\"choices\":[{\"text\":\"M\"}]}\n\ndata: [DONE]\n\n",
	} {
		f.Add([]byte(s), true, true)
		f.Add([]byte(s), false, true)
		f.Add([]byte(s), true, false)
		f.Add([]byte(s), false, false)
	}
	q := &Question{Candidates: []string{"Mon", "Tue", "Wed"}, Planted: 1}
	f.Fuzz(func(t *testing.T, body []byte, chat, stream bool) {
		kind := Completion
		if chat {
			kind = Chat
		}
		replies, _, err := parseReplies(kind, answer{body, stream})
		if err != nil {
			return
		}
		if len(replies) == 0 {
			t.Fatal("no replies and no error")
		}
		for _, score := range []Score{ByReply, ByLogprobs} {
			o := judge(q, replies, score)
			for _, share := range []float64{o.share, o.unconditional} {
				if math.IsNaN(share) || share < 0 || share > 1+1e-9 {
					t.Fatalf("share %v of %+v", share, replies)
				}
			}
		}
	})
}

// A transcript is read or refused.
func FuzzTranscript(f *testing.F) {
	s := settings{Version: transcriptVersion, Plan: "p", Kind: Chat, Model: "m"}
	path := filepath.Join(f.TempDir(), "good")
	good, err := openTranscript(path, s)
	if err != nil {
		f.Fatal(err)
	}
	err = errors.Join(
		good.write(&probeRecord{Type: recordProbe, Offer: &Offer{}}),
		good.write(&questionRecord{Type: recordQuestion, ID: "a", Replies: []Reply{{Text: "Mon"}}}),
		good.write(&stopRecord{Type: recordStopped, Error: "x"}),
	)
	good.close()
	data, rerr := os.ReadFile(path)
	if err = errors.Join(err, rerr); err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)-5])
	f.Add([]byte("{}\n"))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole, n, err := new(transcript).scan(bytes.NewReader(data), s)
		var setting *SettingError
		switch {
		case err == nil:
			if whole < 0 || whole > int64(len(data)) || n != bytes.Count(data[:whole], []byte("\n")) {
				t.Fatalf("%d bytes, %d lines of %d bytes", whole, n, len(data))
			}
		case !errors.Is(err, ErrTranscript) && !errors.As(err, &setting):
			t.Fatal(err)
		}
	})
}
