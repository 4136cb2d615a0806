package lm_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"loyal/lm"
)

// TestPack: every text can be read back along its path, position by position, and
// no token is held more often than the texts have it.
func TestPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.SliceOfN(rapid.Int32Range(0, 2), 1, 40), 1, 12).Draw(t, "texts")
		p := lm.PackShared(texts, rapid.IntRange(1, 10).Draw(t, "shortest"))
		if rapid.Bool().Draw(t, "tails") {
			cuts := make([]int, len(texts))
			for i, text := range texts {
				cuts[i] = rapid.IntRange(0, len(text)-1).Draw(t, "cut")
			}
			p = lm.PackTails(texts, cuts)
			for i, text := range texts {
				if at := p.At(i, cuts[i]); at.Offset != 0 || at.Segment != p.Leaf(i) || len(p.Forest[at.Segment].Tokens) != len(text)-cuts[i] {
					t.Fatalf("text %d: the tail from %d on is %v of %v", i, cuts[i], at, p.Forest[at.Segment])
				}
			}
		}
		total, held := 0, 0
		for i, text := range texts {
			total += len(text)
			for j, id := range text {
				at := p.At(i, j)
				if got := p.Forest[at.Segment].Tokens[at.Offset]; got != id {
					t.Fatalf("text %d token %d: %d, want %d", i, j, got, id)
				}
			}
			var back []int32
			for s := p.Leaf(i); s != lm.Root; s = p.Forest[s].Parent {
				back = append(slices.Clone(p.Forest[s].Tokens), back...)
			}
			if !slices.Equal(back, text) {
				t.Fatalf("text %d: the path holds %v, want %v", i, back, text)
			}
		}
		for i, s := range p.Forest {
			if held += len(s.Tokens); len(s.Tokens) == 0 || s.Parent >= i {
				t.Fatalf("segment %d: %v", i, s)
			}
		}
		if held > total {
			t.Fatalf("%d tokens held for texts of %d", held, total)
		}
	})
}

func TestPackShares(t *testing.T) {
	prefix := []int32{1, 2, 3, 4, 5, 6, 7, 8, 9}
	p := lm.Pack([][]int32{append(slices.Clone(prefix), 10), append(slices.Clone(prefix), 11, 12), {7}})
	if len(p.Forest) != 4 || p.Forest[p.Leaf(0)].Parent != p.Forest[p.Leaf(1)].Parent {
		t.Fatalf("the common beginning is not shared: %v", p.Forest)
	}
	if p := lm.PackShared([][]int32{{1, 2, 3}, {1, 2, 4}, {1, 5}}, 1); len(p.Forest) != 5 {
		t.Fatalf("one token is not shared: %v", p.Forest)
	}
}
