// Package model reads and writes models as files: what a model is (its
// configuration, its weights, its tokenizer, its chat template), in whichever of
// the field's two forms it comes, a Hugging Face directory or a GGUF file.
//
// [Open] gives one view of both. Tensors have Hugging Face's names and the order
// of rows that they imply, whatever the file calls them, and are checked against
// the configuration before anyone computes with them: a [Model] that opened is
// complete. Weights are memory-mapped and decoded when asked for.
//
// What differs between kinds of models stands in one table (architecture.go).
// A file that needs something we do not know is refused with its name and the
// names we know; nothing is guessed, since a model that is slightly wrong looks
// much like one that is right.
package model

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"loyal/internal/readfile"
	"loyal/model/chat"
	"loyal/model/gguf"
	"loyal/model/safetensors"
	"loyal/model/tensor"
	"loyal/model/tokenizer"
)

// Tensor is one weight as the model's file stores it.
type Tensor = tensor.Tensor

// DType is how a tensor's numbers are stored.
type DType = tensor.DType

// The types in which weights are written.
const (
	F32  = tensor.F32
	F16  = tensor.F16
	BF16 = tensor.BF16
)

// Errors that callers can tell apart.
var (
	// ErrNotModel reports a path that holds no model.
	ErrNotModel = errors.New("not a model")
	// ErrWeights reports tensors that are missing, superfluous or of the wrong shape.
	ErrWeights = errors.New("weights do not fit the configuration")
	// ErrNoWeights reports a model that was opened without weights.
	ErrNoWeights = errors.New("the model has no weights")
)

// maxConfigFile bounds the JSON files of a directory other than the tokenizer.
const maxConfigFile = 16 << 20

// Model is an open model. Its methods may be called from several goroutines.
type Model struct {
	Path   string
	Config Config
	// Tokenizer is nil when the model comes without one.
	Tokenizer *tokenizer.Tokenizer
	// Template is the chat template, nil when the model comes without one.
	Template *chat.Template

	text    textFiles
	weights weights
	specs   map[string]spec
	names   []string // in the order of computation
	digest  digestCache
}

// weights is where tensors come from.
type weights interface {
	// tensor returns a tensor as it is stored, under its Hugging Face name.
	tensor(spec) (Tensor, bool, error)
	// reordered is whether rows of attention heads are interleaved (spec.interleavedHeads).
	reordered() bool
	// stored is the tensor's name in the file.
	stored(spec) string
	// names lists what is stored, in the file's own names.
	names() []string
	// paths lists the files.
	paths() []string
	Close() error
}

// Open opens a Hugging Face directory or a GGUF file and checks that it is
// complete.
func Open(path string) (*Model, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	open := openDirectory
	if !info.IsDir() {
		if err := checkGGUF(path); err != nil {
			return nil, fmt.Errorf("open model: %w", err)
		}
		open = openGGUF
	}
	m, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	return m, nil
}

// checkGGUF refuses files that are not even meant to be GGUF.
func checkGGUF(path string) error {
	f, err := readfile.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 4)
	if _, err := io.ReadFull(f, head); err != nil || !gguf.IsGGUF(head) {
		return fmt.Errorf("%s: %w: neither a directory nor a GGUF file", path, ErrNotModel)
	}
	return nil
}

// OpenTokenizer opens what reads and writes text of a model, its tokenizer and its
// chat template. It needs no weights: a directory with a tokenizer is enough, even
// without a config.json (Config is empty then), and a GGUF file may be of any kind.
func OpenTokenizer(path string) (*Model, error) {
	m, err := openTokenizer(path)
	if err == nil && m.Tokenizer == nil {
		err = fmt.Errorf("%s: %w: it has none", path, ErrTokenizer)
	}
	if err != nil {
		return nil, fmt.Errorf("open tokenizer: %w", err)
	}
	return m, nil
}

func openTokenizer(path string) (*Model, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	m := &Model{Path: path, Config: Config{BOS: -1, Pad: -1}}
	if !info.IsDir() {
		return m, m.openGGUFText()
	}
	data, err := readOptionalJSON(filepath.Join(path, "config.json"), maxConfigFile)
	if err != nil {
		return nil, err
	}
	if data != nil {
		// A kind of model that is not known may have a tokenizer that is.
		if c, err := ParseConfig(data); err == nil {
			m.Config = c
		} else if !errors.Is(err, ErrUnknownArchitecture) {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if m.text, err = readTextFiles(path); err != nil {
		return nil, err
	}
	if err := m.loadTokenizer(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// openGGUFText reads a GGUF file's metadata and lets the file go.
func (m *Model) openGGUFText() error {
	if err := checkGGUF(m.Path); err != nil {
		return err
	}
	file, err := gguf.Open(m.Path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	if c, err := configFromGGUF(file); err == nil {
		m.Config = c
	} else if !errors.Is(err, ErrUnknownArchitecture) {
		return fmt.Errorf("%s: %w", m.Path, err)
	}
	if err := m.textFromGGUF(file); err != nil {
		return fmt.Errorf("%s: %w", m.Path, err)
	}
	return nil
}

func openDirectory(dir string) (*Model, error) {
	data, err := readJSON(filepath.Join(dir, "config.json"), maxConfigFile)
	if err != nil {
		return nil, err
	}
	m := &Model{Path: dir}
	if m.Config, err = ParseConfig(data); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if m.text, err = readTextFiles(dir); err != nil {
		return nil, err
	}
	if err := errors.Join(m.applyGeneration(), m.loadTokenizer()); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	set, err := safetensors.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	if err := m.attach(directoryWeights{set}); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", dir, err), set.Close())
	}
	return m, nil
}

// applyGeneration takes the ends of a text from generation_config.json, if it
// names any.
func (m *Model) applyGeneration() error {
	ends, err := m.text.ends()
	if err != nil {
		return err
	}
	if len(ends) > 0 {
		m.Config.EOS = ends
	}
	return m.Config.check()
}

// tokenizerJSON is the tokenizer in the form of tokenizer.json, as it stood if it
// came as one; nil without a tokenizer.
func (m *Model) tokenizerJSON() ([]byte, error) {
	if m.text.tokenizerJSON != nil || m.Tokenizer == nil {
		return m.text.tokenizerJSON, nil
	}
	return m.Tokenizer.JSON()
}

// TemplateSource is the chat template as the model's makers wrote it, "" without one.
func (m *Model) TemplateSource() string { return m.text.template }

// attach gives the model its weights, once they are seen to fit the configuration.
func (m *Model) attach(w weights) error {
	list := m.Config.specs()
	m.specs = make(map[string]spec, len(list))
	m.names = make([]string, 0, len(list))
	expected := make(map[string]bool, len(list))
	for _, s := range list {
		expected[w.stored(s)] = true
		t, ok, err := w.tensor(s)
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("%w: missing tensor %q", ErrWeights, s.name)
		case !slices.Equal(t.Shape, s.shape):
			return fmt.Errorf("%w: tensor %q is %v, not %v", ErrWeights, s.name, t.Shape, s.shape)
		case !t.DType.Weights():
			return fmt.Errorf("%w: tensor %q is of type %s, which holds no weights", ErrWeights, s.name, t.DType)
		}
		m.specs[s.name] = s
		m.names = append(m.names, s.name)
	}
	for _, name := range w.names() {
		if !expected[name] && !m.Config.ignores(name) {
			return fmt.Errorf("%w: tensor %q is not part of %s as configured", ErrWeights, name, m.Config.Architecture)
		}
	}
	m.weights = w
	return nil
}

// Tensors lists the names of the weights in the order of computation.
func (m *Model) Tensors() []string { return slices.Clone(m.names) }

// Tensor returns a weight under its Hugging Face name. It is valid until Close.
func (m *Model) Tensor(name string) (Tensor, error) {
	if m.weights == nil {
		return Tensor{}, fmt.Errorf("read tensor %q: %w", name, ErrNoWeights)
	}
	s, ok := m.specs[name]
	if !ok {
		return Tensor{}, fmt.Errorf("read tensor %q: %w: there is none of that name", name, ErrWeights)
	}
	t, _, err := m.weights.tensor(s)
	if err == nil && s.interleavedHeads > 0 && m.weights.reordered() {
		t, err = deinterleave(t, s.interleavedHeads)
	}
	return t, err
}

// Close releases the files. Tensors must not be used afterwards.
func (m *Model) Close() error {
	if m.weights == nil {
		return nil
	}
	return m.weights.Close()
}

// directoryWeights are safetensors, which have our names and order already.
type directoryWeights struct{ set *safetensors.Set }

func (d directoryWeights) tensor(s spec) (Tensor, bool, error) {
	t, ok := d.set.Tensor(s.name)
	return t, ok, nil
}

func (d directoryWeights) stored(s spec) string { return s.name }
func (d directoryWeights) reordered() bool      { return false }
func (d directoryWeights) names() []string      { return d.set.Names() }
func (d directoryWeights) paths() []string      { return d.set.Paths }
func (d directoryWeights) Close() error         { return d.set.Close() }
