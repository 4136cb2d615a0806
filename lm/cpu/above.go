package cpu

import (
	"fmt"
	"slices"

	"loyal/lm"
)

// Above implements [lm.Trainer].
func (t *trainer) Above(net lm.Network) (lm.Trainer, error) {
	n, ok := net.(*Network)
	switch {
	case !ok:
		return nil, fmt.Errorf("train above a network: it is another backend's")
	case t.o.LoRA == nil && t.o.Expand == nil:
		return nil, fmt.Errorf("train above a network: only adapters and new neurons have no base of their own")
	case !sameShape(t.n, n):
		return nil, fmt.Errorf("train above a network: it is of another shape")
	}
	u := &trainer{n: n, o: t.o, first: t.first, w: n.weights, params: t.params, acts: make([]activations, len(t.acts))}
	u.w.blocks = slices.Clone(n.blocks)
	for i := range u.w.blocks {
		ours, theirs := t.w.blocks[i].linears(), u.w.blocks[i].linears()
		for j := range ours {
			theirs[j].lora = ours[j].lora
		}
		u.w.blocks[i].more = t.w.blocks[i].more
	}
	return u, nil
}

// sameShape reports whether two networks have matrices of the same sizes.
func sameShape(a, b *Network) bool {
	if len(a.blocks) != len(b.blocks) || a.cfg.VocabSize != b.cfg.VocabSize {
		return false
	}
	for i := range a.blocks {
		ours, theirs := a.blocks[i].linears(), b.blocks[i].linears()
		for j := range ours {
			if ours[j].in != theirs[j].in || ours[j].out != theirs[j].out {
				return false
			}
		}
	}
	return true
}
