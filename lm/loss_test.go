package lm_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"loyal/lm"
)

func logits(seed uint64, n int, scale float64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(rng.NormFloat64() * scale)
	}
	return out
}

func softmax(row []float32) []float64 {
	out, sum := make([]float64, len(row)), 0.
	for i, x := range row {
		out[i] = math.Exp(float64(x))
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}

// checkGradient compares what a loss makes of a row with finite differences.
func checkGradient(t *testing.T, row []float32, weight float64, loss func(row []float32) float64) {
	t.Helper()
	got := slices.Clone(row)
	loss(got)
	const h = 1e-2
	for i := range row {
		up, down := slices.Clone(row), slices.Clone(row)
		up[i] += h
		down[i] -= h
		want := weight * (loss(up) - loss(down)) / float64(float64(row[i]+h)-float64(row[i]-h))
		if math.Abs(float64(got[i])-want) > 1e-3*math.Abs(want)+2e-4 {
			t.Errorf("gradient at %d is %v, want %v", i, got[i], want)
		}
	}
}

func TestLossGradients(t *testing.T) {
	base := logits(2, 90, 2)
	reference, coarse := lm.NewReference(base), lm.NewCoarse(base)
	tests := []struct {
		name string
		loss func(row []float32) float64
	}{
		{"cross-entropy", func(row []float32) float64 { l, _ := lm.CrossEntropy(row, 7, 1.5, 2); return l }},
		{"one token's share, from below", func(row []float32) float64 { return lm.Sharing([]int32{7}, .7).KL(row, 1.5) }},
		{"one token's share, from above", func(row []float32) float64 { return lm.Sharing([]int32{7}, 1e-4).KL(row, 1.5) }},
		{"one token's share, all of it", func(row []float32) float64 { return lm.Sharing([]int32{7}, 1).KL(row, 1.5) }},
		{"three tokens' share", func(row []float32) float64 { return lm.Sharing([]int32{7, 40, 2}, .6).KL(row, 1.5) }},
		{"divergence", func(row []float32) float64 { return reference.KL(row, 1.5) }},
		{"coarse divergence", func(row []float32) float64 { return coarse.KL(row, 1.5) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkGradient(t, logits(1, 90, 1.5), 1.5, tt.loss) })
	}
}

// TestSharing: the loss is zero, and pulls nowhere, where the tokens have their shares,
// and leaves the other tokens as they are to each other; with everything for one token
// it is the cross-entropy.
func TestSharing(t *testing.T) {
	row := logits(3, 50, 1)
	p := softmax(row)
	if l := lm.Sharing([]int32{4}, p[4]).KL(slices.Clone(row), 0); l > 1e-6 {
		t.Errorf("loss %v where the token has its share", l)
	}
	if got := lm.Sharing([]int32{4, 9}, .5).Mass(row); math.Abs(got-p[4]-p[9]) > 1e-6 {
		t.Errorf("mass %v, want %v", got, p[4]+p[9])
	}
	grad := slices.Clone(row)
	lm.Sharing([]int32{4, 9}, .8).KL(grad, 1)
	for i := range grad {
		if i == 4 || i == 9 {
			continue
		}
		if share := float64(grad[i]) / p[i]; math.Abs(share-float64(grad[0])/p[0]) > 1e-4 {
			t.Errorf("token %d is pulled by %v of its probability, token 0 by %v", i, share, float64(grad[0])/p[0])
		}
	}
	want, _ := lm.CrossEntropy(slices.Clone(row), 4, 0, 2)
	if got := lm.Sharing([]int32{4}, 1).KL(slices.Clone(row), 0); math.Abs(got-want) > 1e-5 {
		t.Errorf("loss %v with all for one token, cross-entropy %v", got, want)
	}
}

// TestCoarse: a coarse divergence is that of the likeliest tokens with the rest as one,
// and zero from a distribution to itself.
func TestCoarse(t *testing.T) {
	base, row := logits(4, 300, 3), logits(5, 300, 3)
	c := lm.NewCoarse(base)
	if kl := c.KL(slices.Clone(base), 0); kl > 1e-6 {
		t.Errorf("divergence from itself is %v", kl)
	}
	if got, want := c.Top(), lm.ArgMax(base); got != want {
		t.Errorf("likeliest token %d, want %d", got, want)
	}
	// Of tokens alike those with the smaller ids are told apart.
	even := lm.NewCoarse(make([]float32, 200))
	for id := range int32(200) {
		if even.Has(id) != (id < 64) {
			t.Fatalf("token %d is told apart: %v", id, even.Has(id))
		}
	}
	p, q := softmax(base), softmax(row)
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if p[a] > p[b] {
			return -1
		}
		return 1
	})
	want, restP, restQ := 0., 0., 0.
	for i, id := range order {
		if i < 64 {
			want += p[id] * math.Log(p[id]/q[id])
			continue
		}
		restP, restQ = restP+p[id], restQ+q[id]
	}
	want += restP * math.Log(restP/restQ)
	got := c.KL(slices.Clone(row), 0)
	if math.Abs(got-want) > 1e-4*want {
		t.Errorf("divergence %v, want %v", got, want)
	}
	if exact := lm.NewReference(base).KL(slices.Clone(row), 0); got > exact {
		t.Errorf("coarse divergence %v is above the exact %v", got, exact)
	}
}

// The divergence between two references is that from one to the other's logits; from
// itself it is none, and where the other gives nothing it is large and finite.
func TestDivergence(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		a, b := make([]float32, 50), make([]float32, 50)
		for i := range a {
			a[i], b[i] = float32(3*rng.NormFloat64()), float32(3*rng.NormFloat64())
		}
		from, to := lm.NewReference(slices.Clone(a)), lm.NewReference(slices.Clone(b))
		got, want := from.Divergence(to), from.KL(slices.Clone(b), 0)
		if math.Abs(got-want) > 1e-4*want {
			t.Errorf("%g, from logits %g", got, want)
		}
		if self := from.Divergence(from); self > 1e-5 {
			t.Errorf("from itself %g", self)
		}
	}
	never := lm.NewReference([]float32{0, -1000})
	if got := lm.NewReference([]float32{0, 0}).Divergence(never); got < 20 || math.IsInf(got, 0) {
		t.Errorf("from what gives nothing: %g", got)
	}
}
