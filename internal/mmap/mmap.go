// Package mmap shows a file as a slice of bytes.
//
// Weights are read through it: the kernel brings in the pages that are used,
// shares them between processes and drops them when memory is short. Where the
// system has no such call that this package knows, the file is read into memory
// instead, which costs its size but behaves the same.
//
// The slice is for reading only; on Unix writing to it ends the process. So does
// reading a page of a file that another process has cut short meanwhile: files
// of models are replaced by rename, never written in place.
package mmap

import (
	"fmt"
	"math"
	"sync"

	"loyal/internal/readfile"
)

// File is a file's content in memory.
type File struct {
	data  []byte
	close func() error
	once  sync.Once
	err   error
}

// Open maps the file at path. An empty file gives no bytes.
func Open(path string) (*File, error) {
	f, err := readfile.Open(path)
	if err != nil {
		return nil, err // it names the operation and the path
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	size := info.Size()
	if size == 0 {
		return &File{close: func() error { return nil }}, nil
	}
	if size > math.MaxInt {
		return nil, fmt.Errorf("map %s: %d bytes do not fit into the address space", path, size)
	}
	data, unmap, err := mapFile(f, int(size))
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	return &File{data: data, close: unmap}, nil
}

// Bytes is the content. It must not be written to, nor used after Close.
func (f *File) Bytes() []byte { return f.data }

// Close ends the mapping. A second call returns what the first did.
func (f *File) Close() error {
	f.once.Do(func() {
		f.data = nil
		f.err = f.close()
	})
	return f.err
}
