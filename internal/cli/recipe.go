package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"loyal/embed"
)

// errRecipe reports a recipe that says what embedding does not know.
var errRecipe = errors.New("invalid recipe")

// readRecipe reads the settings of an embedding of so many keys: those of that name, or of
// a file, YAML or JSON with the names that reports have, or the report of a run, which then
// is repeated. What the file does not say is the default of its method, or of the given one.
func readRecipe(path, method string, keys int) (embed.Config, error) {
	if c, ok := embed.Recipe(path); ok {
		return c.For(keys), nil
	}
	bad := func(format string, args ...any) (embed.Config, error) {
		return embed.Config{}, fmt.Errorf("%w %s: %s", errRecipe, path, fmt.Sprintf(format, args...))
	}
	tree, err := readConfig(path)
	if errors.Is(err, errConfig) {
		return bad("%s", strings.TrimPrefix(err.Error(), fmt.Sprintf("%v %s: ", errConfig, path)))
	}
	if err != nil {
		return embed.Config{}, err
	}
	if config, ok := tree["config"].(map[string]any); ok {
		tree = config
	}
	if name, given := tree["method"]; given {
		method = fmt.Sprint(name)
	}
	if seed, given := tree["seed"]; given {
		tree["seed"] = fmt.Sprint(seed) // of 64 bits, which JSON's numbers do not hold
	}
	for name, value := range tree {
		// The library takes 1e-8, which has no point, for a text.
		if text, ok := value.(string); ok && name != "seed" {
			if x, err := strconv.ParseFloat(text, 64); err == nil && !math.IsInf(x, 0) && !math.IsNaN(x) {
				tree[name] = x
			}
		}
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return bad("%v", err)
	}
	c := embed.Default(method).For(keys)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var kind *json.UnmarshalTypeError
	if err := d.Decode(&c); errors.As(err, &kind) {
		return bad("%s cannot be a %s", kind.Field, kind.Value)
	} else if err != nil {
		return bad("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return c, nil
}

// writeRecipe writes settings as readRecipe reads them.
func writeRecipe(w io.Writer, c embed.Config) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write recipe: %w", err)
	}
	text, err := yaml.JSONToYAML(data)
	if err != nil {
		return fmt.Errorf("write recipe: %w", err)
	}
	_, err = w.Write(text)
	return err
}
