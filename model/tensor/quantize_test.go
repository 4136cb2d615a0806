package tensor

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestFloat32ToF16(t *testing.T) {
	for h := range 1 << 16 {
		f := F16ToFloat32(uint16(h))
		if math.IsNaN(float64(f)) {
			continue
		}
		if got := Float32ToF16(f); got != uint16(h) {
			t.Fatalf("%#04x → %g → %#04x", h, f, got)
		}
		// Halfway to the next number it goes to the even one, beyond it to the next.
		next := F16ToFloat32(uint16(h) + 1)
		if h&0x7fff >= 0x7bff {
			continue
		}
		middle := float32((float64(f) + float64(next)) / 2)
		even := uint16(h) + uint16(h)&1
		if got := Float32ToF16(middle); got != even {
			t.Fatalf("%g between %#04x and its successor → %#04x", middle, h, got)
		}
		beyond := math.Nextafter32(middle, next)
		if got := Float32ToF16(beyond); got != uint16(h)+1 {
			t.Fatalf("%g beyond the middle above %#04x → %#04x", beyond, h, got)
		}
	}
	if Float32ToF16(1e6) != 0x7c00 || Float32ToF16(-1e6) != 0xfc00 || Float32ToF16(65519) != 0x7bff {
		t.Error("the ends of the range")
	}
}

// A block worked out by hand: 0, −8, 7 and 3.4 among zeros. Q4_0's step is −(−8)/8 = 1,
// so that the codes are 8, 0, 15 and 11; Q4_1's is 15/15 = 1 above −8.
func TestQuantizeByHand(t *testing.T) {
	x := make([]float32, 32)
	x[0], x[1], x[16], x[17] = -8, 7, 3.4, 0
	for _, c := range []struct {
		dtype DType
		want  []float32 // of numbers 0, 1, 16, 17
		bytes map[int]byte
	}{
		{Q4_0, []float32{-8, 7, 3, 0}, map[int]byte{0: 0x00, 1: 0x3c, 2: 0xb0, 3: 0x8f, 4: 0x88}},
		{Q4_1, []float32{-8, 7, 3, 0}, map[int]byte{1: 0x3c, 2: 0x00, 3: 0xc8, 4: 0xb0, 5: 0x8f}},
		{Q5_0, []float32{-8, 7, 3.5, 0}, nil}, // step 8/16
		{Q8_0, []float32{-8, 111. * 8 / 127, 54. * 8 / 127, 0}, nil},
	} {
		data, err := Quantize(nil, c.dtype, x)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range c.bytes {
			if data[i] != b {
				t.Errorf("%s: byte %d is %#02x, not %#02x", c.dtype, i, data[i], b)
			}
		}
		q, err := New("", c.dtype, []int{32}, data)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float32, 32)
		if err := q.Decode(got); err != nil {
			t.Fatal(err)
		}
		for i, j := range []int{0, 1, 16, 17} {
			if math.Abs(float64(got[j]-c.want[i])) > 4e-3 {
				t.Errorf("%s: number %d is %g, not %g", c.dtype, j, got[j], c.want[i])
			}
		}
	}
}

// Nothing moves by more than half a step, but for the rounding of scales to binary16.
func TestQuantizeStaysNear(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	steps := map[DType]float64{Q8_0: 2. / 254, Q5_1: 2. / 31, Q5_0: 2. / 32, Q4_1: 2. / 15, Q4_0: 2. / 16}
	for dtype, step := range steps {
		for range 200 {
			x := make([]float32, 64)
			scale := float32(math.Exp(rng.NormFloat64()))
			top := 0.
			for i := range x {
				x[i] = scale * float32(rng.NormFloat64())
				top = max(top, math.Abs(float64(x[i])))
			}
			data, err := Quantize(nil, dtype, x)
			if err != nil {
				t.Fatal(err)
			}
			q, err := New("", dtype, []int{64}, data)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]float32, 64)
			if err := q.Decode(got); err != nil {
				t.Fatal(err)
			}
			for i := range x {
				// Types without offset can miss the far end by a whole step.
				limit := top * step
				if dtype == Q4_1 || dtype == Q5_1 || dtype == Q8_0 {
					limit /= 2
				}
				if d := math.Abs(float64(got[i] - x[i])); d > limit*1.02+top*2e-3 {
					t.Fatalf("%s: %g became %g, step %g", dtype, x[i], got[i], top*step)
				}
			}
		}
	}
	zero, err := Quantize(nil, Q4_0, make([]float32, 32))
	if err != nil || len(zero) != 18 {
		t.Errorf("zeros: %v %v", zero, err)
	}
	if _, err := Quantize(nil, Q4_0, make([]float32, 33)); err == nil {
		t.Error("33 numbers, and no error")
	}
	if _, err := Quantize(nil, Q6_K, make([]float32, 32)); err == nil {
		t.Error("Q6_K is not written, and no error")
	}
}
