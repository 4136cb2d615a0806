// Package kernel multiplies matrices and maps vectors on a CPU: the arithmetic
// under the transformer engine, and nothing else. It knows no layers, no tensors
// with names and no files.
//
// # Levels
//
// Every operation exists several times, once a [Level]: portable Go, AVX2 with
// FMA, AVX-512, and AVX-512 with the bfloat16 dot product. The best level that
// processor and operating system support is chosen when the program starts;
// [Features] names it. The assembly is written by the program in
// internal/asmgen, so that one description yields both vector widths.
//
// # Matrix products
//
// [Gemm] describes one product. What it needs is what a transformer needs:
// y = x·Wᵀ forward, dx = dy·W and dW += dyᵀ·x backward, with W as it lies on
// disk, (out, in), in float32 or bfloat16. Products of many rows are packed: both
// operands are copied, panel by panel, into the order in which a small kernel
// reads them, and that kernel keeps a tile of C in registers while it walks
// along k (Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix
// Multiplication"). Products of few rows are bound by memory, not arithmetic:
// they stream each weight once, straight from where it lies.
//
// # Threads
//
// A [Pool] keeps its goroutines, and spins for some microseconds before it puts
// them to sleep: generating one token is about two hundred products of a few
// microseconds each, and waking a thread costs as much as one of them. Nothing
// is allocated by a product once the packing buffers have grown.
//
// # What is promised
//
// The order in which numbers are added up depends on the shape of a product and
// on the level, never on the number of threads or on timing: the same program on
// the same machine gives the same bits. Levels differ among each other by
// rounding only. In the streaming path a row's result does not depend on the
// other rows, so generating in a batch gives what generating alone gives.
//
// Shapes that do not fit together are mistakes of the calling program, and
// panic, as an index out of range does.
package kernel

//go:generate go run ./internal/asmgen
