package devchain

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/uuid"

	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
)

// accountNames are the keystore files of a chain's accounts.
var accountNames = []string{"maker", "alice", "bob", "carol"}

// Account has money on the chain from the beginning.
type Account struct {
	Name    string
	Address common.Address
	Key     *ecdsa.PrivateKey
}

// PasswordFile is the file with the password of the keystore in a chain's directory.
func PasswordFile(dir string) string { return filepath.Join(dir, "password") }

// KeyFile is the keystore file of a chain's account.
func KeyFile(dir, name string) string { return filepath.Join(dir, "keystore", name+".json") }

// openAccounts reads the accounts of a directory, or makes new ones. The well-known keys of
// other development chains are not used: who sends real money to one has lost it.
func openAccounts(dir string) ([]Account, error) {
	if dir == "" {
		return makeAccounts()
	}
	if _, err := os.Stat(filepath.Join(dir, "keystore")); os.IsNotExist(err) {
		if err := writeAccounts(dir); err != nil {
			return nil, err
		}
	}
	return readAccounts(dir)
}

func makeAccounts() (list []Account, err error) {
	for _, name := range accountNames {
		key, err := crypto.GenerateKey()
		if err != nil {
			return nil, err
		}
		list = append(list, Account{name, crypto.PubkeyToAddress(key.PublicKey), key})
	}
	return list, nil
}

// cheapScrypt is the cost N of the key derivation, a millisecond of it.
const cheapScrypt = 1 << 10

// writeAccounts writes a keystore beside its place and moves it there at the end: a chain
// has all of its accounts or none.
func writeAccounts(dir string) error {
	password := make([]byte, 16)
	if _, err := rand.Read(password); err != nil {
		return err
	}
	word := hex.EncodeToString(password)
	if err := atomicfile.Write(PasswordFile(dir), []byte(word+"\n"), 0o600); err != nil {
		return err
	}
	list, err := makeAccounts()
	if err != nil {
		return err
	}
	temporary := filepath.Join(dir, "keystore.new")
	if err := os.RemoveAll(temporary); err != nil {
		return err
	}
	if err := os.Mkdir(temporary, 0o700); err != nil {
		return err
	}
	for _, a := range list {
		// The password is 128 random bits, so a costly derivation would add nothing but time.
		data, err := keystore.EncryptKey(&keystore.Key{Address: a.Address, PrivateKey: a.Key, Id: uuid.New()}, word, cheapScrypt, 1)
		if err != nil {
			return err
		}
		if err := atomicfile.Write(filepath.Join(temporary, a.Name+".json"), data, 0o600); err != nil {
			return err
		}
	}
	if err := os.Rename(temporary, filepath.Join(dir, "keystore")); err != nil {
		return err
	}
	return atomicfile.SyncDir(dir)
}

func readAccounts(dir string) (list []Account, err error) {
	word, err := readfile.Regular(PasswordFile(dir), 1<<10)
	if err != nil {
		return nil, err
	}
	for _, name := range accountNames {
		data, err := readfile.Regular(KeyFile(dir, name), 1<<16)
		if err != nil {
			return nil, err
		}
		key, err := keystore.DecryptKey(data, strings.TrimSpace(string(word)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		list = append(list, Account{name, key.Address, key.PrivateKey})
	}
	return slices.Clip(list), nil
}
