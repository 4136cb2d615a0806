package cli

import (
	"github.com/spf13/cobra"

	"loyal/lm/cpu"
	"loyal/model"
)

func newModelMergeCommand(app *App) *cobra.Command {
	var (
		dtype     = dtypeFlag(model.BF16)
		overwrite bool
	)
	cmd := &cobra.Command{
		Use:   "merge BASE ADAPTER OUT",
		Short: "write a model with a LoRA adapter merged in",
		Long: `Adds a LoRA adapter, a directory as PEFT writes it, to the weights of its base model and
writes the result as a Hugging Face directory. OUT takes its name when it is whole;
interrupted, the same command goes on after the last finished file of weights.`,
		Example: `  loyal model merge ./smol ./smol-adapter ./smol-fp
  loyal model merge org/name ./adapter ./merged --dtype f32`,
		Args:        cobra.ExactArgs(3),
		Annotations: map[string]string{resumable: "true"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if args[2] == "" {
				return usagef("OUT is empty")
			}
			adapter, err := model.OpenAdapter(args[1])
			if err != nil {
				return err
			}
			m, err := app.openModel(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer func() { _ = m.Close() }() // only read
			weights, err := cpu.Merge(cmd.Context(), m, adapter, cpu.Options{})
			if err != nil {
				return err
			}
			return app.writeConverted(cmd.Context(), args[2], m, model.WriteOptions{
				DType: model.DType(dtype), Overrides: weights, Overwrite: overwrite,
			})
		},
	}
	cmd.Flags().Var(&dtype, "dtype", "type of the weights, `bf16|f32`")
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace a model that is there")
	return cmd
}
