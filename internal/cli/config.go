package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"loyal/internal/readfile"
	"loyal/internal/safeyaml"
)

// maxConfig bounds a configuration file, in bytes.
const maxConfig = 1 << 20

// applyConfig sets the flags of cmd that were not given on the command line from
// a YAML file. Keys are flag names, with - or _. A key that is the name of a
// command holds such keys for this command alone; sections of other commands are
// skipped, so that one file can serve a whole project.
func applyConfig(cmd *cobra.Command, path string) error {
	tree, err := readConfig(path)
	if err != nil && !errors.Is(err, errConfig) {
		return fmt.Errorf("read configuration: %w", err)
	}
	if err != nil {
		return err
	}
	// From the root down: sections nearer to the command win.
	values := map[string]any{}
	lineage := []*cobra.Command{}
	cmd.VisitParents(func(p *cobra.Command) { lineage = append(lineage, p) })
	slices.Reverse(lineage)
	lineage = append(lineage, cmd)
	for i, level := range lineage {
		if i > 0 {
			section, found := tree[level.Name()]
			if !found {
				break
			}
			if tree, found = section.(map[string]any); !found {
				return fmt.Errorf("%w %s: %s is not a section", errConfig, path, level.Name())
			}
		}
		for key, value := range tree {
			if isCommandName(level, key) {
				continue
			}
			values[string(normalizeFlag(nil, key))] = value
		}
	}
	for key, value := range values {
		if err := setFromConfig(cmd, key, value); err != nil {
			return fmt.Errorf("%w %s: %w", errConfig, path, err)
		}
	}
	return nil
}

func isCommandName(parent *cobra.Command, name string) bool {
	return slices.ContainsFunc(parent.Commands(), func(c *cobra.Command) bool { return c.Name() == name })
}

// readConfig reads YAML: what is wrong with it is errConfig.
func readConfig(path string) (map[string]any, error) {
	data, err := readfile.Any(path, maxConfig)
	if errors.Is(err, readfile.ErrTooLarge) {
		return nil, fmt.Errorf("%w %s: %w", errConfig, path, err)
	}
	if err != nil {
		return nil, err
	}
	tree := map[string]any{}
	if err := safeyaml.Unmarshal(data, safeyaml.FewTokens, &tree); errors.Is(err, safeyaml.ErrLimit) {
		return nil, fmt.Errorf("%w %s: %w", errConfig, path, err)
	} else if err != nil {
		return nil, fmt.Errorf("%w %s: %s", errConfig, path, firstLine(err.Error()))
	}
	return tree, nil
}

func setFromConfig(cmd *cobra.Command, key string, value any) error {
	flag := cmd.Flags().Lookup(key)
	if flag == nil || key == "config" || key == "help" {
		return fmt.Errorf("%s has no flag %q", cmd.CommandPath(), key)
	}
	if flag.Changed {
		return nil // the command line wins
	}
	list, isList := value.([]any)
	if !isList {
		if _, isMap := value.(map[string]any); isMap || value == nil {
			return fmt.Errorf("%s needs a value", key)
		}
		if err := cmd.Flags().Set(key, fmt.Sprint(value)); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		return nil
	}
	slice, ok := flag.Value.(pflag.SliceValue)
	if !ok {
		return fmt.Errorf("%s takes one value, not a list", key)
	}
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = fmt.Sprint(v)
	}
	if err := slice.Replace(texts); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	flag.Changed = true
	return nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
