package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"loyal/license"
	"loyal/license/chain"
)

func newModelRegisterCommand(app *App) *cobra.Command {
	var (
		c        connection
		uri      string
		metadata common.Hash
	)
	cmd := &cobra.Command{
		Use:   "register NAME",
		Short: "register a model under a name of yours",
		Long: `Registers a model and prints its id. A name belongs to the account that registers it,
so nobody can take yours; others write the model as 0xACCOUNT/NAME.`,
		Example: `  loyal license model register smol --uri https://example.org/smol/card.json --key maker.json`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, client, err := c.enter(cmd.Context(), app)
			if err != nil {
				return err
			}
			defer client.Close()
			id, r, err := client.Register(cmd.Context(), s, args[0], uri, metadata)
			if err != nil {
				return err
			}
			out := struct {
				Model common.Hash `json:"model"`
				Name  string      `json:"name"`
				sent
			}{id, args[0], newSent(r, s)}
			return app.Print(out, func(w io.Writer) error {
				fmt.Fprintf(w, "model        %s\nname         %s/%s\n", id, s.Address(), printableLine(args[0]))
				return out.write(w)
			})
		},
	}
	cmd.Flags().StringVar(&uri, "uri", "", "where the model's metadata is, a `URI`")
	cmd.Flags().Var(hashValue(&metadata), "metadata-hash", "`digest` of the metadata")
	c.writing(cmd)
	return cmd
}

func newVersionCommitCommand(app *App) *cobra.Command {
	var (
		c             connection
		model         common.Hash
		v             chain.Commitment
		parent        chain.Parent
		parentVersion uint32
	)
	cmd := &cobra.Command{
		Use:   "commit --model MODEL --weights DIGEST",
		Short: "commit to a version before it is released",
		Long: `Puts on record, for ever, which weights, which fingerprints (by the root of their
salted leaves) and which rule of decision there are now. With --parent the version is
derived from another one; if that is not a model of yours, the account needs a license
with the use "derive" that is in force.`,
		Example: `  loyal license version commit --model 0xACCOUNT/smol --weights sha256:2229… --set-root 0x51f0… --key maker.json`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, client, err := c.enter(cmd.Context(), app)
			if err != nil {
				return err
			}
			defer client.Close()
			var from *chain.Parent
			if cmd.Flags().Changed("parent") {
				from = &chain.Parent{Model: parent.Model, Version: parentVersion}
			}
			n, r, err := client.Commit(cmd.Context(), s, model, v, from)
			if err != nil {
				return err
			}
			out := struct {
				Model   common.Hash `json:"model"`
				Version uint32      `json:"version"`
				sent
			}{model, n, newSent(r, s)}
			return app.Print(out, func(w io.Writer) error {
				fmt.Fprintf(w, "model        %s\nversion      %d\n", model, n)
				return out.write(w)
			})
		},
	}
	flags := cmd.Flags()
	flags.Var(modelValue(&model), "model", "the `model`: 0xID or 0xACCOUNT/NAME")
	flags.Var(hashValue(&v.Weights), "weights", "`digest` of the weights, as 'loyal model inspect' prints it")
	flags.Var(hashValue(&v.SetRoot), "set-root", "Merkle root of the fingerprint set, a `digest`")
	flags.Var(hashValue(&v.RuleHash), "rule-hash", "hash of the decision rule, a `digest`")
	flags.Var(modelValue(&parent.Model), "parent", "the `model` that it is derived from")
	flags.Uint32Var(&parentVersion, "parent-version", 1, "which version of it")
	requireFlags(cmd, "model", "weights")
	c.writing(cmd)
	return cmd
}

func requireFlags(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		_ = cmd.MarkFlagRequired(name) // the flag exists
	}
}

// offerFlags are those of `loyal license offer new`.
type offerFlags struct {
	c                   connection
	o                   chain.Offer
	price, terms        string
	transfer            string
	saleFrom, saleUntil moment
	payees              []string
}

func newOfferNewCommand(app *App) *cobra.Command {
	var f offerFlags
	cmd := &cobra.Command{
		Use:   "new --model MODEL --scope USES --price AMOUNT --terms FILE",
		Short: "make an offer",
		Long: `Makes an offer and prints its number. Nothing of it changes afterwards; to sell at
another price, make another offer and close this one.

The terms are a JSON document; their hash, which the offer holds, is the SHA-256 of the
document's canonical form (RFC 8785), so any way of writing the same document will do.

What you can do to a license is what the offer says: --notice is how long after a
revocation it takes effect ("never" for an offer that cannot be revoked),
--revoke-refund and --cancel-refund are the share of unused time that is paid back, and
--max-suspension is for how long a license can be suspended in all. Money that a refund
may need stays in the contract until time has earned it.

Uses: ` + strings.Join(license.Uses(), ", ") + `.`,
		Example: `  loyal license offer new --model 0xACCOUNT/smol --scope inference,serve --price 0.05eth --period 30d \
      --terms terms.json --notice 14d --revoke-refund 100% --cancel-refund 50% --key maker.json
  loyal license offer new --model 0xACCOUNT/smol --scope inference --price 0 --terms terms.json --notice never --key maker.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(app, cmd) },
	}
	flags := cmd.Flags()
	flags.Var(modelValue(&f.o.Model), "model", "the `model`: 0xID or 0xACCOUNT/NAME")
	flags.Var(scopeValue(&f.o.Scope), "scope", "what it allows, `uses` separated by commas")
	flags.StringVar(&f.price, "price", "", "for one period, an `amount`: 0.05eth, 5gwei; of a token: its smallest unit")
	flags.Var(addressValue(&f.o.Token), "token", "`address` of the ERC-20 to pay in (default: the chain's own coin)")
	flags.StringVar(&f.terms, "terms", "", "the terms, a JSON `file`")
	flags.Var(secondsValue(&f.o.Period), "period", "how long one price lasts, a `time` as 30d (0: for ever)")
	flags.Var(&parsed[uint32]{value: &f.o.Notice, read: f.readNotice, kind: "time"}, "notice", "from a revocation to its effect, a `time`, or never")
	flags.Var(shareValue(&f.o.CancelRefund), "cancel-refund", "`percent` of unused time paid back when its holder ends it")
	flags.Var(shareValue(&f.o.RevokeRefund), "revoke-refund", "`percent` of unused time paid back when you revoke it")
	flags.Var(shareValue(&f.o.Royalty), "royalty", "`percent` of a resale's price that is yours (ERC-2981)")
	flags.Var(secondsValue(&f.o.MaxSuspension), "max-suspension", "longest suspension of a license, all together, a `time`")
	flags.StringVar(&f.transfer, "transfer", "never", "whether licenses can be handed on: never, with-consent or free")
	flags.Uint32Var(&f.o.Supply, "supply", 0, "most licenses (0: no limit)")
	flags.Uint64Var(&f.o.Requests, "requests", 0, "most requests a period, for who meters (0: no limit)")
	flags.Uint64Var(&f.o.Tokens, "tokens", 0, "most tokens a period, for who meters (0: no limit)")
	flags.Var(momentValue(&f.saleFrom), "sale-from", "when selling begins, a `time`")
	flags.Var(momentValue(&f.saleUntil), "sale-until", "when it ends, a `time`")
	flags.StringArrayVar(&f.payees, "payee", nil, "who is paid, `ADDRESS=PERCENT`; several for a split (default: you)")
	requireFlags(cmd, "model", "scope", "price", "terms")
	f.c.writing(cmd)
	return cmd
}

func (f *offerFlags) readNotice(s string) (uint32, error) {
	f.o.Irrevocable = s == "never"
	if f.o.Irrevocable {
		return 0, nil
	}
	return parseSeconds(s)
}

// fill reads what is not a plain flag.
func (f *offerFlags) fill() (err error) {
	if f.o.Price, err = parseAmount(f.price, f.o.Token != (common.Address{})); err != nil {
		return usagef("--price: %w", err)
	}
	if err := f.o.Transfer.UnmarshalText([]byte(f.transfer)); err != nil {
		return usagef("--transfer: never, with-consent or free")
	}
	if f.saleFrom.block != nil || f.saleUntil.block != nil {
		return usagef("--sale-from and --sale-until are times, not blocks")
	}
	f.o.SaleFrom, f.o.SaleUntil = f.saleFrom.time, f.saleUntil.time
	if f.o.SaleUntil != 0 && f.o.SaleUntil <= f.o.SaleFrom {
		return usagef("--sale-until is not after --sale-from")
	}
	for _, p := range f.payees {
		account, percent, _ := strings.Cut(p, "=")
		one := chain.Payee{}
		if one.Account, err = license.ParseAddress(account); err == nil {
			one.Share, err = parseShare(percent)
		}
		if err != nil {
			return usagef("--payee %s: %w", p, err)
		}
		f.o.Payees = append(f.o.Payees, one)
	}
	f.o.TermsHash, err = termsHash(f.terms)
	return err
}

func (f *offerFlags) run(app *App, cmd *cobra.Command) error {
	if err := f.fill(); err != nil {
		return err
	}
	s, client, err := f.c.enter(cmd.Context(), app)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := inFuture(cmd.Context(), client, "--sale-until", f.o.SaleUntil); err != nil {
		return err
	}
	n, r, err := client.MakeOffer(cmd.Context(), s, &f.o)
	if err != nil {
		return err
	}
	out := struct {
		Offer     uint32      `json:"offer"`
		TermsHash common.Hash `json:"terms_hash"`
		sent
	}{n, f.o.TermsHash, newSent(r, s)}
	return app.Print(out, func(w io.Writer) error {
		fmt.Fprintf(w, "offer        %d\nterms        sha256:%x\n", n, f.o.TermsHash)
		return out.write(w)
	})
}
