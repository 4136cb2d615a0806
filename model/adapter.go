package model

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"loyal/internal/atomicfile"
	"loyal/model/safetensors"
	"loyal/model/tensor"
)

// ErrAdapter reports an adapter directory that is damaged, of a kind that is not known
// here, or made for another model.
var ErrAdapter = errors.New("invalid adapter")

// Adapter is a LoRA adapter as PEFT keeps it, in a directory of its own
// (docs/formats/adapter.md): W + LoraAlpha/R · B A for each of its modules.
type Adapter struct {
	BaseModel     string // what it was made for, as its user would load it; may be empty
	R             int
	LoraAlpha     float64
	TargetModules []string // the last parts of the modules' names
	// LayersToTransform are the blocks with adapters, for the written configuration; nil
	// means all. Reading goes by the names of tensors.
	LayersToTransform []int
	Modules           []AdapterModule
}

// AdapterModule is what an adapter has for one matrix: A (r, in) and B (out, r).
type AdapterModule struct {
	Name    string // of the matrix, without ".weight": model.layers.3.mlp.up_proj
	In, Out int
	A, B    []float32
}

// The files of an adapter directory, and what PEFT puts before and behind the names of
// modules.
const (
	adapterConfigName  = "adapter_config.json"
	adapterWeightsName = "adapter_model.safetensors"
	adapterPrefix      = "base_model.model."
	suffixA            = ".lora_A.weight"
	suffixB            = ".lora_B.weight"
)

// maxRank bounds the rank of an adapter that is read: no matrix of a model has a greater one.
const maxRank = 1 << 20

// adapterFile is adapter_config.json as far as it is read. What would change the
// result and is not known here is refused, not left out.
type adapterFile struct {
	PeftType      string         `json:"peft_type"`
	BaseModel     *string        `json:"base_model_name_or_path"`
	R             int            `json:"r"`
	LoraAlpha     float64        `json:"lora_alpha"`
	Bias          string         `json:"bias"`
	FanInFanOut   bool           `json:"fan_in_fan_out"`
	UseRSLoRA     bool           `json:"use_rslora"`
	UseDoRA       bool           `json:"use_dora"`
	ModulesToSave []string       `json:"modules_to_save"`
	RankPattern   map[string]any `json:"rank_pattern"`
	AlphaPattern  map[string]any `json:"alpha_pattern"`
}

// OpenAdapter reads a PEFT adapter directory.
func OpenAdapter(dir string) (*Adapter, error) {
	a, err := openAdapter(dir)
	if err != nil {
		return nil, fmt.Errorf("open adapter: %w", err)
	}
	return a, nil
}

func openAdapter(dir string) (*Adapter, error) {
	data, err := readJSON(filepath.Join(dir, adapterConfigName), maxConfigFile)
	if err != nil {
		return nil, err
	}
	a, err := parseAdapterConfig(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, adapterConfigName), err)
	}
	f, err := safetensors.Open(filepath.Join(dir, adapterWeightsName))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	if err := a.read(f); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, adapterWeightsName), err)
	}
	return a, nil
}

// parseAdapterConfig reads an adapter_config.json.
func parseAdapterConfig(data []byte) (*Adapter, error) {
	var f adapterFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAdapter, err)
	}
	bad := func(format string, args ...any) (*Adapter, error) {
		return nil, fmt.Errorf("%w: %s", ErrAdapter, fmt.Sprintf(format, args...))
	}
	switch {
	case f.PeftType != "LORA":
		return bad("peft_type %q is not known (known: LORA)", f.PeftType)
	case f.R < 1 || f.R > maxRank:
		return bad("r is %d", f.R)
	case !(f.LoraAlpha > 0):
		return bad("lora_alpha is %g", f.LoraAlpha)
	case f.Bias != "" && f.Bias != "none":
		return bad("bias %q is not known (known: none)", f.Bias)
	case f.FanInFanOut, f.UseDoRA, len(f.ModulesToSave) > 0, len(f.RankPattern) > 0, len(f.AlphaPattern) > 0:
		return bad("fan_in_fan_out, use_dora, modules_to_save, rank_pattern and alpha_pattern are not known here")
	}
	a := &Adapter{R: f.R, LoraAlpha: f.LoraAlpha}
	if f.BaseModel != nil {
		a.BaseModel = *f.BaseModel
	}
	if f.UseRSLoRA { // scale lora_alpha/√r (Kalajdzievski 2023, arXiv:2312.03732)
		a.LoraAlpha *= math.Sqrt(float64(f.R))
	}
	return a, nil
}

// read takes the modules of a file of weights, which all must be of this adapter.
func (a *Adapter) read(f *safetensors.File) error {
	names := slices.Sorted(slices.Values(f.Names()))
	for _, name := range names {
		module, ok := strings.CutPrefix(name, adapterPrefix)
		if !ok {
			return fmt.Errorf("%w: tensor %q is not named as PEFT does", ErrAdapter, name)
		}
		if module, ok = strings.CutSuffix(module, suffixA); !ok {
			if strings.HasSuffix(name, suffixB) {
				continue
			}
			return fmt.Errorf("%w: tensor %q is neither lora_A nor lora_B", ErrAdapter, name)
		}
		m := AdapterModule{Name: module}
		var err error
		if m.A, m.In, err = a.matrix(f, name, true); err != nil {
			return err
		}
		if m.B, m.Out, err = a.matrix(f, adapterPrefix+module+suffixB, false); err != nil {
			return err
		}
		a.Modules = append(a.Modules, m)
		if short := module[strings.LastIndexByte(module, '.')+1:]; !slices.Contains(a.TargetModules, short) {
			a.TargetModules = append(a.TargetModules, short)
		}
	}
	if len(a.Modules) == 0 || 2*len(a.Modules) != len(names) {
		return fmt.Errorf("%w: %d tensors make no pairs of lora_A and lora_B", ErrAdapter, len(names))
	}
	return nil
}

// matrix reads A (r, in) or B (out, r), and returns its other size.
func (a *Adapter) matrix(f *safetensors.File, name string, down bool) ([]float32, int, error) {
	t, ok := f.Tensor(name)
	if !ok {
		return nil, 0, fmt.Errorf("%w: missing tensor %q", ErrAdapter, name)
	}
	rank, other := 1, 0
	if down {
		rank, other = 0, 1
	}
	if len(t.Shape) != 2 || t.Shape[rank] != a.R || t.Shape[other] == 0 || !t.DType.Weights() {
		return nil, 0, fmt.Errorf("%w: tensor %q is %s %v, r is %d", ErrAdapter, name, t.DType, t.Shape, a.R)
	}
	values := make([]float32, t.Len())
	if err := t.Decode(values); err != nil {
		return nil, 0, err
	}
	if i := tensor.FirstNonFinite(values); i >= 0 {
		return nil, 0, fmt.Errorf("tensor %q: %w: %v", name, ErrNonFinite, values[i])
	}
	return values, t.Shape[other], nil
}

// WriteAdapter writes an adapter as a directory that PeftModel.from_pretrained and
// vLLM load, in float32. It takes its name when it is whole.
func WriteAdapter(ctx context.Context, dir string, a *Adapter, card Card, overwrite bool) error {
	if err := writeAdapter(ctx, dir, a, card, overwrite); err != nil {
		return fmt.Errorf("write adapter: %w", err)
	}
	return nil
}

func writeAdapter(ctx context.Context, dir string, a *Adapter, card Card, overwrite bool) error {
	s, err := stage(dir, overwrite, adapterConfigName)
	if err != nil {
		return err
	}
	if err := a.fill(ctx, s, card); err != nil {
		return errors.Join(err, s.abort())
	}
	return s.commit()
}

// fill writes an adapter's files.
func (a *Adapter) fill(ctx context.Context, s *staging, card Card) error {
	if err := s.sweep(func(string) bool { return false }); err != nil {
		return err
	}
	config, err := a.config()
	if err != nil {
		return err
	}
	if err := atomicfile.Write(s.path(adapterConfigName), config, 0o666); err != nil {
		return err
	}
	card.BaseModel, card.BaseModelRelation = a.BaseModel, "adapter"
	card.LibraryName, card.PipelineTag = "peft", "text-generation"
	if card.Title == "" {
		card.Title = filepath.Base(s.final)
	}
	readme, err := card.Encode()
	if err != nil {
		return err
	}
	if err := atomicfile.Write(s.path("README.md"), readme, 0o666); err != nil {
		return err
	}
	file, err := atomicfile.Create(s.path(adapterWeightsName), 0o666)
	if err != nil {
		return err
	}
	defer file.Abort()
	if err := a.weights(ctx, file); err != nil {
		return err
	}
	return file.Commit()
}

// config encodes adapter_config.json.
func (a *Adapter) config() ([]byte, error) {
	f := fields{}
	for name, value := range map[string]any{
		"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": a.BaseModel, "revision": nil,
		"r": a.R, "lora_alpha": a.LoraAlpha, "target_modules": a.TargetModules, "bias": "none", "inference_mode": true,
		"fan_in_fan_out": false, "init_lora_weights": true, "use_rslora": false, "use_dora": false,
		"modules_to_save": nil, "layers_to_transform": a.LayersToTransform, "layers_pattern": nil,
		"rank_pattern": struct{}{}, "alpha_pattern": struct{}{},
	} {
		f.set(name, value)
	}
	f.setFloat("lora_dropout", 0)
	return f.encode()
}

// weights writes adapter_model.safetensors.
func (a *Adapter) weights(ctx context.Context, out io.Writer) error {
	type part struct {
		entry  safetensors.Entry
		values []float32
	}
	var parts []part
	for _, m := range a.Modules {
		parts = append(parts,
			part{safetensors.Entry{Name: adapterPrefix + m.Name + suffixA, DType: F32, Shape: []int{a.R, m.In}}, m.A},
			part{safetensors.Entry{Name: adapterPrefix + m.Name + suffixB, DType: F32, Shape: []int{m.Out, a.R}}, m.B})
	}
	slices.SortFunc(parts, func(x, y part) int { return strings.Compare(x.entry.Name, y.entry.Name) })
	entries := make([]safetensors.Entry, len(parts))
	for i, p := range parts {
		entries[i] = p.entry
	}
	buf := bufio.NewWriterSize(out, 1<<20)
	w, err := safetensors.NewWriter(buf, entries, nil)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		t, err := tensor.FromFloat32(p.entry.Name, p.entry.Shape, p.values)
		if err != nil {
			return err
		}
		if i := tensor.FirstNonFinite(p.values); i >= 0 {
			return fmt.Errorf("tensor %q: %w: %v", p.entry.Name, ErrNonFinite, p.values[i])
		}
		if _, err := w.Write(t.Bytes()); err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), buf.Flush())
}
