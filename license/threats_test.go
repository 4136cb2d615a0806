package license_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each test that the list of threats names is there.
func TestThreatsAreTested(t *testing.T) {
	doc, err := os.ReadFile("../docs/design/license-threats.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	function := regexp.MustCompile(`\bfunc(?:tion)? ((?:test|invariant|Test|Fuzz)\w*)\(`)
	for _, dir := range []string{".", "../internal/cli"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if name := d.Name(); name == "node_modules" || name == "forge" {
				return fs.SkipDir
			}
			if !strings.HasSuffix(path, ".sol") && !strings.HasSuffix(path, "_test.go") {
				return nil
			}
			code, err := os.ReadFile(path)
			for _, m := range function.FindAllSubmatch(code, -1) {
				tests[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	named := regexp.MustCompile("`((?:test|invariant|Test|Fuzz)\\w+)`").FindAllSubmatch(doc, -1)
	if len(named) == 0 {
		t.Fatal("it names no tests")
	}
	for _, m := range named {
		if !tests[string(m[1])] {
			t.Errorf("there is no test %s", m[1])
		}
	}
}
