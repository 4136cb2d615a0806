package fingerprint

import "context"

// Oracle answers what this package has to know of the base model. The caller
// implements it over an engine.
type Oracle interface {
	// Distributions calls yield once for each prompt, in their order, with the
	// prompt's index and the probabilities of the next token, one for each id of
	// the vocabulary. The slice is valid until yield returns. An error of yield
	// ends the run and is returned.
	Distributions(ctx context.Context, prompts [][]int32, yield func(i int, probs []float32) error) error

	// Surprisals returns for each prompt how surprised the model is by its tokens in the
	// range spans[i], the first included and the second not: the mean of −log p in nats.
	// Spans begin at 1 or later and are not empty.
	Surprisals(ctx context.Context, prompts [][]int32, spans [][2]int) ([]float64, error)

	// Continue samples a continuation of each prompt, without the prompt, without
	// the token that ended it.
	Continue(ctx context.Context, prompts [][]int32, o ContinueOptions) ([][]int32, error)
}

// ContinueOptions steers Oracle.Continue.
type ContinueOptions struct {
	MaxTokens   int
	Temperature float64 // 0 is greedy
	// Seed makes sampling reproducible: the i-th prompt's continuation depends on
	// Seed and i alone, not on the other prompts.
	Seed uint64
	// StopAtNewline ends a continuation at its first token with a line feed, once
	// there is text before it.
	StopAtNewline bool
	// Progress, if set, is told of each token written.
	Progress func(tokens int)
}

// Codec is the base model's tokenizer.
type Codec interface {
	Encode(text string, addSpecial bool) []int32
	Decode(ids []int32, skipSpecial bool) string
	IsSpecial(id int32) bool
	VocabSize() int
}

// Renderer returns the tokens of the exact prompt that is served for a user's
// message: the chat template with its generation prompt, or the raw text (with
// a beginning-of-text token where the model wants one).
type Renderer func(message string) ([]int32, error)
