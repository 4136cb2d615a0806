// Package testdata finds the data that tests share but the repository does not
// hold: recorded outputs of other implementations, real models and tokenizers.
//
// Where the data is announced by an environment variable it has to be there: a
// missing file is a failure, so that continuous integration cannot pass by
// skipping. Where the variable is unset the test is skipped.
package testdata

import (
	"os"
	"path/filepath"
	"testing"

	"loyal/internal/env"
)

// Dir returns the path of elem in the shared test data (LOYAL_TESTDATA).
func Dir(t testing.TB, elem ...string) string {
	t.Helper()
	return find(t, env.TestData, elem)
}

// Real returns the path of elem among the real models and tokenizers
// (LOYAL_REALDATA).
func Real(t testing.TB, elem ...string) string {
	t.Helper()
	return find(t, env.RealData, elem)
}

func find(t testing.TB, v *env.Variable, elem []string) string {
	t.Helper()
	root := v.Value()
	if root == "" {
		t.Skipf("%s is not set", v.Name)
	}
	path := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("test data announced by %s: %v", v.Name, err)
	}
	return path
}
