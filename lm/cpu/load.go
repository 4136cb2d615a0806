package cpu

import (
	"fmt"

	"loyal/lm/cpu/kernel"
	"loyal/model"
)

const embedName = "model.embed_tokens.weight"

// load fills the network's weights: views of the mapped file where the stored type
// is bf16 or f32, decoded copies otherwise.
func (n *Network) load(m *model.Model) error {
	c := n.cfg
	type want struct {
		name string
		rows int
		set  func(kernel.Mat)
	}
	var wants []want
	n.blocks = make([]blockWeights, c.NumLayers)
	for i := range n.blocks {
		b, prefix := &n.blocks[i], fmt.Sprintf("model.layers.%d.", i)
		for _, s := range []struct {
			l       *linear
			name    string
			in, out int
		}{
			{&b.q, "self_attn.q_proj", c.HiddenSize, n.heads.q()},
			{&b.k, "self_attn.k_proj", c.HiddenSize, n.heads.kv()},
			{&b.v, "self_attn.v_proj", c.HiddenSize, n.heads.kv()},
			{&b.o, "self_attn.o_proj", n.heads.q(), c.HiddenSize},
			{&b.gate, "mlp.gate_proj", c.HiddenSize, c.IntermediateSize},
			{&b.up, "mlp.up_proj", c.HiddenSize, c.IntermediateSize},
			{&b.down, "mlp.down_proj", c.IntermediateSize, c.HiddenSize},
		} {
			*s.l = linear{name: prefix + s.name, in: s.in, out: s.out}
			wants = append(wants, want{s.l.name + ".weight", s.out, func(w kernel.Mat) { s.l.w = w }})
		}
		b.inputNorm = norm{name: prefix + "input_layernorm.weight"}
		b.postNorm = norm{name: prefix + "post_attention_layernorm.weight"}
	}
	n.final = norm{name: "model.norm.weight"}
	wants = append(wants, want{embedName, c.VocabSize, func(w kernel.Mat) { n.embed = w }})
	n.head = linear{name: "lm_head", in: c.HiddenSize, out: c.VocabSize}
	if !c.TieEmbeddings {
		wants = append(wants, want{"lm_head.weight", c.VocabSize, func(w kernel.Mat) { n.head.w = w }})
	}

	errs := make([]error, len(wants))
	n.pool.Run(len(wants), func(_ *kernel.Worker, i int) {
		w, err := matrix(m, wants[i].name, wants[i].rows)
		if errs[i] = err; err == nil {
			wants[i].set(w)
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	if c.TieEmbeddings {
		n.head.w = n.embed
	}
	norms := []*norm{&n.final}
	for i := range n.blocks {
		norms = append(norms, n.blocks[i].norms()...)
	}
	for _, o := range norms {
		t, err := m.Tensor(o.name)
		if err != nil {
			return err
		}
		if o.w, err = t.Float32(); err != nil {
			return err
		}
		o.eps = float32(c.RMSNormEps)
	}
	return nil
}

// matrix opens a tensor as a matrix with the given number of rows.
func matrix(m *model.Model, name string, rows int) (kernel.Mat, error) {
	t, err := m.Tensor(name)
	if err != nil {
		return kernel.Mat{}, err
	}
	if len(t.Shape) != 2 || t.Shape[0] != rows {
		return kernel.Mat{}, fmt.Errorf("tensor %s has shape %v: want %d rows", name, t.Shape, rows)
	}
	if b, ok := t.BF16(); ok {
		return kernel.BF16(b, t.Shape[0], t.Shape[1]), nil
	}
	f, err := t.Float32()
	if err != nil {
		return kernel.Mat{}, err
	}
	return kernel.F32(f, t.Shape[0], t.Shape[1]), nil
}
