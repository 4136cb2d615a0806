package eval

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"loyal/lm"
	"loyal/lm/cpu/kernel"
)

const (
	// batchTokens is how many tokens run together, common beginnings counted once: what
	// the engine takes in one pass.
	batchTokens = 2048
	// minShared is the shortest common beginning that is computed once. Requests are
	// short, so even a few tokens count.
	minShared = 2
)

// Progress hears how far a measurement is; its methods may be called from several
// goroutines.
type Progress interface {
	// Start begins a stage of total units.
	Start(stage string, total int64)
	// Add reports n more units done.
	Add(n int64)
}

// scorer answers requests.
type scorer struct {
	subject  Subject
	cache    *Cache
	progress Progress
}

// score answers requests, in their order.
func (s *scorer) score(ctx context.Context, requests []request) ([]answer, error) {
	keys := make([]cacheKey, len(requests))
	found := make(map[cacheKey]answer)
	var open []int // first request of each kind that the cache does not know
	for i, r := range requests {
		keys[i] = s.key(r)
		if _, known := found[keys[i]]; known {
			continue
		}
		a, ok := s.cached(keys[i], len(r.scored))
		if !ok {
			open = append(open, i)
		}
		found[keys[i]] = a
	}
	slices.SortStableFunc(open, func(a, b int) int { return slices.Compare(requests[a].input, requests[b].input) })
	if s.progress != nil {
		s.progress.Start("score "+s.subject.Name, int64(len(open)))
	}
	for len(open) > 0 {
		n := batchSize(open, func(i int) []int32 { return requests[i].input })
		batch := make([]request, n)
		for j, i := range open[:n] {
			batch[j] = requests[i]
		}
		answers, err := scoreBatch(ctx, s.subject.Net, batch)
		if err != nil {
			return nil, fmt.Errorf("score: %w", err)
		}
		for j, i := range open[:n] {
			found[keys[i]] = answers[j]
			s.cache.put(keys[i], answers[j].encode())
		}
		if err := s.cache.flush(); err != nil {
			return nil, err
		}
		if s.progress != nil {
			s.progress.Add(int64(n))
		}
		open = open[n:]
	}
	out := make([]answer, len(requests))
	for i, key := range keys {
		out[i] = found[key]
	}
	return out, nil
}

// batchSize is how many of the open texts, in order of their tokens, run together.
func batchSize(open []int, text func(int) []int32) int {
	tokens := 0
	var last []int32
	for n, i := range open {
		input := text(i)
		more := len(input)
		if shared := lm.CommonPrefix(last, input); shared >= minShared {
			more -= shared
		}
		if n > 0 && tokens+more > batchTokens {
			return n
		}
		tokens, last = tokens+more, input
	}
	return len(open)
}

// wanted is a token whose log-probability a request asks for.
type wanted struct {
	request, index int
	token          int32
}

// scoreBatch runs requests as one forest. A position that several requests ask about is
// computed once.
func scoreBatch(ctx context.Context, net lm.Network, batch []request) ([]answer, error) {
	texts := make([][]int32, len(batch))
	answers := make([]answer, len(batch))
	for i, r := range batch {
		texts[i] = r.input
		answers[i].logprobs = make([]float32, len(r.scored))
	}
	packed := lm.PackShared(texts, minShared)
	var at []lm.Position
	var wants [][]wanted
	slots := make(map[lm.Position]int)
	for i, r := range batch {
		first := len(r.input) - len(r.scored)
		for j, token := range r.scored {
			p := packed.At(i, first+j)
			slot, ok := slots[p]
			if !ok {
				slot = len(at)
				slots[p] = slot
				at, wants = append(at, p), append(wants, nil)
			}
			wants[slot] = append(wants[slot], wanted{i, j, token})
		}
	}
	missed := make([]atomic.Bool, len(batch))
	err := net.Rows(ctx, packed.Forest, at, func(slot int, row []float32) error {
		lse, best := kernel.LogSumExp(row), lm.ArgMax(row)
		if x := float64(lse); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("logits are %w", lm.ErrNonFinite)
		}
		for _, w := range wants[slot] {
			answers[w.request].logprobs[w.index] = row[w.token] - lse
			if w.token != best {
				missed[w.request].Store(true)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range answers {
		answers[i].greedy = !missed[i].Load()
	}
	return answers, nil
}

// rows runs texts and hands over the logits after some of their tokens: at[i] lists the
// positions of text i. It bounds memory as score does; visit comes from several
// goroutines.
func rows(ctx context.Context, net lm.Network, texts [][]int32, at [][]int, visit func(text, n int, row []float32) error) error {
	order := make([]int, len(texts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(texts[a], texts[b]) })
	for len(order) > 0 {
		n := batchSize(order, func(i int) []int32 { return texts[i] })
		batch := make([][]int32, n)
		for j, i := range order[:n] {
			batch[j] = texts[i]
		}
		packed := lm.PackShared(batch, minShared)
		var positions []lm.Position
		var owner [][2]int
		for j, i := range order[:n] {
			for k, p := range at[i] {
				positions, owner = append(positions, packed.At(j, p)), append(owner, [2]int{i, k})
			}
		}
		err := net.Rows(ctx, packed.Forest, positions, func(slot int, row []float32) error {
			if !kernel.Finite(row) {
				return fmt.Errorf("logits are %w", lm.ErrNonFinite)
			}
			return visit(owner[slot][0], owner[slot][1], row)
		})
		if err != nil {
			return err
		}
		order = order[n:]
	}
	return nil
}
