// Package keyring holds the user's age identity: the key that opens what loyal
// seals on this machine.
//
// The identity is an X25519 key in age's own file format, so the age tool can
// read it and a key made by age-keygen can be put in its place. It is made on
// first use, with permissions 0600; a file that others can read is refused,
// because a set that others can open proves nothing. Losing the file means
// losing every set that was sealed to it alone: seal to a second recipient, or
// keep a copy.
//
// A passphrase is the other way in: [Passphrase] gives the scrypt pair that age
// files can be sealed with. Nothing in this package ever prints a secret, and a
// Keyring formats as its public keys.
package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"filippo.io/age"

	"loyal/internal/atomicfile"
	"loyal/internal/env"
	"loyal/internal/readfile"
)

// Errors that callers can tell apart.
var (
	// ErrNoIdentity reports that there is no identity file.
	ErrNoIdentity = errors.New("no identity")
	// ErrLoosePermissions reports an identity file that others may read.
	ErrLoosePermissions = errors.New("identity file is open to others")
	// ErrBadIdentity reports an identity file that cannot be understood.
	ErrBadIdentity = errors.New("not an age identity file")
	// ErrBadRecipient reports a recipient that is no age public key.
	ErrBadRecipient = errors.New("not an age recipient")
	// ErrEmptyPassphrase reports a passphrase without characters.
	ErrEmptyPassphrase = errors.New("passphrase is empty")
)

// maxFile bounds identity and recipient files, in bytes.
const maxFile = 1 << 20

// Keyring is the content of one identity file.
type Keyring struct {
	path       string
	identities []age.Identity
	recipients []age.Recipient
	public     []string
}

// Path returns where the user's identity lies: LOYAL_IDENTITY, else
// loyal/identity.txt under the user's configuration directory.
func Path() (string, error) {
	path := env.Identity.Effective()
	if path == "" {
		return "", errors.New("find identity: the user has no configuration directory")
	}
	return path, nil
}

// LoadOrCreate loads the identity at path, making one if there is none; created
// tells which.
func LoadOrCreate(path string) (k *Keyring, created bool, err error) {
	k, err = Load(path)
	if !errors.Is(err, ErrNoIdentity) {
		return k, false, err
	}
	if err := create(path); err != nil && !errors.Is(err, fs.ErrExist) { // ErrExist: another process was faster
		return nil, false, fmt.Errorf("create identity: %w", err)
	}
	k, err = Load(path)
	return k, err == nil, err
}

// Load reads an identity file.
func Load(path string) (*Keyring, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open identity: %w at %s", ErrNoIdentity, path)
	}
	if err != nil {
		return nil, fmt.Errorf("open identity: %w", err)
	}
	// Windows keeps access lists, not these bits.
	if perm := info.Mode().Perm(); runtime.GOOS != "windows" && perm&0o077 != 0 {
		return nil, fmt.Errorf("open identity: %w: %s has mode %04o", ErrLoosePermissions, path, perm)
	}
	data, err := readfile.Any(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("open identity: %w", err)
	}
	identities, err := age.ParseIdentities(bytes.NewReader(withoutMark(data)))
	if err != nil {
		// age's message can quote the line, which is a secret: do not wrap it.
		return nil, fmt.Errorf("open identity: %w: %s", ErrBadIdentity, path)
	}
	k := &Keyring{path: path, identities: identities}
	for _, id := range identities {
		switch id := id.(type) {
		case *age.X25519Identity:
			k.add(id.Recipient(), id.Recipient().String())
		case *age.HybridIdentity:
			k.add(id.Recipient(), id.Recipient().String())
		}
	}
	if len(k.recipients) == 0 {
		return nil, fmt.Errorf("open identity: %w: %s holds no key to seal to", ErrBadIdentity, path)
	}
	return k, nil
}

func (k *Keyring) add(r age.Recipient, public string) {
	k.recipients = append(k.recipients, r)
	k.public = append(k.public, public)
}

// Identities returns what opens files sealed to this keyring.
func (k *Keyring) Identities() []age.Identity { return k.identities }

// Recipients returns what to seal to so that this keyring can open it.
func (k *Keyring) Recipients() []age.Recipient { return k.recipients }

// PublicKeys returns the recipients in writing ("age1…").
func (k *Keyring) PublicKeys() []string { return k.public }

// String returns the public keys, so that printing a keyring betrays nothing.
func (k *Keyring) String() string { return strings.Join(k.public, " ") }

// GoString is String.
func (k *Keyring) GoString() string { return k.String() }

// LogValue is String for logs.
func (k *Keyring) LogValue() slog.Value { return slog.StringValue(k.String()) }

var (
	_ fmt.Stringer   = (*Keyring)(nil)
	_ fmt.GoStringer = (*Keyring)(nil)
	_ slog.LogValuer = (*Keyring)(nil)
)

// create writes a new identity to path, which must not exist.
func create(path string) error {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	text := fmt.Sprintf("# created: %s\n# public key: %s\n%s\n",
		time.Now().UTC().Format(time.RFC3339), id.Recipient(), id)
	return atomicfile.WriteNew(path, []byte(text), 0o600)
}

// ParseRecipients reads recipients as users give them: public keys ("age1…"), or
// files with one key a line, where empty lines and lines that start with # do
// not count.
func ParseRecipients(args []string) ([]age.Recipient, error) {
	var out []age.Recipient
	for _, arg := range args {
		if strings.HasPrefix(strings.ToUpper(arg), "AGE-SECRET-KEY") {
			return nil, fmt.Errorf("read recipients: %w: a secret key was given", ErrBadRecipient) // not repeated
		}
		text := []byte(arg)
		if !strings.HasPrefix(arg, "age1") {
			var err error
			if text, err = readfile.Any(arg, maxFile); err != nil {
				return nil, fmt.Errorf("read recipients: %w", err)
			}
		}
		rs, err := age.ParseRecipients(bytes.NewReader(withoutMark(text)))
		if err != nil {
			// age's message can quote a line of the file, which could be a secret.
			return nil, fmt.Errorf("read recipients: %w: %s", ErrBadRecipient, arg)
		}
		out = append(out, rs...)
	}
	return out, nil
}

// Passphrase returns what seals with a passphrase and what opens again (scrypt).
// A file sealed so can have no other recipient.
func Passphrase(passphrase string) (age.Recipient, age.Identity, error) {
	if passphrase == "" {
		return nil, nil, ErrEmptyPassphrase
	}
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, nil, fmt.Errorf("use passphrase: %w", err)
	}
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, nil, fmt.Errorf("use passphrase: %w", err)
	}
	return r, id, nil
}

// withoutMark drops the byte-order mark that some editors put before a text.
func withoutMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }
