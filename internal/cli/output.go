package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// Print writes a command's result to stdout: v as JSON with --json, else what
// human writes.
func (app *App) Print(v any, human func(w io.Writer) error) error {
	w := bufio.NewWriter(app.Stdout)
	var err error
	if app.JSON {
		err = writeJSON(w, v)
	} else {
		err = human(w)
	}
	if ferr := w.Flush(); err == nil {
		err = ferr
	}
	if err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}

// writeJSON writes indented JSON for people and programs; text stays as it is
// (no < for "<").
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printLine writes one of many results: a line of JSON with --json, else what human writes.
func (app *App) printLine(v any, human func(w io.Writer) error) error {
	var err error
	if app.JSON {
		err = json.NewEncoder(app.Stdout).Encode(v)
	} else {
		err = human(app.Stdout)
	}
	if err != nil {
		return fmt.Errorf("write output: %w", err)
	}
	return nil
}
