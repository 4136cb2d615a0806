//go:build race

package tokenizer_test

// slowdown is what the race detector costs.
const slowdown = 10
