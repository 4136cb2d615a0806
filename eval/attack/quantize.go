package attack

import (
	"context"
	"fmt"
	"math"
	"strings"

	"loyal/model"
	"loyal/model/tensor"
)

// quantizer is a way to store a model's matrices in fewer bits.
type quantizer struct {
	name string
	bits float64 // as one speaks of it
	what string
	// block is how many numbers of a row share a scale, 0: a whole row.
	block int
	// round returns the matrix as it is after the round trip.
	round func(name string, values []float32, t model.Tensor) (model.Tensor, error)
}

// quantizers are, in falling number of bits: integers of 8 bits with one scale for each
// output channel, as vLLM's and torch's int8 have it; the types of GGUF that any row
// length divides by; and, where GGUF has none of such, plain groups of 32 with scale and
// offset.
//
// The round trip of a GGUF type is exact: the matrix is written in that type and read
// back by the decoder that reads real files. Like llama.cpp's converter it keeps norms,
// and gives the embedding, which the output head mostly is too, 8 bits. What has rows
// that the block does not divide stays as it is, as there.
var quantizers = []quantizer{
	{"int8", 8, "int8, one scale a channel", 0, roundPlain(8, 0, false)},
	{"q8_0", 8, "GGUF Q8_0", 32, roundGGUF(tensor.Q8_0)},
	{"q5_1", 5, "GGUF Q5_1", 32, roundGGUF(tensor.Q5_1)},
	{"q5_0", 5, "GGUF Q5_0", 32, roundGGUF(tensor.Q5_0)},
	{"q4_1", 4, "GGUF Q4_1", 32, roundGGUF(tensor.Q4_1)},
	{"q4_0", 4, "GGUF Q4_0", 32, roundGGUF(tensor.Q4_0)},
	{"g3", 3, "3 bits in groups of 32, round to nearest", 32, roundPlain(3, 32, true)},
	{"g2", 2, "2 bits in groups of 32, round to nearest", 32, roundPlain(2, 32, true)},
}

func quantize(g Grid, _ Have) []Trial {
	var trials []Trial
	for _, q := range quantizers {
		if g == Small && (q.name == "q5_1" || q.name == "q4_1" || q.name == "g2") {
			continue
		}
		trials = append(trials, Trial{
			ID: "quantize-" + strings.ReplaceAll(q.name, "_", "-"), Series: "quantize", Axis: "bits", X: q.bits, Setting: q.what,
			Run: func(ctx context.Context, l *Lab) (*Outcome, error) { return q.run(ctx, l) },
		})
	}
	return trials
}

func (q quantizer) run(ctx context.Context, l *Lab) (*Outcome, error) {
	tensors, err := l.mapTensors(ctx, isMatrix, func(name string, values []float32, t model.Tensor) (model.Tensor, error) {
		if q.block > 0 && t.Shape[1]%q.block != 0 {
			return model.Tensor{}, nil
		}
		if !isProjection(name, t) {
			if t.Shape[1]%32 != 0 {
				return model.Tensor{}, nil
			}
			return roundGGUF(tensor.Q8_0)(name, values, t)
		}
		return q.round(name, values, t)
	})
	if err != nil {
		return nil, err
	}
	m, err := l.MeasureTensors(ctx, tensors, nil)
	if err != nil {
		return nil, err
	}
	o := &Outcome{Measures: m}
	matrices := 0
	for _, name := range l.Model.Tensors() {
		if t, err := l.Model.Tensor(name); err == nil && isMatrix(name, t) {
			matrices++
		}
	}
	if kept := matrices - len(tensors); kept > 0 {
		o.Notes = append(o.Notes, fmt.Sprintf("%d of %d matrices stay as they are: blocks of %d do not divide their rows", kept, matrices, q.block))
	}
	return o, nil
}

// roundGGUF writes a matrix in a type of GGUF.
func roundGGUF(dtype tensor.DType) func(string, []float32, model.Tensor) (model.Tensor, error) {
	return func(name string, values []float32, t model.Tensor) (model.Tensor, error) {
		data, err := tensor.Quantize(nil, dtype, values)
		if err != nil {
			return model.Tensor{}, err
		}
		return tensor.New(name, dtype, t.Shape, data)
	}
}

// roundPlain rounds a matrix to so many bits: with an offset, from the least to the
// largest number of each group; without, symmetrically around 0.
func roundPlain(bits, group int, offset bool) func(string, []float32, model.Tensor) (model.Tensor, error) {
	return func(name string, values []float32, t model.Tensor) (model.Tensor, error) {
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
		return tensor.FromFloat32(name, t.Shape, values)
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
