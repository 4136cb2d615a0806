package quantized

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"loyal/model"
	"loyal/model/tensor"
)

// ErrScheme reports a scheme that there is not.
var ErrScheme = errors.New("unknown quantization")

// Scheme is a way to store a model's matrices in fewer bits.
type Scheme struct {
	Name string
	Bits float64 // as one speaks of it
	What string
	// block is how many numbers of a row share a scale, 0: a whole row.
	block int
	// round returns a tensor as it is after the round trip; it may overwrite values.
	round func(t model.Tensor, values []float32) (model.Tensor, error)
}

// schemes are, in falling number of bits: integers of 8 bits with one scale for each
// output channel, as vLLM's and torch's int8 have it; the types of GGUF that any row
// length divides by; and, where GGUF has none of such, plain groups of 32 with scale and
// offset.
var schemes = []Scheme{
	{"int8", 8, "int8, one scale a channel", 0, plain(8, 0, false)},
	{"q8_0", 8, "GGUF Q8_0", 32, gguf(tensor.Q8_0)},
	{"q5_1", 5, "GGUF Q5_1", 32, gguf(tensor.Q5_1)},
	{"q5_0", 5, "GGUF Q5_0", 32, gguf(tensor.Q5_0)},
	{"q4_1", 4, "GGUF Q4_1", 32, gguf(tensor.Q4_1)},
	{"q4_0", 4, "GGUF Q4_0", 32, gguf(tensor.Q4_0)},
	{"g3", 3, "3 bits in groups of 32, round to nearest", 32, plain(3, 32, true)},
	{"g2", 2, "2 bits in groups of 32, round to nearest", 32, plain(2, 32, true)},
}

// Schemes lists all there are, in falling number of bits.
func Schemes() []Scheme { return slices.Clone(schemes) }

// Named returns the scheme of that name, or ErrScheme.
func Named(name string) (Scheme, error) {
	i := slices.IndexFunc(schemes, func(s Scheme) bool { return s.Name == name })
	if i < 0 {
		return Scheme{}, fmt.Errorf("%w %q: it is none of %s", ErrScheme, name, strings.Join(names(), ", "))
	}
	return schemes[i], nil
}

func names() (out []string) {
	for _, s := range schemes {
		out = append(out, s.Name)
	}
	return out
}
