package attack

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"loyal/lm/cpu/kernel"
)

func equal(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, not %v", what, got, want)
	}
	for i := range got {
		if !(math.Abs(float64(got[i]-want[i])) <= tolerance) {
			t.Errorf("%s: %v, not %v", what, got, want)
			return
		}
	}
}

func TestLinear(t *testing.T) {
	a, b := []float32{1, -2, 3e-8, .1}, []float32{5, 7, -.3, 1e9}
	for w, want := range map[float64][]float32{1: a, 0: b, .25: {4, 4.75, -.225, 7.5e8}} {
		got := slices.Clone(a)
		linear(got, b, w)
		tolerance := 1e-7
		if w == .25 {
			tolerance = 100 // of 7.5e8
		}
		if w == 1 || w == 0 {
			tolerance = 0
		}
		equal(t, "linear", got, want, tolerance)
	}
}

// Between (1, 0) and (0, 1) the arc is divided in angles: at a third of the way from b
// to a lies the direction of 60°. Lengths are mixed by the same factors.
func TestSlerp(t *testing.T) {
	third := []float32{1, 0}
	slerp(third, []float32{0, 1}, 1./3)
	equal(t, "a third", third, []float32{.5, float32(math.Sqrt(3) / 2)}, 1e-6)
	// Vectors of 90° and lengths 2 and 4: at the middle both have the factor sin 45°.
	long := []float32{2, 0}
	slerp(long, []float32{0, 4}, .5)
	equal(t, "other lengths", long, []float32{2 * float32(math.Sqrt2/2), 4 * float32(math.Sqrt2/2)}, 1e-6)
	for w, want := range map[float64][]float32{1: {3, 4}, 0: {-1, 7}} {
		got := []float32{3, 4}
		slerp(got, []float32{-1, 7}, w)
		equal(t, "an end", got, want, 1e-6)
	}
	same := []float32{1, 2}
	slerp(same, []float32{2, 4}, .5) // parallel: linearly
	equal(t, "parallel", same, []float32{1.5, 3}, 1e-6)
	zero := []float32{0, 0}
	slerp(zero, []float32{2, 4}, .5)
	equal(t, "zero", zero, []float32{1, 2}, 1e-6)
}

// Worked out by hand, density .5. Of (4, −1, −3, .5) the 4 and the −3 stay; of
// (2, 5, 2, −1) the 5 and the first 2 (of equals the earlier one is set to 0 first, which
// is the first 2: so 5 and the second 2). Signs: place 0 from 4 alone, 1 from 5, 2 has
// −3 + 2 < 0 and keeps −3, 3 has nothing.
func TestTIES(t *testing.T) {
	got := ties([][]float32{{4, -1, -3, .5}, {2, 5, 2, -1}}, .5)
	equal(t, "ties", got, []float32{4, 5, -3, 0}, 0)
	// The mean is that of those who agree.
	got = ties([][]float32{{4, 1}, {2, -3}, {3, 1}}, 1)
	equal(t, "agreeing", got, []float32{3, -3}, 0)
	// A single difference at density 1 is itself.
	got = ties([][]float32{{4, -1, 0, .5}}, 1)
	equal(t, "one", got, []float32{4, -1, 0, .5}, 0)
}

// DARE keeps the mean: of many ones a share 1−p is left, each 1/(1−p); with nothing
// dropped it changes nothing.
func TestDARE(t *testing.T) {
	d := slices.Repeat([]float32{1}, 100_000)
	dare(d, .9, rand.New(rand.NewPCG(1, 2)))
	sum, kept := 0., 0
	for _, v := range d {
		if v != 0 {
			kept++
			near(t, "what is kept", float64(v), 10, 1e-5)
		}
		sum += float64(v)
	}
	near(t, "share kept", float64(kept)/1e5, .1, .004)
	near(t, "mean", sum/1e5, 1, .04)
	d = []float32{1, -2}
	dare(d, 0, rand.New(rand.NewPCG(1, 2)))
	equal(t, "nothing dropped", d, []float32{1, -2}, 0)
}

func TestPruneMagnitude(t *testing.T) {
	for share, want := range map[float64][]float32{
		0:      {3, -1, 0, 2, -1, .5},
		1. / 3: {3, -1, 0, 2, -1, 0},
		.5:     {3, 0, 0, 2, -1, 0}, // one of the two equals
		1:      {0, 0, 0, 0, 0, 0},
	} {
		got := []float32{3, -1, 0, 2, -1, .5}
		pruneMagnitude(got, share)
		equal(t, number(share), got, want, 0)
	}
}

func TestKth(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		x := make([]float32, 1+rng.IntN(60))
		for i := range x {
			x[i] = float32(rng.IntN(20)) // many equals
		}
		k := rng.IntN(len(x))
		sorted := slices.Clone(x)
		slices.Sort(sorted)
		if got := kth(x, k); got != sorted[k] {
			t.Fatalf("place %d of %v is %g", k, sorted, got)
		}
	}
}

// By magnitude .9 and −.2 would go last and first; with input norms 1, 10, 1 and .1 the
// scores of the first row are .9, 2, .5 and .08, so that the last two go. Each row loses
// its own half.
func TestPruneWanda(t *testing.T) {
	got := []float32{.9, -.2, .5, .8, .1, .1, 3, 4}
	pruneWanda(got, []float64{1, 10, 1, .1}, .5)
	equal(t, "wanda", got, []float32{.9, -.2, 0, 0, 0, .1, 3, 0}, 0)
}

func TestTruncateRank(t *testing.T) {
	pool := kernel.NewPool(1)
	defer pool.Close()
	rng := rand.New(rand.NewPCG(3, 4))
	for _, shape := range [][2]int{{6, 9}, {9, 6}, {5, 5}} {
		rows, cols := shape[0], shape[1]
		// Two orthogonal directions on both sides, of 3 and 1: the best of rank 1 is the first.
		u1, v1 := unit(rng, rows), unit(rng, cols)
		u2, v2 := orthogonal(rng, u1), orthogonal(rng, v1)
		d, first := make([]float32, rows*cols), make([]float32, rows*cols)
		for i := range rows {
			for j := range cols {
				first[i*cols+j] = float32(3 * u1[i] * v1[j])
				d[i*cols+j] = first[i*cols+j] + float32(u2[i]*v2[j])
			}
		}
		full, two := slices.Clone(d), slices.Clone(d)
		for rank, x := range map[int][]float32{1: slices.Clone(d), 2: two, min(rows, cols): full} {
			if err := truncateRank(pool, x, rows, cols, rank); err != nil {
				t.Fatal(err)
			}
			want := d
			if rank == 1 {
				want = first
			}
			equal(t, number(float64(rank)), x, want, 1e-5)
		}
		if !slices.Equal(full, d) {
			t.Error("full rank is not itself to the bit")
		}
	}
}

func unit(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return scaled(v)
}

func orthogonal(rng *rand.Rand, u []float64) []float64 {
	v := unit(rng, len(u))
	dot := 0.
	for i := range v {
		dot += u[i] * v[i]
	}
	for i := range v {
		v[i] -= dot * u[i]
	}
	return scaled(v)
}

func scaled(v []float64) []float64 {
	sum := 0.
	for _, x := range v {
		sum += x * x
	}
	for i := range v {
		v[i] /= math.Sqrt(sum)
	}
	return v
}
