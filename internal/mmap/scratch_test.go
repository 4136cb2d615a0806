package mmap_test

import (
	"errors"
	"os"
	"slices"
	"testing"

	"loyal/internal/mmap"
)

// TestScratch: what is written is read, after growing and resting too, and the
// directory stays empty.
func TestScratch(t *testing.T) {
	dir := t.TempDir()
	s, err := mmap.NewScratch(dir, 5000)
	if errors.Is(err, mmap.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	x := []float32{1, 2, 3.5}
	if err := s.Write(4997, x); err != nil {
		t.Fatal(err)
	}
	if got := s.Numbers(); len(got) != 5000 || !slices.Equal(got[4997:], x) || got[0] != 0 {
		t.Errorf("%d numbers, the last are %v", len(got), got[4997:])
	}
	if err := errors.Join(s.Rest(), s.Grow(9000), s.Write(8000, x)); err != nil {
		t.Fatal(err)
	}
	if got := s.Numbers(); len(got) != 9000 || !slices.Equal(got[4997:5000], x) || !slices.Equal(got[8000:8003], x) {
		t.Errorf("after growing: %d numbers, %v, %v", len(got), got[4997:5000], got[8000:8003])
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 0 {
		t.Errorf("the directory holds %v, %v", names, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := mmap.NewScratch(dir+"/none", 1); err == nil {
		t.Error("a directory that is not there was written to")
	}
}
