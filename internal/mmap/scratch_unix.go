//go:build unix

package mmap

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// createUnlinked makes a file that has lost its name already.
func createUnlinked(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, ".loyal-scratch-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// rest takes pages out of this process; what was written stays in the file.
func rest(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	return unix.Madvise(data, unix.MADV_DONTNEED)
}
