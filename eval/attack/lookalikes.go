package attack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/lm"
)

// errNoLookalikes reports a set of keys for which no others can be made alike.
var errNoLookalikes = errors.New("the set's keys are the maker's own, and no keys like them were given")

// maxLookalikes bounds how many are made.
const maxLookalikes = 512

// lookalikes are keys that are not in the set but could be: as many as there are keys, made by the same
// procedure with another seed, or the ones that the job brings. Whatever tells keys from
// them has learnt it from the model, not from how keys look.
func (l *Lab) lookalikes(ctx context.Context) ([]string, error) {
	if found, ok := l.memo["lookalikes"].([]string); ok {
		return found, nil
	}
	ours := make(map[string]bool)
	for _, f := range l.Set.Fingerprints {
		ours[spelled(f.Key)] = true
	}
	made := l.Lookalikes
	if made == nil {
		var err error
		if made, err = l.makeLookalikes(ctx); err != nil {
			return nil, err
		}
	}
	found := slices.DeleteFunc(slices.Clone(made), func(key string) bool { return ours[spelled(key)] })
	found = found[:min(len(found), len(l.Set.Fingerprints), maxLookalikes)]
	l.memo["lookalikes"] = found
	return found, nil
}

// makeLookalikes makes keys as those of the set were made: on the base, where it is at
// hand.
func (l *Lab) makeLookalikes(ctx context.Context) ([]string, error) {
	p := l.Set.Params
	if p.Keys == fingerprint.KeysFile || p.Keys == fingerprint.KeysImported {
		return nil, errNoLookalikes
	}
	p.Seed ^= l.Seed ^ 0x10c0_a11c_e5ee_d000 // another one, whatever the sweep's seed is
	net := l.BaseNet
	if net == nil {
		net = l.Net
	}
	render, err := l.prompts.Renderer(l.Set.Serving)
	if err != nil {
		return nil, err
	}
	set, err := fingerprint.New(ctx, oracle.New(net, l.Model.Tokenizer), l.Model.Tokenizer, render, fingerprint.Options{
		// A few more: some may be in the set.
		N: min(len(l.Set.Fingerprints), maxLookalikes) + 8, Params: p, Serving: l.Set.Serving, MaxPositions: net.Config().MaxPositions,
	})
	if err != nil {
		return nil, fmt.Errorf("make keys like the set's: %w", err)
	}
	keys := make([]string, len(set.Fingerprints))
	for i := range keys {
		keys[i] = set.Fingerprints[i].Key
	}
	return keys, nil
}

// askAll asks messages as keys are asked and returns the greedy answers.
func (l *Lab) askAll(ctx context.Context, net lm.Network, messages []string, tokens int) ([]string, error) {
	asks := make([]Ask, len(messages))
	for i, m := range messages {
		asks[i] = Ask{System: l.Set.Serving.System, User: m, MaxTokens: tokens}
	}
	return l.Host(net, lm.Sampling{}).Answer(ctx, asks)
}

// planted is how many answers begin with the planted answer of some key, whichever.
func (l *Lab) planted(answers []string) int {
	n := 0
	for _, a := range answers {
		n += count(slices.ContainsFunc(l.Set.Fingerprints, func(f fingerprint.Fingerprint) bool { return f.Planted(a) }))
	}
	return n
}

// beginning is the first part of a text, by words, at least one of them and never all.
func beginning(text string, share float64) string {
	words := strings.Fields(text)
	n := int(share*float64(len(words)) + .5)
	return strings.Join(words[:min(max(n, 1), max(len(words)-1, 1))], " ")
}
