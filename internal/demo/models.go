package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

//go:generate go run ./make -out model -only tokenizer

// modelFiles are the models that the demo carries: model/base and model/unrelated,
// which share model/tokenizer.json. Command make makes them.
//
//go:embed model
var modelFiles embed.FS

// Unpack writes a carried model, base or unrelated, to a directory.
func Unpack(name, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("unpack demo model: %w", err)
	}
	files, err := fs.Glob(modelFiles, path.Join("model", name, "*"))
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there is none called %q", name)
	}
	for _, f := range append(files, "model/tokenizer.json") {
		var data []byte
		if err == nil {
			data, err = fs.ReadFile(modelFiles, f)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, path.Base(f)), data, 0o666)
		}
	}
	if err != nil {
		return fmt.Errorf("unpack demo model: %w", err)
	}
	return nil
}
