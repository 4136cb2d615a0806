// Package oracle lets package fingerprint, which knows no engine, ask a model:
// it answers [fingerprint.Oracle] with an [lm.Network].
//
// [Prompts] writes what a server of the model would be sent for a key.
//
// Prompts go to the engine as a forest, so what they share (the system prompt of
// a chat template) is computed once, and many are written at a time.
package oracle

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"loyal/fingerprint"
	"loyal/lm"
)

const (
	// rowsAtOnce bounds the distributions held in memory: 64 of a vocabulary of
	// 150,000 are 38 MB.
	rowsAtOnce = 64
	// writersAtOnce is how many texts are written together.
	writersAtOnce = 128
)

// Oracle asks a network.
type Oracle struct {
	net   lm.Network
	codec fingerprint.Codec
	stops []int32
}

var _ fingerprint.Oracle = (*Oracle)(nil)

// New returns an oracle over a network and its tokenizer. What it writes ends at
// the ends that the model's configuration names, and at those given.
func New(net lm.Network, codec fingerprint.Codec, stops ...int32) *Oracle {
	return &Oracle{net: net, codec: codec, stops: append(slices.Clone(net.Config().EOS), stops...)}
}

// Distributions implements [fingerprint.Oracle].
func (o *Oracle) Distributions(ctx context.Context, prompts [][]int32, yield func(int, []float32) error) error {
	v := o.net.Config().VocabSize
	buffer := make([]float32, min(len(prompts), rowsAtOnce)*v)
	first := 0
	for part := range slices.Chunk(prompts, rowsAtOnce) {
		packed := lm.Pack(part)
		at := make([]lm.Position, len(part))
		for i, p := range part {
			if len(p) == 0 {
				return fmt.Errorf("ask the model: prompt %d is empty", first+i)
			}
			at[i] = packed.At(i, len(p)-1)
		}
		// Rows come from several goroutines, in any order.
		err := o.net.Rows(ctx, packed.Forest, at, func(i int, logits []float32) error {
			return softmax(buffer[i*v:(i+1)*v], logits)
		})
		if err != nil {
			return fmt.Errorf("ask the model: %w", err)
		}
		for i := range part {
			if err := yield(first+i, buffer[i*v:(i+1)*v]); err != nil {
				return err
			}
		}
		first += len(part)
	}
	return nil
}

// Surprisals implements [fingerprint.Oracle].
func (o *Oracle) Surprisals(ctx context.Context, prompts [][]int32, spans [][2]int) ([]float64, error) {
	var out []float64
	for part := range slices.Chunk(prompts, rowsAtOnce) {
		packed := lm.Pack(part)
		sums := make([]float64, len(part))
		var at []lm.Position
		var want []lm.Position // which prompt, and which of its tokens
		for i := range part {
			span := spans[len(out)+i]
			for j := span[0]; j < span[1]; j++ {
				at, want = append(at, packed.At(i, j-1)), append(want, lm.Position{Segment: i, Offset: j})
			}
		}
		losses := make([]float64, len(at))
		err := o.net.Rows(ctx, packed.Forest, at, func(n int, logits []float32) error {
			w := want[n]
			losses[n], _ = lm.CrossEntropy(logits, part[w.Segment][w.Offset], 0, 2)
			if math.IsNaN(losses[n]) || math.IsInf(losses[n], 0) {
				return lm.ErrNonFinite
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("ask the model: %w", err)
		}
		for n, w := range want {
			sums[w.Segment] += losses[n]
		}
		for i := range sums {
			span := spans[len(out)+i]
			sums[i] /= float64(span[1] - span[0])
		}
		out = append(out, sums...)
	}
	return out, nil
}

// softmax writes the probabilities of logits into out, with sums in float64: a
// vocabulary is long, and the candidates' probabilities are small.
func softmax(out, logits []float32) error {
	top := slices.Max(logits) // NaN if there is one
	if math.IsNaN(float64(top)) || math.IsInf(float64(top), 0) {
		return lm.ErrNonFinite
	}
	sum := 0.0
	for i, x := range logits {
		e := math.Exp(float64(x - top))
		out[i] = float32(e)
		sum += e
	}
	scale := 1 / sum
	for i, e := range out {
		out[i] = float32(float64(e) * scale)
	}
	return nil
}

// Continue implements [fingerprint.Oracle].
func (o *Oracle) Continue(ctx context.Context, prompts [][]int32, c fingerprint.ContinueOptions) ([][]int32, error) {
	options := lm.GenerateOptions{
		Sampling:  lm.Sampling{Temperature: c.Temperature, Seed: c.Seed},
		MaxTokens: c.MaxTokens,
		StopIDs:   o.stops,
		MaxBatch:  writersAtOnce,
	}
	lines := newLines(o.codec, len(prompts))
	return lm.Generate(ctx, o.net, prompts, options, func(row int, id int32) bool {
		if c.Progress != nil {
			c.Progress(1)
		}
		return !c.StopAtNewline || !lines.ends(row, id)
	})
}

// lines watches for the line feed that ends a text.
type lines struct {
	codec fingerprint.Codec
	mu    sync.Mutex
	begun []bool
	texts map[int32]string // of tokens
}

func newLines(codec fingerprint.Codec, rows int) *lines {
	return &lines{codec: codec, begun: make([]bool, rows), texts: make(map[int32]string)}
}

// ends reports whether a token brings a line feed after text.
func (l *lines) ends(row int, id int32) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, ok := l.texts[id]
	if !ok {
		text = l.codec.Decode([]int32{id}, false)
		l.texts[id] = text
	}
	before, _, found := strings.Cut(text, "\n")
	if strings.TrimSpace(before) != "" {
		l.begun[row] = true
	}
	return found && l.begun[row]
}
