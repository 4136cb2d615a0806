package tensor

import (
	"encoding/binary"
)

// Block types of GGUF, as llama.cpp's ggml defines them (ggml-common.h for the
// layouts, ggml-quants.c, dequantize_row_*, for the arithmetic). Results are
// exact in float32: products are rounded before sums (the conversions to float32
// below forbid fusing them), as the reference implementation does.
//
// d is a block's scale, m its offset or minimum, both binary16 unless said
// otherwise; q are the quantized numbers.

func half(b []byte) float32 { return F16ToFloat32(binary.LittleEndian.Uint16(b)) }

// dequantQ4_0: d, then 32 nibbles: x = d (q − 8). Byte j holds numbers j and j+16.
func dequantQ4_0(dst []float32, src []byte) {
	for ; len(dst) >= 32; dst, src = dst[32:], src[18:] {
		b, x := (*[18]byte)(src), (*[32]float32)(dst)
		d := half(b[0:])
		var table [16]float32
		for q := range table {
			table[q] = d * float32(q-8)
		}
		for j, q := range b[2:18] {
			x[j], x[j+16] = table[q&15], table[q>>4]
		}
	}
}

// dequantQ4_1: d, m, then 32 nibbles: x = d q + m.
func dequantQ4_1(dst []float32, src []byte) {
	for ; len(dst) >= 32; dst, src = dst[32:], src[20:] {
		b, x := (*[20]byte)(src), (*[32]float32)(dst)
		d, m := half(b[0:]), half(b[2:])
		var table [16]float32
		for q := range table {
			table[q] = float32(d*float32(q)) + m
		}
		for j, q := range b[4:20] {
			x[j], x[j+16] = table[q&15], table[q>>4]
		}
	}
}

// dequantQ5_0: d, 32 fifth bits, 32 nibbles: x = d (q − 16).
func dequantQ5_0(dst []float32, src []byte) {
	for ; len(dst) >= 32; dst, src = dst[32:], src[22:] {
		b, x := (*[22]byte)(src), (*[32]float32)(dst)
		d, high := half(b[0:]), binary.LittleEndian.Uint32(b[2:])
		for j, q := range b[6:22] {
			x[j] = d * float32(int(q&15|fifth(high, j))-16)
			x[j+16] = d * float32(int(q>>4|fifth(high, j+16))-16)
		}
	}
}

// dequantQ5_1: d, m, 32 fifth bits, 32 nibbles: x = d q + m.
func dequantQ5_1(dst []float32, src []byte) {
	for ; len(dst) >= 32; dst, src = dst[32:], src[24:] {
		b, x := (*[24]byte)(src), (*[32]float32)(dst)
		d, m, high := half(b[0:]), half(b[2:]), binary.LittleEndian.Uint32(b[4:])
		for j, q := range b[8:24] {
			x[j] = float32(d*float32(q&15|fifth(high, j))) + m
			x[j+16] = float32(d*float32(q>>4|fifth(high, j+16))) + m
		}
	}
}

// fifth is bit j of high, in the place of a number's bit 4.
func fifth(high uint32, j int) byte { return byte(high>>j&1) << 4 }

// dequantQ8_0: d, then 32 signed bytes: x = d q.
func dequantQ8_0(dst []float32, src []byte) {
	for ; len(dst) >= 32; dst, src = dst[32:], src[34:] {
		b, x := (*[34]byte)(src), (*[32]float32)(dst)
		d := half(b[0:])
		for j, q := range b[2:34] {
			x[j] = d * float32(int8(q))
		}
	}
}

// scalesK unpacks the 6-bit scales and minimums of the eight 32-number parts of a
// Q4_K or Q5_K block: parts 0–3 in the low six bits of bytes 0–3 and 4–7, parts
// 4–7 in the nibbles of bytes 8–11 with their upper two bits in the upper bits of
// the former.
func scalesK(b []byte) (scale, minimum [8]byte) {
	for j := range 4 {
		scale[j], minimum[j] = b[j]&63, b[j+4]&63
		scale[j+4] = b[j+8]&15 | b[j]>>6<<4
		minimum[j+4] = b[j+8]>>4 | b[j+4]>>6<<4
	}
	return scale, minimum
}

// dequantQ4_K: d, m, 12 bytes of scales, 256 nibbles: x = d·scale·q − m·minimum.
// Of each 32 bytes the low nibbles are one part, the high ones the next.
func dequantQ4_K(dst []float32, src []byte) {
	for ; len(dst) >= 256; dst, src = dst[256:], src[144:] {
		b, x := (*[144]byte)(src), (*[256]float32)(dst)
		d, m := half(b[0:]), half(b[2:])
		scale, minimum := scalesK(b[4:16])
		for part := range 8 {
			dp, mp := d*float32(scale[part]), m*float32(minimum[part])
			shift := part % 2 * 4
			q, out := b[16+part/2*32:][:32], x[part*32:][:32]
			for j := range out {
				out[j] = float32(dp*float32(q[j]>>shift&15)) - mp
			}
		}
	}
}

// dequantQ5_K: d, m, 12 bytes of scales, 32 bytes of fifth bits (bit p of byte j
// belongs to number j of part p), 256 nibbles: x = d·scale·q − m·minimum.
func dequantQ5_K(dst []float32, src []byte) {
	for ; len(dst) >= 256; dst, src = dst[256:], src[176:] {
		b, x := (*[176]byte)(src), (*[256]float32)(dst)
		d, m := half(b[0:]), half(b[2:])
		scale, minimum := scalesK(b[4:16])
		high := b[16:48]
		for part := range 8 {
			dp, mp := d*float32(scale[part]), m*float32(minimum[part])
			shift := part % 2 * 4
			q, out := b[48+part/2*32:][:32], x[part*32:][:32]
			for j := range out {
				v := q[j]>>shift&15 | high[j]>>part&1<<4
				out[j] = float32(dp*float32(v)) - mp
			}
		}
	}
}

// dequantQ6_K: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed
// scales for 16 numbers each, d: x = d·scale·(q − 32). Each half of the block has
// four runs of 32 numbers: runs 0 and 1 are the low nibbles of its first and
// second 32 bytes, runs 2 and 3 the high ones; run r takes bits 2r of the pairs.
func dequantQ6_K(dst []float32, src []byte) {
	for ; len(dst) >= 256; dst, src = dst[256:], src[210:] {
		b, x := (*[210]byte)(src), (*[256]float32)(dst)
		d := half(b[208:])
		for run := range 8 {
			side, r := run/4, run%4
			low := b[side*64+r%2*32:][:32]
			high := b[128+side*32:][:32]
			shift := r / 2 * 4
			out := x[run*32:][:32]
			for part := range 2 {
				dp := d * float32(int8(b[192+run*2+part]))
				for j := part * 16; j < part*16+16; j++ {
					q := low[j]>>shift&15 | high[j]>>(2*r)&3<<4
					out[j] = dp * float32(int(q)-32)
				}
			}
		}
	}
}
