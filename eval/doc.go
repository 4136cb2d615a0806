// Package eval measures what a model can still do: its utility, in the terms that
// users of lm-evaluation-harness know, and how far it has moved from its base.
//
// A [Task] is a list of documents with what is to be scored in each; package
// [loyal/eval/tasks] reads the known ones from files. [Run] scores tasks on a
// [Subject], a network with its tokenizer. [Compare] sets two results side by side,
// document by document: the question is what was lost, and a paired difference
// answers it with far fewer documents than two separate figures. [Divergence] compares
// distributions at the first tokens of answers, where a planted fingerprint does its
// collateral damage long before any benchmark notices.
//
// # The same figures
//
// Contexts, continuations and metrics are those of lm-evaluation-harness 0.4: where
// its documents become tokens (subject.go), what is cut when a text is too long
// (request.go), which lengths normalize (metric.go), how few-shot examples are drawn
// (package tasks). Where both run on the same rows the scores agree to 4 digits
// (docs/results/utility.md). Nothing of it is copied here; what is documented nowhere
// else was read off its behavior.
//
// # Computing little
//
// All requests of all tasks are one pool. Equal requests are computed once; sorted by
// their tokens, those that begin alike become neighbors, and a batch of neighbors is a
// forest in which each common beginning stands once ([lm.PackShared]). A batch has a
// bounded number of tokens, so memory does not grow with the tasks. Each answer is
// kept in a [Cache] under the digest of the model and the tokens of the request: a
// run that was killed continues, and another task that asks the same costs nothing.
package eval
