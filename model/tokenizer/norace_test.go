//go:build !race

package tokenizer_test

const slowdown = 1
