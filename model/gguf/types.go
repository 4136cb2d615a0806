package gguf

import (
	"fmt"
	"math"
	"math/bits"
	"strings"

	"loyal/model/tensor"
)

// kind is ggml's number for a type of tensor (enum ggml_type in ggml.h).
type kind uint32

// kinds are ggml's types: block numbers take size bytes. Those without a dtype
// are known only so far that a file which holds them can be opened and the type
// named.
var kinds = map[kind]struct {
	name        string
	block, size int
	dtype       tensor.DType
}{
	0:  {"F32", 1, 4, tensor.F32},
	1:  {"F16", 1, 2, tensor.F16},
	2:  {"Q4_0", 32, 18, tensor.Q4_0},
	3:  {"Q4_1", 32, 20, tensor.Q4_1},
	6:  {"Q5_0", 32, 22, tensor.Q5_0},
	7:  {"Q5_1", 32, 24, tensor.Q5_1},
	8:  {"Q8_0", 32, 34, tensor.Q8_0},
	9:  {"Q8_1", 32, 36, tensor.Invalid},
	10: {"Q2_K", 256, 84, tensor.Invalid},
	11: {"Q3_K", 256, 110, tensor.Invalid},
	12: {"Q4_K", 256, 144, tensor.Q4_K},
	13: {"Q5_K", 256, 176, tensor.Q5_K},
	14: {"Q6_K", 256, 210, tensor.Q6_K},
	15: {"Q8_K", 256, 292, tensor.Invalid},
	16: {"IQ2_XXS", 256, 66, tensor.Invalid},
	17: {"IQ2_XS", 256, 74, tensor.Invalid},
	18: {"IQ3_XXS", 256, 98, tensor.Invalid},
	19: {"IQ1_S", 256, 50, tensor.Invalid},
	20: {"IQ4_NL", 32, 18, tensor.Invalid},
	21: {"IQ3_S", 256, 110, tensor.Invalid},
	22: {"IQ2_S", 256, 82, tensor.Invalid},
	23: {"IQ4_XS", 256, 136, tensor.Invalid},
	24: {"I8", 1, 1, tensor.I8},
	25: {"I16", 1, 2, tensor.I16},
	26: {"I32", 1, 4, tensor.I32},
	27: {"I64", 1, 8, tensor.I64},
	28: {"F64", 1, 8, tensor.F64},
	29: {"IQ1_M", 256, 56, tensor.Invalid},
	30: {"BF16", 1, 2, tensor.BF16},
	34: {"TQ1_0", 256, 54, tensor.Invalid},
	35: {"TQ2_0", 256, 66, tensor.Invalid},
	39: {"MXFP4", 32, 17, tensor.Invalid},
}

func (k kind) String() string {
	if t, ok := kinds[k]; ok {
		return t.name
	}
	return fmt.Sprintf("number %d", uint32(k))
}

// size is the number of bytes that a shape takes.
func (k kind) size(shape []int) (int, error) {
	t, ok := kinds[k]
	if !ok {
		return 0, unknown(k)
	}
	n := uint64(1)
	for _, d := range shape {
		hi, lo := bits.Mul64(n, uint64(d))
		if hi != 0 || lo > math.MaxInt64/512 {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n = lo
	}
	if shape[len(shape)-1]%t.block != 0 {
		return 0, fmt.Errorf("rows of %s hold a multiple of %d numbers, which shape %v does not", k, t.block, shape)
	}
	size := n / uint64(t.block) * uint64(t.size)
	if size > math.MaxInt {
		return 0, fmt.Errorf("shape %v is too large", shape)
	}
	return int(size), nil
}

func unknown(k kind) error {
	return fmt.Errorf("%w %s (known: %s)", ErrType, k, strings.Join(knownKinds(), ", "))
}

// knownKinds lists the types of weights that can be read, in ggml's order.
func knownKinds() []string {
	var names []string
	for k := kind(0); k < 64; k++ {
		if t, ok := kinds[k]; ok && t.dtype.Weights() {
			names = append(names, t.name)
		}
	}
	return names
}
