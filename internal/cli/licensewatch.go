package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"loyal/license"
	"loyal/license/chain"
	"loyal/store"
)

// watched is a line of `loyal license watch --json`.
type watched struct {
	Block   uint64          `json:"block"`
	Event   store.EventKind `json:"event"`
	License string          `json:"license,omitempty"`
	Offer   uint32          `json:"offer"`
	Who     *checksummed    `json:"who,omitempty"`
	// Start and End are the event's times, as far as it has them; an end that is null is for
	// ever.
	Start *instant `json:"start,omitempty"`
	End   *instant `json:"end,omitempty"`
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
--json), from now on until it is interrupted, which is its ordinary end. What a
reorganization brings is printed again. A node that is away is asked until it is back.

It keeps the index up to date from which 'loyal license check --index' answers; with
--once it only brings it there.`,
		Example: `  loyal license watch
  loyal license watch --json --interval 12s --index licenses.db`,
		Args:        cobra.NoArgs,
		Annotations: map[string]string{resumable: "true"},
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if interval <= 0 {
				return usagef("--interval is no time")
			}
			ctx := cmd.Context()
			f, err := i.follow(ctx)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, f.close()) }()
			if _, err := f.catchUp(ctx, app); err != nil || once {
				return err
			}
			return f.watch(ctx, app, interval)
		},
	}
	cmd.Flags().DurationVar(&interval, "interval", 2*time.Second, "how often to look")
	cmd.Flags().BoolVar(&once, "once", false, "only bring the index up to date")
	i.register(cmd)
	return cmd
}

// watch tells what happens until it is interrupted, which is its ordinary end. A node that is
// away is asked again.
func (f *following) watch(ctx context.Context, app *App, interval time.Duration) error {
	away := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(interval):
		}
		err := f.tell(ctx, app)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, chain.ErrUnreachable) || errors.Is(err, chain.ErrNode) || errors.Is(err, chain.ErrFuture):
			if !away {
				app.Warn("%v; asking again every %s", err, interval)
			}
			away = true
		case err != nil:
			return err
		case away:
			app.Note("the node answers again")
			away = false
		}
	}
}

// tell prints what is new.
func (f *following) tell(ctx context.Context, app *App) error {
	since, _, err := f.index.Follow(ctx, f.client.Source(), nil)
	if err != nil {
		return err
	}
	events, err := f.store.After(ctx, since.Number)
	if err != nil {
		return err
	}
	for _, e := range events {
		line := newWatched(e)
		if err := app.printLine(line, func(w io.Writer) error { return writeWatched(w, line, e) }); err != nil {
			return err
		}
	}
	return nil
}

func newWatched(e store.Event) watched {
	line := watched{Block: e.Block, Event: e.Kind, Offer: license.Offer(e.License), Who: ifAny(e.Who)}
	if e.Kind != store.Offered {
		line.License = chain.Number(e.License)
	}
	if e.Numbers[0] != 0 {
		line.Start = (*instant)(&e.Numbers[0])
	}
	if e.Numbers[1] != 0 {
		line.End = (*instant)(&e.Numbers[1])
	}
	return line
}

func writeWatched(w io.Writer, l watched, e store.Event) error {
	fmt.Fprintf(w, "block %d  ", l.Block)
	if l.License == "" {
		_, err := fmt.Fprintf(w, "offer %d  %s\n", l.Offer, l.Event)
		return err
	}
	fmt.Fprintf(w, "license %s  %s", l.License, l.Event)
	if l.Who != nil {
		fmt.Fprintf(w, "  %s", l.Who)
	}
	if l.Start != nil {
		fmt.Fprintf(w, "  %s", writeTime(e.Numbers[0]))
	}
	if l.End != nil {
		fmt.Fprintf(w, " to %s", writeTime(e.Numbers[1]))
	}
	_, err := fmt.Fprintln(w)
	return err
}
