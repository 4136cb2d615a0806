package cpu

import (
	"slices"
	"testing"

	"loyal/lm"
)

// TestChunks: runs keep to both bounds, all segments come in order, and a long common
// beginning does not put each segment into a run of its own.
func TestChunks(t *testing.T) {
	chunks := func(maxRows int, lens, parents []int, segs ...int) [][]int {
		l, err := newLayout(lens, parents, nil)
		if err != nil {
			t.Fatal(err)
		}
		out := l.chunks(segs, maxRows)
		if got := slices.Concat(out...); !slices.Equal(got, segs) {
			t.Fatalf("runs %v are not %v", out, segs)
		}
		return out
	}
	root := lm.Root
	for name, c := range map[string]struct {
		maxRows       int
		lens, parents []int
		segs          []int
		want          [][]int
	}{
		"own rows":                  {10, []int{4, 4, 4, 20, 1}, []int{root, root, root, root, root}, []int{0, 1, 2, 3, 4}, [][]int{{0, 1}, {2}, {3}, {4}}},
		"ancestors":                 {2, []int{3, 3, 3, 1, 1, 1}, []int{root, root, root, 0, 1, 2}, []int{3, 4, 5}, [][]int{{3, 4}, {5}}},
		"ancestors before own rows": {8, []int{15, 15, 15, 1, 1, 1}, []int{root, root, root, 0, 1, 2}, []int{3, 4, 5}, [][]int{{3, 4}, {5}}},
		"common beginning":          {8, []int{100, 1, 1, 1, 1}, []int{root, 0, 0, 0, 0}, []int{1, 2, 3, 4}, [][]int{{1, 2, 3, 4}}},
		"beginning among them":      {3, []int{2, 1, 1, 1}, []int{root, 0, 0, 0}, []int{0, 1, 2, 3}, [][]int{{0, 1}, {2, 3}}},
	} {
		if got := chunks(c.maxRows, c.lens, c.parents, c.segs...); !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: runs %v, want %v", name, got, c.want)
		}
	}
}
