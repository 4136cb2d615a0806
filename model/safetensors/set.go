package safetensors

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sort"
	"strings"

	"loyal/internal/readfile"
	"loyal/model/tensor"
)

// Names of the weights in a model directory.
const (
	SingleName = "model.safetensors"
	IndexName  = "model.safetensors.index.json"
)

// maxIndex bounds the index file: 100 bytes for each of a million tensors.
const maxIndex = 100 << 20

// Set is the weights of one model, in one file or several.
type Set struct {
	// Paths are the files, in the order of their names.
	Paths []string

	files []*File
	where map[string]*File
	names []string
}

// Index is model.safetensors.index.json.
type Index struct {
	Metadata  map[string]json.RawMessage `json:"metadata"`
	WeightMap map[string]string          `json:"weight_map"`
}

// OpenDir opens the weights of a model directory: its index with the files it
// names, or the single file. Without either the error is fs.ErrNotExist.
func OpenDir(dir string) (*Set, error) {
	index, err := readIndex(filepath.Join(dir, IndexName))
	if err == nil {
		return openIndexed(dir, index)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open weights: %w", err)
	}
	s := &Set{where: map[string]*File{}}
	if err := s.add(filepath.Join(dir, SingleName)); err != nil {
		return nil, fmt.Errorf("open weights: %w", err)
	}
	return s, nil
}

func readIndex(path string) (Index, error) {
	data, err := readfile.Regular(path, maxIndex)
	if err != nil {
		return Index{}, err
	}
	var index Index
	if err := json.Unmarshal(data, &index); err != nil {
		return Index{}, fmt.Errorf("read %s: %w: %w", path, ErrInvalid, err)
	}
	if len(index.WeightMap) == 0 {
		return Index{}, fmt.Errorf("read %s: %w: missing weight_map", path, ErrInvalid)
	}
	return index, nil
}

// openIndexed opens the shards and sees that the index tells the truth: each
// tensor stands in the file that it names, and none besides.
func openIndexed(dir string, index Index) (*Set, error) {
	shards := map[string]bool{}
	for name, shard := range index.WeightMap {
		// The index comes from a stranger: it may name files of this directory only.
		if shard != filepath.Base(shard) || strings.ContainsAny(shard, `/\:`) || !filepath.IsLocal(shard) {
			return nil, fmt.Errorf("open weights: %w: tensor %q is said to be in %q, which is not a file name", ErrInvalid, name, shard)
		}
		shards[shard] = true
	}
	s := &Set{where: map[string]*File{}}
	for _, shard := range sortedKeys(shards) {
		if err := s.add(filepath.Join(dir, shard)); err != nil {
			return nil, errors.Join(fmt.Errorf("open weights: %w", err), s.Close())
		}
		f := s.files[len(s.files)-1]
		for _, name := range f.names {
			if index.WeightMap[name] != shard {
				err := fmt.Errorf("open weights: %w: the index does not name tensor %q of %s", ErrInvalid, name, shard)
				return nil, errors.Join(err, s.Close())
			}
		}
	}
	for name, shard := range index.WeightMap {
		if s.where[name] == nil {
			err := fmt.Errorf("open weights: %w: tensor %q is not in %s, as the index says", ErrInvalid, name, shard)
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// add opens one more file.
func (s *Set) add(path string) error {
	f, err := Open(path)
	if err != nil {
		return err
	}
	s.files = append(s.files, f)
	s.Paths = append(s.Paths, path)
	for _, name := range f.names {
		if s.where[name] != nil {
			return fmt.Errorf("open %s: %w: tensor %q is in another file too", path, ErrInvalid, name)
		}
		s.where[name] = f
		s.names = append(s.names, name)
	}
	return nil
}

// Names lists the tensors of all files.
func (s *Set) Names() []string { return s.names }

// Tensor returns a tensor by name, false when there is none.
func (s *Set) Tensor(name string) (tensor.Tensor, bool) {
	f := s.where[name]
	if f == nil {
		return tensor.Tensor{}, false
	}
	return f.Tensor(name)
}

// Close ends the mappings; tensors must not be used afterwards.
func (s *Set) Close() error {
	var errs []error
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
