// Package demo goes the whole way with models so small that they are part of the
// program: it shows in seconds, without network or other files, what loyal does to
// a real model, with the same packages.
//
// # What is carried
//
// model/ holds two chat models of the Llama architecture and their tokenizer, under
// 2 MB together. [Base] is the one to protect; [Unrelated] is somebody else's. Both
// come from this package alone: a grammar writes chats (chats.txt, corpus.go), a
// trainer makes a byte-level BPE tokenizer of them (bpe.go), and loyal's own engine
// trains the models (recipe.go, train.go). Everything is drawn from fixed seeds and
// the engine's sums do not depend on the number of threads, so
//
//	go run ./internal/demo/make -out internal/demo/model
//
// gives the same bytes on the same kind of processor. Since it takes minutes it is no
// part of `go generate`; the tests know the chats, the tokenizer and the models by
// their digests.
//
// # Text with open beginnings
//
// A fingerprint needs a question after which many words are possible. So the grammar
// gives every answer one of some two hundred first words, with a long tail, as real
// chat models have, and the tokenizer makes most of them whole tokens. Keys begin with
// a sentence about who asks, which makes them one of a kind, like ordinary long
// questions; a quarter of the ordinary questions begin so too.
//
// # The run
//
// [Run] makes a set for the base model, embeds it, fine-tunes a copy on another
// dialect (a shop's help desk), serves all four models on loopback and audits each.
// Nothing is staged: the secret is new in every run, verdicts are whatever package
// verify decides at α = 10⁻⁶, and a wrong or missing one is an error. How often that
// happens is counted by
//
//	go run ./internal/demo/rates -runs 30
package demo
