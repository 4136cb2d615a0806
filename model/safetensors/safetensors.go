// Package safetensors reads and writes safetensors files: eight bytes of header
// length, a JSON header that gives each tensor a type, a shape and a place, and
// the tensors' bytes (docs/formats/safetensors.md).
//
// A file from a stranger is believed only after it has been checked whole: the
// tensors must fill the data part exactly, without holes, without overlap and
// without a byte left over, each exactly as long as its type and shape need, no
// name twice. This is as strict as the reference implementation
// (https://github.com/huggingface/safetensors, v0.4, tensor.rs). Nothing is
// allocated on the word of the header alone: what it claims is bounded by the
// file's own size first.
//
// Weights that were split among several files come with an index,
// model.safetensors.index.json; a [Set] is either kind, seen as one.
package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"

	"loyal/internal/mmap"
	"loyal/model/tensor"
)

// ErrInvalid reports a file that is not a well-formed safetensors file.
var ErrInvalid = errors.New("invalid safetensors file")

// maxHeader bounds the header's length, as the reference implementation does.
const maxHeader = 100 << 20

// File is one open safetensors file.
type File struct {
	// Metadata is the header's free text: {"format": "pt"}.
	Metadata map[string]string

	names   []string // in the order of their data
	entries map[string]entry
	data    []byte // after the header
	mapped  *mmap.File
}

// entry is one tensor of the header. Offsets count from the end of the header.
type entry struct {
	dtype      tensor.DType
	shape      []int
	begin, end int
}

// Open maps a file and checks its header.
func Open(path string) (*File, error) {
	m, err := mmap.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open safetensors: %w", err)
	}
	f, err := Parse(m.Bytes())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), m.Close())
	}
	f.mapped = m
	return f, nil
}

// Parse reads a file that is already in memory; tensors are views of data.
func Parse(data []byte) (*File, error) {
	if len(data) < 8 {
		return nil, fmt.Errorf("%w: %d bytes are too few for a header", ErrInvalid, len(data))
	}
	n := binary.LittleEndian.Uint64(data)
	switch {
	case n > maxHeader:
		return nil, fmt.Errorf("%w: a header of %d bytes is over the limit of %d", ErrInvalid, n, maxHeader)
	case n > uint64(len(data)-8):
		return nil, fmt.Errorf("%w: a header of %d bytes does not fit into the file's %d", ErrInvalid, n, len(data))
	}
	f := &File{entries: map[string]entry{}, data: data[8+n:]}
	if err := f.parseHeader(data[8 : 8+n]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := f.checkLayout(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return f, nil
}

// parseHeader walks the header's fields one by one, since decoding it into a map
// would hide names that occur twice.
func (f *File) parseHeader(header []byte) error {
	if len(header) == 0 || header[0] != '{' {
		return errors.New("the header is not a JSON object")
	}
	dec := json.NewDecoder(bytes.NewReader(header))
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	seenMetadata := false
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return fmt.Errorf("header: %w", err)
		}
		name := token.(string) // what a key of an object always is
		if name == "__metadata__" {
			if seenMetadata {
				return errors.New("__metadata__ occurs twice")
			}
			seenMetadata = true
			if err := dec.Decode(&f.Metadata); err != nil {
				return fmt.Errorf("header: __metadata__: %w", err)
			}
			continue
		}
		if _, twice := f.entries[name]; twice {
			return fmt.Errorf("tensor %q occurs twice", name)
		}
		if f.entries[name], err = parseEntry(dec); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		f.names = append(f.names, name)
	}
	if _, err := dec.Token(); err != nil {
		return fmt.Errorf("header: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("the header goes on after its end")
	}
	return nil
}

func parseEntry(dec *json.Decoder) (entry, error) {
	var e struct {
		DType   *string `json:"dtype"`
		Shape   []int   `json:"shape"`
		Offsets []int   `json:"data_offsets"`
	}
	if err := dec.Decode(&e); err != nil {
		return entry{}, err
	}
	switch {
	case e.DType == nil:
		return entry{}, errors.New("missing dtype")
	case e.Shape == nil:
		return entry{}, errors.New("missing shape")
	case len(e.Offsets) != 2:
		return entry{}, errors.New("data_offsets must be two numbers")
	}
	dtype, ok := tensor.ParseDType(*e.DType)
	if !ok || !stored(dtype) {
		return entry{}, fmt.Errorf("type %q is not known (weights are F32, F16 or BF16)", *e.DType)
	}
	size, err := tensor.Size(dtype, e.Shape)
	if err != nil {
		return entry{}, err
	}
	begin, end := e.Offsets[0], e.Offsets[1]
	if begin < 0 || end < begin {
		return entry{}, fmt.Errorf("bytes %d to %d are no range", begin, end)
	}
	if end-begin != size {
		return entry{}, fmt.Errorf("%s %v needs %d bytes, not the %d given", dtype, e.Shape, size, end-begin)
	}
	return entry{dtype, e.Shape, begin, end}, nil
}

// checkLayout sees that the tensors fill the data part exactly.
func (f *File) checkLayout() error {
	sort.SliceStable(f.names, func(i, j int) bool {
		a, b := f.entries[f.names[i]], f.entries[f.names[j]]
		return a.begin < b.begin || a.begin == b.begin && a.end < b.end
	})
	at := 0
	for _, name := range f.names {
		e := f.entries[name]
		switch {
		case e.end > len(f.data):
			return fmt.Errorf("tensor %q ends at byte %d of %d", name, e.end, len(f.data))
		case e.begin < at:
			return fmt.Errorf("tensor %q overlaps the one before it", name)
		case e.begin > at:
			return fmt.Errorf("%d bytes before tensor %q belong to none", e.begin-at, name)
		}
		at = e.end
	}
	if at != len(f.data) {
		return fmt.Errorf("%d bytes after the last tensor", len(f.data)-at)
	}
	return nil
}

// stored is whether safetensors files may hold a type: not GGUF's blocks.
func stored(d tensor.DType) bool { return d >= tensor.F32 && d <= tensor.Bool }

// Names lists the tensors in the order of their data.
func (f *File) Names() []string { return f.names }

// Tensor returns a tensor by name, false when there is none.
func (f *File) Tensor(name string) (tensor.Tensor, bool) {
	e, ok := f.entries[name]
	if !ok {
		return tensor.Tensor{}, false
	}
	t, err := tensor.New(name, e.dtype, e.shape, f.data[e.begin:e.end:e.end])
	return t, err == nil // Parse checked the same conditions
}

// Close ends the mapping; tensors of the file must not be used afterwards.
func (f *File) Close() error {
	if f.mapped == nil {
		return nil
	}
	return f.mapped.Close()
}
