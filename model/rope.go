package model

import (
	"fmt"
	"math"
)

// Rope describes rotary position embeddings (Su et al. 2021, arXiv:2104.09864).
type Rope struct {
	Theta float64 // base of the wavelengths
	Type  string  // RopeDefault or RopeLlama3

	// The rest is for RopeLlama3: wavelengths longer than
	// OriginalMaxPositions/LowFreqFactor are stretched by Factor, those shorter
	// than OriginalMaxPositions/HighFreqFactor stay, and between them the two
	// are blended.
	Factor               float64
	LowFreqFactor        float64
	HighFreqFactor       float64
	OriginalMaxPositions int
}

// Kinds of rotary embeddings, in transformers' names.
const (
	RopeDefault = "default"
	RopeLlama3  = "llama3"
)

// defaultRopeTheta is what a config.json without a theta means.
const defaultRopeTheta = 10000

// InverseFrequencies returns the angle per position, in radians, for each pair
// of numbers of a head: headDim/2 of them.
func (r Rope) InverseFrequencies(headDim int) []float64 {
	freqs := make([]float64, headDim/2)
	for i := range freqs {
		f := math.Pow(r.Theta, -float64(2*i)/float64(headDim))
		if r.Type == RopeLlama3 {
			f = r.stretch(f)
		}
		freqs[i] = f
	}
	return freqs
}

// stretch is Llama 3.1's scaling of one frequency
// (transformers, modeling_rope_utils.py, _compute_llama3_parameters).
func (r Rope) stretch(f float64) float64 {
	context := float64(r.OriginalMaxPositions)
	wavelength := 2 * math.Pi / f
	switch {
	case wavelength < context/r.HighFreqFactor:
		return f
	case wavelength > context/r.LowFreqFactor:
		return f / r.Factor
	}
	smooth := (context/wavelength - r.LowFreqFactor) / (r.HighFreqFactor - r.LowFreqFactor)
	return (1-smooth)*f/r.Factor + smooth*f
}

func (r Rope) check() error {
	if !(r.Theta > 0) || math.IsInf(r.Theta, 0) {
		return fmt.Errorf("%w: rope_theta is %v", ErrConfig, r.Theta)
	}
	if r.Type == RopeDefault {
		return nil
	}
	if !(r.Factor >= 1) || !(r.LowFreqFactor > 0) || !(r.HighFreqFactor > r.LowFreqFactor) || r.OriginalMaxPositions < 1 {
		return fmt.Errorf("%w: rope scaling llama3 needs factor ≥ 1, 0 < low_freq_factor < high_freq_factor and original_max_position_embeddings, not %v, %v, %v, %d",
			ErrConfig, r.Factor, r.LowFreqFactor, r.HighFreqFactor, r.OriginalMaxPositions)
	}
	return nil
}

// ropeFile is rope_parameters (transformers 5) or rope_scaling (4): the same
// fields, but theta is among them only in the first.
type ropeFile struct {
	Type                 string   `json:"rope_type"`
	OldType              string   `json:"type"`
	Theta                *float64 `json:"rope_theta"`
	Factor               float64  `json:"factor"`
	LowFreqFactor        float64  `json:"low_freq_factor"`
	HighFreqFactor       float64  `json:"high_freq_factor"`
	OriginalMaxPositions int      `json:"original_max_position_embeddings"`
}

func (f *configFile) rope() (Rope, error) {
	theta := float64(defaultRopeTheta)
	if f.RopeTheta != nil {
		theta = *f.RopeTheta
	}
	params := f.RopeScaling
	if p := f.RopeParameters; p != nil {
		params = p
		if p.Theta != nil {
			// One release of transformers reads the one, the next the other.
			if f.RopeTheta != nil && *f.RopeTheta != *p.Theta {
				return Rope{}, fmt.Errorf("rope_theta %v and rope_parameters.rope_theta %v differ", *f.RopeTheta, *p.Theta)
			}
			theta = *p.Theta
		}
	}
	r := Rope{Theta: theta, Type: RopeDefault}
	if params == nil {
		return r, nil
	}
	switch kind := firstNonEmpty(params.Type, params.OldType); kind {
	case "", RopeDefault:
		return r, nil
	case RopeLlama3:
		r.Type = RopeLlama3
		r.Factor, r.LowFreqFactor, r.HighFreqFactor = params.Factor, params.LowFreqFactor, params.HighFreqFactor
		r.OriginalMaxPositions = params.OriginalMaxPositions
		return r, nil
	default:
		return Rope{}, fmt.Errorf("rope type %q is not known (known: %s, %s)", kind, RopeDefault, RopeLlama3)
	}
}

func firstNonEmpty(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
