package cpu

import (
	"errors"

	"loyal/internal/mmap"
)

// rowStore is what a corpus keeps: numbers in memory, or in a temporary file (lm.Spill).
type rowStore struct {
	memory []float32
	file   *mmap.Scratch
}

// newStore makes room for n numbers.
func (t *trainer) newStore(n int) (*rowStore, error) { return t.resize(nil, n, n) }

// resize makes room for n numbers in a store, which may be nil and is one of several with
// `together` numbers. What it held stays.
func (t *trainer) resize(s *rowStore, n, together int) (*rowStore, error) {
	if s == nil {
		s = &rowStore{}
		t.stores = append(t.stores, s)
	}
	spills := t.o.Spill.Bytes > 0 && 4*int64(together) > t.o.Spill.Bytes
	switch {
	case s.file != nil:
		return s, s.file.Grow(n)
	case spills:
		file, err := mmap.NewScratch(t.o.Spill.Dir, n)
		if err == nil {
			err = file.Write(0, s.memory)
			s.file, s.memory = file, nil
		}
		if !errors.Is(err, mmap.ErrUnsupported) {
			return s, err
		}
	}
	if n > len(s.memory) {
		s.memory = append(make([]float32, 0, n), s.memory...)[:n]
	}
	return s, nil
}

// numbers are all of the store, to be read until it is resized.
func (s *rowStore) numbers() []float32 {
	if s.file != nil {
		return s.file.Numbers()
	}
	return s.memory
}

// write puts numbers at an index.
func (s *rowStore) write(at int, x []float32) error {
	if s.file != nil {
		return s.file.Write(at, x)
	}
	copy(s.memory[at:at+len(x)], x)
	return nil
}

// rest gives the memory of a file's pages back until they are read again.
func (s *rowStore) rest() {
	if s.file != nil {
		_ = s.file.Rest() // advice
	}
}

func (s *rowStore) close() error {
	s.memory = nil
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
