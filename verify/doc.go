// Package verify asks an endpoint the secret questions of a fingerprint set and
// decides, with proven error rates, whether the fingerprinted model answers
// there: probe, match, decide.
//
// # What is tested
//
// To each question belongs a list of k answers that were equally likely to be
// planted (package fingerprint). If the endpoint has nothing to do with the
// secret, then, whatever it does, an answer of it that is on the list is the
// planted one with probability exactly 1/k: a fair k-sided die, thrown by us and
// not by it. [MatchProcess] bets against that die. Its capital starts at 1 and
// cannot be expected to grow if the die is fair, so it reaches 1/α with
// probability at most α, at whatever moment one stops (Ville's inequality).
// Answers that are not on the list, and refusals, move nothing.
//
// [NoMatchProcess] bets the other way, against "this endpoint gives the planted
// answer to at least the share q_min of the questions". There every answer that
// is not the planted one counts, on the list or not. Capital 1/β says no_match,
// wrongly with probability at most β.
//
// When neither is reached the verdict is inconclusive. So it is when most answers
// were refusals, and in other cases that [Report] names.
//
// # What keeps the die fair
//
// Nothing that the endpoint sees may depend on which answer is planted: not the
// order of questions, not the length of answer that is asked for, not what is
// asked again. The order is fixed before the first question, every setting that
// bears on the decision is fixed and recorded before it too, and a question is
// asked again only when no answer came. A reply is classified ([Question.Match])
// by the list alone; only then is it compared with the planted answer.
//
// # What this package does not need
//
// It imports the set (fingerprint) and the wire format (openai), and neither the
// engine nor the tokenizer: an auditor needs no trainer. Its statistics depend on
// [Question] alone. Reasons and figures: docs/design/verify.md; the record of an
// audit: docs/formats/transcript.md.
package verify
