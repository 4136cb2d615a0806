package cli

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"loyal/internal/env"
)

// variableInfo is the JSON of one variable in `loyal env`.
type variableInfo struct {
	Name        string `json:"name"`
	Value       string `json:"value"` // of a secret: masked
	Set         bool   `json:"set"`
	Description string `json:"description"`
}

// masked stands for the value of a secret.
const masked = "(set, not shown)"

func newEnvCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:     "env",
		Short:   "print the environment variables that loyal reads",
		Long:    "Prints every environment variable that loyal reads, with the value in force. Secrets are masked.",
		Example: "  loyal env\n  HF_HOME=/models loyal env --json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var infos []variableInfo
			for _, v := range env.All() {
				value := v.Effective()
				if v.Secret && value != "" {
					value = masked
				}
				infos = append(infos, variableInfo{v.Name, value, v.IsSet(), v.Doc})
			}
			return app.Print(infos, func(w io.Writer) error { return writeVariables(w, infos) })
		},
	}
}

func writeVariables(w io.Writer, infos []variableInfo) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range infos {
		value, mark := v.Value, ""
		if value == "" {
			value = "-"
		}
		if !v.Set {
			mark = " (default)"
			if v.Value == "" {
				mark = ""
			}
		}
		fmt.Fprintf(tw, "%s\t%s%s\t%s\n", v.Name, value, mark, v.Description)
	}
	return tw.Flush()
}
