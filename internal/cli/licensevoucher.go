package cli

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
	"loyal/license"
	"loyal/license/chain"
)

func newLicenseVoucherCommand(app *App) *cobra.Command {
	return newGroupCommand("voucher", "promise licenses, and exchange promises for licenses",
		`A voucher is a file that a maker signs, without a transaction and its fees; whoever has
it exchanges it for a license of the subject that it names.`,
		newVoucherSignCommand(app), newVoucherRedeemCommand(app), newVoucherVoidCommand(app))
}

func newVoucherSignCommand(app *App) *cobra.Command {
	var (
		c        connection
		v        license.SignedVoucher
		duration uint32
		until    moment
		nonce    string
		out      string
	)
	cmd := &cobra.Command{
		Use:   "sign OFFER --to ADDRESS --until TIME --out FILE",
		Short: "sign a voucher",
		Long: `Writes a voucher for a license of an offer for your model. It costs its subject nothing
but the transaction. A random nonce makes it good for one license; give the same
--nonce to several vouchers to let only the first of them count.`,
		Example: `  loyal license voucher sign 3 --to 0xB0b… --for 90d --until 2027-03-31 --out bob.voucher.json --key maker`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseOffer(args[0])
			if err != nil {
				return err
			}
			if until.block != nil {
				return usagef("--until is a time, not a block")
			}
			if v.Nonce, err = readNonce(nonce); err != nil {
				return err
			}
			s, client, err := c.enter(cmd.Context(), app)
			if err != nil {
				return err
			}
			defer client.Close()
			if err := inFuture(cmd.Context(), client, "--until", until.time); err != nil {
				return err
			}
			o, err := client.Offer(cmd.Context(), n)
			if err != nil {
				return err
			}
			if v.Scope == 0 {
				v.Scope = o.Scope
			}
			if v.Scope&^o.Scope != 0 {
				return usagef("--scope: offer %d has only %s", n, o.Scope)
			}
			d := client.Deployment()
			v.Version, v.ChainID, v.Contract = license.VoucherVersion, d.ChainID, d.Licenses
			v.Offer, v.Duration, v.Deadline = n, uint64(duration), until.time
			if v.Signature, err = s.SignTyped(cmd.Context(), v.TypedData(d.ChainID, d.Licenses)); err != nil {
				return err
			}
			return app.writeVoucher(&v, out)
		},
	}
	flags := cmd.Flags()
	flags.Var(addressValue(&v.Subject), "to", "`address` that gets the license")
	flags.Var(scopeValue(&v.Scope), "scope", "what it allows, `uses` within those of the offer (default: all of them)")
	flags.Var(secondsValue(&duration), "for", "how long the license lasts, a `time` (0: one period of the offer)")
	flags.Var(momentValue(&until), "until", "last moment at which the voucher is good, a `time`")
	flags.StringVar(&nonce, "nonce", "", "a `number` that no other voucher of yours has (default: random)")
	flags.StringVarP(&out, "out", "o", "", "the `file` to write")
	requireFlags(cmd, "to", "until", "out")
	c.writing(cmd)
	return cmd
}

func readNonce(s string) (*big.Int, error) {
	if s == "" {
		n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
		if err != nil {
			return nil, fmt.Errorf("choose nonce: %w", err)
		}
		return n, nil
	}
	return parseNonce(s)
}

func parseNonce(s string) (*big.Int, error) {
	n, ok := new(big.Int).SetString(s, 0)
	if !ok || n.Sign() < 0 || n.BitLen() > 256 {
		return nil, usagef("%q is not a nonce: a number of at most 256 bits", s)
	}
	return n, nil
}

func (app *App) writeVoucher(v *license.SignedVoucher, out string) error {
	file, err := atomicfile.Create(out, 0o600)
	if err != nil {
		return err
	}
	defer file.Abort()
	if err := writeJSON(file, v); err != nil {
		return fmt.Errorf("write voucher: %w", err)
	}
	if err := file.Commit(); err != nil {
		return err
	}
	return app.Print(v, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "wrote %s\noffer    %d\nsubject  %s\nscope    %s\nuntil    %s\n", printableLine(out), v.Offer, v.Subject, v.Scope,
			time.Unix(int64(v.Deadline), 0).UTC().Format(time.RFC3339))
		return err
	})
}

func newVoucherRedeemCommand(app *App) *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:     "redeem FILE",
		Short:   "exchange a voucher for a license",
		Long:    "Exchanges a voucher for a license of the subject that it names. Any account can send the transaction.",
		Example: `  loyal license voucher redeem bob.voucher.json --key bob`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := readfile.Any(args[0], 1<<16)
			if err != nil {
				return err
			}
			v, err := license.ParseVoucher(data)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return c.obtain(app, cmd, func(ctx context.Context, client *chain.Client, s chain.Signer) (uint64, *types.Receipt, error) {
				return client.Redeem(ctx, s, v)
			})
		},
	}
	c.writing(cmd)
	return cmd
}

func newVoucherVoidCommand(app *App) *cobra.Command {
	cmd := actCommand(app, parseNonce, func(n *big.Int) string { return fmt.Sprintf("vouchers with nonce %s are worthless", n) },
		func(ctx context.Context, client *chain.Client, s chain.Signer, n *big.Int) (*types.Receipt, error) {
			return client.VoidVoucher(ctx, s, n)
		})
	cmd.Use, cmd.Short = "void NONCE", "make vouchers of yours worthless"
	cmd.Long = "Makes all vouchers of the account with this nonce worthless that have not been redeemed."
	cmd.Example = "  loyal license voucher void 7 --key maker"
	return cmd
}
