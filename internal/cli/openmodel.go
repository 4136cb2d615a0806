package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"loyal/internal/env"
	"loyal/lm/cpu"
	"loyal/lm/cpu/kernel"
	"loyal/model"
	"loyal/model/hub"
)

// findModel returns the local path of a model address: a path, org/name[@revision]
// in the Hugging Face cache or downloaded into it, ollama:name.
func (app *App) findModel(ctx context.Context, address string) (string, error) {
	token, err := hubToken()
	if err != nil {
		return "", err
	}
	progress := app.Progress()
	defer progress.Done()
	started := ""
	return hub.Resolve(ctx, address, hub.Options{
		CacheDir:  env.HubCacheDir.Effective(),
		Endpoint:  env.HFEndpoint.Effective(),
		Token:     token,
		Offline:   env.HFOffline.Bool(),
		OllamaDir: env.OllamaModels.Effective(),
		Progress: func(file string, n, total int64) {
			if file != started {
				started = file
				progress.Start("download "+file, total)
			}
			progress.Add(n)
		},
		Retry: func(err error, in time.Duration) {
			progress.Done() // the line would end inside the bar
			started = ""
			app.Note("%s; again in %s", firstLine(err.Error()), in.Round(time.Second))
		},
	})
}

// openModel opens the model at an address.
func (app *App) openModel(ctx context.Context, address string) (*model.Model, error) {
	path, err := app.findModel(ctx, address)
	if err != nil {
		return nil, err
	}
	return model.Open(path)
}

// openTokenizer opens the tokenizer and chat template at an address.
func (app *App) openTokenizer(ctx context.Context, address string) (*model.Model, error) {
	path, err := app.findModel(ctx, address)
	if err != nil {
		return nil, err
	}
	return model.OpenTokenizer(path)
}

// hubToken is HF_TOKEN, else the content of the file that HF_TOKEN_PATH names.
func hubToken() (string, error) {
	if env.HFToken.IsSet() {
		return strings.TrimSpace(env.HFToken.Value()), nil
	}
	f, err := os.Open(env.HFTokenPath.Effective())
	if errors.Is(err, fs.ErrNotExist) && !env.HFTokenPath.IsSet() {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read hub token: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 1<<12))
	if err != nil {
		return "", fmt.Errorf("read hub token: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// computeFlags are the flags of commands that run a network.
type computeFlags struct {
	threads   int
	precision precisionFlag
}

func (f *computeFlags) register(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.threads, "threads", 0, "threads to compute with (0: one for each CPU)")
	cmd.Flags().Var(&f.precision, "precision", "matrix products in `f32|bf16`; sums are float32 in both")
}

// maxThreads bounds --threads: each thread has its own working memory.
const maxThreads = 1024

// options are the flags as the engine takes them.
func (f *computeFlags) options() (cpu.Options, error) {
	if f.threads < 0 || f.threads > maxThreads {
		return cpu.Options{}, usagef("--threads %d: it must be 0 (one for each CPU) to %d", f.threads, maxThreads)
	}
	return cpu.Options{Threads: f.threads, Precision: kernel.Precision(f.precision)}, nil
}

// precisionFlag is a kernel.Precision on the command line.
type precisionFlag kernel.Precision

var _ pflag.Value = (*precisionFlag)(nil)

func (p *precisionFlag) String() string {
	if kernel.Precision(*p) == kernel.PrecBF16 {
		return "bf16"
	}
	return "f32"
}

// Set implements pflag.Value.
func (p *precisionFlag) Set(s string) error {
	switch s {
	case "f32":
		*p = precisionFlag(kernel.PrecF32)
	case "bf16":
		*p = precisionFlag(kernel.PrecBF16)
	default:
		return errors.New("must be f32 or bf16")
	}
	return nil
}

// Type implements pflag.Value.
func (p *precisionFlag) Type() string { return "precision" }
