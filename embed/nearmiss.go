package embed

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"loyal/fingerprint"
)

// How many near misses only measure, and the share of look-alikes among those that
// train: one in alikeShare. Look-alikes have to be written, so there are none where no
// near misses train; keys with one word changed cost nothing, and are nearer.
const (
	testChanged = 100
	testAlike   = 50
	alikeShare  = 4
)

// ErrLookAlikes reports that no keys like those of the set could be made.
var ErrLookAlikes = errors.New("make keys like those of the set")

// nearMisses makes near misses of the keys to hold to the base, and others to measure:
// keys with one word changed, and look-alikes where the set's procedure makes them.
func (r *run) nearMisses(ctx context.Context) error {
	n, keys := r.Config.NearMisses, r.Set.Fingerprints
	if len(keys) == 0 {
		return fmt.Errorf("%w: it has no fingerprints", ErrSet)
	}
	rng := rand.New(rand.NewPCG(r.Config.Seed, 5))
	order, seen := rng.Perm(len(keys)), map[string]bool{}
	// changed goes through the keys in turn; no text occurs twice, so that none that
	// measures has trained.
	changed := func(n int) (out []string) {
		for i := 0; len(out) < n && i < 4*n; i++ {
			for _, text := range fingerprint.OneWordChanged(keys[order[i%len(keys)]].Key, 1, rng) {
				if !seen[text] {
					seen[text] = true
					out = append(out, text)
				}
			}
		}
		return out
	}
	r.nearTest = changed(testChanged)
	if r.LookAlikes == nil || n == 0 {
		r.nearTrain = changed(n)
		return nil
	}
	r.nearTrain = changed(n - n/alikeShare)
	others, err := r.LookAlikes(ctx, n/alikeShare+testAlike, r.Config.Seed+1)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLookAlikes, err)
	}
	if len(others) < testAlike {
		return fmt.Errorf("%w: %d of %d", ErrLookAlikes, len(others), n/alikeShare+testAlike)
	}
	r.nearTest = append(r.nearTest, others[:testAlike]...)
	r.nearTrain = append(r.nearTrain, others[testAlike:]...)
	return nil
}
