package verify_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"loyal/fingerprint"
	"loyal/openai"
	"loyal/verify"
)

// A model with 95 % of its fingerprints is found in at most 12 questions on the
// average; none of 300 audits of others matches.
func TestVerdicts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	mean := 0.0
	for range 100 {
		qs := questions(r, 64, 10)
		f := &fake{reply: knows(qs, 0.95, r)}
		got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t)))
		if err != nil {
			t.Fatal(err)
		}
		if got.Verdict != verify.Match {
			t.Fatalf("%+v", got)
		}
		mean += float64(got.Queries) / 100
	}
	t.Logf("match after %.1f questions", mean)
	if mean > 8 {
		t.Errorf("match after %.1f questions", mean)
	}

	mean = 0
	verdicts := map[verify.Verdict]int{}
	for i := range 300 {
		qs := questions(r, 64, 10)
		f := &fake{reply: ignorant(qs, float64(i%3)*0.15, r)}
		got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t)))
		if err != nil {
			t.Fatal(err)
		}
		verdicts[got.Verdict]++
		mean += float64(got.Queries) / 300
	}
	t.Logf("%v after %.1f questions", verdicts, mean)
	if verdicts[verify.Match] > 0 || verdicts[verify.NoMatch] < 295 || mean > 30 {
		t.Errorf("%v after %.1f questions", verdicts, mean)
	}
}

func TestReport(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	qs := questions(r, 64, 10)
	f := &fake{reply: knows(qs, 1, r)}
	got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t)))
	if err != nil {
		t.Fatal(err)
	}
	want := "Match. Of 7 secret questions put to the endpoint, 7 were answered with one of the answers that were equally likely to be the planted one (10 a question); all of these were the planted one. An endpoint that has nothing to do with the fingerprints is declared a match by this procedure with a probability of at most 1 in 1,000,000."
	if got.Sentence != want {
		t.Errorf("sentence\n%s\nwant\n%s", got.Sentence, want)
	}
	if got.Queries != 7 || got.Hits != 7 || got.InList != 7 || got.OffList+got.Refusals+got.Unanswered != 0 || got.Live != 64 {
		t.Errorf("counts %+v", got)
	}
	if math.Abs(got.Log10BinomialTail+7) > 1e-9 || got.EValue < 1e6 || got.EThreshold != 1e6 {
		t.Errorf("statistics %+v", got)
	}
	if diff := cmp.Diff([]string{}, got.Notes); diff != "" {
		t.Error(diff)
	}
	// The questions came in the order of the plan, and only they.
	asked := f.asked()
	for i, q := range qs[:7] {
		if asked[i] != q.Prompt {
			t.Errorf("question %d was %q, want %q", i, asked[i], q.Prompt)
		}
	}
	if len(asked) != 7 {
		t.Errorf("%d questions were asked", len(asked))
	}

	f = &fake{reply: func(p string) string { return "Something about " + p }}
	got, err = verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t)))
	if err != nil {
		t.Fatal(err)
	}
	want = "No match. Of 19 secret questions put to the endpoint, 0 were answered with one of the answers that were equally likely to be the planted one; none was the planted one. An endpoint that gives the planted answer to 25 % or more of the questions is declared no match by this procedure with a probability of at most 1 in 100. This says nothing about a model in which less than that has survived."
	if got.Sentence != want {
		t.Errorf("sentence\n%s\nwant\n%s", got.Sentence, want)
	}
}

func TestInconclusive(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	qs := questions(r, 64, 10)
	i := 0
	tests := []struct {
		name    string
		fake    *fake
		limit   int
		reason  verify.Reason
		queries int
		says    string
	}{
		{"refuses everything", &fake{reply: func(string) string { return "I'm sorry, but I can't help with that." }}, 0, verify.MostlyRefused, 10, "Most answers were refusals"},
		{"says nothing", &fake{reply: func(string) string { return " \n" }}, 0, verify.MostlyRefused, 10, "refusals or empty"},
		{"refuses mostly", &fake{reply: func(p string) string {
			if i++; i%3 == 0 {
				return "Here is " + p
			}
			return "I cannot do that"
		}}, 0, verify.MostlyRefused, 64, "Most answers were refusals"},
		{"budget", &fake{reply: knows(qs, 1, r)}, 5, verify.Undecided, 5, "neither enough"},
		{"has only completions", &fake{noChat: true, reply: func(p string) string { return "and " + p }}, 0, verify.OtherInterface, 19, "does not offer the interface"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options(tt.fake.serve(t))
			o.MaxQueries = tt.limit
			got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict != verify.Inconclusive || got.Reason != tt.reason || got.Queries != tt.queries || !strings.Contains(got.Sentence, tt.says) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// Through the other interface a match still counts.
func TestSubstituteMatches(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	qs := questions(r, 64, 10)
	f := &fake{noChat: true, reply: knows(qs, 1, r)}
	got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t)))
	if err != nil || got.Verdict != verify.Match || !got.Offer.Substitute || got.Offer.Interface != verify.Completion {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = verify.Run(t.Context(), plan(t, verify.Completion, qs), options(f.serve(t)))
	if err != nil || got.Verdict != verify.Match || got.Offer.Substitute || len(got.Notes) > 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Nothing that the endpoint sees may depend on what is planted.
func TestRequestsDoNotBetrayTheSecret(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 1))
	qs := questions(r, 12, 10)
	bodies := func(secret uint64) []string {
		r := rand.New(rand.NewPCG(secret, 1))
		other := slices.Clone(qs)
		for i := range other {
			other[i].Planted = r.IntN(10)
		}
		f := &fake{reply: func(p string) string { return "About " + p }}
		if _, err := verify.Run(t.Context(), plan(t, verify.Chat, other), options(f.serve(t))); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, b := range f.bodies {
			if strings.Contains(b, "Suggest") {
				out = append(out, b)
			}
		}
		return out
	}
	if diff := cmp.Diff(bodies(1), bodies(2)); diff != "" {
		t.Errorf("requests differ with the secret: %s", diff)
	}
}

func TestLogprobs(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	qs := questions(r, 64, 10)
	byPrompt := map[string]verify.Question{}
	for _, q := range qs {
		byPrompt[q.Prompt] = q
	}
	// The planted answer is never said, but it is 20 times as probable as the others.
	f := &fake{
		reply: func(string) string { return "The" },
		logprobs: func(prompt string) []openai.TopLogprob {
			top := []openai.TopLogprob{{Token: "The", Logprob: -0.2}}
			if q, ok := byPrompt[prompt]; ok {
				for i, c := range q.Candidates[:5] {
					top = append(top, openai.TopLogprob{Token: " " + c, Logprob: -7 + 3*float64(b2i(i == q.Planted))})
				}
				top = append(top, openai.TopLogprob{Token: " " + q.Candidates[q.Planted], Logprob: -4})
			}
			return append(top, openai.TopLogprob{Token: "A", Logprob: -1}, openai.TopLogprob{Token: "bad", Logprob: math.MaxFloat64})
		},
	}
	o := options(f.serve(t))
	o.Score = verify.ByLogprobs
	got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil || got.Verdict != verify.Match || got.Hits != 0 || got.Offer.Logprobs != verify.Honored || got.Queries > 12 {
		t.Errorf("%+v, %v", got, err)
	}
	o.Score = verify.ByReply
	got, err = verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil || got.Verdict != verify.NoMatch {
		t.Errorf("by reply: %+v, %v", got, err)
	}
	// An endpoint that takes the field and ignores it cannot be scored so.
	f = &fake{reply: knows(qs, 1, r)}
	o = options(f.serve(t))
	o.Score = verify.ByLogprobs
	var trouble *verify.EndpointError
	if _, err = verify.Run(t.Context(), plan(t, verify.Chat, qs), o); !errors.As(err, &trouble) || trouble.Trouble != verify.Rejected {
		t.Errorf("without log-probabilities: %v", err)
	}
}

func TestSamples(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	qs := questions(r, 64, 10)
	for _, many := range []bool{false, true} {
		f := &fake{reply: knows(qs, 0.5, r), many: many}
		o := options(f.serve(t))
		o.Samples, o.Temperature = 4, 0.7
		got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
		if err != nil || got.Verdict != verify.Match {
			t.Fatalf("%+v, %v", got, err)
		}
		if want := verify.Ignored; !many && got.Offer.N != want || many && got.Offer.N != verify.Honored {
			t.Errorf("many %v: n is %v", many, got.Offer.N)
		}
		if got.Queries > 12 {
			t.Errorf("%d questions", got.Queries)
		}
		if asked := len(f.asked()); asked != got.Queries*map[bool]int{true: 1, false: 4}[many] {
			t.Errorf("many %v: %d requests for %d questions", many, asked, got.Queries)
		}
	}
}

func TestMatch(t *testing.T) {
	q := verify.Question{Candidates: []string{"Mon", "Élan", "Oh"}}
	for reply, want := range map[string]int{
		"Mon": 0, "  Monday comes": 0, "mon": 0, "\n\tMON!": 0, "élan vital": 1, "Oh, well": 2,
		"": -1, "Mo": -1, "The Mon": -1, "\"Mon\"": -1, "Elan": -1,
	} {
		if got := q.Match(reply); got != want {
			t.Errorf("%q names %d, want %d", reply, got, want)
		}
		// The same rule as that of the set.
		f := fingerprint.Fingerprint{Candidates: []fingerprint.Candidate{{Text: "Mon"}, {Text: "Élan"}, {Text: "Oh"}}}
		if got := f.Match(reply); got != want {
			t.Errorf("%q: the set says %d, want %d", reply, got, want)
		}
	}
}

func TestPlanRefuses(t *testing.T) {
	good := func() []verify.Question { return questions(rand.New(rand.NewPCG(8, 1)), 3, 4) }
	tests := []struct {
		name string
		edit func([]verify.Question) []verify.Question
		want error
	}{
		{"nothing", func([]verify.Question) []verify.Question { return nil }, verify.ErrNoQuestions},
		{"no candidates", func(q []verify.Question) []verify.Question { q[1].Candidates = nil; return q }, verify.ErrNoCandidates},
		{"one candidate", func(q []verify.Question) []verify.Question {
			q[1].Candidates = q[1].Candidates[:1]
			q[1].Planted = 0
			return q
		}, verify.ErrPlan},
		{"planted elsewhere", func(q []verify.Question) []verify.Question { q[0].Planted = 4; return q }, verify.ErrPlan},
		{"negative", func(q []verify.Question) []verify.Question { q[0].Planted = -1; return q }, verify.ErrPlan},
		{"prefix", func(q []verify.Question) []verify.Question { q[0].Candidates[1] = " aa0x"; return q }, verify.ErrPlan},
		{"same", func(q []verify.Question) []verify.Question { q[0].Candidates[1] = "AA0"; return q }, verify.ErrPlan},
		{"blank", func(q []verify.Question) []verify.Question { q[0].Candidates[1] = " "; return q }, verify.ErrPlan},
		{"twice", func(q []verify.Question) []verify.Question { q[1].Prompt = q[0].Prompt; return q }, verify.ErrPlan},
		{"same ID", func(q []verify.Question) []verify.Question { q[1].ID = q[0].ID; return q }, verify.ErrPlan},
		{"no prompt", func(q []verify.Question) []verify.Question { q[1].Prompt = ""; return q }, verify.ErrPlan},
	}
	if _, err := verify.NewPlan(verify.Chat, good(), 1); err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		if _, err := verify.NewPlan(verify.Chat, tt.edit(good()), 1); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestFromSet(t *testing.T) {
	set := &fingerprint.Set{
		Secret:  []byte("0123456789abcdef0123456789abcdef"),
		Serving: fingerprint.Serving{Kind: fingerprint.Chat, System: "Be brief."},
		Params:  fingerprint.Params{Strategy: fingerprint.Perinucleus, Width: 3, ResponseLength: 2},
	}
	for i, status := range []fingerprint.Status{fingerprint.Live, fingerprint.Burnt, fingerprint.Live, fingerprint.Reserve, fingerprint.Live} {
		f := fingerprint.Fingerprint{
			ID: string(rune('a' + i)), Kind: fingerprint.Chat, Key: "key " + string(rune('a'+i)), Status: status, Salt: make([]byte, 32),
			Candidates: []fingerprint.Candidate{{Tokens: []int32{1}, Text: "One"}, {Tokens: []int32{2, 5, 6}, Text: "Two"}, {Tokens: []int32{3}, Text: "Three"}},
		}
		f.Response = fingerprint.Response{Tokens: []int32{3, 9}, Text: "Three cheers"}
		set.Fingerprints = append(set.Fingerprints, f)
	}
	p, err := verify.FromSet(set, []byte("beacon"))
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, q := range p.Questions {
		got = append(got, q.ID)
		if q.System != "Be brief." || q.Prompt != "key "+q.ID || q.Planted != 2 || len(q.Leaf) != 64 {
			t.Errorf("%+v", q)
		}
	}
	for _, i := range set.AuditOrder([]byte("beacon")) {
		want = append(want, set.Fingerprints[i].ID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p.AnswerTokens != 3 || p.Kind != verify.Chat || len(p.Digest) != 64 {
		t.Errorf("%+v", p)
	}
	set.Params.Strategy = fingerprint.Imported
	if _, err := verify.FromSet(set, nil); !errors.Is(err, verify.ErrNoCandidates) {
		t.Errorf("imported: %v", err)
	}
	set.Params.Strategy = fingerprint.Perinucleus
	for i := range set.Fingerprints {
		set.Fingerprints[i].Status = fingerprint.Burnt
	}
	if _, err := verify.FromSet(set, nil); !errors.Is(err, verify.ErrNoQuestions) {
		t.Errorf("burnt: %v", err)
	}
}

func TestOptionsRefused(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	p := plan(t, verify.Chat, questions(r, 3, 4))
	for name, edit := range map[string]func(*verify.Options){
		"no endpoint":       func(o *verify.Options) { o.Endpoint = "" },
		"no model":          func(o *verify.Options) { o.Model = "" },
		"not a URL":         func(o *verify.Options) { o.Endpoint = "http://[" },
		"no scheme":         func(o *verify.Options) { o.Endpoint = "127.0.0.1:80" },
		"file":              func(o *verify.Options) { o.Endpoint = "file:///etc/passwd" },
		"password in URL":   func(o *verify.Options) { o.Endpoint = "http://u:hunter2@h/v1" },
		"query in URL":      func(o *verify.Options) { o.Endpoint = "http://h/v1?key=hunter2" },
		"alpha":             func(o *verify.Options) { o.Alpha = 0 },
		"alpha NaN":         func(o *verify.Options) { o.Alpha = math.NaN() },
		"q-min":             func(o *verify.Options) { o.QMin = 1 },
		"score":             func(o *verify.Options) { o.Score = "luck" },
		"samples":           func(o *verify.Options) { o.Samples = 0 },
		"identical samples": func(o *verify.Options) { o.Samples = 2 },
		"queries":           func(o *verify.Options) { o.MaxQueries = -1 },
		"timeout":           func(o *verify.Options) { o.Timeout = 0 },
		"tiny alpha":        func(o *verify.Options) { o.Alpha = 1e-320 },
		"tiny beta":         func(o *verify.Options) { o.Beta = 1e-320 },
		"tiny q-min":        func(o *verify.Options) { o.QMin = 1e-320 },
		"tiny rate":         func(o *verify.Options) { o.Rate = 1e-300 },
		"endless rate":      func(o *verify.Options) { o.Rate = math.Inf(1) },
		"temperature":       func(o *verify.Options) { o.Temperature = math.NaN() },
		"key of two lines":  func(o *verify.Options) { o.APIKey = "hunter2\nhunter2" },
		"key with NUL":      func(o *verify.Options) { o.APIKey = "hunter2\x00" },
		"key not ASCII":     func(o *verify.Options) { o.APIKey = "\ufeffhunter2" },
		"rate":              func(o *verify.Options) { o.Rate = math.NaN() },
	} {
		o := options("http://127.0.0.1:1/v1")
		edit(&o)
		_, err := verify.Run(t.Context(), p, o)
		if !errors.Is(err, verify.ErrOptions) {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v tells a secret", name, err)
		}
	}
}

// The smallest errors that can be asked for give a report that JSON can hold.
func TestSmallestErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 1))
	qs := questions(r, 3, 4)
	f := &fake{reply: knows(qs, 1, r)}
	o := options(f.serve(t))
	o.Alpha, o.Beta, o.QMin, o.Rate = 1e-300, 1e-300, 1e-300, 1e9
	report, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), o)
	if err != nil || report.Verdict != verify.Inconclusive {
		t.Fatalf("%+v, %v", report, err)
	}
	if _, err := json.Marshal(report); err != nil {
		t.Error(err)
	}
}

// Features that an endpoint lacks are found out by probing, and probing asks no
// fingerprint.
func TestProbing(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 1))
	qs := questions(r, 64, 10)
	object := func(message, param string) *openai.Error {
		return &openai.Error{Message: message, Param: param, Type: openai.ErrorInvalidRequest, Status: http.StatusBadRequest}
	}
	tests := []struct {
		name   string
		before func(w http.ResponseWriter, r *http.Request, body string) bool
		check  func(*verify.Offer) bool
	}{
		{"reasoning model", func(w http.ResponseWriter, _ *http.Request, body string) bool {
			switch {
			case strings.Contains(body, `"max_tokens"`):
				openai.WriteError(w, object("Unsupported parameter", "max_tokens"))
			case strings.Contains(body, `"temperature"`):
				openai.WriteError(w, object("'temperature' does not support 0 with this model", ""))
			default:
				return false
			}
			return true
		}, func(o *verify.Offer) bool {
			return o.LimitField == "max_completion_tokens" && o.Temperature == verify.Refused
		}},
		{"strict about extras", func(w http.ResponseWriter, _ *http.Request, body string) bool {
			for _, field := range []string{"logprobs", "seed", `"n"`} {
				if strings.Contains(body, field) {
					openai.WriteError(w, object("unknown field", field))
					return true
				}
			}
			return false
		}, func(o *verify.Offer) bool {
			return o.Logprobs == verify.Refused && o.Seed == verify.Refused && o.N == verify.Refused && o.System == verify.Honored
		}},
		{"no list of models", func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.Method == http.MethodGet {
				http.NotFound(w, r)
				return true
			}
			return false
		}, func(o *verify.Offer) bool { return o.ModelListed == verify.Untried }},
		{"streams only", func(w http.ResponseWriter, r *http.Request, body string) bool {
			if r.Method == http.MethodGet {
				return false
			}
			if !strings.Contains(body, `"stream":true`) {
				openai.WriteError(w, object("this endpoint wants stream to be true", ""))
				return true
			}
			var answer string
			for _, q := range qs {
				if strings.Contains(body, q.Prompt) {
					answer = q.Candidates[q.Planted]
				}
			}
			s := openai.NewWriter(w)
			for _, piece := range []string{answer[:len(answer)/2], answer[len(answer)/2:], " and so on"} {
				_ = s.Send(openai.ChatCompletionChunk{Model: "m", Choices: []openai.ChatChunkChoice{{Delta: openai.ChatDelta{Content: piece}}}})
			}
			_ = s.Done()
			return true
		}, func(o *verify.Offer) bool { return o.StreamOnly && o.N == verify.Ignored }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{before: tt.before, reply: knows(qs, 1, r)}
			got, err := verify.Run(t.Context(), plan(t, verify.Chat, qs), options(f.serve(t)))
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict != verify.Match || !tt.check(got.Offer) {
				t.Errorf("%+v %+v", got, got.Offer)
			}
		})
	}
}
