package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"loyal/embed"
)

// errRecipe reports a recipe that says what embedding does not know.
var errRecipe = errors.New("invalid recipe")

// yamlWords are YAML's for what JSON calls otherwise.
var yamlWords = map[string]string{"array": "list", "object": "mapping"}

// readRecipe reads the settings of an embedding: those of that name, for so many keys, or of
// a file, YAML or JSON with the names that reports have, or the report of a run, which then
// is repeated. What the file does not say is the default of its method, or of the given one,
// and not what more keys would add: a report leaves out what was off.
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
	if errors.Is(err, fs.ErrNotExist) {
		return embed.Config{}, fmt.Errorf("read recipe: %w; the only one that is built in is exact", err)
	}
	if err != nil {
		return embed.Config{}, fmt.Errorf("read recipe: %w", err)
	}
	if config, ok := tree["config"].(map[string]any); ok {
		tree = config
	}
	if len(tree) == 0 {
		return bad("it has no settings")
	}
	if name, given := tree["method"]; given {
		method = fmt.Sprint(name)
	}
	if err := plainSettings(tree); err != nil {
		return bad("%v", err)
	}
	data, err := json.Marshal(tree)
	if err != nil {
		return bad("%v", err)
	}
	c := embed.Default(method)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var kind *json.UnmarshalTypeError
	if err := d.Decode(&c); errors.As(err, &kind) {
		return bad("%s cannot be a %s", kind.Field, cmp.Or(yamlWords[kind.Value], kind.Value))
	} else if err != nil {
		return bad("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return c, nil
}

// plainSettings makes of a recipe's settings what JSON can hold.
func plainSettings(tree map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		switch value := tree[name].(type) {
		case nil:
			return fmt.Errorf("%s has no value", name)
		case float64:
			if math.IsInf(value, 0) || math.IsNaN(value) {
				return fmt.Errorf("%s is %v, not a finite number", name, value)
			}
		case string:
			// The library takes 1e-8, which has no point, for a text.
			if x, err := strconv.ParseFloat(value, 64); name != "seed" && err == nil && !math.IsInf(x, 0) && !math.IsNaN(x) {
				tree[name] = x
			}
		}
	}
	switch seed := tree["seed"].(type) {
	case nil: // the default
	case []any:
		return fmt.Errorf("seed cannot be a list")
	case map[string]any:
		return fmt.Errorf("seed cannot be a mapping")
	default:
		tree["seed"] = fmt.Sprint(seed) // of 64 bits, which JSON's numbers do not hold
	}
	return nil
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
