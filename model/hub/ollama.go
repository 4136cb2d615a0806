package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"loyal/internal/readfile"
)

// Defaults of Ollama's names: NAME is registry.ollama.ai/library/NAME:latest.
const (
	ollamaHost      = "registry.ollama.ai"
	ollamaNamespace = "library"
	ollamaTag       = "latest"
)

// ollamaModelLayer is the type of the layer that is the GGUF file.
const ollamaModelLayer = "application/vnd.ollama.image.model"

var (
	ollamaPart   = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$`)
	ollamaDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
)

// ollamaManifest is the path of a model's manifest below the store's manifests
// directory. A name is [host/][namespace/]model[:tag].
func ollamaManifest(name string) (string, error) {
	model, tag, ok := strings.Cut(name, ":")
	if !ok {
		tag = ollamaTag
	}
	parts := strings.Split(model, "/")
	switch len(parts) {
	case 1:
		parts = []string{ollamaHost, ollamaNamespace, parts[0]}
	case 2:
		parts = []string{ollamaHost, parts[0], parts[1]}
	}
	parts = append(parts, tag)
	if len(parts) != 4 {
		return "", fmt.Errorf("%q: %w: an Ollama model is [host/][namespace/]name[:tag]", name, ErrAddress)
	}
	for _, p := range parts {
		if !ollamaPart.MatchString(p) {
			return "", fmt.Errorf("%q: %w: an Ollama model is [host/][namespace/]name[:tag]", name, ErrAddress)
		}
	}
	return filepath.Join(parts...), nil
}

// findOllama returns the GGUF file of a model in Ollama's store.
func findOllama(dir, name string) (string, error) {
	if dir == "" {
		return "", fmt.Errorf("ollama:%s: Ollama's store has no place (OLLAMA_MODELS)", name)
	}
	rel, err := ollamaManifest(name)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "manifests", rel)
	data, err := readfile.Regular(path, maxAnswer)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("ollama:%s: %w in %s", name, ErrNotFound, dir)
	}
	if err != nil {
		return "", err
	}
	var manifest struct {
		Layers []struct {
			MediaType string `json:"mediaType"`
			Digest    string `json:"digest"`
		} `json:"layers"`
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	for _, layer := range manifest.Layers {
		if layer.MediaType != ollamaModelLayer {
			continue
		}
		if !ollamaDigest.MatchString(layer.Digest) {
			return "", fmt.Errorf("read %s: digest %q is not known (known: sha256)", path, layer.Digest)
		}
		blob := filepath.Join(dir, "blobs", strings.Replace(layer.Digest, ":", "-", 1))
		_, err := os.Stat(blob)
		return blob, err
	}
	return "", fmt.Errorf("read %s: no layer is a model", path)
}
