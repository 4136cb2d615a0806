package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"loyal/license"
	"loyal/license/chain"
)

// shown is the JSON of `loyal license show`.
type shown struct {
	Number string         `json:"number"`
	Holder common.Address `json:"holder"`
	*license.Life
	Offer *chain.Offer `json:"offer"`
	// Now is the time of the newest block.
	Now uint64 `json:"now"`
}

func newLicenseShowCommand(app *App) *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "show LICENSE",
		Short: "draw the life of a license",
		Long: `Prints what is on record of a license, with a time line of its periods, its
suspensions, and its revocation: █ in force, ░ suspended, · not licensed, ✕ revoked.`,
		Example: `  loyal license show 3-14`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := license.ParseNumber(args[0])
			if err != nil {
				return usagef("%w", err)
			}
			client, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			defer client.Close()
			out := shown{Number: chain.Number(id)}
			if out.Life, out.Holder, err = client.Life(cmd.Context(), id); err != nil {
				return err
			}
			if out.Offer, err = client.Offer(cmd.Context(), license.Offer(id)); err != nil {
				return err
			}
			h, err := client.Header(cmd.Context(), nil)
			if err != nil {
				return err
			}
			out.Now = h.Time
			return app.Print(out, func(w io.Writer) error { return writeLife(w, out) })
		},
	}
	c.reading(cmd)
	return cmd
}

func writeLife(w io.Writer, s shown) error {
	fmt.Fprintf(w, "license   %s\nmodel     %s\nholder    %s\nscope     %s\nterms     sha256:%x\n", s.Number, s.Offer.Model, s.Holder, s.Scope, s.Offer.TermsHash)
	for _, p := range s.Periods {
		fmt.Fprintf(w, "period    %s to %s\n", writeTime(p.Start), writeTime(p.End))
	}
	for _, p := range s.Suspensions {
		fmt.Fprintf(w, "suspended %s to %s\n", writeTime(p.Start), writeTime(p.End))
	}
	for _, h := range s.Holdings {
		fmt.Fprintf(w, "held      by %s until %s\n", h.Holder, writeTime(h.Until))
	}
	if s.RevokedAt != 0 {
		fmt.Fprintf(w, "revoked   from %s\n", writeTime(s.RevokedAt))
	}
	line, begin, end := timeline(s.Life, s.Now)
	_, err := fmt.Fprintf(w, "\n%s\n%-*s%s\n", line, timelineWidth-len("2006-01-02T15:04:05Z"), writeTime(begin), writeTime(end))
	return err
}

const timelineWidth = 72

// timeline draws a life from its beginning to now or its end, whichever is later; of what is
// for ever as much as has passed again. A mark for now stands above it.
func timeline(l *license.Life, now uint64) (line string, begin, end uint64) {
	begin, end = l.Periods[0].Start, max(now, l.RevokedAt)
	for _, p := range l.Periods {
		if p.End < license.ForEver {
			end = max(end, p.End)
		} else {
			end = max(end, now+(now-begin)+1)
		}
	}
	end = max(end, begin+timelineWidth)
	var marks, bar strings.Builder
	for i := range uint64(timelineWidth) {
		t := begin + (end-begin)*i/timelineWidth
		next := begin + (end-begin)*(i+1)/timelineWidth
		if now >= t && now < next || i == timelineWidth-1 && now >= next {
			marks.WriteString("now")
		} else if i < timelineWidth-2 && marks.Len() < int(i)+1 {
			marks.WriteByte(' ')
		}
		bar.WriteRune(stateAt(l, t))
	}
	return marks.String() + "\n" + bar.String(), begin, end
}

func stateAt(l *license.Life, t uint64) rune {
	in := func(p license.Period) bool { return t >= p.Start && t < p.End }
	switch {
	case l.RevokedAt != 0 && t >= l.RevokedAt:
		return '✕'
	case slices.ContainsFunc(l.Suspensions, in):
		return '░'
	case slices.ContainsFunc(l.Periods, in):
		return '█'
	}
	return '·'
}
