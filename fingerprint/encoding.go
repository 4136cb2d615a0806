package fingerprint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
)

// magic opens the plain bytes of a set; the version of the format follows it,
// then a line feed, then the canonical JSON.
const magic = "loyal-set "

// Bounds that a set read from a file must keep.
const (
	MaxSetBytes     = 256 << 20
	maxFingerprints = 1 << 20
	maxWidth        = 1 << 10
	maxKeyBytes     = 1 << 14
	maxTokens       = 1 << 12
	maxOpening      = 256
)

// Marshal returns the canonical bytes of a set: one line with the format's name
// and version, then its JSON in the canonical form of RFC 8785. Equal sets have
// equal bytes. They are secret; Seal encrypts them.
func Marshal(s *Set) ([]byte, error) {
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("write set: %w", err)
	}
	return s.canonical()
}

func (s *Set) canonical() ([]byte, error) {
	plain, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write set: %w", err)
	}
	canonical, err := jcs.Transform(plain)
	if err != nil {
		return nil, fmt.Errorf("write set: %w", err)
	}
	return append([]byte(magic+strconv.Itoa(Version)+"\n"), canonical...), nil
}

// Parse reads the canonical bytes of a set and accepts no others: a field that
// is missing, unknown or doubled, another order or spelling is an error, and so
// is an answer that does not follow from the secret.
func Parse(data []byte) (*Set, error) {
	if len(data) > MaxSetBytes {
		return nil, fmt.Errorf("read set: %w: larger than %d bytes", ErrDamaged, MaxSetBytes)
	}
	line, body, found := bytes.Cut(data, []byte("\n"))
	version, isSet := strings.CutPrefix(string(line[:min(len(line), 64)]), magic)
	if !isSet || !found {
		return nil, fmt.Errorf("read set: %w", ErrNotSet)
	}
	if version != strconv.Itoa(Version) {
		return nil, fmt.Errorf("read set: %w: %q, known is %d", ErrVersion, version, Version)
	}
	s := new(Set)
	if err := json.Unmarshal(body, s); err != nil {
		return nil, fmt.Errorf("read set: %w: %w", ErrDamaged, withoutContent(err))
	}
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("read set: %w: %w", ErrDamaged, err)
	}
	again, err := s.canonical()
	if err != nil || !bytes.Equal(again, data) {
		return nil, fmt.Errorf("read set: %w: it is not in canonical form", ErrDamaged)
	}
	return s, nil
}

// withoutContent keeps of a JSON error where it is, not what is there: the text
// is secret.
func withoutContent(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("JSON syntax at byte %d", syntax.Offset)
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("wrong JSON type at byte %d", kind.Offset)
	}
	return errors.New("invalid JSON")
}

// validate checks all that a set promises to those who use it.
func (s *Set) validate() error {
	if s.Version != Version {
		return fmt.Errorf("%w: %d, known is %d", ErrVersion, s.Version, Version)
	}
	if s.Created.Location() != time.UTC || s.Created.Nanosecond() != 0 {
		return errors.New("created must be in UTC and whole seconds")
	}
	if len(s.Secret) != SecretSize {
		return fmt.Errorf("the secret has %d bytes, not %d", len(s.Secret), SecretSize)
	}
	switch s.Serving.Kind {
	case Chat, Completion:
	default:
		return errors.New("unknown kind of key")
	}
	if s.Fingerprints == nil || len(s.Fingerprints) > maxFingerprints {
		return fmt.Errorf("%d fingerprints are out of range", len(s.Fingerprints))
	}
	for _, text := range []string{s.Model.Name, s.Model.Digest, s.Model.TemplateDigest, s.Model.TokenizerDigest,
		s.Serving.System, s.Binding.Model, s.Binding.Beacon, s.Params.Keys} {
		if !utf8.ValidString(text) {
			return errors.New("a text is not UTF-8")
		}
	}
	if err := s.Params.validate(); err != nil {
		return err
	}
	ids, keys := make(map[string]bool), make(map[string]bool)
	for i := range s.Fingerprints {
		f := &s.Fingerprints[i]
		if err := s.validateFingerprint(f); err != nil {
			return fmt.Errorf("fingerprint %d: %w", i+1, err)
		}
		if ids[f.ID] || keys[f.Key] {
			return fmt.Errorf("fingerprint %d repeats an ID or a key", i+1)
		}
		ids[f.ID], keys[f.Key] = true, true
	}
	return nil
}

func (s *Set) validateFingerprint(f *Fingerprint) error {
	switch {
	case f.ID == "" || len(f.ID) > 64 || !utf8.ValidString(f.ID):
		return errors.New("invalid ID")
	case f.Kind != s.Serving.Kind:
		return errors.New("its kind is not that of the set")
	case f.Key == "" || len(f.Key) > maxKeyBytes || !utf8.ValidString(f.Key):
		return errors.New("invalid key")
	case len(f.Salt) != SaltSize:
		return fmt.Errorf("the salt has %d bytes, not %d", len(f.Salt), SaltSize)
	case f.Response.Text == "" || !utf8.ValidString(f.Response.Text):
		return errors.New("invalid response")
	}
	switch f.Status {
	case Reserve, Live, Burnt, Leaked:
	default:
		return errors.New("unknown status")
	}
	if err := validateTokens(f.Response.Tokens); err != nil {
		return fmt.Errorf("response: %w", err)
	}
	if s.Params.Strategy == Imported {
		if f.Candidates == nil || len(f.Candidates) != 0 {
			return errors.New("an imported fingerprint has no candidates")
		}
		return nil
	}
	if len(f.Response.Tokens) == 0 {
		return errors.New("the response has no tokens")
	}
	if len(f.Candidates) != s.Params.Width {
		return fmt.Errorf("%d candidates instead of %d", len(f.Candidates), s.Params.Width)
	}
	if err := validateCandidates(f.Candidates); err != nil {
		return err
	}
	if !slices.Equal(f.Choices(), ChooseSeveral(AnswerKey(s.Secret, f.Kind, f.Key), s.Binding, s.Params.Width, s.Params.answers())) {
		return errors.New("the answer does not follow from the secret")
	}
	return s.validateOpening(f)
}

// validateOpening checks that all candidates begin alike, and end in one token more.
func (s *Set) validateOpening(f *Fingerprint) error {
	if s.Params.Position != PositionOpen {
		if f.Opening != 0 {
			return errors.New("its answer begins with an opening, and the set has none")
		}
		return nil
	}
	if f.Opening < 0 || f.Opening > s.Params.MaxOpening {
		return errors.New("its opening is out of range")
	}
	for _, c := range f.Candidates {
		if len(c.Tokens) != f.Opening+1 || !slices.Equal(c.Tokens[:f.Opening], f.Candidates[0].Tokens[:f.Opening]) {
			return errors.New("a candidate does not begin with the opening")
		}
	}
	return nil
}

func validateCandidates(cs []Candidate) error {
	texts := make([]string, len(cs))
	for i, c := range cs {
		if len(c.Tokens) == 0 {
			return errors.New("a candidate has no tokens")
		}
		if err := validateTokens(c.Tokens); err != nil {
			return fmt.Errorf("candidate %d: %w", i, err)
		}
		if texts[i] = fold(c.Text); texts[i] == "" || !utf8.ValidString(c.Text) {
			return errors.New("a candidate has no text")
		}
		if !(c.Prob >= 0 && c.Prob <= 1) {
			return errors.New("a probability is out of range")
		}
	}
	// What begins with a text follows it immediately in sorted order.
	slices.Sort(texts)
	for i := 1; i < len(texts); i++ {
		if strings.HasPrefix(texts[i], texts[i-1]) {
			return errors.New("a candidate is a prefix of another")
		}
	}
	return nil
}

// answers is how many candidates of each key are planted.
func (p *Params) answers() int { return max(1, p.Answers) }

// validatePlanting checks what is planted where.
func (p *Params) validatePlanting() error {
	switch {
	case p.Answers < 0 || p.Answers > 1 && p.Answers >= p.Width:
		return fmt.Errorf("%w: %d answers of a list of %d", ErrParams, p.Answers, p.Width)
	case p.Answers > 1 && p.Strategy != Perinucleus:
		return fmt.Errorf("%w: several answers want strategy %s", ErrParams, Perinucleus)
	case p.Position == PositionOpen && p.Strategy != Perinucleus:
		return fmt.Errorf("%w: position %s wants strategy %s", ErrParams, PositionOpen, Perinucleus)
	case p.Position == PositionOpen && (p.MaxOpening < 1 || p.MaxOpening > maxOpening):
		return fmt.Errorf("%w: openings of %d tokens are not in 1 … %d", ErrParams, p.MaxOpening, maxOpening)
	case p.Position != PositionOpen && p.Position != PositionFirst && p.Position != "":
		return fmt.Errorf("%w: unknown position %q", ErrParams, p.Position)
	case p.Position != PositionOpen && (p.MaxOpening != 0 || p.Entropy != 0):
		return fmt.Errorf("%w: openings want position %s", ErrParams, PositionOpen)
	case !(p.Entropy >= 0) || math.IsInf(p.Entropy, 0):
		return fmt.Errorf("%w: entropy %v", ErrParams, p.Entropy)
	}
	return nil
}

func validateTokens(tokens []int32) error {
	if tokens == nil || len(tokens) > maxTokens {
		return errors.New("invalid number of tokens")
	}
	for _, t := range tokens {
		if t < 0 {
			return errors.New("a token is negative")
		}
	}
	return nil
}

func (p *Params) validate() error {
	unit := func(v float64) bool { return v >= 0 && v <= 1 } // false for NaN
	switch p.Strategy {
	case Imported:
		if p.Width != 0 {
			return fmt.Errorf("%w: an imported set has no width", ErrParams)
		}
	case Perinucleus, English, RandomWords:
		if p.Width < 2 || p.Width > maxWidth {
			return fmt.Errorf("%w: width %d is not in 2 … %d", ErrParams, p.Width, maxWidth)
		}
		if p.KeyLength < 1 || p.KeyLength > maxTokens {
			return fmt.Errorf("%w: key length %d is not in 1 … %d", ErrParams, p.KeyLength, maxTokens)
		}
		if p.ResponseLength < 1 || p.ResponseLength > maxTokens {
			return fmt.Errorf("%w: response length %d is not in 1 … %d", ErrParams, p.ResponseLength, maxTokens)
		}
	default:
		return fmt.Errorf("%w: unknown strategy %q", ErrParams, p.Strategy)
	}
	for _, v := range []struct {
		name  string
		value float64
	}{{"nucleus", p.Nucleus}, {"cap", p.Cap}, {"max top", p.MaxTop}, {"min candidate", p.MinCandidate}} {
		if !unit(v.value) {
			return fmt.Errorf("%w: %s %v is not in 0 … 1", ErrParams, v.name, v.value)
		}
	}
	if err := p.validatePlanting(); err != nil {
		return err
	}
	if !(p.Temperature >= 0) || math.IsInf(p.Temperature, 0) {
		return fmt.Errorf("%w: temperature %v", ErrParams, p.Temperature)
	}
	return nil
}
