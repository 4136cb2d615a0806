// Package safeyaml reads YAML of unknown origin. The library that parses it panics on
// some malformed documents; here that is an error like any other.
package safeyaml

import (
	"errors"

	"github.com/goccy/go-yaml"
)

// ErrMalformed reports a document that the parser could not cope with.
var ErrMalformed = errors.New("malformed YAML")

// Unmarshal decodes data into v.
func Unmarshal(data []byte, v any) (err error) {
	defer func() {
		if recover() != nil {
			err = ErrMalformed
		}
	}()
	return yaml.Unmarshal(data, v)
}
