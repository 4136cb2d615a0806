package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"loyal/embed"
	"loyal/model"
)

func newModelInspectCommand(app *App) *cobra.Command {
	return &cobra.Command{
		Use:   "inspect MODEL",
		Short: "print what a model is, and the memory it needs",
		Long: `Prints a model's architecture and sizes, the types of its weights, its tokenizer and
chat template, its digest, and about how much memory serving and embedding take. It
reads all weights once, for the digest.`,
		Example: "  loyal model inspect ./smol\n  loyal model inspect model.gguf --json\n  loyal model inspect ollama:smollm2",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := app.openModel(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			defer func() { _ = m.Close() }() // only read
			info, err := model.Inspect(m)
			if err != nil {
				return err
			}
			i := &inspection{Inspection: info, EmbedMemory: map[string]int64{}}
			for _, method := range []string{embed.LoRA, embed.Layers, embed.Full} {
				i.EmbedMemory[method] = embed.TypicalMemory(m, method)
			}
			return app.Print(i, func(w io.Writer) error { return writeInspection(w, i) })
		},
	}
}

// inspection is the result of `loyal model inspect`.
type inspection struct {
	*model.Inspection
	// EmbedMemory is about what embedding 64 fingerprints takes, in bytes, by method.
	EmbedMemory map[string]int64 `json:"embed_memory"`
}

func writeInspection(w io.Writer, i *inspection) error {
	rows := newTable(w)
	rows.row("path", "%s", i.Path)
	rows.row("architecture", "%s, %s parameters", i.Architecture, thousands(i.Parameters))
	rows.row("stored as", "%s in %s, %s", strings.Join(slices.Sorted(maps.Keys(i.DTypes)), ", "), i.Format, byteSize(i.FileBytes))
	rows.row("layers", "%d of width %d (%d inside)", i.NumLayers, i.HiddenSize, i.IntermediateSize)
	rows.row("heads", "%d of width %d, %d for keys and values", i.NumHeads, i.HeadDim, i.NumKVHeads)
	rows.row("vocabulary", "%s, %s", thousands(int64(i.VocabSize)), map[bool]string{true: "output head is the embedding", false: "with an output head"}[i.TieEmbeddings])
	rows.row("longest text", "%s tokens (rope %s, theta %v)", thousands(int64(i.MaxPositions)), i.RopeType, i.RopeTheta)
	if i.License != "" {
		rows.row("license", "%s", i.License)
	}
	if t := i.Tokenizer; t != nil {
		kind := "SentencePiece style"
		if t.ByteLevel {
			kind = "byte level"
		}
		rows.row("tokenizer", "%s tokens, %s, bos %q, eos %q", thousands(int64(t.Tokens)), kind, t.BOS, t.EOS)
		rows.row("tokenizer digest", "%s", t.Digest)
	} else {
		rows.row("tokenizer", "none")
	}
	if t := i.Template; t != nil {
		rows.row("template digest", "%s", t.Digest)
	} else {
		rows.row("chat template", "none")
	}
	rows.row("digest", "%s", i.Digest)
	rows.row("memory to serve", "about %s (weights %s, %s a token of text)", byteSize(i.Memory.Serve), byteSize(i.Memory.Weights), byteSize(i.Memory.KVPerToken))
	rows.row("memory to embed", "about %s lora, %s layers, %s full",
		byteSize(i.EmbedMemory[embed.LoRA]), byteSize(i.EmbedMemory[embed.Layers]), byteSize(i.EmbedMemory[embed.Full]))
	return rows.Flush()
}

// thousands writes a number with commas.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// byteSize writes a number of bytes in the unit that suits it, decimal as disks are.
func byteSize(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1e3)
}
