package license

import (
	"fmt"
	"sort"

	"github.com/ethereum/go-ethereum/common"
)

// Question is whether a subject was licensed for a model, for all uses in a scope, at a time.
type Question struct {
	Model   common.Hash    `json:"model"`
	Subject common.Address `json:"subject"`
	// Scope zero asks for any license.
	Scope Scope `json:"scope"`
	// At is in seconds since 1970.
	At uint64 `json:"at"`
}

// Answer is what is on record.
type Answer struct {
	Status Status `json:"status"`
	// License is that of which the status is said, zero for none: the number of its offer
	// times 2^32, plus its own.
	License uint64 `json:"license"`
	// TermsHash is that of the license's offer.
	TermsHash common.Hash `json:"terms_hash"`
}

// Offer is the number of the offer that a license was sold by.
func Offer(license uint64) uint32 { return uint32(license >> 32) }

// Check answers from the contract's storage. It does not know the time of the block that the
// storage is of: about later times it says what holds if nothing happens in between.
func Check(s Storage, q Question) (Answer, error) {
	r := reader{s}
	records, err := r.records(q.Model, q.Subject)
	if err != nil {
		return Answer{}, fmt.Errorf("read records: %w", err)
	}
	var best Answer
	for _, one := range records {
		status, err := r.status(one, q)
		if err != nil {
			return Answer{}, fmt.Errorf("read license %d: %w", one.License, err)
		}
		if status > best.Status {
			best.Status, best.License = status, one.License
		}
		if status == Authorized {
			break
		}
	}
	if best.License != 0 {
		if best.TermsHash, err = r.termsHash(uint64(Offer(best.License))); err != nil {
			return Answer{}, fmt.Errorf("read offer: %w", err)
		}
	}
	return best, nil
}

// status is what one record says.
func (r reader) status(one Record, q Question) (Status, error) {
	if q.At < one.Start || one.End != 0 && q.At >= one.End {
		return NoRecord, nil
	}
	state, err := r.state(one.License)
	if err != nil {
		return 0, err
	}
	if one.Delegate && one.Holding != state.Transfers {
		h, err := r.holding(one.License, one.Holding)
		if err != nil || q.At >= h.Until {
			return NoRecord, err
		}
	}
	return r.statusOf(one.License, state, q)
}

func (r reader) statusOf(license uint64, l State, q Question) (Status, error) {
	if l.RevokedAt != 0 && q.At >= l.RevokedAt {
		return Revoked, nil
	}
	in := q.At >= l.Last.Start && q.At < l.Last.End
	if q.At < l.Last.Start {
		var err error
		if in, err = r.within(slotPeriods, license, l.Periods, q.At); err != nil {
			return 0, err
		}
	}
	if !in {
		return Expired, nil
	}
	suspended, err := r.within(slotSuspensions, license, l.Suspensions, q.At)
	switch {
	case err != nil:
		return 0, err
	case suspended:
		return Suspended, nil
	case q.Scope&^l.Scope != 0:
		return OutOfScope, nil
	}
	return Authorized, nil
}

// within says whether one of n spans of a list holds a time. They are in order and do not
// touch.
func (r reader) within(list, license uint64, n int, t uint64) (bool, error) {
	var failed error
	later := sort.Search(n, func(i int) bool {
		p, err := r.period(list, license, i)
		if err != nil {
			failed = err
		}
		return p.Start > t
	})
	if failed != nil || later == 0 {
		return false, failed
	}
	p, err := r.period(list, license, later-1)
	return t < p.End, err
}
