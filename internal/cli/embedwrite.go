package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"loyal/embed"
	"loyal/internal/atomicfile"
	"loyal/model"
)

// embedding is the result of `loyal embed`.
type embedding struct {
	Path string `json:"path"`
	// Digest is that of the model; an adapter has none.
	Digest string `json:"digest,omitempty"`
	embed.Report
}

// embed runs the job and writes report and model, or adapter: the report first, so that
// there is none without.
func (f *embedFlags) embed(ctx context.Context, app *App, address string, job embed.Job) error {
	// What spills goes there, too.
	if err := prepareDir(filepath.Dir(f.out), filepath.Base(f.out)+".embed.json"); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	result, err := embed.Run(ctx, job)
	if err != nil {
		if _, none := os.Stat(job.Checkpoint); none == nil && errors.Is(err, context.Canceled) {
			return fmt.Errorf("%w: %w", errResumable, err)
		}
		return err
	}
	out := &embedding{Path: f.out, Report: result.Report}
	if f.adapter {
		result.Adapter.BaseModel = address
		if err = f.writeReport(out); err == nil {
			err = f.writeAdapter(ctx, job.Model, result.Adapter)
		}
	} else {
		err = f.writeModel(ctx, job, result, out)
	}
	if err != nil {
		return err
	}
	if err := embed.RemoveCheckpoint(job.Checkpoint); err != nil {
		return err
	}
	return app.Print(out, func(w io.Writer) error {
		if err := result.Report.WriteText(w); err != nil {
			return err
		}
		if f.adapter {
			fmt.Fprintf(w, "\nwrote %s, an adapter of rank %d to %s\n", f.out, result.Adapter.R, address)
		} else {
			fmt.Fprintf(w, "\nwrote %s, digest %s\n", f.out, out.Digest)
		}
		return nil
	})
}

// writeModel writes the fingerprinted model and, with its digest, the report.
func (f *embedFlags) writeModel(ctx context.Context, job embed.Job, result *embed.Result, out *embedding) error {
	o := model.WriteOptions{
		DType: model.DType(f.dtype), Overrides: result.Weights, Expansion: result.Expansion,
		Overwrite: f.overwrite, Progress: job.Progress.Add,
		Ready: func(dir string) (err error) {
			if out.Digest, err = digest(dir); err != nil {
				return err
			}
			return f.writeReport(out)
		},
	}
	total, err := model.WriteSize(job.Model, o)
	if err != nil {
		return err
	}
	job.Progress.Start("write weights", total)
	defer job.Progress.Done()
	return model.Write(ctx, f.out, job.Model, o)
}

// digest is that of the model in a directory.
func digest(dir string) (string, error) {
	m, err := model.Open(dir)
	if err != nil {
		return "", err
	}
	defer func() { _ = m.Close() }() // only read
	return m.Digest()
}

// writeAdapter writes what changed as an adapter to the base, under the base's license.
func (f *embedFlags) writeAdapter(ctx context.Context, base *model.Model, a *model.Adapter) error {
	own, err := base.Card()
	if err != nil {
		return err
	}
	card := model.Card{
		License: own.License, LicenseName: own.LicenseName, LicenseLink: own.LicenseLink, Language: own.Language,
		Body: fmt.Sprintf("A LoRA adapter of rank %d in float32, written by loyal.", a.R),
	}
	return model.WriteAdapter(ctx, f.out, a, card, f.overwrite)
}

// writeReport writes the report beside the model.
func (f *embedFlags) writeReport(out *embedding) error {
	var data, text bytes.Buffer
	if err := writeJSON(&data, out); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := out.WriteText(&text); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := atomicfile.Write(f.out+".embed.json", data.Bytes(), 0o666); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := atomicfile.Write(f.out+".embed.md", text.Bytes(), 0o666); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
