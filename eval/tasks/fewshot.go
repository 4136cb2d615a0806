package tasks

import (
	"fmt"
	"math"
	"math/bits"
)

// sampler chooses the examples that go before a question.
type sampler struct {
	n       int
	pool    []example
	random  *pythonRandom // nil takes the first ones
	exclude bool          // the question may be among the examples
}

// defaultFewshotSeed is lm-evaluation-harness's.
const defaultFewshotSeed = 1234

// sampler readies the choice of examples.
func (d definition) sampler(pool []example, o Options) (*sampler, error) {
	s := &sampler{n: d.numFewshot, pool: pool, exclude: d.examplesAreDocs}
	if s.n < 0 {
		return nil, fmt.Errorf("%w: %d of them", ErrFewshot, s.n)
	}
	need := s.n
	if s.exclude && s.n > 0 {
		need++
	}
	if len(pool) < need {
		return nil, fmt.Errorf("%w: %d are wanted, and there are %d to choose from", ErrFewshot, need, len(pool))
	}
	if !d.firstN {
		seed := uint32(defaultFewshotSeed)
		if o.FewshotSeed != nil {
			seed = *o.FewshotSeed
		}
		s.random = newPythonRandom(seed)
	}
	return s, nil
}

// pick chooses for one question. lm-evaluation-harness draws anew for each, from one
// stream, so the order of questions matters; where the question itself may be drawn, one
// more is drawn and it is left out.
func (s *sampler) pick(row example) ([]example, error) {
	if s.n == 0 {
		return nil, nil
	}
	if s.random == nil {
		return s.without(s.pool, row)
	}
	n := s.n
	if s.exclude {
		n++
	}
	drawn := make([]example, n)
	for i, j := range s.random.sample(len(s.pool), n) {
		drawn[i] = s.pool[j]
	}
	if !s.exclude {
		return drawn, nil
	}
	picked, err := s.without(drawn, row)
	if err == nil {
		return picked, nil
	}
	// The question stands several times among the documents.
	var pool []example
	for _, e := range s.pool {
		if !sameExample(e, row) {
			pool = append(pool, e)
		}
	}
	if len(pool) < s.n {
		return nil, err
	}
	picked = picked[:0]
	for _, j := range s.random.sample(len(pool), s.n) {
		picked = append(picked, pool[j])
	}
	return picked, nil
}

// without is the first n examples that are not the question.
func (s *sampler) without(list []example, row example) ([]example, error) {
	var out []example
	for _, e := range list {
		if s.exclude && sameExample(e, row) {
			continue
		}
		if out = append(out, e); len(out) == s.n {
			return out, nil
		}
	}
	return out, fmt.Errorf("%w: %d are wanted, and there are %d", ErrFewshot, s.n, len(out))
}

// pythonRandom is Python's random.Random, as far as sample() needs it: with the same
// seed it draws the same examples. The generator is MT19937 (Matsumoto & Nishimura
// 1998, ACM TOMACS 8) with its array initialization.
type pythonRandom struct {
	state [624]uint32
	next  int
}

// newPythonRandom seeds as random.Random(seed) does for a small integer: with an array
// of its one 32-bit digit.
func newPythonRandom(seed uint32) *pythonRandom {
	const n = 624
	r := &pythonRandom{next: n}
	s := &r.state
	s[0] = 19650218
	for i := uint32(1); i < n; i++ {
		s[i] = 1812433253*(s[i-1]^s[i-1]>>30) + i
	}
	i := 1
	step := func() {
		if i++; i >= n {
			s[0], i = s[n-1], 1
		}
	}
	for range n {
		s[i] = s[i] ^ (s[i-1]^s[i-1]>>30)*1664525
		s[i] += seed
		step()
	}
	for range n - 1 {
		s[i] = s[i] ^ (s[i-1]^s[i-1]>>30)*1566083941
		s[i] -= uint32(i)
		step()
	}
	s[0] = 1 << 31
	return r
}

// uint32 draws 32 bits.
func (r *pythonRandom) uint32() uint32 {
	const n, m = 624, 397
	if r.next == n {
		for k := range n {
			y := r.state[k]&(1<<31) | r.state[(k+1)%n]&(1<<31-1)
			r.state[k] = r.state[(k+m)%n] ^ y>>1 ^ (y&1)*0x9908b0df
		}
		r.next = 0
	}
	y := r.state[r.next]
	r.next++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	return y ^ y>>18
}

// below draws from 0 … n−1, n of at most 32 bits, throwing away what is too large.
func (r *pythonRandom) below(n int) int {
	width := bits.Len(uint(n))
	for {
		if x := int(r.uint32() >> (32 - width)); x < n {
			return x
		}
	}
}

// sample draws k different numbers from 0 … n−1, in random.sample's way: from a
// shrinking list where that is small, else by drawing again what was drawn already.
func (r *pythonRandom) sample(n, k int) []int {
	out := make([]int, k)
	listUpTo := 21
	if k > 5 {
		listUpTo += int(math.Pow(4, math.Ceil(math.Log(float64(3*k))/math.Log(4))))
	}
	if n <= listUpTo {
		list := make([]int, n)
		for i := range list {
			list[i] = i
		}
		for i := range out {
			j := r.below(n - i)
			out[i] = list[j]
			list[j] = list[n-i-1]
		}
		return out
	}
	drawn := make(map[int]bool, k)
	for i := range out {
		j := r.below(n)
		for drawn[j] {
			j = r.below(n)
		}
		drawn[j], out[i] = true, j
	}
	return out
}
