package cli

import (
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"loyal/license/chain"
)

func newLicenseWithdrawCommand(app *App) *cobra.Command {
	var (
		c         connection
		token, to common.Address
		offer     uint32
	)
	cmd := &cobra.Command{
		Use:   "withdraw",
		Short: "fetch money that the contract owes you",
		Long: `Fetches what the contract owes to the account of --key: refunds and, for payees, what
offers have earned. With --offer the earnings of an offer are divided first.`,
		Example: `  loyal license withdraw --offer 3 --key maker.json
  loyal license withdraw --token 0x7e5… --to 0xCa401… --key alice.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, client, err := c.enter(cmd.Context(), app)
			if err != nil {
				return err
			}
			defer client.Close()
			if offer != 0 {
				if _, err := client.Distribute(cmd.Context(), s, offer); err != nil {
					return err
				}
			}
			if to == (common.Address{}) {
				to = s.Address()
			}
			amount, r, err := client.Withdraw(cmd.Context(), s, token, to)
			if err != nil {
				return err
			}
			out := struct {
				Amount decimal      `json:"amount"`
				Token  *checksummed `json:"token"`
				To     checksummed  `json:"to"`
				sent
			}{decimal{amount}, ifAny(token), checksummed(to), newSent(r, s)}
			return app.Print(out, func(w io.Writer) error {
				what := chain.Ether(amount)
				if token != (common.Address{}) {
					what = fmt.Sprintf("%s of %s", amount, token)
				}
				fmt.Fprintf(w, "%s to %s\n", what, to)
				return out.write(w)
			})
		},
	}
	flags := cmd.Flags()
	flags.Var(addressValue(&token), "token", "`address` of the ERC-20 (default: the chain's own coin)")
	flags.Var(addressValue(&to), "to", "`address` that gets it (default: the account's own)")
	flags.Uint32Var(&offer, "offer", 0, "divide the earnings of this offer first")
	c.writing(cmd)
	return cmd
}
