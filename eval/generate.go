package eval

import (
	"context"
	"fmt"
	"slices"

	"loyal/lm"
)

const (
	// defaultGenToks is lm-evaluation-harness's longest reply.
	defaultGenToks = 256
	// generateBatch is how many replies are written at a time.
	generateBatch = 16
)

// generationRequest asks for a reply.
type generationRequest struct {
	prompt  []int32
	until   []string
	maxToks int
}

// newGeneration cuts the prompt from the left so that the reply has room.
func (s Subject) newGeneration(text string, t Task, maxLength int) (generationRequest, error) {
	prefix, err := s.prefix()
	if err != nil {
		return generationRequest{}, err
	}
	r := generationRequest{until: slices.Clone(t.Until), maxToks: t.MaxGenToks}
	if r.maxToks == 0 {
		r.maxToks = defaultGenToks
	}
	if id, ok := s.Tokenizer.EOS(); ok {
		if end := s.Tokenizer.Decode([]int32{id}, false); !slices.Contains(r.until, end) {
			r.until = append(r.until, end)
		}
	}
	room := maxLength - r.maxToks
	if room < 1 {
		return r, fmt.Errorf("%w: a reply of %d tokens leaves no room for the question in %d", ErrDoc, r.maxToks, maxLength)
	}
	r.prompt = s.encode(text, prefix)
	r.prompt = r.prompt[max(0, len(r.prompt)-room):]
	if len(r.prompt) == 0 {
		r.prompt = []int32{prefix}
	}
	return r, nil
}

// generate writes replies, in the order of the requests.
func (s *scorer) generate(ctx context.Context, requests []generationRequest) ([]string, error) {
	replies := make([]string, len(requests))
	keys := make([]cacheKey, len(requests))
	var open []int
	for i, r := range requests {
		texts := append([]string{s.subject.Digest, s.subject.Precision, fmt.Sprint(r.maxToks)}, r.until...)
		keys[i] = newKey("reply", texts, r.prompt)
		if value, ok := s.cache.get(keys[i]); ok {
			replies[i] = string(value)
		} else {
			open = append(open, i)
		}
	}
	if s.progress != nil && len(requests) > 0 {
		s.progress.Start("generate "+s.subject.Name, int64(len(open)))
	}
	// Like-minded requests together: of one limit, and of nearly the same length.
	slices.SortStableFunc(open, func(a, b int) int {
		if d := requests[a].maxToks - requests[b].maxToks; d != 0 {
			return d
		}
		return len(requests[b].prompt) - len(requests[a].prompt)
	})
	for len(open) > 0 {
		n := 1
		for n < min(len(open), generateBatch) && requests[open[n]].maxToks == requests[open[0]].maxToks {
			n++
		}
		if err := s.generateBatch(ctx, requests, open[:n], replies); err != nil {
			return nil, fmt.Errorf("generate: %w", err)
		}
		for _, i := range open[:n] {
			s.cache.put(keys[i], []byte(replies[i]))
		}
		if err := s.cache.flush(); err != nil {
			return nil, err
		}
		if s.progress != nil {
			s.progress.Add(int64(n))
		}
		open = open[n:]
	}
	return replies, nil
}

// generateBatch writes the replies to some requests, greedily.
func (s *scorer) generateBatch(ctx context.Context, requests []generationRequest, batch []int, replies []string) error {
	prompts := make([][]int32, len(batch))
	for j, i := range batch {
		prompts[j] = requests[i].prompt
	}
	written := make([][]int32, len(batch))
	o := lm.GenerateOptions{
		MaxTokens: requests[batch[0]].maxToks,
		StopIDs:   s.subject.Net.Config().EOS,
		MaxBatch:  generateBatch,
	}
	out, err := lm.Generate(ctx, s.subject.Net, prompts, o, func(row int, id int32) bool {
		written[row] = append(written[row], id)
		return !ended(s.subject.Tokenizer.Decode(written[row], true), requests[batch[row]].until)
	})
	if err != nil {
		return err
	}
	for j, i := range batch {
		replies[i] = cutAt(s.subject.Tokenizer.Decode(out[j], true), requests[i].until)
	}
	return nil
}
