package quantized

import (
	"math"

	"loyal/model"
	"loyal/model/tensor"
)

// gguf writes a matrix in a type of GGUF.
func gguf(dtype tensor.DType) func(model.Tensor, []float32) (model.Tensor, error) {
	return func(t model.Tensor, values []float32) (model.Tensor, error) {
		data, err := tensor.Quantize(nil, dtype, values)
		if err != nil {
			return model.Tensor{}, err
		}
		return tensor.New(t.Name, dtype, t.Shape, data)
	}
}

// plain rounds a matrix to so many bits: with an offset, from the least to the largest
// number of each group; without, symmetrically around 0. Group 0 is a row.
func plain(bits, group int, offset bool) func(model.Tensor, []float32) (model.Tensor, error) {
	return func(t model.Tensor, values []float32) (model.Tensor, error) {
		n := group
		if n == 0 {
			n = t.Shape[1]
		}
		for part := values; len(part) > 0; part = part[n:] {
			if offset {
				roundOffset(part[:n], bits)
			} else {
				roundSymmetric(part[:n], bits)
			}
		}
		return tensor.FromFloat32(t.Name, t.Shape, values)
	}
}

// roundOffset rounds to low + step·q with q of so many bits, scale and offset in
// binary16.
func roundOffset(x []float32, bits int) {
	low, high := x[0], x[0]
	for _, v := range x {
		low, high = min(low, v), max(high, v)
	}
	levels := float32(int(1)<<bits - 1)
	step := half((high - low) / levels)
	low = half(low)
	for i, v := range x {
		if step == 0 {
			x[i] = low
			continue
		}
		q := min(max(float32(math.Round(float64((v-low)/step))), 0), levels)
		x[i] = low + step*q
	}
}

// roundSymmetric rounds to step·q with |q| ≤ 2^(bits−1)−1.
func roundSymmetric(x []float32, bits int) {
	var top float32
	for _, v := range x {
		top = max(top, float32(math.Abs(float64(v))))
	}
	step := top / float32(int(1)<<(bits-1)-1)
	if step == 0 {
		return
	}
	for i, v := range x {
		x[i] = step * float32(math.Round(float64(v/step)))
	}
}

// half is a number as binary16 holds it.
func half(x float32) float32 { return tensor.F16ToFloat32(tensor.Float32ToF16(x)) }
