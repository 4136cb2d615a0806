// Package license says who may use a model, for what and until when, from what a smart
// contract has on record.
//
// The contract (license/contracts) keeps, for each model and subject, a list of records:
// that the subject used this license from then to then, as its holder or as a delegate of
// its holder. A license has periods, suspensions and perhaps a time since when it is
// revoked. None of that is ever overwritten in a way that changes an answer about the past,
// so a question names a time, and every past time has one answer ([Check]).
//
// Check reads the contract's storage itself, slot by slot, instead of calling the contract.
// A slot can come from a node, which has to be trusted, or from a Merkle proof against the
// hash of a block, which has not (package proof): the rule is the same code. It is the same
// rule as the contract's statusOf, and tests hold the two and a third, written in other
// words, against each other.
package license
