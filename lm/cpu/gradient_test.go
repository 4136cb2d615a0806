package cpu_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
)

// sharedForest is texts of several lengths below two levels of common beginnings.
func sharedForest(rng *rand.Rand, vocab int) ([]lm.Segment, []lm.Position) {
	tokens := func(n int) []int32 {
		out := make([]int32, n)
		for i := range out {
			out[i] = int32(rng.IntN(vocab))
		}
		return out
	}
	forest := []lm.Segment{
		{Tokens: tokens(5), Parent: lm.Root},
		{Tokens: tokens(3), Parent: 0},
		{Tokens: tokens(70), Parent: 1}, // longer than a block of queries
		{Tokens: tokens(1), Parent: 1},
		{Tokens: tokens(4), Parent: 0},
		{Tokens: tokens(6), Parent: lm.Root},
	}
	at := []lm.Position{{Segment: 2, Offset: 69}, {Segment: 2, Offset: 3}, {Segment: 3, Offset: 0}, {Segment: 4, Offset: 2}, {Segment: 5, Offset: 5}}
	return forest, at
}

// TestGradients compares each kind of trainable tensor with central differences
// of the loss, for every way of training, over a forest with shared segments.
func TestGradients(t *testing.T) {
	all := []string{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
	for name, o := range map[string]lm.TrainOptions{
		"full":   {Embeddings: true},
		"layers": {Layers: []int{1, 2}},
		"lora":   {Layers: []int{1, 2}, LoRA: &lm.LoRA{R: 4, Alpha: 8, TargetModules: all, Seed: 1}},
		// Frozen blocks above and between pass gradients on.
		"one layer":   {Layers: []int{1}},
		"two layers":  {Layers: []int{2, 0}},
		"down":        {Layers: []int{1, 2}, TargetModules: []string{"down_proj"}},
		"v and up":    {Layers: []int{0}, TargetModules: []string{"v_proj", "up_proj"}},
		"lora below":  {Layers: []int{0}, LoRA: &lm.LoRA{R: 4, Alpha: 8, TargetModules: all, Seed: 1}},
		"expand":      {Layers: []int{0, 2}, Expand: &lm.Expand{Neurons: 9, Seed: 1}},
		"expand held": {Layers: []int{1, 2}, Expand: &lm.Expand{Neurons: 9, Seed: 1}},
		// What is held is constant, for the gradient as for the difference.
		"layers held": {Layers: []int{1, 2}},
		"lora held":   {Layers: []int{1, 2}, LoRA: &lm.LoRA{R: 4, Alpha: 8, TargetModules: all, Seed: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			n := open(t, filepath.Join(testdata.Dir(t), "models", "tiny", "llama"), cpu.Options{Threads: 2})
			tr, err := n.NewTrainer(o)
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(1, 2))
			forest, at := sharedForest(rng, n.Config().VocabSize)
			ctx := context.Background()
			c, err := tr.Cache(ctx, forest)
			if err != nil {
				t.Fatal(err)
			}
			pick := []int{2, 3, 4, 5}
			v := n.Config().VocabSize
			loss := func(backward bool) float64 {
				logits, err := tr.Forward(ctx, c, pick, at)
				if err != nil {
					t.Fatal(err)
				}
				var sum float64
				for i := range at {
					l, _ := lm.CrossEntropy(logits[i*v:(i+1)*v], int32(7+i), 1, 2)
					sum += l
				}
				if backward {
					if err := tr.Backward(ctx, logits); err != nil {
						t.Fatal(err)
					}
				}
				return sum
			}
			// What is zero at the start, B or new columns of down_proj, would hide the
			// gradients before it.
			for _, p := range tr.Params() {
				if o.LoRA != nil || o.Expand != nil {
					for i := range p.Value {
						p.Value[i] += float32(rng.NormFloat64()) * .05
					}
				}
			}
			if strings.HasSuffix(name, "held") {
				if err := tr.Hold(ctx, c, []int{1}); err != nil {
					t.Fatal(err)
				}
			}
			loss(true)
			checked := 0
			for _, p := range tr.Params() {
				// Along the gradient itself the difference is largest against rounding.
				var norm2 float64
				for _, g := range p.Grad {
					norm2 += float64(g) * float64(g)
				}
				if norm2 == 0 {
					t.Errorf("%s has no gradient", p.Name)
					continue
				}
				norm := math.Sqrt(norm2)
				const h = 1e-2 // distance in parameter space
				keep := append([]float32(nil), p.Value...)
				move := func(s float64) float64 {
					for i := range p.Value {
						p.Value[i] = keep[i] + float32(s*float64(p.Grad[i])/norm)
					}
					return loss(false)
				}
				diff := (move(h) - move(-h)) / (2 * h)
				copy(p.Value, keep)
				if math.Abs(diff-norm) > 2e-2*norm+2e-3 {
					t.Errorf("%s: slope %.6g along the gradient, want %.6g", p.Name, diff, norm)
				}
				checked++
			}
			t.Logf("%d tensors", checked)
		})
	}
}

// TestThreadsAgree: gradients and losses are the same bits for any number of threads.
func TestThreadsAgree(t *testing.T) {
	var want []lm.Param
	for _, threads := range []int{1, 2, 3} {
		n := open(t, filepath.Join(testdata.Dir(t), "models", "tiny", "llama"), cpu.Options{Threads: threads})
		tr, err := n.NewTrainer(lm.TrainOptions{Embeddings: true})
		if err != nil {
			t.Fatal(err)
		}
		forest, at := sharedForest(rand.New(rand.NewPCG(1, 2)), n.Config().VocabSize)
		ctx := context.Background()
		c, err := tr.Cache(ctx, forest)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			logits, err := tr.Forward(ctx, c, []int{2, 3, 4, 5}, at)
			if err != nil {
				t.Fatal(err)
			}
			v := n.Config().VocabSize
			for i := range at {
				lm.CrossEntropy(logits[i*v:(i+1)*v], int32(i), 1, 2)
			}
			if err := tr.Backward(ctx, logits); err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Step(lm.AdamW{LR: 1e-3, Beta1: .9, Beta2: .999, Eps: 1e-8, MaxGradNorm: 1}); err != nil {
				t.Fatal(err)
			}
		}
		if want == nil {
			want = tr.Params()
			continue
		}
		for i, p := range tr.Params() {
			for j := range p.Value {
				if p.Value[j] != want[i].Value[j] {
					t.Fatalf("%d threads: %s[%d] = %v, want %v", threads, p.Name, j, p.Value[j], want[i].Value[j])
				}
			}
		}
	}
}
