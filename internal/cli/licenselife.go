package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"loyal/license"
	"loyal/license/chain"
)

// obtained is what `loyal license buy` and `grant` tell.
type obtained struct {
	License string `json:"license"`
	// Token is its number as an ERC-721.
	Token decimal `json:"token_id"`
	sent
}

// obtain is a command that makes a license.
func (c *connection) obtain(app *App, cmd *cobra.Command, do func(context.Context, *chain.Client, chain.Signer) (uint64, *types.Receipt, error)) error {
	s, client, err := c.enter(cmd.Context(), app)
	if err != nil {
		return err
	}
	defer client.Close()
	id, r, err := do(cmd.Context(), client, s)
	if err != nil {
		return err
	}
	out := obtained{chain.Number(id), number(id), newSent(r, s)}
	return app.Print(out, func(w io.Writer) error {
		fmt.Fprintf(w, "license      %s\ntoken        %s\n", out.License, out.Token)
		return out.write(w)
	})
}

func newLicenseBuyCommand(app *App) *cobra.Command {
	var (
		c       connection
		periods uint16
		terms   string
	)
	cmd := &cobra.Command{
		Use:   "buy OFFER",
		Short: "buy a license for the account that pays",
		Long: `Buys a license for the account of --key and prints its number. A price in a token needs
an allowance, which is given for just this price. With --terms nothing is paid unless the
offer is made on just this document. To let a server use the license, name its address
with 'loyal license delegate'.`,
		Example: `  loyal license buy 3 --terms terms.json --key alice.json
  loyal license buy 3 --periods 12 --key alice.json --password-file word`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseOffer(args[0])
			if err != nil {
				return err
			}
			return c.obtain(app, cmd, func(ctx context.Context, client *chain.Client, s chain.Signer) (uint64, *types.Receipt, error) {
				if terms != "" {
					o, err := client.Offer(ctx, n)
					if err != nil {
						return 0, nil, err
					}
					if err := checkTerms(terms, o); err != nil {
						return 0, nil, err
					}
				}
				return client.Buy(ctx, s, n, periods)
			})
		},
	}
	cmd.Flags().StringVar(&terms, "terms", "", "refuse unless the offer's terms are those in this JSON `file`")
	cmd.Flags().Uint16Var(&periods, "periods", 1, "how many periods to pay for")
	c.writing(cmd)
	return cmd
}

func newLicenseGrantCommand(app *App) *cobra.Command {
	var (
		c        connection
		to       common.Address
		scope    license.Scope
		duration uint32
	)
	cmd := &cobra.Command{
		Use:     "grant OFFER --to ADDRESS",
		Short:   "give a license of yours away",
		Long:    "Gives a license of an offer for your model away, for all its uses and one period, or less.",
		Example: `  loyal license grant 3 --to 0xB0b… --scope inference --for 90d --key maker.json`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseOffer(args[0])
			if err != nil {
				return err
			}
			return c.obtain(app, cmd, func(ctx context.Context, client *chain.Client, s chain.Signer) (uint64, *types.Receipt, error) {
				if scope == 0 {
					o, err := client.Offer(ctx, n)
					if err != nil {
						return 0, nil, err
					}
					scope = o.Scope
				}
				return client.Grant(ctx, s, n, to, scope, uint64(duration))
			})
		},
	}
	flags := cmd.Flags()
	flags.Var(addressValue(&to), "to", "`address` that gets it")
	flags.Var(scopeValue(&scope), "scope", "what it allows, `uses` within those of the offer (default: all of them)")
	flags.Var(secondsValue(&duration), "for", "how long, a `time` (0: one period of the offer)")
	requireFlags(cmd, "to")
	c.writing(cmd)
	return cmd
}

// lifeCommand is a command that does one thing to a license.
func lifeCommand(app *App, use, short, long, example, done string, flags func(*cobra.Command), do func(context.Context, *chain.Client, chain.Signer, uint64) (*types.Receipt, error)) *cobra.Command {
	cmd := actCommand(app, parseLicense, func(id uint64) string { return fmt.Sprintf("license %s %s", chain.Number(id), done) }, do)
	cmd.Use, cmd.Short, cmd.Long, cmd.Example = use, short, long, "  loyal license "+example
	if flags != nil {
		flags(cmd)
	}
	return cmd
}

func parseLicense(s string) (uint64, error) {
	id, err := license.ParseNumber(s)
	if err != nil {
		return 0, usagef("%w", err)
	}
	return id, nil
}

func newLicenseRenewCommand(app *App) *cobra.Command {
	var periods uint16
	return lifeCommand(app, "renew LICENSE", "pay for more periods",
		`Renews a license that you hold. Before its end the periods are added to it; afterwards
they begin now, and the time between stays unlicensed.`,
		"renew 3-14 --periods 2 --key alice.json", "is renewed",
		func(cmd *cobra.Command) {
			cmd.Flags().Uint16Var(&periods, "periods", 1, "how many periods to pay for")
		},
		func(ctx context.Context, client *chain.Client, s chain.Signer, id uint64) (*types.Receipt, error) {
			return client.Renew(ctx, s, id, periods)
		})
}

func newLicenseCancelCommand(app *App) *cobra.Command {
	return lifeCommand(app, "cancel LICENSE", "end a license that you hold",
		"Ends a license that you hold, now. What its offer refunds is then owed to you: 'loyal license withdraw' fetches it.",
		"cancel 3-14 --key alice.json", "has ended", nil,
		func(ctx context.Context, client *chain.Client, s chain.Signer, id uint64) (*types.Receipt, error) {
			return client.Cancel(ctx, s, id)
		})
}

// reasonFlag takes a reason as text, whose hash goes on the chain.
func reasonFlag(cmd *cobra.Command, reason *string) {
	cmd.Flags().StringVar(reason, "reason", "", "why, a `text` whose SHA-256 goes on the chain")
}

func newLicenseSuspendCommand(app *App) *cobra.Command {
	var (
		reason   string
		duration uint32
	)
	return lifeCommand(app, "suspend LICENSE --for TIME", "suspend a license of your model for a time",
		"Suspends a license from now on, for at most as long as its offer allows in all.",
		"suspend 3-14 --for 2d --reason 'unpaid invoice 7' --key maker.json", "is suspended",
		func(cmd *cobra.Command) {
			cmd.Flags().Var(secondsValue(&duration), "for", "how long, a `time`")
			reasonFlag(cmd, &reason)
			requireFlags(cmd, "for")
		},
		func(ctx context.Context, client *chain.Client, s chain.Signer, id uint64) (*types.Receipt, error) {
			if duration == 0 {
				return nil, usagef("--for is no time: 'loyal license resume' ends a suspension")
			}
			return client.Suspend(ctx, s, id, duration, license.ReasonHash(reason))
		})
}

func newLicenseResumeCommand(app *App) *cobra.Command {
	return lifeCommand(app, "resume LICENSE", "end a suspension now", "Ends the suspension of a license of your model, now.",
		"resume 3-14 --key maker.json", "is in force again", nil,
		func(ctx context.Context, client *chain.Client, s chain.Signer, id uint64) (*types.Receipt, error) {
			return client.Resume(ctx, s, id)
		})
}

func newLicenseRevokeCommand(app *App) *cobra.Command {
	var reason string
	return lifeCommand(app, "revoke LICENSE", "revoke a license of your model",
		`Revokes a license, with the notice that its offer names; until then it stays in force.
What the offer refunds is owed to its holder at once.`,
		"revoke 3-14 --reason 'served to third parties' --key maker.json", "is revoked",
		func(cmd *cobra.Command) { reasonFlag(cmd, &reason) },
		func(ctx context.Context, client *chain.Client, s chain.Signer, id uint64) (*types.Receipt, error) {
			return client.Revoke(ctx, s, id, license.ReasonHash(reason))
		})
}

// toFlag is the flag of who gets something.
func toFlag(cmd *cobra.Command, to *common.Address, what string) {
	cmd.Flags().Var(addressValue(to), "to", "`address` that "+what)
	requireFlags(cmd, "to")
}

func newLicenseTransferCommand(app *App) *cobra.Command {
	var to common.Address
	return lifeCommand(app, "transfer LICENSE --to ADDRESS", "hand a license on",
		"Hands a license that you hold on to another address, if its offer allows that. Its delegates lose their right with you.",
		"transfer 3-14 --to 0xCa401… --key alice.json", "is handed on", func(cmd *cobra.Command) { toFlag(cmd, &to, "gets it") },
		func(ctx context.Context, client *chain.Client, s chain.Signer, id uint64) (*types.Receipt, error) {
			return client.Transfer(ctx, s, id, to)
		})
}

func newLicenseConsentCommand(app *App) *cobra.Command {
	var to common.Address
	return lifeCommand(app, "consent LICENSE --to ADDRESS", "consent that a license of your model is handed on",
		"Lets the present holder of a license hand it on to an address, once, where its offer asks for your consent.",
		"consent 3-14 --to 0xCa401… --key maker.json", "may be handed on", func(cmd *cobra.Command) { toFlag(cmd, &to, "may get it") },
		func(ctx context.Context, client *chain.Client, s chain.Signer, id uint64) (*types.Receipt, error) {
			return client.Consent(ctx, s, id, to)
		})
}

func newLicenseDelegateCommand(app *App) *cobra.Command {
	var (
		to     common.Address
		remove bool
	)
	return lifeCommand(app, "delegate LICENSE --to ADDRESS", "let another address use a license that you hold",
		"Names an address, as that of a server, that uses a license on your behalf; --remove ends that.",
		"delegate 3-14 --to 0x5e41e4… --key alice.json", "has other delegates now", func(cmd *cobra.Command) {
			toFlag(cmd, &to, "uses it")
			cmd.Flags().BoolVar(&remove, "remove", false, "end the right of this address")
		},
		func(ctx context.Context, client *chain.Client, s chain.Signer, id uint64) (*types.Receipt, error) {
			if remove {
				return client.RemoveDelegate(ctx, s, id, to)
			}
			return client.AddDelegate(ctx, s, id, to)
		})
}
