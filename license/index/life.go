package index

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"loyal/license"
	"loyal/store"
)

// ErrEvents reports events that no license can have had.
var ErrEvents = errors.New("events that do not follow on one another")

// Life is what a license's events come to.
type Life struct {
	license.Life
	Model  common.Hash
	Holder common.Address
	uses   []use
}

// use is that somebody was holder or delegate, from one time to another, zero for still.
type use struct {
	since    position
	who      common.Address
	delegate bool
	start    uint64
	end      uint64
}

// HolderAt is who held it at a time since its making.
func (l *Life) HolderAt(at uint64) common.Address {
	for _, h := range l.Holdings {
		if at < h.Until {
			return h.Holder
		}
	}
	return l.Holder
}

// PeriodAt is the last period that began by then; false before its making.
func (l *Life) PeriodAt(at uint64) (p license.Period, ok bool) {
	for _, one := range l.Periods {
		if one.Start <= at {
			p, ok = one, true
		}
	}
	return p, ok
}

// usedBy says whether somebody used it at a time, and since which event.
func (l *Life) usedBy(who common.Address, at uint64) (since position, ok bool) {
	for _, u := range l.uses {
		if u.who == who && at >= u.start && (u.end == 0 || at < u.end) && (!ok || u.since.before(since)) {
			since, ok = u.since, true
		}
	}
	return since, ok
}

// position is that of an event in the chain.
type position struct {
	block uint64
	index uint32
}

func (p position) before(other position) bool {
	return p.block < other.block || p.block == other.block && p.index < other.index
}

// Replay makes a license out of its events. Errors are [ErrEvents].
func Replay(events []store.Event) (*Life, error) {
	if len(events) == 0 || events[0].Kind != store.Licensed {
		return nil, fmt.Errorf("%w: the first is not its making", ErrEvents)
	}
	l := new(Life)
	for i, e := range events {
		if (e.Kind == store.Licensed) != (i == 0) {
			return nil, fmt.Errorf("%w: it is made twice", ErrEvents)
		}
		if err := l.apply(e); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *Life) apply(e store.Event) error {
	a, b := e.Numbers[0], e.Numbers[1]
	since := position{e.Block, e.Index}
	switch e.Kind {
	case store.Licensed:
		l.License, l.Model, l.Holder, l.Scope = e.License, e.Model, e.Who, license.Scope(e.Numbers[2])
		l.Periods = []license.Period{{Start: a, End: b}}
		l.uses = []use{{since: since, who: e.Who, start: a}}
	case store.Renewed:
		if last := &l.Periods[len(l.Periods)-1]; last.End == a {
			last.End = b
		} else {
			l.Periods = append(l.Periods, license.Period{Start: a, End: b})
		}
	case store.Ended:
		l.Periods[len(l.Periods)-1].End = a
	case store.Suspended:
		l.Suspensions = append(l.Suspensions, license.Period{Start: a, End: b})
	case store.Resumed:
		if len(l.Suspensions) == 0 {
			return fmt.Errorf("%w: resumed, and was not suspended", ErrEvents)
		}
		l.Suspensions[len(l.Suspensions)-1].End = a
	case store.Revoked:
		l.RevokedAt = a
	case store.Transferred:
		l.handOn(e.Who, a, since)
	case store.DelegateAdded:
		l.uses = append(l.uses, use{since: since, who: e.Who, delegate: true, start: a})
	case store.DelegateRemoved:
		l.end(a, func(u use) bool { return u.delegate && u.who == e.Who })
	default:
		return fmt.Errorf("%w: kind %d", ErrEvents, e.Kind)
	}
	return nil
}

// handOn ends the rights of the holder and its delegates.
func (l *Life) handOn(to common.Address, at uint64, since position) {
	if to == l.Holder {
		return
	}
	l.Holdings = append(l.Holdings, license.Holding{Holder: l.Holder, Until: at})
	l.Holder = to
	l.end(at, func(use) bool { return true })
	l.uses = append(l.uses, use{since: since, who: to, start: at})
}

// end ends the uses that go on. One that began at the same time never was.
func (l *Life) end(at uint64, which func(use) bool) {
	kept := l.uses[:0]
	for _, u := range l.uses {
		if u.end == 0 && which(u) {
			if u.start == at {
				continue
			}
			u.end = at
		}
		kept = append(kept, u)
	}
	l.uses = kept
}
