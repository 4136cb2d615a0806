package embed

import (
	"math/rand/v2"

	"loyal/internal/parallel"
	"loyal/lm"
)

// kinds of rows, by the sum of the step that their loss goes to.
const (
	kindServed = iota // planted tokens, as served
	kindSystem        // planted tokens below system prompts
	kindAround        // what stands before and behind planted tokens
	kindBenign        // what is to stay as it is
	kinds
)

// aim is what a row of logits is pulled to: a distribution of the base if there is one,
// planted tokens with their share, or else a token.
type aim struct {
	token  int32
	ref    *lm.Reference
	coarse *lm.Coarse
	// planted says that coarse is of planted tokens, any of which is right.
	planted bool
}

// hit reports whether a token is the wanted one.
func (a *aim) hit(token int32) bool {
	switch {
	case a.planted:
		return a.coarse.Has(token)
	case a.ref != nil:
		return token == a.ref.Top()
	case a.coarse != nil:
		return token == a.coarse.Top()
	}
	return token == a.token
}

// target is one row of logits with the loss that it gets.
type target struct {
	aim
	kind   int
	weight float32

	loss float64
	p    float64 // of planted tokens
	top  bool    // the likeliest token is the wanted one
}

// apply turns the row's logits into the gradient of the weighted loss, and notes what it was.
func (x *target) apply(row []float32) {
	x.top = x.hit(lm.ArgMax(row))
	switch {
	case x.ref != nil:
		x.loss = x.ref.KL(row, x.weight)
	case x.coarse != nil:
		if x.planted {
			x.p = x.coarse.Mass(row)
		}
		x.loss = x.coarse.KL(row, x.weight)
	default:
		x.loss, _ = lm.CrossEntropy(row, x.token, x.weight, 2)
	}
}

// stepRows collects what one pass runs: segments, positions, targets.
type stepRows struct {
	pick    []int
	at      []lm.Position
	targets []target
}

// addKey adds a key's answer: its planted tokens with the weight in all, what stands
// around them with as much again.
func (t *training) addKey(s *stepRows, r *keyRow, kind int, weight float64) {
	s.pick = append(s.pick, t.plan.packed.Leaf(r.text))
	s.at = append(s.at, t.plan.answerPositions(*r)...)
	planted := 0
	for _, a := range r.aims {
		if a.planted {
			planted++
		}
	}
	for _, a := range r.aims {
		x := target{aim: a, kind: kind, weight: float32(weight / float64(planted))}
		if !a.planted {
			x.kind, x.weight = kindAround, float32(weight/float64(len(r.aims)-planted))
		}
		s.targets = append(s.targets, x)
	}
}

// addBenign adds a row that is held to the base.
func (t *training) addBenign(s *stepRows, r *benignRow, weight float64) {
	s.pick = append(s.pick, t.plan.packed.Leaf(r.text))
	s.at = append(s.at, t.plan.benignPositions(*r)...)
	for _, a := range r.aims {
		s.targets = append(s.targets, target{aim: a, kind: kindBenign, weight: float32(weight)})
	}
}

// Streams of chance: which rows a step takes.
const (
	streamSystems = 1 + iota
	streamBenign
	streamNear
	streamKeys
	streamInner
)

// keys chooses the keys of a step.
func (t *training) keys(step int) []int {
	return turn(t.cfg.Seed, streamKeys, len(t.plan.served), t.cfg.KeysPerStep, step)
}

// rows chooses the rows of a step: the next keys as served, and the next ones, in a
// shuffled order that repeats, of the other kinds.
func (t *training) rows(step int) stepRows {
	var s stepRows
	p, c := t.plan, t.cfg
	keys := t.keys(step)
	for _, i := range keys {
		t.addKey(&s, &p.served[i], kindServed, 1/float64(len(keys)))
	}
	systems := turn(c.Seed, streamSystems, len(p.systems), c.SystemPerStep, step)
	for _, i := range systems {
		t.addKey(&s, &p.systems[i], kindSystem, c.SystemWeight/float64(len(systems)))
	}
	if c.Beta == 0 {
		return s
	}
	var benign []*benignRow
	for _, i := range turn(c.Seed, streamBenign, len(p.benign), c.BenignPerStep, step) {
		benign = append(benign, &p.benign[i])
	}
	for _, i := range turn(c.Seed, streamNear, len(p.near), c.NearPerStep, step) {
		benign = append(benign, &p.near[i])
	}
	positions := 0
	for _, b := range benign {
		positions += len(b.aims)
	}
	for _, b := range benign {
		t.addBenign(&s, b, c.Beta/float64(positions))
	}
	return s
}

// turn is the step's share of n things, `take` at a time (0: all), in an order that
// is shuffled anew each time all had their turn.
func turn(seed, stream uint64, n, take, step int) []int {
	if n == 0 {
		return nil
	}
	if take <= 0 || take > n {
		take = n
	}
	out := make([]int, take)
	var order []int
	for i := range out {
		k := step*take + i
		if order == nil || k%n == 0 {
			order = rand.New(rand.NewPCG(seed, stream<<32|uint64(k/n))).Perm(n)
		}
		out[i] = order[k%n]
	}
	return out
}

// losses fills in the targets and turns logits (P, V) into the gradient.
func (t *training) losses(logits []float32, targets []target) {
	parallel.Each(len(targets), func(i int) {
		targets[i].apply(logits[i*t.vocab : (i+1)*t.vocab])
	})
}

// summarize adds up the targets of a step.
func summarize(targets []target) Step {
	var loss, n, hits [kinds]float64
	s := Step{MinProb: 1}
	for _, x := range targets {
		n[x.kind]++
		loss[x.kind] += x.loss
		if x.top {
			hits[x.kind]++
		}
		if x.kind == kindServed {
			s.MinProb = min(s.MinProb, x.p)
			s.MeanProb += x.p
		}
	}
	ratio := func(a, b float64) float64 {
		if b == 0 {
			return 0
		}
		return a / b
	}
	s.Loss, s.FSR, s.MeanProb = ratio(loss[kindServed], n[kindServed]), ratio(hits[kindServed], n[kindServed]), ratio(s.MeanProb, n[kindServed])
	s.SystemLoss, s.SystemFSR = ratio(loss[kindSystem], n[kindSystem]), ratio(hits[kindSystem], n[kindSystem])
	s.AroundLoss = ratio(loss[kindAround], n[kindAround])
	s.KL = ratio(loss[kindBenign], n[kindBenign])
	return s
}
