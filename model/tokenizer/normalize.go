package tokenizer

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// normalizer rewrites text before it is split. nil changes nothing.
type normalizer func(string) string

// component is the common form of normalizers, pre-tokenizers, post-processors
// and decoders in tokenizer.json: an object with a type and the fields that the
// type needs.
type component struct {
	Type string `json:"type"`

	Normalizers   []json.RawMessage `json:"normalizers"`
	Pretokenizers []json.RawMessage `json:"pretokenizers"`
	Processors    []json.RawMessage `json:"processors"`
	Decoders      []json.RawMessage `json:"decoders"`

	Pattern  *splitPattern `json:"pattern"`
	Content  string        `json:"content"`
	Prepend  string        `json:"prepend"`
	Behavior string        `json:"behavior"`
	Invert   bool          `json:"invert"`

	// Strip as a normalizer
	StripLeft  *bool `json:"strip_left"`
	StripRight *bool `json:"strip_right"`
	// Strip as a decoder
	Start int `json:"start"`
	Stop  int `json:"stop"`

	AddPrefixSpace   *bool  `json:"add_prefix_space"`
	UseRegex         *bool  `json:"use_regex"`
	IndividualDigits bool   `json:"individual_digits"`
	Replacement      string `json:"replacement"`
	PrependScheme    string `json:"prepend_scheme"`
	Split            *bool  `json:"split"`

	// post-processors
	Single        []templateItem             `json:"single"`
	SpecialTokens map[string]templateSpecial `json:"special_tokens"`
	Cls           *tokenAndID                `json:"cls"`
	Sep           *tokenAndID                `json:"sep"`
}

// splitPattern is {"String": …} or {"Regex": …}.
type splitPattern struct {
	String *string `json:"String"`
	Regex  *string `json:"Regex"`
}

// maxDepth bounds sequences of sequences of components.
const maxDepth = 8

// isNull tells whether a JSON value is absent or null.
func isNull(raw json.RawMessage) bool {
	return len(raw) == 0 || string(raw) == "null"
}

// parseComponent reads one component; what names its kind in errors.
func parseComponent(raw json.RawMessage, what string, depth int) (component, error) {
	var c component
	if depth > maxDepth {
		return c, fmt.Errorf("%s: nested more than %d deep", what, maxDepth)
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("%s: %w", what, err)
	}
	return c, nil
}

// A chain of components may be maxParts long, and make a text maxGrowth times
// longer: each Replace of a hostile file could double it.
const (
	maxParts  = 32
	maxGrowth = 256
)

// chain bounds what the components of one kind do to a text.
type chain struct {
	parts, growth int
}

// add counts a component that replaces texts of length from by texts of length to.
func (c *chain) add(what string, from, to int) error {
	c.parts++
	c.growth = max(c.growth, 1)
	if to > from {
		c.growth *= (to + from - 1) / from
	}
	switch {
	case c.parts > maxParts:
		return fmt.Errorf("more than %d %ss", maxParts, what)
	case c.growth > maxGrowth:
		return fmt.Errorf("%ss make text more than %d times longer", what, maxGrowth)
	}
	return nil
}

func parseNormalizer(raw json.RawMessage, depth int, limit *chain) (normalizer, error) {
	if isNull(raw) {
		return nil, nil
	}
	c, err := parseComponent(raw, "normalizer", depth)
	if err != nil {
		return nil, err
	}
	if c.Type == "Sequence" {
		return sequenceNormalizer(c.Normalizers, depth, limit)
	}
	from, to := 1, 1
	if c.Type == "Replace" && c.Pattern != nil && c.Pattern.String != nil && *c.Pattern.String != "" {
		from = len(*c.Pattern.String)
	}
	if c.Type == "Replace" || c.Type == "Prepend" {
		to = max(len(c.Content), len(c.Prepend))
	}
	if err := limit.add("normalizer", from, to); err != nil {
		return nil, err
	}
	switch c.Type {
	case "NFC":
		return nfc, nil
	case "NFD":
		return nfd, nil
	case "NFKC":
		return nfkc, nil
	case "NFKD":
		return nfkd, nil
	case "Prepend":
		prefix := c.Prepend
		return func(s string) string {
			if s == "" {
				return s
			}
			return prefix + s
		}, nil
	case "Lowercase":
		return lowercase, nil
	case "Replace":
		return replaceNormalizer(c)
	case "Strip":
		return stripNormalizer(c), nil
	}
	return nil, unsupported("normalizer", c.Type)
}

func sequenceNormalizer(parts []json.RawMessage, depth int, limit *chain) (normalizer, error) {
	var all []normalizer
	for _, raw := range parts {
		n, err := parseNormalizer(raw, depth+1, limit)
		if err != nil {
			return nil, err
		}
		if n != nil {
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	return func(s string) string {
		for _, n := range all {
			s = n(s)
		}
		return s
	}, nil
}

// Regular expressions of Replace that models use; others are an error.
const (
	patternSpaceRun  = ` {2,}`
	patternSpaceEnds = `\A +| +\z`
)

func replaceNormalizer(c component) (normalizer, error) {
	if c.Pattern == nil {
		return nil, fmt.Errorf("normalizer Replace: no pattern")
	}
	content := c.Content
	if c.Pattern.Regex != nil {
		switch *c.Pattern.Regex {
		case patternSpaceRun:
			return func(s string) string { return replaceSpaceRuns(s, content) }, nil
		case patternSpaceEnds:
			if content == "" {
				return func(s string) string { return strings.Trim(s, " ") }, nil
			}
		}
		return nil, unsupported("normalizer Replace with the pattern", *c.Pattern.Regex)
	}
	if c.Pattern.String == nil || *c.Pattern.String == "" {
		return nil, fmt.Errorf("normalizer Replace: empty pattern")
	}
	pattern := *c.Pattern.String
	return func(s string) string { return strings.ReplaceAll(s, pattern, content) }, nil
}

// replaceSpaceRuns replaces every run of two or more spaces.
func replaceSpaceRuns(s, content string) string {
	if !strings.Contains(s, "  ") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == ' ' {
			j++
		}
		switch {
		case j-i >= 2:
			b.WriteString(content)
			i = j
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	return b.String()
}

func stripNormalizer(c component) normalizer {
	left := c.StripLeft == nil || *c.StripLeft
	right := c.StripRight == nil || *c.StripRight
	return func(s string) string {
		if left {
			s = strings.TrimLeftFunc(s, unicode.IsSpace)
		}
		if right {
			s = strings.TrimRightFunc(s, unicode.IsSpace)
		}
		return s
	}
}

// lowercase maps each character by itself, as Rust's char::to_lowercase does;
// only U+0130 becomes two.
func lowercase(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r == 'İ' {
			b.WriteString("i̇")
			continue
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
