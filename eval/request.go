package eval

import (
	"fmt"
)

// request asks for the log-probabilities of tokens.
type request struct {
	input  []int32 // what the network reads
	scored []int32 // what follows its last len(scored) positions
}

// answer is what a request brought: log-probabilities in nats, and whether each scored
// token was the most probable one.
type answer struct {
	logprobs []float32
	greedy   bool
}

// sum is the log-probability of all scored tokens together.
func (a answer) sum() float64 {
	total := 0.0
	for _, x := range a.logprobs {
		total += float64(x)
	}
	return total
}

// newRequest cuts what is too long from the left, so that the network reads at most
// maxLength tokens. The last scored token is not read.
func newRequest(before, scored []int32, maxLength int) (request, error) {
	if len(scored) > maxLength {
		return request{}, fmt.Errorf("%w: %d tokens are to be scored, and the model reads %d at most", ErrDoc, len(scored), maxLength)
	}
	all := make([]int32, 0, len(before)+len(scored))
	all = append(append(all, before...), scored...)
	all = all[max(0, len(all)-maxLength-1):]
	return request{input: all[:len(all)-1], scored: scored}, nil
}

// windows cuts a text into requests that score each token once. The first begins with
// the prefix token; each later one reads as many tokens before those it scores as
// there is room for: one where the window is full.
func windows(tokens []int32, prefix int32, maxLength int) []request {
	var out []request
	n := min(len(tokens), maxLength)
	if n == 0 {
		return nil
	}
	input := append([]int32{prefix}, tokens[:n-1]...)
	out = append(out, request{input: input, scored: tokens[:n]})
	for done := n; done < len(tokens); {
		take := min(len(tokens)-done, maxLength)
		end := done + take
		begin := max(0, end-maxLength-1)
		out = append(out, request{input: tokens[begin : end-1], scored: tokens[done:end]})
		done = end
	}
	return out
}
