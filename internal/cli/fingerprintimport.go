package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"loyal/fingerprint"
	"loyal/internal/oracle"
	"loyal/internal/readfile"
)

func newFingerprintImportCommand(app *App) *cobra.Command {
	var (
		format  string
		serving servingFlags
		seal    sealFlags
	)
	cmd := &cobra.Command{
		Use:   "import FILE MODEL --out SET",
		Short: "make a set of fingerprints that another tool made",
		Long: `Reads keys and answers that another tool made for a model, and seals them as a set.
Such a set has no lists of equally likely answers, so nobody knows the chance that
another model gives one: it can be embedded and asked, but verify concludes nothing
from it. Repeated keys are dropped.`,
		Example: "  loyal fingerprint import output_fingerprints.json ./smol --out smol.loyal\n" +
			"  loyal fingerprint import fingerprints.yaml ./smol --format mlprints --out smol.loyal",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := seal.check(); err != nil {
				return err
			}
			data, err := readfile.Any(args[0], fingerprint.MaxImportBytes)
			if err != nil {
				return fmt.Errorf("import fingerprints: %w", err)
			}
			m, err := app.openModel(cmd.Context(), args[1])
			if err != nil {
				return err
			}
			defer func() { _ = m.Close() }() // only read
			prompts, err := oracle.NewPrompts(m)
			if err != nil {
				return err
			}
			o := fingerprint.ImportOptions{Format: fingerprint.Format(format)}
			if o.Serving, err = serving.serving(prompts); err != nil {
				return err
			}
			render, err := prompts.Renderer(o.Serving)
			if err != nil {
				return err
			}
			if o.Model, err = identifyModel(m, args[1]); err != nil {
				return err
			}
			o.Parameters, o.MaxPositions = parameters(m), m.Config.MaxPositions
			s, dropped, err := fingerprint.Import(data, m.Tokenizer, render, o)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			recipients, err := seal.to(app)
			if err != nil {
				return err
			}
			if err := seal.write(s, recipients); err != nil {
				return err
			}
			if dropped > 0 {
				app.Note("dropped %d repeated keys", dropped)
			}
			info := describeSet(seal.out, s, false)
			return app.Print(info, info.write)
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "format: "+formatNames()+" (default: seen from the content)")
	serving.register(cmd)
	seal.register(cmd)
	return cmd
}
