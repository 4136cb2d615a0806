package tensor

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// TestFloat32ToBF16 checks rounding against a slower definition: the nearest of the
// two neighbors, the even one at the middle.
func TestFloat32ToBF16(t *testing.T) {
	for _, c := range []struct {
		in   uint32
		want uint16
	}{
		{0x3f800000, 0x3f80}, // 1
		{0x3f808000, 0x3f80}, // a tie, down to even
		{0x3f818000, 0x3f82}, // a tie, up to even
		{0x3f808001, 0x3f81},
		{0x3f807fff, 0x3f80},
		{0x7f7fffff, 0x7f80}, // the largest float32 rounds to infinity
		{0x80000000, 0x8000},
		{0x7f800000, 0x7f80},
		{0xff800000, 0xff80},
		{0x7f800001, 0x7fc0}, // NaN stays NaN
		{0x00000001, 0x0000},
	} {
		if got := Float32ToBF16(math.Float32frombits(c.in)); got != c.want {
			t.Errorf("%#x: %#x, want %#x", c.in, got, c.want)
		}
	}
	for b := uint32(0x3f000000); b < 0x3f040000; b += 7 {
		down, up := b&^0xffff, b&^0xffff+0x10000
		want := down
		if x := b - down; x > 0x8000 || x == 0x8000 && down>>16&1 == 1 {
			want = up
		}
		if got := Float32ToBF16(math.Float32frombits(b)); got != uint16(want>>16) {
			t.Fatalf("%#x: %#x, want %#x", b, got, want>>16)
		}
	}
}

// TestF16 decodes all binary16 numbers by their definition.
func TestF16(t *testing.T) {
	for h := range 1 << 16 {
		got := F16ToFloat32(uint16(h))
		exponent, fraction := h>>10&31, float64(h&1023)
		var want float64
		switch exponent {
		case 31:
			want = math.Inf(1)
			if fraction != 0 {
				want = math.NaN()
			}
		case 0:
			want = math.Ldexp(fraction, -24)
		default:
			want = math.Ldexp(1024+fraction, exponent-25)
		}
		if h>>15 == 1 {
			want = -want
		}
		if math.IsNaN(want) != math.IsNaN(float64(got)) || !math.IsNaN(want) && (float64(got) != want || math.Signbit(want) != math.Signbit(float64(got))) {
			t.Fatalf("%#x: %v, want %v", h, got, want)
		}
	}
}

func TestRows(t *testing.T) {
	values := make([]float32, 12)
	for i := range values {
		values[i] = float32(i)
	}
	x, err := FromFloat32("x", []int{3, 4}, values)
	if err != nil {
		t.Fatal(err)
	}
	part, err := x.Rows(1, 3)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := part.Float32(); err != nil || len(v) != 8 || v[0] != 4 || part.Shape[0] != 2 || x.Shape[0] != 3 {
		t.Errorf("%v %v, %v", part.Shape, v, err)
	}
	for _, bad := range [][2]int{{-1, 2}, {2, 1}, {0, 4}} {
		if _, err := x.Rows(bad[0], bad[1]); err == nil {
			t.Errorf("rows %v of 3", bad)
		}
	}
	blocks, err := New("b", Q8_0, []int{64}, make([]byte, 68))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := blocks.Rows(0, 1); err == nil {
		t.Error("a block was cut")
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		dtype DType
		shape []int
		bytes int
		want  string
	}{
		{F32, []int{2}, 7, "needs 8 bytes, not 7"},
		{Q4_0, []int{31}, 18, "multiple of 32"},
		{Q4_K, nil, 144, "multiple of 256"},
		{F32, []int{-1}, 0, "negative"},
		{F32, []int{1 << 40, 1 << 40}, 0, "too large"},
		{DType(99), []int{1}, 4, "unknown type"},
	} {
		if _, err := New("x", c.dtype, c.shape, make([]byte, c.bytes)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %v: %v, want %q", c.dtype, c.shape, err, c.want)
		}
	}
	x, _ := New("x", F32, []int{2}, make([]byte, 8))
	if err := x.Decode(make([]float32, 3)); err == nil {
		t.Error("decoded into another length")
	}
}

func TestViews(t *testing.T) {
	data := make([]byte, 17)
	x, _ := New("x", F32, []int{4}, data[:16])
	v, err := x.Float32()
	if err != nil {
		t.Fatal(err)
	}
	binary.LittleEndian.PutUint32(data, math.Float32bits(2))
	if v[0] != 2 {
		t.Error("aligned F32 was copied")
	}
	b, _ := New("b", BF16, []int{8}, data[1:17])
	if _, ok := b.BF16(); ok {
		t.Error("a view of unaligned BF16")
	}
	if v, err := b.Float32(); err != nil || len(v) != 8 {
		t.Errorf("%v, %v", v, err)
	}
}

func TestFirstNonFinite(t *testing.T) {
	v := []float32{0, 1, -math.MaxFloat32, float32(math.Inf(-1)), float32(math.NaN())}
	if i := FirstNonFinite(v); i != 3 {
		t.Errorf("at %d", i)
	}
	if i := FirstNonFinite(v[:3]); i != -1 {
		t.Errorf("at %d", i)
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, d := range []DType{F32, BF16, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K} {
		b.Run(d.String(), func(b *testing.B) {
			shape := []int{256, 1024}
			size, _ := Size(d, shape)
			x, _ := New("x", d, shape, make([]byte, size))
			dst := make([]float32, x.Len())
			b.SetBytes(int64(4 * len(dst)))
			for b.Loop() {
				if err := x.Decode(dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
