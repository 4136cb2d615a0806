package quantized

import (
	"errors"
	"math"
	"strings"
	"testing"

	"loyal/internal/testdata"
	"loyal/model"
	"loyal/model/tensor"
)

func equal(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, not %v", what, got, want)
	}
	for i := range got {
		if !(math.Abs(float64(got[i]-want[i])) <= tolerance) {
			t.Errorf("%s: %v, not %v", what, got, want)
			return
		}
	}
}

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
	values := []float32{127, 1.4, -127, 0, 1, .5, .25, -1}
	like, err := tensor.FromFloat32("x", []int{2, 4}, values)
	if err != nil {
		t.Fatal(err)
	}
	out, err := plain(8, 0, false)(like, values)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "rows", numbers(t, out), []float32{127, 1, -127, 0, 1, 64. / 127, 32. / 127, -1}, 1e-6)
}

func numbers(t *testing.T, x model.Tensor) []float32 {
	t.Helper()
	out := make([]float32, x.Len())
	if err := x.Decode(out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Matrices of blocks get the scheme's bits, the embedding gets eight, norms stay, and
// what a model's reader sees is what the stored block decodes to.
func TestOf(t *testing.T) {
	m, err := model.Open(testdata.Dir(t, "models", "stories260K"))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	s, err := Named("q4_0")
	if err != nil {
		t.Fatal(err)
	}
	q, kept, err := s.Of(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	odd := 0
	for _, name := range m.Tensors() {
		ours, _ := m.Tensor(name)
		theirs, err := q.Tensor(name)
		if err != nil {
			t.Fatal(err)
		}
		want := tensor.Q4_0
		switch {
		case len(ours.Shape) != 2:
			want = ours.DType
		case ours.Shape[1]%32 != 0:
			want = ours.DType
			odd++
		case !strings.HasPrefix(name, "model.layers."):
			want = tensor.Q8_0
		}
		if theirs.DType != want {
			t.Errorf("%s is %s, want %s", name, theirs.DType, want)
		}
		if want == tensor.Q4_0 {
			a, b, off := numbers(t, ours), numbers(t, theirs), 0.
			for i := range a {
				off = max(off, math.Abs(float64(a[i]-b[i])))
			}
			if off == 0 || off > .2 {
				t.Errorf("%s: four bits move a weight by %g", name, off)
			}
		}
	}
	if kept != odd {
		t.Errorf("%d matrices kept, want %d", kept, odd)
	}
}

func TestNamed(t *testing.T) {
	for _, s := range Schemes() {
		if got, err := Named(s.Name); err != nil || got.Name != s.Name {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	if _, err := Named("q4_7"); !errors.Is(err, ErrScheme) || !strings.Contains(err.Error(), "q4_0") {
		t.Errorf("an unknown scheme: %v", err)
	}
}
