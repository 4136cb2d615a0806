package mmap

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"unsafe"
)

// ErrUnsupported reports a system on which nothing is mapped.
var ErrUnsupported = errors.New("files cannot be mapped on this system")

// Scratch is a temporary array of numbers in a file without a name: the kernel keeps in
// memory what is in use, and the file is gone with the process, whichever way it ends.
// Numbers are written with calls that say when the disk is full, and read where they
// lie.
type Scratch struct {
	file *os.File
	view *File
	len  int
}

// NewScratch makes an array of n numbers, all zero, in a directory; "" is the system's
// for temporary files.
func NewScratch(dir string, n int) (*Scratch, error) {
	f, err := createUnlinked(dir)
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	s := &Scratch{file: f}
	if err := s.Grow(n); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

// Grow makes room for n numbers. Slices that Numbers gave before are invalid.
func (s *Scratch) Grow(n int) error {
	if s.view != nil && n <= s.len {
		return nil
	}
	if err := s.file.Truncate(4 * int64(n)); err != nil {
		return fmt.Errorf("grow a temporary file: %w", err)
	}
	data, unmap, err := mapFile(s.file, 4*n)
	if err != nil {
		return fmt.Errorf("map a temporary file: %w", err)
	}
	old := s.view
	s.view, s.len = &File{data: data, close: sync.OnceValue(unmap)}, n
	if old != nil {
		return old.Close()
	}
	return nil
}

// Write puts numbers at an index.
func (s *Scratch) Write(at int, x []float32) error {
	if len(x) == 0 {
		return nil
	}
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
	if _, err := s.file.WriteAt(bytes, 4*int64(at)); err != nil {
		return fmt.Errorf("write a temporary file: %w", err)
	}
	return nil
}

// Numbers is the whole array, to be read only. It is valid until Grow or Close.
func (s *Scratch) Numbers() []float32 {
	if s.len == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(s.view.data))), s.len)
}

// Rest tells the kernel that nothing of it is in use at the moment. It stays readable.
func (s *Scratch) Rest() error { return rest(s.view.data) }

// Close frees the array.
func (s *Scratch) Close() error { return errors.Join(s.view.Close(), s.file.Close()) }
