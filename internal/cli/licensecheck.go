package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"loyal/internal/atomicfile"
	"loyal/internal/readfile"
	"loyal/license"
	"loyal/license/chain"
	"loyal/license/index"
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
	// License is its number, absent for none.
	License   string       `json:"license,omitempty"`
	TermsHash *common.Hash `json:"terms_hash,omitempty"`
	Question  questionJSON `json:"question"`
	// Block is at which the answer stands, absent without an answer.
	Block *blockJSON `json:"block,omitempty"`
	// Finality is absent where the answer is an index's.
	Finality string `json:"finality,omitempty"`
	// Age is for how many seconds the block has been there.
	Age *int64 `json:"age_seconds,omitempty"`
	// Index is where the answer is from one.
	Index *indexJSON `json:"index,omitempty"`
}

// indexJSON says how an index stands.
type indexJSON struct {
	Contract checksummed `json:"contract"`
	ChainID  uint64      `json:"chain_id"`
	// Behind is how many blocks the node has that the index has not; absent where no node
	// was asked, or none answered.
	Behind *uint64 `json:"blocks_behind,omitempty"`
}

// checkFlags are those of `loyal license check`.
type checkFlags struct {
	asked
	i      indexed
	maxAge uint32
}

func newLicenseCheckCommand(app *App) *cobra.Command {
	var f checkFlags
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
that needs no belief. With --index (or --offline, for the index in its usual place) it
comes from an index of the contract's events as it stands. It says at which block that
is, how old the block is and, unless --offline, how many blocks a node is ahead, if one
answers at once. 'loyal license watch' keeps an index up to date, 'loyal license list'
brings it there. --max-age says how old the block may be where the question is about
now; an older one is chain_uncertain.`,
		Example: `  loyal license check --model 0xACCOUNT/smol --subject 0xB0b… --scope serve
  loyal license check --model 0xACCOUNT/smol --subject 0xB0b… --at 2027-01-31T12:00:00Z --json
  loyal license check --model 0xACCOUNT/smol --subject 0xB0b… --index licenses.db --offline --max-age 10m`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(app, cmd) },
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.i.path, "index", "", "answer from the index in this `file` (see 'loyal license list')")
	flags.BoolVar(&f.i.offline, "offline", false, "answer from the index, and ask no node anything")
	flags.Var(secondsValue(&f.maxAge), "max-age", "oldest that the block of an answer may be, a `time` as 10m (0: any)")
	f.i.reading(cmd)
	return cmd
}

func (f *checkFlags) run(app *App, cmd *cobra.Command) error {
	ask := f.askNode
	if f.i.path != "" || f.i.offline {
		ask = f.askIndex
	}
	out, err := ask(cmd.Context())
	if err == nil {
		err = f.limitAge(out)
	}
	if err != nil && !uncertain(err) {
		return err
	}
	if out == nil {
		f.q.At = f.at.time
		out = &checkResult{Question: newQuestion(f.q)}
	}
	if err != nil {
		out.Status, out.Reason = license.ChainUncertain, err.Error()
	}
	if err := app.Print(out, func(w io.Writer) error { return writeCheck(w, f.q, out) }); err != nil {
		return err
	}
	switch {
	case err != nil:
		if r := ruleOf(err); r != nil {
			app.printHint(r.hint)
		}
		return ExitStatus(ExitEndpoint)
	case out.Status == license.Authorized:
		return nil
	}
	return ExitStatus(ExitLicense)
}

// uncertain says whether an error means that nothing reliable is known.
func uncertain(err error) bool {
	return slices.ContainsFunc([]error{chain.ErrUnreachable, chain.ErrNode, chain.ErrWentBack, chain.ErrContradiction, errStale, index.ErrAhead, index.ErrEmpty},
		func(target error) bool { return errors.Is(err, target) })
}

// errStale reports an answer that is older than it may be.
var errStale = errors.New("the newest block known is too old")

// limitAge refuses an answer about now that is too old. One about the past stays one.
func (f *checkFlags) limitAge(r *checkResult) error {
	if f.maxAge == 0 || f.at.given() || *r.Age <= int64(f.maxAge) {
		return nil
	}
	return fmt.Errorf("%w: it is of %s ago, over %s, and said %s", errStale, ago(*r.Age), writeSeconds(uint64(f.maxAge)), r.Status)
}

func ageOf(time uint64) *int64 {
	n := max(0, now().Unix()-int64(time))
	return &n
}

func ago(seconds int64) string { return (time.Duration(seconds) * time.Second).String() }

// now is the clock of this machine.
var now = time.Now

func (f *checkFlags) askNode(ctx context.Context) (*checkResult, error) {
	client, err := f.i.open(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	h, err := client.Header(ctx, f.at.block)
	if err != nil {
		return nil, err
	}
	f.q.At = f.at.time
	got, err := client.CheckAt(ctx, f.q, h)
	if err != nil {
		return nil, err
	}
	f.q = got.Question
	r := newCheckResult(got.Answer, got.Question, got.Reason(), blockJSON{got.Block.Number, got.Block.Hash, instant(got.Block.Time)})
	r.Finality = got.Finality
	return r, nil
}

func newCheckResult(a license.Answer, q license.Question, reason string, b blockJSON) *checkResult {
	r := &checkResult{Status: a.Status, Reason: reason, Question: newQuestion(q), Block: &b, Age: ageOf(uint64(b.Time))}
	if a.License != 0 {
		r.License, r.TermsHash = chain.Number(a.License), &a.TermsHash
	}
	return r
}

// longestAsk bounds the question to a node how far it is ahead of an index.
const longestAsk = time.Second

func (f *checkFlags) askIndex(ctx context.Context) (_ *checkResult, err error) {
	k, err := f.i.known(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, k.db.Close()) }()
	if f.q.At, err = k.when(ctx, f.at); err != nil {
		return nil, err
	}
	if f.q.At > uint64(now().Unix()) {
		if head, err := k.index.Head(ctx); err == nil && f.q.At > head.Time { // a chain's clock may be ahead
			return nil, fmt.Errorf("check license: %w", chain.ErrFuture)
		}
	}
	got, err := k.index.Check(ctx, f.q)
	if err != nil {
		return nil, err
	}
	f.q = got.Question
	said := chain.Checked{Answer: got.Answer, Question: got.Question}
	r := newCheckResult(got.Answer, got.Question, said.Reason(), blockJSON{got.Block.Number, got.Block.Hash, instant(got.Block.Time)})
	r.Index = &indexJSON{Contract: checksummed(k.store.Contract), ChainID: k.store.Chain}
	if !f.i.offline {
		r.Index.Behind = f.i.behind(ctx, k, got.Block.Number)
	}
	return r, nil
}

// behind asks a node how many blocks an index lacks; nil without an answer.
func (i *indexed) behind(ctx context.Context, k *known, at uint64) *uint64 {
	c := i.connection
	c.o.ChainID, c.o.Timeout = k.store.Chain, longestAsk
	client, err := c.dial(ctx)
	if err != nil {
		return nil // it is only asked for a courtesy
	}
	defer client.Close()
	h, err := client.Header(ctx, nil)
	if err != nil {
		return nil
	}
	n := max(h.Number.Uint64(), at) - at
	return &n
}

func writeCheck(w io.Writer, q license.Question, r *checkResult) error {
	fmt.Fprintf(w, "%s: %s\n", r.Status, printableLine(r.Reason))
	if r.Block == nil {
		return nil
	}
	fmt.Fprintf(w, "\nmodel     %s\nsubject   %s\n", q.Model, q.Subject)
	if q.Scope != 0 {
		fmt.Fprintf(w, "scope     %s\n", q.Scope)
	}
	fmt.Fprintf(w, "time      %s\n", writeTime(q.At))
	if r.License != "" {
		fmt.Fprintf(w, "license   %s, terms sha256:%x\n", r.License, *r.TermsHash)
	}
	fmt.Fprintf(w, "block     %d, %s, %s", r.Block.Number, r.Block.Hash, writeTime(uint64(r.Block.Time)))
	if r.Index == nil {
		_, err := fmt.Fprintf(w, " (%s)\n", r.Finality)
		return err
	}
	fmt.Fprintf(w, "\nindex     of %s on chain %d, its block is %s old", r.Index.Contract, r.Index.ChainID, ago(*r.Age))
	if r.Index.Behind != nil {
		fmt.Fprintf(w, ", %d blocks behind", *r.Index.Behind)
	}
	_, err := fmt.Fprintln(w)
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
	Status    license.Status `json:"status"`
	Reason    string         `json:"reason"`
	License   string         `json:"license,omitempty"`
	TermsHash *common.Hash   `json:"terms_hash,omitempty"`
	Question  questionJSON   `json:"question"`
	Block     blockJSON      `json:"block"`
	ChainID   uint64         `json:"chain_id"`
	Contract  checksummed    `json:"contract"`
}

func proofResult(p *proof.Proof) proved {
	r := proved{
		Status: p.Answer.Status, Reason: proofReason(p), Question: newQuestion(p.Question), ChainID: p.Contract.ChainID,
		Block: blockJSON{p.Block.Number, p.Block.Hash, instant(p.Block.Time)}, Contract: checksummed(p.Contract.Licenses),
	}
	if p.Answer.License != 0 {
		r.License, r.TermsHash = chain.Number(p.Answer.License), &p.Answer.TermsHash
	}
	return r
}

func proofReason(p *proof.Proof) string {
	return (&chain.Checked{Answer: p.Answer, Question: p.Question}).Reason()
}

func writeProof(w io.Writer, p *proof.Proof) error {
	fmt.Fprintf(w, "%s: %s\n\nmodel     %s\nsubject   %s\n", p.Answer.Status, proofReason(p), p.Question.Model, p.Question.Subject)
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
