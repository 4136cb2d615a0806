package fingerprint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"filippo.io/age"
)

// ageIntro opens every age file (https://age-encryption.org/v1).
const ageIntro = "age-encryption.org/v1\n"

// Seal returns the set file: the set's canonical bytes, encrypted with age to
// the recipients (X25519 recipients, or one passphrase recipient).
func Seal(s *Set, recipients ...age.Recipient) ([]byte, error) {
	plain, err := Marshal(s)
	if err != nil {
		return nil, err
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipients...)
	if err != nil {
		return nil, fmt.Errorf("seal set: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("seal set: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal set: %w", err)
	}
	return sealed.Bytes(), nil
}

// MaxWork is the greatest scrypt work factor of a passphrase that is tried: 2^20 take a
// gigabyte and some seconds, and each more twice that. Age seals with 18.
const MaxWork = 20

// Open decrypts and reads a set file. The error is ErrNotSet, ErrIdentity, ErrWork,
// ErrDamaged or ErrVersion. Age authenticates every byte; damage to the very
// bytes that name the recipient cannot be told from another recipient.
func Open(sealed []byte, identities ...age.Identity) (*Set, error) {
	if !bytes.HasPrefix(sealed, []byte(ageIntro)) {
		return nil, fmt.Errorf("open set: %w", ErrNotSet)
	}
	if len(identities) == 0 {
		return nil, fmt.Errorf("open set: %w: no identity given", ErrIdentity)
	}
	if work := passphraseWork(sealed); work > MaxWork {
		return nil, fmt.Errorf("open set: %w: scrypt work factor %d, at most %d", ErrWork, work, MaxWork)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), identities...)
	if err != nil {
		var noMatch *age.NoIdentityMatchError
		if errors.As(err, &noMatch) {
			return nil, fmt.Errorf("open set: %w", ErrIdentity)
		}
		return nil, fmt.Errorf("open set: %w: %w", ErrDamaged, err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxSetBytes+1))
	if err != nil {
		return nil, fmt.Errorf("open set: %w: %w", ErrDamaged, err)
	}
	s, err := Parse(plain)
	if err != nil {
		return nil, fmt.Errorf("open set: %w", err)
	}
	return s, nil
}

// passphraseWork is the scrypt work factor of a set file, 0 where it is sealed
// otherwise, or damaged.
func passphraseWork(sealed []byte) int {
	if !NeedsPassphrase(sealed) {
		return 0
	}
	line, _, _ := bytes.Cut(sealed[len(ageIntro):], []byte("\n"))
	fields := bytes.Fields(line)
	work, err := strconv.Atoi(string(fields[len(fields)-1]))
	if err != nil {
		return 0
	}
	return work
}

// NeedsPassphrase reports whether a set file is sealed with a passphrase instead
// of recipients' keys.
func NeedsPassphrase(sealed []byte) bool {
	stanza, found := bytes.CutPrefix(sealed, []byte(ageIntro))
	return found && bytes.HasPrefix(stanza, []byte("-> scrypt "))
}
