package cpu_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"loyal/internal/testdata"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/model"
)

// golden is what the reference implementation recorded of a tiny model.
type golden struct {
	Forward []struct {
		IDs               []int32   `json:"ids"`
		LastLogits        []float32 `json:"last_logits"`
		PositionLogsumexp []float32 `json:"position_logsumexp"`
		Greedy            []int32   `json:"greedy"`
	} `json:"forward"`
	Train struct {
		Rows      [][]int32 `json:"rows"`
		Loss      float64   `json:"loss"`
		Gradients map[string]struct {
			L2    float64   `json:"l2"`
			First []float64 `json:"first"`
		} `json:"gradients"`
		AdamW struct {
			LR          float64    `json:"lr"`
			Betas       [2]float64 `json:"betas"`
			Eps         float64    `json:"eps"`
			WeightDecay float64    `json:"weight_decay"`
		} `json:"adamw"`
		Losses []float64 `json:"losses_10_steps"`
	} `json:"train"`
}

func open(t *testing.T, dir string, o cpu.Options) *cpu.Network {
	t.Helper()
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	n, err := cpu.New(m, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close(); m.Close() })
	return n
}

// TestTinyTraining compares loss, every gradient and ten optimizer steps with the
// reference implementation.
func TestTinyTraining(t *testing.T) {
	for _, family := range []string{"llama", "llama-3.2-scaled"} {
		t.Run(family, func(t *testing.T) {
			dir := filepath.Join(testdata.Dir(t), "models", "tiny", family)
			var g golden
			data, err := os.ReadFile(filepath.Join(dir, "golden.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &g); err != nil {
				t.Fatal(err)
			}
			n := open(t, dir, cpu.Options{Threads: 2})
			tr, err := n.NewTrainer(lm.TrainOptions{Embeddings: true})
			if err != nil {
				t.Fatal(err)
			}
			var forest []lm.Segment
			var pick []int
			var at []lm.Position
			var labels []int32
			for i, r := range g.Train.Rows {
				forest, pick = append(forest, lm.Segment{Tokens: r, Parent: lm.Root}), append(pick, i)
				for j := len(r) - 4; j < len(r); j++ {
					at, labels = append(at, lm.Position{Segment: i, Offset: j - 1}), append(labels, r[j])
				}
			}
			ctx := context.Background()
			c, err := tr.Cache(ctx, forest)
			if err != nil {
				t.Fatal(err)
			}
			for step, want := range g.Train.Losses {
				logits, err := tr.Forward(ctx, c, pick, at)
				if err != nil {
					t.Fatal(err)
				}
				v := n.Config().VocabSize
				var loss float64
				for i, l := range labels {
					x, _ := lm.CrossEntropy(logits[i*v:(i+1)*v], l, 1/float32(len(labels)), 2)
					loss += x / float64(len(labels))
				}
				if math.Abs(loss-want) > 2e-4 {
					t.Errorf("step %d: loss %.6f, want %.6f", step, loss, want)
				}
				if err := tr.Backward(ctx, logits); err != nil {
					t.Fatal(err)
				}
				if step == 0 {
					checkGradients(t, tr, g)
				}
				a := g.Train.AdamW
				if _, err := tr.Step(lm.AdamW{LR: a.LR, Beta1: a.Betas[0], Beta2: a.Betas[1], Eps: a.Eps, WeightDecay: a.WeightDecay}); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func checkGradients(t *testing.T, tr lm.Trainer, g golden) {
	t.Helper()
	seen := map[string]bool{}
	for _, p := range tr.Params() {
		want, ok := g.Train.Gradients[p.Name]
		if !ok {
			t.Errorf("gradient of %s: the reference has none", p.Name)
			continue
		}
		seen[p.Name] = true
		var sum float64
		for _, x := range p.Grad {
			sum += float64(x) * float64(x)
		}
		if l2 := math.Sqrt(sum); math.Abs(l2-want.L2) > 1e-3*want.L2+1e-6 {
			t.Errorf("gradient of %s: norm %.6g, want %.6g", p.Name, l2, want.L2)
		}
		for i, x := range want.First {
			if math.Abs(float64(p.Grad[i])-x) > 1e-4+1e-3*math.Abs(x) {
				t.Errorf("gradient of %s[%d]: %.6g, want %.6g", p.Name, i, p.Grad[i], x)
			}
		}
	}
	for name := range g.Train.Gradients {
		if !seen[name] {
			t.Errorf("gradient of %s is missing", name)
		}
	}
}

// TestForestEqualsRows: texts hung from common segments give the logits that they
// give alone, and a cache grown piece by piece gives them too.
func TestForestEqualsRows(t *testing.T) {
	n := open(t, filepath.Join(testdata.Dir(t), "models", "tiny", "llama"), cpu.Options{Threads: 2})
	ctx := context.Background()
	var g golden
	data, err := os.ReadFile(filepath.Join(testdata.Dir(t), "models", "tiny", "llama", "golden.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	for i, f := range g.Forward {
		var at []lm.Position
		for j := range f.IDs {
			at = append(at, lm.Position{Segment: 0, Offset: j})
		}
		whole, err := lm.Logits(ctx, n, []lm.Segment{{Tokens: f.IDs, Parent: lm.Root}}, at)
		if err != nil {
			t.Fatal(err)
		}
		v := n.Config().VocabSize
		if d := maxDiff(whole[len(whole)-v:], f.LastLogits); d > 1e-4 {
			t.Errorf("prompt %d: logits differ by %g", i, d)
		}
		s := n.NewSequence()
		for j := range f.IDs {
			one, err := n.Extend(ctx, []lm.Feed{{Sequence: s, Tokens: f.IDs[j : j+1]}})
			if err != nil {
				t.Fatal(err)
			}
			if d := maxDiff(one, whole[j*v:(j+1)*v]); d > 1e-4 {
				t.Errorf("prompt %d: decoding token %d differs by %g", i, j, d)
			}
		}
		if len(f.IDs) < 3 {
			continue
		}
		cut := len(f.IDs) / 2
		forest := []lm.Segment{
			{Tokens: f.IDs[:1], Parent: lm.Root},
			{Tokens: f.IDs[1:cut], Parent: 0},
			{Tokens: f.IDs[cut:], Parent: 1},
			{Tokens: []int32{3, 4}, Parent: 0},
			{Tokens: f.IDs, Parent: lm.Root},
		}
		if cut < 2 {
			continue
		}
		split, err := lm.Logits(ctx, n, forest, []lm.Position{{Segment: 2, Offset: len(f.IDs) - cut - 1}})
		if err != nil {
			t.Fatal(err)
		}
		if d := maxDiff(split, f.LastLogits); d > 1e-4 {
			t.Errorf("prompt %d: a forest's logits differ by %g", i, d)
		}
	}
}

func maxDiff(a, b []float32) float64 {
	var d float64
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	if len(a) != len(b) {
		return math.Inf(1)
	}
	return d
}
