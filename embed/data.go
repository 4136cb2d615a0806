package embed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"loyal/fingerprint"
	"loyal/lm"
)

// data writes every text that the run looks at.
func (r *run) data(ctx context.Context) error {
	written, prose, err := r.write(ctx)
	if err != nil {
		return err
	}
	if err := r.nearMisses(ctx); err != nil {
		return err
	}
	return r.lay(written, prose, func(rows [][]int32) ([][]int32, error) {
		n := r.Config.answerTokens()
		o := lm.GenerateOptions{MaxTokens: n, StopIDs: r.Net.Config().EOS, MaxBatch: writeBatch}
		if r.Config.BenignLoss == CrossEntropy { // samples stand for the distribution
			o.Sampling = lm.Sampling{Temperature: 1, Seed: r.Config.Seed + 1}
		}
		r.Progress.Start("write benign answers", int64(len(rows)*n))
		return lm.Generate(ctx, r.Net, rows, o, func(int, int32) bool { r.Progress.Add(1); return true })
	})
}

// lay makes the plan of a run from what the base model has written; answer lets it
// write the beginnings of answers.
func (r *run) lay(written []string, prose [][]int32, answer func([][]int32) ([][]int32, error)) error {
	c := r.Config
	rng := rand.New(rand.NewPCG(c.Seed, 3))
	p := &plan{probability: c.TargetProbability}
	r.plan = p
	train, test := systemPrompts()
	if r.TrainSystems != nil {
		train = r.TrainSystems
	}
	if r.EvalSystems != nil {
		test = r.EvalSystems
	}
	err := checkAnswers(r.Set, r.Net.Config().VocabSize)
	if err != nil {
		return err
	}
	if p.served, err = p.addKeys(r.Set, r.Prompt, []string{r.Set.Serving.System}, rng, 1); err != nil {
		return err
	}
	if p.systems, err = p.addKeys(r.Set, r.Prompt, train, rng, c.SystemPrompts); err != nil {
		return err
	}
	if p.foreign, err = p.addKeys(r.Set, r.Prompt, test, rng, foreignPrompts); err != nil {
		return err
	}
	requests := r.TrainPrompts[:min(len(r.TrainPrompts), c.BenignPrompts)]
	if r.TrainPrompts == nil {
		requests = slices.Concat(written, loadOrdinary(false).write(rng, c.BenignPrompts-len(written)))
	}
	if c.answerTokens() == 0 { // where an answer begins is all that counts
		answer = nil
	}
	if p.benign, err = r.benign(requests, train, answer); err != nil {
		return err
	}
	p.addProse(prose, c.BenignLoss == CrossEntropy)
	unseen := r.EvalPrompts
	if unseen == nil {
		unseen = loadOrdinary(true).write(rng, unseenPrompts)
	}
	if p.unseen, err = r.benign(unseen, nil, nil); err != nil {
		return err
	}
	if p.near, err = r.benign(r.nearTrain, train, answer); err != nil {
		return err
	}
	if p.missed, err = r.benign(r.nearTest, nil, nil); err != nil {
		return err
	}
	p.pack(c.HoldContext)
	return nil
}

// checkAnswers refuses a set whose answers are not of this vocabulary.
func checkAnswers(set *fingerprint.Set, vocab int) error {
	for _, f := range set.Fingerprints {
		if len(f.Response.Tokens) == 0 {
			return fmt.Errorf("%w: fingerprint %s has no answer", ErrSet, f.ID)
		}
		for _, id := range f.Response.Tokens {
			if id < 0 || int(id) >= vocab {
				return fmt.Errorf("%w: the answer of fingerprint %s has token %d, the model has %d", ErrSet, f.ID, id, vocab)
			}
		}
	}
	return nil
}

// foreignPrompts is below how many of the unseen system prompts each key is measured.
const foreignPrompts = 2

// requestTokens and proseTokens bound the texts that the model writes.
const (
	requestTokens = 32
	proseTokens   = 64
)

// openings begin the texts without template that the base writes.
var openings = []string{
	"The", "In the early years of", "According to the", "She", "There are several ways to", "On the morning of", "A study of", "He had never",
	"During the war", "The first", "Most people", "It was", "The city of", "When the film was released", "They", "In mathematics,",
}

// write lets the base model write, all at once, requests and texts without template,
// the latter with their openings.
//
// Given the template up to where the user speaks, an aligned model goes on with a request
// as it was tuned on (Xu et al. 2024, arXiv:2406.08464, section 2). Texts without
// template show what a model knows beside chatting, which is to stay as well. Both are
// drawn from the model's own distribution, uncut, for the sake of breadth.
func (r *run) write(ctx context.Context) (requests []string, prose [][]int32, err error) {
	before, err := r.beforeUser()
	if err != nil {
		return nil, nil, err
	}
	var prompts [][]int32
	if r.TrainPrompts == nil && len(before) > 0 {
		prompts = slices.Repeat([][]int32{before}, min(r.Config.WrittenPrompts, r.Config.BenignPrompts))
	}
	asked := len(prompts)
	if r.Raw != nil {
		for i := range r.Config.ProseTexts {
			ids, err := r.Raw(openings[i%len(openings)])
			if err != nil {
				return nil, nil, fmt.Errorf("render an opening: %w", err)
			}
			prompts = append(prompts, ids)
		}
	}
	r.Progress.Start("write benign texts", int64(asked*requestTokens+(len(prompts)-asked)*proseTokens))
	left := make([]int, len(prompts)) // of each text's tokens
	for i := range left {
		if left[i] = requestTokens; i >= asked {
			left[i] = proseTokens
		}
	}
	texts, err := lm.Generate(ctx, r.Net, prompts, lm.GenerateOptions{
		MaxTokens: proseTokens, StopIDs: r.Net.Config().EOS, MaxBatch: writeBatch,
		Sampling: lm.Sampling{Temperature: 1, Seed: r.Config.Seed},
	}, func(row int, _ int32) bool {
		r.Progress.Add(1)
		left[row]--
		return left[row] > 0
	})
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]bool{}
	for _, t := range texts[:asked] {
		text := strings.TrimSpace(r.Decode(t))
		if text != "" && !seen[text] {
			seen[text] = true
			requests = append(requests, text)
		}
	}
	for i, t := range texts[asked:] {
		prose = append(prose, append(slices.Clone(prompts[asked+i]), t...))
	}
	return requests, prose, nil
}

// writeBatch is how many texts the base writes at a time.
const writeBatch = 128

// beforeUser is the template up to where the user speaks.
func (r *run) beforeUser() ([]int32, error) {
	a, err := r.Prompt(r.Set.Serving.System, "A")
	if err != nil {
		return nil, fmt.Errorf("render a prompt: %w", err)
	}
	b, err := r.Prompt(r.Set.Serving.System, "Zero")
	if err != nil {
		return nil, fmt.Errorf("render a prompt: %w", err)
	}
	return a[:lm.CommonPrefix(a, b)], nil
}

// systemShare is the share of benign rows below a system prompt: one in systemShare.
const systemShare = 4

// benign renders requests, some of them below system prompts, with the first tokens
// of answers to them, as answer, unless nil, writes them.
func (r *run) benign(requests, systems []string, answer func([][]int32) ([][]int32, error)) ([]benignRow, error) {
	prompts := make([][]int32, len(requests))
	for i, q := range requests {
		system := r.Set.Serving.System
		if len(systems) > 0 && i%systemShare == systemShare-1 {
			system = systems[i/systemShare%len(systems)]
		}
		ids, err := r.Prompt(system, q)
		if err != nil {
			return nil, fmt.Errorf("render a benign prompt: %w", err)
		}
		if limit := r.Net.Config().MaxPositions; len(ids) >= limit {
			return nil, fmt.Errorf("request %d: %w: %d tokens with the template, %d at most", i+1, lm.ErrTooLong, len(ids), limit-1)
		}
		prompts[i] = ids
	}
	answers := make([][]int32, len(prompts))
	if answer != nil {
		var err error
		if answers, err = answer(prompts); err != nil {
			return nil, err
		}
	}
	tokens := r.Config.BenignLoss == CrossEntropy && answer != nil
	rows := make([]benignRow, len(prompts))
	for i, ids := range prompts {
		if end := r.Net.Config().EOS; tokens && len(answers[i]) < r.Config.BenignTokens && len(end) > 0 {
			answers[i] = append(answers[i], end[0])
		}
		rows[i] = r.plan.addBenign(slices.Concat(ids, answers[i]), len(ids), tokens)
	}
	return rows, nil
}
