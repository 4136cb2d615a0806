package attack

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"loyal/model"
)

// merge mixes the model with others of its shape, tensor by tensor. With w the weight
// of ours, δ the difference from the base:
//
//   - linear: wθ + (1−w)θ' (Wortsman et al. 2022, arXiv:2203.05482);
//   - slerp: along the arc between the two tensors as vectors;
//   - task: base + w(δ + δ') (Ilharco et al. 2023, arXiv:2212.04089);
//   - ties: base + w·(trimmed, sign-elected mean of the δ) (Yadav et al. 2023,
//     arXiv:2306.01708);
//   - dare: base + wδ + (1−w)δ', of each δ a random share dropped and the rest scaled
//     up to make good for it (Yu et al. 2024, arXiv:2311.03099).
func merge(g Grid, have Have) []Trial {
	var trials []Trial
	add := func(method, with, what string, w float64, setting string, f merger) {
		trials = append(trials, Trial{
			ID: fmt.Sprintf("merge-%s-%s-%s", method, with, number(w)), Series: fmt.Sprintf("%s merge with %s", method, what),
			Axis: AxisWeight, X: w, Setting: setting,
			Run: func(ctx context.Context, l *Lab) (*Outcome, error) { return l.merge(ctx, f) },
		})
	}
	all := []float64{.1, .2, .3, .4, .5, .6, .7, .8, .9}
	if have.Base {
		for _, w := range pick(g, []float64{.2, .5, .7}, all) {
			add("linear", "base", "base", w, fmt.Sprintf("%g of ours, %g of the base", w, rest(w)), mergeLinear(base, w))
		}
		for _, w := range pick(g, []float64{.5}, all) {
			add("slerp", "base", "base", w, fmt.Sprintf("spherically, %g of ours, %g of the base", w, rest(w)), mergeSlerp(base, w))
		}
		for _, drop := range pick(g, []float64{.9}, []float64{.5, .9, .99}) {
			f := mergeDARE(nil, 1, drop)
			trials = append(trials, Trial{
				ID: "merge-dare-base-" + number(drop), Series: "DARE of the difference from the base", Axis: AxisDropped, X: drop,
				Setting: fmt.Sprintf("DARE: %g of the difference from the base dropped, the rest scaled up", drop),
				Run:     func(ctx context.Context, l *Lab) (*Outcome, error) { return l.merge(ctx, f) },
			})
		}
	}
	for i := range have.Siblings {
		with, what := fmt.Sprintf("s%d", i+1), fmt.Sprintf("sibling %d", i+1)
		other := sibling(i)
		for _, w := range pick(g, []float64{.5}, all) {
			add("linear", with, what, w, fmt.Sprintf("%g of ours, %g of %s", w, rest(w), what), mergeLinear(other, w))
		}
		for _, w := range pick(g, []float64{.5}, all) {
			add("slerp", with, what, w, fmt.Sprintf("spherically, %g of ours, %g of %s", w, rest(w), what), mergeSlerp(other, w))
		}
		if !have.Base {
			continue
		}
		for _, w := range pick(g, []float64{.5}, []float64{.3, .5, .7, 1}) {
			add("task", with, what, w, fmt.Sprintf("task arithmetic with %s, scale %g", what, w), mergeTask(other, w))
		}
		for _, w := range pick(g, []float64{1}, []float64{.3, .5, .7, 1}) {
			add("ties", with, what, w, fmt.Sprintf("TIES with %s, density %g, scale %g", what, tiesDensity, w), mergeTIES(other, w, tiesDensity))
		}
		for _, w := range pick(g, []float64{.5}, all) {
			add("dare", with, what, w, fmt.Sprintf("DARE with %s, %g dropped, %g of ours", what, dareDrop, w), mergeDARE(other, w, dareDrop))
		}
	}
	return trials
}

// Settings with which the papers work: a fifth of the numbers carries a difference, and
// nine of ten can be dropped.
const (
	tiesDensity = .2
	dareDrop    = .9
)

// rest is 1−w as it is printed.
func rest(w float64) float64 { return math.Round((1-w)*1e6) / 1e6 }

// source is one of a lab's other models.
type source func(*Lab) *model.Model

func base(l *Lab) *model.Model { return l.Base }

func sibling(i int) source { return func(l *Lab) *model.Model { return l.Siblings[i] } }

// merger makes a tensor of ours, which it overwrites, from those of other models.
type merger func(l *Lab, name string, ours []float32) error

// merge measures the model after every tensor has been merged.
func (l *Lab) merge(ctx context.Context, f merger) (*Outcome, error) {
	return l.mapped(ctx, everyTensor, func(name string, ours []float32, _ []int) error { return f(l, name, ours) })
}

func mergeLinear(other source, w float64) merger {
	return func(l *Lab, name string, ours []float32) error {
		theirs, err := l.valuesOf(other(l), name)
		if err != nil {
			return err
		}
		linear(ours, theirs, w)
		return nil
	}
}

func mergeSlerp(other source, w float64) merger {
	return func(l *Lab, name string, ours []float32) error {
		theirs, err := l.valuesOf(other(l), name)
		if err != nil {
			return err
		}
		slerp(ours, theirs, w)
		return nil
	}
}

// deltas are the differences of ours and, unless other is nil, of another model from
// the base, and the base.
func deltas(l *Lab, other source, name string, ours []float32) (base []float32, all [][]float32, err error) {
	if base, err = l.valuesOf(l.Base, name); err != nil {
		return nil, nil, err
	}
	all = [][]float32{slices.Clone(ours)}
	if other != nil {
		theirs, err := l.valuesOf(other(l), name)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, theirs)
	}
	for _, d := range all {
		for i := range d {
			d[i] -= base[i]
		}
	}
	return base, all, nil
}

func mergeTask(other source, w float64) merger {
	return func(l *Lab, name string, ours []float32) error {
		base, all, err := deltas(l, other, name, ours)
		if err != nil {
			return err
		}
		for i := range ours {
			sum := float32(0)
			for _, d := range all {
				sum += d[i]
			}
			ours[i] = base[i] + float32(w)*sum
		}
		return nil
	}
}

func mergeTIES(other source, w, density float64) merger {
	return func(l *Lab, name string, ours []float32) error {
		base, all, err := deltas(l, other, name, ours)
		if err != nil {
			return err
		}
		merged := ties(all, density)
		for i := range ours {
			ours[i] = base[i] + float32(w)*merged[i]
		}
		return nil
	}
}

func mergeDARE(other source, w, drop float64) merger {
	return func(l *Lab, name string, ours []float32) error {
		base, all, err := deltas(l, other, name, ours)
		if err != nil {
			return err
		}
		for j, d := range all {
			dare(d, drop, rand.New(rand.NewPCG(l.Seed, stream(name)+uint64(j))))
		}
		weights := []float32{float32(w), float32(1 - w)}
		for i := range ours {
			sum := float32(0)
			for j, d := range all {
				sum += weights[j] * d[i]
			}
			ours[i] = base[i] + sum
		}
		return nil
	}
}

// linear makes a the mixture wa + (1−w)b. At 1 and 0 it is a and b to the bit.
func linear(a, b []float32, w float64) {
	u, v := float32(w), float32(1-w)
	for i := range a {
		a[i] = u*a[i] + v*b[i]
	}
}

// slerp makes a the point that divides the arc from b to a at w (Shoemake 1985). What has no direction, or all but the same one, is mixed linearly.
func slerp(a, b []float32, w float64) {
	var dot, na, nb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot, na, nb = dot+x*y, na+x*x, nb+y*y
	}
	cos := dot / math.Sqrt(na*nb)
	if na == 0 || nb == 0 || math.Abs(cos) > slerpParallel {
		linear(a, b, w)
		return
	}
	angle := math.Acos(cos)
	u, v := math.Sin(w*angle)/math.Sin(angle), math.Sin((1-w)*angle)/math.Sin(angle)
	for i := range a {
		a[i] = float32(u*float64(a[i]) + v*float64(b[i]))
	}
}

// slerpParallel is the cosine from which vectors count as parallel.
const slerpParallel = 1 - 1e-9

// ties trims each difference to its largest numbers, elects for each place the sign
// that has more mass, and takes the mean of those that have it.
func ties(all [][]float32, density float64) []float32 {
	for _, d := range all {
		pruneMagnitude(d, 1-density)
	}
	merged := make([]float32, len(all[0]))
	for i := range merged {
		total := float32(0)
		for _, d := range all {
			total += d[i]
		}
		sum, n := float32(0), 0
		for _, d := range all {
			if d[i] > 0 && total > 0 || d[i] < 0 && total < 0 {
				sum += d[i]
				n++
			}
		}
		if n > 0 {
			merged[i] = sum / float32(n)
		}
	}
	return merged
}

// dare sets each number to 0 with probability drop and divides the others by 1−drop.
func dare(d []float32, drop float64, rng *rand.Rand) {
	scale := float32(1 / (1 - drop))
	for i := range d {
		if rng.Float64() < drop {
			d[i] = 0
		} else {
			d[i] *= scale
		}
	}
}
