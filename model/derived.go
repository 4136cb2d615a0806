package model

import (
	"fmt"
	"maps"
	"slices"
)

// WithTensors returns a model in memory that is m but for the given tensors, under
// their Hugging Face names, and for what change, unless nil, does to a copy of its
// configuration (fewer blocks, wider ones). It is checked like a model that is opened:
// a tensor that the new configuration has no place for is an error, and so is one that
// is missing or of another shape.
//
// What is not given is read from m, which must stay open as long as the new model is
// used; closing the new one closes nothing. A tensor of m may be given again under
// another name, which copies no numbers.
func WithTensors(m *Model, tensors map[string]Tensor, change func(*Config)) (*Model, error) {
	if m.weights == nil {
		return nil, fmt.Errorf("derive model: %w", ErrNoWeights)
	}
	d := &Model{Path: m.Path, Config: m.Config, Tokenizer: m.Tokenizer, Template: m.Template, text: m.text}
	d.Config.EOS, d.Config.Raw = slices.Clone(m.Config.EOS), maps.Clone(m.Config.Raw)
	if change != nil {
		change(&d.Config)
		if err := d.Config.check(); err != nil {
			return nil, fmt.Errorf("derive model: %w", err)
		}
	}
	w := derivedWeights{base: m, given: make(map[string]Tensor, len(tensors))}
	for name, t := range tensors {
		t.Name = name
		w.given[name] = t
	}
	if err := d.attach(w); err != nil {
		return nil, fmt.Errorf("derive model: %w", err)
	}
	return d, nil
}

// derivedWeights are those of another model, some of them replaced.
type derivedWeights struct {
	base  *Model
	given map[string]Tensor
}

func (d derivedWeights) tensor(s spec) (Tensor, bool, error) {
	if t, ok := d.given[s.name]; ok {
		return t, true, nil
	}
	if _, ok := d.base.specs[s.name]; !ok {
		return Tensor{}, false, nil
	}
	t, err := d.base.Tensor(s.name)
	return t, err == nil, err
}

func (d derivedWeights) stored(s spec) string { return s.name }
func (d derivedWeights) reordered() bool      { return false } // base.Tensor has put the rows in order

// names are those given: of the base's, a smaller configuration needs not all.
func (d derivedWeights) names() []string { return slices.Sorted(maps.Keys(d.given)) }
func (d derivedWeights) paths() []string { return d.base.weights.paths() }
func (d derivedWeights) Close() error    { return nil }
