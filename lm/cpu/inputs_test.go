package cpu

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"loyal/lm"
)

// InputNorms are those of what adapters are shown (Whiten's and Align's way to the same
// inputs), every token once, however many texts share it.
func TestInputNorms(t *testing.T) {
	tr := tinyTrainer(t, lm.TrainOptions{LoRA: &lm.LoRA{R: 1, Alpha: 1, TargetModules: lm.Modules}})
	rng := rand.New(rand.NewPCG(8, 9))
	tokens := func(n int) []int32 {
		out := make([]int32, n)
		for i := range out {
			out[i] = int32(rng.IntN(tr.n.cfg.VocabSize))
		}
		return out
	}
	forest := []lm.Segment{{Tokens: tokens(20), Parent: lm.Root}, {Tokens: tokens(9), Parent: 0}, {Tokens: tokens(30), Parent: 0}, {Tokens: tokens(5), Parent: lm.Root}}
	ctx := context.Background()
	lc, err := tr.Cache(ctx, forest)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]float64{}
	err = tr.forInputs(ctx, lc.(*corpus), []int{0, 1, 2, 3}, func(_ []int, rowOf func(lm.Position) int, x []float32, _ int, group []*reader) {
		for s, seg := range forest {
			for j := range seg.Tokens {
				r := rowOf(lm.Position{Segment: s, Offset: j})
				for _, l := range group {
					if want[l.module] == nil {
						want[l.module] = make([]float64, l.in)
					}
					for c := range l.in {
						want[l.module][c] += float64(x[r*l.in+c]) * float64(x[r*l.in+c])
					}
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := tr.n.InputNorms(ctx, forest)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || len(got) != 7*tr.n.cfg.NumLayers {
		t.Fatalf("%d matrices of %d", len(got), len(want))
	}
	for name, norms := range got {
		for j, v := range norms {
			if w := math.Sqrt(want[strings.TrimSuffix(name, ".weight")][j]); !(math.Abs(v-w) <= 1e-4*w) {
				t.Fatalf("%s: column %d has %g, not %g", name, j, v, w)
			}
		}
	}
}
