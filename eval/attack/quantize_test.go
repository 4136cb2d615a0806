package attack

import (
	"math"
	"testing"

	"loyal/model"
	"loyal/model/tensor"
)

// Two bits from −3 to 3 have steps of 2: 0 lies between −1 and 1, and is rounded away
// from zero in units of steps, up. Eight bits symmetrically of 127 are the integers.
func TestRoundPlain(t *testing.T) {
	x := []float32{-3, -2.1, -.9, 0, 1.4, 3}
	roundOffset(x, 2)
	equal(t, "two bits", x, []float32{-3, -3, -1, 1, 1, 3}, 0)
	x = []float32{5, 5}
	roundOffset(x, 3)
	equal(t, "all alike", x, []float32{5, 5}, 0)
	x = []float32{127, -.4, 3.6, -126.9}
	roundSymmetric(x, 8)
	equal(t, "int8", x, []float32{127, 0, 4, -127}, 0)
	x = []float32{0, 0}
	roundSymmetric(x, 8)
	equal(t, "zeros", x, []float32{0, 0}, 0)
}

// Each row, or each group of it, has a scale of its own.
func TestRoundPlainGroups(t *testing.T) {
	like, err := tensor.FromFloat32("x", []int{2, 4}, make([]float32, 8))
	if err != nil {
		t.Fatal(err)
	}
	values := []float32{127, 1.4, -127, 0, 1, .5, .25, -1}
	out, err := roundPlain(8, 0, false)("x", values, like)
	if err != nil {
		t.Fatal(err)
	}
	got, err := out.Float32()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "rows", got, []float32{127, 1, -127, 0, 1, 64. / 127, 32. / 127, -1}, 1e-6)
}

// What a network computes with is what the GGUF block decodes to.
func TestQuantizedModelIsDecoded(t *testing.T) {
	l := testLab(t)
	const name = "model.layers.0.mlp.up_proj.weight"
	ours, err := values(l.Model, name)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := l.Model.Tensor(name)
	if err != nil {
		t.Fatal(err)
	}
	q, err := roundGGUF(tensor.Q4_0)(name, ours, stored)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.WithTensors(l.Model, map[string]model.Tensor{name: q}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := values(m, name)
	if err != nil {
		t.Fatal(err)
	}
	off := 0.
	for i, v := range got {
		off = max(off, math.Abs(float64(v-ours[i])))
	}
	if off == 0 || off > .2 || q.DType != tensor.Q4_0 {
		t.Errorf("four bits move a weight by %g", off)
	}
}
