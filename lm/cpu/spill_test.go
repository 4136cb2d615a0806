package cpu_test

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
)

// TestSpill: what a corpus keeps gives the same bits in a file as in memory, also where
// more is held later, and the directory stays empty.
func TestSpill(t *testing.T) {
	n := open(t, testdata.Dir(t, "models", "tiny", "llama"), cpu.Options{Threads: 2})
	ctx := context.Background()
	forest, at := sharedForest(rand.New(rand.NewPCG(5, 6)), n.Config().VocabSize)
	run := func(s lm.Spill) []float32 {
		tr, err := n.NewTrainer(lm.TrainOptions{Layers: []int{1, 2}, Spill: s})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := tr.Close(); err != nil {
				t.Error(err)
			}
		}()
		c, err := tr.Cache(ctx, forest)
		if err != nil {
			t.Fatal(err)
		}
		var out []float32
		for _, held := range [][]int{nil, {0}, {1}, {0, 1}} {
			if held != nil {
				if err := tr.Hold(ctx, c, held); err != nil {
					t.Fatal(err)
				}
			}
			logits, err := tr.Forward(ctx, c, []int{2, 3, 4, 5}, at)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, logits...)
			if err := tr.Backward(ctx, logits); err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Step(lm.AdamW{LR: 1e-3, Beta1: .9, Beta2: .999, Eps: 1e-8}); err != nil {
				t.Fatal(err)
			}
		}
		return out
	}
	want := run(lm.Spill{})
	dir := t.TempDir()
	// All in files; and the keys and values of 5 tokens in memory, those of 8 in files.
	cfg := n.Config()
	few := int64(4 * 2 * 2 * 6 * cfg.NumKVHeads * cfg.HeadDim)
	for _, bytes := range []int64{1, few} {
		sameBits(t, "spilled", run(lm.Spill{Dir: dir, Bytes: bytes}), want)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) > 0 {
		t.Errorf("left behind: %v, %v", names, err)
	}

	tr, err := n.NewTrainer(lm.TrainOptions{Layers: []int{1}, Spill: lm.Spill{Dir: filepath.Join(dir, "none"), Bytes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if _, err := tr.Cache(ctx, forest); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is not there: error %v", err)
	}
}
