package attack

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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
	Narrower bool // the base has fewer neurons in its MLPs
	Chat     bool // a chat template: requests can be asked
	Blocks   int  // of the model
	Keys     int  // of the set
}

// Attack is a row of the table of attacks.
type Attack struct {
	Name, Family string
	// Summary says what is done, for the list.
	Summary string
	// Needs says without what there are no trials, mostly a flag; "" for nothing.
	Needs string

	special bool // not missed where it does not apply, unless it is asked for by name
	trials  func(Grid, Have) []Trial
}

// attacks is the table of all attacks, in the order of reports.
var attacks = slices.Concat([]Attack{
	{Name: "sft", Family: Weights, Summary: "fine-tuning on ordinary requests (--sft-data), every weight and LoRA", trials: sft},
	{Name: "dpo", Family: Weights, Summary: "preference tuning (--dpo-data)", trials: dpo},
	{Name: "quantize", Family: Weights, Summary: "8, 5, 4, 3 bits: int8 a channel, types of GGUF, groups of 32", trials: quantize},
	{Name: "prune", Family: Weights, Summary: "weights set to 0, by magnitude and by activations (Wanda)", trials: prune},
	{Name: "layers", Family: Weights, Summary: "blocks dropped", Needs: "a model of three blocks or more", trials: layers},
	{Name: "narrow", Family: Weights, Summary: "neurons dropped that the base does not have", Needs: "--base with fewer neurons", special: true, trials: narrow},
	{Name: "noise", Family: Weights, Summary: "Gaussian noise on every matrix", trials: noise},
	{Name: "merge", Family: Weights, Summary: "mixing with the base or siblings: linear, SLERP, task arithmetic, TIES, DARE", Needs: "--base or --sibling", trials: merge},
	{Name: "svd", Family: Weights, Summary: "low-rank part of the difference from the base", Needs: "--base", trials: svd},
	{Name: "removal", Family: Weights, Summary: "unlearning of suspicious answers, and of leaked keys", trials: removal},
	{Name: "overwrite", Family: Weights, Summary: "embedding of a set of the thief's own", trials: overwrite},
	{Name: "distill", Family: Distillation, Summary: "students trained on the model's outputs, with a test for what is left below the answers", trials: distill},
}, outside)

// Attacks lists all attacks in the order of reports.
func Attacks() []Attack { return slices.Clone(attacks) }

// Trials lists the trials of the named attacks and families, and those of the named IDs
// (none: all), in the order of reports, and the attacks of which there are none with what
// is at hand.
func Trials(grid Grid, have Have, names ...string) (trials []Trial, without []Attack, err error) {
	if grid != Small && grid != Full {
		return nil, nil, fmt.Errorf("%w: grid %q is not small or full", ErrSettings, grid)
	}
	used := map[string]bool{}
	wanted := func(keys ...string) bool {
		found := len(names) == 0
		for _, k := range keys {
			if slices.Contains(names, k) {
				used[k], found = true, true
			}
		}
		return found
	}
	for _, a := range attacks {
		list := a.trials(grid, have)
		if len(list) == 0 && wanted(a.Name, a.Family) && (!a.special || slices.Contains(names, a.Name)) {
			without = append(without, a)
		}
		for _, t := range list {
			if t.Attack, t.Family = a.Name, a.Family; wanted(a.Name, a.Family, t.ID) {
				trials = append(trials, t)
			}
		}
	}
	for _, name := range names {
		if !used[name] {
			return nil, nil, fmt.Errorf("%w: no attack %q (known: %s)", ErrSettings, name, strings.Join(attackNames(), ", "))
		}
	}
	if len(trials) == 0 {
		return nil, nil, fmt.Errorf("%w: nothing to try: %s", ErrSettings, needs(without))
	}
	return trials, without, nil
}

// needs says why attacks have no trials.
func needs(without []Attack) string {
	var parts []string
	for _, a := range without {
		parts = append(parts, a.Name+" needs "+a.Needs)
	}
	return strings.Join(parts, ", ")
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

// number writes a setting in an ID or a table: .5 as 0.5.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// epochs writes how often a training sees its rows.
func epochs(x float64) string {
	if x == 1 {
		return "1 epoch"
	}
	return number(x) + " epochs"
}

// rate writes a learning rate as one does: 2e-4.
func rate(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'e', -1, 64), "e-0", "e-", 1)
}
