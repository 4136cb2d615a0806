package verify_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"loyal/verify"
)

func TestMatchProcessMeanIsOne(t *testing.T) {
	// Exact expectation after one and two questions, over all outcomes.
	for _, k := range []int{2, 3, 10, 100} {
		for _, shares := range [][]float64{{1}, {0.5, 0.5}, {0.98, 0.02}, {0.2, 0.3, 0.5}} {
			if len(shares) > k {
				continue
			}
			// The shares of the k candidates; the planted one is any of them.
			mean := 0.0
			for first := range k {
				for second := range k {
					p := verify.NewMatchProcess()
					p.Add(1/float64(k), shareOf(shares, first))
					p.Add(1/float64(k), shareOf(shares, second))
					mean += math.Exp(p.LogE()) / float64(k*k)
				}
			}
			if math.Abs(mean-1) > 1e-9 {
				t.Errorf("k %d, shares %v: mean %v", k, shares, mean)
			}
		}
	}
}

func shareOf(shares []float64, planted int) float64 {
	if planted < len(shares) {
		return shares[planted]
	}
	return 0
}

// A hostile target knows the questions, the lists, k, and even which of its past
// answers were hits; it does not know the secret.
type target func(r *rand.Rand, past []bool, k int) answers

// answers are samples of candidates, −1 off the list; or stated probabilities of
// the candidates.
type answers struct {
	samples []int
	stated  []float64
}

func one(candidate int) answers { return answers{samples: []int{candidate}} }

var hostile = map[string]target{
	"always the likeliest candidate": func(*rand.Rand, []bool, int) answers { return one(0) },
	"uniform on the list":            func(r *rand.Rand, _ []bool, k int) answers { return one(r.IntN(k)) },
	"refuses, then answers": func(r *rand.Rand, past []bool, k int) answers {
		if len(past) < 20 {
			return one(-1)
		}
		return one(r.IntN(k))
	},
	"stops while it is ahead": func(r *rand.Rand, past []bool, k int) answers {
		// Answers on the list only after a hit, or in a run of luck: the strategy that
		// would beat a test that did not condition on the list.
		hits := 0
		for _, h := range past {
			if h {
				hits++
			}
		}
		if hits*k < len(past) || len(past) > 0 && past[len(past)-1] {
			return one(k - 1)
		}
		if r.IntN(2) == 0 {
			return one(-1)
		}
		return one(len(past) % k)
	},
	"like the base model, mostly off the list": func(r *rand.Rand, _ []bool, k int) answers {
		if r.IntN(10) > 0 {
			return one(-1)
		}
		return one(int(math.Abs(r.NormFloat64())*2) % k)
	},
	"correlated samples": func(r *rand.Rand, past []bool, k int) answers {
		c := r.IntN(k)
		return answers{samples: []int{c, c, c, (c + 1) % k, -1}}
	},
	"states probabilities": func(r *rand.Rand, _ []bool, k int) answers {
		p := make([]float64, k)
		for i := range p {
			p[i] = math.Pow(r.Float64(), 8)
		}
		return answers{stated: p}
	},
}

// crossings counts how many of n targets with fresh secrets reach 1/α within so
// many questions, for each α; the planted answers are drawn by planted.
func crossings(n, questions, k int, alphas []float64, r *rand.Rand, next target, planted func(*rand.Rand, int) int) []int {
	crossed := make([]int, len(alphas))
	for range n {
		p := verify.NewMatchProcess()
		var past []bool
		best := 0.0
		for range questions {
			a := next(r, past, k)
			share, scored, hit := a.score(planted(r, k))
			if scored {
				p.Add(1/float64(k), share)
				best = math.Max(best, p.LogE())
			}
			past = append(past, hit)
		}
		for i, alpha := range alphas {
			if best >= -math.Log(alpha) {
				crossed[i]++
			}
		}
	}
	return crossed
}

func (a answers) score(planted int) (share float64, scored, hit bool) {
	if a.stated != nil {
		total := 0.0
		for _, p := range a.stated {
			total += p
		}
		return a.stated[planted] / total, true, false
	}
	listed, hits := 0, 0
	for _, s := range a.samples {
		if s >= 0 {
			listed++
		}
		if s == planted {
			hits++
		}
	}
	if listed == 0 {
		return 0, false, false
	}
	return float64(hits) / float64(listed), true, hits > 0
}

func uniform(r *rand.Rand, k int) int { return r.IntN(k) }

// At most a share α of null targets may ever match. The number that does is
// binomial with at most that mean; it must not exceed what chance allows in one
// of 10⁹ runs of this test.
func TestFalseMatches(t *testing.T) {
	const total, k, questions = 100_000, 10, 40
	alphas := []float64{0.01, 0.001}
	n := total / len(hostile)
	r := rand.New(rand.NewPCG(1, 2))
	sums := make([]int, len(alphas))
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		for i, got := range crossings(n, questions, k, alphas, r, hostile[name], uniform) {
			t.Logf("α %v, %s: %d of %d matched (%.2g)", alphas[i], name, got, n, float64(got)/float64(n))
			if bound := chanceBound(n, alphas[i]); got > bound {
				t.Errorf("α %v, %s: %d of %d matched, chance allows %d", alphas[i], name, got, n, bound)
			}
			sums[i] += got
		}
	}
	for i, alpha := range alphas {
		if all := n * len(hostile); sums[i] > chanceBound(all, alpha) {
			t.Errorf("α %v: %d of %d matched", alpha, sums[i], all)
		}
	}
	// The test can fail: a die that is loaded a little is found out.
	loaded := func(r *rand.Rand, k int) int {
		if r.IntN(10) == 0 {
			return 0 // the candidate that the target gives
		}
		return r.IntN(k)
	}
	got := crossings(n, questions, k, alphas[:1], r, hostile["always the likeliest candidate"], loaded)[0]
	if got <= chanceBound(n, alphas[0]) {
		t.Errorf("a die loaded to .19 instead of .1: only %d of %d matched", got, n)
	}
}

// chanceBound is the number of successes that a binomial of n and p exceeds with
// a probability below 1e-9.
func chanceBound(n int, p float64) int {
	b := distuv.Binomial{N: float64(n), P: p}
	bound := int(float64(n) * p)
	for b.Survival(float64(bound)) > 1e-9 {
		bound++
	}
	return bound
}

// The reverse process: an endpoint that does give the planted answer to the share
// q of the questions is called no match with a probability of at most β, in both
// readings of "share", with refusals and failures wherever it likes.
func TestFalseNoMatches(t *testing.T) {
	const runs, n, q, beta = 20_000, 64, 0.25, 0.01
	r := rand.New(rand.NewPCG(3, 4))
	limit := -math.Log(beta)
	tests := map[string]func(p *verify.NoMatchProcess) bool{
		"each question by chance": func(p *verify.NoMatchProcess) bool {
			for range n {
				p.Add(float64(b2i(r.Float64() < q)))
				if p.LogE() >= limit {
					return true
				}
			}
			return false
		},
		"a fixed quarter of the questions": func(p *verify.NoMatchProcess) bool {
			for _, i := range r.Perm(n) {
				p.Add(float64(b2i(i < n/4)))
				if p.LogE() >= limit {
					return true
				}
			}
			return false
		},
		"and a third is refused, a few fail": func(p *verify.NoMatchProcess) bool {
			for _, i := range r.Perm(n) {
				switch {
				case i < 4: // would have been hits
					p.Unanswered()
				case i >= n-n/3:
					p.Refused()
				default:
					p.Add(float64(b2i(i < n/4)))
				}
				if p.LogE() >= limit {
					return true
				}
			}
			return false
		},
		"and what failed is answered later": func(p *verify.NoMatchProcess) bool {
			for _, i := range r.Perm(n) {
				if i < 4 {
					p.Unanswered()
				} else {
					p.Add(float64(b2i(i < n/4)))
				}
				if p.LogE() >= limit {
					return true
				}
			}
			for range 4 {
				p.Resolved(1)
			}
			return p.LogE() >= limit
		},
	}
	bound := chanceBound(runs, beta)
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		run, wrong := tests[name], 0
		for range runs {
			if run(verify.NewNoMatchProcess(q, n)) {
				wrong++
			}
		}
		t.Logf("%s: %d of %d", name, wrong, runs)
		if wrong > bound {
			t.Errorf("%s: %d of %d, chance allows %d", name, wrong, runs, bound)
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The table of docs/design/verify.md. Misses of a fingerprinted model fall off
// the list nearly always (the base model's own answer lies in the nucleus); the
// second column is the bad case where half of them fall on it.
func TestStoppingTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	tests := []struct {
		k       int
		hit     float64
		most    float64 // mean questions, misses off the list
		mostBad float64 // and with half of the misses on it
	}{
		{10, 0.99, 7.2, 7.3},
		{10, 0.95, 7.6, 7.8},
		{10, 0.9, 8.0, 8.5},
		{10, 0.8, 9.0, 10.1},
		{10, 0.7, 10.3, 12.8},
		{10, 0.6, 12, 16.5},
		{10, 0.5, 14.5, 23},
		{3, 0.95, 15.2, 16.5},
		{20, 0.95, 5.5, 5.6},
	}
	for _, tt := range tests {
		got := [2]float64{}
		worst := [2]int{}
		for i, onList := range []float64{0, 0.5} {
			const runs = 5000
			all := make([]int, 0, runs)
			for range runs {
				n := stoppingTime(r, tt.k, tt.hit, onList)
				got[i] += float64(n) / runs
				all = append(all, n)
			}
			worst[i] = quantile99(all)
		}
		t.Logf("| %d | %.2f | %.1f | %d | %.1f | %d |", tt.k, tt.hit, got[0], worst[0], got[1], worst[1])
		if got[0] > tt.most || got[1] > tt.mostBad {
			t.Errorf("k %d, hits %.2f: %.2f and %.2f questions, want at most %.1f and %.1f", tt.k, tt.hit, got[0], got[1], tt.most, tt.mostBad)
		}
	}
}

func stoppingTime(r *rand.Rand, k int, hit, onList float64) int {
	p := verify.NewMatchProcess()
	for n := 1; ; n++ {
		switch u := r.Float64(); {
		case u < hit:
			p.Add(1/float64(k), 1)
		case u < hit+(1-hit)*onList:
			p.Add(1/float64(k), 0)
		}
		if p.LogE() >= math.Log(1e6) {
			return n
		}
	}
}

func quantile99(x []int) int {
	counts := map[int]int{}
	for _, v := range x {
		counts[v]++
	}
	seen := 0
	for v := 0; ; v++ {
		if seen += counts[v]; seen*100 >= len(x)*99 {
			return v
		}
	}
}

// How many questions an unrelated model costs, by the share of them that it
// happens to hit and the q_min that is to be ruled out.
func TestNoMatchTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, tt := range []struct {
		q, hit, beta, most float64
	}{
		{0.25, 0, 0.01, 19.1}, {0.25, 0.003, 0.01, 20}, {0.25, 0.02, 0.01, 25},
		{0.5, 0, 0.01, 8}, {0.5, 0.02, 0.01, 10}, {0.25, 0, 0.001, 27.1}, {0.1, 0, 0.01, 52},
	} {
		const runs, n = 3000, 1024
		mean := 0.0
		for range runs {
			p := verify.NewNoMatchProcess(tt.q, n)
			for i := 1; ; i++ {
				p.Add(float64(b2i(r.Float64() < tt.hit)))
				if p.LogE() >= -math.Log(tt.beta) || i == n {
					mean += float64(i) / runs
					break
				}
			}
		}
		t.Logf("| %.2f | %.3g | %.3f | %.1f |", tt.q, tt.beta, tt.hit, mean)
		if mean > tt.most {
			t.Errorf("q %v, hits %v, β %v: %.1f questions, want at most %v", tt.q, tt.hit, tt.beta, mean, tt.most)
		}
	}
}

func TestLogTail(t *testing.T) {
	chances := func(k, n int) []float64 {
		s := make([]float64, n)
		for i := range s {
			s[i] = 1 / float64(k)
		}
		return s
	}
	for _, tt := range []struct {
		chances []float64
		hits    int
		want    float64 // probability
	}{
		{nil, 0, 1},
		{chances(10, 5), 0, 1},
		{chances(10, 7), 7, 1e-7},
		{chances(10, 2), 1, 0.19},
		{chances(3, 4), 2, 1 - 16.0/81 - 32.0/81},
		{[]float64{1 / 2., 1 / 10.}, 1, 1 - 0.5*0.9},
		{[]float64{1 / 2., 1 / 10.}, 2, 0.05},
		{[]float64{1 / 2., 1 / 4., 1 / 10.}, 2, 0.5*0.25*0.9 + 0.5*0.75*0.1 + 0.5*0.25*0.1 + 0.5*0.25*0.1},
	} {
		if got := math.Exp(verify.LogTail(tt.chances, tt.hits)); math.Abs(got/tt.want-1) > 1e-12 {
			t.Errorf("%v, %d hits: %v, want %v", tt.chances, tt.hits, got, tt.want)
		}
	}
	if got := verify.LogTail(chances(10, 2), 3); !math.IsInf(got, -1) {
		t.Errorf("more hits than answers: %v", got)
	}
	// Against gonum, and far below what a float64 holds.
	for _, n := range []int{1, 10, 64, 300} {
		b := distuv.Binomial{N: float64(n), P: 0.1}
		for hits := 1; hits <= n; hits += 1 + n/7 {
			want := b.Survival(float64(hits) - 0.5)
			if got := math.Exp(verify.LogTail(chances(10, n), hits)); want > 1e-9 && math.Abs(got/want-1) > 1e-6 {
				t.Errorf("%d of %d: %v, gonum says %v", hits, n, got, want)
			}
		}
	}
	if got := verify.LogTail(chances(10, 400), 400); math.Abs(got+400*math.Ln10) > 1e-6 {
		t.Errorf("400 of 400: e^%v", got)
	}
}

func ExampleMatchProcess() {
	p := verify.NewMatchProcess()
	for questions := 1; questions <= 7; questions++ {
		p.Add(.1, 1)
		fmt.Printf("%d hits: e-value %.3g\n", questions, math.Exp(p.LogE()))
	}
	// Output:
	// 1 hits: e-value 6.64
	// 2 hits: e-value 52.2
	// 3 hits: e-value 443
	// 4 hits: e-value 3.93e+03
	// 5 hits: e-value 3.57e+04
	// 6 hits: e-value 3.29e+05
	// 7 hits: e-value 3.07e+06
}
