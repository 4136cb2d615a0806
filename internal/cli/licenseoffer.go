package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"loyal/internal/readfile"
	"loyal/license"
	"loyal/license/chain"
)

// errTerms reports a document that is not the one that an offer names.
var errTerms = errors.New("these are not the offer's terms")

// maxTerms bounds a document of terms, in bytes.
const maxTerms = 1 << 20

// termsHash is the hash of the terms in a file.
func termsHash(path string) (common.Hash, error) {
	document, err := readfile.Regular(path, maxTerms)
	if err != nil {
		return common.Hash{}, err
	}
	hash, err := license.TermsHash(document)
	if err != nil {
		return common.Hash{}, fmt.Errorf("%s: %w", path, err)
	}
	return hash, nil
}

// checkTerms compares a file with what an offer names; "" is no file.
func checkTerms(path string, o *chain.Offer) error {
	if path == "" {
		return nil
	}
	hash, err := termsHash(path)
	if err == nil && hash != o.TermsHash {
		err = fmt.Errorf("%w: %s has hash sha256:%x, offer %d names sha256:%x", errTerms, path, hash, o.Number, o.TermsHash)
	}
	return err
}

func newOfferListCommand(app *App) *cobra.Command {
	var (
		c     connection
		model common.Hash
	)
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "list the offers on a contract",
		Long:    "Lists the offers for a model, or all of them, with what was sold.",
		Example: `  loyal license offer list --model 0xACCOUNT/smol`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			defer client.Close()
			list, err := client.Offers(cmd.Context(), model)
			if err != nil {
				return err
			}
			out := []offerJSON{}
			for _, o := range list {
				out = append(out, newOfferJSON(o))
			}
			return app.Print(out, func(w io.Writer) error { return writeOffers(w, list) })
		},
	}
	cmd.Flags().Var(modelValue(&model), "model", "only offers for this `model`: 0xID or 0xACCOUNT/NAME")
	c.reading(cmd)
	return cmd
}

// amount writes an amount in the coin or the token of an offer.
func amount(o *chain.Offer, n decimal) string {
	if o.Token == (common.Address{}) {
		return chain.Ether(n.Int)
	}
	return fmt.Sprintf("%s of %s", n, o.Token)
}

func writeSold(o *chain.Offer) string {
	sold := fmt.Sprint(o.Sold)
	if o.Supply != 0 {
		sold += fmt.Sprintf(" of %d", o.Supply)
	}
	if o.Closed {
		sold += ", closed"
	}
	return sold
}

func writePeriod(o *chain.Offer) string {
	if o.Period == 0 {
		return "for ever"
	}
	return writeSeconds(uint64(o.Period))
}

func writeNotice(o *chain.Offer) string {
	if o.Irrevocable {
		return "never"
	}
	return "after " + writeSeconds(uint64(o.Notice))
}

func writeOffers(w io.Writer, list []*chain.Offer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "offer\tmodel\tprice\tperiod\tscope\trevocation\tsold\t")
	for _, o := range list {
		fmt.Fprintf(t, "%d\t%.10s…\t%s\t%s\t%s\t%s\t%s\t\n", o.Number, o.Model.Hex(), amount(o, decimal{o.Price}), writePeriod(o), o.Scope, writeNotice(o), writeSold(o))
	}
	return t.Flush()
}

func newOfferShowCommand(app *App) *cobra.Command {
	var (
		c     connection
		terms string
	)
	cmd := &cobra.Command{
		Use:   "show OFFER",
		Short: "print everything of an offer",
		Long: `Prints an offer: what it costs and allows, how a license of it can end, what was sold.
With --terms it also says whether a document is the one that the offer names; if it is
not, the exit code is 13.`,
		Example: `  loyal license offer show 3
  loyal license offer show 3 --terms terms.json --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseOffer(args[0])
			if err != nil {
				return err
			}
			client, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			defer client.Close()
			o, err := client.Offer(cmd.Context(), n)
			if err != nil {
				return err
			}
			out, differ := newOfferJSON(o), checkTerms(terms, o)
			if differ != nil && !errors.Is(differ, errTerms) {
				return differ
			}
			if terms != "" {
				match := differ == nil
				out.TermsMatch = &match
			}
			return errors.Join(app.Print(out, func(w io.Writer) error { return writeOffer(w, o, out.TermsMatch) }), differ)
		},
	}
	cmd.Flags().StringVar(&terms, "terms", "", "compare the terms in this JSON `file` with what the offer names")
	c.reading(cmd)
	return cmd
}

func writeOffer(w io.Writer, o *chain.Offer, match *bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) { fmt.Fprintf(t, name+"\t"+format+"\n", args...) }
	line("offer", "%d", o.Number)
	line("model", "%s", o.Model)
	if o.Period == 0 {
		line("price", "%s, for ever", amount(o, decimal{o.Price}))
	} else {
		line("price", "%s for %s", amount(o, decimal{o.Price}), writePeriod(o))
	}
	line("scope", "%s", o.Scope)
	if o.Requests != 0 {
		line("requests", "%d a period", o.Requests)
	}
	if o.Tokens != 0 {
		line("tokens", "%d a period", o.Tokens)
	}
	terms := ""
	if match != nil {
		terms = map[bool]string{true: ", which the file has", false: ", which the file does not have"}[*match]
	}
	line("terms", "sha256:%x%s", o.TermsHash, terms)
	line("transfer", "%s", o.Transfer)
	line("revocation", "%s", writeNotice(o))
	line("refund", "%s when its holder ends it, %s when it is revoked", writeShare(o.CancelRefund), writeShare(o.RevokeRefund))
	line("suspension", "%s at most", writeSeconds(uint64(o.MaxSuspension)))
	line("royalty", "%s", writeShare(o.Royalty))
	line("sold", "%s", writeSold(o))
	if o.SaleFrom != 0 {
		line("sale from", "%s", writeTime(o.SaleFrom))
	}
	if o.SaleUntil != 0 {
		line("sale until", "%s", writeTime(o.SaleUntil))
	}
	line("undivided", "%s", amount(o, decimal{o.Revenue}))
	for _, p := range o.Payees {
		line("payee", "%s, %s", p.Account, writeShare(p.Share))
	}
	return t.Flush()
}

func newOfferCloseCommand(app *App) *cobra.Command {
	cmd := actCommand(app, parseOffer, func(n uint32) string { return fmt.Sprintf("offer %d is closed", n) },
		func(ctx context.Context, client *chain.Client, s chain.Signer, n uint32) (*types.Receipt, error) {
			return client.CloseOffer(ctx, s, n)
		})
	cmd.Use, cmd.Short = "close OFFER", "stop selling an offer, for ever"
	cmd.Long = "Stops selling. Licenses that were sold stay as they are, but are not renewed."
	cmd.Example = "  loyal license offer close 3 --key maker.json"
	return cmd
}

func parseOffer(s string) (n uint32, err error) {
	if k, err := fmt.Sscanf(s+"\n", "%d\n", &n); err != nil || k != 1 || n == 0 {
		return 0, usagef("%q is not an offer's number", s)
	}
	return n, nil
}
