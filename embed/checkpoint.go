package embed

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"

	"loyal/fingerprint"
	"loyal/internal/atomicfile"
	"loyal/lm"
	"loyal/lm/cpu/kernel"
	"loyal/model/safetensors"
	"loyal/model/tensor"
)

var (
	// ErrCheckpoint reports a checkpoint of a run with other settings.
	ErrCheckpoint = errors.New("the saved state is of another run")
	// ErrDamaged reports a checkpoint that is not as it was saved.
	ErrDamaged = errors.New("the saved state is damaged")
	// ErrSet reports a set that the model cannot answer.
	ErrSet = errors.New("the set does not fit the model")
)

// A checkpoint is a safetensors file with the trained values and AdamW's two
// moments, under the parameters' names with these suffixes; the step, the steps'
// reports and the run's identity are in its metadata.
const (
	suffixM = ".exp_avg"    // torch.optim.AdamW's names
	suffixV = ".exp_avg_sq" //
)

// named is a tensor of a checkpoint.
type named struct {
	name   string
	values []float32
}

// state lists what a checkpoint holds of a parameter.
func state(p lm.Param) []named {
	return []named{{p.Name, p.Value}, {p.Name + suffixM, p.M}, {p.Name + suffixV, p.V}}
}

// checkpoint is where a run saves its state.
type checkpoint struct {
	path string
	// identity is everything that the result depends on, by name.
	identity map[string]string
}

// save writes the state so that a crash leaves either the old file or the new one.
func (c checkpoint) save(tr lm.Trainer, steps []Step) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("save state: %w", err)
		}
	}()
	metadata, err := c.metadata(tr, steps)
	if err != nil {
		return err
	}
	var entries []safetensors.Entry
	for _, p := range tr.Params() {
		for _, s := range state(p) {
			entries = append(entries, safetensors.Entry{Name: s.name, DType: tensor.F32, Shape: p.Shape})
		}
	}
	f, err := atomicfile.Create(c.path, 0o600)
	if err != nil {
		return err
	}
	defer f.Abort()
	w, err := safetensors.NewWriter(f, entries, metadata)
	if err != nil {
		return err
	}
	if err := writeState(w, tr); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Commit()
}

// metadata says what a checkpoint is of, with a digest of everything.
func (c checkpoint) metadata(tr lm.Trainer, steps []Step) (map[string]string, error) {
	report, err := json.Marshal(steps)
	if err != nil {
		return nil, err
	}
	identity, err := json.Marshal(c.identity)
	if err != nil {
		return nil, err
	}
	m := map[string]string{
		"loyal.step": strconv.Itoa(tr.Steps()), "loyal.steps": string(report), "loyal.identity": string(identity),
	}
	h := newDigest(m)
	if err := writeState(h, tr); err != nil {
		return nil, err
	}
	m["loyal.digest"] = hex.EncodeToString(h.Sum(nil))
	return m, nil
}

// newDigest begins a SHA-256 over the metadata that count; the numbers of the state
// follow.
func newDigest(metadata map[string]string) hash.Hash {
	h := sha256.New()
	for _, key := range []string{"loyal.step", "loyal.steps", "loyal.identity"} {
		fmt.Fprintf(h, "%s\n", metadata[key])
	}
	return h
}

// writeState writes the numbers of the state, one tensor after the other.
func writeState(w io.Writer, tr lm.Trainer) error {
	for _, p := range tr.Params() {
		for _, s := range state(p) {
			t, err := tensor.FromFloat32(s.name, p.Shape, s.values)
			if err != nil {
				return err
			}
			if _, err := w.Write(t.Bytes()); err != nil {
				return err
			}
		}
	}
	return nil
}

// load restores the state into the trainer, if there is one.
func (c checkpoint) load(tr lm.Trainer) (steps []Step, err error) {
	if err := atomicfile.Clean(c.path); err != nil {
		return nil, err
	}
	if _, err := os.Stat(c.path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	damaged := func(err error) error { return fmt.Errorf("%w: %s: %w", ErrDamaged, c.path, err) }
	f, err := safetensors.Open(c.path)
	if err != nil {
		return nil, damaged(err)
	}
	defer func() { _ = f.Close() }() // only read
	if err := c.compare(f.Metadata["loyal.identity"]); err != nil {
		return nil, err
	}
	if err := c.check(f, tr); err != nil {
		return nil, damaged(err)
	}
	step, err := strconv.Atoi(f.Metadata["loyal.step"])
	if err != nil {
		return nil, damaged(err)
	}
	if err := json.Unmarshal([]byte(f.Metadata["loyal.steps"]), &steps); err != nil {
		return nil, damaged(err)
	}
	for _, p := range tr.Params() {
		for _, s := range state(p) {
			t, _ := f.Tensor(s.name)
			if err := t.Decode(s.values); err != nil {
				return nil, damaged(err)
			}
		}
	}
	tr.SetSteps(step)
	return steps, nil
}

// check compares what a file holds with its digest and with the trainer, which it
// leaves as it is.
func (c checkpoint) check(f *safetensors.File, tr lm.Trainer) error {
	h := newDigest(f.Metadata)
	for _, p := range tr.Params() {
		for _, s := range state(p) {
			t, ok := f.Tensor(s.name)
			if !ok || t.Len() != len(s.values) {
				return fmt.Errorf("tensor %s is missing or of another size", s.name)
			}
			h.Write(t.Bytes())
		}
	}
	if hex.EncodeToString(h.Sum(nil)) != f.Metadata["loyal.digest"] {
		return errors.New("its digest does not hold")
	}
	return nil
}

// compare names what differs between the saved run and this one.
func (c checkpoint) compare(saved string) error {
	var old map[string]string
	if err := json.Unmarshal([]byte(saved), &old); err != nil {
		return fmt.Errorf("%w: %s: identity: %w", ErrDamaged, c.path, err)
	}
	all := maps.Clone(c.identity) // settings that are off are not listed
	maps.Copy(all, old)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if was, is := old[key], c.identity[key]; was != is {
			return fmt.Errorf("%w: %s was %s, is %s", ErrCheckpoint, key, cmp.Or(was, "not set"), cmp.Or(is, "not set"))
		}
	}
	return nil
}

// RemoveCheckpoint deletes the state of a run that is done or is to start anew.
func RemoveCheckpoint(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove saved state: %w", err)
	}
	return atomicfile.Clean(path)
}

// identity lists everything that the trained weights depend on.
func (r *run) identity() (map[string]string, error) {
	set, err := fingerprint.Marshal(r.Set)
	if err != nil {
		return nil, err
	}
	texts, err := json.Marshal(r.plan.texts) // as tokenizer, template and date have them
	if err != nil {
		return nil, err
	}
	out := map[string]string{
		"model": r.Set.Model.Digest, "set": fmt.Sprintf("%x", sha256.Sum256(set)), "rendered texts": fmt.Sprintf("%x", sha256.Sum256(texts)),
		"precision": r.Precision, "processor": kernel.Features(),
	}
	b, err := json.Marshal(r.Config)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return nil, err
	}
	for k, v := range fields {
		out[k] = string(v)
	}
	return out, nil
}
