package attack

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Families of attacks.
const (
	Weights      = "weights"
	Distillation = "distillation"
	Serving      = "serving"
	Hosts        = "hosts"
	Extraction   = "extraction"
	Forgery      = "forgery"
	Redundancy   = "redundancy"
)

// Grid is how many settings of each attack are tried.
type Grid string

// Grids.
const (
	Small Grid = "small"
	Full  Grid = "full"
)

// Trial is one attack with one setting.
type Trial struct {
	// ID names the trial and its file, in letters, digits, dots and hyphens. It says
	// what is done and never changes its meaning.
	ID string `json:"id"`
	// Attack is the name in the table of attacks, Family what it belongs to.
	Attack string `json:"attack"`
	Family string `json:"family"`
	// Series are the trials that a plot joins by a line, along Axis ("weight of ours",
	// "bits", "steps"), at X.
	Series string  `json:"series"`
	Axis   string  `json:"axis"`
	X      float64 `json:"x"`
	// Setting is the setting in words, for tables.
	Setting string `json:"setting"`

	// Run does it. It fills in what was measured; the rest of the outcome is known.
	Run func(context.Context, *Lab) (*Outcome, error) `json:"-"`
}

// Have is what a lab has: what trials there are depends on it.
type Have struct {
	Base     bool
	Siblings int
	Requests bool // ordinary requests with answers, of the user
	Pairs    bool // preferences, of the user
	Chat     bool // a chat template: requests can be asked
	Blocks   int  // of the model
}

// Attack is a row of the table of attacks.
type Attack struct {
	Name, Family string
	// Summary says what is done, for the list.
	Summary string
	// Needs names a flag without which there are no trials, "" for none.
	Needs string

	trials func(Grid, Have) []Trial
}

// attacks is the table of all attacks, in the order of reports.
var attacks = []Attack{
	{Name: "noise", Family: Weights, Summary: "Gaussian noise on every matrix", trials: noise},
}

// Attacks lists all attacks in the order of reports.
func Attacks() []Attack { return slices.Clone(attacks) }

// Trials lists the trials of the named attacks or families (none: all), in the order
// of reports, and the attacks of which there are none with what is at hand.
func Trials(grid Grid, have Have, names ...string) (trials []Trial, without []Attack, err error) {
	if grid != Small && grid != Full {
		return nil, nil, fmt.Errorf("%w: grid %q is not small or full", ErrSettings, grid)
	}
	for _, name := range names {
		known := func(a Attack) bool { return a.Name == name || a.Family == name }
		if !slices.ContainsFunc(attacks, known) {
			return nil, nil, fmt.Errorf("%w: no attack %q (known: %s)", ErrSettings, name, strings.Join(attackNames(), ", "))
		}
	}
	for _, a := range attacks {
		if len(names) > 0 && !slices.Contains(names, a.Name) && !slices.Contains(names, a.Family) {
			continue
		}
		list := a.trials(grid, have)
		if len(list) == 0 {
			without = append(without, a)
		}
		for _, t := range list {
			t.Attack, t.Family = a.Name, a.Family
			trials = append(trials, t)
		}
	}
	return trials, without, nil
}

func attackNames() []string {
	var names []string
	for _, a := range attacks {
		names = append(names, a.Name)
	}
	return names
}

// pick is what a grid takes of two lists of settings.
func pick[T any](g Grid, small, full []T) []T {
	if g == Small {
		return small
	}
	return full
}

// number writes a setting in an ID or a table: .5 as 0.5, 1e-05 as 1e-5.
func number(x float64) string {
	return strings.Replace(fmt.Sprintf("%g", x), "e-0", "e-", 1)
}
