package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"loyal/license/chain"
)

func newLicenseReceiptCommand(app *App) *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "receipt TRANSACTION",
		Short: "wait for a transaction that was sent, and tell what became of it",
		Long: `Waits until a transaction is sealed, and tells in which block and what license it made;
or why it failed. A command that was interrupted, or lost its node, while it waited for
its transaction names it: look with this before you send another.`,
		Example: `  loyal license receipt 0x51f0… --confirmations 3`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			hash, err := parseDigest(args[0])
			if err != nil {
				return usagef("%w", err)
			}
			if c.o.Licenses, err = c.named(); err != nil {
				return err
			}
			client, err := c.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer client.Close()
			got, err := client.Settle(cmd.Context(), hash)
			if err != nil {
				return err
			}
			out := struct {
				License string `json:"license,omitempty"`
				sent
			}{"", sent{got.TxHash, got.BlockNumber.Uint64(), got.GasUsed, checksummed(got.From)}}
			if got.License != 0 {
				out.License = chain.Number(got.License)
			}
			return app.Print(out, func(w io.Writer) error {
				if out.License != "" {
					fmt.Fprintf(w, "license      %s\n", out.License)
				}
				return out.write(w)
			})
		},
	}
	c.reading(cmd)
	cmd.Flags().Uint64Var(&c.o.Confirmations, "confirmations", 0, "wait for this many blocks on top")
	return cmd
}
