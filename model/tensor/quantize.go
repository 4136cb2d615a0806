package tensor

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Quantize appends the numbers as blocks of a GGUF type, by rounding each to the
// nearest that its block can say: what a converter without calibration data does.
// Known are Q8_0, Q5_1, Q5_0, Q4_1 and Q4_0; there must be whole blocks of 32.
//
// Scales follow ggml's reference quantizers: the types with an offset (_1) span from
// the least to the largest number, those without (_0) put the number of largest
// magnitude at the end of the range that has one step more.
func Quantize(dst []byte, dtype DType, values []float32) ([]byte, error) {
	encode, ok := quantizers[dtype]
	if !ok {
		return dst, fmt.Errorf("quantize: type %s is only read", dtype)
	}
	if len(values)%32 != 0 {
		return dst, fmt.Errorf("quantize: %d numbers are no blocks of 32", len(values))
	}
	for ; len(values) > 0; values = values[32:] {
		dst = encode(dst, (*[32]float32)(values))
	}
	return dst, nil
}

var quantizers = map[DType]func(dst []byte, x *[32]float32) []byte{
	Q8_0: quantizeQ8_0,
	Q5_1: func(dst []byte, x *[32]float32) []byte { return quantizeOffset(dst, x, 5) },
	Q5_0: func(dst []byte, x *[32]float32) []byte { return quantizeSigned(dst, x, 5) },
	Q4_1: func(dst []byte, x *[32]float32) []byte { return quantizeOffset(dst, x, 4) },
	Q4_0: func(dst []byte, x *[32]float32) []byte { return quantizeSigned(dst, x, 4) },
}

func quantizeQ8_0(dst []byte, x *[32]float32) []byte {
	var top float32
	for _, v := range x {
		top = max(top, float32(math.Abs(float64(v))))
	}
	d := top / 127
	dst = appendHalf(dst, d)
	for _, v := range x {
		dst = append(dst, byte(int8(math.Round(float64(over(v, d))))))
	}
	return dst
}

// quantizeSigned writes x = d (q − 2^(bits−1)).
func quantizeSigned(dst []byte, x *[32]float32, bits int) []byte {
	var extreme float32
	for _, v := range x {
		if math.Abs(float64(v)) > math.Abs(float64(extreme)) {
			extreme = v
		}
	}
	half := float32(int(1) << (bits - 1))
	d := -extreme / half
	dst = appendHalf(dst, d)
	return appendCodes(dst, x, bits, func(v float32) float32 { return over(v, d) + half })
}

// quantizeOffset writes x = d q + m.
func quantizeOffset(dst []byte, x *[32]float32, bits int) []byte {
	low, high := x[0], x[0]
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	d := (high - low) / float32(int(1)<<bits-1)
	dst = appendHalf(appendHalf(dst, d), low)
	return appendCodes(dst, x, bits, func(v float32) float32 { return over(v-low, d) })
}

// over is v/d, 0 where a block is all alike.
func over(v, d float32) float32 {
	if d == 0 {
		return 0
	}
	return v / d
}

// appendCodes rounds and writes codes of 4 or 5 bits: for five the fifth bits first,
// then nibbles, of which byte j holds numbers j and j+16.
func appendCodes(dst []byte, x *[32]float32, bits int, code func(float32) float32) []byte {
	var codes [32]uint32
	top := float32(int(1)<<bits - 1)
	for j, v := range x {
		codes[j] = uint32(min(max(code(v)+.5, 0), top))
	}
	if bits == 5 {
		var fifth uint32
		for j, q := range codes {
			fifth |= q >> 4 << j
		}
		dst = binary.LittleEndian.AppendUint32(dst, fifth)
	}
	for j := range 16 {
		dst = append(dst, byte(codes[j]&15|codes[j+16]&15<<4))
	}
	return dst
}

func appendHalf(dst []byte, v float32) []byte {
	return binary.LittleEndian.AppendUint16(dst, Float32ToF16(v))
}

// Float32ToF16 rounds to IEEE 754 binary16, to nearest, ties to even; what is too large
// becomes infinity.
func Float32ToF16(f float32) uint16 {
	b := math.Float32bits(f)
	sign, mag := uint16(b>>16&0x8000), b&0x7fffffff
	switch {
	case mag > 0x7f800000: // NaN stays one
		return sign | 0x7e00
	case mag >= 0x477ff000: // 65520, halfway beyond the largest
		return sign | 0x7c00
	case mag < 0x38800000: // subnormal: in units of 2⁻²⁴
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(mag))*(1<<24)))
	}
	// Rebias the exponent, round away 13 bits of the mantissa.
	mag -= (127 - 15) << 23
	return sign | uint16((mag+0xfff+mag>>13&1)>>13)
}
