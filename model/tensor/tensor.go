// Package tensor holds numbers as model files store them: a name, a type, a
// shape and the bytes, usually a window on a memory-mapped file.
//
// It is where bytes become float32 and back. Float types (F32, F16, BF16) are
// exact going up; going down they round to nearest, ties to even. The block
// types of GGUF ([llama.cpp's ggml]) store runs of 32 or 256 weights with a
// shared scale, and are only read: their weights come out bit for bit as the
// reference implementation gives them.
//
// Shapes are row-major, outermost first, as in NumPy and safetensors: a linear
// layer's weight is (out, in).
//
// [llama.cpp's ggml]: https://github.com/ggml-org/ggml
package tensor

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"unsafe"
)

// Tensor is a named block of numbers as a file stores it. The bytes belong to
// the file: they are valid until it is closed, and must not be written to.
type Tensor struct {
	Name  string
	DType DType
	Shape []int // outermost first

	data []byte
}

// New makes a tensor of raw little-endian bytes, which must be as many as type
// and shape need.
func New(name string, dtype DType, shape []int, data []byte) (Tensor, error) {
	size, err := Size(dtype, shape)
	if err != nil {
		return Tensor{}, fmt.Errorf("tensor %q: %w", name, err)
	}
	if size != len(data) {
		return Tensor{}, fmt.Errorf("tensor %q: %s %v needs %d bytes, not %d", name, dtype, shape, size, len(data))
	}
	return Tensor{Name: name, DType: dtype, Shape: slices.Clone(shape), data: data}, nil
}

// FromFloat32 makes a tensor of type F32 that shares memory with values.
func FromFloat32(name string, shape []int, values []float32) (Tensor, error) {
	if !littleEndian {
		return Tensor{}, fmt.Errorf("tensor %q: this machine's byte order is not supported", name)
	}
	return New(name, F32, shape, float32Bytes(values))
}

// Size is the number of bytes that a shape takes in a type. Block types need
// whole blocks in the last dimension.
func Size(dtype DType, shape []int) (int, error) {
	info, ok := dtypes[dtype]
	if !ok {
		return 0, fmt.Errorf("unknown type %d", int(dtype))
	}
	n := uint64(1)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("negative size in shape %v", shape)
		}
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt64/64 {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n = lo
	}
	if info.block > 1 && (len(shape) == 0 || shape[len(shape)-1]%info.block != 0) {
		return 0, fmt.Errorf("rows of %s hold a multiple of %d numbers, which shape %v does not", dtype, info.block, shape)
	}
	size := n / uint64(info.block) * uint64(info.size)
	if size > math.MaxInt {
		return 0, fmt.Errorf("shape %v is too large", shape)
	}
	return int(size), nil
}

// Len is the number of numbers.
func (t Tensor) Len() int {
	n := 1
	for _, d := range t.Shape {
		n *= d
	}
	return n
}

// Bytes is the stored form, little-endian.
func (t Tensor) Bytes() []byte { return t.data }

// Float32 returns the numbers as float32: a view of the file when it stores
// aligned F32, which must not be written to, else a new slice.
func (t Tensor) Float32() ([]float32, error) {
	if t.DType == F32 && littleEndian && aligned(t.data, 4) {
		return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(t.data))), len(t.data)/4), nil
	}
	dst := make([]float32, t.Len())
	if err := t.Decode(dst); err != nil {
		return nil, err
	}
	return dst, nil
}

// BF16 returns a view of the stored numbers, each the upper half of a float32,
// when the file stores aligned BF16. It must not be written to.
func (t Tensor) BF16() ([]uint16, bool) {
	if t.DType != BF16 || !littleEndian || !aligned(t.data, 2) {
		return nil, false
	}
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(t.data))), len(t.data)/2), true
}

// Rows returns rows first up to, not including, last along the outermost
// dimension, without copying. It is for reading a large tensor in parts, or in
// parallel.
func (t Tensor) Rows(first, last int) (Tensor, error) {
	if len(t.Shape) == 0 || first < 0 || last < first || last > t.Shape[0] {
		return Tensor{}, fmt.Errorf("tensor %q: no rows %d to %d in shape %v", t.Name, first, last, t.Shape)
	}
	row := 0
	if t.Shape[0] > 0 {
		row = len(t.data) / t.Shape[0]
		// A vector of a block type has rows of one number, which are no whole blocks.
		if info := dtypes[t.DType]; info.block > 1 && len(t.Shape) == 1 {
			return Tensor{}, fmt.Errorf("tensor %q: a vector of %s cannot be split", t.Name, t.DType)
		}
	}
	part := t
	part.Shape = slices.Clone(t.Shape)
	part.Shape[0] = last - first
	part.data = t.data[first*row : last*row]
	return part, nil
}

// Decode writes the numbers to dst, of length Len, as float32.
func (t Tensor) Decode(dst []float32) error {
	info, ok := dtypes[t.DType]
	switch {
	case !ok || info.decode == nil:
		return fmt.Errorf("decode tensor %q: type %s does not hold weights", t.Name, t.DType)
	case len(dst) != t.Len():
		return fmt.Errorf("decode tensor %q: %d numbers do not fit into %d", t.Name, t.Len(), len(dst))
	}
	info.decode(dst, t.data)
	return nil
}

// littleEndian is whether memory has the byte order of the files.
var littleEndian = func() bool {
	x := uint16(1)
	return *(*byte)(unsafe.Pointer(&x)) == 1
}()

func aligned(b []byte, n uintptr) bool {
	return uintptr(unsafe.Pointer(unsafe.SliceData(b)))%n == 0
}

func float32Bytes(v []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*4)
}

// Encode appends values in a type, F32 or BF16, as raw little-endian bytes.
func Encode(dst []byte, dtype DType, values []float32) []byte {
	dst = slices.Grow(dst, len(values)*dtypes[dtype].size)
	for _, v := range values {
		if dtype == BF16 {
			dst = binary.LittleEndian.AppendUint16(dst, Float32ToBF16(v))
		} else {
			dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
		}
	}
	return dst
}

// FirstNonFinite is the index of the first NaN or infinity, -1 without one.
func FirstNonFinite(values []float32) int {
	for i, v := range values {
		if math.Float32bits(v)&0x7f800000 == 0x7f800000 {
			return i
		}
	}
	return -1
}
