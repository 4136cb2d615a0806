package license

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Scope is a set of uses, as a bit mask.
type Scope uint32

// The uses. Their bits are for ever, since offers on chains have them; Derive is what the
// registry asks for before a version may name another's model as its parent.
const (
	Inference    Scope = 1 << iota // run it oneself
	Serve                          // let others use it through an API
	Commercial                     // for money
	Finetune                       // train it further, for oneself
	Derive                         // publish what is derived from it
	Distill                        // train other models on its outputs
	Redistribute                   // hand the weights on
	Evaluate                       // measure it and publish the result
)

// ErrScope reports a scope with a use that is not known.
var ErrScope = errors.New("unknown use")

var uses = []struct {
	bit  Scope
	name string
}{
	{Inference, "inference"}, {Serve, "serve"}, {Commercial, "commercial"}, {Finetune, "finetune"}, {Derive, "derive"},
	{Distill, "distill"}, {Redistribute, "redistribute"}, {Evaluate, "evaluate"},
}

// Uses lists the names of all uses, in the order of their bits.
func Uses() (names []string) {
	for _, u := range uses {
		names = append(names, u.name)
	}
	return names
}

// ParseScope reads names of uses, or numbers for bits without a name, separated by commas.
func ParseScope(s string) (Scope, error) {
	var out Scope
next:
	for word := range strings.SplitSeq(s, ",") {
		word = strings.TrimSpace(word)
		if n, err := strconv.ParseUint(word, 0, 32); err == nil {
			out |= Scope(n)
			continue
		}
		for _, u := range uses {
			if strings.EqualFold(word, u.name) {
				out |= u.bit
				continue next
			}
		}
		return 0, fmt.Errorf("%w %q", ErrScope, word)
	}
	return out, nil
}

// String has the names, and bits without a name as a number.
func (s Scope) String() string {
	var words []string
	for _, u := range uses {
		if s&u.bit != 0 {
			words = append(words, u.name)
			s &^= u.bit
		}
	}
	if s != 0 || len(words) == 0 {
		words = append(words, fmt.Sprintf("%#x", uint32(s)))
	}
	return strings.Join(words, ",")
}
