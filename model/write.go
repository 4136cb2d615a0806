package model

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"loyal/internal/atomicfile"
	"loyal/model/safetensors"
	"loyal/model/tensor"
)

// ErrNonFinite reports weights that are NaN or infinite.
var ErrNonFinite = errors.New("not a finite number")

// WriteOptions says how a model directory is written.
type WriteOptions struct {
	// DType is the type of all weights: F32 or BF16.
	DType DType
	// Overrides replaces tensors, by name: what training changed.
	Overrides map[string][]float32
	// Expansion, unless nil, makes the MLPs wider than the source's.
	Expansion *Expansion
	// Card is README.md; empty fields are filled from the source's own card.
	Card Card
	// Overwrite replaces a model directory that is there.
	Overwrite bool
	// ShardSize is the size above which weights are split, in bytes; 0 is 5 GB.
	ShardSize int64
	// Ready, when set, is told where the directory stands that is whole and has not taken
	// its name yet: an error ends the call, and nothing stays.
	Ready func(dir string) error
	// Progress, when set, is told the bytes of weights that were written.
	Progress func(n int64)
}

// chunkNumbers is how many weights are in memory at once.
const chunkNumbers = 1 << 20

// planName is where an unfinished directory keeps what it is going to be.
const planName = ".plan"

// WriteSize is the number of bytes of weights that Write will write.
func WriteSize(src *Model, o WriteOptions) (int64, error) {
	var total int64
	for _, e := range src.entries(o) {
		n, err := e.Size()
		if err != nil {
			return 0, err
		}
		total += int64(n)
	}
	return total, nil
}

// Write writes src as a Hugging Face directory that transformers 4 and 5, vLLM and
// llama.cpp's converter load (docs/formats/model-directory.md).
//
// The directory takes its name when it is whole. Interrupted, the same call goes
// on after the last finished file of weights; after another error nothing stays.
// Weights pass through in pieces, so that memory does not grow with the model; one
// that is not finite ends it with ErrNonFinite.
func Write(ctx context.Context, dir string, src *Model, o WriteOptions) error {
	if err := writeDirectory(ctx, dir, src, o); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return nil
}

func writeDirectory(ctx context.Context, dir string, src *Model, o WriteOptions) error {
	if o.DType != F32 && o.DType != BF16 {
		return fmt.Errorf("type %s is not written (known: F32, BF16)", o.DType)
	}
	if src.weights == nil {
		return ErrNoWeights
	}
	if err := src.checkOverrides(o.Overrides); err != nil {
		return err
	}
	if err := o.Expansion.check(src.Config); err != nil {
		return err
	}
	shards, index, err := safetensors.Split(src.entries(o), o.ShardSize)
	if err != nil {
		return err
	}
	plan, err := src.plan(o)
	if err != nil {
		return err
	}
	s, err := stage(dir, o.Overwrite, "config.json")
	if err != nil {
		return err
	}
	w := &directoryWriter{src: src, o: o, stage: s, more: o.Expansion.parts()}
	if err := w.write(ctx, plan, shards, index); err != nil {
		if ctx.Err() != nil {
			s.suspend()
			return err
		}
		return errors.Join(err, s.abort())
	}
	if o.Ready != nil {
		if err := o.Ready(s.temp); err != nil {
			return errors.Join(err, s.abort())
		}
	}
	return s.commit()
}

// entries lists the tensors as they will be written, in the order of their names.
func (m *Model) entries(o WriteOptions) []safetensors.Entry {
	specs := m.Config.widened(o.Expansion).specs()
	entries := make([]safetensors.Entry, len(specs))
	for i, s := range specs {
		entries[i] = safetensors.Entry{Name: s.name, DType: o.DType, Shape: s.shape}
	}
	slices.SortFunc(entries, func(a, b safetensors.Entry) int { return strings.Compare(a.Name, b.Name) })
	return entries
}

func (m *Model) checkOverrides(overrides map[string][]float32) error {
	for name, values := range overrides {
		s, ok := m.specs[name]
		if !ok {
			return fmt.Errorf("%w: replaced tensor %q is not part of the model", ErrWeights, name)
		}
		n := 1
		for _, d := range s.shape {
			n *= d
		}
		if len(values) != n {
			return fmt.Errorf("%w: replaced tensor %q has %d numbers, not %d", ErrWeights, name, len(values), n)
		}
	}
	return nil
}

// plan identifies what is written, so that a later call knows whether files that
// it finds are its own.
func (m *Model) plan(o WriteOptions) ([]byte, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, "write", o.DType, o.ShardSize)
	for _, path := range m.weights.paths() {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(sum, "%q %d %d\n", abs, info.Size(), info.ModTime().UnixNano())
	}
	names := make([]string, 0, len(o.Overrides))
	for name := range o.Overrides {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(sum, "%q ", name)
		hashFloats(sum, o.Overrides[name])
	}
	if e := o.Expansion; e != nil {
		fmt.Fprintln(sum, "expansion", e.Neurons)
		for _, b := range e.Blocks {
			for _, x := range [][]float32{b.Gate, b.Up, b.Down} {
				hashFloats(sum, x)
			}
		}
	}
	return fmt.Appendf(nil, "%x\n", sum.Sum(nil)), nil
}

func hashFloats(sum hash.Hash, values []float32) {
	buf := make([]byte, 0, 1<<16)
	for chunk := range slices.Chunk(values, cap(buf)/4) {
		buf = buf[:0]
		for _, v := range chunk {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
		sum.Write(buf)
	}
}

// directoryWriter fills a staging directory.
type directoryWriter struct {
	src    *Model
	o      WriteOptions
	stage  *staging
	more   map[string]more // by tensor
	values []float32       // of one piece
	wide   []float32       // the same with more columns
	bytes  []byte
}

func (w *directoryWriter) write(ctx context.Context, plan []byte, shards []safetensors.Shard, index *safetensors.Index) error {
	if err := w.takeUp(plan, shards); err != nil {
		return err
	}
	for _, shard := range shards {
		if err := w.shard(ctx, shard); err != nil {
			return err
		}
	}
	if index != nil {
		data, err := encodeJSON(index, "  ")
		if err != nil {
			return err
		}
		if err := w.file(safetensors.IndexName, data); err != nil {
			return err
		}
	}
	if err := w.texts(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return os.Remove(w.stage.path(planName))
}

// takeUp keeps the finished files of an earlier run with the same plan, and nothing
// else: a killed run also leaves a half-written file under a temporary name.
func (w *directoryWriter) takeUp(plan []byte, shards []safetensors.Shard) error {
	path := w.stage.path(planName)
	old, err := os.ReadFile(path)
	same := err == nil && string(old) == string(plan)
	err = w.stage.sweep(func(name string) bool {
		return same && slices.ContainsFunc(shards, func(s safetensors.Shard) bool { return s.Name == name })
	})
	if err != nil {
		return err
	}
	return atomicfile.Write(path, plan, 0o666)
}

// file writes a small file.
func (w *directoryWriter) file(name string, data []byte) error {
	return atomicfile.Write(w.stage.path(name), data, 0o666)
}

// shard writes one file of weights, unless an earlier run has done so: a file that
// has its name is whole.
func (w *directoryWriter) shard(ctx context.Context, shard safetensors.Shard) error {
	if exists(w.stage.path(shard.Name)) {
		for _, e := range shard.Entries {
			n, _ := e.Size()
			w.progress(n)
		}
		return nil
	}
	file, err := atomicfile.Create(w.stage.path(shard.Name), 0o666)
	if err != nil {
		return err
	}
	defer file.Abort()
	out := bufio.NewWriterSize(file, 1<<20)
	st, err := safetensors.NewWriter(out, shard.Entries, nil)
	if err != nil {
		return err
	}
	for _, e := range shard.Entries {
		if err := w.tensor(ctx, st, e); err != nil {
			return err
		}
	}
	if err := errors.Join(st.Close(), out.Flush()); err != nil {
		return err
	}
	return file.Commit()
}

// tensor converts one tensor piece by piece.
func (w *directoryWriter) tensor(ctx context.Context, out io.Writer, e safetensors.Entry) error {
	t, err := w.source(e)
	if err != nil {
		return err
	}
	rows, perRow := t.Len(), 1
	if len(t.Shape) > 1 {
		rows = t.Shape[0]
		perRow = t.Len() / rows
	} else if t.DType.Blocks() {
		rows, perRow = 1, t.Len() // a vector of blocks is taken whole
	}
	wider := w.more[e.Name]
	step := max(1, chunkNumbers/perRow)
	for first := 0; first < rows; first += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := t
		if rows > 1 {
			if part, err = t.Rows(first, min(first+step, rows)); err != nil {
				return err
			}
		}
		if err := w.piece(out, part, wider.columns, rows, first); err != nil {
			return err
		}
	}
	return w.added(out, e.Name, wider.rows)
}

// source is what the model has of a tensor to write: the replaced one, or its own.
func (w *directoryWriter) source(e safetensors.Entry) (Tensor, error) {
	if values, ok := w.o.Overrides[e.Name]; ok {
		return tensor.FromFloat32(e.Name, w.src.specs[e.Name].shape, values)
	}
	return w.src.Tensor(e.Name)
}

// piece writes some rows of a tensor, the first-th on of so many, with what columns
// (rows, ·) has more of each.
func (w *directoryWriter) piece(out io.Writer, part Tensor, columns []float32, rows, first int) error {
	n := part.Len()
	w.values = slices.Grow(w.values[:0], n)[:n]
	if err := part.Decode(w.values); err != nil {
		return err
	}
	if columns == nil {
		return w.numbers(out, part.Name, w.values)
	}
	w.wide = widenRows(w.wide[:0], w.values, columns, part.Shape[1], len(columns)/rows, first)
	return w.numbers(out, part.Name, w.wide)
}

// numbers writes part of a tensor in the type of the output.
func (w *directoryWriter) numbers(out io.Writer, name string, values []float32) error {
	if i := tensor.FirstNonFinite(values); i >= 0 {
		return fmt.Errorf("tensor %q: %w: %v", name, ErrNonFinite, values[i])
	}
	w.bytes = tensor.Encode(w.bytes[:0], w.o.DType, values)
	if _, err := out.Write(w.bytes); err != nil {
		return err
	}
	w.progress(len(w.bytes))
	return nil
}

func (w *directoryWriter) progress(n int) {
	if w.o.Progress != nil {
		w.o.Progress(int64(n))
	}
}
