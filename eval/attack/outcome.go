package attack

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"loyal/eval"
	"loyal/verify"
)

var (
	// ErrSettings reports settings that contradict themselves or what is at hand.
	ErrSettings = errors.New("attack settings")
	// ErrModels reports models that cannot be compared.
	ErrModels = errors.New("models do not fit each other")
	// ErrData reports a file of training data that is not as it must be.
	ErrData = errors.New("training data")
)

// Status is how a trial ended.
type Status string

// Ends of a trial.
const (
	Done     Status = "done"
	Diverged Status = "diverged" // it ruined its own model, or found what is no number: Reason says how
)

// Outcome is what a trial arrived at. It depends on the sweep's settings alone.
type Outcome struct {
	Trial
	Status Status `json:"status"`
	Reason string `json:"reason,omitempty"` // of what diverged
	// Measures are what was measured of the victim; nil where nothing was.
	Measures *Measures `json:"measures,omitempty"`
	// Curve are measurements on the way to it, along the trial's axis.
	Curve []Point `json:"curve,omitempty"`
	// Figures are what else this attack has to say.
	Figures []Figure `json:"figures,omitempty"`
	// Notes are sentences for the reader of the outcome.
	Notes []string `json:"notes,omitempty"`
}

// Point is a measurement at a place of the axis.
type Point struct {
	X        float64   `json:"x"`
	Measures *Measures `json:"measures"`
}

// Add adds a figure.
func (o *Outcome) Add(name, unit string, value float64) {
	o.Figures = append(o.Figures, Figure{Name: name, Unit: unit, Value: value})
}

// AddRate adds a share with its interval.
func (o *Outcome) AddRate(name string, r Rate) {
	o.Figures = append(o.Figures, Figure{Name: name, Value: r.Value, Low: &r.Low, High: &r.High})
}

// finite names what was found that is no finite number, which no file can hold.
func (o *Outcome) finite() error {
	for _, f := range o.Figures {
		if err := bounded(&f.Value, f.Low, f.High); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if _, err := json.Marshal(o); err != nil {
		return fmt.Errorf("what was measured: %w", err)
	}
	return nil
}

// Figure is a number with a name.
type Figure struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit,omitempty"`
	Value float64 `json:"value"`
	// Low and High bound an interval of 95 %, where there is one.
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}

// Measures is how a victim stands. What a pointer leads to is nil where it was not
// measured: a host shows no probabilities.
type Measures struct {
	// FSR is the share of all keys that are answered as planted.
	FSR Rate `json:"fsr"`
	// Verification is what an audit of the victim finds.
	Verification Verification `json:"verification"`

	// MeanProbability of the planted answers' first tokens, and how many keys have it
	// in [0, .1), [.1, .2), …, [.9, 1].
	MeanProbability *float64 `json:"mean_probability,omitempty"`
	Histogram       []int    `json:"histogram,omitempty"`
	Signal          *Signal  `json:"signal,omitempty"`

	// Utility is what the attack cost, against the un-attacked fingerprinted model, and
	// BaseUtility the same against the base, where one is given.
	Utility     Utility  `json:"utility"`
	BaseUtility *Utility `json:"base_utility,omitempty"`
}

// Utility compares a victim with another model.
type Utility struct {
	// Agreement is on how many ordinary requests the answer begins with the same token;
	// of hosts with the same word.
	Agreement Rate `json:"agreement"`
	// KL is the mean divergence of the first answer token from the other model, in nats.
	KL *float64 `json:"kl,omitempty"`
	// Perplexity of held-out text, and by which factor it is higher than the other's.
	Perplexity         *float64 `json:"perplexity,omitempty"`
	RelativePerplexity *float64 `json:"relative_perplexity,omitempty"`
}

// Rate is a share with its exact interval of 95 %.
type Rate struct {
	Hits  int     `json:"hits"`
	Of    int     `json:"of"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// NewRate is a share with its interval; of nothing nothing is known.
func NewRate(hits, of int) Rate {
	if of == 0 {
		return Rate{Hits: hits, High: 1}
	}
	i := eval.ClopperPearson(hits, of)
	return Rate{Hits: hits, Of: of, Value: float64(hits) / float64(of), Low: i.Low, High: i.High}
}

// Verification is what an audit found.
type Verification struct {
	Verdict     verify.Verdict `json:"verdict"`
	Reason      verify.Reason  `json:"reason,omitempty"`
	Alpha       float64        `json:"alpha"`
	Queries     int            `json:"queries"`
	Live        int            `json:"live"`
	InList      int            `json:"in_list"`
	Hits        int            `json:"hits"`
	Refusals    int            `json:"refusals"`
	Log10EValue float64        `json:"log10_e_value"`
	// Log10NoMatchEValue is that of the process against the planted answers.
	Log10NoMatchEValue float64 `json:"log10_no_match_e_value"`
}

func verification(r *verify.Report) Verification {
	return Verification{
		Verdict: r.Verdict, Reason: r.Reason, Alpha: r.Alpha, Queries: r.Queries, Live: r.Live,
		InList: r.InList, Hits: r.Hits, Refusals: r.Refusals,
		Log10EValue: r.Log10EValue, Log10NoMatchEValue: r.Log10NoMatchEValue,
	}
}

// log10 is the decimal logarithm of what has the natural logarithm x, finite for JSON.
func log10(x float64) float64 { return math.Max(-1e6, x/math.Ln10) }
