package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"

	"loyal/inference"
	"loyal/lm"
	"loyal/lm/cpu"
	"loyal/model"
)

// serveFlags are the flags of `loyal serve`.
type serveFlags struct {
	compute  computeFlags
	addr     string
	name     string
	keysFile string
	grace    time.Duration
	options  inference.Options
}

// serving is the JSON of `loyal serve`, printed once requests are answered.
type serving struct {
	URL   string `json:"url"`
	Model string `json:"model"`
}

func newServeCommand(app *App) *cobra.Command {
	f := serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve MODEL",
		Short: "answer as an OpenAI-compatible server",
		Long: `Serves a model at /v1/chat/completions, /v1/completions and /v1/models, as OpenAI's
API does, with /healthz, /readyz and /metrics beside them. Requests that come together
are computed together; beginnings that texts share are computed once.

Prints the address once it answers. SIGTERM or SIGINT ends it: no new connections,
and --grace for the answers under way. Neither prompts nor keys are in the log.`,
		Example: `  loyal serve ./smol
  loyal serve org/name --addr 0.0.0.0:8080 --api-keys-file keys.txt --max-tokens 512`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), app, args[0]) },
	}
	o, flags := &f.options, cmd.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:8080", "listen on this `host:port` (port 0: any free one)")
	flags.StringVar(&f.name, "name", "", "`name` of the model in requests (default: that of the directory, file or repository)")
	flags.StringVar(&f.keysFile, "api-keys-file", "", "ask for one of the API keys in this `file`, one a line")
	flags.DurationVar(&f.grace, "grace", 30*time.Second, "how long answers under way may take after SIGTERM")
	flags.IntVar(&o.MaxTokens, "max-tokens", 0, "longest answer, in tokens (0: until the context is full)")
	flags.Int64Var(&o.MaxBody, "max-body", 4<<20, "largest request, in bytes")
	flags.IntVar(&o.MaxChoices, "max-choices", 64, "most answers to one request (prompts × n)")
	flags.IntVar(&o.MaxRequests, "max-requests", 256, "most requests under way; more are told to come again (429)")
	flags.DurationVar(&o.Timeout, "timeout", 10*time.Minute, "longest time for one request")
	flags.IntVar(&o.Scheduler.MaxSequences, "max-sequences", 16, "most texts computed together")
	flags.IntVar(&o.Scheduler.MaxQueue, "max-queue", 256, "most texts that wait for a place")
	flags.IntVar(&o.Scheduler.CacheTokens, "cache-tokens", 0, "most tokens in key/value caches (0: what 1 GiB holds)")
	f.compute.register(cmd)
	return cmd
}

func (f *serveFlags) check(ctx context.Context) error {
	for name, n := range map[string]int64{
		"max-body": f.options.MaxBody, "max-choices": int64(f.options.MaxChoices), "max-requests": int64(f.options.MaxRequests),
		"timeout": int64(f.options.Timeout), "max-sequences": int64(f.options.Scheduler.MaxSequences),
		"max-queue": int64(f.options.Scheduler.MaxQueue),
	} {
		if n <= 0 {
			return usagef("--%s must be above 0", name)
		}
	}
	if f.options.MaxTokens < 0 || f.options.Scheduler.CacheTokens < 0 || f.grace < 0 {
		return usagef("--max-tokens, --cache-tokens and --grace must not be negative")
	}
	return checkAddr(ctx, f.addr)
}

// checkAddr refuses an address that no machine could listen on.
func checkAddr(ctx context.Context, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return usagef("--addr %s: it is host:port, as 127.0.0.1:8080", addr)
	}
	if _, err := net.DefaultResolver.LookupPort(ctx, "tcp", port); err != nil { // knows names, as http, too
		return usagef("--addr %s: the port is a number from 0 to 65535", addr)
	}
	// Digits and dots, or colons, are no name that could be looked up.
	numeric := host != "" && strings.Trim(host, "0123456789.") == "" || strings.Contains(host, ":")
	if _, err := netip.ParseAddr(host); numeric && err != nil {
		return usagef("--addr %s: %s is not an IP address", addr, host)
	}
	return nil
}

func (f *serveFlags) run(ctx context.Context, app *App, address string) error {
	if err := f.check(ctx); err != nil {
		return err
	}
	engine, err := f.compute.options()
	if err != nil {
		return err
	}
	if f.keysFile != "" {
		if f.options.Keys, err = inference.ReadKeys(f.keysFile); err != nil {
			return err
		}
	}
	// Before the model, which takes longer: a port in use is told at once.
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", f.addr)
	if err != nil {
		return fmt.Errorf("%w %s: %w", errListen, f.addr, err)
	}
	defer func() { _ = listener.Close() }() // Serve closes it too
	m, err := app.openServed(ctx, address, f.name, engine)
	if err != nil {
		return err
	}
	defer m.close()
	f.options.Logger = app.serviceLogger()
	server := inference.NewServer(m.Model, f.options)
	defer server.Close()
	m.nameWeights(server, f.options.Logger)

	info := serving{URL: "http://" + listener.Addr().String() + "/v1", Model: m.Name}
	if f.options.Keys == nil && !loopback(listener.Addr()) {
		app.Warn("everyone who reaches %s may use the model: --api-keys-file asks for a key", listener.Addr())
	}
	if err := app.Print(info, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s serves %s\n", info.URL, printableLine(info.Model))
		return err
	}); err != nil {
		return err
	}
	return server.Serve(ctx, listener, f.grace)
}

func loopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// serviceLogger is Logger, in colors where a person reads along.
func (app *App) serviceLogger() *slog.Logger {
	if app.JSON || !app.stderrIsTerminal() {
		return app.Logger()
	}
	level := slog.LevelInfo
	if app.Quiet {
		level = slog.LevelWarn
	}
	return slog.New(tint.NewTextHandler(app.Stderr, &tint.Options{
		Level: level, TimeFormat: time.TimeOnly, NoColor: !app.colors(app.Stderr), ReplaceAttr: printableAttr,
	}))
}

// servedModel is a model that is open with its engine.
type servedModel struct {
	inference.Model
	files *model.Model
	net   lm.Network
	named chan struct{} // closed when the digest is known; nil if nobody asks
}

// openServed opens a model and its engine; name "" is the address's own.
func (app *App) openServed(ctx context.Context, address, name string, o cpu.Options) (*servedModel, error) {
	files, err := app.openModel(ctx, address)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = servedName(address)
	}
	m := &servedModel{files: files}
	net, err := cpu.New(files, o)
	if err != nil {
		m.close()
		return nil, err
	}
	m.net = net
	if m.Model, err = inference.FromModel(name, files, net); err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

// nameWeights computes the weights' digest, which reads them all, and makes it the
// server's system_fingerprint.
func (m *servedModel) nameWeights(server *inference.Server, log *slog.Logger) {
	m.named = make(chan struct{})
	go func() {
		defer close(m.named)
		digest, err := m.files.Digest()
		if err != nil {
			log.Warn("no system_fingerprint", "error", err)
			return
		}
		digest = strings.TrimPrefix(digest, "sha256:")
		server.SetFingerprint("fp_" + digest[:min(len(digest), 12)])
	}()
}

// close frees the engine, and the weights unless the digest is still reading
// them: then the end of the process does.
func (m *servedModel) close() {
	if m.net != nil {
		_ = m.net.Close() // nothing was written
	}
	if m.named != nil {
		select {
		case <-m.named:
		default:
			return
		}
	}
	_ = m.files.Close() // only read
}

// servedName is what a model is called whose user gave it no name.
func servedName(address string) string {
	if _, err := os.Stat(address); err == nil {
		if full, err := filepath.Abs(address); err == nil {
			address = full
		}
		return strings.TrimSuffix(filepath.Base(address), ".gguf")
	}
	name, _, _ := strings.Cut(address, "@")
	return name
}
