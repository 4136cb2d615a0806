package gguf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"loyal/internal/testdata"
	"loyal/model/safetensors"
	"loyal/model/tensor"
)

// TestDequantize compares every type with the reference implementation, bit for bit.
func TestDequantize(t *testing.T) {
	file, err := Open(testdata.Dir(t, "gguf", "quantized.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	golden, err := safetensors.Open(testdata.Dir(t, "gguf", "quantized.golden.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer golden.Close()
	read := 0
	for _, name := range file.Names() {
		x, ok, err := file.Tensor(name)
		if !ok {
			t.Errorf("%s: listed and not found", name)
			continue
		}
		if err != nil {
			upper := strings.ToUpper(strings.TrimPrefix(name, "t."))
			if !errors.Is(err, ErrType) || !strings.Contains(err.Error(), upper) || !strings.Contains(err.Error(), "Q4_K") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		g, ok := golden.Tensor(name)
		if !ok {
			t.Errorf("%s: no golden values", name)
			continue
		}
		got, err1 := x.Float32()
		want, err2 := g.Float32()
		if err := errors.Join(err1, err2); err != nil {
			t.Error(err)
			continue
		}
		read++
		if len(got) != len(want) {
			t.Errorf("%s: %d numbers, want %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
				t.Errorf("%s[%d] = %v, want %v", name, i, got[i], want[i])
				break
			}
		}
	}
	if read != len(knownKinds()) {
		t.Errorf("%d types compared, %d are known: %v", read, len(knownKinds()), knownKinds())
	}
}

// builder writes GGUF files, well-formed or not.
type builder struct{ bytes.Buffer }

func newBuilder(version uint32, tensors, values uint64) *builder {
	b := &builder{}
	b.WriteString("GGUF")
	return b.put(version, tensors, values)
}

func (b *builder) put(values ...any) *builder {
	for _, v := range values {
		if s, ok := v.(string); ok {
			b.put(uint64(len(s)))
			b.WriteString(s)
			continue
		}
		binary.Write(b, binary.LittleEndian, v)
	}
	return b
}

func (b *builder) tensor(name string, k uint32, offset uint64, dims ...uint64) *builder {
	b.put(name, uint32(len(dims)))
	for _, d := range dims {
		b.put(d)
	}
	return b.put(k, offset)
}

// pad ends the header and appends n bytes of data.
func (b *builder) pad(n int) []byte {
	b.Write(make([]byte, alignUp(b.Len(), 32)-b.Len()+n))
	return b.Bytes()
}

func wellFormed() []byte {
	b := newBuilder(3, 2, 4)
	b.put("general.architecture", typeString, "llama")
	b.put("n", typeUint32, uint32(7))
	b.put("words", typeArray, typeString, uint64(2), "a", "bc")
	b.put("nested", typeArray, typeArray, uint64(1), typeInt8, uint64(2), int8(-1), int8(2))
	b.tensor("x", 0, 0, 3, 2) // 24 bytes
	b.tensor("y", 8, 32, 32)  // 34 bytes
	return b.pad(32 + 34)
}

func TestParse(t *testing.T) {
	f, err := Parse(wellFormed())
	if err != nil {
		t.Fatal(err)
	}
	v, _ := f.Value("n")
	if n, err := v.Int(); n != 7 || err != nil {
		t.Errorf("n = %d, %v", n, err)
	}
	if _, err := v.Text(); err == nil || !strings.Contains(err.Error(), `"n" is uint32`) {
		t.Errorf("text of an integer: %v", err)
	}
	v, _ = f.Value("words")
	if w, err := v.Texts(); len(w) != 2 || w[1] != "bc" || err != nil {
		t.Errorf("words = %q, %v", w, err)
	}
	if w := v.Any(); !slices.Equal(w.([]string), []string{"a", "bc"}) {
		t.Errorf("words = %v", w)
	}
	x, ok, err := f.Tensor("x")
	if !ok || err != nil || x.Shape[0] != 2 || x.Shape[1] != 3 || x.DType != tensor.F32 {
		t.Errorf("x = %v %v %v", x.Shape, ok, err)
	}
}

func TestHostile(t *testing.T) {
	one := func(k uint32, offset uint64, data int, dims ...uint64) []byte {
		return newBuilder(3, 1, 0).tensor("x", k, offset, dims...).pad(data)
	}
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"empty", `does not begin with "GGUF"`, nil},
		{"magic only", "4 bytes are said to follow", []byte("GGUF")},
		{"version 1", "version 1 is not known", newBuilder(1, 0, 0).Bytes()},
		{"big-endian", "big-endian", newBuilder(3<<24, 0, 0).Bytes()},
		{"2⁶³ values", "bytes are said to follow", newBuilder(3, 0, 1<<63).Bytes()},
		{"2⁶³ tensors", "bytes are said to follow", newBuilder(3, 1<<63, 0).Bytes()},
		{"long key", "metadata key of", newBuilder(3, 0, 1).put(uint64(1 << 62)).Bytes()},
		{"long string", "bytes are said to follow", newBuilder(3, 0, 1).put("k", typeString, uint64(1)<<63).Bytes()},
		{"long array", "array of", newBuilder(3, 0, 1).put("k", typeArray, typeUint64, uint64(1)<<61).Bytes()},
		{"deep array", "nested deeper", newBuilder(3, 0, 1).put("k", bytes.Repeat([]byte{9, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, 1)).
			put(bytes.Repeat([]byte{9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}, 100)).Bytes()},
		{"unknown value", "type 77 is not known", newBuilder(3, 0, 1).put("k", uint32(77)).Bytes()},
		{"value twice", "occurs twice", newBuilder(3, 0, 2).put("k", typeUint8, uint8(1), "k", typeUint8, uint8(1)).Bytes()},
		{"tensor twice", "occurs twice", newBuilder(3, 2, 0).tensor("x", 0, 0, 8).tensor("x", 0, 32, 8).pad(64)},
		{"no dimensions", "0 dimensions", one(0, 0, 0)},
		{"many dimensions", "5 dimensions", one(0, 0, 32, 1, 1, 1, 1, 8)},
		{"huge dimension", "dimension of", one(0, 0, 32, 1<<63)},
		{"overflow", "too large", one(0, 0, 32, 1<<40, 1<<40)},
		{"unknown quantization", "unknown quantization number 99", one(99, 0, 32, 8)},
		{"broken block", "multiple of 32", one(8, 0, 34, 31)},
		{"outside", "ends at byte", one(0, 0, 16, 8)},
		{"hole", "overlap or leave holes", one(0, 32, 64, 8)},
		{"overlap", "overlap or leave holes", newBuilder(3, 2, 0).tensor("x", 0, 0, 8).tensor("y", 0, 0, 8).pad(64)},
		{"offset far", "after the file's end", one(0, 1<<60, 32, 8)},
		{"trailing", "32 bytes after the last tensor", one(0, 0, 64, 8)},
		{"alignment", "not a power of two", newBuilder(3, 0, 1).put("general.alignment", typeUint32, uint32(33)).Bytes()},
		{"alignment's type", "not an integer", newBuilder(3, 0, 1).put("general.alignment", typeString, "32").Bytes()},
		{"no data", "ends before its tensors", newBuilder(3, 1, 0).tensor("x", 0, 0, 8).Bytes()},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse(c.data)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<16 {
			t.Errorf("%s: %d bytes were allocated for a file of %d", c.name, n, len(c.data))
		}
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	// A file cut anywhere is refused or, at worst, has nothing that reaches beyond it.
	whole := wellFormed()
	for n := range whole {
		exercise(whole[:n])
	}
}

// exercise reads everything that a file offers.
func exercise(data []byte) {
	f, err := Parse(data)
	if err != nil {
		return
	}
	for _, k := range f.Keys() {
		v, _ := f.Value(k)
		v.Int()
		v.Float()
		v.Bool()
		v.Text()
		v.Texts()
		v.Ints()
		v.Floats()
		v.Any()
	}
	for _, name := range f.Names() {
		if x, _, err := f.Tensor(name); err == nil {
			x.Float32()
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(wellFormed())
	f.Add(newBuilder(2, 0, 1).put("k", typeArray, typeFloat64, uint64(1), 1.5).Bytes())
	f.Add(newBuilder(3, 1, 0).tensor("x", 14, 0, 256).pad(210))
	f.Fuzz(func(_ *testing.T, data []byte) { exercise(data) })
}

// TestQuantize takes what the reference implementation wrote, decodes it and writes it
// again: numbers that a type can say become the same bytes.
func TestQuantize(t *testing.T) {
	file, err := Open(testdata.Dir(t, "gguf", "quantized.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, dtype := range []tensor.DType{tensor.Q8_0, tensor.Q5_1, tensor.Q5_0, tensor.Q4_1, tensor.Q4_0} {
		x, ok, err := file.Tensor("t." + strings.ToLower(dtype.String()))
		if !ok || err != nil {
			t.Fatalf("%s: %t %v", dtype, ok, err)
		}
		values, err := x.Float32()
		if err != nil {
			t.Fatal(err)
		}
		data, err := tensor.Quantize(nil, dtype, values)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(data, x.Bytes()) {
			t.Errorf("%s: other bytes", dtype)
		}
	}
}
