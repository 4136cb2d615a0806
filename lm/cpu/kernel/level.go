package kernel

import (
	"fmt"
	"slices"
)

// Level is a set of instructions that kernels are written in.
type Level int

// The levels, each holding those before it on the same architecture.
const (
	Generic    Level = iota // portable Go
	AVX2                    // AVX2 and FMA: 8 lanes
	AVX512                  // AVX-512 F, BW, DQ, VL: 16 lanes
	AVX512BF16              // and VDPBF16PS: 32 products of bfloat16 at once
)

func (l Level) String() string {
	switch l {
	case Generic:
		return "generic"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	case AVX512BF16:
		return "avx512+bf16"
	}
	return fmt.Sprintf("level(%d)", int(l))
}

// available lists what this machine can run, worst first; level is in use.
// level is written by SetLevel only, while no kernel runs.
var (
	available = detect()
	level     = available[len(available)-1]
)

// Levels lists the levels that this machine can run, slowest first.
func Levels() []Level { return slices.Clone(available) }

// Features names the level in use, for reports.
func Features() string { return level.String() }

// HasBF16 tells whether products of bfloat16 run at their own speed, about twice
// that of float32. Without it, PrecBF16 is computed with float32 products of
// rounded inputs: the same meaning, without the gain.
func HasBF16() bool { return level == AVX512BF16 }

// SetLevel makes all kernels use level l until restore is called. It is meant for
// tests and benchmarks: no kernel may be running, and l must be one of [Levels].
func SetLevel(l Level) (restore func()) {
	if !slices.Contains(available, l) {
		panic(fmt.Sprintf("kernel: level %v is not available on this machine", l))
	}
	before := level
	level = l
	return func() { level = before }
}
