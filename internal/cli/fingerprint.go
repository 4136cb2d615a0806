package cli

import (
	"github.com/spf13/cobra"
)

func newFingerprintCommand(app *App) *cobra.Command {
	return newGroupCommand("fingerprint", "make and look after sets of fingerprints",
		`Makes sets of fingerprints and looks after them. A fingerprint is a secret key (a
message like any other) and the answer that will be planted for it. A set is sealed
to you; nothing in it is printed unless you ask for it.`,
		newFingerprintNewCommand(app),
		newFingerprintShowCommand(app),
		newFingerprintExportCommand(app),
		newFingerprintImportCommand(app),
	)
}
