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
	// ErrDamaged reports a set that is not as it was written.
	ErrDamaged = errors.New("the set is damaged")
	// ErrVersion reports a set of a version this package does not know.
	ErrVersion = errors.New("unknown version of the set format")
	// ErrCapacity reports more fingerprints than the model can carry.
	ErrCapacity = errors.New("more fingerprints than the model can carry")
	// ErrTooFewKeys reports that not enough usable keys were found.
	ErrTooFewKeys = errors.New("too few usable keys")
	// ErrParams reports parameters out of range.
	ErrParams = errors.New("invalid parameter")
)

// ModelError reports a set that was made for another model.
type ModelError struct {
	Set, Model string // digests
}

func (e *ModelError) Error() string {
	return fmt.Sprintf("the set was made for model %s, this is model %s", e.Set, e.Model)
}
