package attack

import (
	"context"
	"errors"
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
	return remember(l, "lookalikes", func() ([]string, error) {
		if l.Lookalikes == nil {
			return l.makeLookalikes(ctx, l.wantedLookalikes())
		}
		return l.givenLookalikes(), nil
	})
}

func (l *Lab) wantedLookalikes() int { return min(len(l.Set.Fingerprints), maxLookalikes) }

// givenLookalikes are those of the job that are not in the set.
func (l *Lab) givenLookalikes() []string {
	ours := make(map[string]bool)
	for _, f := range l.Set.Fingerprints {
		ours[spelled(f.Key)] = true
	}
	found := slices.DeleteFunc(slices.Clone(l.Lookalikes), func(key string) bool { return ours[spelled(key)] })
	return found[:min(len(found), l.wantedLookalikes())]
}

// makeLookalikes makes n keys as those of the set were made: on the base, where it is at
// hand.
func (l *Lab) makeLookalikes(ctx context.Context, n int) ([]string, error) {
	if k := l.Set.Params.Keys; k == fingerprint.KeysFile || k == fingerprint.KeysImported {
		return nil, errNoLookalikes
	}
	net := l.BaseNet
	if net == nil {
		net = l.Net
	}
	render, err := l.prompts.Renderer(l.Set.Serving)
	if err != nil {
		return nil, err
	}
	seed := l.Set.Params.Seed ^ l.Seed ^ 0x10c0_a11c_e5ee_d000 // another one, whatever the sweep's seed is
	return fingerprint.LookAlikes(ctx, oracle.New(net, l.Model.Tokenizer), l.Model.Tokenizer, render, l.Set, n, seed, nil)
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
