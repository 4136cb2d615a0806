package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"loyal/eval/golden"
	"loyal/lm/cpu"
	"loyal/model"
	"loyal/model/gguf"
)

func newModelCheckCommand(app *App) *cobra.Command {
	var (
		path      string
		tolerance float64
		compute   computeFlags
	)
	cmd := &cobra.Command{
		Use:   "check MODEL --golden FILE",
		Short: "compare a model with recorded outputs of another implementation",
		Long: `Compares token ids, rendered chats, logits, greedy continuations, gradients, losses and
tensor values with a golden file: outputs of another implementation for the same
model, in the formats of docs/formats/golden.md. Prints each deviation with its size
and how many there are, and exits with 1 if any is beyond the tolerance.

A directory with only a tokenizer is enough for tokenizer and chat lines; a GGUF file
serves for everything.`,
		Example: `  loyal model check ./smol --golden golden.jsonl
  loyal model check model.gguf --golden values.safetensors --tolerance 0
  loyal model check ./llama --golden tokenizer.golden.jsonl --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			tolerances := golden.DefaultTolerances()
			if cmd.Flags().Changed("tolerance") {
				if !(tolerance >= 0) { // also refuses NaN
					return usagef("--tolerance must not be negative")
				}
				tolerances = golden.UniformTolerance(tolerance)
			}
			options, err := compute.options()
			if err != nil {
				return err
			}
			report, err := app.checkModel(cmd.Context(), args[0], path, tolerances, options)
			if err != nil {
				return err
			}
			if err := app.Print(report, func(w io.Writer) error { return writeComparison(w, report) }); err != nil {
				return err
			}
			if report.Beyond > 0 {
				return ExitStatus(ExitError)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&path, "golden", "", "recorded outputs, a `file`")
	cmd.Flags().Float64Var(&tolerance, "tolerance", 0, "largest `size` of a deviation of numbers (default: by kind, see docs/formats/golden.md)")
	compute.register(cmd)
	_ = cmd.MarkFlagRequired("golden") // the flag exists
	return cmd
}

// checkModel opens as much of the model as the golden file speaks of.
func (app *App) checkModel(ctx context.Context, address, goldenPath string, t golden.Tolerances, o cpu.Options) (*golden.Report, error) {
	file, err := golden.Open(goldenPath)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read
	path, err := app.findModel(ctx, address)
	if err != nil {
		return nil, err
	}
	var subject golden.Subject
	needs := file.Needs()
	switch {
	case needs.Network:
		m, err := model.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = m.Close() }() // only read
		network, err := cpu.New(m, o)
		if err != nil {
			return nil, err
		}
		defer func() { _ = network.Close() }() // nothing is kept
		subject = golden.FromText(m)
		subject.Network = network
	case needs.Text:
		m, err := model.OpenTokenizer(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = m.Close() }() // only read
		subject = golden.FromText(m)
	}
	if needs.Tensors {
		tensors, err := openTensors(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = tensors.Close() }() // only read
		subject.Tensor = tensors.values
	}
	return file.Check(ctx, subject, t)
}

// storedTensors are the tensors of a GGUF file of any kind, or of a model.
type storedTensors struct {
	file  *gguf.File // nil: a directory
	model *model.Model
}

// openTensors opens what is stored at path. A GGUF file need not be a model that
// is known: its tensors have the file's own names then.
func openTensors(path string) (*storedTensors, error) {
	var s storedTensors
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	if !info.IsDir() {
		if s.file, err = gguf.Open(path); err != nil {
			return nil, fmt.Errorf("open model: %w", err)
		}
	}
	if s.model, err = model.Open(path); err != nil && s.file == nil {
		return nil, err
	}
	return &s, nil
}

// values decodes a tensor, by its name in the file or by its Hugging Face name.
func (s *storedTensors) values(name string) ([]float32, []int, error) {
	if s.file != nil {
		values, shape, err := golden.FromGGUF(s.file)(name)
		if err == nil || s.model == nil {
			return values, shape, err
		}
	}
	t, err := s.model.Tensor(name)
	if err != nil {
		return nil, nil, err
	}
	values, err := t.Float32()
	return values, t.Shape, err
}

func (s *storedTensors) Close() error {
	var errs []error
	if s.file != nil {
		errs = append(errs, s.file.Close())
	}
	if s.model != nil {
		errs = append(errs, s.model.Close())
	}
	return errors.Join(errs...)
}

// maxShown is how much of a value a line of the report shows, in bytes.
const maxShown = 160

// writeComparison writes each deviation, what was left out, and the count.
func writeComparison(w io.Writer, r *golden.Report) error {
	for _, d := range r.Deviations {
		mark := "within"
		if d.Beyond {
			mark = "BEYOND"
		}
		fmt.Fprintf(w, "%s  %s  %s off by %.3g: got %s, want %s\n", mark, printableLine(d.Where), d.Kind, d.Size,
			printableLine(shorten(d.Got)), printableLine(shorten(d.Want)))
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(w, "not compared  %s: %s\n", printableLine(s.Where), printableLine(s.Reason))
	}
	_, err := fmt.Fprintf(w, "%d comparisons: %d exact, %d within tolerance, %d beyond, %d not compared\n",
		r.Comparisons, r.Exact, r.Within, r.Beyond, len(r.Skipped))
	return err
}

// shorten cuts a long value in the middle.
func shorten(s string) string {
	if len(s) <= maxShown {
		return s
	}
	return strings.ToValidUTF8(s[:maxShown/2], "") + " … " + strings.ToValidUTF8(s[len(s)-maxShown/2:], "")
}
