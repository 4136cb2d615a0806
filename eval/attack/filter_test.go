package attack

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"loyal/lm"
	"loyal/lm/lmtest"
)

// logits of probabilities.
func logits(p ...float64) []float32 {
	out := make([]float32, len(p))
	for i := range p {
		out[i] = float32(math.Log(p[i]) + 3) // a constant does not matter
	}
	return out
}

func allowed(row []float32) (ids []int) {
	for i, x := range row {
		if !math.IsInf(float64(x), -1) {
			ids = append(ids, i)
		}
	}
	return ids
}

func TestRules(t *testing.T) {
	p := []float64{.05, .6, .2, .1, .05}
	embeddings := []float32{ // 0 and 3 point where 1 does, 0 less exactly; 2 and 4 elsewhere
		2, 1,
		1, 0,
		0, 5,
		9, 1,
		-1, 0,
	}
	usual := []float32{.2, .01, .5, .2, .09}
	for _, test := range []struct {
		name string
		rule func(row []float32)
		want []int
	}{
		{"top 1", suppressTop(1), []int{0, 2, 3, 4}},
		{"top 3", suppressTop(3), []int{0, 4}},
		{"top of more than there are", suppressTop(100), []int{4}},
		{"more neighbors than there are", suppressNeighbors(newNeighbors(embeddings, 2), 1000), []int{4}},
		{"no neighbor", suppressNeighbors(newNeighbors(embeddings, 2), 0), []int{0, 2, 3, 4}},
		{"nearest", suppressNeighbors(newNeighbors(embeddings, 2), 1), []int{0, 2, 4}},
		{"two nearest", suppressNeighbors(newNeighbors(embeddings, 2), 2), []int{2, 4}},
		{"confident", suppressConfident(.59, alone), []int{0, 2, 3, 4}},
		{"not confident", suppressConfident(.61, alone), []int{0, 1, 2, 3, 4}},
		// ln(.6/.01) = 4.09 is rare; then ln(.2/.5) < 0 is not.
		{"rare", suppressRare(usual, 4, 0, alone), []int{0, 2, 3, 4}},
		{"not rare enough", suppressRare(usual, 4.1, 0, alone), []int{0, 1, 2, 3, 4}},
		{"rare and sure", suppressRare(usual, 4, .59, alone), []int{0, 2, 3, 4}},
		{"rare, not sure", suppressRare(usual, 4, .61, alone), []int{0, 1, 2, 3, 4}},
		// Against the reference 1 is likelier by ln 6, 2 by ln 4, 3 as likely.
		{"disagreeing", func(row []float32) { suppressUnlikely(row, logits(.3, .1, .05, .1, .45), 1, alone) }, []int{0, 3, 4}},
		{"disagreeing more", func(row []float32) { suppressUnlikely(row, logits(.3, .1, .05, .1, .45), 1.5, alone) }, []int{0, 2, 3, 4}},
		{"agreeing", func(row []float32) { suppressUnlikely(row, logits(.3, .1, .05, .1, .45), 2, alone) }, []int{0, 1, 2, 3, 4}},
		{"token set", func(row []float32) { keepTop(row, logits(.3, .1, .05, .1, .45), 2) }, []int{0, 4}},
		{"token set, ties by id", func(row []float32) { keepTop(row, logits(.3, .1, .05, .1, .45), 3) }, []int{0, 1, 4}},
	} {
		row := logits(p...)
		test.rule(row)
		if got := allowed(row); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v are left, want %v", test.name, got, test.want)
		}
		for _, i := range test.want {
			if row[i] != logits(p...)[i] {
				t.Errorf("%s: changed a token that is left", test.name)
			}
		}
	}
}

func TestSpellings(t *testing.T) {
	s := newSpellings([]string{"Crime", " crime", "Cr", "C", "crimes", "me", " CRIME", "", "é"})
	for id, want := range map[int32][]int{0: {3, 4, 5, 7, 8}, 4: {3, 5, 7, 8}, 3: {0, 1, 2, 4, 5, 6, 7, 8}, 7: {0, 1, 2, 3, 4, 5, 6, 8}, 8: {0, 1, 2, 3, 4, 5, 6, 7}} {
		row := make([]float32, 9)
		s.silence(row, id)
		if got := allowed(row); !slices.Equal(got, want) {
			t.Errorf("token %d: %v are left, want %v", id, got, want)
		}
	}
}

// TestRarityLearnsFromOthers: a request is judged by what the other half of requests began
// with, a key by all.
func TestRarityLearnsFromOthers(t *testing.T) {
	usual := &beginnings{
		even: []float32{.9, .05, .05}, odd: []float32{.05, .9, .05}, all: []float32{.5, .45, .05},
		half: map[string]int{key([]int32{0}): 0, key([]int32{1}): 1},
	}
	s := rarity{usual, 1, 0, alone}.start([][]int32{{0}, {1}, {2}})
	for row, want := range [][]int{{1, 2}, {0, 1, 2}, {0, 1, 2}} { // all three begin with token 0
		c := lm.Choice{Row: row, Logits: logits(.8, .1, .1)}
		if err := s.adjust(t.Context(), []lm.Choice{c}); err != nil {
			t.Fatal(err)
		}
		if got := allowed(c.Logits); !slices.Equal(got, want) {
			t.Errorf("row %d: %v are left, want %v", row, got, want)
		}
	}
}

func TestBest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		row := make([]float32, 1+rng.IntN(50))
		ids := make([]int32, len(row))
		for i := range row {
			row[i], ids[i] = float32(rng.IntN(12)), int32(i)
		}
		slices.SortStableFunc(ids, func(a, b int32) int { return int(row[b] - row[a]) })
		for _, k := range []int{1, 3, len(row), len(row) + 5} {
			if got := best(row, k); !slices.Equal(got, ids[:min(k, len(ids))]) {
				t.Fatalf("best %d of %v are %v, want %v", k, row, got, ids)
			}
		}
	}
}

func TestLag(t *testing.T) {
	candidates := []int32{7, 8, 9}
	for _, test := range []struct {
		scores []float64
		margin float64
		want   []int32
	}{
		{[]float64{-2, -1, -3}, 0, []int32{7}},
		{[]float64{-2, -1, -3}, .9, []int32{7}},
		{[]float64{-2, -1, -3}, 1, nil},
		{[]float64{-3, -2, -1}, 0, []int32{7, 8}},
		{[]float64{-3, -2, -1}, 1, []int32{7}},
		{[]float64{-1, -2, -3}, 0, nil},
	} {
		if got := lag(candidates, test.scores, test.margin); !slices.Equal(got, test.want) {
			t.Errorf("%v, margin %v: %v forbidden, want %v", test.scores, test.margin, got, test.want)
		}
	}
}

// TestLookAhead: the model says 1 first, after which it does not know how to go on,
// but after 2 it does.
func TestLookAhead(t *testing.T) {
	net := lmtest.New(4, 100)
	calls := 0
	net.Next = func(text []int32, row []float32) {
		clear(row)
		switch {
		case len(text) == 2:
			copy(row, logits(.01, .6, .3, .09))
		case text[2] == 1:
			copy(row, logits(.25, .25, .25, .25))
		default:
			calls++
			copy(row, logits(.01, .01, .9, .08))
		}
	}
	scores := newAheadScores(net, 2, 3)
	for _, test := range []struct {
		margin float64
		want   int32
	}{{2, 1}, {1, 2}} { // log .9 − log .25 = 1.28
		h := lookAhead{scores, test.margin}
		s := h.start([][]int32{{0, 0}})
		out, err := lm.Generate(t.Context(), net, [][]int32{{0, 0}}, lm.GenerateOptions{MaxTokens: 1, Adjust: s.adjust}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if out[0][0] != test.want {
			t.Errorf("margin %v: wrote %d, want %d", test.margin, out[0][0], test.want)
		}
	}
	if calls != 3 {
		t.Errorf("looked ahead at %d tokens after 2, want 3: the second time they are known", calls)
	}
}

// TestFollower: a reference model reads along, whatever runs together, and sees the
// text that was written.
func TestFollower(t *testing.T) {
	writer, reader := lmtest.New(40, 3000), lmtest.New(40, 3000)
	reader.Next = func(text []int32, row []float32) {
		lmtest.Hash(append(slices.Clone(text), 99), row)
	}
	var prompts [][]int32
	for i := range 5 {
		p := []int32{1, 2, 3}
		for j := range 400 * i {
			p = append(p, int32((i+j)%40))
		}
		prompts = append(prompts, append(p, int32(i)))
	}
	looks := 0
	f := beside{reader, func(row, reference []float32) {
		looks++
		want := make([]float32, 40)
		found := false
		for _, p := range prompts {
			reader.Next(p, want)
			found = found || slices.Equal(reference, want)
		}
		if looks <= 2 && !found {
			t.Error("the reference's logits are of no prompt")
		}
		keepTop(row, reference, 1)
	}}
	s := f.start(prompts)
	out, err := lm.Generate(t.Context(), writer, prompts, lm.GenerateOptions{MaxTokens: 3, MaxBatch: 2, Adjust: s.adjust}, nil)
	s.close()
	if err != nil {
		t.Fatal(err)
	}
	want, err := lm.Generate(t.Context(), reader, prompts, lm.GenerateOptions{MaxTokens: 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range out {
		if !slices.Equal(out[i], want[i]) {
			t.Errorf("row %d: %v, the reference alone writes %v", i, out[i], want[i])
		}
	}
	if n := reader.Open(); n != 0 {
		t.Errorf("%d sequences left open", n)
	}
}

func TestWithin(t *testing.T) {
	seen := 0
	f := within{rowwise(func([]float32) { seen++ }), 2}
	s := f.start(nil)
	for n := range 4 {
		if err := s.adjust(context.Background(), []lm.Choice{{Written: make([]int32, n)}}); err != nil {
			t.Fatal(err)
		}
	}
	if seen != 2 {
		t.Errorf("looked %d times, want 2", seen)
	}
}
