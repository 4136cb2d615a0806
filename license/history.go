package license

import "fmt"

// Life is everything that is on record of a license.
type Life struct {
	License uint64 `json:"license"`
	Scope   Scope  `json:"scope"`
	// Periods are all of them, in order; the last can lie in the future of what is known.
	Periods     []Period `json:"periods"`
	Suspensions []Period `json:"suspensions"`
	// Holdings are those of earlier holders.
	Holdings  []Holding `json:"holdings"`
	RevokedAt uint64    `json:"revoked_at,omitempty"`
}

// History reads the life of a license from the contract's storage.
func History(s Storage, license uint64) (*Life, error) {
	r := reader{s}
	state, err := r.state(license)
	if err != nil {
		return nil, fmt.Errorf("read license: %w", err)
	}
	l := &Life{License: license, Scope: state.Scope, RevokedAt: state.RevokedAt}
	for i := range state.Periods {
		p, err := r.period(slotPeriods, license, i)
		if err != nil {
			return nil, fmt.Errorf("read periods: %w", err)
		}
		l.Periods = append(l.Periods, p)
	}
	l.Periods = append(l.Periods, state.Last)
	for i := range state.Suspensions {
		p, err := r.period(slotSuspensions, license, i)
		if err != nil {
			return nil, fmt.Errorf("read suspensions: %w", err)
		}
		l.Suspensions = append(l.Suspensions, p)
	}
	for i := range state.Transfers {
		h, err := r.holding(license, i)
		if err != nil {
			return nil, fmt.Errorf("read holders: %w", err)
		}
		l.Holdings = append(l.Holdings, h)
	}
	return l, nil
}
