package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"loyal/eval/report"
	"loyal/internal/atomicfile"
)

// reportFlags are the flags of `loyal report`.
type reportFlags struct {
	out       string
	overwrite bool
}

func newReportCommand(app *App) *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report DIR...",
		Short: "show sweeps of attacks, one as a page, several side by side",
		Long: `Reads directories that 'loyal attack' wrote and compares their trials: what is left of
the fingerprints, with the difference from the first directory. What a run was not asked
for is not tried; a run of which trials are still to be done says which. Trials that only
one run has stand folded away on the page.

Of one directory the page and the plots are written anew, DIR/report.html and
DIR/figures. Of several, --out writes a page that shows them side by side.`,
		Example: `  loyal report attacks
  loyal report attacks-lora attacks-full attacks-expand --out compare.html
  loyal report attacks-lora attacks-full --json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(app, args) },
	}
	cmd.Flags().StringVarP(&f.out, "out", "o", "", "write the page to this `file`")
	cmd.Flags().BoolVar(&f.overwrite, "overwrite", false, "replace the file if it exists")
	return cmd
}

func (f *reportFlags) run(app *App, dirs []string) error {
	if err := f.check(); err != nil {
		return err
	}
	runs, err := report.OpenRuns(dirs)
	if err != nil {
		return err
	}
	comparison := report.Compare(runs)
	wrote, err := f.write(runs, comparison)
	if err != nil {
		return err
	}
	return app.Print(comparison, func(w io.Writer) error {
		if err := comparison.WriteText(w); err != nil {
			return err
		}
		if wrote != "" {
			fmt.Fprintf(w, "\nwrote %s\n", wrote)
		}
		return nil
	})
}

// check finds out before any work whether the page can have its name.
func (f *reportFlags) check() error {
	if f.out == "" {
		return nil
	}
	if info, err := os.Stat(f.out); err == nil && info.IsDir() {
		return &fs.PathError{Op: "write page", Path: f.out, Err: syscall.EISDIR}
	}
	return checkFree(f.out, f.overwrite)
}

// write writes what is to be written, and returns the page's path.
func (f *reportFlags) write(runs []report.Run, c *report.Comparison) (path string, err error) {
	var page []byte
	switch {
	case len(runs) == 1 && f.out == "":
		dir := filepath.Clean(runs[0].Dir)
		return filepath.Join(dir, report.PageFile), report.Write(dir, runs[0].Report, runs[0].Missing)
	case len(runs) == 1:
		page, err = report.HTML(runs[0].Report, runs[0].Missing)
	case f.out != "":
		page, err = c.HTML()
	default:
		return "", nil
	}
	if err != nil {
		return "", err
	}
	write := atomicfile.WriteNew
	if f.overwrite {
		write = atomicfile.Write
	}
	if err := write(f.out, page, 0o666); err != nil {
		return "", fmt.Errorf("write page: %w", err)
	}
	return f.out, nil
}
