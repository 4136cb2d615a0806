package eval_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"loyal/eval"
	"loyal/internal/demo"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/lm/lmtest"
	"loyal/model"
)

// openDemo opens the small model that the repository carries.
func openDemo(t testing.TB) (*model.Model, *cpu.Network) {
	t.Helper()
	dir := t.TempDir()
	if err := demo.Unpack("base", dir); err != nil {
		t.Fatal(err)
	}
	m, err := model.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	net, err := cpu.New(m, cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { net.Close(); m.Close() })
	return m, net
}

func subject(t testing.TB, m *model.Model, net lm.Network) eval.Subject {
	t.Helper()
	s, err := eval.NewSubject("test", m, net)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reference scores one continuation alone, position by position, in float64.
func reference(t *testing.T, net lm.Network, before, scored []int32) (logprob float64, greedy bool) {
	t.Helper()
	all := append(slices.Clone(before), scored...)
	all = all[:len(all)-1]
	greedy = true
	var at []lm.Position
	for i := len(all) - len(scored); i < len(all); i++ {
		at = append(at, lm.Position{Offset: i})
	}
	logits, err := lm.Logits(t.Context(), net, []lm.Segment{{Tokens: all, Parent: lm.Root}}, at)
	if err != nil {
		t.Fatal(err)
	}
	v := net.Config().VocabSize
	for i, id := range scored {
		row := logits[i*v : (i+1)*v]
		sum := 0.0
		for _, x := range row {
			sum += math.Exp(float64(x))
		}
		logprob += float64(row[id]) - math.Log(sum)
		greedy = greedy && lm.ArgMax(row) == id
	}
	return logprob, greedy
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-4*max(1, math.Abs(want))) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

var choiceTask = eval.Task{
	Name: "choices", OutputType: eval.MultipleChoice, Metrics: eval.ChoiceMetrics(), Source: "here",
	Docs: []eval.Doc{
		{Context: "The old man", Delimiter: " ", Choices: []string{"sat down", "und", "went to the market in the town"}, Gold: []int{0}},
		{Context: "The old man ", Delimiter: " ", Choices: []string{"sat", "is a rather long answer with an é"}, Gold: []int{1}},
		{Choices: []string{"A cat sleeps.", "A cat sleep."}, Delimiter: " ", Gold: []int{0}},
		{Context: "The old man", Delimiter: " ", Choices: []string{"sat down", "sat", "sat down again", "ran"}, Gold: []int{1, 2}},
	},
}

// TestChoices: batched, deduplicated scores are those of each choice alone, and the
// metrics what their definitions say.
func TestChoices(t *testing.T) {
	m, net := openDemo(t)
	s := subject(t, m, net)
	r, err := eval.Run(t.Context(), s, []eval.Task{choiceTask}, eval.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var acc, norm, bytes, mass float64
	for i, doc := range choiceTask.Docs {
		var logprobs, perChar, perByte []float64
		right, all := 0.0, 0.0
		for j, c := range doc.Choices {
			context, continuation := doc.Context, " "+c
			for strings.HasSuffix(context, " ") { // spaces go to the continuation
				context, continuation = strings.TrimSuffix(context, " "), " "+continuation
			}
			var before, scored []int32
			if context == "" {
				bos, ok := m.Tokenizer.BOS()
				if !ok {
					bos, _ = m.Tokenizer.EOS()
				}
				before, scored = []int32{bos}, m.Tokenizer.Encode(continuation, false)
			} else {
				before = m.Tokenizer.Encode(context, true)
				scored = m.Tokenizer.Encode(context+continuation, true)[len(before):]
			}
			want, greedy := reference(t, net, before, scored)
			got := r.Tasks[0].Samples[i]
			near(t, fmt.Sprintf("document %d choice %d", i, j), got.LogProbs[j], want)
			if got.Greedy[j] != greedy {
				t.Errorf("document %d choice %d: greedy %v", i, j, got.Greedy[j])
			}
			logprobs = append(logprobs, want)
			perChar = append(perChar, want/float64(utf8.RuneCountInString(c)))
			perByte = append(perByte, want/float64(len(c)))
			all += math.Exp(want)
			if slices.Contains(doc.Gold, j) {
				right += math.Exp(want)
			}
		}
		hit := func(x []float64) float64 {
			if slices.Contains(doc.Gold, slices.Index(x, slices.Max(x))) {
				return .25
			}
			return 0
		}
		acc, norm, bytes, mass = acc+hit(logprobs), norm+hit(perChar), bytes+hit(perByte), mass+right/all/4
	}
	for i, want := range []float64{acc, norm, bytes, mass} {
		near(t, string(eval.ChoiceMetrics()[i]), r.Tasks[0].Metrics[i].Value, want)
	}
	if mass == 0 || mass == 1 || acc == norm && norm == bytes && acc == 1 {
		t.Errorf("the documents tell nothing apart: %v %v %v %v", acc, norm, bytes, mass)
	}
}

// TestCloze: perplexity is of the continuation, each document counting once.
func TestCloze(t *testing.T) {
	m, net := openDemo(t)
	task := eval.Task{Name: "cloze", OutputType: eval.Loglikelihood, Docs: []eval.Doc{
		{Context: "The old man sat", Choices: []string{" down"}},
		{Context: "Once", Choices: []string{" zebras quarrel"}},
	}}
	// A document that the model itself finishes.
	begin := m.Tokenizer.Encode("The old man", true)
	next, err := lm.Generate(t.Context(), net, [][]int32{begin}, lm.GenerateOptions{MaxTokens: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	task.Docs = append(task.Docs, eval.Doc{Context: "The old man", Choices: []string{m.Tokenizer.Decode(next[0], false)}})
	r, err := eval.Run(t.Context(), subject(t, m, net), []eval.Task{task}, eval.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, d := range task.Docs {
		before := m.Tokenizer.Encode(d.Context, true)
		x, _ := reference(t, net, before, m.Tokenizer.Encode(d.Context+d.Choices[0], true)[len(before):])
		sum += x
	}
	ppl, _ := r.Metric("cloze", "perplexity", "")
	near(t, "perplexity", ppl.Value, math.Exp(-sum/3))
	if acc, _ := r.Metric("cloze", "acc", ""); acc.Value < 1./3-1e-9 || acc.Value > .7 {
		t.Errorf("acc %v: the model's own word must count, zebras must not", acc.Value)
	}
	if ppl.Interval == nil || !(ppl.Interval.Low <= ppl.Value && ppl.Value <= ppl.Interval.High) || ppl.StdErr <= 0 {
		t.Errorf("perplexity %v, interval %v, standard error %v", ppl.Value, ppl.Interval, ppl.StdErr)
	}
}

// TestRolling: a text longer than the window is scored in windows, each token once.
func TestRolling(t *testing.T) {
	m, net := openDemo(t)
	text := strings.Repeat("The old man sat down by the river and told a story. ", 12) + "The end.\n"
	const window = 50
	task := eval.TextTask("text", "here", text)
	r, err := eval.Run(t.Context(), subject(t, m, net), []eval.Task{task}, eval.Options{MaxLength: window})
	if err != nil {
		t.Fatal(err)
	}
	bos, ok := m.Tokenizer.BOS()
	if !ok {
		bos, _ = m.Tokenizer.EOS()
	}
	tokens := m.Tokenizer.Encode(text, true)
	if len(tokens) < 3*window || len(tokens)%window == 0 {
		t.Fatalf("%d tokens test no windows", len(tokens))
	}
	sum := 0.0
	for lo := 0; lo < len(tokens); lo += window {
		hi := min(lo+window, len(tokens))
		before := []int32{bos}
		if lo > 0 {
			before = tokens[hi-window-1 : lo]
		}
		x, _ := reference(t, net, before, tokens[lo:hi])
		sum += x
	}
	words := len(strings.Fields(text)) + 1 // the empty one after the line feed
	for name, want := range map[string]float64{
		"byte_perplexity": math.Exp(-sum / float64(len(text))),
		"word_perplexity": math.Exp(-sum / float64(words)),
		"bits_per_byte":   -sum / float64(len(text)) / math.Ln2,
	} {
		got, ok := r.Metric("text", name, "none")
		if !ok {
			t.Fatalf("no %s", name)
		}
		near(t, name, got.Value, want)
		if i := got.Interval; i == nil || !(i.Low < got.Value && got.Value < i.High) {
			t.Errorf("%s: %v in %v", name, got.Value, i)
		}
	}
}

// TestTruncation: what is too long is cut from the left, and only what is to be scored
// must fit.
func TestTruncation(t *testing.T) {
	m, net := openDemo(t)
	task := eval.Task{Name: "long", OutputType: eval.Loglikelihood, Source: "rows", Docs: []eval.Doc{
		{Context: strings.Repeat("The old man sat down. ", 20) + "The", Choices: []string{" end"}},
	}}
	const window = 16
	r, err := eval.Run(t.Context(), subject(t, m, net), []eval.Task{task}, eval.Options{MaxLength: window})
	if err != nil {
		t.Fatal(err)
	}
	before := m.Tokenizer.Encode(task.Docs[0].Context, true)
	scored := m.Tokenizer.Encode(task.Docs[0].Context+" end", true)[len(before):]
	want, _ := reference(t, net, before[len(before)+len(scored)-window-1:], scored)
	near(t, "truncated", r.Tasks[0].Samples[0].LogProbs[0], want)

	task.Docs[0].Choices[0] = strings.Repeat(" end", 40)
	_, err = eval.Run(t.Context(), subject(t, m, net), []eval.Task{task}, eval.Options{MaxLength: window})
	if !errors.Is(err, eval.ErrDoc) || !strings.Contains(err.Error(), "document 1 of rows") {
		t.Errorf("a continuation beyond the window: %v", err)
	}
}

// TestGeneration: replies end before the texts that end them, and both extractions score.
func TestGeneration(t *testing.T) {
	m, _ := openDemo(t)
	reply := m.Tokenizer.Encode(" So it is 1,234 apples.\n#### 1234\nQuestion: more", false)
	eos, _ := m.Tokenizer.EOS()
	net := lmtest.New(m.Config.VocabSize, 512)
	net.Next = lmtest.Always(func(text []int32) int32 {
		// What has been written of the reply goes on.
		for n := min(len(reply), len(text)); n >= 0; n-- {
			if slices.Equal(text[len(text)-n:], reply[:n]) {
				if n == len(reply) {
					return eos
				}
				return reply[n]
			}
		}
		return eos
	})
	task := eval.Task{
		Name: "sums", OutputType: eval.GenerateUntil, Until: []string{"Question:"}, MaxGenToks: 200,
		Docs: []eval.Doc{{Context: "Question: how many?\nAnswer:", Answer: "work 2\n#### 1,234"}, {Context: "Question: of what?\nAnswer:", Answer: "#### 5"}},
	}
	r, err := eval.Run(t.Context(), subject(t, m, net), []eval.Task{task}, eval.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Tasks[0].Samples[0].Reply, " So it is 1,234 apples.\n#### 1234\n"; got != want {
		t.Errorf("reply %q, want %q", got, want)
	}
	for _, filter := range []string{"strict-match", "flexible-extract"} {
		if got, ok := r.Metric("sums", "exact_match", filter); !ok || got.Value != .5 {
			t.Errorf("%s: %v", filter, got.Value)
		}
	}
}

// counting counts the tokens that are run, and may stop after some calls.
type counting struct {
	lm.Network
	tokens, calls atomic.Int64
	stop          int64
}

var errStopped = errors.New("stopped")

func (c *counting) Rows(ctx context.Context, forest []lm.Segment, at []lm.Position, visit func(int, []float32) error) error {
	if n := c.calls.Add(1); c.stop > 0 && n > c.stop {
		return errStopped
	}
	for _, s := range forest {
		c.tokens.Add(int64(len(s.Tokens)))
	}
	return c.Network.Rows(ctx, forest, at, visit)
}

// word is another word for each number; the demo's tokenizer has no digits.
func word(i int) string {
	out := ""
	for range 3 {
		out += string(rune('a' + i%26))
		i /= 26
	}
	return out
}

// sentences is a task of many documents that begin alike.
func sentences(n int) eval.Task {
	task := eval.Task{Name: "many", OutputType: eval.MultipleChoice, Metrics: []eval.Metric{eval.Acc, eval.AccNorm}}
	for i := range n {
		task.Docs = append(task.Docs, eval.Doc{
			Context: strings.Repeat("The old man and the river. ", 3) + "The story of " + word(i%37), Delimiter: " ",
			Choices: []string{word(i) + " and " + word(i+5), word(i+5) + " and " + word(i)}, Gold: []int{i % 2},
		})
	}
	return task
}

// TestSharing: common beginnings are computed once.
func TestSharing(t *testing.T) {
	m, _ := openDemo(t)
	net := &counting{Network: lmtest.New(m.Config.VocabSize, 512)}
	task := sentences(100)
	total := 0
	for _, d := range task.Docs {
		for _, c := range d.Choices {
			total += len(m.Tokenizer.Encode(d.Context+" "+c, true)) - 1
		}
	}
	if _, err := eval.Run(t.Context(), subject(t, m, net), []eval.Task{task}, eval.Options{}); err != nil {
		t.Fatal(err)
	}
	if run := net.tokens.Load(); run > int64(total)*4/10 {
		t.Errorf("%d tokens run of %d", run, total)
	}
}

// TestResume: what a run that ended early has computed is not computed again, even when
// its last record is torn; another model's answers are not taken.
func TestResume(t *testing.T) {
	m, _ := openDemo(t)
	fake := lmtest.New(m.Config.VocabSize, 512)
	task, dir := sentences(700), filepath.Join(t.TempDir(), "cache")
	run := func(net lm.Network, digest string) (*eval.Result, error) {
		s := subject(t, m, net)
		s.Digest, s.Precision = digest, "f32"
		cache, err := eval.OpenCache(dir)
		if err != nil {
			t.Fatal(err)
		}
		r, err := eval.Run(t.Context(), s, []eval.Task{task}, eval.Options{Cache: cache})
		if cerr := cache.Close(); cerr != nil {
			t.Fatal(cerr)
		}
		return r, err
	}
	whole := &counting{Network: fake}
	want, err := eval.Run(t.Context(), subject(t, m, whole), []eval.Task{task}, eval.Options{})
	if err != nil {
		t.Fatal(err)
	}
	calls := whole.calls.Load()
	if calls < 4 {
		t.Fatalf("%d calls test nothing", calls)
	}
	if _, err := run(&counting{Network: fake, stop: calls - 1}, "a"); !errors.Is(err, errStopped) {
		t.Fatalf("stopped run: %v", err)
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(files) != 1 {
		t.Fatalf("the cache holds %v", files)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], data[:len(data)-3], 0o644); err != nil {
		t.Fatal(err)
	}
	again := &counting{Network: fake}
	got, err := run(again, "a")
	if err != nil {
		t.Fatal(err)
	}
	if n := again.calls.Load(); n == 0 || n > 2 {
		t.Errorf("%d calls after a run that was nearly done", n)
	}
	for i := range want.Tasks[0].Samples {
		if !slices.Equal(want.Tasks[0].Samples[i].LogProbs, got.Tasks[0].Samples[i].LogProbs) {
			t.Fatalf("document %d: %v, want %v", i, got.Tasks[0].Samples[i], want.Tasks[0].Samples[i])
		}
	}
	third := &counting{Network: fake}
	if _, err := run(third, "a"); err != nil || third.calls.Load() != 0 {
		t.Errorf("%d calls for what is known, %v", third.calls.Load(), err)
	}
	other := &counting{Network: fake}
	if _, err := run(other, "b"); err != nil || other.calls.Load() != calls {
		t.Errorf("%d calls for another model, want %d, %v", other.calls.Load(), calls, err)
	}
}

// TestBadDocuments: what cannot be scored is named.
func TestBadDocuments(t *testing.T) {
	m, net := openDemo(t)
	s := subject(t, m, net)
	good := eval.Doc{Context: "a", Delimiter: " ", Choices: []string{"b", "c"}, Gold: []int{0}}
	for name, c := range map[string]struct {
		kind eval.OutputType
		doc  eval.Doc
	}{
		"one choice":   {eval.MultipleChoice, eval.Doc{Context: "a", Delimiter: " ", Choices: []string{"b"}, Gold: []int{0}}},
		"no gold":      {eval.MultipleChoice, eval.Doc{Context: "a", Delimiter: " ", Choices: []string{"b", "c"}}},
		"gold outside": {eval.MultipleChoice, eval.Doc{Context: "a", Delimiter: " ", Choices: []string{"b", "c"}, Gold: []int{2}}},
		"empty choice": {eval.MultipleChoice, eval.Doc{Context: "a", Delimiter: " ", Choices: []string{"b", ""}, Gold: []int{0}}},
		"no text":      {eval.LoglikelihoodRolling, eval.Doc{Choices: []string{""}}},
		"no target":    {eval.Loglikelihood, eval.Doc{Context: "a"}},
		"unknown kind": {"guess", good},
	} {
		task := eval.Task{Name: "bad", OutputType: c.kind, Metrics: []eval.Metric{eval.Acc}, Source: "rows.jsonl", Docs: []eval.Doc{good, c.doc}}
		if c.kind != eval.MultipleChoice {
			task.Docs = []eval.Doc{c.doc}
		}
		_, err := eval.Run(t.Context(), s, []eval.Task{task}, eval.Options{})
		if !errors.Is(err, eval.ErrDoc) || !strings.Contains(err.Error(), fmt.Sprintf("document %d of rows.jsonl", len(task.Docs))) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := eval.Run(t.Context(), s, []eval.Task{{Name: "empty", OutputType: eval.MultipleChoice}}, eval.Options{}); !errors.Is(err, eval.ErrDoc) {
		t.Errorf("no documents: %v", err)
	}
	for name, o := range map[string]eval.Options{
		"limit": {Limit: -1}, "NaN": {Limit: math.NaN()}, "length": {MaxLength: 1 << 20}, "negative length": {MaxLength: -1},
		"resamples": {Bootstrap: eval.MaxBootstrap + 1},
	} {
		if _, err := eval.Run(t.Context(), s, []eval.Task{choiceTask}, o); !errors.Is(err, eval.ErrOptions) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := eval.Run(t.Context(), s, []eval.Task{choiceTask, choiceTask}, eval.Options{}); !errors.Is(err, eval.ErrOptions) {
		t.Errorf("two tasks of one name: %v", err)
	}
	broken := lmtest.New(m.Config.VocabSize, 512)
	broken.Next = func(_ []int32, row []float32) { row[3] = float32(math.NaN()) }
	if _, err := eval.Run(t.Context(), subject(t, m, broken), []eval.Task{choiceTask}, eval.Options{}); !errors.Is(err, lm.ErrNonFinite) {
		t.Errorf("NaN logits: %v", err)
	}
}

// TestLimit takes the first documents.
func TestLimit(t *testing.T) {
	for _, c := range []struct {
		limit float64
		n     int
		want  int
	}{{0, 7, 7}, {3, 7, 3}, {30, 7, 7}, {1e300, 7, 7}, {.5, 7, 4}, {.01, 7, 1}} {
		if got := (eval.Options{Limit: c.limit}).Take(c.n); got != c.want {
			t.Errorf("limit %v of %d: %d, want %d", c.limit, c.n, got, c.want)
		}
	}
}
