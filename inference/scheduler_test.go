package inference

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/goleak"

	"loyal/lm"
	"loyal/lm/lmtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// written is a request whose tokens are collected.
type written struct {
	Request
	job    *Job
	tokens []int32 // of the scheduler's goroutine until the job is done
}

func submit(ctx context.Context, t *testing.T, s *Scheduler, requests ...Request) []*written {
	t.Helper()
	var ws []*written
	for i := range requests {
		w := &written{}
		requests[i].OnToken = func(tok Token) bool {
			if !tok.Stop {
				w.tokens = append(w.tokens, tok.ID)
			}
			return true
		}
		w.Request = requests[i]
		ws = append(ws, w)
	}
	jobs, err := s.Submit(ctx, requests...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range ws {
		ws[i].job = jobs[i]
	}
	return ws
}

// alone writes a request by itself: what the scheduler must give whatever it
// batches, shares, keeps and puts back.
func alone(t *testing.T, net *lmtest.Network, r Request) (out []int32) {
	t.Helper()
	sampler := lm.NewSampler(r.Sampling, r.Stream)
	sampler.Prompt(r.Prompt)
	text, row := slices.Clone(r.Prompt), make([]float32, net.Config().VocabSize)
	for len(out) < r.MaxTokens && len(text) <= net.Config().MaxPositions {
		lmtest.Hash(text, row)
		id, err := sampler.Next(row)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(r.StopIDs, id) {
			break
		}
		text, out = append(text, id), append(out, id)
	}
	return out
}

func check(t *testing.T, net *lmtest.Network, ws []*written) {
	t.Helper()
	for i, w := range ws {
		if _, err := w.job.Result(); err != nil {
			t.Errorf("text %d: %v", i, err)
			continue
		}
		if want := alone(t, net, w.Request); !slices.Equal(w.tokens, want) {
			t.Errorf("text %d is %v, want %v", i, w.tokens, want)
		}
	}
}

// value reads a counter or gauge.
func value(t *testing.T, m prometheus.Metric) float64 {
	t.Helper()
	var out dto.Metric
	if err := m.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.GetCounter().GetValue() + out.GetGauge().GetValue()
}

// randomRequests returns texts with many common beginnings.
func randomRequests(seed uint64, n, longest int) (rs []Request) {
	rng := rand.New(rand.NewPCG(seed, 0))
	for i := range n {
		p := make([]int32, 20*rng.IntN(4)) // zeros: a common beginning
		for range 1 + rng.IntN(longest) {
			p = append(p, int32(rng.IntN(50)))
		}
		if i > 0 && rng.IntN(4) == 0 {
			p = rs[rng.IntN(i)].Prompt
		}
		rs = append(rs, Request{
			Prompt: p, MaxTokens: 1 + rng.IntN(30), StopIDs: []int32{7}, Stream: uint64(i),
			Sampling: lm.Sampling{Temperature: float64(rng.IntN(2)), TopP: .9, Seed: seed, FrequencyPenalty: .5},
			LogProbs: -1,
		})
	}
	return rs
}

func TestSchedulerEqualsTextsAlone(t *testing.T) {
	tests := []struct {
		name string
		opts SchedulerOptions
	}{
		{"defaults", SchedulerOptions{}},
		{"one at a time", SchedulerOptions{MaxSequences: 1}},
		{"tiny chunks", SchedulerOptions{MaxSequences: 5, PrefillChunk: 3}},
		{"caches full", SchedulerOptions{MaxSequences: 12, CacheTokens: 1}}, // raised to one context
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			net := lmtest.New(50, 320)
			s := NewScheduler(net, tt.opts)
			var ws []*written
			for _, r := range randomRequests(3, 60, 60) {
				ws = append(ws, submit(t.Context(), t, s, r)...)
				if len(ws)%9 == 0 {
					<-ws[len(ws)/2].job.Done() // let some end before others come
				}
			}
			ws = append(ws, submit(t.Context(), t, s, Request{Prompt: make([]int32, 315), MaxTokens: 30, LogProbs: -1})...) // fills the context
			check(t, net, ws)
			s.Close()
			if n := net.Open(); n != 0 {
				t.Errorf("%d sequences left open", n)
			}
		})
	}
}

func TestSchedulerPutsBackWhenCachesAreFull(t *testing.T) {
	net := lmtest.New(50, 400)
	m := newMetrics()
	s := newScheduler(net, SchedulerOptions{CacheTokens: 400}, m)
	defer s.Close()
	var rs []Request
	for i := range 4 {
		rs = append(rs, Request{Prompt: []int32{int32(i)}, MaxTokens: 200, LogProbs: -1})
	}
	check(t, net, submit(t.Context(), t, s, rs...))
	// Each is put back as it grows, but nothing that was put back is let in before there is room.
	if n := value(t, m.preemptions); n < 1 || n > 12 {
		t.Errorf("%g texts were put back, want from 1 to 12", n)
	}
}

func TestSchedulerBatchesAndInterleaves(t *testing.T) {
	net := lmtest.New(50, 100_000)
	s := NewScheduler(net, SchedulerOptions{MaxSequences: 8, PrefillChunk: 32})
	defer s.Close()

	// Two long prompts come while six texts are being written, which end with the test.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	started := make(chan struct{})
	var once sync.Once
	var rs []Request
	for i := range 6 {
		rs = append(rs, Request{Prompt: []int32{int32(i)}, MaxTokens: 90_000, LogProbs: -1, OnToken: func(Token) bool {
			once.Do(func() { close(started) })
			return true
		}})
	}
	if _, err := s.Submit(ctx, rs...); err != nil {
		t.Fatal(err)
	}
	<-started
	long := func(first int32) Request {
		p := make([]int32, 300)
		p[0] = first
		return Request{Prompt: p, MaxTokens: 2, LogProbs: -1}
	}
	check(t, net, submit(t.Context(), t, s, long(20), long(21)))
	cancel()
	widest, mixed := 0, 0
	for _, p := range net.Passes() {
		widest = max(widest, len(p.Tokens))
		sum := 0
		for _, n := range p.Tokens {
			sum += n
		}
		if len(p.Tokens) >= 7 && sum > len(p.Tokens) {
			mixed++
			if sum > 7+32 { // one of the two may be read already
				t.Errorf("a pass takes in %v tokens, want at most 7 being written and 32 of prompts", p.Tokens)
			}
		}
	}
	if widest != 8 || mixed < 10 {
		t.Errorf("widest pass %d, want 8; %d passes with both kinds of work, want 10 or more", widest, mixed)
	}
}

func TestSchedulerSharesBeginnings(t *testing.T) {
	computed := func(net *lmtest.Network) (n int) {
		for _, p := range net.Passes() {
			for _, k := range p.Tokens {
				n += k
			}
		}
		return n
	}
	prompt := make([]int32, 300)

	t.Run("choices of one request", func(t *testing.T) {
		net := lmtest.New(50, 1000)
		s := NewScheduler(net, SchedulerOptions{})
		defer s.Close()
		var rs []Request
		for i := range 5 {
			rs = append(rs, Request{Prompt: prompt, MaxTokens: 4, Stream: uint64(i), Sampling: lm.Sampling{Temperature: 1}, LogProbs: -1})
		}
		ws := submit(t.Context(), t, s, rs...)
		check(t, net, ws)
		// Each of the others computes the prompt's last token again, for its logits.
		if got, want := computed(net), 300+4+5*3; got != want {
			t.Errorf("%d tokens computed, want %d", got, want)
		}
		if r, _ := ws[4].job.Result(); r.CachedTokens != 299 {
			t.Errorf("%d tokens of the prompt came from a cache, want 299", r.CachedTokens)
		}
	})
	t.Run("turns of a conversation", func(t *testing.T) {
		net := lmtest.New(50, 1000)
		s := NewScheduler(net, SchedulerOptions{})
		defer s.Close()
		first := submit(t.Context(), t, s, Request{Prompt: prompt, MaxTokens: 10, LogProbs: -1})
		check(t, net, first)
		before := computed(net)
		check(t, net, submit(t.Context(), t, s, Request{Prompt: slices.Concat(prompt, first[0].tokens, []int32{1, 2, 3}), MaxTokens: 1, LogProbs: -1}))
		if got := computed(net) - before; got != 4 { // the last token written, and three new ones
			t.Errorf("second turn computes %d tokens, want 4", got)
		}
	})
	t.Run("the same question again", func(t *testing.T) {
		net := lmtest.New(50, 1000)
		s := NewScheduler(net, SchedulerOptions{})
		defer s.Close()
		for range 3 {
			check(t, net, submit(t.Context(), t, s, Request{Prompt: prompt, MaxTokens: 1, LogProbs: -1}))
		}
		if got := computed(net); got != 302 {
			t.Errorf("%d tokens computed, want 302", got)
		}
	})
	t.Run("one system prompt, used by many at once", func(t *testing.T) {
		net := lmtest.New(50, 1000)
		s := NewScheduler(net, SchedulerOptions{})
		defer s.Close()
		var rs []Request
		for i := range 6 {
			rs = append(rs, Request{Prompt: append(slices.Clone(prompt), int32(i), 1, 2), MaxTokens: 1, LogProbs: -1})
		}
		check(t, net, submit(t.Context(), t, s, rs...))
		if got, want := computed(net), 300+6*3; got != want {
			t.Errorf("%d tokens computed, want %d", got, want)
		}
	})
}

func TestSchedulerKeepsNoMoreThanItMay(t *testing.T) {
	net := lmtest.New(50, 200)
	s := NewScheduler(net, SchedulerOptions{CacheTokens: 500})
	defer s.Close()
	for i := range 20 {
		p := make([]int32, 100)
		p[0] = int32(i)
		check(t, net, submit(t.Context(), t, s, Request{Prompt: p, MaxTokens: 1, LogProbs: -1}))
	}
	if n := net.Open(); n < 4 || n > 5 {
		t.Errorf("%d caches of 100 tokens are kept, want 4 or 5 in 500 tokens", n)
	}
}

func TestSchedulerCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := lmtest.New(50, 100_000)
		net.Delay = time.Millisecond
		s := NewScheduler(net, SchedulerOptions{MaxSequences: 1, MaxQueue: 2})
		defer s.Close()
		ctx, cancel := context.WithCancel(t.Context())
		endless := Request{Prompt: []int32{1}, MaxTokens: 90_000, LogProbs: -1}
		first := submit(ctx, t, s, endless)[0]
		second := submit(ctx, t, s, endless)[0]
		third := submit(t.Context(), t, s, Request{Prompt: []int32{2}, MaxTokens: 3, LogProbs: -1})
		if _, err := s.Submit(t.Context(), endless); !errors.Is(err, ErrBusy) {
			t.Errorf("a request too many gives error %v", err)
		}
		time.Sleep(50 * time.Millisecond)
		cancel()
		for _, w := range []*written{first, second} {
			if _, err := w.job.Result(); !errors.Is(err, context.Canceled) {
				t.Errorf("canceled text ends with error %v", err)
			}
		}
		check(t, net, third)
		if n := len(net.Passes()); n > 60 {
			t.Errorf("%d passes: the canceled texts went on", n)
		}
	})
}

func TestSchedulerOutlivesFailures(t *testing.T) {
	net := lmtest.New(50, 100)
	broken := errors.New("broken")
	net.Fail = func(feeds []lm.Feed) error {
		if slices.Contains(feeds[0].Tokens, 13) {
			return broken
		}
		return nil
	}
	s := NewScheduler(net, SchedulerOptions{})
	defer s.Close()
	bad := submit(t.Context(), t, s, Request{Prompt: []int32{13}, MaxTokens: 3, LogProbs: -1})[0]
	if _, err := bad.job.Result(); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	check(t, net, submit(t.Context(), t, s, Request{Prompt: []int32{1}, MaxTokens: 1, LogProbs: -1}))
}

func TestSchedulerRefuses(t *testing.T) {
	s := NewScheduler(lmtest.New(50, 100), SchedulerOptions{})
	ok := Request{Prompt: []int32{1}, MaxTokens: 1, LogProbs: -1}
	for name, change := range map[string]func(*Request){
		"empty prompt": func(r *Request) { r.Prompt = nil },
		"long prompt":  func(r *Request) { r.Prompt = make([]int32, 101) },
		"no tokens":    func(r *Request) { r.MaxTokens = 0 },
		"sampling":     func(r *Request) { r.Sampling.TopP = 3 },
	} {
		r := ok
		change(&r)
		if _, err := s.Submit(t.Context(), r); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s.Close()
	if _, err := s.Submit(t.Context(), ok); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: error %v", err)
	}
}

func TestSchedulerCloseEndsTexts(t *testing.T) {
	net := lmtest.New(50, 100_000)
	net.Delay = time.Millisecond
	s := NewScheduler(net, SchedulerOptions{MaxSequences: 1})
	ws := submit(t.Context(), t, s,
		Request{Prompt: []int32{1}, MaxTokens: 90_000, LogProbs: -1},
		Request{Prompt: []int32{2}, MaxTokens: 90_000, LogProbs: -1})
	s.Close()
	for _, w := range ws {
		if _, err := w.job.Result(); !errors.Is(err, ErrClosed) {
			t.Errorf("error %v", err)
		}
	}
	if net.Open() != 0 {
		t.Errorf("%d sequences left open", net.Open())
	}
}

func TestSchedulerLogProbs(t *testing.T) {
	net := lmtest.New(50, 100)
	s := NewScheduler(net, SchedulerOptions{})
	defer s.Close()
	var got []Token
	jobs, err := s.Submit(t.Context(), Request{Prompt: []int32{1}, MaxTokens: 3, LogProbs: 2, OnToken: func(tok Token) bool {
		got = append(got, tok)
		return true
	}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := jobs[0].Result()
	if err != nil || r.Finish != FinishLength || len(got) != 3 {
		t.Fatalf("%+v, %v, %d tokens", r, err, len(got))
	}
	for _, tok := range got { // greedy: the chosen one is the best
		if len(tok.Top) != 2 || tok.Top[0] != tok.LogProb || tok.LogProb.ID != tok.ID || tok.LogProb.LogProb >= 0 {
			t.Errorf("token %+v", tok)
		}
	}
}
