package report

import (
	"fmt"
	"path/filepath"

	"loyal/eval/attack"
)

// Run is a sweep among others.
type Run struct {
	Name    string // by which it is told from the others
	Dir     string
	Report  *attack.Report
	Missing []string // trials that are not done
}

// OpenRuns reads sweeps' directories. Each is named by its last element, or in full
// where two have the same.
func OpenRuns(dirs []string) ([]Run, error) {
	count := map[string]int{}
	for _, dir := range dirs {
		count[filepath.Base(filepath.Clean(dir))]++
	}
	var runs []Run
	for _, dir := range dirs {
		r, missing, err := attack.Open(dir)
		if err != nil {
			return nil, fmt.Errorf("open run: %w", err)
		}
		name := filepath.Base(filepath.Clean(dir))
		if count[name] > 1 || name == "." || name == ".." {
			name = filepath.Clean(dir)
		}
		runs = append(runs, Run{name, dir, r, missing})
	}
	return runs, nil
}
