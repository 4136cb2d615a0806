// Package gguf reads GGUF files (docs/formats/gguf.md), the form in which
// llama.cpp, Ollama and their kin pass models around: one file with the
// configuration, the tokenizer and the weights, often quantized.
//
// The file is memory-mapped. Opening it walks the metadata once, to see where
// each value and each tensor lies, and copies nothing but names: values are
// decoded when asked for, so that a hostile count costs at most as much as the
// file is long. Every length is checked against what is left of the file before
// anything is done with it.
//
// Names, order of rows and metadata keys are GGUF's own here; package model
// translates them.
package gguf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"loyal/internal/mmap"
	"loyal/model/tensor"
)

// ErrInvalid reports a file that is not a well-formed GGUF file.
var ErrInvalid = errors.New("invalid GGUF file")

// ErrType reports a tensor of a type that cannot be read.
var ErrType = errors.New("unknown quantization")

// Limits of ggml's own reader (gguf.cpp), or above them.
const (
	maxDims      = 4
	maxName      = 1 << 16
	maxAlignment = 1 << 20
	maxNesting   = 4 // arrays of arrays
)

const defaultAlignment = 32

// File is one open GGUF file.
type File struct {
	Version uint32

	values  map[string]Value
	keys    []string
	tensors map[string]info
	names   []string
	data    []byte // the tensors' part
	mapped  *mmap.File
}

// info is a tensor as the header describes it.
type info struct {
	kind         kind
	shape        []int // outermost first
	offset, size int   // in the data part
}

// IsGGUF is whether a file that begins with these bytes claims to be GGUF.
func IsGGUF(head []byte) bool { return len(head) >= 4 && string(head[:4]) == "GGUF" }

// Open maps a file and reads its header.
func Open(path string) (*File, error) {
	m, err := mmap.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open GGUF: %w", err)
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
	f := &File{values: map[string]Value{}, tensors: map[string]info{}}
	if err := f.parse(data); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return f, nil
}

func (f *File) parse(data []byte) error {
	if !IsGGUF(data) {
		return errors.New(`it does not begin with "GGUF"`)
	}
	r := &reader{data: data, at: 4}
	f.Version = r.uint32()
	switch {
	case r.err != nil:
		return r.err
	case f.Version&0xffff == 0 && f.Version != 0:
		return errors.New("it is in big-endian byte order, which is not supported")
	case f.Version != 2 && f.Version != 3:
		return fmt.Errorf("version %d is not known (known: 2, 3)", f.Version)
	}
	tensors, values := r.uint64(), r.uint64()
	for i := uint64(0); i < values && r.err == nil; i++ {
		f.parseValue(r)
	}
	// Infos before the first error may be in disorder, so layout comes after.
	for i := uint64(0); i < tensors && r.err == nil; i++ {
		f.parseInfo(r)
	}
	if r.err != nil {
		return r.err
	}
	alignment, err := f.alignment()
	if err != nil {
		return err
	}
	start := alignUp(r.at, alignment)
	if start > len(data) {
		if len(f.names) > 0 {
			return errors.New("it ends before its tensors")
		}
		start = len(data)
	}
	f.data = data[start:]
	return f.checkLayout(alignment)
}

func (f *File) parseValue(r *reader) {
	key := r.name("metadata key")
	v := r.value()
	switch _, twice := f.values[key]; {
	case r.err != nil:
		r.err = fmt.Errorf("metadata %q: %w", key, r.err)
	case twice:
		r.err = fmt.Errorf("metadata %q occurs twice", key)
	default:
		v.key = key
		f.values[key] = v
		f.keys = append(f.keys, key)
	}
}

func (f *File) parseInfo(r *reader) {
	name := r.name("tensor name")
	dims := r.uint32()
	if r.err == nil && (dims < 1 || dims > maxDims) {
		r.err = fmt.Errorf("%d dimensions", dims)
	}
	var shape []int
	for i := uint32(0); i < dims && r.err == nil; i++ {
		d := r.uint64()
		if d > 1<<40 {
			r.err = fmt.Errorf("dimension of %d", d)
		}
		shape = append(shape, int(d))
	}
	slices.Reverse(shape) // GGUF lists the innermost dimension first
	k := kind(r.uint32())
	offset := r.uint64()
	if r.err == nil && offset > uint64(len(r.data)) {
		r.err = fmt.Errorf("its data begins at byte %d, after the file's end", offset)
	}
	size := 0
	if r.err == nil {
		size, r.err = k.size(shape)
	}
	switch _, twice := f.tensors[name]; {
	case r.err != nil:
		r.err = fmt.Errorf("tensor %q: %w", name, r.err)
	case twice:
		r.err = fmt.Errorf("tensor %q occurs twice", name)
	default:
		f.tensors[name] = info{k, shape, int(offset), size}
		f.names = append(f.names, name)
	}
}

// checkLayout sees that the tensors follow each other in the file's order, with
// no more between them than alignment needs, as ggml's reader demands.
func (f *File) checkLayout(alignment int) error {
	at := 0
	for _, name := range f.names {
		t := f.tensors[name]
		switch {
		case t.offset != at:
			return fmt.Errorf("tensor %q begins at byte %d of the data, not at %d: tensors overlap or leave holes", name, t.offset, at)
		case t.size > len(f.data)-at:
			return fmt.Errorf("tensor %q ends at byte %d of the data, which has %d", name, at+t.size, len(f.data))
		}
		at = alignUp(at+t.size, alignment)
		if at > len(f.data) { // the last tensor need not be padded
			at = len(f.data)
		}
	}
	if extra := len(f.data) - at; extra > 0 && len(f.names) > 0 {
		return fmt.Errorf("%d bytes after the last tensor", extra)
	}
	return nil
}

func (f *File) alignment() (int, error) {
	v, ok := f.values["general.alignment"]
	if !ok {
		return defaultAlignment, nil
	}
	n, err := v.Int()
	if err != nil {
		return 0, err
	}
	if n < 8 || n > maxAlignment || n&(n-1) != 0 {
		return 0, fmt.Errorf("general.alignment is %d, not a power of two from 8 to %d", n, maxAlignment)
	}
	return int(n), nil
}

// alignUp rounds up to a multiple of a power of two.
func alignUp(n, alignment int) int { return (n + alignment - 1) &^ (alignment - 1) }

// Names lists the tensors in the file's order.
func (f *File) Names() []string { return f.names }

// Keys lists the metadata in the file's order.
func (f *File) Keys() []string { return f.keys }

// Value returns a metadata value, false when there is none.
func (f *File) Value(key string) (Value, bool) {
	v, ok := f.values[key]
	return v, ok
}

// Tensor returns a tensor by name, false when there is none. A type that cannot
// be read is ErrType.
func (f *File) Tensor(name string) (tensor.Tensor, bool, error) {
	t, ok := f.tensors[name]
	if !ok {
		return tensor.Tensor{}, false, nil
	}
	dtype := kinds[t.kind].dtype
	if dtype == tensor.Invalid {
		return tensor.Tensor{}, true, fmt.Errorf("tensor %q: %w", name, unknown(t.kind))
	}
	out, err := tensor.New(name, dtype, t.shape, f.data[t.offset:t.offset+t.size:t.offset+t.size])
	return out, true, err
}

// Close ends the mapping; tensors and values must not be used afterwards.
func (f *File) Close() error {
	if f.mapped == nil {
		return nil
	}
	return f.mapped.Close()
}

// reader walks a file's header. After the first error it returns zeros.
type reader struct {
	data []byte
	at   int
	err  error
}

// take returns the next n bytes.
func (r *reader) take(n uint64) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(len(r.data)-r.at) {
		r.err = fmt.Errorf("%d bytes are said to follow byte %d of a file of %d", n, r.at, len(r.data))
		return nil
	}
	b := r.data[r.at : r.at+int(n)]
	r.at += int(n)
	return b
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *reader) uint64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// name reads a string that is kept: keys and names.
func (r *reader) name(what string) string {
	n := r.uint64()
	if r.err == nil && n > maxName {
		r.err = fmt.Errorf("a %s of %d bytes", what, n)
	}
	return string(r.take(n))
}
