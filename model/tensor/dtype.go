package tensor

import (
	"encoding/binary"
	"math"
)

// DType is how numbers are stored.
type DType int

// Types that safetensors files may hold, of which only the first three are
// weights here, and types that GGUF files hold besides them.
const (
	Invalid DType = iota
	F32
	F16
	BF16

	F64
	I64
	I32
	I16
	I8
	U8
	Bool

	Q4_0
	Q4_1
	Q5_0
	Q5_1
	Q8_0
	Q4_K
	Q5_K
	Q6_K
)

// dtypeInfo describes a type: block numbers take size bytes.
type dtypeInfo struct {
	name        string
	block, size int
	decode      func(dst []float32, src []byte) // nil: not weights
}

var dtypes = map[DType]dtypeInfo{
	F32:  {"F32", 1, 4, decodeF32},
	F16:  {"F16", 1, 2, decodeF16},
	BF16: {"BF16", 1, 2, decodeBF16},
	F64:  {"F64", 1, 8, nil},
	I64:  {"I64", 1, 8, nil},
	I32:  {"I32", 1, 4, nil},
	I16:  {"I16", 1, 2, nil},
	I8:   {"I8", 1, 1, nil},
	U8:   {"U8", 1, 1, nil},
	Bool: {"BOOL", 1, 1, nil},

	Q4_0: {"Q4_0", 32, 18, dequantQ4_0},
	Q4_1: {"Q4_1", 32, 20, dequantQ4_1},
	Q5_0: {"Q5_0", 32, 22, dequantQ5_0},
	Q5_1: {"Q5_1", 32, 24, dequantQ5_1},
	Q8_0: {"Q8_0", 32, 34, dequantQ8_0},
	Q4_K: {"Q4_K", 256, 144, dequantQ4_K},
	Q5_K: {"Q5_K", 256, 176, dequantQ5_K},
	Q6_K: {"Q6_K", 256, 210, dequantQ6_K},
}

// String is the type's name in the files' own spelling: BF16, Q4_K.
func (d DType) String() string {
	if info, ok := dtypes[d]; ok {
		return info.name
	}
	return "unknown"
}

// ParseDType finds a type by its name.
func ParseDType(name string) (DType, bool) {
	for d, info := range dtypes {
		if info.name == name {
			return d, true
		}
	}
	return Invalid, false
}

// Weights is whether Decode can read the type.
func (d DType) Weights() bool { return dtypes[d].decode != nil }

// Blocks is whether the type stores runs of numbers that cannot be cut.
func (d DType) Blocks() bool { return dtypes[d].block > 1 }

func decodeF32(dst []float32, src []byte) {
	if littleEndian {
		copy(float32Bytes(dst), src)
		return
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
}

func decodeF16(dst []float32, src []byte) {
	for i := range dst {
		dst[i] = F16ToFloat32(binary.LittleEndian.Uint16(src[2*i:]))
	}
}

func decodeBF16(dst []float32, src []byte) {
	src = src[:2*len(dst)]
	for i := range dst {
		dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16)
	}
}

// F16ToFloat32 widens an IEEE 754 binary16, exactly.
func F16ToFloat32(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	mag := uint32(h & 0x7fff)
	switch {
	case mag >= 0x7c00: // infinity, NaN
		return math.Float32frombits(sign | 0x7f800000 | (mag&0x3ff)<<13)
	case mag >= 0x0400: // the exponent's bias is 15 there and 127 here
		return math.Float32frombits(sign | (mag<<13 + (127-15)<<23))
	default: // subnormal: mag × 2⁻²⁴
		return math.Float32frombits(sign | math.Float32bits(float32(mag)*(1.0/(1<<24))))
	}
}

// Float32ToBF16 rounds to bfloat16, to nearest, ties to even. NaN stays NaN.
func Float32ToBF16(f float32) uint16 {
	b := math.Float32bits(f)
	if b&0x7fffffff > 0x7f800000 {
		return uint16(b>>16) | 0x0040 // keep it a NaN when its payload is cut off
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}
