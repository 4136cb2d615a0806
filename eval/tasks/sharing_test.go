package tasks_test

import (
	"context"
	"testing"

	"loyal/eval"
	"loyal/eval/tasks"
	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/model"
)

// counter is a network that computes nothing and counts the tokens it is given.
type counter struct {
	lm.Network // never called
	config     model.Config
	tokens     int
}

func (c *counter) Config() model.Config { return c.config }

func (c *counter) Rows(_ context.Context, forest []lm.Segment, _ []lm.Position, _ func(int, []float32) error) error {
	for _, s := range forest {
		c.tokens += len(s.Tokens)
	}
	return nil
}

// TestSharing counts BLiMP's tokens, as they are and as they are computed: the figures of
// docs/results/utility.md.
func TestSharing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	m, err := model.Open(testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	list, err := tasks.Load([]string{"blimp"}, tasks.Data{Dirs: []string{testdata.Dir(t, "eval")}}, tasks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for _, task := range list {
		for _, d := range task.Docs {
			for _, c := range d.Choices {
				// A token goes before each sentence, and its last one is only scored.
				whole += len(m.Tokenizer.Encode(d.Delimiter+c, false))
			}
		}
	}
	net := &counter{config: m.Config}
	s, err := eval.NewSubject("smol", m, net)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := eval.Run(t.Context(), s, list, eval.Options{Bootstrap: -1}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d tokens, of which %d are computed", whole, net.tokens)
	if whole != 643_247 || net.tokens != 394_227 {
		t.Errorf("%d tokens, of which %d are computed; want 643,247 and 394,227", whole, net.tokens)
	}
}
