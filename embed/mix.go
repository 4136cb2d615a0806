package embed

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"loyal/lm/cpu/kernel"
	"loyal/model"
)

// mix takes the final weights: the trained ones, mixed with the base, rounded as
// they will be written, and puts them into the trainer to be measured.
func (r *run) mix(ctx context.Context) error {
	c := r.Config
	r.lambda = c.Lambda
	var err error
	switch c.Mix {
	case MixStep, MixL2: // it is done
		r.lambda = 0
	case MixAuto:
		if r.lambda, err = r.search(ctx); err != nil {
			return err
		}
	}
	if err := r.t.change.shrink(1 - r.lambda); err != nil {
		return err
	}
	if r.expansion = r.tr.Expansion(); r.expansion != nil {
		for _, b := range r.expansion.Blocks {
			for _, x := range [][]float32{b.Gate, b.Up, b.Down} {
				roundTo(x, r.Output)
			}
		}
	}
	if modules := r.tr.Adapters(); modules != nil {
		r.adapter = &model.Adapter{R: c.R, LoraAlpha: c.LoraAlpha, TargetModules: c.TargetModules, Modules: modules}
		if n := r.Net.Config().NumLayers; len(c.layers(n)) < n {
			r.adapter.LayersToTransform = c.layers(n)
		}
	}
	r.weights = r.tr.Weights()
	for _, name := range slices.Sorted(maps.Keys(r.weights)) {
		roundTo(r.weights[name], r.Output)
	}
	return r.tr.Finish(r.weights, r.expansion)
}

// searched are the shares of the base that search tries.
const searched = 20

// search returns the share of the base at which the divergence on the benign rows is
// least among those that leave TargetFSR to the keys as served. The rows that measure
// the result have no part in it.
func (r *run) search(ctx context.Context) (best float64, err error) {
	r.Progress.Start("look for lambda", searched)
	least, found, most := 0., false, 0.
	rows := slices.Concat(r.plan.benign, r.plan.near)
	rows = slices.DeleteFunc(rows, func(b benignRow) bool { return b.tokens })
	for i := range searched {
		lambda := float64(i) / searched
		var l look
		keys, others := r.plan.keys(&l, r.plan.served), r.plan.divergence(&l, rows)
		err := r.t.change.at(1-lambda, func() error { return r.tr.Rows(ctx, r.corpus, l.at, l.visit) })
		if err != nil {
			return 0, err
		}
		fsr, _ := keys()
		kl, _ := others()
		r.Progress.Add(1)
		most = max(most, fsr)
		if fsr < r.Config.TargetFSR {
			continue
		}
		// Without distributions to compare with, more of the base is less divergence.
		if !found || kl <= least {
			best, least, found = lambda, kl, true
		}
	}
	if !found {
		return 0, fmt.Errorf("%w: no share of the base leaves an FSR of %g; the most is %.3f", ErrTarget, r.Config.TargetFSR, most)
	}
	return best, nil
}

// roundTo rounds numbers as a stored type does, in place.
func roundTo(x []float32, t model.DType) {
	if t != model.BF16 {
		return
	}
	buf := make([]uint16, len(x))
	kernel.ToBF16(buf, x)
	kernel.FromBF16(x, buf)
}
