package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"sort"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
)

// digestVersion begins what is hashed, so that another definition can never give
// the same digest.
const digestVersion = "loyal model digest v1"

// digestPrefix names the hash before its hexadecimal digits.
const digestPrefix = "sha256:"

// Digest names the function that the model computes, from token ids to logits: a
// SHA-256, written sha256:HEX, over the fields of the configuration that the
// computation needs and over every tensor in the order of its name
// (docs/formats/model-directory.md). Sharding, the tokenizer, the template, the
// card and fields of config.json that do not enter the computation leave it
// alone; a changed weight, or the same weights stored in another type, do not.
//
// It reads all weights once, about a second for each gigabyte that is in memory
// on one core; the result is kept for the life of the Model.
func (m *Model) Digest() (string, error) {
	m.digest.once.Do(func() { m.digest.value, m.digest.err = m.computeDigest() })
	return m.digest.value, m.digest.err
}

// TemplateDigest is the SHA-256 of the chat template's source, ""
// without a template.
func (m *Model) TemplateDigest() string {
	if m.text.template == "" {
		return ""
	}
	return textDigest([]byte(m.text.template))
}

// TokenizerDigest is the SHA-256 of tokenizer.json, as it stands or, for a tokenizer
// from elsewhere, as Write writes it; "" without a tokenizer.
func (m *Model) TokenizerDigest() (string, error) {
	data, err := m.tokenizerJSON()
	if data == nil || err != nil {
		return "", err
	}
	return textDigest(data), nil
}

func textDigest(data []byte) string { return fmt.Sprintf("%s%x", digestPrefix, sha256.Sum256(data)) }

// digestCache holds what was computed once.
type digestCache struct {
	once  sync.Once
	value string
	err   error
}

func (m *Model) computeDigest() (string, error) {
	if m.weights == nil {
		return "", fmt.Errorf("compute digest: %w", ErrNoWeights)
	}
	names := m.Tensors()
	sort.Strings(names)
	lines := make([]string, len(names))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			t, err := m.Tensor(name)
			if err != nil {
				return err
			}
			lines[i] = tensorLine(t)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return "", fmt.Errorf("compute digest: %w", err)
	}
	sum := sha256.New()
	fmt.Fprintln(sum, digestVersion)
	for _, line := range append(m.Config.digestLines(), lines...) {
		fmt.Fprintln(sum, line)
	}
	return digestPrefix + hex.EncodeToString(sum.Sum(nil)), nil
}

// tensorLine is what a tensor contributes: name, type, shape and the SHA-256 of
// its bytes.
func tensorLine(t Tensor) string {
	dims := make([]string, len(t.Shape))
	for i, d := range t.Shape {
		dims[i] = fmt.Sprint(d)
	}
	sum := sha256.Sum256(t.Bytes())
	return fmt.Sprintf("tensor %s %s %s %x", t.Name, t.DType, strings.Join(dims, ","), sum)
}

// digestLines is what the configuration contributes.
func (c Config) digestLines() []string {
	lines := []string{
		"architecture " + c.Architecture,
		fmt.Sprintf("sizes %d %d %d %d %d %d %d", c.VocabSize, c.HiddenSize, c.IntermediateSize, c.NumLayers, c.NumHeads, c.NumKVHeads, c.HeadDim),
		fmt.Sprintf("norm %v", c.RMSNormEps),
		fmt.Sprintf("rope %s %v", c.Rope.Type, c.Rope.Theta),
		fmt.Sprintf("tied %t bias %t %t", c.TieEmbeddings, c.AttentionBias, c.MLPBias),
	}
	if r := c.Rope; r.Type == RopeLlama3 {
		lines = append(lines, fmt.Sprintf("rope_llama3 %v %v %v %d", r.Factor, r.LowFreqFactor, r.HighFreqFactor, r.OriginalMaxPositions))
	}
	return lines
}
