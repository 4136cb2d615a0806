package attack

import "slices"

// cost is the share of ordinary requests that a host answers otherwise than the
// un-attacked model, by their first word, or not at all.
func (m *Measures) cost() float64 { return 1 - m.Utility.Agreement.Value }

// suppressed is the share of planted answers that count as suppressed.
const suppressed = .9

// Suppression is the least that a kind of host pays for hiding nine of ten planted
// answers.
type Suppression struct {
	Attack string `json:"attack"`
	Series string `json:"series"`
	// ID and Setting are those of the cheapest trial that does it, "" where none does.
	ID      string `json:"id,omitempty"`
	Setting string `json:"setting,omitempty"`
	FSR     Rate   `json:"fsr"`
	// Cost is the share of ordinary requests that are refused, or whose answers begin with
	// another word.
	Cost Rate `json:"cost"`
}

// suppressions finds the cheapest setting of each series of hosts.
func suppressions(intact Rate, entries []Entry) []Suppression {
	var out []Suppression
	for _, e := range entries {
		if e.Family != Hosts || e.Measures == nil || e.Measures.Utility.Agreement.Of == 0 {
			continue
		}
		i := slices.IndexFunc(out, func(s Suppression) bool { return s.Series == e.Series })
		if i < 0 {
			out = append(out, Suppression{Attack: e.Attack, Series: e.Series})
			i = len(out) - 1
		}
		agree := e.Measures.Utility.Agreement
		cost := NewRate(agree.Of-agree.Hits, agree.Of)
		hides := e.Measures.FSR.Value <= (1-suppressed)*intact.Value+1e-12
		if hides && (out[i].ID == "" || cost.Value < out[i].Cost.Value) {
			out[i].ID, out[i].Setting, out[i].FSR, out[i].Cost = e.ID, e.Setting, e.Measures.FSR, cost
		}
	}
	return out
}
