package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"loyal/internal/testdata"
	"loyal/model/tensor"
)

// file joins a header and n bytes of data.
func file(header string, n int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), make([]byte, n)...)
}

func TestHostile(t *testing.T) {
	const x = `"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`
	long := binary.LittleEndian.AppendUint64(nil, 1<<63)
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"empty", "too few", nil},
		{"header of 2⁶³", "over the limit", append(long, "{}"...)},
		{"header longer than the file", "does not fit", binary.LittleEndian.AppendUint64(nil, 100)},
		{"no header", "not a JSON object", file("", 0)},
		{"header is a list", "not a JSON object", file("[]", 0)},
		{"broken JSON", `tensor "x": EOF`, file(`{"x":`, 0)},
		{"header goes on", "goes on after its end", file("{} {}", 0)},
		{"name twice", `"x" occurs twice`, file("{"+x+","+x+"}", 8)},
		{"metadata twice", "__metadata__ occurs twice", file(`{"__metadata__":{},"__metadata__":{}}`, 0)},
		{"metadata of numbers", "__metadata__", file(`{"__metadata__":{"a":1}}`, 0)},
		{"no dtype", "missing dtype", file(`{"x":{"shape":[2],"data_offsets":[0,8]}}`, 8)},
		{"no shape", "missing shape", file(`{"x":{"dtype":"F32","data_offsets":[0,8]}}`, 8)},
		{"no offsets", "data_offsets", file(`{"x":{"dtype":"F32","shape":[2]}}`, 8)},
		{"unknown dtype", `type "F7" is not known`, file(`{"x":{"dtype":"F7","shape":[2],"data_offsets":[0,8]}}`, 8)},
		{"GGUF's dtype", `type "Q4_0" is not known`, file(`{"x":{"dtype":"Q4_0","shape":[32],"data_offsets":[0,18]}}`, 18)},
		{"wrong dtype", "needs 4 bytes, not the 8", file(`{"x":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}`, 8)},
		{"wrong shape", "needs 12 bytes, not the 8", file(`{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8)},
		{"negative shape", "negative size", file(`{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}`, 8)},
		{"fractional shape", "cannot unmarshal", file(`{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}`, 8)},
		{"overflowing shape", "too large", file(`{"x":{"dtype":"F32","shape":[4294967296,4294967296,16],"data_offsets":[0,8]}}`, 8)},
		{"offsets backwards", "no range", file(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}`, 8)},
		{"negative offset", "no range", file(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}`, 8)},
		{"outside", "ends at byte 8 of 4", file("{"+x+"}", 4)},
		{"overlap", "overlaps", file(`{`+x+`,"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12)},
		{"same place", "overlaps", file(`{`+x+`,"y":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)},
		{"hole", "belong to none", file(`{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12)},
		{"trailing", "4 bytes after the last tensor", file("{"+x+"}", 12)},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse(c.data)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<16 {
			t.Errorf("%s: %d bytes were allocated for a file of %d", c.name, n, len(c.data))
		}
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestUnaligned: data may begin anywhere; then numbers are copied, not viewed.
func TestUnaligned(t *testing.T) {
	for pad := range 8 {
		header := `{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}` + strings.Repeat(" ", pad)
		data := file(header, 9)
		binary.LittleEndian.PutUint32(data[len(data)-4:], math.Float32bits(1.5))
		f, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		x, _ := f.Tensor("x")
		if v, err := x.Float32(); err != nil || v[0] != 0 || v[1] != 1.5 {
			t.Errorf("pad %d: %v, %v", pad, v, err)
		}
		b, _ := f.Tensor("b")
		if _, err := b.Float32(); err == nil {
			t.Error("a byte was read as a weight")
		}
	}
}

func TestReal(t *testing.T) {
	s, err := OpenDir(testdata.Dir(t, "models", "tiny", "llama"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(s.Names()) != 30 {
		t.Errorf("%d tensors", len(s.Names()))
	}
	x, ok := s.Tensor("model.layers.0.mlp.down_proj.weight")
	if !ok || fmt.Sprint(x.Shape) != "[64 160]" || x.DType != tensor.BF16 {
		t.Errorf("%v %v", x.Shape, x.DType)
	}
	if _, ok := x.BF16(); !ok {
		t.Error("no view of aligned BF16")
	}
	if _, ok := s.Tensor("nothing"); ok {
		t.Error("found a tensor that is not there")
	}
}

// writeSet writes tensors of n numbers each, i in tensor i, as a directory.
func writeSet(t *testing.T, dir string, entries []Entry, limit int64) []Shard {
	t.Helper()
	shards, index, err := Split(entries, limit)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for _, s := range shards {
		var buf bytes.Buffer
		w, err := NewWriter(&buf, s.Entries, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range s.Entries {
			size, _ := e.Size()
			for range size / 4 {
				if err := binary.Write(w, binary.LittleEndian, float32(at)); err != nil {
					t.Fatal(err)
				}
			}
			at++
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, s.Name), buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if index != nil {
		data, _ := json.Marshal(index)
		if err := os.WriteFile(filepath.Join(dir, IndexName), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return shards
}

func fiveEntries() []Entry {
	var entries []Entry
	for i := range 5 {
		entries = append(entries, Entry{fmt.Sprintf("t%d \"é", i), tensor.F32, []int{i, 5}})
	}
	return append(entries, Entry{"scalar", tensor.F32, nil})
}

func TestWriteAndRead(t *testing.T) {
	for _, c := range []struct {
		limit int64
		files int
	}{{0, 1}, {1 << 20, 1}, {100, 3}, {1, 6}} {
		dir := t.TempDir()
		entries := fiveEntries()
		if shards := writeSet(t, dir, entries, c.limit); len(shards) != c.files {
			t.Errorf("limit %d: %d files, want %d", c.limit, len(shards), c.files)
		}
		s, err := OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range entries {
			x, ok := s.Tensor(e.Name)
			if !ok {
				t.Fatalf("limit %d: %q is missing", c.limit, e.Name)
			}
			v, err := x.Float32()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range v {
				if f != float32(i) {
					t.Errorf("limit %d: %q holds %v", c.limit, e.Name, f)
					break
				}
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	e := Entry{"x", tensor.F32, []int{2}}
	if _, err := NewWriter(&bytes.Buffer{}, []Entry{e, e}, nil); err == nil {
		t.Error("a name twice")
	}
	if _, err := NewWriter(&bytes.Buffer{}, []Entry{{"x", tensor.Q4_0, []int{32}}}, nil); err == nil {
		t.Error("a block type")
	}
	var buf bytes.Buffer
	w, err := NewWriter(&buf, []Entry{e}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if buf.Len()%8 != 0 {
		t.Errorf("data begins at byte %d", buf.Len())
	}
	if _, err := w.Write(make([]byte, 9)); err == nil {
		t.Error("more than announced")
	}
	if err := w.Close(); err == nil {
		t.Error("less than announced")
	}
}

func TestHostileIndex(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(dir string, index *Index)
	}{
		{"a tensor elsewhere", "the index does not name", func(_ string, i *Index) { i.WeightMap["t1 \"é"] = "model-00003-of-00003.safetensors" }},
		{"a tensor too many", "as the index says", func(_ string, i *Index) { i.WeightMap["y"] = "model-00003-of-00003.safetensors" }},
		{"a tensor too few", "the index does not name", func(_ string, i *Index) { delete(i.WeightMap, "t0 \"é") }},
		{"another directory", "not a file name", func(_ string, i *Index) { i.WeightMap["t1 \"é"] = "../model.safetensors" }},
		{"another drive", "not a file name", func(_ string, i *Index) { i.WeightMap["t1 \"é"] = `C:x` }},
		{"no map", "missing weight_map", func(_ string, i *Index) { i.WeightMap = nil }},
		{"a missing file", "model-00002-of-00003.safetensors", func(dir string, _ *Index) { os.Remove(filepath.Join(dir, "model-00002-of-00003.safetensors")) }},
	} {
		dir := t.TempDir()
		entries := fiveEntries()
		writeSet(t, dir, entries, 100)
		_, index, _ := Split(entries, 100)
		c.change(dir, index)
		data, _ := json.Marshal(index)
		if err := os.WriteFile(filepath.Join(dir, IndexName), data, 0o644); err != nil {
			t.Fatal(err)
		}
		if s, err := OpenDir(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
			if err == nil {
				s.Close()
			}
		}
	}
	if _, err := OpenDir(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty directory: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(file(`{"__metadata__":{"format":"pt"},"x":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}}`, 4))
	f.Add(file(`{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"y":{"dtype":"I64","shape":[0],"data_offsets":[4,4]}}`, 4))
	f.Add(binary.LittleEndian.AppendUint64(nil, 1<<63))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		total := 0
		for _, name := range file.Names() {
			x, ok := file.Tensor(name)
			if !ok {
				t.Fatalf("%q is listed and not found", name)
			}
			total += len(x.Bytes())
			x.Float32()
		}
		if total > len(data) {
			t.Fatalf("tensors of %d bytes in a file of %d", total, len(data))
		}
	})
}
