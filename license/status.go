package license

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Status is what can be said about a subject, a model, a scope and a time. Of several
// licenses the one counts of which most can be said: the later of these. The numbers are
// the contract's.
type Status uint8

// The statuses of the contract.
const (
	NoRecord   Status = iota // nothing on record for this subject and time
	Expired                  // no period of the license holds the time; also what its holder ended
	Revoked                  // by the maker, from a time on
	Suspended                // by the maker, for a time
	OutOfScope               // in force, but not for all of these uses
	Authorized
)

// ChainUncertain is no answer: the chain could not be asked, or did not answer reliably.
const ChainUncertain Status = 255

var statusNames = []string{"no_record", "expired", "revoked", "suspended", "out_of_scope", "authorized"}

func (s Status) String() string {
	if s == ChainUncertain {
		return "chain_uncertain"
	}
	if int(s) >= len(statusNames) {
		return fmt.Sprintf("status %d", uint8(s))
	}
	return statusNames[s]
}

// MarshalJSON writes the name.
func (s Status) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// UnmarshalJSON reads the name.
func (s *Status) UnmarshalJSON(data []byte) error {
	var name string
	if err := json.Unmarshal(data, &name); err != nil {
		return err
	}
	if name == ChainUncertain.String() {
		*s = ChainUncertain
		return nil
	}
	i := slices.Index(statusNames, name)
	if i < 0 {
		return fmt.Errorf("unknown license status %q", name)
	}
	*s = Status(i)
	return nil
}
