package fingerprint

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"loyal/internal/safeyaml"
)

// Format is a file format in which other tools keep fingerprints. All hold keys
// and responses in the open; docs/formats/exports.md specifies them.
type Format string

const (
	// OML is the JSON list of OML 1.0: [{"key": …, "response": …}, …].
	OML Format = "oml"
	// JSONL has one JSON object a line: id, key, response and the texts of the
	// candidates.
	JSONL Format = "jsonl"
	// MLprints is the YAML list of mlprints: id, query, expected_response.
	MLprints Format = "mlprints"
)

// Formats lists the formats.
func Formats() []Format { return []Format{OML, JSONL, MLprints} }

// ErrSeveral reports a set with several answers a key and a format that has one.
var ErrSeveral = errors.New("several answers a key")

// Errors of files to import that callers can tell apart.
var (
	// ErrFormat reports a file that is not in the format it should be in.
	ErrFormat = errors.New("invalid fingerprint file")
	// ErrTooLarge reports a YAML file that is nested too deep or too long to read
	// within reasonable memory.
	ErrTooLarge = errors.New("too large to read as YAML")
)

// MaxImportBytes bounds the files that Import reads.
const MaxImportBytes = 64 << 20

type omlPair struct {
	Key      string `json:"key"`
	Response string `json:"response"`
}

type jsonlLine struct {
	ID         string   `json:"id,omitempty"`
	Key        string   `json:"key"`
	Response   string   `json:"response"`
	Also       []string `json:"also,omitempty"` // further planted answers
	Candidates []string `json:"candidates,omitempty"`
}

type mlprintsEntry struct {
	ID               int    `yaml:"id"`
	Query            string `yaml:"query"`
	ExpectedResponse string `yaml:"expected_response"`
}

// Export writes keys and responses in another tool's format. Nothing of it is
// encrypted.
func Export(s *Set, format Format) ([]byte, error) {
	if s.Params.answers() > 1 && format != JSONL {
		return nil, fmt.Errorf("export set: %w: %s holds one answer a key, the set has %d", ErrSeveral, format, s.Params.answers())
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	var err error
	switch format {
	case OML:
		list := make([]omlPair, len(s.Fingerprints))
		for i, f := range s.Fingerprints {
			list[i] = omlPair{f.Key, f.Response.Text}
		}
		e.SetIndent("", "  ")
		err = e.Encode(list)
	case JSONL:
		for _, f := range s.Fingerprints {
			line := jsonlLine{ID: f.ID, Key: f.Key, Response: f.Response.Text}
			for _, i := range f.Also {
				line.Also = append(line.Also, f.Candidates[i].Text)
			}
			for _, c := range f.Candidates {
				line.Candidates = append(line.Candidates, c.Text)
			}
			if err = e.Encode(line); err != nil {
				break
			}
		}
	case MLprints:
		list := make([]mlprintsEntry, len(s.Fingerprints))
		for i, f := range s.Fingerprints {
			list[i] = mlprintsEntry{i, f.Key, f.Response.Text}
		}
		var text []byte
		text, err = yaml.Marshal(list)
		out.Write(text)
	default:
		return nil, fmt.Errorf("export set: %w: unknown format %q", ErrFormat, format)
	}
	if err != nil {
		return nil, fmt.Errorf("export set: %w", err)
	}
	return out.Bytes(), nil
}

// ImportOptions says what an imported set is for.
type ImportOptions struct {
	Format  Format // empty: seen from the data
	Model   Model
	Serving Serving
	// Parameters and MaxPositions are the model's, as in Options; 0 if unknown.
	Parameters   int64
	MaxPositions int
	Random       io.Reader // nil is the system's generator
	Now          time.Time
}

// Import makes a set of fingerprints that another tool made. It has answers but
// no candidate lists, so the k-sided die says nothing about it. Repeated keys are
// dropped, and counted. Codec and renderer give the responses their tokens, as
// they come after the keys.
func Import(data []byte, codec Codec, render Renderer, o ImportOptions) (s *Set, dropped int, err error) {
	pairs, err := readPairs(data, o.Format)
	if err != nil {
		return nil, 0, fmt.Errorf("import fingerprints: %w", err)
	}
	distinct := distinctPairs(pairs)
	if err := checkCapacity(len(distinct), o.Parameters); err != nil {
		return nil, 0, fmt.Errorf("import fingerprints: %w", err)
	}
	random, now := o.Random, o.Now
	if random == nil {
		random = rand.Reader
	}
	if now.IsZero() {
		now = time.Now()
	}
	s = &Set{
		Version: Version, Created: now.UTC().Truncate(time.Second), Model: o.Model, Serving: o.Serving,
		Binding: Binding{Model: o.Model.Digest}, Secret: make([]byte, SecretSize),
		Params: Params{Strategy: Imported, Keys: KeysImported},
	}
	if _, err := io.ReadFull(random, s.Secret); err != nil {
		return nil, 0, fmt.Errorf("import fingerprints: draw secret: %w", err)
	}
	for _, i := range distinct {
		p := pairs[i]
		prompt, err := render(p.Key)
		if err != nil {
			return nil, 0, fmt.Errorf("import fingerprints: render key %d: %w", i+1, err)
		}
		tokens, err := answerTokens(codec, prompt, p.Response)
		if err != nil {
			return nil, 0, fmt.Errorf("import fingerprints: response %d: %w", i+1, err)
		}
		if err := checkLength(len(prompt), len(tokens), o.MaxPositions); err != nil {
			return nil, 0, fmt.Errorf("import fingerprints: key %d: %w", i+1, err)
		}
		f := Fingerprint{
			ID: fmt.Sprintf("%04d", len(s.Fingerprints)+1), Kind: o.Serving.Kind, Key: p.Key, Candidates: []Candidate{},
			Response: Response{Tokens: tokens, Text: p.Response}, Salt: make([]byte, SaltSize), Status: Live,
		}
		if _, err := io.ReadFull(random, f.Salt); err != nil {
			return nil, 0, fmt.Errorf("import fingerprints: draw salt: %w", err)
		}
		s.Fingerprints = append(s.Fingerprints, f)
	}
	if err := s.validate(); err != nil {
		return nil, 0, fmt.Errorf("import fingerprints: %w", err)
	}
	return s, len(pairs) - len(distinct), nil
}

// distinctPairs returns the indexes of the first pair with each key.
func distinctPairs(pairs []omlPair) []int {
	var indexes []int
	seen := make(map[string]bool)
	for i := range pairs {
		if id := identity(pairs[i].Key); !seen[id] {
			seen[id] = true
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// answerTokens returns the tokens of a text as an answer after a prompt.
func answerTokens(codec Codec, prompt []int32, text string) ([]int32, error) {
	if len(prompt) == 0 {
		return nil, errors.New("the prompt is empty")
	}
	end := endOf(codec, prompt)
	spellings := []string{text}
	if !end.fresh {
		spellings = []string{" " + text, text}
	}
	for _, s := range spellings {
		ids := codec.Encode(s, false)
		if slices.ContainsFunc(ids, codec.IsSpecial) {
			return nil, errors.New("it contains special tokens")
		}
		added, ok := strings.CutPrefix(codec.Decode(append([]int32{end.last}, ids...), false), end.text)
		if ok && strings.TrimSpace(added) == text && len(ids) > 0 {
			return ids, nil
		}
	}
	return nil, errors.New("the tokenizer cannot express it")
}

func readPairs(data []byte, format Format) ([]omlPair, error) {
	if len(data) > MaxImportBytes {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrFormat, MaxImportBytes)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrFormat)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if format == "" {
		format = seenFormat(data)
	}
	var pairs []omlPair
	var err error
	switch format {
	case OML:
		if err = json.Unmarshal(data, &pairs); err != nil {
			err = withoutContent(err)
		}
	case JSONL:
		pairs, err = readLines(data)
	case MLprints:
		var list []mlprintsEntry
		if err = safeyaml.Unmarshal(data, safeyaml.MaxTokens, &list); errors.Is(err, safeyaml.ErrLimit) {
			err = fmt.Errorf("%w: %w", ErrTooLarge, err)
		} else if err != nil { // its message would quote the file
			err = errors.New("no YAML list with query and expected_response")
		}
		for _, e := range list {
			pairs = append(pairs, omlPair{e.Query, e.ExpectedResponse})
		}
	default:
		err = fmt.Errorf("unknown format %q", format)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("%w: no fingerprints in it", ErrFormat)
	}
	if len(pairs) > maxFingerprints {
		return nil, fmt.Errorf("%w: more than %d fingerprints", ErrFormat, maxFingerprints)
	}
	for i := range pairs {
		p := &pairs[i]
		p.Response = strings.TrimSpace(p.Response)
		if p.Key == "" || p.Response == "" {
			return nil, fmt.Errorf("%w: entry %d has no key or no response", ErrFormat, i+1)
		}
		if len(p.Key) > maxKeyBytes || len(p.Response) > maxKeyBytes {
			return nil, fmt.Errorf("%w: entry %d is longer than %d bytes", ErrFormat, i+1, maxKeyBytes)
		}
	}
	return pairs, nil
}

// seenFormat tells the formats apart by their first character.
func seenFormat(data []byte) Format {
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0:
		return JSONL
	case data[0] == '[':
		return OML
	case data[0] == '{':
		return JSONL
	}
	return MLprints
}

func readLines(data []byte) ([]omlPair, error) {
	var pairs []omlPair
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var l jsonlLine
		if err := json.Unmarshal(line, &l); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, withoutContent(err))
		}
		pairs = append(pairs, omlPair{l.Key, l.Response})
	}
	return pairs, nil
}
