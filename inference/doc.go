// Package inference serves a model: many requests at a time from one network,
// over the HTTP API that the field's clients speak.
//
// # Why batches
//
// Writing one token reads every weight once, and that is nearly all it costs: a
// pass for eight texts takes little longer than a pass for one. The [Scheduler]
// therefore has one loop, and each turn of it is one pass of the network over
// everything there is to do (continuous batching, Yu et al. 2022, "Orca"): the
// next token of every text that is being written, and a piece of the prompts that
// have just come. Pieces are bounded, so that a long prompt delays the others'
// next token a little and not until it has been read; a text that ends leaves at
// once, and the next one takes its place.
//
// # What is not computed twice
//
// Caches of texts that have ended stay for a while, least recently used out
// first. A new text goes on from the one with the longest common beginning: the
// next turn of a conversation from the turn before, a question from another one
// under the same system prompt, the n-th choice from the first. If a text at work
// is about to have computed more of that beginning, the new one waits for it. All caches
// together hold a bounded number of tokens; where texts outgrow it, the
// last to come goes back to the queue and is computed again.
//
// # What an answer depends on
//
// An answer is a function of model, prompt, parameters and seed: each choice draws
// from its own stream of random numbers, and neither batch nor cache enter but
// through the last bits of float32 sums. Without a seed one is drawn.
//
// Text is assembled from tokens in one place (assembler), for streams and
// whole answers alike: characters are never split, stop strings are found across
// tokens and nothing of them is ever sent, and what is held back for that is sent as
// soon as it turns out to be none.
//
// # Limits
//
// Everything a stranger can make large is bounded, and beyond the bound refused
// with OpenAI's error object: the body, the tokens, the choices, the requests under
// way (429), the texts in the queue (429), the time. Log and metrics hold counts
// and times, never text and never a key.
package inference
