package verify_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"loyal/verify"
)

// TestSeveralPlanted: any planted answer is a hit and counts as likely as their number
// makes it, so a match takes more questions; an endpoint that knows nothing is no match.
func TestSeveralPlanted(t *testing.T) {
	const k, m, n = 12, 3, 200
	rng := rand.New(rand.NewPCG(3, 4))
	questions := make([]verify.Question, n)
	byID := map[string]*verify.Question{}
	for i := range questions {
		q := &questions[i]
		q.ID, q.Prompt = fmt.Sprint(i), fmt.Sprintf("question %d", i)
		for c := range k {
			q.Candidates = append(q.Candidates, fmt.Sprintf("answer%c", 'a'+c))
		}
		order := rng.Perm(k)
		q.Planted, q.Also = order[0], order[1:m]
		byID[q.ID] = q
	}
	plan, err := verify.NewPlan(verify.Chat, questions, 1)
	if err != nil {
		t.Fatal(err)
	}
	run := func(choose func(q *verify.Question) int) *verify.Report {
		r, err := verify.RunLocal(context.Background(), plan, verify.DefaultOptions(), func(_ context.Context, id, _, _ string) ([]verify.Reply, error) {
			q := byID[id]
			return []verify.Reply{{Text: q.Candidates[choose(q)]}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	ours := run(func(q *verify.Question) int { return q.Also[rng.IntN(len(q.Also))] })
	if ours.Verdict != verify.Match || ours.Hits != ours.Queries {
		t.Errorf("ours: %s, %d of %d", ours.Verdict, ours.Hits, ours.Queries)
	}
	// Seven hits of one in ten are a match; of one in four it takes ten at least.
	if want := int(math.Ceil(6 / math.Log10(k/m))); ours.Queries < want || ours.Queries > want+4 {
		t.Errorf("a match after %d questions, want about %d", ours.Queries, want)
	}
	if !strings.Contains(ours.Sentence, "(12 a question, 3 of them planted)") {
		t.Error(ours.Sentence)
	}
	if other := run(func(*verify.Question) int { return rng.IntN(k) }); other.Verdict == verify.Match {
		t.Errorf("an endpoint that throws a die: %s with %d of %d", other.Verdict, other.Hits, other.InList)
	}
	for name, change := range map[string]func(*verify.Question){
		"twice": func(q *verify.Question) { q.Also = []int{q.Planted} },
		"none":  func(q *verify.Question) { q.Also = []int{k} },
		"all": func(q *verify.Question) {
			q.Planted, q.Also = 0, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
		},
	} {
		q := questions[0]
		change(&q)
		if _, err := verify.NewPlan(verify.Chat, []verify.Question{q}, 1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	// Who knows the digest knows how many are planted, and not which.
	other := append([]verify.Question(nil), questions...)
	other[0].Planted, other[0].Also = other[0].Also[0], []int{other[0].Planted, other[0].Also[1]}
	same, err := verify.NewPlan(verify.Chat, other, 1)
	if err != nil || same.Digest != plan.Digest {
		t.Errorf("the digest depends on which answers are planted: %v", err)
	}
	other[0].Also = other[0].Also[:1]
	fewer, err := verify.NewPlan(verify.Chat, other, 1)
	if err != nil || fewer.Digest == plan.Digest {
		t.Errorf("the digest does not say how many answers are planted: %v", err)
	}
}
