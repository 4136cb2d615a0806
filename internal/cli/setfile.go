package cli

import (
	"fmt"
	"io/fs"
	"os"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"loyal/fingerprint"
	"loyal/internal/atomicfile"
	"loyal/internal/keyring"
	"loyal/internal/readfile"
)

// openSet reads and opens a set file, with the user's identity or, if it is sealed
// so, with a passphrase.
func (app *App) openSet(path string) (*fingerprint.Set, error) {
	sealed, err := readfile.Any(path, fingerprint.MaxSetBytes+1<<20)
	if err != nil {
		return nil, fmt.Errorf("open set: %w", err)
	}
	identities, err := app.identities(sealed)
	if err != nil {
		return nil, err
	}
	s, err := fingerprint.Open(sealed, identities...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// identities returns what may open a set file.
func (app *App) identities(sealed []byte) ([]age.Identity, error) {
	if fingerprint.NeedsPassphrase(sealed) {
		text, err := app.Passphrase("passphrase of the set", false)
		if err != nil {
			return nil, err
		}
		_, identity, err := keyring.Passphrase(text)
		return []age.Identity{identity}, err
	}
	path, err := keyring.Path()
	if err != nil {
		return nil, err
	}
	keys, err := keyring.Load(path)
	if err != nil {
		return nil, err
	}
	return keys.Identities(), nil
}

// sealFlags say for whom a new set is sealed and where it goes.
type sealFlags struct {
	out        string
	recipients []string
	passphrase bool
	overwrite  bool
}

func (f *sealFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "out", "o", "", "write the sealed set to this `file`")
	flags.StringSliceVar(&f.recipients, "recipient", nil, "seal to this age public `key`, or the keys in a file of that name, and to yourself")
	flags.BoolVar(&f.passphrase, "passphrase", false, "seal with a passphrase instead of keys")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace the file if it exists")
	_ = cmd.MarkFlagRequired("out")
	cmd.MarkFlagsMutuallyExclusive("recipient", "passphrase")
}

// check finds out before any work whether the set can be written.
func (f *sealFlags) check() error { return checkFree(f.out, f.overwrite) }

// checkFree refuses a name that is taken.
func checkFree(path string, overwrite bool) error {
	if _, err := os.Lstat(path); err == nil && !overwrite {
		return fmt.Errorf("write %s: %w", path, fs.ErrExist)
	}
	return nil
}

// to returns for whom to seal. It makes the user's identity on first use.
func (f *sealFlags) to(app *App) ([]age.Recipient, error) {
	if f.passphrase {
		text, err := app.Passphrase("passphrase for the set", true)
		if err != nil {
			return nil, err
		}
		recipient, _, err := keyring.Passphrase(text)
		return []age.Recipient{recipient}, err
	}
	others, err := keyring.ParseRecipients(f.recipients)
	if err != nil {
		return nil, err
	}
	path, err := keyring.Path()
	if err != nil {
		return nil, err
	}
	keys, created, err := keyring.LoadOrCreate(path)
	if err != nil {
		return nil, err
	}
	if created {
		app.Note("made your identity: %s; keep a copy, without it your sets cannot be opened", path)
	}
	return append(keys.Recipients(), others...), nil
}

// write seals a set and writes its file.
func (f *sealFlags) write(s *fingerprint.Set, recipients []age.Recipient) error {
	sealed, err := fingerprint.Seal(s, recipients...)
	if err != nil {
		return err
	}
	if err := writeSecret(f.out, sealed, f.overwrite); err != nil {
		return fmt.Errorf("write set: %w", err)
	}
	return nil
}

// writeSecret writes a file that only its owner may read.
func writeSecret(path string, data []byte, overwrite bool) error {
	if overwrite {
		return atomicfile.Write(path, data, 0o600)
	}
	return atomicfile.WriteNew(path, data, 0o600)
}
