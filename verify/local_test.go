package verify_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"loyal/verify"
)

// A function's answers lead to the same report as the same answers of an endpoint.
func TestRunLocalDecidesAsRun(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for i, keeps := range []float64{.95, .5, .2, 0} {
		qs := questions(r, 64, 10)
		f := &fake{reply: knows(qs, keeps, rand.New(rand.NewPCG(1, uint64(i))))}
		o := options(f.serve(t))
		want, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
		if err != nil {
			t.Fatal(err)
		}
		// What the fake says depends on the order of questions, which is the same here:
		// probing asks questions that it answers without its generator.
		reply := knows(qs, keeps, rand.New(rand.NewPCG(1, uint64(i))))
		got, err := verify.RunLocal(t.Context(), plan(t, verify.Chat, qs), verify.DefaultOptions(),
			func(_ context.Context, _, _, prompt string) ([]verify.Reply, error) {
				return []verify.Reply{{Text: reply(prompt)}}, nil
			})
		if err != nil {
			t.Fatal(err)
		}
		if got.Verdict != want.Verdict || got.Queries != want.Queries || got.Log10EValue != want.Log10EValue || got.Hits != want.Hits {
			t.Errorf("keeps %.2f: %s after %d (%.3f), an endpoint %s after %d (%.3f)", keeps,
				got.Verdict, got.Queries, got.Log10EValue, want.Verdict, want.Queries, want.Log10EValue)
		}
	}
}

func TestRunLocalRefuses(t *testing.T) {
	p := plan(t, verify.Chat, questions(rand.New(rand.NewPCG(6, 6)), 8, 10))
	silent := func(context.Context, string, string, string) ([]verify.Reply, error) { return nil, nil }
	if _, err := verify.RunLocal(t.Context(), p, verify.DefaultOptions(), silent); err == nil {
		t.Error("no answers, and no error")
	}
	o := verify.DefaultOptions()
	o.Alpha = 2
	if _, err := verify.RunLocal(t.Context(), p, o, silent); !errors.Is(err, verify.ErrOptions) {
		t.Errorf("alpha 2: %v", err)
	}
}

// Whatever is appended to a settled beginning, it is classified alike.
func TestSettled(t *testing.T) {
	q := verify.Question{ID: "q", Prompt: "?", Candidates: []string{"Monday", "Oak", "I can"}, Planted: 1}
	for text, want := range map[string]bool{
		"": false, " ": false, "M": false, "Mon": false, "monday": true, "Monk": true, "Oaks": true,
		"I": false, "I’m": false, "I'm sorry": true, "I'm happy": true, "So": false, "Sorry": false, "Sorbet": true, "The": true,
	} {
		if got := q.Settled(text); got != want {
			t.Errorf("%q: settled %t, want %t", text, got, want)
		}
	}
	class := func(text string) *verify.Report {
		p, err := verify.NewPlan(verify.Chat, []verify.Question{q}, 1)
		if err != nil {
			t.Fatal(err)
		}
		r, err := verify.RunLocal(t.Context(), p, verify.DefaultOptions(), func(context.Context, string, string, string) ([]verify.Reply, error) {
			return []verify.Reply{{Text: text}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	piece := rapid.SampledFrom(strings.Split("mon|day|oa|k|i| can|'t|'m| sorry|,| but|as| an| ai|u|nfortunately, |x| ", "|"))
	rapid.Check(t, func(rt *rapid.T) {
		write := func(label string) string {
			return strings.Join(rapid.SliceOfN(piece, 0, 4).Draw(rt, label), "")
		}
		begin := write("beginning")
		if !q.Settled(begin) {
			return
		}
		a, b := class(begin), class(begin+write("rest"))
		if a.InList != b.InList || a.Hits != b.Hits || a.Refusals != b.Refusals || a.OffList != b.OffList {
			rt.Fatalf("%q is settled, yet what follows counts", begin)
		}
	})
}
