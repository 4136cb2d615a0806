package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// commands lists the commands, in the order of the help.
func commands(app *App) []*cobra.Command {
	return []*cobra.Command{
		newDemoCommand(app),
		newFingerprintCommand(app),
		newEmbedCommand(app),
		newAttackCommand(app),
		newEvalCommand(app),
		newReportCommand(app),
		newVerifyCommand(app),
		newLicenseCommand(app),
		newChainCommand(app),
		newAccountCommand(app),
		newServeCommand(app),
		newGenerateCommand(app),
		newModelCommand(app),
		newTokenizeCommand(app),
		newEnvCommand(app),
		newVersionCommand(app),
	}
}

// The help and the documentation list commands in the order of work, not of the
// alphabet.
func init() { cobra.EnableCommandSorting = false }

// NewRootCommand returns loyal's command tree, for documentation.
func NewRootCommand() *cobra.Command { return newRootCommand(&App{}) }

func newRootCommand(app *App) *cobra.Command {
	root := newGroupCommand("loyal", "prove that a model behind someone else's API is yours",
		`loyal plants secret fingerprints in an open-weight language model before it is
published, and later asks an API a few questions to learn, with a proven error rate,
whether that model answers there.`,
		commands(app)...)
	root.Example = `  loyal fingerprint new ./model -n 64 --out set.loyal
  loyal embed ./model --set set.loyal --out ./model-fp
  loyal verify --set set.loyal --endpoint https://host/v1 --model name`
	root.SilenceErrors = true
	root.SilenceUsage = true
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return app.prepare(cmd) }
	flags := root.PersistentFlags()
	flags.BoolVar(&app.JSON, "json", false, "print results as JSON")
	flags.BoolVarP(&app.Quiet, "quiet", "q", false, "no progress and no notes")
	flags.StringVar(&app.configFile, "config", "", "take flags from this YAML `file`; those given here win")
	root.SetGlobalNormalizationFunc(normalizeFlag)
	root.Version = readVersion().Version
	root.InitDefaultCompletionCmd()
	for _, sub := range root.Commands() {
		if sub.Name() == "completion" {
			sub.Args, sub.RunE = unknownSubcommand, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
	app.markRunning(root)
	return root
}

// newGroupCommand returns a command that only holds others.
func newGroupCommand(use, short, long string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Long:  long,
		Args:  unknownSubcommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(subs...)
	return cmd
}

// unknownSubcommand refuses arguments of a group, with what may have been meant.
func unknownSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := fmt.Sprintf("unknown command %q", args[0])
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		message += fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
	}
	return usagef("%s", message)
}
