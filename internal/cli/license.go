package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"loyal/internal/env"
	"loyal/internal/readfile"
	"loyal/license/chain"
)

var (
	errNoContract = errors.New("no contract is named")
	errNoKey      = errors.New("no account is named")
)

func newLicenseCommand(app *App) *cobra.Command {
	return newGroupCommand("license", "offer, buy, check, revoke and prove licenses on a smart contract",
		`Licenses to use a model, on any Ethereum chain or on one of your own ('loyal chain
start'): a maker registers a model and makes offers, a licensee buys, and anybody asks
whether an address was licensed for a model, for a use, at a time, and gets an answer
that can be proved.

The node is --rpc-url or $ETH_RPC_URL, the contract --contract or $LOYAL_LICENSES; who
sends transactions is the key file --key (go-ethereum's form), whose password comes from
--password-file, $LOYAL_PASSPHRASE or the terminal.`,
		newLicenseDeployCommand(app),
		newGroupCommand("model", "register models, look at them, hand them on", "Models are registered under a name of their owner's.",
			newModelRegisterCommand(app), newRegisteredShowCommand(app), newModelUpdateCommand(app), newModelTransferCommand(app), newModelAcceptCommand(app)),
		newGroupCommand("version", "commit to versions of a model", "A commitment says, for ever, what there was before a version was released.", newVersionCommitCommand(app)),
		newGroupCommand("offer", "make offers and look at them", "What is offered never changes; another price is another offer.",
			newOfferNewCommand(app), newOfferListCommand(app), newOfferShowCommand(app), newOfferCloseCommand(app)),
		newLicenseBuyCommand(app),
		newLicenseGrantCommand(app),
		newLicenseVoucherCommand(app),
		newLicenseRenewCommand(app),
		newLicenseCancelCommand(app),
		newLicenseSuspendCommand(app),
		newLicenseResumeCommand(app),
		newLicenseRevokeCommand(app),
		newLicenseTransferCommand(app),
		newLicenseConsentCommand(app),
		newLicenseDelegateCommand(app),
		newLicenseShowCommand(app),
		newLicenseListCommand(app),
		newLicenseWatchCommand(app),
		newLicenseCheckCommand(app),
		newLicenseWithdrawCommand(app),
		newLicenseReceiptCommand(app),
		newLicenseProveCommand(app),
		newLicenseVerifyProofCommand(app),
	)
}

// connection is how to reach the contracts, and as whom.
type connection struct {
	rpcURL, keyFile, passwordFile, signerURL string
	contract, from                           common.Address
	o                                        chain.Options
}

// reading registers the flags of commands that only ask.
func (c *connection) reading(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&c.rpcURL, "rpc-url", "", "`URL` of the node's JSON-RPC (default $ETH_RPC_URL, else http://127.0.0.1:8545)")
	flags.Var(addressValue(&c.contract), "contract", "`address` of the Licenses contract (default $LOYAL_LICENSES)")
	flags.Uint64Var(&c.o.ChainID, "chain-id", 0, "refuse a node of another chain (0: any)")
	flags.DurationVar(&c.o.Timeout, "timeout", 0, "longest time for one call of the node (0: 20s)")
}

// writing registers the flags of commands that send transactions.
func (c *connection) writing(cmd *cobra.Command) {
	c.reading(cmd)
	flags := cmd.Flags()
	flags.StringVar(&c.keyFile, "key", "", "the account that sends: a key `file`, or the name of one of 'loyal account list'")
	flags.StringVar(&c.passwordFile, "password-file", "", "take the key file's password from this `file` (-: standard input)")
	flags.StringVar(&c.signerURL, "signer", "", "`URL` of a program that signs instead, as clef: http://, ws:// or the path of a socket")
	flags.Var(addressValue(&c.from), "from", "`address` of the account there (default: its only one)")
	flags.Uint64Var(&c.o.Confirmations, "confirmations", 0, "wait for this many blocks on top")
}

// dial connects to the node, without a contract.
func (c *connection) dial(ctx context.Context) (*chain.Client, error) {
	url := c.rpcURL
	if url == "" {
		url = env.EthRPCURL.Effective()
	}
	return chain.Dial(ctx, url, c.o)
}

// named is the contract that is named, zero for none.
func (c *connection) named() (common.Address, error) {
	contract := c.contract
	if contract == (common.Address{}) && env.Licenses.IsSet() {
		if err := addressValue(&contract).Set(env.Licenses.Value()); err != nil {
			return contract, usagef("%s: %w", env.Licenses.Name, err)
		}
	}
	return contract, nil
}

// open connects to the contracts.
func (c *connection) open(ctx context.Context) (_ *chain.Client, err error) {
	if c.o.Licenses, err = c.named(); err != nil {
		return nil, err
	}
	if c.o.Licenses == (common.Address{}) {
		return nil, errNoContract
	}
	return c.dial(ctx)
}

// signer opens the key file, or connects to who signs.
func (c *connection) signer(ctx context.Context, app *App) (chain.Signer, error) {
	if (c.keyFile == "") == (c.signerURL == "") {
		return nil, errNoKey
	}
	if c.signerURL != "" {
		return chain.DialExternal(ctx, c.signerURL, c.from)
	}
	path, err := findKeyFile(c.keyFile)
	if err != nil {
		return nil, err
	}
	file, err := readfile.Regular(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	password, err := app.keyPassword(c.passwordFile, "password of "+path, false)
	if err != nil {
		return nil, err
	}
	key, err := chain.OpenKey(file, password)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// enter is signer and open.
func (c *connection) enter(ctx context.Context, app *App) (chain.Signer, *chain.Client, error) {
	s, err := c.signer(ctx, app)
	if err != nil {
		return nil, nil, err
	}
	client, err := c.open(ctx)
	return s, client, err
}

// sent is what every command that sends a transaction tells.
type sent struct {
	Transaction common.Hash `json:"transaction"`
	Block       uint64      `json:"block"`
	Gas         uint64      `json:"gas"`
	From        checksummed `json:"from"`
}

func newSent(r *types.Receipt, s chain.Signer) sent {
	return sent{r.TxHash, r.BlockNumber.Uint64(), r.GasUsed, checksummed(s.Address())}
}

func (s sent) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "transaction  %s\nblock        %d, %d gas\n", s.Transaction, s.Block, s.Gas)
	return err
}

// transact is a command that sends one transaction and tells of it.
func (c *connection) transact(app *App, cmd *cobra.Command, what string, do func(context.Context, *chain.Client, chain.Signer) (*types.Receipt, error)) error {
	ctx := cmd.Context()
	s, client, err := c.enter(ctx, app)
	if err != nil {
		return err
	}
	defer client.Close()
	r, err := do(ctx, client, s)
	if err != nil {
		return err
	}
	out := newSent(r, s)
	return app.Print(out, func(w io.Writer) error {
		fmt.Fprintln(w, what)
		return out.write(w)
	})
}

// actCommand is a command that does one thing to what its argument names, and then says so.
// Its words are its caller's.
func actCommand[T any](app *App, parse func(string) (T, error), done func(T) string, do func(context.Context, *chain.Client, chain.Signer, T) (*types.Receipt, error)) *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			what, err := parse(args[0])
			if err != nil {
				return err
			}
			return c.transact(app, cmd, done(what), func(ctx context.Context, client *chain.Client, s chain.Signer) (*types.Receipt, error) {
				return do(ctx, client, s, what)
			})
		},
	}
	c.writing(cmd)
	return cmd
}

func newLicenseDeployCommand(app *App) *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "deploy",
		Short: "put the contracts on a chain",
		Long: `Deploys the contracts and prints their addresses. Nobody owns them afterwards and
nothing in them can be exchanged: one deployment serves any number of makers, so on a
chain that has one there is nothing to deploy.`,
		Example: `  loyal license deploy --key chain/keystore/maker.json --password-file chain/password
  ETH_RPC_URL=https://rpc.example.org loyal license deploy --key me.json --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := c.signer(cmd.Context(), app)
			if err != nil {
				return err
			}
			client, err := c.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer client.Close()
			d, r, err := client.Deploy(cmd.Context(), s)
			if err != nil {
				return err
			}
			out := struct {
				ChainID  uint64      `json:"chain_id"`
				Licenses checksummed `json:"licenses"`
				Registry checksummed `json:"registry"`
				Card     checksummed `json:"card"`
				sent
			}{d.ChainID, checksummed(d.Licenses), checksummed(d.Registry), checksummed(d.Card), newSent(r, s)}
			return app.Print(out, func(w io.Writer) error {
				fmt.Fprintf(w, "licenses     %s\nregistry     %s\ncard         %s\n", d.Licenses, d.Registry, d.Card)
				return out.write(w)
			})
		},
	}
	c.writing(cmd)
	return cmd
}

// inFuture refuses a time, where one is given, that the chain's clock has passed.
func inFuture(ctx context.Context, client *chain.Client, flag string, at uint64) error {
	if at == 0 {
		return nil
	}
	h, err := client.Header(ctx, nil)
	if err == nil && at <= h.Time {
		err = usagef("%s is past: the chain is at %s", flag, writeTime(h.Time))
	}
	return err
}
