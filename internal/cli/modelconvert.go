package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"loyal/model"
)

// conversion is the result of `loyal model convert` and `loyal model merge`.
type conversion struct {
	Path            string `json:"path"`
	DType           string `json:"dtype"`
	WeightBytes     int64  `json:"weight_bytes"`
	Digest          string `json:"digest"`
	TokenizerDigest string `json:"tokenizer_digest,omitempty"`
	TemplateDigest  string `json:"template_digest,omitempty"`
}

func newModelConvertCommand(app *App) *cobra.Command {
	var (
		dtype     = dtypeFlag(model.BF16)
		overwrite bool
	)
	cmd := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "write a model as a Hugging Face directory",
		Long: `Writes a model, be it a GGUF file or a directory, as a Hugging Face directory that
transformers, vLLM and llama.cpp's converter load. Quantized weights are dequantized.
OUT takes its name when it is whole; interrupted, the same command goes on after the
last finished file of weights.`,
		Example: `  loyal model convert SmolLM2-135M-Instruct.Q4_1.gguf smol --dtype bf16
  loyal model convert ollama:smollm2 ./smol
  loyal model convert org/name ./name --dtype f32 --overwrite`,
		Args:        cobra.ExactArgs(2),
		Annotations: map[string]string{resumable: "true"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[1] == "" {
				return usagef("OUT is empty")
			}
			m, err := app.openModel(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer func() { _ = m.Close() }() // only read
			return app.writeConverted(cmd.Context(), args[1], m, model.WriteOptions{DType: model.DType(dtype), Overwrite: overwrite})
		},
	}
	cmd.Flags().Var(&dtype, "dtype", "type of the weights, `bf16|f32`")
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace a model that is there")
	return cmd
}

// writeConverted writes a model and says what it has become.
func (app *App) writeConverted(ctx context.Context, dir string, m *model.Model, o model.WriteOptions) error {
	total, err := model.WriteSize(m, o)
	if err != nil {
		return err
	}
	progress := app.Progress()
	o.Progress = progress.Add
	progress.Start("write weights", total)
	err = model.Write(ctx, dir, m, o)
	progress.Done()
	if err != nil {
		return err
	}
	result, err := describeConversion(dir, o.DType, total)
	if err != nil {
		return err
	}
	return app.Print(result, func(w io.Writer) error {
		fmt.Fprintf(w, "wrote %s: %s in %s, digest %s\n", result.Path, byteSize(total), result.DType, result.Digest)
		return nil
	})
}

// describeConversion opens what was written, which is the proof that it can be.
func describeConversion(path string, dtype model.DType, total int64) (*conversion, error) {
	m, err := model.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = m.Close() }() // only read
	c := &conversion{Path: path, DType: dtype.String(), WeightBytes: total, TemplateDigest: m.TemplateDigest()}
	if c.Digest, err = m.Digest(); err != nil {
		return nil, err
	}
	c.TokenizerDigest, err = m.TokenizerDigest()
	return c, err
}

// dtypeFlag is a model.DType on the command line.
type dtypeFlag model.DType

var _ pflag.Value = (*dtypeFlag)(nil)

func (d *dtypeFlag) String() string {
	if model.DType(*d) == model.F32 {
		return "f32"
	}
	return "bf16"
}

// Set implements pflag.Value.
func (d *dtypeFlag) Set(s string) error {
	switch s {
	case "bf16":
		*d = dtypeFlag(model.BF16)
	case "f32":
		*d = dtypeFlag(model.F32)
	default:
		return errors.New("must be bf16 or f32")
	}
	return nil
}

// Type implements pflag.Value.
func (d *dtypeFlag) Type() string { return "dtype" }
