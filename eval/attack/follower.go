package attack

import (
	"context"
	"errors"
	"fmt"

	"loyal/lm"
)

// follower reads along with the answers that another model writes.
type follower struct {
	net     lm.Network
	prompts [][]int32
	prefix  lm.Sequence // what all prompts begin with; nil before the first look
	rows    map[int]lm.Sequence
}

func newFollower(net lm.Network, prompts [][]int32) *follower {
	return &follower{net: net, prompts: prompts, rows: make(map[int]lm.Sequence)}
}

var errVocabulary = errors.New("the models have different vocabularies")

// followTokens bounds the tokens of one pass, and with them its memory.
const followTokens = 1024

// logits returns what the follower would write, one row (V) for each choice.
func (f *follower) logits(ctx context.Context, choices []lm.Choice) ([]float32, error) {
	if err := f.shared(ctx); err != nil {
		return nil, err
	}
	v := f.net.Config().VocabSize
	if n := len(choices[0].Logits); n != v {
		return nil, fmt.Errorf("follow a model of %d tokens with one of %d: %w", n, v, errVocabulary)
	}
	out := make([]float32, 0, len(choices)*v)
	var feeds []lm.Feed
	room := followTokens
	flush := func() error {
		if len(feeds) == 0 {
			return nil
		}
		rows, err := f.net.Extend(ctx, feeds)
		out, feeds, room = append(out, rows...), nil, followTokens
		return err
	}
	for _, c := range choices {
		seq := f.rows[c.Row]
		if seq == nil {
			seq = f.prefix.Fork()
			f.rows[c.Row] = seq
		}
		text := append(f.prompts[c.Row][:len(f.prompts[c.Row]):len(f.prompts[c.Row])], c.Written...)
		if seq.Len() >= len(text) {
			return nil, fmt.Errorf("follow row %d: it was seen before", c.Row)
		}
		rest := text[seq.Len():]
		if len(rest) > room {
			if err := flush(); err != nil {
				return nil, err
			}
		}
		feeds = append(feeds, lm.Feed{Sequence: seq, Tokens: rest})
		room -= len(rest)
	}
	return out, flush()
}

// shared computes what all prompts begin with.
func (f *follower) shared(ctx context.Context) error {
	if f.prefix != nil {
		return nil
	}
	prefix := f.prompts[0]
	for _, p := range f.prompts {
		prefix = prefix[:min(len(prefix), len(p)-1)]
		prefix = prefix[:lm.CommonPrefix(prefix, p)]
	}
	f.prefix = f.net.NewSequence()
	if len(prefix) == 0 {
		return nil
	}
	_, err := f.net.Extend(ctx, []lm.Feed{{Sequence: f.prefix, Tokens: prefix}})
	return err
}

func (f *follower) close() {
	for _, s := range f.rows {
		s.Close()
	}
	if f.prefix != nil {
		f.prefix.Close()
	}
}
