package contracts_test

import (
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// reference says what a license is, as plainly as it can be said: every period, suspension
// and use is kept as a span of time, and a question is answered by looking at all of them.
// Whether an operation is allowed is said here as well, from the rules in words.
type reference struct {
	now      uint64
	offers   []refOffer
	licenses []*refLicense
	nonces   map[uint64]bool
}

type refOffer struct {
	model         int
	period        uint64
	scope         uint32
	notice        uint64
	irrevocable   bool
	maxSuspension uint64
	transfer      uint8 // never, with consent, free
	supply, sold  int
	saleUntil     uint64
	closed        bool
}

type span struct{ start, end uint64 }

func (s span) has(t uint64) bool { return s.start <= t && t < s.end }

// use is that somebody holds a license, or is a delegate of who does.
type use struct {
	who      common.Address
	span     span
	delegate bool
	brought  bool // by another holder, not by the subject or the maker
}

type refLicense struct {
	offer       int
	id          uint64
	scope       uint32
	periods     []span
	suspensions []span
	revokedAt   uint64
	uses        []use
	consent     common.Address
}

const (
	forEver    = 1<<40 - 1
	stillGoing = 1 << 62
	maxRecords = 32
)

func (r *reference) offerOf(l *refLicense) *refOffer { return &r.offers[l.offer] }

func (l *refLicense) last() *span { return &l.periods[len(l.periods)-1] }

func (l *refLicense) holder() *use {
	for i := range l.uses {
		if u := &l.uses[i]; !u.delegate && u.span.end == stillGoing {
			return u
		}
	}
	return nil
}

func (l *refLicense) delegate(who common.Address) *use {
	for i := range l.uses {
		if u := &l.uses[i]; u.delegate && u.who == who && u.span.end == stillGoing {
			return u
		}
	}
	return nil
}

// room says whether a subject can have another record.
func (r *reference) room(model int, who common.Address, brought bool) bool {
	n := 0
	for _, l := range r.licenses {
		for _, u := range l.uses {
			if r.offers[l.offer].model == model && u.who == who && u.brought == brought {
				n++
			}
		}
	}
	return n < maxRecords
}

func (r *reference) onSale(o *refOffer) bool {
	return !o.closed && (o.saleUntil == 0 || r.now < o.saleUntil)
}

func (r *reference) issue(offer int, who common.Address, scope uint32, duration uint64) bool {
	o := &r.offers[offer]
	if o.supply != 0 && o.sold == o.supply || !r.room(o.model, who, false) {
		return false
	}
	end := uint64(forEver)
	if duration != 0 {
		end = r.now + duration
	}
	o.sold++
	r.licenses = append(r.licenses, &refLicense{
		offer: offer, id: uint64(offer+1)<<32 | uint64(o.sold), scope: scope, periods: []span{{r.now, end}},
		uses: []use{{who: who, span: span{r.now, stillGoing}}},
	})
	return true
}

func (r *reference) buy(offer int, who common.Address, periods uint64) bool {
	o := &r.offers[offer]
	if !r.onSale(o) || periods == 0 || o.period == 0 && periods != 1 {
		return false
	}
	return r.issue(offer, who, o.scope, o.period*periods)
}

func (r *reference) grant(offer int, who common.Address, scope uint32, duration uint64) bool {
	o := &r.offers[offer]
	if scope == 0 || scope&o.scope != scope {
		return false
	}
	if duration == 0 {
		duration = o.period
	}
	return r.issue(offer, who, scope, duration)
}

func (r *reference) redeem(nonce uint64, offer int, who common.Address, scope uint32, duration uint64) bool {
	if r.nonces[nonce] || !r.grant(offer, who, scope, duration) {
		return false
	}
	r.nonces[nonce] = true
	return true
}

func (r *reference) renew(l *refLicense, who common.Address, periods uint64) bool {
	o := r.offerOf(l)
	if l.holder().who != who || o.period == 0 || l.last().end == forEver || l.revokedAt != 0 || !r.onSale(o) || periods == 0 {
		return false
	}
	if r.now <= l.last().end {
		l.last().end += periods * o.period
	} else {
		l.periods = append(l.periods, span{r.now, r.now + periods*o.period})
	}
	return true
}

func (r *reference) live(l *refLicense) bool { return l.revokedAt == 0 && r.now < l.last().end }

func (r *reference) cancel(l *refLicense, who common.Address) bool {
	if l.holder().who != who || !r.live(l) {
		return false
	}
	l.last().end = r.now
	return true
}

func (r *reference) suspend(l *refLicense, duration uint64) bool {
	total := duration
	for _, s := range l.suspensions {
		if s.end > r.now {
			return false
		}
		total += s.end - s.start
	}
	if !r.live(l) || duration == 0 || total > r.offerOf(l).maxSuspension {
		return false
	}
	l.suspensions = append(l.suspensions, span{r.now, r.now + duration})
	return true
}

func (r *reference) resume(l *refLicense) bool {
	for i := range l.suspensions {
		if l.suspensions[i].end > r.now {
			l.suspensions[i].end = r.now
			return true
		}
	}
	return false
}

func (r *reference) revoke(l *refLicense) bool {
	o := r.offerOf(l)
	if !r.live(l) || o.irrevocable {
		return false
	}
	l.revokedAt = r.now + o.notice
	return true
}

func (r *reference) transfer(l *refLicense, from, to common.Address) bool {
	o, h := r.offerOf(l), l.holder()
	if h.who != from {
		return false
	}
	if from == to {
		return true
	}
	if o.transfer == 0 || o.transfer == 1 && l.consent != to || !r.room(o.model, to, true) {
		return false
	}
	for i := range l.uses { // with the holding end its delegates
		if l.uses[i].span.end == stillGoing {
			l.uses[i].span.end = r.now
		}
	}
	l.uses = append(l.uses, use{who: to, span: span{r.now, stillGoing}, brought: true})
	l.consent = common.Address{}
	return true
}

func (r *reference) addDelegate(l *refLicense, who, operator common.Address) bool {
	if l.holder().who != who || operator == who || l.delegate(operator) != nil || !r.room(r.offerOf(l).model, operator, true) {
		return false
	}
	l.uses = append(l.uses, use{who: operator, span: span{r.now, stillGoing}, delegate: true, brought: true})
	return true
}

func (r *reference) removeDelegate(l *refLicense, who, operator common.Address) bool {
	d := l.delegate(operator)
	if d == nil || who != operator && l.holder().who != who {
		return false
	}
	d.span.end = r.now
	return true
}

// Status of a license, in the order of the contract's.
const (
	noRecord = iota
	expired
	revoked
	suspended
	outOfScope
	authorized
)

func (l *refLicense) status(scope uint32, t uint64) int {
	has := func(s span) bool { return s.has(t) }
	switch {
	case l.revokedAt != 0 && t >= l.revokedAt:
		return revoked
	case !slices.ContainsFunc(l.periods, has):
		return expired
	case slices.ContainsFunc(l.suspensions, has):
		return suspended
	case l.scope&scope != scope:
		return outOfScope
	}
	return authorized
}

// status is the best that can be said, and all the licenses of which it can be said.
func (r *reference) status(model int, who common.Address, scope uint32, t uint64) (best int, of []uint64) {
	for _, l := range r.licenses {
		if r.offers[l.offer].model != model {
			continue
		}
		for _, u := range l.uses {
			if u.who != who || !u.span.has(t) {
				continue
			}
			if s := l.status(scope, t); s > best {
				best, of = s, []uint64{l.id}
			} else if s == best && s != noRecord {
				of = append(of, l.id)
			}
		}
	}
	return best, of
}
