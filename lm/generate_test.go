package lm_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"loyal/lm"
	"loyal/lm/lmtest"
)

// alone writes each row by itself, feeding one token at a time: what Generate
// must give whatever it shares and batches.
func alone(t *testing.T, net *lmtest.Network, prompts [][]int32, o lm.GenerateOptions) (out [][]int32) {
	t.Helper()
	for i, p := range prompts {
		s := lm.NewSampler(o.Sampling, uint64(i))
		s.Prompt(p)
		text := slices.Clone(p)
		row := make([]float32, net.Config().VocabSize)
		for len(text)-len(p) < o.MaxTokens && len(text) <= net.Config().MaxPositions {
			lmtest.Hash(text, row)
			id, err := s.Next(row)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(o.StopIDs, id) {
				break
			}
			text = append(text, id)
		}
		out = append(out, text[len(p):])
	}
	return out
}

func prompts(lengths ...int) (out [][]int32) {
	for i, n := range lengths {
		p := []int32{1, 2, 3, 4, 5} // what all have in common
		for j := range n {
			p = append(p, int32((i*7+j*3)%40))
		}
		out = append(out, p)
	}
	return out
}

func TestGenerateEqualsRowsAlone(t *testing.T) {
	tests := []struct {
		name    string
		prompts [][]int32
		opts    lm.GenerateOptions
	}{
		{"greedy", prompts(3, 1, 9, 4, 2), lm.GenerateOptions{MaxTokens: 12, MaxBatch: 2}},
		{"sampled", prompts(3, 1, 9, 4, 2), lm.GenerateOptions{MaxTokens: 20, MaxBatch: 3, Sampling: lm.Sampling{Temperature: 1.2, TopP: .9, RepetitionPenalty: 1.2, Seed: 5}, StopIDs: []int32{3, 17}}},
		{"one prompt is the prefix of the others", [][]int32{{1, 2}, {1, 2, 3}, {1, 2}}, lm.GenerateOptions{MaxTokens: 5}},
		{"single prompt", prompts(4), lm.GenerateOptions{MaxTokens: 5}},
		{"nothing in common", [][]int32{{1}, {2}, {3, 4}}, lm.GenerateOptions{MaxTokens: 5}},
		{"long prompts come in pieces", prompts(2500, 700, 2990), lm.GenerateOptions{MaxTokens: 3, Sampling: lm.Sampling{Temperature: 1, Seed: 2}}},
		{"context ends a row", prompts(2990, 3), lm.GenerateOptions{MaxTokens: 20}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			net := lmtest.New(40, 3004)
			got, err := lm.Generate(t.Context(), net, tt.prompts, tt.opts, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := alone(t, net, tt.prompts, tt.opts)
			for i := range want {
				if !slices.Equal(got[i], want[i]) {
					t.Errorf("row %d is %v, want %v", i, got[i], want[i])
				}
			}
			if n := net.Open(); n != 0 {
				t.Errorf("%d sequences left open", n)
			}
		})
	}
}

func TestGenerateSharesPrefixAndFillsBatch(t *testing.T) {
	net := lmtest.New(40, 1000)
	common := make([]int32, 300)
	var ps [][]int32
	for i := range 10 {
		ps = append(ps, append(slices.Clone(common), int32(i), 1))
	}
	if _, err := lm.Generate(t.Context(), net, ps, lm.GenerateOptions{MaxTokens: 5, MaxBatch: 4}, nil); err != nil {
		t.Fatal(err)
	}
	total, widest := 0, 0
	for _, p := range net.Passes() {
		for _, n := range p.Tokens {
			total += n
		}
		widest = max(widest, len(p.Tokens))
	}
	if want := 300 + 10*2 + 10*4; total != want {
		t.Errorf("%d tokens computed, want %d", total, want)
	}
	if widest != 4 {
		t.Errorf("widest batch is %d, want 4", widest)
	}
}

func TestGenerateOnToken(t *testing.T) {
	net := lmtest.New(40, 100)
	seen := make([][]int32, 3)
	got, err := lm.Generate(t.Context(), net, prompts(1, 2, 3), lm.GenerateOptions{MaxTokens: 9}, func(row int, id int32) bool {
		seen[row] = append(seen[row], id)
		return row != 1 || len(seen[row]) < 4
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range []int{9, 4, 9} {
		if len(got[i]) != n || !slices.Equal(got[i], seen[i]) {
			t.Errorf("row %d is %v, callback saw %v, want %d tokens", i, got[i], seen[i], n)
		}
	}
}

// TestGenerateAdjust: the hook sees every row before each of its tokens, whatever pass
// its prompt ends in, and what it forbids is not written.
func TestGenerateAdjust(t *testing.T) {
	net := lmtest.New(40, 3004)
	ps := prompts(2500, 3, 700)
	plain, err := lm.Generate(t.Context(), net, ps, lm.GenerateOptions{MaxTokens: 4}, nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := make([]int, len(ps))
	got, err := lm.Generate(t.Context(), net, ps, lm.GenerateOptions{MaxTokens: 4, MaxBatch: 2, Adjust: func(_ context.Context, choices []lm.Choice) error {
		row := make([]float32, 40)
		for _, c := range choices {
			if len(c.Written) != asked[c.Row] {
				t.Errorf("row %d has written %d tokens, was asked %d times", c.Row, len(c.Written), asked[c.Row])
			}
			lmtest.Hash(slices.Concat(ps[c.Row], c.Written), row)
			if !slices.Equal(c.Logits, row) {
				t.Errorf("row %d after %v: other logits", c.Row, c.Written)
			}
			if asked[c.Row]++; len(c.Written) == 0 {
				c.Logits[plain[c.Row][0]] = float32(math.Inf(-1))
			}
		}
		return nil
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range ps {
		if asked[i] != 4 || got[i][0] == plain[i][0] {
			t.Errorf("row %d: asked %d times, %v against %v", i, asked[i], got[i], plain[i])
		}
	}
	broken := errors.New("broken")
	if _, err := lm.Generate(t.Context(), net, ps, lm.GenerateOptions{Adjust: func(context.Context, []lm.Choice) error { return broken }}, nil); !errors.Is(err, broken) || net.Open() != 0 {
		t.Errorf("%v, %d open", err, net.Open())
	}
}

func TestGenerateErrors(t *testing.T) {
	net := lmtest.New(40, 10)
	broken := errors.New("broken")
	t.Run("empty prompt", func(t *testing.T) {
		if _, err := lm.Generate(t.Context(), net, [][]int32{{1}, {}}, lm.GenerateOptions{}, nil); err == nil {
			t.Error("no error")
		}
	})
	t.Run("too long", func(t *testing.T) {
		if _, err := lm.Generate(t.Context(), net, [][]int32{make([]int32, 11)}, lm.GenerateOptions{}, nil); !errors.Is(err, lm.ErrTooLong) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("sampling", func(t *testing.T) {
		if _, err := lm.Generate(t.Context(), net, [][]int32{{1}}, lm.GenerateOptions{Sampling: lm.Sampling{TopP: 2}}, nil); err == nil {
			t.Error("no error")
		}
	})
	t.Run("no prompts", func(t *testing.T) {
		if out, err := lm.Generate(t.Context(), net, nil, lm.GenerateOptions{}, nil); err != nil || len(out) != 0 {
			t.Errorf("%v, %v", out, err)
		}
	})
	t.Run("network fails midway", func(t *testing.T) {
		net := lmtest.New(40, 100)
		net.Fail = func([]lm.Feed) error {
			if len(net.Passes()) == 0 {
				return nil
			}
			return broken
		}
		out, err := lm.Generate(t.Context(), net, [][]int32{{1}, {2}}, lm.GenerateOptions{}, nil)
		if !errors.Is(err, broken) || len(out[0]) != 1 || net.Open() != 0 {
			t.Errorf("%v, %v, %d open", out, err, net.Open())
		}
	})
	t.Run("canceled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		_, err := lm.Generate(ctx, lmtest.New(40, 1000), [][]int32{{1}}, lm.GenerateOptions{}, func(int, int32) bool {
			if n++; n == 3 {
				cancel()
			}
			return true
		})
		if !errors.Is(err, context.Canceled) || n != 3 {
			t.Errorf("error %v after %d tokens", err, n)
		}
	})
}
