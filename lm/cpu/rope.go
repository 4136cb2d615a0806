package cpu

import "math"

// ropeTable holds cosines and sines for positions 0…n−1, (n, headDim/2) each, made
// as the reference implementation makes them: frequencies, angles and results
// rounded to float32.
type ropeTable struct {
	freq     []float32
	cos, sin []float32
}

// grow makes the table serve positions below n.
func (r *ropeTable) grow(n int) {
	half := len(r.freq)
	for p := len(r.cos) / max(half, 1); p < n; p++ {
		for _, f := range r.freq {
			s, c := math.Sincos(float64(float32(p) * f))
			r.cos, r.sin = append(r.cos, float32(c)), append(r.sin, float32(s))
		}
	}
}
