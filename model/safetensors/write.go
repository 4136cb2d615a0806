package safetensors

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"loyal/model/tensor"
)

// DefaultShard is the size above which weights are split, in bytes: the hub's
// and transformers' own.
const DefaultShard = 5_000_000_000

// Entry announces a tensor that will be written.
type Entry struct {
	Name  string
	DType tensor.DType
	Shape []int
}

// Size is the number of bytes of the entry's data.
func (e Entry) Size() (int, error) { return tensor.Size(e.DType, e.Shape) }

// Writer writes one file: the header at once, then the data of the announced
// tensors, in their order, as raw little-endian bytes.
type Writer struct {
	w    io.Writer
	left int64
}

// NewWriter writes the header. The metadata may be nil; "format": "pt" is always
// among it, since transformers refuses files without.
func NewWriter(w io.Writer, entries []Entry, metadata map[string]string) (*Writer, error) {
	header, size, err := encodeHeader(entries, metadata)
	if err != nil {
		return nil, fmt.Errorf("write safetensors: %w", err)
	}
	if _, err := w.Write(header); err != nil {
		return nil, fmt.Errorf("write safetensors: %w", err)
	}
	return &Writer{w, size}, nil
}

// encodeHeader returns the length and the header, padded with spaces so that the
// data begins at a multiple of eight bytes, and the size of the data.
func encodeHeader(entries []Entry, metadata map[string]string) ([]byte, int64, error) {
	meta := map[string]string{"format": "pt"}
	for k, v := range metadata {
		meta[k] = v
	}
	first, err := json.Marshal(meta)
	if err != nil {
		return nil, 0, err
	}
	out := append([]byte(nil), make([]byte, 8)...)
	out = append(out, `{"__metadata__":`...)
	out = append(out, first...)
	seen := map[string]bool{"__metadata__": true}
	at := int64(0)
	for _, e := range entries {
		if seen[e.Name] {
			return nil, 0, fmt.Errorf("tensor %q occurs twice", e.Name)
		}
		seen[e.Name] = true
		if !stored(e.DType) {
			return nil, 0, fmt.Errorf("tensor %q: safetensors has no type %s", e.Name, e.DType)
		}
		size, err := e.Size()
		if err != nil {
			return nil, 0, fmt.Errorf("tensor %q: %w", e.Name, err)
		}
		name, err := json.Marshal(e.Name)
		if err != nil {
			return nil, 0, err
		}
		value, err := json.Marshal(struct {
			DType   string   `json:"dtype"`
			Shape   []int    `json:"shape"`
			Offsets [2]int64 `json:"data_offsets"`
		}{e.DType.String(), nonNil(e.Shape), [2]int64{at, at + int64(size)}})
		if err != nil {
			return nil, 0, err
		}
		out = append(append(append(append(out, ','), name...), ':'), value...)
		at += int64(size)
	}
	out = append(out, '}')
	for len(out)%8 != 0 {
		out = append(out, ' ')
	}
	if len(out)-8 > maxHeader {
		return nil, 0, fmt.Errorf("a header of %d bytes is over the limit of %d", len(out)-8, maxHeader)
	}
	binary.LittleEndian.PutUint64(out, uint64(len(out)-8))
	return out, at, nil
}

// nonNil makes a scalar's shape [] and not null.
func nonNil(shape []int) []int {
	if shape == nil {
		return []int{}
	}
	return shape
}

// Write appends data of the tensors, in pieces of any size.
func (w *Writer) Write(p []byte) (int, error) {
	if int64(len(p)) > w.left {
		return 0, fmt.Errorf("write safetensors: %d bytes more than announced", int64(len(p))-w.left)
	}
	n, err := w.w.Write(p)
	w.left -= int64(n)
	if err != nil {
		return n, fmt.Errorf("write safetensors: %w", err)
	}
	return n, nil
}

// Close sees that everything announced was written; it does not close the
// underlying writer.
func (w *Writer) Close() error {
	if w.left != 0 {
		return fmt.Errorf("write safetensors: %d bytes are missing", w.left)
	}
	return nil
}

// Shard is one file of split weights.
type Shard struct {
	Name    string
	Entries []Entry
}

// Split distributes tensors among files of at most limit bytes of data (0:
// DefaultShard), in their order; a tensor that is larger has a file of its own.
// Weights that fit into one file are named model.safetensors, others get an index,
// which is nil otherwise.
func Split(entries []Entry, limit int64) ([]Shard, *Index, error) {
	if limit <= 0 {
		limit = DefaultShard
	}
	shards := []Shard{{}}
	var total, inShard int64
	for _, e := range entries {
		size, err := e.Size()
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", e.Name, err)
		}
		last := &shards[len(shards)-1]
		if len(last.Entries) > 0 && inShard+int64(size) > limit {
			shards = append(shards, Shard{})
			last, inShard = &shards[len(shards)-1], 0
		}
		last.Entries = append(last.Entries, e)
		inShard += int64(size)
		total += int64(size)
	}
	if len(shards) == 1 {
		shards[0].Name = SingleName
		return shards, nil, nil
	}
	index := &Index{
		Metadata:  map[string]json.RawMessage{"total_size": json.RawMessage(fmt.Sprint(total))},
		WeightMap: make(map[string]string, len(entries)),
	}
	for i := range shards {
		shards[i].Name = fmt.Sprintf("model-%05d-of-%05d.safetensors", i+1, len(shards))
		for _, e := range shards[i].Entries {
			index.WeightMap[e.Name] = shards[i].Name
		}
	}
	return shards, index, nil
}
