// Package attack does to a fingerprinted model what a thief would, and measures what
// each attempt cost and what it left.
//
// # Trials
//
// A [Trial] is one attack with one setting, a small named unit: quantize to 4 bits,
// merge with the base at weight .5, fine-tune for an epoch. [Trials] lists them from a
// table, one file an attack. A [Sweep] runs them one after the other and keeps each
// [Outcome] in a file of its own, so that it can be killed at any moment, continued,
// and divided among machines; what it keeps depends on its settings alone, to the bit,
// and not on when or in how many pieces it ran. An attack that ruins its own model (NaN)
// is an outcome, not an error.
//
// # The lab
//
// The [Lab] holds what is attacked and what it is measured with: the fingerprinted
// model, its base where one is given, the set, ordinary requests and held-out text. It
// measures two kinds of victims. [Lab.Measure] looks at a network whose weights were
// changed, with one pass over keys, requests and text. A [Host] is only asked: it
// answers requests, whatever it does with them behind the scenes.
//
// What is measured is always the same, so that attacks can be compared: FSR with its
// exact interval; the verdict, with the queries that it took, of the procedure that an
// audit uses (package verify, not an imitation); and what it cost: divergence from the
// un-attacked model at the first token of ordinary answers, perplexity.
//
// # The signal below the answers
//
// Where a network's probabilities can be read there is more to see than what it says.
// [Signal] tests whether the planted answers stand out among the k that were equally
// likely, even where none of them is said: a test whose null is exact, for the planted
// one is uniform on its list whatever an innocent model does.
package attack
