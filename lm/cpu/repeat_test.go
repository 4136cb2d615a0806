package cpu_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
)

// TestRepeatedPositions: a position may be asked any number of times, as where texts
// part after a common beginning, even more often than there are tokens.
func TestRepeatedPositions(t *testing.T) {
	n := open(t, filepath.Join(testdata.Dir(t), "models", "tiny", "llama"), cpu.Options{Threads: 2})
	forest, at := sharedForest(rand.New(rand.NewPCG(1, 2)), n.Config().VocabSize)
	gradients := func(times int) []lm.Param {
		tr, err := n.NewTrainer(lm.TrainOptions{Embeddings: true})
		if err != nil {
			t.Fatal(err)
		}
		ctx := context.Background()
		c, err := tr.Cache(ctx, forest)
		if err != nil {
			t.Fatal(err)
		}
		var repeated []lm.Position
		for range times {
			repeated = append(repeated, at...)
		}
		logits, err := tr.Forward(ctx, c, []int{2, 3, 4, 5}, repeated)
		if err != nil {
			t.Fatal(err)
		}
		v := n.Config().VocabSize
		for i := range repeated {
			lm.CrossEntropy(logits[i*v:(i+1)*v], int32(7+i%len(at)), 1/float32(times), 2)
		}
		if err := tr.Backward(ctx, logits); err != nil {
			t.Fatal(err)
		}
		return tr.Params()
	}
	once, often := gradients(1), gradients(40)
	for i, p := range once {
		var diff, norm float64
		for j, g := range p.Grad {
			diff += math.Pow(float64(g-often[i].Grad[j]), 2)
			norm += math.Pow(float64(g), 2)
		}
		if math.Sqrt(diff) > 1e-4*math.Sqrt(norm) {
			t.Errorf("%s: the gradient differs by %.2g of %.2g", p.Name, math.Sqrt(diff), math.Sqrt(norm))
		}
	}
}
