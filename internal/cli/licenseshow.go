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

// shownJSON is the JSON of `loyal license show`.
type shownJSON struct {
	License string         `json:"license"`
	Token   decimal        `json:"token_id"`
	Model   common.Hash    `json:"model"`
	Holder  checksummed    `json:"holder"`
	Status  license.Status `json:"status"`
	Scope   []string       `json:"scope"`
	Periods []spanJSON     `json:"periods"`
	// Suspensions that were cut short end when that was done.
	Suspensions []spanJSON    `json:"suspensions"`
	RevokedAt   *instant      `json:"revoked_at"`
	Holdings    []holdingJSON `json:"earlier_holders"`
	Offer       offerJSON     `json:"offer"`
	// At is the time of the newest block, for which the status is.
	At instant `json:"at"`
}

type holdingJSON struct {
	Holder checksummed `json:"holder"`
	Until  instant     `json:"until"`
}

// shown is what the command has read.
type shown struct {
	life   *license.Life
	holder common.Address
	offer  *chain.Offer
	now    uint64
}

func (s shown) json() shownJSON {
	l := s.life
	out := shownJSON{
		License: chain.Number(l.License), Token: number(l.License), Model: s.offer.Model, Holder: checksummed(s.holder), Status: l.Status(0, s.now),
		Scope: uses(l.Scope), Periods: spans(l.Periods), Suspensions: spans(l.Suspensions), Holdings: []holdingJSON{}, Offer: newOfferJSON(s.offer), At: instant(s.now),
	}
	if l.RevokedAt != 0 {
		out.RevokedAt = (*instant)(&l.RevokedAt)
	}
	for _, h := range l.Holdings {
		out.Holdings = append(out.Holdings, holdingJSON{checksummed(h.Holder), instant(h.Until)})
	}
	return out
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
			var out shown
			if out.life, out.holder, err = client.Life(cmd.Context(), id); err != nil {
				return err
			}
			if out.offer, err = client.Offer(cmd.Context(), license.Offer(id)); err != nil {
				return err
			}
			h, err := client.Header(cmd.Context(), nil)
			if err != nil {
				return err
			}
			out.now = h.Time
			return app.Print(out.json(), func(w io.Writer) error { return writeLife(w, out) })
		},
	}
	c.reading(cmd)
	return cmd
}

func writeLife(w io.Writer, s shown) error {
	l := s.life
	fmt.Fprintf(w, "license   %s, %s\nmodel     %s\nholder    %s\nscope     %s\nterms     sha256:%x\n", chain.Number(l.License), l.Status(0, s.now), s.offer.Model, s.holder,
		l.Scope, s.offer.TermsHash)
	for _, p := range l.Periods {
		fmt.Fprintf(w, "period    %s to %s\n", writeTime(p.Start), writeTime(p.End))
	}
	for _, p := range l.Suspensions {
		fmt.Fprintf(w, "suspended %s to %s\n", writeTime(p.Start), writeTime(p.End))
	}
	for _, h := range l.Holdings {
		fmt.Fprintf(w, "held      by %s until %s\n", h.Holder, writeTime(h.Until))
	}
	if l.RevokedAt != 0 {
		fmt.Fprintf(w, "revoked   from %s\n", writeTime(l.RevokedAt))
	}
	line, begin, end := timeline(l, s.now)
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
