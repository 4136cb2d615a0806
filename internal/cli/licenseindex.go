package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"loyal/internal/env"
	"loyal/license"
	"loyal/license/chain"
	"loyal/license/index"
	"loyal/store"
)

// errAnyIndex reports that nothing says which index is meant.
var errAnyIndex = errors.New("no index is named")

// indexed is a connection with an index of the contract beside it.
type indexed struct {
	connection
	path    string
	offline bool
}

func (i *indexed) register(cmd *cobra.Command) {
	i.reading(cmd)
	cmd.Flags().StringVar(&i.path, "index", "", "keep the index in this `file` (default: $DATABASE_URL, else in the user's cache directory)")
}

// known is an open index.
type known struct {
	db    *store.DB
	store *store.Licenses
	index *index.Index
}

// when is the time of a moment; zero for the index's newest block.
func (k *known) when(ctx context.Context, m moment) (uint64, error) {
	if m.block == nil {
		return m.time, nil
	}
	b, ok, err := k.store.Block(ctx, m.block.Uint64())
	if err == nil && !ok {
		err = usagef("the index does not know the time of block %s: give a time", m.block)
	}
	return b.Time, err
}

// following is an open index and the chain that it follows.
type following struct {
	known
	client *chain.Client
}

func (f *following) close() error {
	f.client.Close()
	return f.db.Close()
}

func cacheDir() string { return filepath.Join(env.XDGCacheHome.Effective(), "loyal", "licenses") }

func (i *indexed) follow(ctx context.Context) (*following, error) {
	client, err := i.open(ctx)
	if err != nil {
		return nil, err
	}
	d := client.Deployment()
	where := i.path
	if where == "" {
		where = env.DatabaseURL.Value()
	}
	if where == "" {
		where = filepath.Join(cacheDir(), fmt.Sprintf("%d-%s.db", d.ChainID, d.Licenses))
		if err := os.MkdirAll(filepath.Dir(where), 0o700); err != nil {
			return nil, fmt.Errorf("make index: %w", err)
		}
	}
	db, err := store.Open(ctx, where)
	if err != nil {
		client.Close()
		return nil, err
	}
	f := &following{known: known{db: db}, client: client}
	if f.store, err = db.Licenses(ctx, d.ChainID, d.Licenses); err != nil {
		return nil, errors.Join(err, f.close())
	}
	f.index = index.New(f.store)
	return f, nil
}

// known opens an index that is there, and does not ask whether it is up to date.
func (i *indexed) known(ctx context.Context) (_ *known, err error) {
	contract, err := i.named()
	if err != nil {
		return nil, err
	}
	where, err := i.findIndex(contract)
	if err != nil {
		return nil, err
	}
	k := new(known)
	if k.db, err = store.OpenRead(ctx, where); err != nil {
		return nil, err
	}
	if k.store, err = k.db.KnownLicenses(ctx); err == nil {
		err = i.same(k.store, contract)
	}
	if err != nil {
		return nil, errors.Join(err, k.db.Close())
	}
	k.index = index.New(k.store)
	return k, nil
}

// same says whether an index is of the contract and chain that are named, if they are.
func (i *indexed) same(l *store.Licenses, contract common.Address) error {
	if contract != (common.Address{}) && contract != l.Contract || i.o.ChainID != 0 && i.o.ChainID != l.Chain {
		return fmt.Errorf("%w: the index is of contract %s on chain %d", store.ErrSchema, l.Contract, l.Chain)
	}
	return nil
}

// findIndex is where the index of a contract is kept.
func (i *indexed) findIndex(contract common.Address) (string, error) {
	switch {
	case i.path != "":
		return i.path, nil
	case env.DatabaseURL.IsSet():
		return env.DatabaseURL.Value(), nil
	case contract == (common.Address{}):
		return "", errAnyIndex
	}
	chains := "*"
	if i.o.ChainID != 0 {
		chains = fmt.Sprint(i.o.ChainID)
	}
	files, err := filepath.Glob(filepath.Join(cacheDir(), fmt.Sprintf("%s-%s.db", chains, contract)))
	switch {
	case err != nil || len(files) == 0:
		return "", fmt.Errorf("%w: there is none of %s in %s", errAnyIndex, contract, cacheDir())
	case len(files) > 1:
		return "", fmt.Errorf("%w: the contract %s has %d, on different chains (--chain-id)", errAnyIndex, contract, len(files))
	}
	return files[0], nil
}

// catchUp reads what is new, with progress.
func (f *following) catchUp(ctx context.Context, app *App) (store.Block, error) {
	var told uint64
	p, started := app.Progress(), false
	return f.index.CatchUp(ctx, f.client.Source(), func(since, at store.Block, newest uint64) {
		if !started {
			p.Start("read blocks", int64(newest-since.Number))
			started, told = true, since.Number
		}
		p.Add(int64(at.Number - told))
		if told = at.Number; told == newest {
			p.Done()
		}
	})
}

// listedLicense is a line of `loyal license list`.
type listedLicense struct {
	License string         `json:"license"`
	Model   common.Hash    `json:"model"`
	Holder  checksummed    `json:"holder"`
	Status  license.Status `json:"status"`
	Scope   []string       `json:"scope"`
	// Start and End are of the last period that had begun; no end is for ever.
	Start instant `json:"start"`
	End   instant `json:"end"`
	scope license.Scope
}

// licenseList is the JSON of `loyal license list`.
type licenseList struct {
	Licenses []listedLicense `json:"licenses"`
	// At is for which time it is.
	At instant `json:"at"`
	// Block says at which block the list stands, and Age how many seconds old that block is.
	Block blockJSON `json:"block"`
	Age   *int64    `json:"age_seconds"`
	indexJSON
}

// listFlags are those of `loyal license list`.
type listFlags struct {
	i      indexed
	model  common.Hash
	holder common.Address
	at     moment
}

func newLicenseListCommand(app *App) *cobra.Command {
	var f listFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the licenses of a contract",
		Long: `Lists licenses with what holds for them now or, with --at, what held at a past time:
those that were there then, their holders of that time, and their state. The list comes
from an index of the contract's events that is kept, brought up to date first, and
corrected when the chain is reorganized; the last line says at which block it stands.

With --offline no node is asked: the index is taken as it stands.`,
		Example: `  loyal license list --model 0xACCOUNT/smol
  loyal license list --holder 0xB0b… --at 2027-01-31 --json
  loyal license list --index licenses.db --offline`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{resumable: "true"},
		RunE:        func(cmd *cobra.Command, _ []string) error { return f.run(app, cmd) },
	}
	flags := cmd.Flags()
	flags.Var(modelValue(&f.model), "model", "only licenses for this `model`: 0xID or 0xACCOUNT/NAME")
	flags.Var(addressValue(&f.holder), "holder", "only those that this `address` holds")
	flags.Var(momentValue(&f.at), "at", "when, a `time|block`: RFC 3339, a day, seconds since 1970, or a block's number (default: now)")
	flags.BoolVar(&f.i.offline, "offline", false, "take the index as it stands, and ask no node anything")
	f.i.register(cmd)
	return cmd
}

func (f *listFlags) run(app *App, cmd *cobra.Command) (err error) {
	ctx := cmd.Context()
	var k *known
	if f.i.offline {
		if k, err = f.i.known(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, k.db.Close()) }()
	} else {
		following, err := f.i.follow(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, following.close()) }()
		if _, err := following.catchUp(ctx, app); err != nil {
			return err
		}
		k = &following.known
	}
	out, err := f.list(ctx, k)
	if err != nil {
		return err
	}
	return app.Print(out, func(w io.Writer) error { return writeLicenses(w, out) })
}

func (f *listFlags) list(ctx context.Context, k *known) (*licenseList, error) {
	head, err := k.index.Head(ctx)
	if err != nil {
		return nil, err
	}
	when, err := k.when(ctx, f.at)
	if err != nil {
		return nil, err
	}
	if when == 0 {
		when = head.Time
	}
	if when > head.Time && !f.i.offline {
		return nil, fmt.Errorf("%w: block %d is of %s", chain.ErrFuture, head.Number, writeTime(head.Time))
	}
	if when > head.Time {
		return nil, fmt.Errorf("%w: it stands at block %d of %s", index.ErrAhead, head.Number, writeTime(head.Time))
	}
	out := &licenseList{
		Licenses: []listedLicense{}, At: instant(when), Block: blockJSON{head.Number, head.Hash, instant(head.Time)}, Age: ageOf(head.Time),
		indexJSON: indexJSON{Contract: checksummed(k.store.Contract), ChainID: k.store.Chain},
	}
	return out, k.index.Each(ctx, func(l *index.Life) error {
		period, made := l.PeriodAt(when)
		holder := l.HolderAt(when)
		if !made || f.model != (common.Hash{}) && l.Model != f.model || f.holder != (common.Address{}) && holder != f.holder {
			return nil
		}
		out.Licenses = append(out.Licenses, listedLicense{
			License: chain.Number(l.License), Model: l.Model, Holder: checksummed(holder), Status: l.Status(0, when), Scope: uses(l.Scope), scope: l.Scope,
			Start: instant(period.Start), End: instant(period.End),
		})
		return nil
	})
}

func writeLicenses(w io.Writer, l *licenseList) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "license\tmodel\tholder\tstatus\tscope\tend\t")
	for _, one := range l.Licenses {
		fmt.Fprintf(t, "%s\t%.10s…\t%s\t%s\t%s\t%s\t\n", one.License, one.Model.Hex(), one.Holder, one.Status, one.scope, writeTime(uint64(one.End)))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	when := ""
	if l.At != l.Block.Time {
		when = " as of " + writeTime(uint64(l.At)) + ","
	}
	noun := "licenses"
	if len(l.Licenses) == 1 {
		noun = "license"
	}
	_, err := fmt.Fprintf(w, "%d %s%s at block %d, %s, %s ago\n", len(l.Licenses), noun, when, l.Block.Number, writeTime(uint64(l.Block.Time)), ago(*l.Age))
	return err
}
