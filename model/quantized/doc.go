// Package quantized makes of a model what it is after its matrices were stored in fewer
// bits: the schemes that models are served in, as functions of the weights alone.
//
// A scheme of GGUF is exact: the matrix is written in that type and read back by the
// decoder that reads real files. As llama.cpp's converter does, all of them keep norms,
// and give embeddings and output heads 8 bits. What has rows that the block does not
// divide stays as it is, as there.
//
// Schemes that look at activations too (AWQ, GPTQ, importance matrices) are not here.
package quantized
