// Package cpu is the default backend of [loyal/lm]: a transformer in Go over the
// matrix kernels of [loyal/lm/cpu/kernel].
//
// A call goes through three stages. The forest of segments becomes a layout
// (layout.go): all tokens packed in rows without padding, each with its position
// and the segments it may look back at. The blocks (block.go) run over all rows;
// attention (attention.go) runs over pairs of a segment and a head. Logits are
// computed only for the rows asked for (network.go).
//
// Training (trainer.go) is the same forward pass, with the activations kept that
// the hand-written backward pass (backward.go) needs: the inputs of the
// norms, q, k, v, the attention's output and the two halves of the MLP, 23 kB a
// token and block at SmolLM2-135M's sizes. What is cheap to compute again
// (normalised inputs, attention probabilities, SwiGLU's output) is not kept.
//
// What training adds to a block stands beside its matrices: low-rank adapters
// (lora.go) and new neurons (expand.go). What a corpus keeps of its texts may lie in
// temporary files (corpus.go, spill.go).
//
// Weights stay as they are on disk: bf16 and f32 tensors are views of the mapped
// file; other types are decoded once into f32. Only tensors that train get a
// float32 copy, a gradient and AdamW's moments. Arithmetic is float32; products
// may be taken in bf16 (Options.Precision), accumulated in float32.
//
// Results are the same for every run with the same inputs, whatever the number of
// threads: work is cut in pieces that do not depend on it, and sums over pieces
// are taken in a fixed order.
package cpu
