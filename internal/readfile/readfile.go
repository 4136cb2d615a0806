// Package readfile reads files that others name, or put where a name was expected, in
// bounded memory and time. A model from a stranger can hold a link to a device that
// never ends, a pipe that nobody writes to, or a file of any size.
package readfile

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Errors that callers can tell apart.
var (
	// ErrTooLarge reports a file beyond what its reader takes.
	ErrTooLarge = errors.New("the file is too large")
	// ErrNotRegular reports a directory, device or pipe where a file belongs.
	ErrNotRegular = errors.New("not a regular file")
)

// Open opens a regular file.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path) // before opening, which waits at a pipe
	if err != nil {
		return nil, err
	}
	if err := regular(path, info); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil { // it may have been replaced
		err = regular(path, info)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func regular(path string, info os.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return fmt.Errorf("open %s: %w: it is a directory", path, ErrNotRegular)
	}
	return fmt.Errorf("open %s: %w", path, ErrNotRegular)
}

// Regular reads a regular file of at most limit bytes.
func Regular(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return all(f, path, limit)
}

// Any reads at most limit bytes of whatever has the name: what the user gives may
// well be a pipe.
func Any(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return all(f, path, limit)
}

func all(f *os.File, path string, limit int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, regular(path, info)
	}
	if info.Size() > limit {
		return nil, tooLarge(path, limit)
	}
	// Room for all of it at once: io.ReadAll would copy a large file several times.
	data := make([]byte, 0, info.Size()+1)
	for {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return nil, tooLarge(path, limit)
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		}
	}
}

func tooLarge(path string, limit int64) error {
	return fmt.Errorf("read %s: %w: over %d bytes", path, ErrTooLarge, limit)
}
