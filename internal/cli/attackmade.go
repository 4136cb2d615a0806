package cli

import (
	"encoding/json"
	"path/filepath"
	"time"

	"loyal/eval/attack"
	"loyal/internal/readfile"
)

// maxEmbedReport bounds the report that embedding leaves beside a model.
const maxEmbedReport = 16 << 20 // bytes

// made says what makes the report. Arguments hold no secrets: these never come from a
// command line.
func (f *attackFlags) made(app *App, address, digest string) *attack.Made {
	v := readVersion()
	return &attack.Made{
		Time: time.Now().UTC().Truncate(time.Second), Loyal: v.Version, Revision: v.Revision, Platform: v.Platform,
		Command: app.args, Model: address, Base: f.base, Set: f.set,
		Embedding: embeddingOf(address, digest),
	}
}

// embeddingOf is how the model in a directory was made, from the report that embedding
// left beside it; nil where there is none or it is of another model.
func embeddingOf(path, digest string) json.RawMessage {
	data, err := readfile.Regular(filepath.Clean(path)+".embed.json", maxEmbedReport)
	if err != nil {
		return nil
	}
	var r struct {
		Digest string          `json:"digest"`
		Config json.RawMessage `json:"config"`
	}
	if json.Unmarshal(data, &r) != nil || r.Digest != digest {
		return nil
	}
	return r.Config
}
