package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"loyal/fingerprint"
)

// formatNames lists the exchange formats for flags' help.
func formatNames() string {
	var names []string
	for _, f := range fingerprint.Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// exported is the result of `loyal fingerprint export`.
type exported struct {
	Path         string `json:"path"`
	Format       string `json:"format"`
	Fingerprints int    `json:"fingerprints"`
}

func newFingerprintExportCommand(app *App) *cobra.Command {
	var format, out string
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "export SET",
		Short: "write keys and answers in the open, in another tool's format",
		Long: `Writes keys and answers of a set in another tool's format: the JSON list of OML 1.0
(oml), JSON lines (jsonl) or the YAML list of mlprints (mlprints). The file is not
encrypted: whoever has it has the fingerprints.`,
		Example: "  loyal fingerprint export smol.loyal --format oml --out fingerprints.json\n" +
			"  loyal fingerprint export smol.loyal --format jsonl --out -",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if !slices.Contains(fingerprint.Formats(), fingerprint.Format(format)) {
				return usagef("--format must be one of %s", formatNames())
			}
			if out != "-" {
				if err := checkFree(out, overwrite); err != nil {
					return err
				}
			}
			s, err := app.openSet(args[0])
			if err != nil {
				return err
			}
			data, err := fingerprint.Export(s, fingerprint.Format(format))
			if err != nil {
				return err
			}
			if out == "-" {
				_, err = app.Stdout.Write(data)
			} else {
				err = writeSecret(out, data, overwrite)
			}
			if err != nil {
				return fmt.Errorf("export set: %w", err)
			}
			if out == "-" {
				return nil
			}
			result := exported{Path: out, Format: format, Fingerprints: len(s.Fingerprints)}
			return app.Print(result, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "wrote %d fingerprints, not encrypted, to %s\n", result.Fingerprints, printableLine(out))
				return err
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&format, "format", string(fingerprint.OML), "format: "+formatNames())
	flags.StringVarP(&out, "out", "o", "", "write to this `file`; - is stdout")
	flags.BoolVar(&overwrite, "overwrite", false, "replace the file if it exists")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}
