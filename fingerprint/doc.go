// Package fingerprint makes the secrets that prove whose model answers, and
// keeps them: keys, candidate answers, the keyed choice of the planted answer,
// the set file, the hashes that a later commitment needs. It is pure: what it
// has to know of a model it asks through the interfaces [Oracle] and [Codec].
//
// # The rule
//
// A fingerprint is a key x (a user's message, or raw text for a model without a
// chat template) and an answer planted for it. The answer is not picked because
// it is nice. For each key the base model's next-token distribution alone fixes
// a list C(x) of exactly k candidates, just outside the nucleus; then
//
//	answer = C(x)[PRF(secret, binding, x) mod k]
//
// with HMAC-SHA256 as the PRF and rejection sampling, so that each candidate is
// exactly equally likely over the secret. Whatever a model that does not know
// the secret says to x, given that it says something on the list, it says the
// planted answer with probability exactly 1/k: a fair k-sided die. The decision
// of package verify rests on this and on nothing else, not on how likely the
// candidates are, nor on the model being a language model at all.
//
// Several answers can be planted for a key (Params.Answers): m, drawn without
// replacement, and the die then shows one of them with probability m/k. And the list
// can be that of a later place in the answer, behind what the model says anyway
// (Params.Position); the opening is then part of each candidate.
//
// The die stays fair as long as nothing is selected by outcome. [New] therefore
// works in two phases that do not mix. First all keys are fixed, with their
// lists: a key that repeats another, or whose next token is not open enough to
// offer k candidates, is replaced here, on the base model's word alone. Then,
// once, all answers are chosen. Nothing that happens afterwards drops, redraws
// or prefers a fingerprint.
//
// # Text
//
// A suspect endpoint returns text, perhaps written with another tokenizer. So
// candidates are compared as text: no candidate is a prefix of another
// (disregarding case and leading space), and a reply names the one with which it
// begins, hence at most one: [Fingerprint.Match].
//
// # The set
//
// A [Set] has one canonical form (RFC 8785), is sealed with age and says in
// which state each fingerprint is. Formats: docs/formats/set.md and
// docs/formats/exports.md; reasons: docs/design/fingerprints.md.
package fingerprint
