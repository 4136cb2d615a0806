package license

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gowebpki/jcs"
)

// ErrTerms reports a terms document that is not JSON that can be made canonical.
var ErrTerms = errors.New("terms are not a JSON document")

// TermsHash is the SHA-256 of a JSON document in its canonical form (RFC 8785): the same for
// every way of writing the same document, so that what a buyer reads can be compared with
// what an offer says.
func TermsHash(document []byte) (common.Hash, error) {
	canonical, err := jcs.Transform(document)
	if err != nil {
		return common.Hash{}, fmt.Errorf("%w: %w", ErrTerms, err)
	}
	return sha256.Sum256(canonical), nil
}

// ReasonHash is what goes on the chain of a reason: its SHA-256, zero for none.
func ReasonHash(reason string) common.Hash {
	if reason == "" {
		return common.Hash{}
	}
	return sha256.Sum256([]byte(reason))
}
