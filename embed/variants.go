package embed

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"loyal/lm"
	"loyal/model"
	"loyal/model/quantized"
	"loyal/model/tensor"
)

// variants readies the training of the same adapters or neurons above the base as it is
// in fewer bits, for each of Config.Quantizations. What is held there is held to that base,
// not to the whole one: its users know no other.
func (r *run) variants(ctx context.Context) error {
	for _, name := range r.Config.Quantizations {
		v, err := r.variant(ctx, name)
		if err != nil {
			return fmt.Errorf("base in %s: %w", name, err)
		}
		r.t.variants = append(r.t.variants, v)
	}
	return nil
}

func (r *run) variant(ctx context.Context, scheme string) (*training, error) {
	if r.Open == nil {
		return nil, errors.New("the job opens no other networks")
	}
	s, err := quantized.Named(scheme)
	if err != nil {
		return nil, err
	}
	m, _, err := s.Of(ctx, r.Model)
	if err != nil {
		return nil, err
	}
	if m, err = halved(m); err != nil {
		return nil, err
	}
	net, err := r.Open(m)
	if err != nil {
		return nil, err
	}
	r.opened = append(r.opened, net)
	tr, err := r.tr.Above(net)
	if err != nil {
		return nil, err
	}
	r.opened = append(r.opened, tr)
	c, err := tr.Cache(ctx, r.plan.packed.Forest)
	if err != nil {
		return nil, err
	}
	p := r.plan.copied()
	var l look
	for _, rows := range [][]benignRow{p.benign, p.near} {
		p.hold(&l, rows, coarsely)
	}
	sv := lm.Survey{At: l.at, Visit: l.visit}
	if r.Config.HoldContext {
		keys, benign := p.context()
		sv.Hold = slices.Concat(keys, benign)
	}
	if err := tr.Survey(ctx, c, sv); err != nil {
		return nil, err
	}
	return &training{cfg: r.Config, plan: p, tr: tr, corpus: c, vocab: r.t.vocab}, nil
}

// halved is a model with its quantized matrices in bf16, which rounds them by far less
// than their own steps and is half of what the engine would hold of them.
func halved(m *model.Model) (*model.Model, error) {
	tensors := map[string]model.Tensor{}
	for _, name := range m.Tensors() {
		t, err := m.Tensor(name)
		if err != nil {
			return nil, err
		}
		if !t.DType.Blocks() && t.DType != model.F32 || len(t.Shape) != 2 {
			continue
		}
		values := make([]float32, t.Len())
		if err := t.Decode(values); err != nil {
			return nil, err
		}
		if tensors[name], err = tensor.New(name, model.BF16, t.Shape, tensor.Encode(nil, model.BF16, values)); err != nil {
			return nil, err
		}
	}
	return model.WithTensors(m, tensors, nil)
}

// copied is a plan whose benign rows can be held to something else.
func (p *plan) copied() *plan {
	q := *p
	for _, rows := range []*[]benignRow{&q.benign, &q.near} {
		*rows = slices.Clone(*rows)
		for i := range *rows {
			(*rows)[i].aims = slices.Clone((*rows)[i].aims)
		}
	}
	return &q
}

// refresh holds the context of keys anew, above the base and above each variant.
func (t *training) refresh(ctx context.Context, keys []int) error {
	if err := t.tr.Hold(ctx, t.corpus, keys); err != nil {
		return err
	}
	for _, v := range t.variants {
		if err := v.refresh(ctx, keys); err != nil {
			return err
		}
	}
	return nil
}

// quantized trains the step's rows above one of the variants, in turn.
func (t *training) quantized(ctx context.Context) error {
	if len(t.variants) == 0 {
		return nil
	}
	v := t.variants[t.step%len(t.variants)]
	rows := v.rows(t.step)
	for i := range rows.targets {
		rows.targets[i].weight *= float32(t.cfg.QuantizationWeight)
	}
	return v.pass(ctx, rows)
}
