package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"loyal/license/devchain"
)

func newChainCommand(app *App) *cobra.Command {
	return newGroupCommand("chain", "run a chain of your own for trying", "An Ethereum chain inside loyal, for trying licenses without a network.", newChainStartCommand(app))
}

// startedAccount is an account of a chain, without its key.
type startedAccount struct {
	Name    string      `json:"name"`
	Address checksummed `json:"address"`
	// Key is its key file, empty for a chain in memory.
	Key string `json:"key,omitempty"`
}

// started is the JSON of `loyal chain start`.
type started struct {
	URL          string           `json:"url"`
	ChainID      uint64           `json:"chain_id"`
	Block        uint64           `json:"block"`
	PasswordFile string           `json:"password_file,omitempty"`
	Accounts     []startedAccount `json:"accounts"`
}

func newChainStartCommand(app *App) *cobra.Command {
	var o devchain.Options
	cmd := &cobra.Command{
		Use:   "start",
		Short: "run the chain until it is interrupted",
		Long: `Runs an Ethereum chain on this machine, with JSON-RPC (HTTP and WebSocket) for wallets
and tools, and accounts that have money. A block is made for each transaction. With
--datadir the chain is kept, and a block that was sealed is never lost, whatever ends the
process; a chain that comes back shorter is refused.

The accounts are made for this directory, as key files with their password beside them.
evm_increaseTime and evm_mine let the chain's time pass. It listens on loopback only: this
is no chain to entrust anything to.`,
		Example: `  loyal chain start --datadir chain
  cast block latest --rpc-url http://127.0.0.1:8545`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := devchain.Open(o)
			if err != nil {
				return err
			}
			if err := app.Print(newStarted(c, o.DataDir), func(w io.Writer) error { return writeStarted(w, newStarted(c, o.DataDir)) }); err != nil {
				return errors.Join(err, c.Close())
			}
			select {
			case <-cmd.Context().Done():
				return c.Close()
			case err := <-c.Failed():
				return errors.Join(err, c.Close())
			}
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.DataDir, "datadir", "", "keep the chain in this `directory` (default: in memory, gone at the end)")
	flags.StringVar(&o.HTTP, "http", "127.0.0.1:8545", "listen on this loopback `host:port` (port 0: any free one)")
	return cmd
}

func newStarted(c *devchain.Chain, dir string) started {
	s := started{URL: c.Endpoint(), ChainID: devchain.ChainID}
	s.Block, _ = c.Head()
	if dir != "" {
		s.PasswordFile = devchain.PasswordFile(dir)
	}
	for _, a := range c.Accounts() {
		one := startedAccount{Name: a.Name, Address: checksummed(a.Address)}
		if dir != "" {
			one.Key = devchain.KeyFile(dir, a.Name)
		}
		s.Accounts = append(s.Accounts, one)
	}
	return s
}

func writeStarted(w io.Writer, s started) error {
	fmt.Fprintf(w, "%s serves chain %d, at block %d\n", s.URL, s.ChainID, s.Block)
	for _, a := range s.Accounts {
		fmt.Fprintf(w, "  %-6s %s  %s\n", a.Name, a.Address, printableLine(a.Key))
	}
	if s.PasswordFile != "" {
		fmt.Fprintf(w, "  their password is in %s\n", printableLine(s.PasswordFile))
	}
	return nil
}
