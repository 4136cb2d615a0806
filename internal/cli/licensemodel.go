package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"loyal/license"
	"loyal/license/chain"
)

// registeredJSON is the JSON of `loyal license model show`.
type registeredJSON struct {
	Model common.Hash `json:"model"`
	// Name is 0xACCOUNT/NAME, absent where the node has no logs of its registration.
	Name         string        `json:"name,omitempty"`
	Owner        checksummed   `json:"owner"`
	PendingOwner *checksummed  `json:"pending_owner"`
	URI          string        `json:"metadata_uri"`
	MetadataHash *common.Hash  `json:"metadata_hash"`
	RegisteredAt instant       `json:"registered_at"`
	Versions     []versionJSON `json:"versions"`
}

type versionJSON struct {
	Version uint32      `json:"version"`
	Weights common.Hash `json:"weights"`
	// SetRoot and RuleHash are null where they are zero, or the node has no logs of the
	// commitment; Fingerprints is the Keccak-256 of the two.
	SetRoot      *common.Hash `json:"set_root"`
	RuleHash     *common.Hash `json:"rule_hash"`
	Fingerprints common.Hash  `json:"fingerprints"`
	Parent       *parentJSON  `json:"parent"`
	CommittedAt  instant      `json:"committed_at"`
	Block        uint64       `json:"block"`
}

type parentJSON struct {
	Model   common.Hash `json:"model"`
	Version uint32      `json:"version"`
}

func newRegisteredJSON(m *chain.Model) registeredJSON {
	out := registeredJSON{
		Model: m.ID, Owner: checksummed(m.Owner), PendingOwner: ifAny(m.Next), URI: m.URI, MetadataHash: hashIfAny(m.MetadataHash),
		RegisteredAt: instant(m.RegisteredAt), Versions: []versionJSON{},
	}
	if m.Name != "" {
		out.Name = fmt.Sprintf("%s/%s", m.Registrant, m.Name)
	}
	for _, v := range m.Versions {
		one := versionJSON{Version: v.Number, Weights: v.Weights, Fingerprints: v.Fingerprints, CommittedAt: instant(v.CommittedAt), Block: v.Block}
		if v.Opened {
			one.SetRoot, one.RuleHash = hashIfAny(v.SetRoot), hashIfAny(v.RuleHash)
		}
		if v.Parent != nil {
			one.Parent = &parentJSON{v.Parent.Model, v.Parent.Version}
		}
		out.Versions = append(out.Versions, one)
	}
	return out
}

// parseModelArgument reads the model that a command is about.
func parseModelArgument(s string) (common.Hash, error) {
	id, err := license.ParseModel(s)
	if err != nil {
		return id, usagef("%w", err)
	}
	return id, nil
}

func newRegisteredShowCommand(app *App) *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "show MODEL",
		Short: "print what is registered of a model, with all versions",
		Long: `Prints who owns a model and to whom it is being handed on, where its metadata is, and
what was committed to for each of its versions. MODEL is 0xID or 0xACCOUNT/NAME, where
ACCOUNT is who registered it.

The name, and set root and rule hash of a version, come from the chain's logs; a node
that has not kept them shows the hash of the latter two, which is what the contract keeps.`,
		Example: `  loyal license model show 0xACCOUNT/smol
  loyal license model show 0xACCOUNT/smol --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseModelArgument(args[0])
			if err != nil {
				return err
			}
			client, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			defer client.Close()
			m, err := client.Model(cmd.Context(), id)
			if err != nil {
				return err
			}
			out := newRegisteredJSON(m)
			return app.Print(out, func(w io.Writer) error { return writeRegistered(w, m, out.Name) })
		},
	}
	c.reading(cmd)
	return cmd
}

func writeRegistered(w io.Writer, m *chain.Model, name string) error {
	fmt.Fprintf(w, "model       %s\n", m.ID)
	if name != "" {
		fmt.Fprintf(w, "name        %s\n", printableLine(name))
	}
	fmt.Fprintf(w, "owner       %s\n", m.Owner)
	if m.Next != (common.Address{}) {
		fmt.Fprintf(w, "offered to  %s, who has not accepted yet\n", m.Next)
	}
	if m.URI != "" {
		fmt.Fprintf(w, "metadata    %s\n", printableLine(m.URI))
	}
	if m.MetadataHash != (common.Hash{}) {
		fmt.Fprintf(w, "            sha256:%x\n", m.MetadataHash)
	}
	_, err := fmt.Fprintf(w, "registered  %s\n", writeTime(m.RegisteredAt))
	for _, v := range m.Versions {
		fmt.Fprintf(w, "\nversion     %d, committed to at %s in block %d\nweights     sha256:%x\n", v.Number, writeTime(v.CommittedAt), v.Block, v.Weights)
		if v.SetRoot != (common.Hash{}) {
			fmt.Fprintf(w, "set root    %s\n", v.SetRoot)
		}
		if v.RuleHash != (common.Hash{}) {
			fmt.Fprintf(w, "rule hash   %s\n", v.RuleHash)
		}
		if !v.Opened {
			fmt.Fprintf(w, "hash of set root and rule hash  %s\n", v.Fingerprints)
		}
		if v.Parent != nil {
			_, err = fmt.Fprintf(w, "parent      version %d of %s\n", v.Parent.Version, v.Parent.Model)
		}
	}
	return err
}

// ownCommand is a command that does one thing to a model.
func ownCommand(app *App, use, short, long, example, done string, flags func(*cobra.Command), do func(context.Context, *chain.Client, chain.Signer, common.Hash) (*types.Receipt, error)) *cobra.Command {
	cmd := actCommand(app, parseModelArgument, func(id common.Hash) string { return fmt.Sprintf("model %s %s", id, done) }, do)
	cmd.Use, cmd.Short, cmd.Long, cmd.Example = use, short, long, "  loyal license model "+example
	if flags != nil {
		flags(cmd)
	}
	return cmd
}

func newModelUpdateCommand(app *App) *cobra.Command {
	var (
		uri      string
		metadata common.Hash
	)
	var cmd *cobra.Command
	cmd = ownCommand(app, "update MODEL", "change where a model's metadata is",
		`Changes where the metadata of a model of yours is, and what it is. What is not given
stays as it is; commitments cannot be changed.`,
		"update 0xACCOUNT/smol --uri https://example.org/card2.json --metadata-hash sha256:51f0… --key maker.json", "has other metadata",
		func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&uri, "uri", "", "where the model's metadata is, a `URI`")
			cmd.Flags().Var(hashValue(&metadata), "metadata-hash", "`digest` of the metadata")
			cmd.MarkFlagsOneRequired("uri", "metadata-hash")
		},
		func(ctx context.Context, client *chain.Client, s chain.Signer, id common.Hash) (*types.Receipt, error) {
			old, err := client.Registered(ctx, id)
			if err != nil {
				return nil, err
			}
			if !cmd.Flags().Changed("uri") {
				uri = old.URI
			}
			if !cmd.Flags().Changed("metadata-hash") {
				metadata = old.MetadataHash
			}
			return client.SetMetadata(ctx, s, id, uri, metadata)
		})
	return cmd
}

func newModelTransferCommand(app *App) *cobra.Command {
	var (
		to   common.Address
		undo bool
	)
	return ownCommand(app, "transfer MODEL --to ADDRESS", "offer a model of yours to another owner",
		`Offers a model to another account, which becomes its owner when it accepts ('loyal
license model accept'); until then you are. --undo takes the offer back. A new owner
decides about licenses that were sold, within their offers.`,
		"transfer 0xACCOUNT/smol --to 0xCa401… --key maker.json", "is being handed on",
		func(cmd *cobra.Command) {
			cmd.Flags().Var(addressValue(&to), "to", "`address` that is to own it")
			cmd.Flags().BoolVar(&undo, "undo", false, "take the offer back")
			cmd.MarkFlagsOneRequired("to", "undo")
			cmd.MarkFlagsMutuallyExclusive("to", "undo")
		},
		func(ctx context.Context, client *chain.Client, s chain.Signer, id common.Hash) (*types.Receipt, error) {
			if !undo && to == (common.Address{}) {
				return nil, usagef("--to is the zero address: --undo takes an offer back")
			}
			return client.OfferModel(ctx, s, id, to)
		})
}

func newModelAcceptCommand(app *App) *cobra.Command {
	return ownCommand(app, "accept MODEL", "accept a model that is offered to you",
		"Makes the account of --key the owner of a model that its owner has offered to it ('loyal license model transfer').",
		"accept 0xACCOUNT/smol --key carol.json", "is yours now", nil,
		func(ctx context.Context, client *chain.Client, s chain.Signer, id common.Hash) (*types.Receipt, error) {
			return client.AcceptModel(ctx, s, id)
		})
}
