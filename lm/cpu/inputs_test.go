package cpu

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"loyal/lm"
)

// InputNorms are those of what adapters are shown (a survey's way to the same inputs), every token once, however many texts share it.
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
	var every []lm.Weighted
	for i, seg := range forest {
		for j := range seg.Tokens {
			every = append(every, lm.Weighted{Position: lm.Position{Segment: i, Offset: j}, Weight: 1})
		}
	}
	seen, segments, err := tr.newSurvey(lc.(*corpus), lm.Survey{Whiten: every, Ridge: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := seen.run(ctx, segments); err != nil {
		t.Fatal(err)
	}
	want := map[string][]float64{} // squares
	for i := range tr.w.blocks {
		for _, group := range tr.w.blocks[i].readers() {
			for _, l := range group {
				for c := range l.in {
					want[l.module] = append(want[l.module], float64(seen.moments[group[0]][c*l.in+c]))
				}
			}
		}
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
