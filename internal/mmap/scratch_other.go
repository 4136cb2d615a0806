//go:build !unix

package mmap

import "os"

func createUnlinked(string) (*os.File, error) { return nil, ErrUnsupported }

func rest([]byte) error { return nil }
