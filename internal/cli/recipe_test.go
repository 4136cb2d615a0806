package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"loyal/embed"
)

// TestRecipeRepeats: settings that were written are those that are read, for any size of
// the set, whether what larger sets add was on or off.
func TestRecipeRepeats(t *testing.T) {
	off := embed.Default(embed.LoRA).For(256)
	off.Quantizations, off.QuantizationWeight, off.MergeScales, off.MergeWeight = nil, 0, nil, 0
	exact, _ := embed.Recipe("exact")
	for name, c := range map[string]embed.Config{
		"few": embed.Default(embed.LoRA), "many": embed.Default(embed.LoRA).For(256), "many, off": off, "layers": embed.Default(embed.Layers).For(1024), "exact": exact.For(256),
	} {
		var text bytes.Buffer
		if err := writeRecipe(&text, c); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "recipe.yaml")
		if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readRecipe(path, embed.LoRA, 256); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%s: %v\n%+v\nbecame\n%+v", name, err, c, got)
		}
	}
}
