package cli

import "github.com/spf13/cobra"

func newModelCommand(app *App) *cobra.Command {
	return newGroupCommand("model", "look at models, convert, merge and check them",
		`Works on models as files: Hugging Face directories and GGUF files. A model is named
by a path, by org/name[@revision] on the Hugging Face hub, or by ollama:name.`,
		newModelInspectCommand(app),
		newModelConvertCommand(app),
		newModelMergeCommand(app),
		newModelCheckCommand(app),
	)
}
