package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"loyal/internal/atomicfile"
	"loyal/internal/env"
	"loyal/internal/readfile"
	"loyal/license/chain"
)

var (
	errNoAccount     = errors.New("no such account")
	errAccountExists = errors.New("there is an account of that name")
)

// maxKeyFile bounds a key file; usual ones have 500 bytes.
const maxKeyFile = 1 << 16

func newAccountCommand(app *App) *cobra.Command {
	return newGroupCommand("account", "make and keep Ethereum accounts",
		`Accounts with which licenses are made and bought, as key files of go-ethereum's form,
which geth, cast and other wallets read too. They lie in $LOYAL_KEYSTORE, mode 0600,
each sealed with its password.`,
		newAccountNewCommand(app), newAccountListCommand(app), newAccountImportCommand(app))
}

// account is the JSON of the account commands.
type account struct {
	Name    string      `json:"name"`
	Address checksummed `json:"address"`
	File    string      `json:"file"`
}

func keystoreDir() string { return env.Keystore.Effective() }

// findKeyFile takes a path, or the name or address of an account in the keystore.
func findKeyFile(ref string) (string, error) {
	if strings.ContainsAny(ref, `/\`) || strings.HasPrefix(ref, ".") {
		return ref, nil
	}
	if _, err := os.Stat(ref); err == nil {
		return ref, nil
	}
	list, err := accounts()
	if err != nil {
		return "", err
	}
	for _, a := range list {
		if a.Name == ref || strings.EqualFold(a.Address.String(), ref) {
			return a.File, nil
		}
	}
	return "", fmt.Errorf("%w: %s", errNoAccount, ref)
}

// accounts lists those of the keystore, by name.
func accounts() (list []account, err error) {
	files, err := os.ReadDir(keystoreDir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	for _, f := range files {
		name, isKey := strings.CutSuffix(f.Name(), ".json")
		if !isKey || f.IsDir() {
			continue
		}
		path := filepath.Join(keystoreDir(), f.Name())
		data, err := readfile.Regular(path, maxKeyFile)
		if err != nil {
			return nil, err
		}
		address, err := chain.FileAddress(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, account{name, checksummed(address), path})
	}
	slices.SortFunc(list, func(a, b account) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// keyPassword comes from a file, else from the environment or the terminal.
func (app *App) keyPassword(file, prompt string, isNew bool) (string, error) {
	if file == "" {
		return app.Passphrase(prompt, isNew)
	}
	data, err := app.readPassword(file)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// readPassword reads a file, or standard input for "-".
func (app *App) readPassword(file string) ([]byte, error) {
	const most = 1 << 12
	if file != "-" {
		return readfile.Any(file, most)
	}
	data, err := io.ReadAll(io.LimitReader(app.Stdin, most))
	if err != nil {
		return nil, fmt.Errorf("read password from standard input: %w", err)
	}
	return data, nil
}

// keep seals a key and writes its file.
func keep(app *App, name, passwordFile string, key *chain.Key) error {
	if name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return usagef("%q is not a name for an account: it names a file", name)
	}
	a := account{name, checksummed(key.Address()), filepath.Join(keystoreDir(), name+".json")}
	if _, err := os.Stat(a.File); err == nil {
		return fmt.Errorf("%w: %s", errAccountExists, a.File)
	}
	password, err := app.keyPassword(passwordFile, "a password for "+name, true)
	if err != nil {
		return err
	}
	data, err := key.File(password)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(keystoreDir(), 0o700); err != nil {
		return fmt.Errorf("make keystore: %w", err)
	}
	if err := atomicfile.WriteNew(a.File, data, 0o600); err != nil {
		return err
	}
	return app.Print(a, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "account  %s\naddress  %s\nfile     %s\n", a.Name, a.Address, printableLine(a.File))
		return err
	})
}

func newAccountNewCommand(app *App) *cobra.Command {
	var passwordFile string
	cmd := &cobra.Command{
		Use:     "new NAME",
		Short:   "make an account",
		Long:    "Makes a new account and seals its key with a password.",
		Example: "  loyal account new alice",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			key, err := chain.GenerateKey()
			if err != nil {
				return err
			}
			return keep(app, args[0], passwordFile, key)
		},
	}
	cmd.Flags().StringVar(&passwordFile, "password-file", "", "take the password from this `file` (-: standard input)")
	return cmd
}

func newAccountImportCommand(app *App) *cobra.Command {
	var passwordFile, from string
	cmd := &cobra.Command{
		Use:   "import NAME --from FILE",
		Short: "take a private key over",
		Long: `Seals a private key that you have, 64 hexadecimal digits, with a password. The key comes
from a file or, with -, from standard input; never from the command line, which others
can see.`,
		Example: "  pass show eth/alice | loyal account import alice --from -",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if from == "-" && passwordFile == "-" {
				return usagef("standard input is the key or the password, not both")
			}
			digits, err := readKey(app, from)
			if err != nil {
				return err
			}
			key, err := chain.ParseKey(string(digits))
			if err != nil {
				return err
			}
			return keep(app, args[0], passwordFile, key)
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the `file` with the key, - for standard input")
	cmd.Flags().StringVar(&passwordFile, "password-file", "", "take the password from this `file` (-: standard input)")
	requireFlags(cmd, "from")
	return cmd
}

func readKey(app *App, from string) ([]byte, error) {
	if from != "-" {
		return readfile.Any(from, 1<<10)
	}
	data, err := io.ReadAll(io.LimitReader(app.Stdin, 1<<10))
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	return data, nil
}

func newAccountListCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "list the accounts",
		Long:    "Lists the accounts in $LOYAL_KEYSTORE. Their keys stay sealed.",
		Example: "  loyal account list --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			list, err := accounts()
			if err != nil {
				return err
			}
			return app.Print(list, func(w io.Writer) error {
				t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
				for _, a := range list {
					fmt.Fprintf(t, "%s\t%s\t%s\t\n", printableLine(a.Name), a.Address, printableLine(a.File))
				}
				return t.Flush()
			})
		},
	}
}
