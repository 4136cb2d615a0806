package cli

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
	"loyal/license"
	"loyal/license/chain"
	"loyal/license/proof"
)

// asked are the flags of a question.
type asked struct {
	q  license.Question
	at moment
}

func (a *asked) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Var(modelValue(&a.q.Model), "model", "the `model`: 0xID or 0xACCOUNT/NAME")
	flags.Var(addressValue(&a.q.Subject), "subject", "`address` that uses it: a holder's or a delegate's")
	flags.Var(scopeValue(&a.q.Scope), "scope", "for what, `uses` that one license has to cover (default: any use)")
	flags.Var(momentValue(&a.at), "at", "when, a `time|block`: RFC 3339, a day, seconds since 1970, or a block's number (default: now)")
	requireFlags(cmd, "model", "subject")
}

// checkResult is the JSON of `loyal license check`.
type checkResult struct {
	Status license.Status `json:"status"`
	Reason string         `json:"reason"`
	// License is its number, empty for none.
	License string `json:"license,omitempty"`
	*chain.Checked
}

func newLicenseCheckCommand(app *App) *cobra.Command {
	var (
		c connection
		a asked
	)
	cmd := &cobra.Command{
		Use:   "check --model MODEL --subject ADDRESS",
		Short: "ask whether an address is, or was, licensed",
		Long: `Asks the chain whether an address was licensed for a model, for a use, at a time, and
prints one of

  authorized       a license in force covers it (exit code 0)
  out_of_scope     a license is in force, but not for this use
  suspended        the maker has suspended it at that time
  revoked          the maker has revoked it
  expired          no period of the license holds that time
  no_record        nothing is on record
  chain_uncertain  the node does not answer, or not reliably (exit code 12)

with the reason, the license, the hash of its terms, the block that says so and how
final that is. All but the first and the last end with exit code 14. "no_record" starts
a question to the operator; it does not prove anything about how the model came there.

The answer comes from a node that has to be believed; 'loyal license prove' makes a file
that needs no belief.`,
		Example: `  loyal license check --model 0xACCOUNT/smol --subject 0xB0b… --scope serve
  loyal license check --model 0xACCOUNT/smol --subject 0xB0b… --at 2027-01-31T12:00:00Z --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			got, err := a.check(cmd, &c)
			if uncertain(err) {
				out := checkResult{Status: license.ChainUncertain, Reason: err.Error()}
				if err := app.Print(out, func(w io.Writer) error { return writeUncertain(w, out) }); err != nil {
					return err
				}
				return ExitStatus(ExitEndpoint)
			}
			if err != nil {
				return err
			}
			out := checkResult{Status: got.Status, Reason: got.Reason(), Checked: got}
			if got.License != 0 {
				out.License = chain.Number(got.License)
			}
			if err := app.Print(out, func(w io.Writer) error { return writeCheck(w, out) }); err != nil {
				return err
			}
			if got.Status != license.Authorized {
				return ExitStatus(ExitLicense)
			}
			return nil
		},
	}
	a.register(cmd)
	c.reading(cmd)
	return cmd
}

func uncertain(err error) bool {
	return errors.Is(err, chain.ErrUnreachable) || errors.Is(err, chain.ErrWentBack)
}

func (a *asked) check(cmd *cobra.Command, c *connection) (*chain.Checked, error) {
	client, err := c.open(cmd.Context())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if a.at.block == nil {
		a.q.At = a.at.time
		return client.Check(cmd.Context(), a.q)
	}
	h, err := client.Header(cmd.Context(), a.at.block)
	if err != nil {
		return nil, err
	}
	return client.CheckAt(cmd.Context(), a.q, h)
}

func writeCheck(w io.Writer, r checkResult) error {
	fmt.Fprintf(w, "%s: %s\n\n", r.Status, r.Reason)
	fmt.Fprintf(w, "model     %s\nsubject   %s\n", r.Question.Model, r.Question.Subject)
	if r.Question.Scope != 0 {
		fmt.Fprintf(w, "scope     %s\n", r.Question.Scope)
	}
	fmt.Fprintf(w, "time      %s\n", writeTime(r.Question.At))
	if r.License != "" {
		fmt.Fprintf(w, "license   %s, terms sha256:%x\n", r.License, r.TermsHash)
	}
	_, err := fmt.Fprintf(w, "block     %d, %s, %s (%s)\n", r.Block.Number, r.Block.Hash, writeTime(r.Block.Time), r.Finality)
	return err
}

func writeUncertain(w io.Writer, r checkResult) error {
	_, err := fmt.Fprintf(w, "%s: %s\n", r.Status, printableLine(r.Reason))
	return err
}

func newLicenseProveCommand(app *App) *cobra.Command {
	var (
		c   connection
		a   asked
		out string
	)
	cmd := &cobra.Command{
		Use:   "prove --model MODEL --subject ADDRESS --out FILE",
		Short: "write an answer that a stranger can check offline",
		Long: `Writes a file that proves what the chain has on record about an address and a model, or
that it has nothing: the header of a block, and Merkle proofs of the contract's code and
of every slot that the answer follows from. 'loyal license verify-proof' checks it
without a network, given the hash of the block.

With --at a block, the proof is from that block, which the node must still have the state
of; with a time, it is from the newest block, about that time.`,
		Example: `  loyal license prove --model 0xACCOUNT/smol --subject 0xB0b… --scope serve --out bob.proof.json`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			defer client.Close()
			a.q.At = a.at.time
			p, err := client.Prove(cmd.Context(), a.q, a.at.block)
			if err != nil {
				return err
			}
			data, err := p.Encode()
			if err != nil {
				return err
			}
			if err := atomicfile.Write(out, data, 0o644); err != nil {
				return err
			}
			return app.Print(proofResult(p), func(w io.Writer) error {
				fmt.Fprintf(w, "wrote %s, %d bytes\n", printableLine(out), len(data))
				return writeProof(w, p)
			})
		},
	}
	a.register(cmd)
	cmd.Flags().StringVarP(&out, "out", "o", "", "the `file` to write")
	requireFlags(cmd, "out")
	c.reading(cmd)
	return cmd
}

// proved is the JSON of `loyal license prove` and `verify-proof`.
type proved struct {
	Status   license.Status   `json:"status"`
	License  string           `json:"license,omitempty"`
	Question license.Question `json:"question"`
	Block    proof.Block      `json:"block"`
	ChainID  uint64           `json:"chain_id"`
	Contract common.Address   `json:"contract"`
}

func proofResult(p *proof.Proof) proved {
	r := proved{Status: p.Answer.Status, Question: p.Question, Block: p.Block, ChainID: p.Contract.ChainID, Contract: p.Contract.Licenses}
	if p.Answer.License != 0 {
		r.License = chain.Number(p.Answer.License)
	}
	return r
}

func writeProof(w io.Writer, p *proof.Proof) error {
	what := (&chain.Checked{Answer: p.Answer, Question: p.Question}).Reason()
	fmt.Fprintf(w, "%s: %s\n\nmodel     %s\nsubject   %s\n", p.Answer.Status, what, p.Question.Model, p.Question.Subject)
	if p.Question.Scope != 0 {
		fmt.Fprintf(w, "scope     %s\n", p.Question.Scope)
	}
	_, err := fmt.Fprintf(w, "time      %s\nblock     %d, %s, %s\ncontract  %s on chain %d\n", writeTime(p.Question.At), p.Block.Number, p.Block.Hash,
		time.Unix(int64(p.Block.Time), 0).UTC().Format(time.RFC3339), p.Contract.Licenses, p.Contract.ChainID)
	return err
}

func newLicenseVerifyProofCommand(app *App) *cobra.Command {
	var (
		block    common.Hash
		contract common.Address
	)
	cmd := &cobra.Command{
		Use:   "verify-proof FILE --block-hash HASH",
		Short: "check such a file, offline",
		Long: `Checks a file of 'loyal license prove' without any network. What has to be trusted is
the hash of its block: take it from a node of yours or a block explorer, not from who
gave you the file. The contract has this project's code, or the check fails; with
--contract it must also be the one at that address.

Whatever byte of the file was changed, the check fails (exit code 13).`,
		Example: `  loyal license verify-proof bob.proof.json --block-hash 0x51ee…`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := readfile.Any(args[0], proof.MaxBytes)
			if err != nil {
				return err
			}
			p, err := proof.Parse(data)
			if err == nil {
				err = p.Verify(block)
			}
			if err == nil && contract != (common.Address{}) && contract != p.Contract.Licenses {
				err = fmt.Errorf("%w: it is about the contract at %s", proof.ErrProof, p.Contract.Licenses)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return app.Print(proofResult(p), func(w io.Writer) error {
				fmt.Fprintln(w, "the proof holds")
				return writeProof(w, p)
			})
		},
	}
	cmd.Flags().Var(hashValue(&block), "block-hash", "`hash` of the block, from a source of yours")
	cmd.Flags().Var(addressValue(&contract), "contract", "`address` that the contract must have")
	requireFlags(cmd, "block-hash")
	return cmd
}

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
			s, err := c.signer(cmd.Context(), app)
			if err != nil {
				return err
			}
			client, err := c.open(cmd.Context())
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
				Amount *big.Int       `json:"amount"`
				Token  common.Address `json:"token"`
				To     common.Address `json:"to"`
				sent
			}{amount, token, to, newSent(r, s)}
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
