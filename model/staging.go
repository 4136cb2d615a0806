package model

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"loyal/internal/atomicfile"
)

// Errors that callers can tell apart.
var (
	// ErrExists reports a target that holds something already.
	ErrExists = errors.New("the directory is not empty")
	// ErrForeign reports a target that may not be overwritten because it does not
	// look like what is to be written: a model, or an adapter.
	ErrForeign = errors.New("it holds something else, so it is not overwritten")
	// ErrBusy reports a target that another process is writing.
	ErrBusy = errors.New("another process is writing it")
)

// staging is a directory that comes into being whole. It is filled under a name
// beside the final one, and takes that by rename. What an interrupted run left is
// found by the next one for the same target, and continued or cleared away.
//
//	.NAME.partial  being filled
//	.NAME.old      what NAME held, between two renames of commit
//	.NAME.lock     held while a process works here
type staging struct {
	final, temp, old string
	lock             *flock.Flock
}

// stage begins to write a directory. Nothing that exists is touched before commit, and
// by that only a directory that holds a file of the name of mark.
func stage(dir string, overwrite bool, mark string) (*staging, error) {
	final, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	parent, name := filepath.Split(final)
	if name == "" {
		return nil, fmt.Errorf("%s: %w", dir, ErrForeign)
	}
	s := &staging{
		final: final,
		temp:  filepath.Join(parent, "."+name+".partial"),
		old:   filepath.Join(parent, "."+name+".old"),
	}
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return nil, err
	}
	if s.lock, err = lockFile(filepath.Join(parent, "."+name+".lock")); err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if err := s.prepare(overwrite, mark); err != nil {
		s.unlock()
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return s, nil
}

// prepare repairs what an interrupted commit left and checks the target.
func (s *staging) prepare(overwrite bool, mark string) error {
	if exists(s.old) {
		if exists(s.final) { // the new one was in place: only cleaning was left
			if err := os.RemoveAll(s.old); err != nil {
				return err
			}
		} else if err := os.Rename(s.old, s.final); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(s.final)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0:
		return s.makeTemp()
	case err != nil: // a file, say
		return err
	case !overwrite:
		return ErrExists
	case !exists(filepath.Join(s.final, mark)):
		return ErrForeign
	}
	return s.makeTemp()
}

func (s *staging) makeTemp() error { return os.MkdirAll(s.temp, 0o777) }

// path is where a file of the directory is written.
func (s *staging) path(name string) string { return filepath.Join(s.temp, name) }

// sweep removes what an earlier run left, but for the files to keep.
func (s *staging) sweep(keep func(name string) bool) error {
	entries, err := os.ReadDir(s.temp)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !keep(e.Name()) {
			if err := os.RemoveAll(s.path(e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// commit gives the directory its name. What had it goes when the new one is in
// place, and comes back if that fails.
func (s *staging) commit() error {
	defer s.unlock()
	if err := atomicfile.SyncDir(s.temp); err != nil {
		return err
	}
	err := os.Rename(s.final, s.old)
	replaced := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(s.temp, s.final); err != nil {
		if replaced {
			err = errors.Join(err, os.Rename(s.old, s.final))
		}
		return err
	}
	if err := atomicfile.SyncDir(filepath.Dir(s.final)); err != nil {
		return err
	}
	return os.RemoveAll(s.old)
}

// suspend keeps what is written so far for the next run.
func (s *staging) suspend() { s.unlock() }

// abort throws away what is written so far.
func (s *staging) abort() error {
	defer s.unlock()
	return os.RemoveAll(s.temp)
}

func (s *staging) unlock() {
	// The name goes first, while the lock is held: see lockFile.
	_ = os.Remove(s.lock.Path()) // Windows removes no open file; an empty one stays
	_ = s.lock.Unlock()
}

// lockFile takes a lock that its holder removes in the end. Whoever gets the lock
// of a file that has lost its name meanwhile tries again.
func lockFile(path string) (*flock.Flock, error) {
	for {
		lock := flock.New(path)
		ok, err := lock.TryLock()
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, errors.Join(ErrBusy, lock.Close())
		}
		held, err1 := lock.Stat()
		named, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(held, named) {
			return lock, nil
		}
		if err := lock.Close(); err != nil {
			return nil, err
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
