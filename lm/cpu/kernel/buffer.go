package kernel

import "unsafe"

// buffer is memory that grows and never shrinks, aligned to cache lines.
type buffer struct{ data []float32 }

const lineFloats = 64 / 4 // float32s in a cache line

// grow returns n float32s of unspecified content, valid until the next grow.
func (b *buffer) grow(n int) []float32 {
	if n > len(b.data) {
		raw := make([]float32, n+n/8+lineFloats)
		skip := 0
		if off := uintptr(unsafe.Pointer(unsafe.SliceData(raw))) % 64; off != 0 {
			skip = int(64-off) / 4
		}
		b.data = raw[skip : len(raw)-lineFloats+skip]
	}
	return b.data[:n]
}
