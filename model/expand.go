package model

import (
	"errors"
	"fmt"
	"io"
)

// ErrExpansion reports neurons that do not fit the model that they are added to.
var ErrExpansion = errors.New("invalid expansion")

// Expansion is neurons that are added to the MLPs of a model. All blocks get as many,
// since a configuration has one intermediate_size.
type Expansion struct {
	Neurons int       // of a block
	Blocks  []Neurons // one for each block
}

// Neurons are neurons of one MLP: rows of gate_proj and up_proj (n, hidden), and
// columns of down_proj (hidden, n).
type Neurons struct {
	Gate, Up, Down []float32
}

// check compares an expansion with a model's sizes.
func (e *Expansion) check(c Config) error {
	switch {
	case e == nil:
		return nil
	case c.MLPBias:
		return fmt.Errorf("%w: the model's MLPs have biases", ErrExpansion)
	case e.Neurons < 1 || e.Neurons > maxSize-c.IntermediateSize:
		return fmt.Errorf("%w: %d neurons", ErrExpansion, e.Neurons)
	case len(e.Blocks) != c.NumLayers:
		return fmt.Errorf("%w: it is for %d blocks, the model has %d", ErrExpansion, len(e.Blocks), c.NumLayers)
	}
	for i, b := range e.Blocks {
		for _, x := range [][]float32{b.Gate, b.Up, b.Down} {
			if want := e.Neurons * c.HiddenSize; len(x) != want {
				return fmt.Errorf("%w: block %d has %d numbers, not %d", ErrExpansion, i, len(x), want)
			}
		}
	}
	return nil
}

// more is what a written tensor has beyond the source's.
type more struct {
	rows    []float32 // below, of the source's width
	columns []float32 // at the right, for each of its rows
}

// parts lists what an expansion adds, by the names of tensors.
func (e *Expansion) parts() map[string]more {
	out := map[string]more{}
	if e == nil {
		return out
	}
	for i, b := range e.Blocks {
		prefix := fmt.Sprintf("model.layers.%d.mlp.", i)
		out[prefix+"gate_proj.weight"] = more{rows: b.Gate}
		out[prefix+"up_proj.weight"] = more{rows: b.Up}
		out[prefix+"down_proj.weight"] = more{columns: b.Down}
	}
	return out
}

// widened is the configuration of the model that a source becomes.
func (c Config) widened(e *Expansion) Config {
	if e != nil {
		c.IntermediateSize += e.Neurons
	}
	return c
}

// widenRows puts `width` more numbers behind each row of x (rows, perRow): those of rows
// from first on of columns (·, width).
func widenRows(dst, x, columns []float32, perRow, width, first int) []float32 {
	for r := range len(x) / perRow {
		dst = append(dst, x[r*perRow:(r+1)*perRow]...)
		dst = append(dst, columns[(first+r)*width:(first+r+1)*width]...)
	}
	return dst
}

// added writes the rows that a tensor has more than the source's.
func (w *directoryWriter) added(out io.Writer, name string, rows []float32) error {
	for len(rows) > 0 {
		n := min(chunkNumbers, len(rows))
		if err := w.numbers(out, name, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
