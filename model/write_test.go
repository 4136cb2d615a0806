package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loyal/internal/testdata"
	"loyal/model/tensor"
)

// source is a small model in a directory.
func source(t *testing.T, dtype DType) *Model {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "source")
	writeTiny(t, dir, change(t), tinyTensors(t, dtype))
	return open(t, dir)
}

// list is the content of a directory, hidden files too.
func list(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func digest(t *testing.T, m *Model) string {
	t.Helper()
	d, err := m.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWriteKeeps(t *testing.T) {
	for _, dtype := range []DType{F32, BF16} {
		for _, shard := range []int64{0, 300} {
			src := source(t, dtype)
			dir := t.TempDir()
			var written int64
			o := WriteOptions{DType: dtype, ShardSize: shard, Progress: func(n int64) { written += n }}
			if err := Write(context.Background(), filepath.Join(dir, "deep", "out"), src, o); err != nil {
				t.Fatal(err)
			}
			m := open(t, filepath.Join(dir, "deep", "out"))
			if digest(t, m) != digest(t, src) {
				t.Errorf("%s, shards of %d: another digest", dtype, shard)
			}
			if want, err := WriteSize(src, o); written != want || err != nil {
				t.Errorf("%s: progress of %d bytes of %d", dtype, written, want)
			}
			if string(m.Config.Raw["my_own_field"]) == "" {
				t.Error("a field of config.json is lost")
			}
			names := list(t, m.Path)
			want := "README.md config.json generation_config.json model.safetensors"
			if shard > 0 {
				want = "README.md config.json generation_config.json model-00001-of-"
			}
			if !strings.HasPrefix(names, want) || strings.Contains(names, "index") != (shard > 0) {
				t.Errorf("shards of %d: %s", shard, names)
			}
			if got := list(t, filepath.Join(dir, "deep")); got != "out" {
				t.Errorf("left behind: %s", got)
			}
		}
	}
}

// TestWriteConverts: F32 and F16 are rounded to BF16 as a reference rounds them.
func TestWriteConverts(t *testing.T) {
	src := source(t, F32)
	out := filepath.Join(t.TempDir(), "out")
	if err := Write(context.Background(), out, src, WriteOptions{DType: BF16}); err != nil {
		t.Fatal(err)
	}
	m := open(t, out)
	for _, name := range m.Tensors() {
		a, _ := src.Tensor(name)
		b, _ := m.Tensor(name)
		want, _ := a.Float32()
		got, _ := b.Float32()
		for i := range want {
			if math.Abs(float64(got[i]-want[i])) > math.Abs(float64(want[i]))/256 {
				t.Fatalf("%s[%d] is %v, not about %v", name, i, got[i], want[i])
			}
		}
	}
	if _, ok := m.weights.(directoryWeights); !ok || m.Config.VocabSize != 20 {
		t.Error("not the same model")
	}
	if err := Write(context.Background(), out+"16", src, WriteOptions{DType: F16}); err == nil || !strings.Contains(err.Error(), "known: F32, BF16") {
		t.Errorf("F16: %v", err)
	}
}

func TestWriteOverrides(t *testing.T) {
	src := source(t, BF16)
	out := filepath.Join(t.TempDir(), "out")
	values := make([]float32, 64)
	for i := range values {
		values[i] = float32(i)
	}
	const q = "model.layers.1.self_attn.q_proj.weight"
	card := Card{Title: "Mine", BaseModel: "org/base", BaseModelRelation: "finetune", Extra: map[string]any{"fingerprint": map[string]any{"root": "abc"}}, Body: "Text."}
	if err := Write(context.Background(), out, src, WriteOptions{DType: BF16, Overrides: map[string][]float32{q: values}, Card: card}); err != nil {
		t.Fatal(err)
	}
	m := open(t, out)
	for _, name := range m.Tensors() {
		a, _ := src.Tensor(name)
		b, _ := m.Tensor(name)
		if bytes.Equal(a.Bytes(), b.Bytes()) == (name == q) {
			t.Errorf("%s: replaced %t", name, name != q)
		}
	}
	x, _ := m.Tensor(q)
	if got, _ := x.Float32(); got[63] != 63 {
		t.Errorf("replaced by %v", got)
	}
	readme, _ := os.ReadFile(filepath.Join(out, "README.md"))
	want := "---\nbase_model: org/base\nbase_model_relation: finetune\nlibrary_name: transformers\npipeline_tag: text-generation\nfingerprint:\n  root: abc\n---\n\n# Mine\n\nText.\n"
	if string(readme) != want {
		t.Errorf("card:\n%s\nwant:\n%s", readme, want)
	}
	for _, bad := range []map[string][]float32{{"nothing": values}, {q: values[1:]}} {
		if err := Write(context.Background(), out+"2", src, WriteOptions{DType: BF16, Overrides: bad}); !errors.Is(err, ErrWeights) {
			t.Errorf("wrong replacement: %v", err)
		}
	}
}

func TestWriteNonFinite(t *testing.T) {
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(-1))} {
		for _, dtype := range []DType{F32, BF16} {
			tensors := tinyTensors(t, dtype)
			const name = "model.layers.0.mlp.down_proj.weight"
			x := tensors[name]
			last := len(x.Bytes()) - 2*map[DType]int{F32: 2, BF16: 1}[dtype]
			copy(x.Bytes()[last:], tensor.Encode(nil, dtype, []float32{bad}))
			dir := t.TempDir()
			writeTiny(t, filepath.Join(dir, "in"), change(t), tensors)
			src := open(t, filepath.Join(dir, "in"))
			err := Write(context.Background(), filepath.Join(dir, "out"), src, WriteOptions{DType: F32})
			if !errors.Is(err, ErrNonFinite) || !strings.Contains(err.Error(), name) {
				t.Errorf("%v in %s: %v", bad, dtype, err)
			}
			if got := list(t, dir); got != "in" {
				t.Errorf("left behind: %s", got)
			}
		}
	}
}

// TestWriteTargets: what exists is never lost.
func TestWriteTargets(t *testing.T) {
	src := source(t, F32)
	dir := t.TempDir()
	write := func(name string, overwrite bool) error {
		return Write(context.Background(), filepath.Join(dir, name), src, WriteOptions{DType: F32, Overwrite: overwrite})
	}
	if err := os.MkdirAll(filepath.Join(dir, "empty"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := write("empty", false); err != nil {
		t.Errorf("an empty directory: %v", err)
	}
	if err := write("empty", false); !errors.Is(err, ErrExists) {
		t.Errorf("a model that is there: %v", err)
	}
	writeFile(t, filepath.Join(dir, "empty", "old.txt"), nil)
	if err := write("empty", true); err != nil || exists(filepath.Join(dir, "empty", "old.txt")) {
		t.Errorf("overwrite: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "photos", "summer"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := write("photos", true); !errors.Is(err, ErrForeign) || !exists(filepath.Join(dir, "photos", "summer")) {
		t.Errorf("a directory of something else: %v", err)
	}
	writeFile(t, filepath.Join(dir, "file"), []byte("x"))
	if err := write("file", true); err == nil {
		t.Error("a file was overwritten")
	}
	// A model over itself: it is read while the new one is written beside it.
	self := open(t, filepath.Join(dir, "empty"))
	if err := Write(context.Background(), self.Path, self, WriteOptions{DType: F32, Overwrite: true}); err != nil {
		t.Errorf("over itself: %v", err)
	}
	if digest(t, open(t, self.Path)) != digest(t, src) {
		t.Error("over itself: another digest")
	}
	if got := list(t, dir); got != "empty file photos" {
		t.Errorf("left behind: %s", got)
	}
}

func TestWriteBusy(t *testing.T) {
	src := source(t, F32)
	dir := t.TempDir()
	s, err := stage(filepath.Join(dir, "out"), false, "config.json")
	if err != nil {
		t.Fatal(err)
	}
	o := WriteOptions{DType: F32}
	if err := Write(context.Background(), filepath.Join(dir, "out"), src, o); !errors.Is(err, ErrBusy) {
		t.Errorf("two at once: %v", err)
	}
	if err := s.abort(); err != nil {
		t.Fatal(err)
	}
	if err := Write(context.Background(), filepath.Join(dir, "out"), src, o); err != nil {
		t.Error(err)
	}
}

// TestWriteResumes interrupts after each number of files: the next call keeps them.
func TestWriteResumes(t *testing.T) {
	src := source(t, F32)
	total, err := WriteSize(src, WriteOptions{DType: F32})
	if err != nil {
		t.Fatal(err)
	}
	for stop := int64(1); ; stop += 1200 {
		dir := t.TempDir()
		out := filepath.Join(dir, "out")
		ctx, cancel := context.WithCancel(context.Background())
		var n int64
		o := WriteOptions{DType: F32, ShardSize: 300, Progress: func(k int64) {
			if n += k; n >= stop {
				cancel()
			}
		}}
		err := Write(ctx, out, src, o)
		cancel()
		if err == nil {
			if stop <= total {
				t.Errorf("finished although stopped after %d bytes", stop)
			}
			break
		}
		if !errors.Is(err, context.Canceled) || exists(out) {
			t.Fatalf("stopped after %d bytes: %v", stop, err)
		}
		done, err := filepath.Glob(filepath.Join(dir, ".out.partial", "model-*"))
		if err != nil {
			t.Fatal(err)
		}
		var before []os.FileInfo
		for _, path := range done {
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			before = append(before, info)
		}
		writeFile(t, filepath.Join(dir, ".out.partial", ".model-00002-of-00020.safetensors.0123.tmp"), nil) // as kill -9 would
		o.Progress = nil
		if err := Write(context.Background(), out, src, o); err != nil {
			t.Fatal(err)
		}
		for i, path := range done {
			after, err := os.Stat(filepath.Join(out, filepath.Base(path)))
			if err != nil || !os.SameFile(before[i], after) {
				t.Errorf("stopped after %d bytes: %s was written again (%v)", stop, filepath.Base(path), err)
			}
		}
		if digest(t, open(t, out)) != digest(t, src) || list(t, dir) != "out" || strings.HasPrefix(list(t, out), ".") {
			t.Errorf("stopped after %d bytes: %s", stop, list(t, dir))
		}
	}
}

// TestWriteStale: what an interrupted run of something else left is not used, and
// an interrupted exchange of directories is repaired.
func TestWriteStale(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	partial := filepath.Join(dir, ".out.partial")
	if err := os.MkdirAll(partial, 0o777); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(partial, ".plan"), []byte("another plan"))
	writeFile(t, filepath.Join(partial, "model.safetensors"), []byte("half"))
	src := source(t, F32)
	if err := Write(context.Background(), out, src, WriteOptions{DType: F32}); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(out, filepath.Join(dir, ".out.old")); err != nil {
		t.Fatal(err)
	}
	if err := Write(context.Background(), out, src, WriteOptions{DType: BF16}); !errors.Is(err, ErrExists) {
		t.Errorf("after a crash between two renames: %v", err)
	}
	if digest(t, open(t, out)) != digest(t, src) || list(t, dir) != "out" {
		t.Errorf("not repaired: %s", list(t, dir))
	}
}

// TestConvertReal: the real model's GGUF becomes a directory with everything.
func TestConvertReal(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 269 MB")
	}
	src := open(t, testdata.Real(t, "SmolLM2-135M-Instruct.Q4_1.gguf"))
	out := filepath.Join(t.TempDir(), "smol")
	if err := Write(context.Background(), out, src, WriteOptions{DType: BF16}); err != nil {
		t.Fatal(err)
	}
	m := open(t, out)
	d1, err1 := src.TokenizerDigest()
	d2, err2 := m.TokenizerDigest()
	if d1 != d2 || d1 == "" || err1 != nil || err2 != nil {
		t.Errorf("tokenizer %s, %s, %v, %v", d1, d2, err1, err2)
	}
	if src.TemplateDigest() != m.TemplateDigest() || m.TemplateDigest() == "" {
		t.Errorf("template %s, %s", src.TemplateDigest(), m.TemplateDigest())
	}
	if src.Config.Rope != m.Config.Rope || src.Config.RMSNormEps != m.Config.RMSNormEps || src.Config.EOS[0] != m.Config.EOS[0] {
		t.Errorf("%+v\n%+v", src.Config, m.Config)
	}
	readme, _ := os.ReadFile(filepath.Join(out, "README.md"))
	if !strings.Contains(string(readme), "license: apache-2.0\n") {
		t.Errorf("card: %s", readme)
	}
	var config map[string]any
	data, _ := os.ReadFile(filepath.Join(out, "tokenizer_config.json"))
	if err := json.Unmarshal(data, &config); err != nil || config["tokenizer_class"] != "PreTrainedTokenizerFast" || config["eos_token"] != "<|im_end|>" || config["bos_token"] != "<|im_start|>" {
		t.Errorf("tokenizer_config.json: %v, %s", err, data)
	}
	i, err := Inspect(m)
	if err != nil {
		t.Fatal(err)
	}
	if i.Parameters != 134_515_008 || i.DTypes["BF16"] != i.Parameters || i.Memory.Weights != 2*i.Parameters || i.Memory.KVPerToken != 2*30*192*4 {
		t.Errorf("%+v", i)
	}
	if i.Memory.Serve <= i.Memory.Weights || i.License != "apache-2.0" || i.Tokenizer.Tokens != 49152 {
		t.Errorf("%+v", i)
	}
}

// TestWriteSentencePiece: a tokenizer that came as a SentencePiece file is written as
// tokenizer.json and reads alike.
func TestWriteSentencePiece(t *testing.T) {
	for _, name := range []string{"stories260K", "babyllama-0.9M-char"} {
		src := open(t, testdata.Dir(t, "models", name))
		out := filepath.Join(t.TempDir(), name)
		if err := Write(context.Background(), out, src, WriteOptions{DType: F32}); err != nil {
			t.Fatal(err)
		}
		m := open(t, out)
		const text = "Once upon a time, there was a cat. «Ünï»\n"
		a, b := src.Tokenizer.Encode(text, true), m.Tokenizer.Encode(text, true)
		if len(a) == 0 || len(a) != len(b) {
			t.Errorf("%s: %v, %v", name, a, b)
			continue
		}
		for i := range a {
			if a[i] != b[i] {
				t.Errorf("%s: %v, %v", name, a, b)
				break
			}
		}
	}
}
