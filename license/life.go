package license

import "slices"

// Status is what can be said of a license at a time, from its whole life: the rule of [Check]
// on lists that are there already.
func (l *Life) Status(scope Scope, at uint64) Status {
	holds := func(p Period) bool { return at >= p.Start && at < p.End }
	switch {
	case l.RevokedAt != 0 && at >= l.RevokedAt:
		return Revoked
	case !slices.ContainsFunc(l.Periods, holds):
		return Expired
	case slices.ContainsFunc(l.Suspensions, holds):
		return Suspended
	case scope&^l.Scope != 0:
		return OutOfScope
	}
	return Authorized
}
