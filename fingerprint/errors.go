package fingerprint

import (
	"errors"
	"fmt"
)

// Errors that callers can tell apart.
var (
	// ErrNotSet reports bytes that are no sealed set.
	ErrNotSet = errors.New("not a fingerprint set")
	// ErrIdentity reports a set that none of the given identities opens.
	ErrIdentity = errors.New("sealed for another identity")
	// ErrWork reports a passphrase that would take too much work to try.
	ErrWork = errors.New("sealed with a passphrase at too great a cost")
	// ErrDamaged reports a set that is not as it was written.
	ErrDamaged = errors.New("the set is damaged")
	// ErrVersion reports a set of a version this package does not know.
	ErrVersion = errors.New("unknown version of the set format")
	// ErrCapacity reports more fingerprints than the model can carry.
	ErrCapacity = errors.New("more fingerprints than the model can carry")
	// ErrTooLong reports a key that does not fit into the model's context with its
	// prompt and its answer.
	ErrTooLong = errors.New("too long for the model")
	// ErrTooFewKeys reports that not enough usable keys were found.
	ErrTooFewKeys = errors.New("too few usable keys")
	// ErrParams reports parameters out of range.
	ErrParams = errors.New("invalid parameter")
)

// Part is what of a model a set depends on.
type Part string

// Parts of a model.
const (
	Weights      Part = "model"
	ChatTemplate Part = "chat template"
	Tokenizer    Part = "tokenizer"
)

// ModelError reports a set that was made for another model, or for the same with
// another tokenizer or chat template.
type ModelError struct {
	Part       Part
	Set, Model string // digests; empty where there is no such part
}

func (e *ModelError) Error() string {
	set, model := e.Set, e.Model
	if set == "" {
		set = "none"
	}
	if model == "" {
		model = "none"
	}
	return fmt.Sprintf("the set was made for another %s: %s; the model given has %s", e.Part, set, model)
}
