package cpu_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// benchModel is SmolLM2-135M-Instruct as a directory of bf16 weights.
func benchModel(b *testing.B) *model.Model {
	b.Helper()
	source, err := model.Open(testdata.Real(b, "SmolLM2-135M-Instruct.Q4_1.gguf"))
	if err != nil {
		b.Fatal(err)
	}
	defer source.Close()
	dir := filepath.Join(b.TempDir(), "smol")
	if err := model.Write(b.Context(), dir, source, model.WriteOptions{DType: model.BF16}); err != nil {
		b.Fatal(err)
	}
	m, err := model.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { m.Close() })
	return m
}

func randomIDs(rng *rand.Rand, n, vocab int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(rng.IntN(vocab))
	}
	return ids
}

// BenchmarkTrainingStep is a step of every weight over 8 rows of 32 tokens, with
// logits at each row's last position, gradient clipping and AdamW.
func BenchmarkTrainingStep(b *testing.B) {
	m := benchModel(b)
	for name, precision := range map[string]kernel.Precision{"f32": kernel.PrecF32, "bf16": kernel.PrecBF16} {
		b.Run(name, func(b *testing.B) {
			if precision == kernel.PrecBF16 && !kernel.HasBF16() {
				b.Skip("this processor has no bf16 products")
			}
			n, err := cpu.New(m, cpu.Options{Threads: 2, Precision: precision})
			if err != nil {
				b.Fatal(err)
			}
			defer n.Close()
			tr, err := n.NewTrainer(lm.TrainOptions{Embeddings: true})
			if err != nil {
				b.Fatal(err)
			}
			defer tr.Close()
			const rows, length = 8, 32
			v, ctx := n.Config().VocabSize, context.Background()
			rng := rand.New(rand.NewPCG(1, 2))
			var forest []lm.Segment
			var pick []int
			var at []lm.Position
			for i := range rows {
				forest = append(forest, lm.Segment{Tokens: randomIDs(rng, length, v), Parent: lm.Root})
				pick, at = append(pick, i), append(at, lm.Position{Segment: i, Offset: length - 1})
			}
			c, err := tr.Cache(ctx, forest)
			if err != nil {
				b.Fatal(err)
			}
			step := func() {
				logits, err := tr.Forward(ctx, c, pick, at)
				if err != nil {
					b.Fatal(err)
				}
				for i := range rows {
					lm.CrossEntropy(logits[i*v:(i+1)*v], int32(i), 1./rows, 2)
				}
				if err := tr.Backward(ctx, logits); err != nil {
					b.Fatal(err)
				}
				if _, err := tr.Step(lm.AdamW{LR: 1e-6, Beta1: .9, Beta2: .999, Eps: 1e-8, WeightDecay: .01}); err != nil {
					b.Fatal(err)
				}
			}
			step() // makes room
			for b.Loop() {
				step()
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/step")
		})
	}
}

// BenchmarkGenerate writes with one and with eight streams, and compares the bytes of
// weights that a second of one stream reads with what the memory gives.
func BenchmarkGenerate(b *testing.B) {
	m := benchModel(b)
	n, err := cpu.New(m, cpu.Options{Threads: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer n.Close()
	var weights float64
	for _, name := range m.Tensors() {
		t, err := m.Tensor(name)
		if err != nil {
			b.Fatal(err)
		}
		weights += float64(len(t.Bytes()))
	}
	memory := bandwidth(2)
	for _, streams := range []int{1, 8} {
		b.Run(fmt.Sprintf("streams%d", streams), func(b *testing.B) {
			const tokens = 64
			prompts := make([][]int32, streams)
			rng := rand.New(rand.NewPCG(3, 4))
			for i := range prompts {
				prompts[i] = randomIDs(rng, 16, n.Config().VocabSize)
			}
			var written int
			for b.Loop() {
				written = 0
				_, err := lm.Generate(context.Background(), n, prompts, lm.GenerateOptions{MaxTokens: tokens},
					func(int, int32) bool { written++; return true })
				if err != nil {
					b.Fatal(err)
				}
			}
			rate := float64(written*b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "tokens/s")
			if streams == 1 {
				b.ReportMetric(rate*weights/1e9, "GB/s")
				b.ReportMetric(memory/1e9, "memory-GB/s")
			}
		})
	}
}

// bandwidth is the best of ten readings of 512 MiB with some threads, in bytes a second.
func bandwidth(threads int) float64 {
	x := make([]float32, 128<<20)
	for i := range x {
		x[i] = 1
	}
	best := time.Hour
	for range 10 {
		start := time.Now()
		var wg sync.WaitGroup
		for t := range threads {
			wg.Go(func() { kernel.SumSquares(x[t*len(x)/threads : (t+1)*len(x)/threads]) })
		}
		wg.Wait()
		best = min(best, time.Since(start))
	}
	return 4 * float64(len(x)) / best.Seconds()
}
