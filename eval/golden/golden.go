// Package golden compares a model with outputs that another implementation
// recorded: token ids, rendered chats, logits, greedy continuations, losses,
// gradients, steps of the optimizer, tensor values.
//
// Two programs that read the same weights should compute the same function. That
// they nearly do is easy to see, that they do is not: a wrong rotary base, a
// forgotten pre-tokenizer or a swapped head shows as text that is a little worse.
// So everything that can be recorded is compared number by number, and every
// deviation is reported with its place and size, also those that are within
// tolerance; a person who ports a model learns from them where to look.
//
// The formats are specified in docs/formats/golden.md. What is compared with is a
// [Subject], a handful of functions; a nil one means that the model has no such
// part, and what would need it is counted as skipped.
package golden

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"loyal/lm"
	"loyal/model/chat"
)

// ErrFormat reports a golden file that cannot be understood.
var ErrFormat = errors.New("not a golden file")

// Subject is the model under test.
type Subject struct {
	// Encode turns text into ids, with the special tokens that the tokenizer adds
	// around a text or without.
	Encode func(text string, addSpecial bool) ([]int32, error)
	// Decode turns ids into text, leaving special tokens out or writing them.
	Decode func(ids []int32, skipSpecial bool) (string, error)
	// Render is the chat template. That it refuses a conversation is an error that
	// is chat.ErrRaised.
	Render func(Conversation) (string, error)
	// Network computes.
	Network lm.Network
	// Tensor returns the values of a stored tensor.
	Tensor func(name string) (values []float32, shape []int, err error)
}

// Conversation is what a chat template is given.
type Conversation struct {
	Messages            []chat.Message `json:"messages"`
	AddGenerationPrompt bool           `json:"add_generation_prompt"`
	// DateString is the day that templates may print ("22 Nov 2026").
	DateString string `json:"date_string"`
}

// Kind is what was compared, and so in which measure a deviation's size is.
type Kind string

// The kinds of comparisons.
const (
	Text     Kind = "text"      // size: 1
	IDs      Kind = "ids"       // size: number of places that differ
	Logits   Kind = "logits"    // size: largest absolute difference
	TopK     Kind = "top_k"     // the same, of the most probable tokens' logits
	Greedy   Kind = "greedy"    // size: by how much another token's logit exceeds the recorded token's
	Loss     Kind = "loss"      // size: difference over max(1, |recorded|)
	Gradient Kind = "gradient"  // size: difference over the gradient's recorded norm
	Step     Kind = "optimizer" // losses after optimizer steps; size as of Loss
	Values   Kind = "values"    // tensor values; size: largest absolute difference
)

// Tolerances are the largest sizes that count as agreement; what is not listed
// must be exact.
type Tolerances map[Kind]float64

// DefaultTolerances fit float32 arithmetic on both sides.
func DefaultTolerances() Tolerances {
	return Tolerances{Logits: 1e-3, TopK: 2e-2, Loss: 1e-4, Gradient: 1e-4, Step: 1e-4, Values: 1e-6}
}

// UniformTolerance allows the same size for everything but text and ids.
func UniformTolerance(size float64) Tolerances {
	t := Tolerances{}
	for _, k := range []Kind{Logits, TopK, Greedy, Loss, Gradient, Step, Values} {
		t[k] = size
	}
	return t
}

// Deviation is one comparison that was not exact.
type Deviation struct {
	Where  string  `json:"where"` // line 3: greedy_ids
	Kind   Kind    `json:"kind"`
	Size   float64 `json:"size"`
	Beyond bool    `json:"beyond_tolerance"`
	Got    string  `json:"got"`
	Want   string  `json:"want"`
}

// Skip is a comparison that was not made.
type Skip struct {
	Where  string `json:"where"`
	Reason string `json:"reason"`
}

// Report is the outcome of a check.
type Report struct {
	Comparisons int         `json:"comparisons"`
	Exact       int         `json:"exact"`
	Within      int         `json:"within_tolerance"`
	Beyond      int         `json:"beyond_tolerance"`
	Deviations  []Deviation `json:"deviations"`
	// Skipped is what was recorded but not compared, because the model has no such
	// part or its part is of a kind that is not supported.
	Skipped []Skip `json:"skipped"`

	tolerances Tolerances
}

// File is an open golden file.
type File struct {
	path    string
	content content
}

// Open reads a golden file.
func Open(path string) (*File, error) {
	c, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("open golden file: %w", err)
	}
	return &File{path, c}, nil
}

// Needs says which parts of a model a golden file speaks of.
type Needs struct {
	Text    bool // tokenizer, chat template
	Network bool
	Tensors bool
}

// Needs says which parts of a model this file speaks of.
func (f *File) Needs() Needs { return f.content.needs() }

// Check compares subject with what was recorded.
func (f *File) Check(ctx context.Context, s Subject, t Tolerances) (*Report, error) {
	r := &Report{tolerances: t, Deviations: []Deviation{}, Skipped: []Skip{}}
	if err := f.content.check(ctx, s, r); err != nil {
		return nil, fmt.Errorf("check %s: %w", f.path, err)
	}
	return r, nil
}

// Close releases the file.
func (f *File) Close() error {
	if c, ok := f.content.(tensorFile); ok {
		return c.file.Close()
	}
	return nil
}

// add counts a comparison.
func (r *Report) add(kind Kind, where string, size float64, got, want string) {
	r.Comparisons++
	if size == 0 {
		r.Exact++
		return
	}
	if math.IsNaN(size) {
		size = math.MaxFloat64 // JSON has no NaN
	}
	size = min(size, math.MaxFloat64)
	beyond := size > r.tolerances[kind]
	if beyond {
		r.Beyond++
	} else {
		r.Within++
	}
	r.Deviations = append(r.Deviations, Deviation{where, kind, size, beyond, got, want})
}

// Reasons to skip.
const (
	noTokenizer = "no tokenizer"
	noTemplate  = "no chat template"
	noWeights   = "no weights"
)

// skip notes a comparison that was not made.
func (r *Report) skip(where, reason string) { r.Skipped = append(r.Skipped, Skip{where, reason}) }

// text compares texts.
func (r *Report) text(where, got, want string) {
	size := 0.0
	if got != want {
		size = 1
	}
	r.add(Text, where, size, fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
}

// ids compares token ids place by place.
func (r *Report) ids(where string, got, want []int32) {
	size := max(len(got), len(want)) - min(len(got), len(want))
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			size++
		}
	}
	r.add(IDs, where, float64(size), fmt.Sprint(got), fmt.Sprint(want))
}

// failed counts a comparison that could not be made because the model refused.
func (r *Report) failed(kind Kind, where string, err error, want string) {
	r.add(kind, where, math.Inf(1), "error: "+err.Error(), want)
}

// number compares one number, in units of scale.
func (r *Report) number(kind Kind, where string, got, want, scale float64) {
	r.add(kind, where, math.Abs(got-want)/scale, fmt.Sprintf("%.7g", got), fmt.Sprintf("%.7g", want))
}

// vector compares numbers and reports the worst, in units of scale.
func (r *Report) vector(kind Kind, where string, got []float32, want []float64, scale float64) {
	if len(got) != len(want) {
		r.add(kind, where, math.Inf(1), fmt.Sprintf("%d numbers", len(got)), fmt.Sprintf("%d numbers", len(want)))
		return
	}
	worst, size := 0, -1.0
	for i := range want {
		// A float32 written in decimals is that float32 again, not the decimals.
		d := math.Abs(float64(got[i]) - float64(float32(want[i])))
		if math.IsNaN(d) {
			d = math.Inf(1)
		}
		if d > size {
			worst, size = i, d
		}
	}
	if len(want) == 0 {
		r.add(kind, where, 0, "", "")
		return
	}
	r.add(kind, fmt.Sprintf("%s[%d]", where, worst), size/scale,
		fmt.Sprintf("%.7g", got[worst]), fmt.Sprintf("%.7g", want[worst]))
}

// checkIDs refuses recorded ids that the model has no row for.
func checkIDs(where string, vocabulary int, ids ...[]int32) error {
	for _, list := range ids {
		if slices.ContainsFunc(list, func(id int32) bool { return id < 0 || int(id) >= vocabulary }) {
			return fmt.Errorf("%w: %s: a token id is outside the model's vocabulary of %d", ErrFormat, where, vocabulary)
		}
	}
	return nil
}
