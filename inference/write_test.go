package inference

import (
	"errors"
	"strings"
	"testing"

	"loyal/lm"
	"loyal/lm/lmtest"
)

func TestWrite(t *testing.T) {
	net := lmtest.New(vocabSize, 100)
	net.Next = reply("où est-il?")
	m := Model{Network: net, Tokenizer: byteTokenizer{}, Render: render, StopIDs: []int32{eos}}
	tests := []struct {
		name string
		opts WriteOptions
		want Text
	}{
		{"to its end", WriteOptions{}, Text{"où est-il?", false, 3, 12}},
		{"max tokens, within a stop string", WriteOptions{MaxTokens: 6, Stops: []string{"est!"}}, Text{"où es", true, 3, 6}},
		{"stop string", WriteOptions{Stops: []string{"st-"}}, Text{"où e", false, 3, 8}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var pieces []string
			got, err := Write(t.Context(), m, "a]", tt.opts, func(piece string) { pieces = append(pieces, piece) })
			if err != nil || got != tt.want || strings.Join(pieces, "") != tt.want.Text || pieces[1] != "ù" {
				t.Errorf("%+v, pieces %q, error %v; want %+v", got, pieces, err, tt.want)
			}
		})
	}
	got, err := Answer(t.Context(), m, []Message{{"user", "x"}}, WriteOptions{}, nil)
	if err != nil || got.Text != "où est-il?" || got.PromptTokens != len("[user]x[assistant]") {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := Answer(t.Context(), m, []Message{{"assistant", "x"}}, WriteOptions{}, nil); !errors.Is(err, ErrConversation) {
		t.Errorf("error %v", err)
	}
	m.Render = nil
	if _, err := Answer(t.Context(), m, []Message{{"user", "x"}}, WriteOptions{}, nil); !errors.Is(err, ErrNoTemplate) {
		t.Errorf("error %v", err)
	}
	if _, err := Write(t.Context(), m, strings.Repeat("x", 101), WriteOptions{}, nil); !errors.Is(err, lm.ErrTooLong) {
		t.Errorf("error %v", err)
	}
}
