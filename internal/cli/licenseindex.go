package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"loyal/internal/env"
	"loyal/license"
	"loyal/license/chain"
	"loyal/license/index"
	"loyal/store"
)

// indexed is a connection with an index of the contract beside it.
type indexed struct {
	connection
	path string
}

func (i *indexed) register(cmd *cobra.Command) {
	i.reading(cmd)
	cmd.Flags().StringVar(&i.path, "index", "", "keep the index in this `file` (default: $DATABASE_URL, else in the user's cache directory)")
}

// following is an open index and the chain that it follows.
type following struct {
	client *chain.Client
	db     *store.DB
	store  *store.Licenses
	index  *index.Index
}

func (f *following) close() error {
	f.client.Close()
	return f.db.Close()
}

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
		where = filepath.Join(env.XDGCacheHome.Effective(), "loyal", "licenses", fmt.Sprintf("%d-%s.db", d.ChainID, d.Licenses))
		if err := os.MkdirAll(filepath.Dir(where), 0o700); err != nil {
			return nil, fmt.Errorf("make index: %w", err)
		}
	}
	db, err := store.Open(ctx, where)
	if err != nil {
		client.Close()
		return nil, err
	}
	f := &following{client: client, db: db}
	if f.store, err = db.Licenses(ctx, d.ChainID, d.Licenses); err != nil {
		return nil, errors.Join(err, f.close())
	}
	f.index = index.New(f.store, d)
	return f, nil
}

// catchUp reads what is new, with progress.
func (f *following) catchUp(ctx context.Context, app *App) (store.Block, error) {
	var told uint64
	p, started := app.Progress(), false
	return f.index.CatchUp(ctx, f.client.Source(), func(at store.Block, newest uint64) {
		if !started {
			p.Start("read blocks", int64(newest))
			started = true
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
	Holder  common.Address `json:"holder"`
	Status  license.Status `json:"status"`
	Scope   string         `json:"scope"`
	End     uint64         `json:"end"`
}

// licenseList is the JSON of `loyal license list`.
type licenseList struct {
	Licenses []listedLicense `json:"licenses"`
	// Block and Time say at which block the list stands, and Stale for how many seconds that
	// block has been the newest.
	Block uint64      `json:"block"`
	Hash  common.Hash `json:"hash"`
	Time  uint64      `json:"time"`
	Stale int64       `json:"stale_seconds"`
}

func newLicenseListCommand(app *App) *cobra.Command {
	var (
		i      indexed
		model  common.Hash
		holder common.Address
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the licenses of a contract",
		Long: `Lists licenses with what holds for them now, from an index of the contract's events that
is kept, followed and corrected when the chain is reorganized. The last line says at
which block the list stands.`,
		Example: `  loyal license list --model 0xACCOUNT/smol
  loyal license list --holder 0xB0b… --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			f, err := i.follow(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, f.close()) }()
			head, err := f.catchUp(cmd.Context(), app)
			if err != nil {
				return err
			}
			out := licenseList{Licenses: []listedLicense{}, Block: head.Number, Hash: head.Hash, Time: head.Time, Stale: max(0, time.Now().Unix()-int64(head.Time))}
			err = f.index.Each(cmd.Context(), func(l *index.Life) error {
				if model != (common.Hash{}) && l.Model != model || holder != (common.Address{}) && l.Holder != holder {
					return nil
				}
				out.Licenses = append(out.Licenses, listedLicense{
					License: chain.Number(l.License), Model: l.Model, Holder: l.Holder, Status: l.Status(0, head.Time), Scope: l.Scope.String(),
					End: l.Periods[len(l.Periods)-1].End,
				})
				return nil
			})
			if err != nil {
				return err
			}
			return app.Print(out, func(w io.Writer) error { return writeLicenses(w, out) })
		},
	}
	cmd.Flags().Var(modelValue(&model), "model", "only licenses for this `model`: 0xID or 0xACCOUNT/NAME")
	cmd.Flags().Var(addressValue(&holder), "holder", "only those that this `address` holds")
	i.register(cmd)
	return cmd
}

func writeLicenses(w io.Writer, l licenseList) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "license\tmodel\tholder\tstatus\tscope\tend\t")
	for _, one := range l.Licenses {
		fmt.Fprintf(t, "%s\t%.10s…\t%s\t%s\t%s\t%s\t\n", one.License, one.Model.Hex(), one.Holder, one.Status, one.Scope, writeTime(one.End))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d licenses at block %d, %s, %s ago\n", len(l.Licenses), l.Block, writeTime(l.Time), (time.Duration(l.Stale) * time.Second))
	return err
}

// watched is a line of `loyal license watch --json`.
type watched struct {
	Block   uint64          `json:"block"`
	Event   store.EventKind `json:"event"`
	License string          `json:"license"`
	Who     *common.Address `json:"who,omitempty"`
	// From and Until are the event's times, in seconds since 1970, as far as it has them.
	From  uint64 `json:"from"`
	Until uint64 `json:"until,omitempty"`
}

func newLicenseWatchCommand(app *App) *cobra.Command {
	var (
		i        indexed
		interval time.Duration
		once     bool
	)
	cmd := &cobra.Command{
		Use:   "watch",
		Short: "tell what happens to licenses, as it happens",
		Long: `Follows the chain and prints what happens to licenses, a line each (JSON Lines with
--json), from now on until it is interrupted. What a reorganization brings is printed
again.`,
		Example: `  loyal license watch
  loyal license watch --json --interval 12s`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx := cmd.Context()
			f, err := i.follow(ctx)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, f.close()) }()
			at, err := f.catchUp(ctx, app)
			for err == nil && !once {
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(interval):
				}
				at, err = f.tell(ctx, app, at)
			}
			return err
		},
	}
	cmd.Flags().DurationVar(&interval, "interval", 2*time.Second, "how often to look")
	cmd.Flags().BoolVar(&once, "once", false, "only bring the index up to date")
	i.register(cmd)
	return cmd
}

// tell prints what has happened since a block.
func (f *following) tell(ctx context.Context, app *App, since store.Block) (store.Block, error) {
	at, err := f.index.CatchUp(ctx, f.client.Source(), nil)
	if err != nil {
		return since, err
	}
	events, err := f.store.After(ctx, min(since.Number, at.Number))
	if err != nil {
		return since, err
	}
	for _, e := range events {
		line := watched{Block: e.Block, Event: e.Kind, License: chain.Number(e.License), From: e.Numbers[0], Until: e.Numbers[1]}
		if e.Who != (common.Address{}) {
			line.Who = &e.Who
		}
		if err := app.printLine(line, func(w io.Writer) error { return writeWatched(w, line) }); err != nil {
			return at, err
		}
	}
	return at, nil
}

func writeWatched(w io.Writer, l watched) error {
	fmt.Fprintf(w, "block %d  license %s  %s", l.Block, l.License, l.Event)
	if l.Who != nil {
		fmt.Fprintf(w, "  %s", l.Who)
	}
	fmt.Fprintf(w, "  %s", writeTime(l.From))
	if l.Until != 0 {
		fmt.Fprintf(w, " to %s", writeTime(l.Until))
	}
	_, err := fmt.Fprintln(w)
	return err
}
