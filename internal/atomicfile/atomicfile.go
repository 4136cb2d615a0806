// Package atomicfile writes files that are either whole or absent.
//
// Content goes to a temporary file in the target's directory, is forced to the
// disk, and takes its name by rename; then the directory is forced to the disk
// too. A reader, a crash or a full disk never meets half a file under the final
// name. What a killed process leaves behind are files named
// ".NAME.<random>.tmp", which nothing reads.
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// Write writes data to path with the given permissions (before umask), replacing
// what was there.
func Write(path string, data []byte, mode fs.FileMode) error {
	f, err := Create(path, mode)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Commit()
}

// WriteNew is Write for a file that must not exist yet; otherwise it returns an
// error that is fs.ErrExist and leaves the file as it is. Of several processes
// that try at once, one succeeds.
func WriteNew(path string, data []byte, mode fs.FileMode) error {
	f, err := Create(path, mode)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.CommitNew()
}

// File is a file that comes into being at Commit. It buffers; after an error it
// can only be aborted.
type File struct {
	path, temp string
	file       *os.File
	buffer     *bufio.Writer
	closed     bool
}

var _ io.Writer = (*File)(nil)

// Create starts a file that will be named path.
func Create(path string, mode fs.FileMode) (*File, error) {
	dir, name := filepath.Split(path)
	if name == "" {
		return nil, fmt.Errorf("create %q: no file name", path)
	}
	// O_EXCL with a random name, not os.CreateTemp: mode and umask must decide the
	// permissions from the first byte on.
	for range 100 {
		var b [8]byte
		rand.Read(b[:])
		temp := filepath.Join(dir, "."+name+"."+hex.EncodeToString(b[:])+".tmp")
		file, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("create %s: %w", path, err)
		}
		return &File{path: path, temp: temp, file: file, buffer: bufio.NewWriterSize(file, 1<<16)}, nil
	}
	return nil, fmt.Errorf("create %s: no free temporary name", path)
}

// Write appends to the file.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.buffer.Write(p)
	if err != nil {
		return n, fmt.Errorf("write %s: %w", f.path, err)
	}
	return n, nil
}

// Commit gives the file its name, replacing what had it.
func (f *File) Commit() error {
	if err := f.finish(); err != nil {
		return err
	}
	if err := os.Rename(f.temp, f.path); err != nil {
		if info, serr := os.Lstat(f.path); serr == nil && info.IsDir() {
			err = syscall.EISDIR // the library says fs.ErrExist, as if it could be replaced
		}
		return fmt.Errorf("write %s: %w", f.path, errors.Join(err, os.Remove(f.temp)))
	}
	return SyncDir(filepath.Dir(f.path))
}

// CommitNew gives the file its name unless it is taken (fs.ErrExist).
func (f *File) CommitNew() error {
	if err := f.finish(); err != nil {
		return err
	}
	// A hard link fails if the name is taken, where rename would replace it.
	err := os.Link(f.temp, f.path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		if rerr := os.Remove(f.temp); err == nil && rerr != nil {
			err = rerr
		}
	} else {
		err = f.renameNew() // a file system without hard links
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	return SyncDir(filepath.Dir(f.path))
}

// renameNew is link's substitute: two processes can both see the name free, and
// then the later one wins with a whole file.
func (f *File) renameNew() error {
	if _, err := os.Lstat(f.path); err == nil {
		return errors.Join(fs.ErrExist, os.Remove(f.temp))
	}
	return os.Rename(f.temp, f.path)
}

// finish forces the content to the disk and closes the temporary file, which is
// removed if that does not work.
func (f *File) finish() error {
	if f.closed {
		return fmt.Errorf("write %s: %w", f.path, fs.ErrClosed)
	}
	f.closed = true
	err := f.buffer.Flush()
	if err == nil {
		err = f.file.Sync()
	}
	if cerr := f.file.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", f.path, errors.Join(err, os.Remove(f.temp)))
	}
	return nil
}

// Abort removes the temporary file. After Commit it does nothing, so that it can
// be deferred.
func (f *File) Abort() {
	if f.closed {
		return
	}
	f.closed = true
	_ = f.file.Close()    // the content is not wanted
	_ = os.Remove(f.temp) // and a left-over is harmless
}

// Clean removes what killed processes left behind while they wrote path. The caller
// must know that nobody is writing it.
func Clean(path string) error {
	left, err := filepath.Glob(filepath.Join(escape(filepath.Dir(path)), "."+escape(filepath.Base(path))+".*.tmp"))
	if err != nil {
		return fmt.Errorf("clean up %s: %w", path, err)
	}
	for _, l := range left {
		if err := os.Remove(l); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clean up %s: %w", path, err)
		}
	}
	return nil
}

// escape makes a name stand for itself in a pattern of filepath.Glob.
func escape(name string) string {
	if runtime.GOOS == "windows" { // there is no escaping, and no need: * and ? are no names
		return name
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}
